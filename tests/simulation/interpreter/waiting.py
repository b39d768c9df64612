"""What is waited for, and when a condition has become true (§10.5)."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from procession.core.model import (
    BoundaryEvent,
    CatchEvent,
    ConditionalEventDefinition,
    Element,
    EventDefinition,
    MessageEventDefinition,
    ReceiveTask,
    SignalEventDefinition,
    StartEvent,
    TimerEventDefinition,
)
from procession.core.values import Value
from procession.errors import ExpressionError
from tests.simulation.interpreter.board import Occurrence, Visit, Wait
from tests.simulation.interpreter.game import Game

_TIMER = re.compile(r"(?:R(\d+)/)?PT(\d+)S")


def definitions_of(event: Element) -> tuple[EventDefinition, ...]:
    if isinstance(event, ReceiveTask):
        return (event.message,)
    return event.definitions if isinstance(event, CatchEvent) else ()


def stays(event: Element) -> bool:
    """Is it waited for again? A non-interrupting event may occur many times (§13.5.3)."""
    return isinstance(event, BoundaryEvent | StartEvent) and not event.interrupting


# -- what is waited for ---------------------------------------------------------------------------


def waits_for(game: Game, owner: Visit, event: Element, target: str = "") -> list[Wait]:
    """What a visit waits for, so that the event occurs."""
    found = []
    for number, definition in enumerate(definitions_of(event)):
        describe = _WAITS.get(type(definition))
        if describe is not None:
            wait = describe(game, owner, definition)
            wait.target, wait.definition = target, number
            wait.stays = bool(target) and stays(event)
            found.append(wait)
    return found


def waits_of(game: Game, owner: Visit, events: Iterable[str]) -> list[Wait]:
    """The same for several events that are not the visit itself."""
    elements = game.process.elements
    return [w for each in events for w in waits_for(game, owner, elements[each], each)]


def _timer(game: Game, owner: Visit, timer: TimerEventDefinition) -> Wait:
    text = str(timer.when.evaluate(game.visible(owner)))
    match = _TIMER.fullmatch(text)
    if match is None:
        raise ExpressionError(f"{text} is no timer of the simulation")
    pause = float(match[2])
    due = game.now + timedelta(seconds=pause)
    return Wait("timer", "", "", 0, due=due, pause=pause, further=int(match[1] or 1) - 1)


def key_of(value: Value) -> str:
    """A correlation key as text; there is none without a value (§8.4.2)."""
    if value is None:
        raise ExpressionError("a correlation key has no value")
    return json.dumps([value])


def _message(game: Game, owner: Visit, message: MessageEventDefinition) -> Wait:
    seen = game.visible(owner)
    key = None if message.key is None else key_of(message.key.evaluate(seen))
    return Wait("message", message.message, "", 0, key=key)


def _signal(game: Game, owner: Visit, signal: SignalEventDefinition) -> Wait:
    return Wait("signal", signal.signal, "", 0)


def _condition(game: Game, owner: Visit, conditional: ConditionalEventDefinition) -> Wait:
    holds = game.holds(conditional.condition, game.visible(owner))
    return Wait("condition", conditional.condition.text, "", 0, holds=holds)


_WAITS: Mapping[type[Any], Callable[[Game, Visit, Any], Wait]] = {
    TimerEventDefinition: _timer,
    MessageEventDefinition: _message,
    SignalEventDefinition: _signal,
    ConditionalEventDefinition: _condition,
}


def look_at_conditions(game: Game) -> None:
    """Conditions that have become true occur (§10.5.5.3)."""
    if not game.changed:
        return
    game.changed = False
    conditions = [
        (wait.number, owner, wait)
        for owner in game.visits.values()
        for wait in owner.waits
        if wait.kind == "condition"
    ]
    # In the order in which they began to be waited for, which is not that of the visits.
    game.occur(
        Occurrence(owner, wait.target, wait.definition, {})
        for _, owner, wait in sorted(conditions, key=lambda each: each[0])
        if _became_true(game, owner, wait)
    )


def _became_true(game: Game, owner: Visit, wait: Wait) -> bool:
    event = game.process.elements[wait.target or owner.element]
    definition = definitions_of(event)[wait.definition]
    assert isinstance(definition, ConditionalEventDefinition), wait
    before = wait.holds
    try:
        wait.holds = game.holds(definition.condition, game.visible(owner))
    except ExpressionError:
        wait.holds = False
    return wait.holds and not before
