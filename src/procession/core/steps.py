"""The agenda: what a turn does step by step, once its command has begun something.

A token arrives, its element begins, works, is left; when all tokens of a scope rest, a join may
open or the scope is done. Nothing here recurs along sequence flows: each way on is a step.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.behaviours import BEHAVIOURS
from procession.core.changes import Arrive, ElementCompleted, Enter, Finish, FlowsJoined
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ElementInstance
from procession.core.model import BoundaryEvent, Element, TimerEventDefinition
from procession.core.schedules import Schedule, schedule
from procession.core.turn import RETURN_JOB, Turn
from procession.core.values import Direction
from procession.errors import BadValue, ExpressionError

MISTAKES = (ExpressionError, BadValue)


def work_off(turn: Turn) -> None:
    """Take step after step until none is left, or until the turn has been long enough."""
    budget = turn.context.steps_per_turn
    while turn.agenda:
        if budget == 0:
            turn.pause()
            return
        budget -= 1
        turn.steps += 1
        step = turn.agenda.popleft()
        _STEPS[type(step)](turn, step)


def _arrive(turn: Turn, step: Arrive) -> None:
    turn.in_flight[step.scope] -= 1
    element = turn.process.elements[turn.process.flows[step.flow].target]
    _begin(turn, element, step.flow, step.scope)


def _enter(turn: Turn, step: Enter) -> None:
    turn.in_flight[step.scope] -= 1
    _begin(turn, turn.process.elements[step.element], None, step.scope)


def _begin(turn: Turn, element: Element, flow: str | None, scope: ElementInstanceId) -> None:
    me = BEHAVIOURS[type(element)].arrive(turn, element, flow, scope)
    if me is None:
        return
    if turn.steps > turn.context.steps_max:
        turn.fail(me, "NeverRests", _never_rests(turn, element))
        return
    begin_work(turn, element, me)


def _never_rests(turn: Turn, element: Element) -> str:
    return (
        f"the process has taken {turn.context.steps_max} steps without waiting for anything and "
        f"was stopped at {element.label}; look for a loop that never ends, or retry to let it go on"
    )


def begin_work(turn: Turn, element: Element, me: ElementInstance) -> None:
    """The element does what it does; while it waits, the events on its boundary are waited for."""
    try:
        timers = _boundary_timers(turn, element) if element.id in turn.process.boundaries else ()
        done = BEHAVIOURS[type(element)].activate(turn, element, me)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error))
        return
    if done:
        leave(turn, element, me)
    elif timers and me.id in turn.instance.elements and not turn.waits_for_boundary(me):
        for boundary, first in timers:
            turn.start_timer(me, first, boundary.id)


def _boundary_timers(turn: Turn, element: Element) -> list[tuple[BoundaryEvent, Schedule]]:
    """The timers on the activity's boundary, each with its first moment."""
    found = []
    for boundary in turn.process.boundaries[element.id]:
        timer = boundary.definition
        if isinstance(timer, TimerEventDefinition):
            value = timer.when.evaluate(turn.values)
            found.append((boundary, schedule(timer, value, turn.context.now)))
    return found


def leave(turn: Turn, element: Element, me: ElementInstance) -> None:
    try:
        flows = BEHAVIOURS[type(element)].leave(turn, element)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error), leaving=True)
        return
    turn.complete(me, taking=flows)


def _finish(turn: Turn, step: Finish) -> None:
    """All tokens of the scope rest: a join may open, or the scope is done if nothing is alive."""
    me = turn.active(step.scope)
    if me is None or turn.in_flight.get(step.scope):
        return
    if me.arrived and _open_a_join(turn, me):
        return
    if me.children:
        return
    if me.arrived:
        turn.fail(me, "JoinStarved", _starved(turn, me))
    elif me.id == ROOT:
        turn.record(ElementCompleted(ROOT))
        turn.agenda.clear()  # Nothing is on its way; what is left would only look once more.
        answer_parent(turn)
    else:
        leave(turn, turn.process.elements[me.element], me)


def _open_a_join(turn: Turn, scope: ElementInstance) -> bool:
    for join, waiting in scope.arrived.items():
        element = turn.process.elements[join]
        if BEHAVIOURS[type(element)].opens(turn, element, scope):
            turn.record(FlowsJoined(tuple(waiting), join, scope.id))
            begin_work(turn, element, turn.activate(element, scope.id))
            return True
    return False


def _starved(turn: Turn, scope: ElementInstance) -> str:
    join, waiting = next(iter(scope.arrived.items()))
    element = turn.process.elements[join]
    missing = ", ".join(flow for flow in element.incoming if flow not in waiting)
    return (
        f"{element.label} waits for a token on {missing}, and none can come any more; "
        "the paths that it joins must all be taken"
    )


def answer_parent(turn: Turn) -> None:
    """A child that has ended answers the call that it was started for."""
    if turn.instance.parent is None:
        return
    results = {
        code: turn.values[code]
        for code, parameter in turn.process.parameters.items()
        if parameter.direction in (Direction.OUT, Direction.BOTH)
    }
    turn.create_job(RETURN_JOB, None, results)


_STEPS: Mapping[type[Any], Callable[[Turn, Any], None]] = {
    Arrive: _arrive,
    Enter: _enter,
    Finish: _finish,
}
