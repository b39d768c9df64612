"""Large runs stay in memory between their turns, and nobody can tell that they do."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from procession.connectors import HANDLER, Work
from procession.core.commands import CancelProcess, StartProcess
from procession.core.decide import decide
from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import ProcessInstance, Status
from procession.core.turn import Context
from procession.core.values import Values
from procession.errors import BadValue, Conflict, StoreUnavailable
from procession.kept import RUNS_MAX, KeptInstances
from procession.stores.sqlite import FILE_NAME
from tests.building import build
from tests.stores.trouble import no_file_may_grow_beyond, wal_of
from tests.unit.engine.drawing import call, flow, handler, process, straight, user
from tests.unit.engine.engine_world import Clock, Desk, World, open_world

# A task that waits takes little; a job takes more.
BRANCHES, JOBS = 500, 150


def wide(name: str, number: int, *branch: Callable[[str], str]) -> str:
    """A process with very many branches at once, each of these elements."""
    elements = ['<startEvent id="start"/>', '<parallelGateway id="split"/>', flow("start", "split")]
    for branch_number in range(number):
        before = "split"
        for place, element in enumerate(branch):
            id = f"e{branch_number}_{place}"
            elements += [element(id), flow(before, id)]
            before = id
    return process(name, *elements)


WIDE = wide("UsrWide", BRANCHES, user)
WORKS = wide("UsrWorks", JOBS, handler, handler)
SMALL = straight("UsrSmall", user())
CALLED = straight("UsrCalled", user(), handler())
CALLS = wide("UsrCalls", JOBS, lambda id: call("UsrCalled", id))


async def resting(world: World, process: str = WIDE, name: str = "UsrWide") -> InstanceId:
    await world.deploy(process)
    return (await world.start(name)).instance_id


async def execute(world: World, run: InstanceId, number: int, values: Values | None = None) -> None:
    uid = element_uid(run, ElementInstanceId(number))
    await world.engine.execute_element(uid, values or {}, caller="Ann")


async def kept(world: World, run: InstanceId) -> ProcessInstance:
    return (await world.engine.load(run))[0]


async def test_a_large_run_is_kept_from_turn_to_turn(world: World) -> None:
    run = await resting(world)
    before = await kept(world, run)

    for number in range(3, 13):
        await execute(world, run, number)

    assert await kept(world, run) is before
    assert await world.load(run) == before
    assert len(before.elements) == 1 + BRANCHES - 10


async def test_a_run_with_large_values_is_kept_too(world: World) -> None:
    await world.deploy(straight("UsrTwice", user("one"), user("two")))
    run = (await world.start("UsrTwice", {"Text": "long " * 10_000})).instance_id
    before = await kept(world, run)

    await execute(world, run, 2)

    assert await kept(world, run) is before


async def test_a_small_run_is_read_anew(world: World) -> None:
    run = await resting(world, SMALL, "UsrSmall")

    assert await kept(world, run) is not await kept(world, run)


async def test_a_run_that_has_ended_or_become_small_is_not_kept(world: World) -> None:
    shrunk, ended = await resting(world), (await world.start("UsrWide")).instance_id
    for number in range(3, BRANCHES - 100):
        await execute(world, shrunk, number)
    await world.engine.cancel(ended, "enough")

    for run in (shrunk, ended):
        assert await kept(world, run) is not await kept(world, run)


async def test_what_another_program_did_to_a_large_run_is_seen(
    world: World, tmp_path: Path
) -> None:
    run = await resting(world)
    async with open_world(tmp_path) as other:
        await execute(other, run, 3)
        await execute(world, run, 4)
        await execute(other, run, 5)

        assert await kept(world, run) == await kept(other, run) == await world.load(run)
    assert len((await world.load(run)).elements) == 1 + BRANCHES - 3


async def test_a_turn_that_came_too_late_leaves_nothing_in_memory(
    world: World, tmp_path: Path
) -> None:
    run = await resting(world)
    async with open_world(tmp_path) as other, world.engine.turn_of(run):
        instance, revision = await world.engine.load(run)
        await execute(other, run, 3)

        with pytest.raises(Conflict):
            await world.engine.decide(instance, revision, CancelProcess("enough"))

    assert instance.status is Status.CANCELED
    assert await kept(world, run) is not instance
    assert await kept(world, run) == await world.load(run)
    await execute(world, run, 4)
    assert (await world.load(run)).status is Status.RUNNING


async def test_a_refused_turn_leaves_nothing_in_memory(world: World) -> None:
    run = await resting(world)
    before = await kept(world, run)

    with pytest.raises(BadValue):
        await execute(world, run, 3, {"Amount": "many"})

    assert await kept(world, run) is not before
    assert await kept(world, run) == await world.load(run)


async def test_a_turn_that_cannot_be_stored_leaves_nothing_in_memory(
    world: World, tmp_path: Path
) -> None:
    run = await resting(world)
    before = await kept(world, run)
    size = wal_of(tmp_path / FILE_NAME).stat().st_size

    with no_file_may_grow_beyond(size), pytest.raises(StoreUnavailable):
        await execute(world, run, 3)

    assert await kept(world, run) is not before
    assert await kept(world, run) == await world.load(run)
    await execute(world, run, 3)
    assert len((await world.load(run)).elements) == BRANCHES


async def test_a_turn_whose_caller_went_away_leaves_nothing_in_memory(world: World) -> None:
    run = await resting(world)
    turn = asyncio.ensure_future(execute(world, run, 3))
    await asyncio.sleep(0)

    turn.cancel()
    assert isinstance(*await asyncio.gather(turn, return_exceptions=True), asyncio.CancelledError)
    await execute(world, run, 4)

    assert await kept(world, run) == await world.load(run)
    assert len((await world.load(run)).elements) == 1 + BRANCHES - 2


async def test_what_a_caller_was_told_does_not_change_with_the_run(world: World) -> None:
    await world.deploy(WIDE)
    outcome = await world.start("UsrWide", {"Amount": 1})
    told = dict(outcome.values)

    await execute(world, outcome.instance_id, 3, {"Amount": 2})

    assert outcome.values == told
    assert (await world.load(outcome.instance_id)).values["Amount"] == 2


class Scribbler(Desk):
    """Writes into what it is given."""

    async def run(self, work: Work) -> Values:
        work.values.clear()
        return await super().run(work)


async def test_whoever_does_a_job_may_write_into_what_it_was_given(tmp_path: Path) -> None:
    desk = Scribbler()
    async with open_world(tmp_path, connectors={HANDLER: desk}) as world:
        desk.close_for_now()
        await world.deploy(WORKS)
        run = (await world.start("UsrWorks", wait=0)).instance_id
        await desk.visits(5)

        assert await kept(world, run) == await world.load(run)

        desk.open_again()
        assert (await world.ended(run)).status is Status.COMPLETED
    assert len(set(desk.uids)) == len(desk.works) == 2 * JOBS


async def test_a_large_run_calls_others_and_takes_their_answers(world: World) -> None:
    await world.deploy(CALLED, CALLS)
    run = (await world.start("UsrCalls")).instance_id
    children = [row.id for row in await world.engine.instances(limit=1_000) if row.parent == run]

    assert len(children) == JOBS
    for child in children:
        await execute(world, child, 2)

    assert (await world.ended(run)).status is Status.COMPLETED


async def test_a_large_run_whose_caller_waits_is_seen_when_it_rests(world: World) -> None:
    await world.deploy(WORKS)

    outcome = await world.start("UsrWorks")

    assert (outcome.status, outcome.values["Score"]) == (Status.COMPLETED, 1)
    assert len(await world.store.history(outcome.instance_id)) == 2 * JOBS + 1


# -- what is kept ---------------------------------------------------------------------------------

_numbers = count(1)


def waiting() -> ProcessInstance:
    start = StartProcess(InstanceId(UUID(int=next(_numbers))), {}, "Ann")
    return decide(build("start → user ask → end"), None, start, Context(Clock()())).instance


def there(keeping: KeptInstances, *instances: ProcessInstance) -> list[bool]:
    return [keeping.get(each.instance_id, 1) is each for each in instances]


def test_a_small_run_is_not_kept_and_one_that_became_small_not_any_more() -> None:
    keeping = KeptInstances()
    small, large, shrunk = waiting(), waiting(), waiting()

    for each, size in ((small, 0), (large, 1), (shrunk, 1), (shrunk, 0)):
        keeping.keep(each, 1, size)

    assert there(keeping, small, large, shrunk) == [False, True, False]
    assert [each.instance_id in keeping for each in (small, large, shrunk)] == [False, True, False]


def test_what_was_used_longest_ago_makes_room() -> None:
    keeping = KeptInstances(30)
    one, two, three, four = (waiting() for _ in range(4))
    for each in (one, two, three, one, four):
        keeping.keep(each, 1, 10)

    assert there(keeping, one, two, three, four) == [True, False, True, True]


def test_the_newest_one_stays_however_large_and_alone() -> None:
    keeping = KeptInstances(30)
    one, giant = waiting(), waiting()

    keeping.keep(one, 1, 10)
    keeping.keep(giant, 1, 10_000)

    assert there(keeping, one, giant) == [False, True]


def test_no_more_than_so_many_runs_are_kept() -> None:
    keeping = KeptInstances()
    runs = [waiting() for _ in range(RUNS_MAX + 1)]

    for each in runs:
        keeping.keep(each, 1, 1)

    assert there(keeping, *runs) == [False] + [True] * RUNS_MAX


def test_another_revision_is_another_state() -> None:
    keeping, run = KeptInstances(), waiting()

    keeping.keep(run, 2, 1)

    assert keeping.get(run.instance_id, 1) is None
    assert keeping.get(run.instance_id, 2) is run


def test_what_a_turn_has_taken_is_known_and_not_there() -> None:
    keeping, run = KeptInstances(), waiting()
    keeping.keep(run, 1, 1)

    keeping.take(run.instance_id)

    assert run.instance_id in keeping
    assert keeping.get(run.instance_id, 1) is None


def test_a_run_that_goes_on_is_counted_once() -> None:
    keeping = KeptInstances(20)
    one, two = waiting(), waiting()
    keeping.keep(one, 1, 10)
    for revision in (1, 2, 3, 1):
        keeping.keep(two, revision, 10)

    assert there(keeping, one, two) == [True, True]
