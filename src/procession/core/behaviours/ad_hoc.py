"""The ad-hoc sub-process (BPMN 2.0.2 §10.3.5, §13.3.5): those who do the work say what is done.

What no flow leads to in it is *ready*: an element instance that is alive and does nothing yet.
Whoever executes it begins it, and at once there is another one, as it may be done again. As long as
something is ready the sub-process goes on; it ends by taking that away.
"""

from procession.core.behaviours.base import Behaviour
from procession.core.changes import Occur
from procession.core.ids import ElementInstanceId
from procession.core.instance import ACTIVE, READY, ElementInstance
from procession.core.model import AdHocOrdering, AdHocSubProcess, Element
from procession.core.scope_changes import (
    ElementReadied,
    ElementsQueued,
    ElementStarted,
    WorkCompleted,
)
from procession.core.turn import Turn
from procession.core.values import Values, shown
from procession.errors import BadValue, ExpressionError, Rejected

BEGUN_MAX = 1_000


class AdHocSubProcessBehaviour(Behaviour[AdHocSubProcess]):
    """Makes its activities ready and begins those that are to begin by themselves."""

    def activate(self, turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> bool:
        begun = _to_begin(turn, element, me)
        for each in turn.process.starts.get(element.id, ()):
            _make_ready(turn, each, me.id)
        if element.ordering is AdHocOrdering.SEQUENTIAL and begun:
            turn.record(ElementsQueued(me.id, tuple(begun[1:])))
            begun = begun[:1]
        for each in begun:
            turn.begin_at(each, me.id)
        turn.finish_later(me.id)
        return False

    def is_over(self, turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> bool:
        """Nothing runs in it: it is over when nothing is ready in it either."""
        if me.loop is not None or not _ready(turn, me):
            return True
        if me.queued:
            first, *rest = me.queued
            turn.record(ElementsQueued(me.id, tuple(rest)))
            turn.begin_at(first, me.id)
        elif me.worked and _is_complete(turn, element, me):
            _end(turn, element, me)
        return False


def activity_completed(turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> None:
    """One of its activities has completed: that may be enough (§13.3.5)."""
    if not me.worked:
        turn.record(WorkCompleted(me.id))
    wanted = element.completion_condition is not None and me.state is ACTIVE and _ready(turn, me)
    if wanted and _is_complete(turn, element, me):
        _end(turn, element, me)


def start_ready(
    turn: Turn, element: Element, me: ElementInstance, values: Values
) -> ElementInstance:
    """Somebody begins a ready one: the element instance that does the work. Raises Rejected.

    It has a number of its own, so that a call which is repeated does not do the work as well.
    """
    scope = turn.instance.elements[me.scope]
    ad_hoc = turn.process.elements[scope.element]
    assert isinstance(ad_hoc, AdHocSubProcess), f"{me} is ready in {ad_hoc.label}"
    busy = scope.children or scope.queued or turn.in_flight.get(scope.id)
    if ad_hoc.ordering is AdHocOrdering.SEQUENTIAL and busy:
        raise Rejected(
            f"element {element.label} is ready, but {ad_hoc.label} does one thing after the other "
            "and something is going on in it; execute it when that has been done"
        )
    turn.assign(me.id, values)
    turn.record(ElementStarted(me.id))
    begun = turn.activate(element, scope.id)
    _make_ready(turn, me.element, scope.id)
    return begun


def _make_ready(turn: Turn, element: str, scope: ElementInstanceId) -> None:
    turn.record(ElementReadied(turn.instance.next_element, element, scope))


def _ready(turn: Turn, scope: ElementInstance) -> list[ElementInstance]:
    elements = turn.instance.elements.values()
    return [each for each in elements if each.state is READY and each.scope == scope.id]


def _to_begin(turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> list[str]:
    """The ids of those that begin by themselves. Raises ExpressionError and BadValue."""
    if element.begin_with is None:
        return []
    name = f"what {element.label} begins with, {shown(element.begin_with.text)},"
    found = element.begin_with.evaluate(turn.visible(me.id))
    if not isinstance(found, list | tuple) or len(found) > BEGUN_MAX:
        raise BadValue(
            f"{name} is {shown(found)}; it must be a list of at most {BEGUN_MAX} element ids"
        )
    allowed = turn.process.starts.get(element.id, ())
    for each in found:
        if each not in allowed:
            raise BadValue(
                f"{name} has {shown(each)}; only what no flow leads to in it can be begun: "
                f"{', '.join(allowed)}"
            )
    return [str(each) for each in found]


def _is_complete(turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> bool:
    """Whether nothing more is wanted; what cannot be found out is an incident of the sub-process.

    Without a condition that is so when nothing runs: then no token may wait in it either.
    """
    if element.completion_condition is None:
        return not me.arrived
    try:
        return turn.holds(element.completion_condition, me.id)
    except ExpressionError as error:
        turn.fail(me, error.code, str(error))
        return False


def _end(turn: Turn, element: AdHocSubProcess, me: ElementInstance) -> None:
    """Nothing more begins; what runs is terminated, or the sub-process waits for it (§13.3.5)."""
    if element.cancel_remaining:
        # What has been thrown for an event on its boundary is seen to all the same.
        thrown = [step for step in turn.agenda if isinstance(step, Occur) and step.scope == me.id]
        turn.terminate_within(me)
        turn.agenda.extendleft(reversed(thrown))
    else:
        for each in _ready(turn, me):
            turn.terminate(each)
    turn.finish_later(me.id)
