"""Elements that hold others: embedded sub-process and call activity (BPMN 2.0.2 §13.3.4)."""

from procession.core.behaviours.base import Behaviour
from procession.core.instance import ElementInstance
from procession.core.model import CallActivity, SubProcess
from procession.core.turn import CALL_JOB, Turn
from procession.core.values import Values


class SubProcessBehaviour(Behaviour[SubProcess]):
    """A scope of its own: it is left when nothing within it is alive any more."""

    def activate(self, turn: Turn, element: SubProcess, me: ElementInstance) -> bool:
        turn.enter(me)
        return False


class CallActivityBehaviour(Behaviour[CallActivity]):
    """Has another process run as a child and rests until the child answers."""

    def activate(self, turn: Turn, element: CallActivity, me: ElementInstance) -> bool:
        given = {each.target: turn.fill(each.value) for each in element.inputs}
        turn.create_job(CALL_JOB, me.id, {"process": element.called, "given": given})
        return False

    def resume(
        self, turn: Turn, element: CallActivity, me: ElementInstance, values: Values
    ) -> bool:
        turn.set_outputs(element.outputs, values)
        return True
