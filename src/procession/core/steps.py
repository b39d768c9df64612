"""The agenda: what a turn does step by step, once its command has begun something.

A token arrives, its element begins, works, is left; when all tokens of a scope rest, a join may
open or the scope is done. Nothing here recurs along sequence flows: each way on is a step.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.behaviours import BEHAVIOURS
from procession.core.catching import look_at_conditions
from procession.core.changes import Arrive, ElementCompleted, Enter, Finish, Occur
from procession.core.compensating import finish_undoing
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ACTIVE, FAILED, ElementInstance
from procession.core.leaving import MISTAKES, leave
from procession.core.loops import begin
from procession.core.model import Activity, ComplexGateway, Element
from procession.core.occurring import occur
from procession.core.turn import RETURN_JOB, Turn
from procession.core.values import Direction


def work_off(turn: Turn) -> None:
    """Take step after step until none is left, or until the turn has been long enough."""
    budget = turn.context.steps_per_turn
    while turn.agenda or turn.values_changed:
        if turn.values_changed:
            # A condition that is waited for may have become true.
            look_at_conditions(turn)
            continue
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
    if element.id in turn.process.passing and turn.steps <= turn.context.steps_max:
        _pass_on(turn, element, turn.instance.elements[scope])
        return
    me = BEHAVIOURS[type(element)].arrive(turn, element, flow, scope)
    if me is not None:
        _go_to_work(turn, element, me)


def _pass_on(turn: Turn, element: Element, scope: ElementInstance) -> None:
    """No token rests there, so what is to be done is done as it is reached, in the place of its
    scope. What goes wrong makes it an element instance after all, for it to have an incident."""
    behaviour, done = BEHAVIOURS[type(element)], False
    try:
        done = behaviour.activate(turn, element, scope)
        flows = behaviour.leave(turn, element, scope)
    except MISTAKES as error:
        turn.fail(turn.activate(element, scope.id), error.code, str(error), leaving=done)
        return
    turn.pass_on(element, scope, flows)


def _go_to_work(turn: Turn, element: Element, me: ElementInstance) -> None:
    """The element begins, unless the run has gone on for so long that it never will rest."""
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
    """The element does what it does; what goes wrong before it has begun is its incident."""
    try:
        if element.id in turn.process.demanding:
            assert isinstance(element, Activity), element.label
            done = begin(turn, element, me)
        else:
            done = BEHAVIOURS[type(element)].activate(turn, element, me)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error))
        return
    if done:
        leave(turn, element, me)


def _finish(turn: Turn, step: Finish) -> None:
    """All tokens of the scope rest: see what comes next, if anything does."""
    me = turn.instance.elements.get(step.scope)
    if me is None or turn.in_flight.get(step.scope):
        return
    if me.state is ACTIVE and not me.compensating:
        _finish_scope(turn, me)
    elif me.state is not FAILED and not me.children:
        finish_undoing(turn, me)


def _finish_scope(turn: Turn, me: ElementInstance) -> None:
    """A join may open, or the scope is done if nothing is alive."""
    if (me.arrived or me.opened) and _open_a_join(turn, me):
        return
    if me.children or not _is_over(turn, me):
        return
    if me.arrived:
        turn.fail(me, "JoinStarved", _starved(turn, me))
    elif me.id == ROOT:
        turn.stop_waiting(me)
        turn.record(ElementCompleted(ROOT))
        turn.agenda.clear()  # Nothing is on its way; what is left would only look once more.
        answer_parent(turn)
    else:
        leave(turn, turn.process.elements[me.element], me)


def _is_over(turn: Turn, me: ElementInstance) -> bool:
    if me.id == ROOT:
        return True
    element = turn.process.elements[me.element]
    return BEHAVIOURS[type(element)].is_over(turn, element, me)


def _open_a_join(turn: Turn, scope: ElementInstance) -> bool:
    for join in (*scope.arrived, *(each for each in scope.opened if each not in scope.arrived)):
        element = turn.process.elements[join]
        me = BEHAVIOURS[type(element)].opens(turn, element, scope)
        if me is not None:
            _go_to_work(turn, element, me)
            if me.state is FAILED:
                turn.finish_later(scope.id)  # Other joins of the scope may open nevertheless.
            return True
    return False


def _starved(turn: Turn, scope: ElementInstance) -> str:
    join, waiting = next(iter(scope.arrived.items()))
    element = turn.process.elements[join]
    if isinstance(element, ComplexGateway):
        return (
            f"the activation condition of {element.label} does not hold with the tokens that wait "
            f"there ({sum(waiting.values())}), and none can come any more; change a value and retry"
        )
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
    undeclared = {n: v for n, v in turn.values.items() if n not in turn.process.parameters}
    turn.create_job(RETURN_JOB, None, {**results, **undeclared})


_STEPS: Mapping[type[Any], Callable[[Turn, Any], None]] = {
    Arrive: _arrive,
    Enter: _enter,
    Occur: occur,
    Finish: _finish,
}
