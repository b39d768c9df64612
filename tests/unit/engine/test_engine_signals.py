"""Signals: all that wait have it, once, in order, whatever dies; escalations that leave a call."""

import asyncio
from pathlib import Path

import pytest

from procession import signals
from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.errors import BadValue, BpmnError, StoreUnavailable
from procession.stores import InstanceRow
from tests.unit.engine.drawing import call, flow, formula, handler, process, straight, user
from tests.unit.engine.engine_world import Clock, World, open_world
from tests.unit.engine.occasions import (
    LEASE_OVER,
    Death,
    begun,
    catch,
    declared,
    error,
    escalation,
    mortal_world,
    no_signal_is_on_its_way,
    runs_of,
    signal,
    spoil,
    statuses,
    throw,
    until,
)

WAITS = declared(straight("UsrWaits", catch(signal())))
THROWS = declared(straight("UsrThrows", throw(signal(payload="Amount"))))
BEGINS = begun("UsrBegins", signal())
DONE, WAITING = Status.COMPLETED, Status.RUNNING


async def start(world: World, name: str, **given: object) -> InstanceId:
    world.clock.move(0.001)  # Ids grow with the time.
    return (await world.start(name, given)).instance_id


async def wait_for(world: World, number: int, name: str = "UsrWaits") -> None:
    await asyncio.gather(*(world.start(name, wait=None) for _ in range(number)))


async def test_a_signal_reaches_all_runs_that_wait_and_starts_processes(world: World) -> None:
    await world.deploy(WAITS, THROWS, BEGINS)
    await wait_for(world, 3)

    await start(world, "UsrThrows", Amount="4")

    for run in await runs_of(world, "UsrWaits") + await runs_of(world, "UsrBegins"):
        assert (await world.ended(run)).values["Amount"] == 4
    assert await statuses(world, "UsrBegins") == [DONE]
    assert await statuses(world, "UsrThrows") == [DONE]


async def test_a_signal_is_not_kept_for_who_waits_later(world: World) -> None:
    await world.deploy(WAITS)
    await world.engine.signals.throw("alarm")

    await start(world, "UsrWaits")

    assert await statuses(world, "UsrWaits") == [WAITING]
    assert await world.store.events.oldest_broadcast() is None


async def test_a_run_with_several_catchers_has_them_all_triggered(world: World) -> None:
    elements = ['<startEvent id="start"/>', '<parallelGateway id="fork"/>']
    elements += [catch(signal(), id) for id in ("one", "two")] + ['<endEvent id="end"/>']
    flows = [flow("start", "fork")]
    flows += [flow(*ends) for id in ("one", "two") for ends in (("fork", id), (id, "end"))]
    await world.deploy(declared(process("UsrBoth", *elements, *flows)))
    run = await start(world, "UsrBoth")

    await world.engine.signals.throw("alarm")

    assert (await world.load(run)).status is DONE


async def test_signals_of_one_run_reach_another_in_their_order(world: World) -> None:
    elements = ['<startEvent id="start"/>', '<parallelGateway id="fork"/>']
    elements += [catch(signal("Clear"), "clear"), catch(signal("Alarm"), "alarm")]
    elements += [formula(f"note_{id}", "Text", f"Text + '{id} '") for id in ("alarm", "clear")]
    flows = [flow("start", "fork")]
    for id in ("alarm", "clear"):
        flows += [flow("fork", id), flow(id, f"note_{id}"), flow(f"note_{id}", "end")]
    await world.deploy(declared(process("UsrNotes", *elements, '<endEvent id="end"/>', *flows)))
    throws = [throw(signal("Alarm"), "one"), throw(signal("Clear"), "two")]
    await world.deploy(declared(straight("UsrThrows", *throws)))
    runs = [await start(world, "UsrNotes", Text="") for _ in range(5)]

    await start(world, "UsrThrows")

    assert {(await world.ended(run)).values["Text"] for run in runs} == {"alarm clear "}


async def test_what_no_run_can_hold_is_not_thrown(world: World) -> None:
    with pytest.raises(BadValue):
        await world.engine.signals.throw("alarm", {"Text": "a\0b"})


async def test_a_disabled_process_is_not_started_by_a_signal(world: World) -> None:
    await world.deploy(BEGINS)
    await world.engine.catalog.enable("UsrBegins", False)

    await world.engine.signals.throw("alarm")

    assert await runs_of(world, "UsrBegins") == []


