"""Events (BPMN 2.0.2 §13.5). What they catch is in catching.py, what they throw in throwing.py."""

from procession.core.behaviours.base import Behaviour
from procession.core.catching import begin_waits, waits_for
from procession.core.instance import ElementInstance
from procession.core.model import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
    TimerEventDefinition,
)
from procession.core.throwing import throw_all
from procession.core.turn import Turn
from procession.core.values import Values
from procession.errors import Rejected


class StartEventBehaviour(Behaviour[StartEvent]):
    """The token that begins a scope goes on at once."""


class BoundaryEventBehaviour(Behaviour[BoundaryEvent]):
    """The token that starts here goes on; what it was triggered by has been seen to (§13.5.3)."""


class EndEventBehaviour(Behaviour[EndEvent]):
    """Throws what it is to throw and consumes its token; others in its scope go on (§13.5.6)."""

    def activate(self, turn: Turn, element: EndEvent, me: ElementInstance) -> bool:
        return throw_all(turn, me, element.definitions) if element.definitions else True


class IntermediateThrowEventBehaviour(Behaviour[IntermediateThrowEvent]):
    """Throws what it is to throw and passes its token on; a link has nothing to do (§10.5.3)."""

    def activate(self, turn: Turn, element: IntermediateThrowEvent, me: ElementInstance) -> bool:
        return throw_all(turn, me, element.definitions) if element.definitions else True


class IntermediateCatchEventBehaviour(Behaviour[IntermediateCatchEvent]):
    """Rests until what it catches has occurred (§13.5.3); a caller may end the wait for a timer."""

    def activate(self, turn: Turn, element: IntermediateCatchEvent, me: ElementInstance) -> bool:
        begin_waits(turn, waits_for(turn, me, element))
        return False

    def execute(
        self, turn: Turn, element: IntermediateCatchEvent, me: ElementInstance, values: Values
    ) -> bool:
        if not any(isinstance(each, TimerEventDefinition) for each in element.definitions):
            raise Rejected(f"element {element.label} waits for a message, a signal or a condition")
        return self.resume(turn, element, me, values)
