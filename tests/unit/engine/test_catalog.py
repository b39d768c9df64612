"""What can be run: deployed whole or not at all, found by name, seen at once by all programs."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from procession.catalog import Deployed
from procession.core.instance import Status
from procession.errors import InvalidProcess, UnknownProcess
from tests.unit.engine.drawing import call, file_of, formula, handler, process, straight, user
from tests.unit.engine.engine_world import World, open_world

ASK = straight("UsrAsk", user())
ASK_TWICE = straight("UsrAsk", user("ask"), user("again"))
DOUBLE = straight("UsrDouble", formula("double", "Score", "Amount * 2"))
BROKEN = process("UsrBroken", '<startEvent id="start"/>', '<sequenceFlow id="dangling"/>')


async def deploy(world: World, *files: tuple[str, bytes]) -> list[Deployed]:
    return await world.engine.catalog.deploy(files, by="Ann")


async def version_of(world: World, name: str) -> int:
    return (await world.engine.catalog.find(name)).process.version


# -- deploying ------------------------------------------------------------------------------------


async def test_all_processes_of_all_files_are_deployed_together(world: World) -> None:
    deployed = await deploy(
        world,
        ("both.bpmn", file_of(ASK, process("UsrEmpty", '<task id="only"/>'))),
        ("c.bpmn", file_of(straight("UsrC"))),
    )

    assert [(each.name, each.version, each.changed, each.file) for each in deployed] == [
        ("UsrAsk", 1, True, "both.bpmn"),
        ("UsrEmpty", 1, True, "both.bpmn"),
        ("UsrC", 1, True, "c.bpmn"),
    ]
    rows = await world.engine.catalog.processes()
    assert [(row.name, row.deployed_by, row.deployed_at) for row in rows] == [
        (name, "Ann", world.clock.now) for name in ("UsrAsk", "UsrC", "UsrEmpty")
    ]


async def test_one_wrong_file_and_none_is_deployed(world: World) -> None:
    with pytest.raises(InvalidProcess):
        await deploy(world, ("good.bpmn", file_of(ASK)), ("bad.bpmn", file_of(BROKEN)))

    assert await world.engine.catalog.processes() == []


async def test_every_problem_of_every_file_is_told(world: World) -> None:
    files = [
        ("bad.bpmn", file_of(BROKEN)),
        ("none.bpmn", b"this is no XML"),
        ("work.bpmn", file_of(straight("UsrWork", handler(name="nobody")))),
        ("call.bpmn", file_of(straight("UsrCall", call("UsrAsk", to="Nothing")))),
        ("good.bpmn", file_of(ASK)),
    ]

    found = await world.engine.catalog.check(files)

    told = {(problem.file, problem.code) for problem in found if not problem.warning}
    assert {file for file, _ in told} == {"bad.bpmn", "none.bpmn", "work.bpmn", "call.bpmn"}
    assert ("work.bpmn", "bad-work") in told
    assert ("call.bpmn", "unknown-parameter") in told
    assert await world.engine.catalog.processes() == []


async def test_what_a_connector_knows_to_be_wrong_is_told_with_its_element(world: World) -> None:
    found = await world.engine.catalog.check(
        [("work.bpmn", file_of(straight("UsrWork", handler(name="nobody"))))]
    )
    (problem,) = (each for each in found if not each.warning)

    assert (problem.element, problem.message) == ("work", "nobody is called nobody")
    assert problem.line > 0


async def test_two_processes_of_one_name_are_refused_in_one_file_and_in_two(world: World) -> None:
    two_files = [("a.bpmn", file_of(ASK)), ("b.bpmn", file_of(ASK_TWICE))]

    found = await world.engine.catalog.check(two_files)
    (problem,) = (each for each in found if not each.warning)

    assert (problem.code, problem.element, problem.file) == (
        "duplicate-process",
        "UsrAsk",
        "b.bpmn",
    )
    assert await world.engine.catalog.check([("c.bpmn", file_of(ASK, ASK_TWICE))]) != []


async def test_an_unchanged_file_makes_no_new_version(world: World) -> None:
    await world.deploy(ASK, DOUBLE)

    again = await deploy(world, ("a.bpmn", file_of(ASK)), ("d.bpmn", file_of(DOUBLE)))

    assert [(each.version, each.changed) for each in again] == [(1, False), (1, False)]


async def test_a_changed_file_makes_one_and_the_next_run_has_it(world: World) -> None:
    await world.deploy(ASK, DOUBLE)

    await world.deploy(ASK_TWICE, DOUBLE)

    assert await version_of(world, "UsrAsk") == 2
    assert await version_of(world, "UsrDouble") == 1
    outcome = await world.start("UsrAsk")
    assert (await world.load(outcome.instance_id)).version == 2


async def test_a_run_keeps_the_version_that_it_began_with(world: World, tmp_path: Path) -> None:
    await world.deploy(ASK_TWICE)
    here, elsewhere = [(await world.start("UsrAsk")).instance_id for _ in range(2)]

    await world.deploy(ASK)
    await world.execute(here, "ask")
    await world.execute(here, "again")

    assert await world.status(here) is Status.COMPLETED
    # Likewise where that version has to be read from the store first.
    async with open_world(tmp_path) as other:
        await other.execute(elsewhere, "ask")
        assert await other.uid_at(elsewhere, "again")


# -- finding --------------------------------------------------------------------------------------


async def test_a_process_is_found_by_its_guid(world: World) -> None:
    uid = UUID("0f8b5c1e-0000-4000-8000-000000000001")
    await world.deploy(process("UsrEmpty", '<task id="only"/>', attributes=f'p:uid="{uid}"'))

    assert (await world.engine.catalog.find(uid=uid)).process.id == "UsrEmpty"
    with pytest.raises(UnknownProcess, match="no process has the GUID"):
        await world.engine.catalog.find(uid=uuid4())


async def test_a_name_that_is_nearly_right_gets_a_hint(world: World) -> None:
    with pytest.raises(UnknownProcess, match="no process has been deployed yet"):
        await world.engine.catalog.find("UsrAks")
    await world.deploy(ASK, DOUBLE)

    with pytest.raises(UnknownProcess, match=r"'UsrAks'; did you mean UsrAsk\? Names are case-"):
        await world.engine.catalog.find("UsrAks")
    with pytest.raises(UnknownProcess, match="deploy it first"):
        await world.engine.catalog.find("Something else")


@pytest.mark.parametrize("name", ["", "\0", "\ud800", "x" * 10_000, "' or 1 = 1 --"])
async def test_a_name_that_none_can_have_is_unknown(world: World, name: str) -> None:
    await world.deploy(ASK)

    with pytest.raises(UnknownProcess):
        await world.engine.catalog.find(name)


async def test_what_is_not_there_cannot_be_disabled(world: World) -> None:
    with pytest.raises(UnknownProcess):
        await world.engine.catalog.enable("UsrNone", False)


async def test_a_version_that_was_never_deployed_is_unknown(world: World) -> None:
    await world.deploy(ASK)

    with pytest.raises(UnknownProcess, match="no version 2 of process 'UsrAsk'"):
        await world.engine.catalog.version("UsrAsk", 2)


async def test_a_change_by_another_program_is_seen_at_the_next_look(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(ASK)
    assert await version_of(world, "UsrAsk") == 1

    async with open_world(tmp_path) as other:
        await other.deploy(ASK_TWICE)
        assert await version_of(world, "UsrAsk") == 2

        await other.engine.catalog.enable("UsrAsk", False)
        assert not (await world.engine.catalog.find("UsrAsk")).enabled


async def test_a_process_that_changes_while_it_is_read_is_not_kept_as_it_was(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(straight("UsrAsk", *(user(f"ask{n}") for n in range(500))), DOUBLE)
    async with open_world(tmp_path) as other:
        reading = asyncio.ensure_future(other.engine.catalog.find("UsrAsk"))
        await asyncio.sleep(0)
        await world.deploy(ASK)
        await other.engine.catalog.find("UsrDouble")
        await reading

        assert await version_of(other, "UsrAsk") == 2
