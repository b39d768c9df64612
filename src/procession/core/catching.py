"""How an event is waited for, and what happens when it occurs (BPMN 2.0.2 §13.5.1 to §13.5.4).

An event is waited for by an element instance, the owner: for itself (a catch event, a receive
task), for the events on its boundary, for those behind it (an event-based gateway), or for the
starts of the event sub-processes in it. `target` is the event, "" where it is the owner itself.

A timer is a job; a message, a signal and a condition are subscriptions. Errors, escalations,
compensations and cancellations are not waited for: what throws one looks for who catches it
(throwing.py).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procession.core.changes import (
    CONDITIONAL,
    MESSAGE,
    SIGNAL,
    ConditionSeen,
    CorrelationSet,
    EventCaught,
    EventsCaught,
    Occur,
    Subscription,
    Unsubscribed,
)
from procession.core.correlation import key_waited_for, keys_begun
from procession.core.ids import ElementInstanceId, SubscriptionId
from procession.core.instance import ElementInstance
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
from procession.core.schedules import Schedule, schedule
from procession.core.turn import Turn
from procession.core.values import Values
from procession.errors import ExpressionError


@dataclass(slots=True)
class Wait:
    """A wait that is prepared and not begun: whatever could fail has been evaluated."""

    owner: ElementInstance
    target: str
    definition: int
    timer: Schedule | None = None
    subscription: Subscription | None = None

    def begin(self, turn: Turn) -> None:
        if self.timer is not None:
            turn.start_timer(self.owner, self.timer, self.target, self.definition)
        if self.subscription is not None:
            turn.subscribe(self.subscription)

    @property
    def holds(self) -> bool:
        """Whether it is a condition that is true already."""
        return self.subscription is not None and self.subscription.holds


def definitions_of(event: Element) -> tuple[EventDefinition, ...]:
    """What an element catches: an event's definitions, a receive task's message."""
    if isinstance(event, CatchEvent):
        return event.definitions
    return (event.message,) if isinstance(event, ReceiveTask) else ()


def waits_for(
    turn: Turn, owner: ElementInstance, event: Element, *, target: str = ""
) -> list[Wait]:
    """The waits for all that an event catches. Raises ExpressionError and BadValue.

    It writes nothing: `begin` of each wait does.
    """
    return [
        _PREPARED[type(definition)](turn, Wait(owner, target, number), definition)
        for number, definition in enumerate(definitions_of(event))
        if type(definition) in _PREPARED
    ]


def waits_on_boundary(turn: Turn, host: ElementInstance) -> list[Wait]:
    """The waits for the events on an activity's boundary."""
    return _of_each(turn, host, (each.id for each in turn.process.boundaries.get(host.element, ())))


def waits_in_scope(turn: Turn, scope: ElementInstance) -> list[Wait]:
    """The waits for the starts of the event sub-processes that stand in a scope."""
    return _of_each(turn, scope, turn.process.event_starts.get(scope.element, ()))


def _of_each(turn: Turn, owner: ElementInstance, events: Iterable[str]) -> list[Wait]:
    elements = turn.process.elements
    return [w for each in events for w in waits_for(turn, owner, elements[each], target=each)]


def begin_waits(turn: Turn, waits: Sequence[Wait]) -> None:
    """Begin to wait; a condition that is true already occurs at once."""
    for wait in waits:
        wait.begin(turn)
    turn.occur_next([Occur(w.owner.id, w.target, w.definition, {}) for w in waits if w.holds])


# -- preparing ------------------------------------------------------------------------------------


def _timer(turn: Turn, wait: Wait, timer: TimerEventDefinition) -> Wait:
    value = timer.when.evaluate(turn.visible(wait.owner.id))
    wait.timer = schedule(timer, value, turn.context.now)
    return wait


def _message(turn: Turn, wait: Wait, message: MessageEventDefinition) -> Wait:
    key = key_waited_for(message, turn.visible(wait.owner.id), turn.instance.correlations)
    wait.subscription = _subscription(turn, wait, MESSAGE, message.message)
    wait.subscription.key = key
    return wait


