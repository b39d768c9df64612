"""Data stores: runs share them, each update counts once, who comes too late decides again."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from procession import conflicts
from procession.core.changes import DataStoreRead, DataStoreWritten
from procession.core.ids import InstanceId, element_uid
from procession.core.instance import Status
from procession.errors import StoreUnavailable
from procession.stores.events import BeginBroadcast
from procession.stores.sqlite import FILE_NAME
from tests.unit.engine.drawing import call, flow, process, straight, user
from tests.unit.engine.engine_world import ANN, World, open_world
from tests.unit.engine.occasions import (
    MINUTE,
    begun,
    catch,
    condition,
    every,
    message,
    runs_of,
    signal,
    statuses,
)
from tests.unit.engine.occasions import declared as with_events

STORE = (
    '<itemDefinition id="int" structureRef="xsd:int"/>'
    '<dataStore id="total" name="Total" itemSubjectRef="int"/>'
)
REFERENCE = '<dataStoreReference id="kept" dataStoreRef="total"/>'
PLUS_ONE = (
    "<dataOutputAssociation><sourceRef>kept</sourceRef><targetRef>kept</targetRef>"
    "<transformation>(Total or 0) + 1</transformation></dataOutputAssociation>"
)


def adding(kind: str = "task", id: str = "add", *, within: str = "") -> str:
    """An activity that adds one to the data store as it completes."""
    return f'<{kind} id="{id}">{PLUS_ONE}{within}</{kind}>'


def declared(text: str) -> str:
    """The process with what its events name and with the data store."""
    return STORE + with_events(text).replace("<startEvent", f"{REFERENCE}<startEvent", 1)


ADDS = declared(straight("UsrAdds", adding()))
FIFTY = "<standardLoopCharacteristics loopMaximum='50'/>"
ASKS = declared(straight("UsrAsks", adding("userTask", within=FIFTY)))
WAITS = declared(straight("UsrWaits", catch(signal()), adding()))


def total(world: World) -> Any:
    return world.store.data_stores.find(["total"])["total"].value


async def add(world: World, times: int) -> None:
    await asyncio.gather(*(world.start("UsrAdds") for _ in range(times)))


async def used(world: World, run: InstanceId) -> list[object]:
    """What a run has done with data stores."""
    turns = await world.store.history(run)
    kinds = DataStoreRead | DataStoreWritten
    return [change for turn in turns for change in turn.changes if isinstance(change, kinds)]


# -- one program ----------------------------------------------------------------------------------


async def test_each_of_a_hundred_runs_that_start_at_once_adds_one(world: World) -> None:
    await world.deploy(ADDS)

    await add(world, 100)

    assert total(world) == 100
    assert await statuses(world, "UsrAdds") == [Status.COMPLETED] * 100


async def test_two_runs_that_add_one_fifty_times_each_add_a_hundred(world: World) -> None:
    await world.deploy(ASKS)

    async def add_fifty() -> Status:
        run = (await world.start("UsrAsks")).instance_id
        for _ in range(50):
            number = max((await world.load(run)).elements)
            await world.engine.execute_element(element_uid(run, number), {}, caller=ANN)
        return await world.status(run)

    assert {*await asyncio.gather(add_fifty(), add_fifty())} == {Status.COMPLETED}
    assert total(world) == 100


async def test_a_value_is_there_when_the_service_starts_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(ADDS)
        await add(world, 2)

    async with open_world(tmp_path) as world:
        await add(world, 1)
        assert total(world) == 3


async def test_the_history_tells_what_a_run_has_done_with_data_stores(world: World) -> None:
    await world.deploy(ADDS)
    await add(world, 1)

    (run,) = await runs_of(world, "UsrAdds")

    assert await used(world, run) == [DataStoreRead("total"), DataStoreWritten("total", 1)]


async def test_a_call_and_its_caller_use_one_data_store(world: World) -> None:
    calls = declared(straight("UsrCalls", adding(id="before"), call("UsrAdds"), adding(id="after")))
    await world.deploy(calls, ADDS)

    assert (await world.start("UsrCalls")).status is Status.COMPLETED
    assert total(world) == 3


# -- turns of several runs in one commit ----------------------------------------------------------


async def test_all_receivers_of_a_signal_add_one_after_the_other(world: World) -> None:
    await world.deploy(WAITS)
    await asyncio.gather(*(world.start("UsrWaits") for _ in range(150)))

    await world.engine.signals.throw("alarm")

    assert total(world) == 150


async def test_others_add_while_a_signal_goes_round(world: World) -> None:
    await world.deploy(WAITS)
    await world.deploy(ADDS)
    await asyncio.gather(*(world.start("UsrWaits") for _ in range(150)))

    await asyncio.gather(
        world.engine.signals.throw("alarm"), *(add(world, 1) for _ in range(100)), add(world, 50)
    )

    assert total(world) == 300


async def test_what_is_started_by_a_message_a_timer_or_a_condition_adds(world: World) -> None:
    for name, definition in (
        ("UsrTold", message()),
        ("UsrTimely", every(10)),
        ("UsrWarm", condition("1 &lt; 2")),
    ):
        begins = begun(name, definition, adding()).replace("<startEvent", f"{REFERENCE}<startEvent")
        await world.deploy(STORE + begins)

    await world.engine.messages.send("paid")
    assert total(world) == 1
    world.clock.move(10 * MINUTE)
    await world.engine.starts.start_due()
    assert total(world) == 2
    await world.engine.starts.conditions_may_hold({}, caller=ANN)
    assert total(world) == 3


async def test_a_fault_of_one_receiver_leaves_what_it_had_stored_before_in_its_place(
    world: World,
) -> None:
    host = (
        '<userTask id="host"/><boundaryEvent id="b" attachedToRef="host" parallelMultiple="true">'
        '<signalEventDefinition signalRef="Alarm"><extensionElements>'
        '<p:output source="weight" target="Amount"/></extensionElements></signalEventDefinition>'
        f'{message()}</boundaryEvent><endEvent id="late"/>'
    )
    twice = process(
        "UsrTwice",
        *('<startEvent id="start"/>', catch(signal()), adding(), user("first"), user("later")),
        host,
        *(flow("start", "wait"), flow("wait", "add"), flow("add", "later")),
        *(flow("start", "first"), flow("first", "host"), flow("b", "late")),
    )
    await world.deploy(declared(twice))
    await world.deploy(WAITS)
    faulty = (await world.start("UsrTwice")).instance_id
    other = (await world.start("UsrWaits")).instance_id
    await world.execute(faulty, "first")

    await world.engine.signals.throw("alarm", {"weight": "many"})

    assert total(world) == 2
    written = [await used(world, run) for run in (faulty, other)]
    assert [changes[-1] for changes in written] == [
        DataStoreWritten("total", 1),
        DataStoreWritten("total", 2),
    ]


# -- several programs -----------------------------------------------------------------------------


async def test_two_programs_add_to_one_data_store(tmp_path: Path) -> None:
    async with open_world(tmp_path) as one, open_world(tmp_path) as two:
        await one.deploy(ADDS)

        async def add_fifty(world: World) -> None:
            for _ in range(10):
                await add(world, 5)

        await asyncio.gather(add_fifty(one), add_fifty(two))

        assert (total(one), total(two)) == (100, 100)


class Stranger:
    """Another program, which holds the store and then writes a value."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
        self._connection.execute("begin immediate")

    def write(self, number: int, version: str = "a stranger's") -> None:
        self._connection.execute(
            "insert into data_store values ('total', ?, ?, 0) "
            "on conflict do update set version = excluded.version, value = excluded.value",
            (version, f'{{"value":{number}}}'),
        )
        self._connection.execute("commit")

    def close(self) -> None:
        self._connection.close()


