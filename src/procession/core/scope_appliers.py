"""How changes of scopes change an instance: a part of `apply` (apply.py), which alone calls it."""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.changes import (
    AnyChange,
    Change,
    Compensable,
    ElementActivated,
    FlowsJoined,
)
from procession.core.ids import ElementInstanceId
from procession.core.instance import TRANSITIONS, ElementInstance, ElementState, ProcessInstance
from procession.core.scope_changes import (
    ActivityKept,
    CompensationBegun,
    CompensationDetached,
    CompensationThrown,
    ElementReadied,
    ElementsQueued,
    ElementStarted,
    GatewayOpened,
    GatewayReset,
    ScopeCanceled,
    WorkCompleted,
)


def move(element: ElementInstance, change: AnyChange) -> None:
    state = TRANSITIONS.get((element.state, type(change)))
    assert state is not None, f"{type(change).__name__} in {element.state}: {element}"
    element.state = state


def activated(
    instance: ProcessInstance, change: ElementActivated | ElementReadied | CompensationBegun
) -> None:
    number, scope, elements = change.id, change.scope, instance.elements
    elements[number] = ElementInstance(number, change.element, scope)
    elements[scope].children += 1
    instance.next_element = ElementInstanceId(number + 1)


def joined(instance: ProcessInstance, change: FlowsJoined | GatewayOpened | GatewayReset) -> None:
    arrived = instance.elements[change.scope].arrived
    waiting = arrived.get(change.element, {})
    for flow in change.flows:
        waiting[flow] -= 1
        if not waiting[flow]:
            del waiting[flow]
    if not waiting:
        arrived.pop(change.element, None)


def _opened(instance: ProcessInstance, change: GatewayOpened) -> None:
    joined(instance, change)
    instance.elements[change.scope].opened[change.element] = change.flows


def _reset(instance: ProcessInstance, change: GatewayReset) -> None:
    joined(instance, change)
    del instance.elements[change.scope].opened[change.element]


def _kept(instance: ProcessInstance, change: ActivityKept) -> None:
    """The activity is about to leave the instance, so its values and lists can be taken over."""
    me = instance.elements[change.id]
    within = me.compensable if change.within else []
    if not change.completed:
        within, me.compensating = [*within, *me.compensating], []
    kept = Compensable(me.element, me.values, within, change.completed)
    instance.elements[me.scope].compensable.append(kept)
    me.values, me.compensable = {}, []


def _compensation_thrown(instance: ProcessInstance, change: CompensationThrown) -> None:
    scope, me = instance.elements[change.scope], instance.elements[change.id]
    wanted = change.activity
    me.compensating += [c for c in scope.compensable if wanted in (None, c.element)]
    scope.compensable = [c for c in scope.compensable if wanted not in (None, c.element)]


def _compensation_begun(instance: ProcessInstance, change: CompensationBegun) -> None:
    entry = instance.elements[change.scope].compensating.pop()
    activated(instance, change)
    me = instance.elements[change.id]
    me.state, me.values = ElementState.COMPENSATING, entry.values
    if change.handled:
        me.compensable = entry.within
    else:
        me.compensating = entry.within


def _scope_canceled(instance: ProcessInstance, change: ScopeCanceled) -> None:
    move(instance.elements[change.id], change)
    instance.incidents.pop(change.id, None)


def _moved(instance: ProcessInstance, change: CompensationDetached) -> None:
    move(instance.elements[change.id], change)


def _readied(instance: ProcessInstance, change: ElementReadied) -> None:
    activated(instance, change)
    instance.elements[change.id].state = ElementState.READY
    instance.elements[change.scope].children -= 1


def _started(instance: ProcessInstance, change: ElementStarted) -> None:
    move(instance.elements.pop(change.id), change)


def _queued(instance: ProcessInstance, change: ElementsQueued) -> None:
    instance.elements[change.scope].queued = list(change.elements)


def _worked(instance: ProcessInstance, change: WorkCompleted) -> None:
    instance.elements[change.id].worked = True


SCOPE_APPLIERS: Mapping[type[Change], Callable[[ProcessInstance, Any], None]] = {
    ActivityKept: _kept,
    CompensationThrown: _compensation_thrown,
    CompensationBegun: _compensation_begun,
    CompensationDetached: _moved,
    ScopeCanceled: _scope_canceled,
    ElementReadied: _readied,
    ElementStarted: _started,
    ElementsQueued: _queued,
    WorkCompleted: _worked,
    GatewayOpened: _opened,
    GatewayReset: _reset,
}
