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
    try:
        if element.id in turn.process.demanding:
            assert isinstance(element, Activity), element.label
            _leave_activity(turn, element, me)
            return
        flows = BEHAVIOURS[type(element)].leave(turn, element, me)
    except MISTAKES as error:
        turn.fail(me, error.code, str(error), leaving=True)
        return
    if me.compensating:
        leave_meanwhile(turn, me, flows)
    else:
        turn.complete(me, taking=flows)


def _leave_activity(turn: Turn, activity: Activity, me: ElementInstance) -> None:
    """The same of a demanding one, or of a round of a loop; it may be undone from now on."""
    if turn.instance.is_round(me):
        end_round(turn, activity, me)
        return
    end(turn, activity, me)
    flows = BEHAVIOURS[type(activity)].leave(turn, activity, me)
    keep(turn, activity, me)
    turn.complete(me, taking=flows)
    _tell_ad_hoc(turn, activity, me)


def _tell_ad_hoc(turn: Turn, activity: Activity, me: ElementInstance) -> None:
    """An ad-hoc sub-process looks after each of its activities whether that was enough."""
    if isinstance(activity, SubProcess) and activity.triggered_by_event:
        return  # Nobody has begun it.
    around = turn.process.elements.get(activity.scope)
    scope = turn.instance.elements[me.scope]
    # A handler stands in the sub-process, too, and runs elsewhere.
    if isinstance(around, AdHocSubProcess) and scope.element == around.id:
        activity_completed(turn, around, scope)
