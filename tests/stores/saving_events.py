"""What a saved file has of events since format 4: one of each, and runs that wait."""

from datetime import timedelta
from uuid import UUID

from procession.core.commands import StartProcess
from procession.core.decide import decide
from procession.core.ids import InstanceId
from procession.core.model import (
    IntermediateCatchEvent,
    MessageEventDefinition,
    SignalEventDefinition,
)
from procession.core.turn import TIMER_JOB, Context
from procession.core.values import Values
from procession.stores import Lease, NewProcess, Store, Write
from procession.stores.events import BeginBroadcast, KeepMessage, Message, NewStart
from tests.stores.runs import line, uid_of

EVENTS = "UsrEvents"
SCHEDULE: Values = {"every": "PT1H", "number": 1}


def waiting_for_a_message() -> IntermediateCatchEvent:
    definition = MessageEventDefinition("paid")
    return IntermediateCatchEvent(id="Paid", uid=uid_of("Paid"), definitions=(definition,))


def waiting_for_a_signal() -> IntermediateCatchEvent:
    definition = SignalEventDefinition("alarm")
    return IntermediateCatchEvent(id="Alarm", uid=uid_of("Alarm"), definitions=(definition,))


PROCESS = line(waiting_for_a_message(), waiting_for_a_signal(), name=EVENTS)


async def fill_events(store: Store, run: InstanceId, held: Lease, values: Values) -> None:
    """`values` are carried by all that carries something; times count from the end of the lease."""
    now = held.until
    starts = (
        NewStart("Start", 0, "message", "paid"),
        NewStart("Start", 1, TIMER_JOB, due_at=now, schedule={**SCHEDULE, "first": now}),
    )
    new = NewProcess(EVENTS, EVENTS, UUID(int=8), False, "e.bpmn", "digest", b"<xml/>", starts)
    await store.add_processes([new], by="Ann", at=now)
    sent = Message("sent", ('["A"]',), values, "Ann")
    beside = (
        KeepMessage(sent, now + timedelta(days=9), 0),
        BeginBroadcast("alarm", values, "Ann"),
    )
    await store.commit([], at=now, lease=held, beside=beside)
    decision = decide(PROCESS, None, StartProcess(run, {}, "Ann"), Context(now))
    await store.commit([Write(PROCESS, decision, 0)], at=now, lease=held)
