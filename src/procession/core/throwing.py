"""What a thrown event does, by what it is (BPMN 2.0.2 §13.5.5, §13.5.6, §10.5.1).

Messages and signals leave the instance as jobs. An error or an escalation is caught by the
innermost scope around it that can: by an event on an activity's boundary or by the start of an
event sub-process; what names its code goes before what catches all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procession.core.changes import CorrelationSet, Occur, ProcessCanceled
from procession.core.compensating import cancel_transaction, compensate
from procession.core.correlation import keys_begun, keys_sent
from procession.core.ids import ROOT
from procession.core.instance import COMPENSATING, ElementInstance
from procession.core.model import (
    BoundaryEvent,
    CancelEventDefinition,
    CatchEvent,
    CompensateEventDefinition,
    Element,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
    StartEvent,
    SubProcess,
    TerminateEventDefinition,
)
from procession.core.turn import ESCALATION_JOB, MESSAGE_JOB, RETURN_ERROR_JOB, SIGNAL_JOB, Turn
from procession.core.values import Values
from procession.errors import UncaughtError


@dataclass(frozen=True, slots=True)
class Catch:
    """Who catches: the event, which of its definitions, and the element instance that owns it."""

    owner: ElementInstance
    event: CatchEvent
    definition: int

    def occurred(self, values: Values) -> Occur:
        return Occur(self.owner.id, self.event.id, self.definition, values)


def throw(turn: Turn, me: ElementInstance, definition: EventDefinition) -> bool:
    """Throw one definition from an element instance; True: the thrower goes on at once.

    Raises ExpressionError, BadValue and UncaughtError before anything has happened.
    """
    return _THROWN[type(definition)](turn, me, definition)


def throw_all(turn: Turn, me: ElementInstance, definitions: Sequence[EventDefinition]) -> bool:
    """Throw what an event throws, in its order, until it ends the thrower itself (§10.5.1).

    Compensations come last: the thrower waits for them.
    """
    last = [each for each in definitions if isinstance(each, CompensateEventDefinition)]
    if not all(throw(turn, me, each) for each in definitions if each not in last):
        return False
    waits = [each for each in last if not throw(turn, me, each)]
    return not waits


# -- to the outside -------------------------------------------------------------------------------


def send(turn: Turn, me: ElementInstance, message: MessageEventDefinition) -> bool:
    """Send a message: exactly one instance will take it (§13.3.3, send task)."""
    payload = turn.fill(message.payload, me.id)
    keys = keys_sent(message, turn.visible(me.id), payload)
    for name, key in keys_begun(message, payload, turn.instance.correlations).items():
        turn.record(CorrelationSet(name, key))
    sent = {"message": message.message, "keys": keys, "payload": payload}
    turn.create_job(MESSAGE_JOB, None, {**sent, "live_seconds": message.live_seconds})
    return True


def _broadcast(turn: Turn, me: ElementInstance, signal: SignalEventDefinition) -> bool:
    payload = turn.fill(signal.payload, me.id)
    turn.create_job(SIGNAL_JOB, None, {"signal": signal.signal, "payload": payload})
    return True


# -- to the scopes around -------------------------------------------------------------------------


def _error(turn: Turn, me: ElementInstance, error: ErrorEventDefinition) -> bool:
    code = error.code or ""
    payload = turn.fill(error.payload, me.id)
    if throw_error(turn, me, code, payload):
        return False
    label = turn.process.elements[me.element].label
    if turn.instance.parent is None:
        raise UncaughtError(f"nothing catches the error {code!r} that {label} throws")
    end_by_error(turn, code, f"{turn.process.id} threw it at {label}", payload)
    return False


def throw_error(turn: Turn, me: ElementInstance, code: str, payload: Values) -> bool:
    """Whether the error was caught; then what stood inside is terminated (§13.5.5)."""
    caught = catching(turn, me, ErrorEventDefinition, code)
    if caught is None:
        return False
    turn.occur_next([caught.occurred({"code": code, **payload})])
    return True


def end_by_error(turn: Turn, code: str, message: str, payload: Values) -> None:
    """The run ends, and the call that it answers throws the error on."""
    turn.terminate_within(turn.instance.root)
    turn.stop_waiting(turn.instance.root)
    turn.record(ProcessCanceled(f"the error {code!r} was not caught; {message}"))
    thrown = {"code": code, "message": message, "payload": payload}
    turn.create_job(RETURN_ERROR_JOB, None, thrown)


def _escalation(turn: Turn, me: ElementInstance, escalation: EscalationEventDefinition) -> bool:
    """An escalation that nobody catches is without effect, and the thrower goes on (§10.5.5.5)."""
    code = escalation.code or ""
    payload = turn.fill(escalation.payload, me.id)
    escalate(turn, me, code, payload)
    return True


def escalate(turn: Turn, me: ElementInstance, code: str, payload: Values) -> None:
    """Throw an escalation; from the process as a whole it goes to the call that it answers."""
    caught = catching(turn, me, EscalationEventDefinition, code)
    if caught is not None:
        turn.occur_next([caught.occurred({"code": code, **payload})])
    elif turn.instance.parent is not None:
        turn.create_job(ESCALATION_JOB, None, {"code": code, "payload": payload})


def _terminate(turn: Turn, me: ElementInstance, terminate: TerminateEventDefinition) -> bool:
    """All that is alive in the scope ends, and so does the scope, normally (§13.5.6)."""
    turn.terminate_within(turn.instance.elements[me.scope], keep=(me.id,))
    return True


def catching(
    turn: Turn,
    me: ElementInstance,
    kind: type[ErrorEventDefinition | EscalationEventDefinition],
    code: str,
) -> Catch | None:
    """Who catches what is thrown from an element instance: the innermost that can."""
    for around in _catchers(turn, me):
        for wanted in (code, None):
            for catch in around:
                definition = catch.event.definitions[catch.definition]
                if isinstance(definition, kind) and definition.code == wanted:
                    return catch
    return None


def _catchers(turn: Turn, me: ElementInstance) -> Iterator[list[Catch]]:
    """What may catch, from the inside out: each boundary, each scope's event sub-processes."""
    elements, process = turn.instance.elements, turn.process
    while me.id != ROOT:
        scope = elements[me.scope]
        if turn.instance.is_round(me):
            me = scope  # The boundary is its loop's, and nothing stands beside it.
            continue
        # What is being undone has completed: nothing that belongs to it catches any more.
        if me.state is not COMPENSATING:
            yield _catches(me, process.boundaries.get(me.element, ()))
        if scope.state is not COMPENSATING:
            starts = [process.elements[e] for e in process.event_starts.get(scope.element, ())]
            inner = process.elements[me.element]
            yield _catches(scope, [each for each in starts if not _is_over(turn, inner, each)])
        me = scope


