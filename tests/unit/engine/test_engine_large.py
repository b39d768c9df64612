"""Large processes and large loops: what one more element or item costs is counted, not timed."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from procession.core.apply import replay
from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import ProcessInstance, Status
from procession.signals import RECEIVERS_AT_ONCE_MAX
from procession.stores import Write
from procession.stores.codec import encode_changes
from procession.stores.sqlite import FILE_NAME
from tests.unit.engine.drawing import flow, handler, process, straight, user
from tests.unit.engine.engine_world import World
from tests.unit.engine.occasions import catch, declared, signal, statuses

PARAMETERS = """
<p:parameter code="Number" type="Integer" direction="in"/>
<p:parameter code="Amount" type="Integer" default="7"/>
<p:parameter code="Score" type="Integer" direction="out"/>
"""
TEXTS = """<p:parameter code="Texts" type="Any" default="['long ' * 400 for n in range(100)]"/>"""
COUNTS_SNAPSHOTS = """
create table tally (bytes integer not null);
insert into tally values (0);
create trigger one after insert on snapshot begin
  update tally set bytes = bytes + length(new.body); end;
create trigger two after update on snapshot begin
  update tally set bytes = bytes + length(new.body); end;
"""
DEEP = 1_000
SEQUENTIAL = 'isSequential="true"'


def each(attributes: str = "") -> str:
    inner = "<loopCardinality>Number</loopCardinality>"
    return (
        f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"
    )


def script(loop: str) -> str:
    return f'<scriptTask id="work" p:result="Score" p:formula="loopCounter">{loop}</scriptTask>'


def sub_process(loop: str) -> str:
    inner = f'<startEvent id="a"/><task id="b"/><endEvent id="c"/>{flow("a", "b")}{flow("b", "c")}'
    return f'<subProcess id="work">{loop}{inner}</subProcess>'


def service(loop: str) -> str:
    return handler().replace("</serviceTask>", f"{loop}</serviceTask>")


def asked(loop: str) -> str:
    return f'<userTask id="work">{loop}</userTask>'


async def looped(
    world: World, number: int, task: str, parameters: str = PARAMETERS
) -> ProcessInstance:
    """A run of a loop with so many rounds, when it rests or has ended."""
    name = f"UsrLoop{number}"
    await world.deploy(straight(name, task, parameters=parameters))
    run = (await world.start(name, {"Number": number})).instance_id
    return await world.load(run)


async def history(world: World, run: InstanceId) -> tuple[int, int]:
    """How many changes a run has had, and how many characters its history has."""
    turns, after = [], 0
    while some := await world.store.history(run, after=after):
        turns += some
        after = turns[-1].revision
    changes = [change for turn in turns for change in turn.changes]
    assert replay(changes) == await world.load(run)
    return len(changes), sum(len(encode_changes(turn.changes)) for turn in turns)


async def execute(world: World, run: InstanceId, number: ElementInstanceId) -> None:
    await world.engine.execute_element(element_uid(run, number), {}, caller="Ann")


# -- loops ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", ["", SEQUENTIAL], ids=["parallel", "sequential"])
@pytest.mark.parametrize("task", [script, sub_process])
async def test_an_item_costs_the_same_in_a_loop_of_200_and_of_2000(
    world: World, task: Callable[[str], str], attributes: str
) -> None:
    costs = []
    for number in (200, 2_000):
        ended = await looped(world, number, task(each(attributes)))
        assert ended.status is Status.COMPLETED
        changes, characters = await history(world, ended.instance_id)
        costs.append((changes / number, characters / number))

    (few_changes, few_characters), (many_changes, many_characters) = costs
    assert many_changes == pytest.approx(few_changes, rel=0.1)
    assert many_characters == pytest.approx(few_characters, rel=0.1)
    assert len(ended.elements) == 1


@pytest.mark.parametrize("attributes", ["", SEQUENTIAL], ids=["parallel", "sequential"])
async def test_each_of_many_items_is_done_once_outside(world: World, attributes: str) -> None:
    ended = await world.ended((await looped(world, 300, service(each(attributes)))).instance_id)

    assert ended.status is Status.COMPLETED
    assert len(set(world.desk.uids)) == len(world.desk.uids) == 300
    assert len(ended.jobs) == 0


async def test_executing_one_of_2000_waiting_items_writes_what_one_of_20_writes(
    world: World,
) -> None:
    sizes = []
    for number in (20, 2_000):
        run = (await looped(world, number, asked(each()))).instance_id
        before = (await world.load(run)).elements
        rounds = [id for id, me in before.items() if me.round]
        assert len(rounds) == number
        _, old = await history(world, run)
        await execute(world, run, rounds[number // 2])
        _, new = await history(world, run)
        sizes.append(new - old)

    assert sizes[1] <= sizes[0] + 20, "the numbers are longer, no more"


async def test_the_items_of_a_loop_are_not_written_again_as_its_rounds_end(
    world: World, tmp_path: Path
) -> None:
    inner = "<loopDataInputRef>Texts</loopDataInputRef><inputDataItem id='item' name='item'/>"
    task = asked(each().replace("<loopCardinality>Number</loopCardinality>", inner))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript(COUNTS_SNAPSHOTS)
    run = (await looped(world, 100, task, PARAMETERS + TEXTS)).instance_id
    whole = _snapshots_written(tmp_path)

    for number in [id for id, me in (await world.load(run)).elements.items() if me.round]:
        await execute(world, run, number)

    assert await world.status(run) is Status.COMPLETED
    assert whole > 400_000, "the list and its items"
    assert _snapshots_written(tmp_path) < 1.5 * whole, "the list once more, as it ended"


def _snapshots_written(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return int(connection.execute("select bytes from tally").fetchone()[0])


# -- depth ----------------------------------------------------------------------------------------


def nested(depth: int, *innermost: str) -> str:
    """A process of sub-processes, each in the one before."""
    begins = "".join(f'<subProcess id="s{number}">' for number in range(depth))
    inner = "".join(innermost) + "</subProcess>" * depth
    return process("UsrDeep", begins + inner, parameters=PARAMETERS)


async def test_a_task_1000_sub_processes_deep_sees_the_values_of_the_process(
    world: World,
) -> None:
    script = '<scriptTask id="count" p:result="Score" p:formula="Amount + Number"/>'
    await world.deploy(nested(DEEP, script, user(), flow("count", "ask")))
    run = (await world.start("UsrDeep", {"Number": 1})).instance_id
    waiting = await world.load(run)

    await world.execute(run, "ask")

    assert len(waiting.elements) == 1 + DEEP + 1
    assert waiting.values["Score"] == 8
    assert (await world.ended(run)).status is Status.COMPLETED


async def test_a_run_1000_sub_processes_deep_can_be_canceled(world: World) -> None:
    await world.deploy(nested(DEEP, user()))
    run = (await world.start("UsrDeep", {"Number": 1})).instance_id

    await world.engine.cancel(run, "enough")

    ended = await world.load(run)
    assert (ended.status, len(ended.elements)) == (Status.CANCELED, 1)


# -- signals --------------------------------------------------------------------------------------


async def test_a_signal_goes_to_some_at_a_time_and_others_are_answered_between_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, sizes = 2 * RECEIVERS_AT_ONCE_MAX + 50, list[int]()
    await world.deploy(declared(straight("UsrWaits", catch(signal()))), straight("UsrOther"))
    await asyncio.gather(*(world.start("UsrWaits", wait=None) for _ in range(number)))
    commit = world.store.commit

    async def counted(writes: Sequence[Write], **others: object) -> None:
        sizes.append(len(writes))
        await commit(writes, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "commit", counted)
    throwing = asyncio.create_task(world.engine.signals.throw("alarm"))
    await asyncio.sleep(0)
    other = await world.start("UsrOther", wait=None)
    answered_first = not throwing.done()
    await throwing

    assert other.status is Status.COMPLETED
    assert answered_first
    assert sorted(sizes)[-3:] == [50, RECEIVERS_AT_ONCE_MAX, RECEIVERS_AT_ONCE_MAX]
    assert set(await statuses(world, "UsrWaits")) == {Status.COMPLETED}