async def test_a_run_that_has_a_fault_keeps_no_other_from_the_signal(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(declared(straight("UsrBroken", catch(signal()))), WAITS, BEGINS)
        await start(world, "UsrWaits")
        await start(world, "UsrBroken")
        await start(world, "UsrWaits")
    spoil(tmp_path, "UsrBroken")

    async with open_world(tmp_path) as world:
        await world.engine.signals.throw("alarm")

        assert await statuses(world, "UsrWaits") == [DONE, DONE]
        assert await statuses(world, "UsrBroken") == [WAITING]
        assert await statuses(world, "UsrBegins") == [DONE]


async def test_two_thousand_runs_have_a_signal_once_though_the_program_dies_midway(
    tmp_path: Path,
) -> None:
    clock = Clock()
    async with open_world(tmp_path, clock=clock) as world:
        await world.deploy(WAITS)
        await wait_for(world, 2_000)

    async with mortal_world(tmp_path, Death(9), clock) as dying:
        with pytest.raises(StoreUnavailable):
            await dying.engine.signals.throw("alarm")
        count = [row.status for row in await all_runs(dying)]
        assert count.count(DONE) == 8 * signals.RECEIVERS_AT_ONCE_MAX

    async with open_world(tmp_path, clock=clock, polling=True) as world:
        await until(lambda: no_signal_is_on_its_way(world))
        rows = await all_runs(world)
        assert [row.status for row in rows] == [DONE] * 2_000
        assert {row.revision for row in rows} == {2}


async def all_runs(world: World) -> list[InstanceRow]:
    return await world.store.instances(process="UsrWaits", status=None, limit=10_000)


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("commits", range(6))
async def test_a_crash_at_any_commit_neither_loses_a_signal_nor_gives_it_twice(
    tmp_path: Path, commits: int, noticed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "RECEIVERS_AT_ONCE_MAX", 2)
    others = [begun(f"UsrBegins{number}", signal()) for number in range(3)]
    clock = Clock()
    async with open_world(tmp_path, clock=clock) as world:
        await world.deploy(WAITS, THROWS, *others)
        await wait_for(world, 3)

    async with mortal_world(tmp_path, Death(commits, noticed=noticed), clock) as dying:
        try:
            thrower = await dying.start("UsrThrows", {"Amount": "4"}, wait=None)
            await dying.engine.settle(thrower.instance_id, 0.1)
        except StoreUnavailable:
            pass  # It has died.

    clock.move(LEASE_OVER)
    async with open_world(tmp_path, clock=clock, polling=True) as world:
        if not await runs_of(world, "UsrThrows"):
            await start(world, "UsrThrows", Amount="4")
        (thrower_run,) = await runs_of(world, "UsrThrows")
        async with asyncio.timeout(10):
            for run in [thrower_run, *await runs_of(world, "UsrWaits")]:
                assert (await world.ended(run)).values["Amount"] == 4
        await until(lambda: no_signal_is_on_its_way(world))
        for number in range(3):
            assert await statuses(world, f"UsrBegins{number}") == [DONE]


async def test_two_programs_work_on_one_signal_and_everyone_has_it_once(tmp_path: Path) -> None:
    clock = Clock()
    async with (
        open_world(tmp_path, clock=clock, polling=True) as one,
        open_world(tmp_path, clock=clock, polling=True) as two,
    ):
        await one.deploy(WAITS, BEGINS)
        await wait_for(one, 150)

        await asyncio.gather(one.engine.signals.throw("alarm"), two.engine.signals.throw("alarm"))

        assert {row.revision for row in await all_runs(one)} == {2}
        assert await statuses(one, "UsrWaits") == [DONE] * 150
        assert len(await runs_of(one, "UsrBegins")) == 2


# -- what leaves a called process -----------------------------------------------------------------


def calls(name: str, *boundary: str, then: str) -> str:
    """Calls UsrCalled; a boundary event leads to a user task."""
    elements = ['<startEvent id="start"/>', call("UsrCalled"), *boundary, user(then)]
    elements += ['<endEvent id="end"/>']
    flows = [flow("start", "call"), flow("call", "end"), flow("caught", then)]
    return declared(process(name, *elements, *flows))


def boundary(definition: str, attributes: str = "") -> str:
    start = f'<boundaryEvent id="caught" attachedToRef="call" {attributes}>'
    return f"{start}{definition}</boundaryEvent>"


async def test_an_escalation_of_a_called_process_reaches_the_call_that_goes_on(
    world: World,
) -> None:
    called = straight("UsrCalled", throw(escalation(payload="Amount")), user())
    caught = boundary(escalation(), 'cancelActivity="false"')
    await world.deploy(declared(called), calls("UsrCalls", caught, then="tell"))

    run = await start(world, "UsrCalls", Amount="9")

    alive = {each.element for each in (await world.load(run)).elements.values()}
    assert alive == {"", "call", "tell"}
    child = await world.child_of(run)
    assert (await world.load(child)).jobs == {}


async def test_an_escalation_at_the_end_of_a_called_process_comes_before_its_answer(
    world: World,
) -> None:
    called = straight("UsrCalled", throw(escalation()))
    caught = boundary(escalation(), 'cancelActivity="false"')
    await world.deploy(declared(called), calls("UsrCalls", caught, then="tell"))

    run = await start(world, "UsrCalls")

    alive = {each.element for each in (await world.load(run)).elements.values()}
    assert alive == {"", "tell"}


async def test_an_error_that_a_handler_throws_carries_its_values(world: World) -> None:
    caught = boundary(error()).replace('"call"', '"work"')
    elements = ['<startEvent id="start"/>', handler(), caught, user(), '<endEvent id="end"/>']
    flows = [flow("start", "work"), flow("work", "end"), flow("caught", "ask")]
    await world.deploy(declared(process("UsrWorks", *elements, *flows)))

    world.desk.answers.append(BpmnError("sold", "there is none left", {"Amount": 9}))
    run = await start(world, "UsrWorks")
    assert (await world.load(run)).values["Amount"] == 9

    world.desk.answers.append(BpmnError("sold", "there is none left", {"Amount": float("nan")}))
    run = await start(world, "UsrWorks")
    assert (await world.incident(run)).code == "BadValue"


async def test_an_error_of_a_called_process_carries_its_values_to_the_caller(world: World) -> None:
    end = f'<endEvent id="end">{error(payload="Amount")}</endEvent>'
    called = process("UsrCalled", '<startEvent id="start"/>', end, flow("start", "end"))
    await world.deploy(declared(called), calls("UsrCalls", boundary(error()), then="tell"))

    run = await start(world, "UsrCalls", Amount="9")

    instance = await world.load(run)
    assert {each.element for each in instance.elements.values()} == {"", "tell"}
    assert instance.values["Amount"] == 9
