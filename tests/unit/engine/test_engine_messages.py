"""Messages between runs: whoever comes first, whatever dies, exactly one takes each."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.errors import BadValue, StoreError
from procession.messages import Fate
from tests.unit.engine.drawing import flow, process, straight
from tests.unit.engine.engine_world import Clock, World, open_world
from tests.unit.engine.occasions import (
    LEASE_OVER,
    MINUTE,
    Death,
    begun,
    catch,
    declared,
    message,
    mortal_world,
    runs_of,
    spoil,
    statuses,
    throw,
    until,
)

WAITS = declared(straight("UsrWaits", catch(message())))
WAITS_BY_KEY = declared(straight("UsrWaits", catch(message(key="Text"))))
SENDS = declared(straight("UsrSends", throw(message(key="Text", payload="Amount"))))
SENDS_SHORTLY = declared(straight("UsrSends", throw(message(live="PT10M"))))
SENDS_NOW = declared(straight("UsrSends", throw(message(live="PT0S"))))
BEGINS = begun("UsrBegins", message())
DONE, WAITING = Status.COMPLETED, Status.RUNNING


async def start(world: World, name: str, **given: object) -> InstanceId:
    world.clock.move(0.001)  # Ids grow with the time.
    return (await world.start(name, given)).instance_id


async def test_a_message_goes_to_the_run_that_waits_and_carries_its_values(world: World) -> None:
    await world.deploy(WAITS, SENDS)
    waits = await start(world, "UsrWaits")

    await start(world, "UsrSends", Amount="12", Text="A")

    assert (await world.ended(waits)).values["Amount"] == 12
    assert await statuses(world, "UsrSends") == [DONE]


async def test_a_message_is_kept_until_a_run_waits_for_it(world: World) -> None:
    await world.deploy(WAITS, SENDS)
    await start(world, "UsrSends", Amount="12", Text="A")

    waits = await start(world, "UsrWaits")

    assert (await world.load(waits)).status is DONE
    assert (await world.load(waits)).values["Amount"] == 12
    await start(world, "UsrWaits")
    assert await statuses(world, "UsrWaits") == [DONE, WAITING]


async def test_a_run_that_waits_with_a_key_takes_a_message_with_this_key_only(world: World) -> None:
    await world.deploy(WAITS_BY_KEY, SENDS)
    for key in ("A", "B", "C"):
        await start(world, "UsrWaits", Text=key)

    await start(world, "UsrSends", Text="B")
    assert await statuses(world, "UsrWaits") == [WAITING, DONE, WAITING]

    await start(world, "UsrSends", Text="D")
    await start(world, "UsrWaits", Text="E")
    await start(world, "UsrWaits", Text="D")
    assert await statuses(world, "UsrWaits") == [WAITING, DONE, WAITING, WAITING, DONE]


async def test_of_several_runs_the_one_that_has_waited_longest_takes_it(world: World) -> None:
    await world.deploy(WAITS, SENDS)
    for _ in range(3):
        await start(world, "UsrWaits")

    for number in (1, 2):
        await start(world, "UsrSends", Text="A")
        assert await statuses(world, "UsrWaits") == [DONE] * number + [WAITING] * (3 - number)


async def test_a_hundred_messages_at_once_are_taken_by_a_hundred_runs(world: World) -> None:
    await world.deploy(WAITS, SENDS)
    for _ in range(60):
        await start(world, "UsrWaits")

    sent = (world.engine.messages.send("paid", payload={"Amount": n}) for n in range(100))
    later = (start(world, "UsrWaits") for _ in range(40))
    await asyncio.gather(*sent, *later)

    runs = [await world.ended(run) for run in await runs_of(world, "UsrWaits")]
    assert sorted(run.values["Amount"] for run in runs) == list(range(100))


async def test_a_run_can_send_itself_a_message(world: World) -> None:
    elements = ['<startEvent id="start"/>', '<parallelGateway id="fork"/>', catch(message())]
    elements += [throw(message(payload="Amount")), '<endEvent id="end"/>']
    ways = [("start", "fork"), ("fork", "wait"), ("fork", "throw"), ("wait", "end")]
    flows = [flow(one, after) for one, after in [*ways, ("throw", "end")]]
    await world.deploy(declared(process("UsrBoth", *elements, *flows)))

    run = await start(world, "UsrBoth")

    assert (await world.load(run)).status is DONE


async def test_a_message_starts_a_process_if_nobody_waits_for_it(world: World) -> None:
    await world.deploy(BEGINS, WAITS, SENDS)
    waits = await start(world, "UsrWaits")

    await start(world, "UsrSends", Amount="1", Text="A")
    assert await runs_of(world, "UsrBegins") == []
    assert (await world.load(waits)).status is DONE

    await start(world, "UsrSends", Amount="2", Text="A")
    (begun_run,) = await runs_of(world, "UsrBegins")
    assert (await world.ended(begun_run)).values["Amount"] == 2


async def test_a_disabled_process_is_not_started_by_a_message(world: World) -> None:
    await world.deploy(BEGINS)
    await world.engine.catalog.enable("UsrBegins", False)

    assert (await world.engine.messages.send("paid")).fate is Fate.KEPT
    await world.engine.catalog.enable("UsrBegins", True)
    assert (await world.engine.messages.send("paid")).fate is Fate.STARTED


async def test_a_new_version_replaces_what_starts_a_process(world: World) -> None:
    await world.deploy(BEGINS)
    await world.deploy(begun("UsrBegins", message("Sent")))

    assert (await world.engine.messages.send("paid")).fate is Fate.KEPT
    assert (await world.engine.messages.send("sent")).fate is Fate.STARTED


async def test_a_message_from_outside_says_what_became_of_it(world: World) -> None:
    await world.deploy(WAITS_BY_KEY, BEGINS)
    waits = await start(world, "UsrWaits", Text="7")

    taken = await world.engine.messages.send("paid", keys=["7", 7], payload={"Amount": 3})
    started = await world.engine.messages.send("paid", keys=["7"], caller="Bob")
    kept = await world.engine.messages.send("sent", live_seconds=10)
    lost = await world.engine.messages.send("sent", live_seconds=0)

    assert (taken.fate, taken.instance_id) == (Fate.TAKEN, waits)
    assert started.fate is Fate.STARTED
    assert started.instance_id is not None
    assert (await world.load(started.instance_id)).caller == "Bob"
    assert kept.kept_until == world.clock.now + timedelta(seconds=10)
    assert lost.fate is Fate.UNCLAIMED


@pytest.mark.parametrize("payload", [{"Text": "a\0b"}, {"Text": float("nan")}])
async def test_a_message_with_values_that_no_run_can_hold_is_refused(
    world: World, payload: dict[str, object]
) -> None:
    with pytest.raises(BadValue):
        await world.engine.messages.send("paid", payload=payload)
    with pytest.raises(BadValue):
        await world.engine.messages.send("paid", keys=["x" * 3_000])


async def test_a_message_that_nobody_takes_in_time_is_gone(tmp_path: Path) -> None:
    async with open_world(tmp_path, polling=True) as world:
        await world.deploy(WAITS, SENDS_SHORTLY)
        await start(world, "UsrSends")
        world.clock.move(10 * MINUTE)
        await asyncio.sleep(0.1)

        await start(world, "UsrWaits")

        assert await statuses(world, "UsrWaits") == [WAITING]
        assert not await world.store.events.purge_messages(world.clock.now, limit=10)


async def test_a_message_without_time_to_live_is_not_kept(world: World) -> None:
    await world.deploy(WAITS, SENDS_NOW)

    await start(world, "UsrSends")

    await start(world, "UsrWaits")
    assert await statuses(world, "UsrWaits") == [WAITING]
    assert await statuses(world, "UsrSends") == [DONE]


async def test_messages_of_one_run_keep_their_order(world: World) -> None:
    sends = (throw(message(live="PT1H", payload="Amount"), f"t{n}") for n in range(5))
    counts = (f'<scriptTask id="s{n}" p:result="Amount" p:formula="{n}"/>' for n in range(5))
    steps = [step for pair in zip(counts, sends, strict=True) for step in pair]
    await world.deploy(declared(straight("UsrSends", *steps)), WAITS)
    for _ in range(5):
        await start(world, "UsrWaits")

    await start(world, "UsrSends")

    runs = [await world.ended(run) for run in await runs_of(world, "UsrWaits")]
    assert [run.values["Amount"] for run in runs] == [0, 1, 2, 3, 4]


async def test_a_run_that_has_a_fault_leaves_the_message_to_the_next(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(declared(straight("UsrBroken", catch(message()))), WAITS)
        await start(world, "UsrBroken")
        await start(world, "UsrWaits")
    spoil(tmp_path, "UsrBroken")

    async with open_world(tmp_path) as world:
        delivery = await world.engine.messages.send("paid")

        assert delivery.instance_id in await runs_of(world, "UsrWaits")
        assert await statuses(world, "UsrBroken") == [WAITING]
        assert (await world.engine.messages.send("paid")).fate is Fate.KEPT


# -- two programs, and crashes --------------------------------------------------------------------


async def test_two_programs_on_one_store_take_each_message_once(tmp_path: Path) -> None:
    clock = Clock()
    async with (
        open_world(tmp_path, clock=clock, polling=True) as one,
        open_world(tmp_path, clock=clock, polling=True) as two,
    ):
        await one.deploy(WAITS)
        waits = [start(world, "UsrWaits") for _ in range(20) for world in (one, two)]
        sent = [
            world.engine.messages.send("paid", payload={"Amount": number})
            for number, world in enumerate([one, two] * 20)
        ]
        await asyncio.gather(*(step for pair in zip(waits, sent, strict=True) for step in pair))

        async with asyncio.timeout(20):
            runs = [await one.ended(run) for run in await runs_of(one, "UsrWaits")]
    assert sorted(run.values["Amount"] for run in runs) == list(range(40))


async def test_two_programs_that_deliver_the_same_kept_messages_give_each_once(
    tmp_path: Path,
) -> None:
    clock = Clock()
    async with (
        open_world(tmp_path, clock=clock) as one,
        open_world(tmp_path, clock=clock) as two,
    ):
        await one.deploy(WAITS)
        for number in range(10):
            await one.engine.messages.send("paid", payload={"Amount": number})
        one.engine.on_wanted = lambda run: None  # It is left to the polls.
        await asyncio.gather(*(start(one, "UsrWaits") for _ in range(20)))

        await asyncio.gather(*(world.engine.messages.deliver_wanted() for world in (one, two)))

        runs = [await one.load(run) for run in await runs_of(one, "UsrWaits")]
    taken = [run.values["Amount"] for run in runs if run.status is DONE]
    assert sorted(taken) == list(range(10))


@pytest.mark.parametrize("order", [("UsrWaits", "UsrSends"), ("UsrSends", "UsrWaits")])
@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("commits", range(6))
async def test_a_crash_at_any_commit_neither_loses_a_message_nor_gives_it_twice(
    tmp_path: Path, commits: int, noticed: bool, order: tuple[str, str]
) -> None:
    clock = Clock()
    async with mortal_world(tmp_path, Death(commits, noticed=noticed), clock) as world:
        await world.deploy(WAITS, SENDS)
        for name in order:
            await started_if_it_lives(world, name)

    clock.move(LEASE_OVER)
    async with open_world(tmp_path, clock=clock, polling=True) as world:
        for name in order:
            if not await runs_of(world, name):
                await start(world, name, Amount="5", Text="A")
        (waits,) = await runs_of(world, "UsrWaits")
        async with asyncio.timeout(10):
            assert (await world.ended(waits)).values["Amount"] == 5

        await start(world, "UsrWaits")
        await asyncio.sleep(0.05)
        assert await statuses(world, "UsrWaits") == [DONE, WAITING]


async def started_if_it_lives(world: World, name: str) -> None:
    try:
        outcome = await world.start(name, {"Amount": "5", "Text": "A"}, wait=None)
        await world.engine.settle(outcome.instance_id, 0.1)
    except StoreError:
        pass  # It has died.


async def has_begun(world: World) -> bool:
    return bool(await runs_of(world, "UsrBegins"))


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("commits", range(3))
async def test_a_crash_at_any_commit_starts_one_run_for_one_message(
    tmp_path: Path, commits: int, noticed: bool
) -> None:
    clock = Clock()
    async with mortal_world(tmp_path, Death(commits, noticed=noticed), clock) as world:
        await world.deploy(BEGINS, SENDS)
        await started_if_it_lives(world, "UsrSends")

    clock.move(LEASE_OVER)
    async with open_world(tmp_path, clock=clock, polling=True) as world:
        if not await runs_of(world, "UsrSends"):
            await start(world, "UsrSends", Amount="5", Text="A")
        await until(lambda: has_begun(world))
        await asyncio.sleep(0.05)
        (begun_run,) = await runs_of(world, "UsrBegins")
        assert (await world.ended(begun_run)).values["Amount"] == 5
