"""Events in the store: who waits, what is kept, what is on its way; guarded, with decisions."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from procession.core.changes import CONDITIONAL, MESSAGE, SIGNAL
from procession.core.commands import CancelProcess, TriggerSubscription
from procession.core.ids import InstanceId, SubscriptionId
from procession.core.model import (
    IntermediateCatchEvent,
    MessageEventDefinition,
    Process,
    SignalEventDefinition,
)
from procession.core.turn import TIMER_JOB
from procession.errors import Conflict
from procession.expressions import LANGUAGES
from procession.stores import NewProcess, Store
from procession.stores.events import (
    BeginBroadcast,
    Beside,
    EndBroadcast,
    KeepMessage,
    KeptMessage,
    Message,
    MoveBroadcast,
    MoveTimerStart,
    NewStart,
    ReleaseMessage,
    StartPoint,
    TakeMessage,
    TimerStart,
)
from tests.stores.runs import NOW, advanced, lease, line, started, uid_of

PAYLOAD = {"Price": Decimal("12.50"), "Rows": [{"Id": UUID(int=1)}]}
PAID = Message("paid", ('["A"]', '["B"]'), PAYLOAD, "Ann")
LATER = NOW + timedelta(hours=1)


def waiting_for(*definitions: MessageEventDefinition | SignalEventDefinition) -> Process:
    """A process that waits for one event after the other."""
    events = (
        IntermediateCatchEvent(id=f"wait{n}", uid=uid_of(f"wait{n}"), definitions=(definition,))
        for n, definition in enumerate(definitions)
    )
    return line(*events, name="UsrWaits")


def keyed(key: str) -> MessageEventDefinition:
    return MessageEventDefinition("paid", key=LANGUAGES[""](f"'{key}'", {}))


ANY = waiting_for(MessageEventDefinition("paid"), SignalEventDefinition("alarm"))


async def kept(store: Store, *beside: Beside) -> None:
    await store.commit([], at=NOW, lease=lease(), beside=beside)


async def takers(store: Store, message: Message = PAID, after: int = 0) -> list[InstanceId]:
    return [each.instance for each in await store.events.takers(message, after=after, limit=10)]


# -- messages -------------------------------------------------------------------------------------


async def test_who_waits_for_a_message_is_found_by_name_and_key_oldest_first(store: Store) -> None:
    runs = [
        await started(store, waiting_for(each))
        for each in (keyed("B"), keyed("C"), MessageEventDefinition("paid"), keyed("A"))
    ]
    await started(store, waiting_for(MessageEventDefinition("sent")))

    assert await takers(store) == [runs[0], runs[2], runs[3]]
    assert await takers(store, replace_keys(())) == [runs[2]]
    first, *_ = await store.events.takers(PAID, after=0, limit=1)
    assert await takers(store, after=first.number) == [runs[2], runs[3]]


def replace_keys(keys: tuple[str, ...]) -> Message:
    return Message("paid", keys, {}, "")


async def test_who_has_its_message_or_was_cancelled_waits_no_more(store: Store) -> None:
    one, other = await started(store, ANY), await started(store, ANY)

    await advanced(store, ANY, one, TriggerSubscription(SubscriptionId(1), {}))
    await advanced(store, ANY, other, CancelProcess("why"))

    assert await takers(store) == []


async def test_a_message_is_not_kept_when_somebody_waits_for_it(store: Store) -> None:
    run = await started(store, ANY)
    (waiting,) = await store.events.takers(PAID, after=0, limit=10)

    with pytest.raises(Conflict):
        await kept(store, KeepMessage(PAID, LATER, looked_at=0))

    # Whoever was looked at does not take it: it is kept beside them.
    await kept(store, KeepMessage(PAID, LATER, looked_at=waiting.number))
    assert store.events.message_kept(1)
    assert run == waiting.instance


@pytest.mark.parametrize("definition", [MessageEventDefinition("paid"), keyed("A"), keyed("B")])
async def test_who_begins_to_wait_makes_a_kept_message_wanted(
    store: Store, other: Store, definition: MessageEventDefinition
) -> None:
    await kept(store, KeepMessage(PAID, LATER, 0), KeepMessage(PAID, LATER, 0))
    await started(store, waiting_for(MessageEventDefinition("sent")))
    await started(store, waiting_for(keyed("C")))
    assert not other.events.message_wanted()

    await started(store, waiting_for(definition))

    assert other.events.message_wanted()
    assert await other.events.wanted_messages(limit=10) == [KeptMessage(1, PAID)]
    await started(store, waiting_for(definition))
    assert len(await other.events.wanted_messages(limit=10)) == 2


async def test_a_message_is_taken_once(store: Store, other: Store) -> None:
    await kept(store, KeepMessage(PAID, LATER, 0))

    await kept(store, TakeMessage(1))

    with pytest.raises(Conflict):
        await kept(other, TakeMessage(1))
    assert not other.events.message_kept(1)


async def test_a_message_that_is_not_wanted_any_more_is_released_if_nobody_waits(
    store: Store,
) -> None:
    await kept(store, KeepMessage(PAID, LATER, 0))
    run = await started(store, ANY)
    with pytest.raises(Conflict):
        await kept(store, ReleaseMessage(KeptMessage(1, PAID), 0))

    await advanced(store, ANY, run, CancelProcess("why"))
    await kept(store, ReleaseMessage(KeptMessage(1, PAID), 0))

    assert not store.events.message_wanted()
    assert store.events.message_kept(1)


async def test_messages_are_purged_when_their_time_is_over_unless_a_run_waits(store: Store) -> None:
    await kept(store, *(KeepMessage(PAID, LATER, 0) for _ in range(3)))
    await started(store, ANY)

    assert await store.events.purge_messages(LATER - timedelta(seconds=1), limit=10) == []
    assert len(await store.events.purge_messages(LATER, limit=1)) == 1
    assert len(await store.events.purge_messages(LATER, limit=10)) == 1

    assert [each.number for each in await store.events.wanted_messages(limit=10)] == [1]


async def test_a_message_whose_time_is_over_is_not_wanted(store: Store) -> None:
    await kept(store, KeepMessage(PAID, NOW, 0))

    await started(store, ANY)

    assert not store.events.message_wanted()


async def test_what_is_beside_a_decision_that_comes_too_late_is_not_kept(store: Store) -> None:
    with pytest.raises(Conflict):
        await kept(store, KeepMessage(PAID, LATER, 0), TakeMessage(7))

    assert not store.events.message_kept(1)


# -- signals --------------------------------------------------------------------------------------


async def test_a_signal_goes_to_those_who_wait_when_it_is_thrown(store: Store) -> None:
    alarmed = waiting_for(SignalEventDefinition("alarm"))
    runs = [await started(store, alarmed) for _ in range(3)]
    await kept(store, BeginBroadcast("alarm", PAYLOAD, "Ann"))
    await started(store, alarmed)

    broadcast = await store.events.oldest_broadcast()

    assert broadcast is not None
    assert (broadcast.name, broadcast.payload, broadcast.caller) == ("alarm", PAYLOAD, "Ann")
    found = await store.events.receivers(broadcast, limit=10)
    assert [each.instance for each in found] == runs
    some = await store.events.receivers(broadcast, limit=2)
    assert some == found[:2]

    await kept(store, MoveBroadcast(broadcast, some[-1].number, 0))
    moved = await store.events.oldest_broadcast()
    assert moved is not None
    assert await store.events.receivers(moved, limit=10) == found[2:]


async def test_a_signal_moves_on_once_from_where_it_was(store: Store, other: Store) -> None:
    await kept(store, BeginBroadcast("alarm", {}, ""), BeginBroadcast("clear", {}, ""))
    broadcast = await other.events.oldest_broadcast()
    assert broadcast is not None
    assert broadcast.name == "alarm"

    await kept(store, MoveBroadcast(broadcast, 5, 1))

    for late in (MoveBroadcast(broadcast, 5, 1), EndBroadcast(broadcast)):
        with pytest.raises(Conflict):
            await kept(other, late)
    moved = await other.events.oldest_broadcast()
    assert moved is not None
    await kept(store, EndBroadcast(moved))
    second = await other.events.oldest_broadcast()
    assert second is not None
    assert second.name == "clear"


# -- starts ---------------------------------------------------------------------------------------

NEW = NewProcess("UsrStarts", "", UUID(int=5), False, "s.bpmn", "digest", b"<xml/>")
SCHEDULE = {"first": NOW, "every": "PT1H", "number": 1}
STARTS = (
    NewStart("a", 0, MESSAGE, "paid"),
    NewStart("a", 1, SIGNAL, "alarm"),
    NewStart("b", 0, TIMER_JOB, due_at=LATER, schedule=SCHEDULE),
    NewStart("c", 0, CONDITIONAL, "Amount > 1"),
)
TIMER = TimerStart(StartPoint("UsrStarts", 1, "b", 0), LATER, SCHEDULE, enabled=True)


async def deployed(store: Store, new: NewProcess) -> None:
    await store.add_processes([new], by="Ann", at=NOW)


async def test_what_starts_a_process_is_found_by_what_happens(store: Store) -> None:
    await deployed(store, replace(NEW, starts=STARTS))

    assert await store.events.starts(MESSAGE, "paid") == [StartPoint("UsrStarts", 1, "a", 0)]
    assert await store.events.starts(MESSAGE, "alarm") == []
    assert await store.events.starts(CONDITIONAL) == [StartPoint("UsrStarts", 1, "c", 0)]
    await kept(store, BeginBroadcast("alarm", {}, ""))
    broadcast = await store.events.oldest_broadcast()
    assert broadcast is not None
    assert broadcast.starts == (StartPoint("UsrStarts", 1, "a", 1),)


async def test_a_new_version_replaces_what_starts_a_process_and_the_same_one_does_not(
    store: Store,
) -> None:
    await deployed(store, replace(NEW, starts=STARTS))
    await deployed(store, replace(NEW, starts=()))
    assert await store.events.starts(MESSAGE, "paid") == [StartPoint("UsrStarts", 1, "a", 0)]

    await deployed(store, replace(NEW, digest="another", starts=STARTS[1:2]))

    assert await store.events.starts(MESSAGE, "paid") == []
    assert await store.events.starts(SIGNAL, "alarm") == [StartPoint("UsrStarts", 2, "a", 1)]
    assert await store.events.due_starts(LATER, limit=10) == []


async def test_a_disabled_process_is_started_by_nothing(store: Store) -> None:
    await deployed(store, replace(NEW, starts=STARTS))
    await store.enable("UsrStarts", False)

    assert await store.events.starts(MESSAGE, "paid") == []
    assert await store.events.starts(CONDITIONAL) == []
    (timer,) = await store.events.due_starts(LATER, limit=10)
    assert not timer.enabled


async def test_a_timer_that_starts_a_process_moves_once_from_where_it_was(
    store: Store, other: Store
) -> None:
    await deployed(store, replace(NEW, starts=STARTS))
    assert await store.events.due_starts(LATER - timedelta(seconds=1), limit=10) == []
    assert await store.events.due_starts(LATER, limit=10) == [TIMER]
    next_time = LATER + timedelta(hours=1)

    await kept(store, MoveTimerStart(TIMER, next_time, {"number": 2}))

    with pytest.raises(Conflict):
        await kept(other, MoveTimerStart(TIMER, next_time, {"number": 2}))
    (moved,) = await other.events.due_starts(next_time, limit=10)
    assert (moved.due_at, moved.schedule) == (next_time, {"number": 2})
    await kept(store, MoveTimerStart(moved, None, {}))
    assert await other.events.due_starts(next_time + timedelta(days=9), limit=10) == []