def _is_over(turn: Turn, inner: Element, start: Element) -> bool:
    """Whether an event sub-process cannot begin, as `inner` is one that has taken its turn.

    An interrupting one has ended all the others of its scope; none begins because of itself.
    """
    if not (isinstance(inner, SubProcess) and inner.triggered_by_event):
        return False
    begun_by = turn.process.elements[_start_of(turn, inner)]
    assert isinstance(begun_by, StartEvent), f"{inner.label} is begun by {begun_by.label}"
    return begun_by.interrupting or start.scope == inner.id


def _start_of(turn: Turn, event_sub_process: SubProcess) -> str:
    return turn.process.starts[event_sub_process.id][0]


def _catches(owner: ElementInstance, events: Iterable[Element]) -> list[Catch]:
    return [
        Catch(owner, event, number)
        for event in events
        if isinstance(event, BoundaryEvent | StartEvent) and not event.parallel
        for number in range(len(event.definitions))
    ]


_THROWN: Mapping[type[Any], Callable[[Turn, ElementInstance, Any], bool]] = {
    MessageEventDefinition: send,
    SignalEventDefinition: _broadcast,
    TerminateEventDefinition: _terminate,
    ErrorEventDefinition: _error,
    EscalationEventDefinition: _escalation,
    CompensateEventDefinition: compensate,
    CancelEventDefinition: cancel_transaction,
}