async def test_who_was_too_late_decides_again_on_what_is_there_now(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(ADDS)
        with closing(Stranger(tmp_path)) as stranger:
            adding_one = asyncio.create_task(add(world, 3))
            await asyncio.sleep(0.05)
            assert total(world) == 3  # They are decided, each on what the one before will leave.

            stranger.write(1_000)
            await adding_one

        assert total(world) == 1_003
        assert await statuses(world, "UsrAdds") == [Status.COMPLETED] * 3


async def test_a_run_that_only_reads_is_decided_again_too(tmp_path: Path) -> None:
    read = (
        '<task id="look"><dataOutputAssociation><sourceRef>kept</sourceRef>'
        "<targetRef>Score</targetRef></dataOutputAssociation></task>"
    )
    async with open_world(tmp_path) as world:
        await world.deploy(declared(straight("UsrLooks", read)))
        with closing(Stranger(tmp_path)) as stranger:
            looking = asyncio.create_task(world.start("UsrLooks"))
            await asyncio.sleep(0.05)
            stranger.write(5)

        assert (await looking).values["Score"] == 5


async def test_a_signal_that_was_too_late_goes_round_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(WAITS)
        await asyncio.gather(*(world.start("UsrWaits") for _ in range(3)))
        begin = BeginBroadcast("alarm", {}, "Ann")
        await world.engine.commit([], world.clock.now, [begin])
        with closing(Stranger(tmp_path)) as stranger:
            going_round = asyncio.create_task(world.engine.signals.go_on())
            await asyncio.sleep(0.2)
            stranger.write(1_000)
            await going_round

        assert total(world) == 1_003


async def test_who_is_too_late_each_time_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "ATTEMPTS_MAX", 1)
    async with open_world(tmp_path) as world:
        await world.deploy(ADDS)
        with closing(Stranger(tmp_path)) as stranger:
            late = asyncio.create_task(world.start("UsrAdds"))
            await asyncio.sleep(0.05)
            stranger.write(5)

        with pytest.raises(StoreUnavailable, match=r"data store of UsrAdds .* too many at once"):
            await late
        assert total(world) == 5
