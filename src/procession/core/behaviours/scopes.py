"""Elements that hold others: embedded sub-process and call activity (BPMN 2.0.2 §13.3.4)."""

from procession.core.behaviours.base import Behaviour
from procession.core.instance import ElementInstance
from procession.core.model import CallActivity, Expression, SubProcess
from procession.core.turn import CALL_JOB, Turn
from procession.core.values import DataType, Kind, Values, convert
from procession.errors import BadValue

_WHOLE = Kind(DataType.INTEGER)


class SubProcessBehaviour(Behaviour[SubProcess]):
    """A scope of its own: it is left when nothing within it is alive any more."""

    def activate(self, turn: Turn, element: SubProcess, me: ElementInstance) -> bool:
        turn.enter(me)
        return False


class CallActivityBehaviour(Behaviour[CallActivity]):
    """Has another process run as a child and rests until the child answers."""

    def activate(self, turn: Turn, element: CallActivity, me: ElementInstance) -> bool:
        call: Values = {"process": _called(turn, element, me), "given": _given(turn, element, me)}
        version = _version(turn, element, me)
        if version is not None:
            call["version"] = version
        if element.all_inputs:
            call["all"] = True
        turn.create_job(CALL_JOB, me.id, call)
        return False

    def resume(
        self, turn: Turn, element: CallActivity, me: ElementInstance, values: Values
    ) -> bool:
        if element.all_outputs:
            turn.assign_known(me.id, values)
        turn.assign_outputs(me.id, element.outputs, values)
        return True


def _called(turn: Turn, element: CallActivity, me: ElementInstance) -> str:
    if element.called_by is None:
        return element.called
    name = element.called_by.evaluate(turn.visible(me.id))
    if isinstance(name, str) and name:
        return name
    raise BadValue(f"{element.label}: {element.called_by.text} gives no name of a process")


def _version(turn: Turn, element: CallActivity, me: ElementInstance) -> int | None:
    """The version that is called; None: the newest there is when the call is made."""
    version = element.version
    if isinstance(version, Expression):
        value = version.evaluate(turn.visible(me.id))
        return None if value is None else int(convert("version", _WHOLE, value))
    return version


def _given(turn: Turn, element: CallActivity, me: ElementInstance) -> Values:
    """What the child begins with: the inputs, after all that is visible where that is wanted."""
    everything = dict(turn.visible(me.id)) if element.all_inputs else {}
    return everything | {each.target: turn.fill(each.value, me.id) for each in element.inputs}
