"""Throwing events: what leaves the run, and who catches an error or an escalation (§10.5.7)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from procession.core.model import (
    CancelEventDefinition,
    CatchEvent,
    CompensateEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventDefinition,
    MessageEventDefinition,
    SignalEventDefinition,
    StartEvent,
    SubProcess,
    TerminateEventDefinition,
)
from procession.core.values import Values
from procession.errors import UncaughtError
from tests.simulation.interpreter.board import Occurrence, Visit
from tests.simulation.interpreter.game import Game
from tests.simulation.interpreter.undoing import COMPENSATING, cancel, compensate
from tests.simulation.interpreter.waiting import key_of


def throw_all(game: Game, visit: Visit, definitions: Sequence[EventDefinition]) -> bool:
    """Throw all of them, undoing last; True: the thrower's token goes on at once."""
    later = [each for each in definitions if isinstance(each, CompensateEventDefinition)]
    for definition in definitions:
        if definition not in later and not throw(game, visit, definition):
            return False
    waits = [each for each in later if not throw(game, visit, each)]
    return not waits


def throw(game: Game, visit: Visit, definition: EventDefinition) -> bool:
    """Throw one; True: nothing keeps the thrower from going on."""
    return _THROWN[type(definition)](game, visit, definition)


def send(game: Game, visit: Visit, message: MessageEventDefinition) -> bool:
    payload = game.fill(message.payload, visit)
    key = message.key
    keys = [] if key is None else [key_of(key.evaluate(game.visible(visit)))]
    values = {"message": message.message, "keys": keys, "payload": payload}
    game.outbox.append(("message", {**values, "live_seconds": message.live_seconds}))
    return True


def _signal(game: Game, visit: Visit, signal: SignalEventDefinition) -> bool:
    payload = game.fill(signal.payload, visit)
    game.outbox.append(("signal", {"signal": signal.signal, "payload": payload}))
    return True


def _terminate(game: Game, visit: Visit, definition: TerminateEventDefinition) -> bool:
    """All else in the scope ends (§13.5.6)."""
    game.empty(visit.around, keep=visit)
    return True


# -- errors and escalations -----------------------------------------------------------------------


def _error(game: Game, visit: Visit, error: ErrorEventDefinition) -> bool:
    """The innermost that catches it; else the run ends and its caller gets the error."""
    payload = game.fill(error.payload, visit)
    code = error.code or ""
    if throw_error(game, visit, code, payload):
        return False
    if not game.called:
        raise UncaughtError(f"nothing catches {code}")
    game.cancel()
    game.outbox.append(("return-error", {"code": code, "payload": payload}))
    return False


def throw_error(game: Game, visit: Visit, code: str, payload: Values) -> bool:
    """Whether somebody catches the error."""
    caught = _caught(game, visit, ErrorEventDefinition, code, payload)
    game.occur(caught)
    return bool(caught)


def _escalation(game: Game, visit: Visit, escalation: EscalationEventDefinition) -> bool:
    payload = game.fill(escalation.payload, visit)
    escalate(game, visit, escalation.code or "", payload)
    return True


def escalate(game: Game, visit: Visit, code: str, payload: Values) -> None:
    """Who throws it goes on; if nobody catches it, the caller may (§10.5.5.5)."""
    caught = _caught(game, visit, EscalationEventDefinition, code, payload)
    game.occur(caught)
    if not caught and game.called:
        game.outbox.append(("escalation", {"code": code, "payload": payload}))


def _caught(
    game: Game, visit: Visit, kind: type[EventDefinition], code: str, payload: Values
) -> list[Occurrence]:
    """What occurs at the innermost catcher: one that names the code goes before one for all."""
    for owner, events in _catchers(game, visit):
        found = [
            (each, number, definition.code)
            for each in events
            if not each.parallel
            for number, definition in enumerate(each.definitions)
            if isinstance(definition, ErrorEventDefinition | EscalationEventDefinition)
            and isinstance(definition, kind)
            and definition.code in (code, None)
        ]
        if found:
            named = [each for each in found if each[2] == code] or found
            event, number, _ = named[0]
            return [Occurrence(owner, event.id, number, {"code": code, **payload})]
    return []


def _catchers(game: Game, visit: Visit) -> Iterator[tuple[Visit, Iterable[CatchEvent]]]:
    """From the inside out: the events on each activity's boundary, then the event sub-processes
    beside it, which an interrupting one has ended."""
    process = game.process
    while visit is not game.root:
        if not visit.is_round:
            # What is undone has completed: nothing that belongs to it catches any more.
            if visit.phase != COMPENSATING:
                yield visit, process.boundaries.get(visit.element, ())
            if visit.around.phase != COMPENSATING:
                yield visit.around, list(_beside(game, visit))
        visit = visit.around


def _beside(game: Game, visit: Visit) -> Iterator[StartEvent]:
    elements = game.process.elements
    begun_by: StartEvent | None = None
    inner = elements[visit.element]
    if isinstance(inner, SubProcess) and inner.triggered_by_event:
        (start,) = game.process.starts[inner.id]
        found = elements[start]
        assert isinstance(found, StartEvent), found
        begun_by = found
    if begun_by is not None and begun_by.interrupting:
        return
    for each in game.process.event_starts.get(visit.around.element, ()):
        start_event = elements[each]
        assert isinstance(start_event, StartEvent), start_event
        if start_event is not begun_by:
            yield start_event


_THROWN: Mapping[type[Any], Callable[[Game, Visit, Any], bool]] = {
    MessageEventDefinition: send,
    SignalEventDefinition: _signal,
    TerminateEventDefinition: _terminate,
    ErrorEventDefinition: _error,
    EscalationEventDefinition: _escalation,
    CompensateEventDefinition: compensate,
    CancelEventDefinition: cancel,
}
