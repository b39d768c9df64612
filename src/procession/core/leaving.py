"""The way out of an element whose work is done."""

from procession.core.behaviours import BEHAVIOURS
from procession.core.behaviours.ad_hoc import activity_completed
from procession.core.compensating import keep, leave_meanwhile
from procession.core.instance import ElementInstance
from procession.core.loops import end, end_round
from procession.core.model import Activity, AdHocSubProcess, Element, SubProcess
from procession.core.turn import Turn
from procession.errors import BadValue, ExpressionError

MISTAKES = (ExpressionError, BadValue)


def leave(turn: Turn, element: Element, me: ElementInstance) -> None:
    """Take the flows that lead on; what cannot be found out is an incident of the element."""
    demanding = element.id in turn.process.demanding
    try:
        if demanding:
            assert isinstance(element, Activity), element.label
            if turn.instance.is_round(me):
                end_round(turn, element, me)
                return
            end(turn, element, me)
        flows = BEHAVIOURS[type(element)].leave(turn, element, me)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error), leaving=True)
        return
    if demanding:
        assert isinstance(element, Activity), element.label
        keep(turn, element, me)
        turn.complete(me, taking=flows)
        _tell_ad_hoc(turn, element, me)
    elif me.compensating:
        leave_meanwhile(turn, me, flows)
    else:
        turn.complete(me, taking=flows)


def _tell_ad_hoc(turn: Turn, activity: Activity, me: ElementInstance) -> None:
    """An ad-hoc sub-process looks after each of its activities whether that was enough."""
    if isinstance(activity, SubProcess) and activity.triggered_by_event:
        return  # Nobody has begun it.
    around = turn.process.elements.get(activity.scope)
    scope = turn.instance.elements[me.scope]
    # A handler stands in the sub-process, too, and runs elsewhere.
    if isinstance(around, AdHocSubProcess) and scope.element == around.id:
        activity_completed(turn, around, scope)
