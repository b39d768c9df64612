"""What is true between two turns of undoing, of ad-hoc sub-processes and of complex gateways."""

from collections.abc import Callable

from procession.core.changes import Compensable
from procession.core.ids import ROOT
from procession.core.instance import (
    ACTIVE,
    COMPENSATING,
    FAILED,
    READY,
    TERMINATING,
    ElementInstance,
    ProcessInstance,
)
from procession.core.model import (
    Activity,
    AdHocSubProcess,
    CancelEventDefinition,
    CompensateEventDefinition,
    ComplexGateway,
    Element,
    Process,
    ThrowEvent,
)

Require = Callable[..., None]
ALIVE = (ACTIVE, FAILED, READY, COMPENSATING, TERMINATING)
UNDOING = (CompensateEventDefinition, CancelEventDefinition)


def undoes(element: Element | None) -> bool:
    """Whether what throws may have others to undo, as its children."""
    return isinstance(element, ThrowEvent) and any(
        isinstance(each, UNDOING) for each in element.definitions
    )


def stands_in(process: Process, instance: ProcessInstance, me: ElementInstance) -> bool:
    """Whether an element instance stands where it may."""
    element, scope = process.elements[me.element], instance.elements[me.scope]
    # What is undone is a child of what undoes it, or of what it had been completed in.
    undone = undoes(process.elements.get(scope.element)) or scope.state is COMPENSATING
    if me.state is COMPENSATING and (undone or not undoes(element)):
        return undone
    if isinstance(element, Activity) and element.for_compensation and not instance.is_round(me):
        boundaries = process.boundaries.get(scope.element, ())
        return scope.state is COMPENSATING and element.id in [each.handler for each in boundaries]
    return scope.element == (me.element if instance.is_round(me) else element.scope)


def check_scope(
    process: Process, instance: ProcessInstance, me: ElementInstance, require: Require
) -> None:
    """Raises Broken by `require`, naming the rule."""
    _undoing(process, instance, me, require)
    _ad_hoc(process, instance, me, require)
    _gateways(process, instance, me, require)


def _undoing(
    process: Process, instance: ProcessInstance, me: ElementInstance, require: Require
) -> None:
    element = process.elements.get(me.element)
    to_do = any(step.scope == me.id for step in instance.pending)
    if me.state in (COMPENSATING, TERMINATING) or (me.state is ACTIVE and undoes(element)):
        require(me.children or to_do, "what undoes has something alive or on its way", me)
    if me.compensating and me.state is not COMPENSATING:
        require(undoes(element), "only what throws has something to undo", me)
    for entry in (*me.compensable, *me.compensating):
        _entry(process, entry, require)


def _entry(process: Process, entry: Compensable, require: Require) -> None:
    require(entry.element in process.elements, "what is kept is known", entry)
    for inner in entry.within:
        scope = process.elements[inner.element].scope
        rounds = inner.element == entry.element
        require(rounds or scope == entry.element or not inner.completed, "it is kept in its scope")
        _entry(process, inner, require)


def _ad_hoc(
    process: Process, instance: ProcessInstance, me: ElementInstance, require: Require
) -> None:
    around = process.elements.get(instance.elements[me.scope].element)
    if me.state is READY:
        require(isinstance(around, AdHocSubProcess), "only ad-hoc work is ready", me)
        idle = not (me.jobs or me.subscriptions or me.children or me.compensable)
        require(idle, "what is ready does nothing", me)
    if me.queued or me.worked:
        element = process.elements.get(me.element)
        require(isinstance(element, AdHocSubProcess), "only ad-hoc work is queued", me)
    if me.queued:
        to_do = any(step.scope == me.id for step in instance.pending)
        stuck = me.state is FAILED
        require(me.children or to_do or stuck, "what is queued waits for another", me)


def _gateways(
    process: Process, instance: ProcessInstance, me: ElementInstance, require: Require
) -> None:
    for gateway, flows in me.opened.items():
        element = process.elements[gateway]
        require(isinstance(element, ComplexGateway), "only complex gateways open", gateway)
        require(element.scope == me.element, "they stand in their scope", gateway, me)
        require(set(flows) <= set(element.incoming), "flows lead to the gateway", flows)
        rests = not instance.pending and me.state is ACTIVE
        require(me.children or not rests, "it waits for what can still come", gateway, me)
    if me.id == ROOT and instance.status.final:
        require(not (me.opened or me.compensable), "nothing is kept in a run that has ended", me)


def has_ready(instance: ProcessInstance, me: ElementInstance) -> bool:
    return any(each.state is READY and each.scope == me.id for each in instance.elements.values())