def _signal(turn: Turn, wait: Wait, signal: SignalEventDefinition) -> Wait:
    wait.subscription = _subscription(turn, wait, SIGNAL, signal.signal)
    return wait


def _conditional(turn: Turn, wait: Wait, conditional: ConditionalEventDefinition) -> Wait:
    condition = conditional.condition
    wait.subscription = _subscription(turn, wait, CONDITIONAL, condition.text)
    wait.subscription.holds = turn.holds(condition, wait.owner.id)
    return wait


def _subscription(turn: Turn, wait: Wait, kind: str, name: str) -> Subscription:
    return Subscription(
        id=SubscriptionId(0),
        kind=kind,
        name=name,
        owner=wait.owner.id,
        target=wait.target,
        definition=wait.definition,
        stays=bool(wait.target) and stays(turn.process.elements[wait.target]),
    )


def stays(event: Element) -> bool:
    """Whether an event is waited for once more when it has occurred."""
    return isinstance(event, BoundaryEvent | StartEvent) and not event.interrupting


_PREPARED: Mapping[type[Any], Callable[[Turn, Wait, Any], Wait]] = {
    TimerEventDefinition: _timer,
    MessageEventDefinition: _message,
    SignalEventDefinition: _signal,
    ConditionalEventDefinition: _conditional,
}

# -- conditions -----------------------------------------------------------------------------------


def look_at_conditions(turn: Turn) -> None:
    """A value has changed: the conditions that have become true occur (§10.5.5.3).

    One that cannot be evaluated does not hold: what it reads may not be there yet.
    """
    turn.values_changed = False
    if not turn.instance.conditions:
        return
    occurred = []
    for subscription in tuple(turn.instance.conditions.values()):
        holds = _holds(turn, subscription)
        if holds is subscription.holds:
            continue
        turn.record(ConditionSeen(subscription.id, holds))
        if holds:
            place = subscription.owner, subscription.target, subscription.definition
            occurred.append(Occur(*place, {}))
    turn.occur_next(occurred)


def _holds(turn: Turn, subscription: Subscription) -> bool:
    owner = turn.instance.elements[subscription.owner]
    event = turn.process.elements[subscription.target or owner.element]
    definition = definitions_of(event)[subscription.definition]
    assert isinstance(definition, ConditionalEventDefinition), f"{subscription} of {event.label}"
    try:
        return turn.holds(definition.condition, owner.id)
    except ExpressionError:
        return False


# -- occurring ------------------------------------------------------------------------------------


def all_caught(turn: Turn, owner: ElementInstance, event: CatchEvent, occurred: Occur) -> bool:
    """Whether a parallel multiple event is complete with what has occurred."""
    caught = owner.caught.get(occurred.target, [])
    if occurred.definition in caught:
        return False
    if len(caught) + 1 < len(event.definitions):
        turn.record(EventCaught(owner.id, occurred.target, occurred.definition))
        return False
    if caught:
        turn.record(EventsCaught(owner.id, occurred.target))
    return True


def end_wait(turn: Turn, owner: ElementInstance, occurred: Occur) -> None:
    """What has occurred is not waited for any more, if it is waited for once only."""
    instance = turn.instance
    for number in tuple(owner.subscriptions):
        found = instance.subscription(number)
        if not found.stays and (found.target, found.definition) == (
            occurred.target,
            occurred.definition,
        ):
            turn.record(Unsubscribed(number))


def take_payload(
    turn: Turn, me: ElementInstanceId, definition: EventDefinition, values: Values
) -> None:
    """What an event carries goes into the variables that take it. Raises BadValue, sets nothing."""
    if isinstance(definition, MessageEventDefinition):
        for name, key in keys_begun(definition, values, turn.instance.correlations).items():
            turn.record(CorrelationSet(name, key))
    if not values:
        return
    outputs = getattr(definition, "outputs", ())
    if outputs:
        turn.assign_outputs(me, outputs, values)
    else:
        turn.assign_known(me, values)
