"""Events (BPMN 2.0.2 §13.5)."""

from procession.core.behaviours.base import Behaviour
from procession.core.instance import ElementInstance
from procession.core.model import (
    BoundaryEvent,
    EndEvent,
    ErrorEndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
    TerminateEndEvent,
)
from procession.core.schedules import schedule
from procession.core.turn import Turn
from procession.core.values import Values
from procession.errors import UncaughtError


class StartEventBehaviour(Behaviour[StartEvent]):
    """A none start event: the token that begins a scope goes on at once."""


class EndEventBehaviour(Behaviour[EndEvent]):
    """A none end event consumes the token that reaches it; others in its scope go on (§13.5.6)."""


class TerminateEndEventBehaviour(Behaviour[TerminateEndEvent]):
    """Ends all that is alive in its scope, and so the scope, which completes normally (§13.5.6)."""

    def activate(self, turn: Turn, element: TerminateEndEvent, me: ElementInstance) -> bool:
        turn.terminate_within(turn.instance.elements[me.scope], keep=me.id)
        return True


class IntermediateThrowEventBehaviour(Behaviour[IntermediateThrowEvent]):
    """A none event or a link passes its token on (§10.5.3)."""


class IntermediateCatchEventBehaviour(Behaviour[IntermediateCatchEvent]):
    """Rests until its moment has come; a caller may have it go on at once (§13.5.3)."""

    def activate(self, turn: Turn, element: IntermediateCatchEvent, me: ElementInstance) -> bool:
        value = element.definition.when.evaluate(turn.values)
        turn.start_timer(me, schedule(element.definition, value, turn.context.now))
        return False

    def execute(
        self, turn: Turn, element: IntermediateCatchEvent, me: ElementInstance, values: Values
    ) -> bool:
        return self.resume(turn, element, me, values)


class BoundaryEventBehaviour(Behaviour[BoundaryEvent]):
    """The token that starts here goes on; what it was triggered by has been seen to (§13.5.3)."""


class ErrorEndEventBehaviour(Behaviour[ErrorEndEvent]):
    """Throws an error to the scopes around it, or to the process that called this one (§13.5.6)."""

    def activate(self, turn: Turn, element: ErrorEndEvent, me: ElementInstance) -> bool:
        code = element.definition.code or ""
        if turn.throw_error(me, code):
            return False
        if turn.instance.parent is None:
            raise UncaughtError(f"nothing catches the error {code!r} that {element.label} throws")
        turn.end_by_error(code, f"{turn.process.id} threw it at {element.label}")
        return False
