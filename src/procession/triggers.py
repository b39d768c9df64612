"""What starts a process without a caller, as the store is told it with each new version
(BPMN 2.0.2 §10.5.2, §10.6.6, §13.3.3).

Those are the definitions of start events, the messages of receive tasks that instantiate, and the
events behind event-based gateways that do.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from procession.core.catching import definitions_of
from procession.core.changes import CONDITIONAL, MESSAGE, SIGNAL
from procession.core.decide import initial_values
from procession.core.model import (
    ConditionalEventDefinition,
    Element,
    EventBasedGateway,
    EventDefinition,
    MessageEventDefinition,
    Process,
    SignalEventDefinition,
    TimerEventDefinition,
)
from procession.core.schedules import schedule
from procession.core.turn import TIMER_JOB
from procession.errors import BadValue, ExpressionError
from procession.stores.events import NewStart

Place = tuple[Element, int, EventDefinition]


def starts_of(process: Process, now: datetime) -> list[NewStart]:
    """All that starts the process, and from now on: the first moments of its timers.

    Raises ExpressionError and BadValue.
    """
    return [
        _STARTS[type(definition)](process, place, now)
        for place in places(process)
        if type(definition := place[2]) in _STARTS
    ]


def mistakes_in_starts(process: Process, now: datetime) -> list[tuple[Element, str]]:
    """The elements of which a start cannot be told, and why."""
    found = []
    for place in places(process):
        try:
            if type(place[2]) in _STARTS:
                _STARTS[type(place[2])](process, place, now)
        except (BadValue, ExpressionError) as error:
            found.append((place[0], str(error)))
    return found


def definition_at(process: Process, element: str, definition: int) -> EventDefinition:
    """The definition that a start names."""
    return definitions_of(process.elements[element])[definition]


def places(process: Process) -> Iterator[Place]:
    """Each definition that starts the process, with its event and its number there."""
    for id in process.triggered_starts:
        for event in _events(process, process.elements[id]):
            for number, definition in enumerate(definitions_of(event)):
                yield event, number, definition


def _events(process: Process, start: Element) -> list[Element]:
    if not isinstance(start, EventBasedGateway):
        return [start]
    return [process.elements[process.flows[flow].target] for flow in start.outgoing]


def _message(process: Process, place: Place, now: datetime) -> NewStart:
    element, number, definition = place
    assert isinstance(definition, MessageEventDefinition), definition
    return NewStart(element.id, number, MESSAGE, definition.message)


def _signal(process: Process, place: Place, now: datetime) -> NewStart:
    element, number, definition = place
    assert isinstance(definition, SignalEventDefinition), definition
    return NewStart(element.id, number, SIGNAL, definition.signal)


def _conditional(process: Process, place: Place, now: datetime) -> NewStart:
    element, number, definition = place
    assert isinstance(definition, ConditionalEventDefinition), definition
    return NewStart(element.id, number, CONDITIONAL, definition.condition.text)


def _timer(process: Process, place: Place, now: datetime) -> NewStart:
    """Its expression sees the parameters as they are when nobody gives them values."""
    element, number, definition = place
    assert isinstance(definition, TimerEventDefinition), definition
    value = definition.when.evaluate(initial_values(process, {}))
    first = schedule(definition, value, now)
    start = NewStart(element.id, number, TIMER_JOB)
    return replace(start, due_at=first.due_at, schedule=first.as_values())


_STARTS: Mapping[type[Any], Callable[[Process, Place, datetime], NewStart]] = {
    TimerEventDefinition: _timer,
    MessageEventDefinition: _message,
    SignalEventDefinition: _signal,
    ConditionalEventDefinition: _conditional,
}
