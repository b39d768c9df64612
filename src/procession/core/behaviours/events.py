"""Start and end events (BPMN 2.0.2 §13.5)."""

from procession.core.behaviours.base import Behaviour
from procession.core.instance import ElementInstance
from procession.core.model import EndEvent, StartEvent, TerminateEndEvent
from procession.core.turn import Turn


class StartEventBehaviour(Behaviour[StartEvent]):
    """A none start event: the token that begins a scope goes on at once."""


class EndEventBehaviour(Behaviour[EndEvent]):
    """A none end event consumes the token that reaches it; others in its scope go on (§13.5.6)."""


class TerminateEndEventBehaviour(Behaviour[TerminateEndEvent]):
    """Ends all that is alive in its scope, and so the scope, which completes normally (§13.5.6)."""

    def activate(self, turn: Turn, element: TerminateEndEvent, me: ElementInstance) -> bool:
        turn.terminate_within(turn.instance.elements[me.scope], keep=me.id)
        return True
