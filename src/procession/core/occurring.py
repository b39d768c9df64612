"""What happens when an event occurs that an element instance waits for (BPMN 2.0.2 §13.5).

The event becomes an element instance of its own, unless it is one already; it takes what the event
carries, and a token goes on from there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.activities import open_scope
from procession.core.behaviours.gateways import waits_behind
from procession.core.catching import (
    all_caught,
    begin_waits,
    definitions_of,
    end_wait,
    take_payload,
    waits_for,
)
from procession.core.changes import EventCaught, FlowTaken, IncidentResolved, Occur
from procession.core.ids import ROOT
from procession.core.instance import ElementInstance, ElementState
from procession.core.leaving import MISTAKES, leave
from procession.core.model import (
    BoundaryEvent,
    CatchEvent,
    Element,
    EventBasedGateway,
    EventGatewayType,
    IntermediateCatchEvent,
    ReceiveTask,
    StartEvent,
    SubProcess,
)
from procession.core.turn import Turn
from procession.core.values import Values
from procession.errors import BadValue


def occur(turn: Turn, step: Occur) -> None:
    """An event has occurred; nothing happens if its owner is not alive any more."""
    owner = turn.instance.elements.get(step.scope)
    if owner is None:
        return
    event = turn.process.elements[step.target or owner.element]
    if isinstance(event, CatchEvent) and event.parallel:
        _one_of_several(turn, owner, event, step)
    else:
        _now(turn, owner, event, step)


def _one_of_several(turn: Turn, owner: ElementInstance, event: CatchEvent, step: Occur) -> None:
    """What each definition carries is taken as it comes; the event occurs with the last one.

    What cannot be taken is an incident of the event, if it is an element instance by now; else
    whoever sends it is refused, for the owner has not failed in its own work.
    """
    end_wait(turn, owner, step)
    try:
        take_payload(turn, owner.id, event.definitions[step.definition], step.values)
    except MISTAKES as error:
        if step.target:
            raise BadValue(f"{event.label}: {error}") from error
        turn.fail(owner, error.code, str(error), occurred=step)
        return
    if all_caught(turn, owner, event, step):
        _now(turn, owner, event, Occur(step.scope, step.target, step.definition, {}))


def _now(turn: Turn, owner: ElementInstance, event: Element, step: Occur) -> None:
    """The event has occurred as a whole."""
    if step.target:
        _TARGETS[type(event)](turn, owner, event, step)
    else:
        turn.stop_waiting(owner)
        go_on(turn, owner, step.definition, step.values)


def go_on(turn: Turn, me: ElementInstance, definition: int, values: Values) -> None:
    """The event takes what it carries and is left; what it cannot take, a retry takes again."""
    event = turn.process.elements[me.element]
    definitions = definitions_of(event)
    try:
        take_payload(turn, me.id, definitions[definition], values)
    except MISTAKES as error:
        occurred = Occur(me.id, "", definition, values)
        turn.fail(me, error.code, str(error), occurred=occurred)
        return
    leave(turn, event, me)


def _on_boundary(turn: Turn, host: ElementInstance, event: BoundaryEvent, step: Occur) -> None:
    """A token starts at the event, and the host may end."""
    if event.interrupting:
        turn.terminate_within(host)
        turn.terminate(host)
    go_on(turn, turn.activate(event, host.scope), step.definition, step.values)


def _in_scope(turn: Turn, scope: ElementInstance, event: StartEvent, step: Occur) -> None:
    """An event sub-process begins; if it interrupts, all else in its scope ends (§13.5.4)."""
    if event.interrupting:
        turn.terminate_within(scope)
        turn.stop_waiting(scope, turn.process.event_starts[scope.element])
        if scope.state is ElementState.FAILED:
            turn.record(IncidentResolved(scope.id))
    sub_process = turn.process.elements[event.scope]
    assert isinstance(sub_process, SubProcess), f"{sub_process.label} has a start of its own"
    _begin_event_sub_process(turn, sub_process, turn.activate(sub_process, scope.id), step)


def _begin_event_sub_process(
    turn: Turn, sub_process: SubProcess, me: ElementInstance, step: Occur
) -> None:
    try:
        open_scope(turn, sub_process, me)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error), occurred=step)
        return
    start = turn.process.elements[step.target]
    go_on(turn, turn.activate(start, me.id), step.definition, step.values)


def _behind_gateway(turn: Turn, gateway: ElementInstance, event: Element, step: Occur) -> None:
    """A token goes to the event. The first decides, and the others are not waited for any more.

    Behind a parallel gateway, which starts a process, all of them have to come (§10.6.6).
    """
    element = turn.process.elements[gateway.element]
    assert isinstance(element, EventBasedGateway), f"{element.label} is followed by an event"
    follow(turn, gateway, event)
    if element.type is EventGatewayType.EXCLUSIVE or _was_last(turn, gateway, element):
        turn.complete(gateway)
    go_on(turn, turn.activate(event, gateway.scope), step.definition, step.values)


def follow(turn: Turn, gateway: ElementInstance, event: Element) -> None:
    """Write down that a token went from the gateway to the event."""
    flows = turn.process.flows
    flow = next(each for each in event.incoming if flows[each].source == gateway.element)
    turn.changes.append(FlowTaken(flow, gateway.scope))  # It changes no state.


def _was_last(turn: Turn, gateway: ElementInstance, element: EventBasedGateway) -> bool:
    turn.record(EventCaught(gateway.id, "", len(gateway.caught.get("", []))))
    return len(gateway.caught[""]) == len(element.outgoing)


def retry_occurred(turn: Turn, me: ElementInstance, occurred: Occur) -> None:
    """Take once more what an element instance has caught and could not take."""
    element = turn.process.elements[occurred.target or me.element]
    if isinstance(element, CatchEvent) and element.parallel:
        _one_of_several(turn, me, element, occurred)
    elif occurred.target:
        sub_process = turn.process.elements[me.element]
        assert isinstance(sub_process, SubProcess), f"{sub_process.label} begins by no event"
        _begin_event_sub_process(turn, sub_process, me, occurred)
    else:
        go_on(turn, me, occurred.definition, occurred.values)


def begin_by_event(turn: Turn, element: str, definition: int, payload: Values) -> None:
    """The event that starts the process has occurred (clause 13.2).

    Where others must come, too, before the process goes on, it waits for them: those of a parallel
    multiple start event, and those behind a parallel event-based gateway.
    """
    event = turn.process.elements[element]
    gateway = _gateway_before(turn, event)
    if gateway is not None:
        me = turn.activate(gateway, ROOT)
        _behind_gateway(turn, me, event, Occur(me.id, element, definition, payload))
        others = waits_behind(turn, gateway, me) if me.id in turn.instance.elements else []
        begin_waits(turn, [wait for wait in others if wait.target != element])
        return
    me = turn.activate(event, ROOT)
    occur(turn, Occur(me.id, "", definition, payload))
    # Only now is the key known by which the other messages will be.
    others = waits_for(turn, me, event) if me.id in turn.instance.elements and me.caught else []
    begin_waits(turn, [wait for wait in others if wait.definition != definition])


def _gateway_before(turn: Turn, event: Element) -> EventBasedGateway | None:
    """The event-based gateway that the process begins with, if the event stands behind one."""
    if isinstance(event, StartEvent):
        return None
    sources = (turn.process.elements[turn.process.flows[each].source] for each in event.incoming)
    return next((each for each in sources if isinstance(each, EventBasedGateway)), None)


_TARGETS: Mapping[type[Any], Callable[[Turn, ElementInstance, Any, Occur], None]] = {
    BoundaryEvent: _on_boundary,
    StartEvent: _in_scope,
    IntermediateCatchEvent: _behind_gateway,
    ReceiveTask: _behind_gateway,
}
