"""What an element type does: verbs with a plain default; most types override one.

| verb      | when                          | default                                       |
|-----------|-------------------------------|-----------------------------------------------|
| arrive    | a token gets here             | activate the element                          |
| opens     | tokens wait here, all rest    | wait on                                       |
| activate  | the element begins            | it has nothing to do: it is done at once      |
| is_over   | nothing runs in the scope     | its work is done                              |
| resume    | what it waited for has come   | keep the values; it is done                   |
| leave     | its work is done: which way?  | every flow whose condition holds              |
| execute   | a caller asks for it by GUID  | refuse: it waits for something else           |

A verb may raise ExpressionError or BadValue before it has recorded anything; `decide` then turns
that into an incident of the element. A behaviour holds no state: one object serves all elements of
its type.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from procession.core.ids import ElementInstanceId
from procession.core.instance import ElementInstance
from procession.core.model import Element, SequenceFlow
from procession.core.turn import Turn
from procession.core.values import Values
from procession.errors import ExpressionError, Rejected

E = TypeVar("E", bound=Element)


class Behaviour(Generic[E]):
    """The defaults of the five verbs."""

    def arrive(
        self, turn: Turn, element: E, flow: str | None, scope: ElementInstanceId
    ) -> ElementInstance | None:
        """The element instance that begins now, or None if the token waits."""
        return turn.activate(element, scope)

    def opens(self, turn: Turn, element: E, scope: ElementInstance) -> ElementInstance | None:
        """The element instance of a join that goes on, now that all tokens of its scope rest."""
        return None

    def activate(self, turn: Turn, element: E, me: ElementInstance) -> bool:
        """Begin; True: its work is done."""
        return True

    def resume(self, turn: Turn, element: E, me: ElementInstance, values: Values) -> bool:
        """Go on with what has come; True: its work is done."""
        turn.assign(me.id, values)
        return True

    def leave(self, turn: Turn, element: E, me: ElementInstance) -> Sequence[str]:
        """The flows to take: all whose condition holds (BPMN 2.0.2 §13.3.1, implicit split)."""
        outgoing, flows = element.outgoing, turn.process.flows
        if len(outgoing) == 1 and flows[outgoing[0]].condition is None:
            return outgoing
        chosen = [
            flow for flow in outgoing if flow != element.default and open_to(turn, flows[flow], me)
        ]
        return chosen if chosen or not outgoing else default_flow(element)

    def is_over(self, turn: Turn, element: E, me: ElementInstance) -> bool:
        """Whether a scope is done, now that nothing is active in it."""
        return True

    def execute(self, turn: Turn, element: E, me: ElementInstance, values: Values) -> bool:
        """Do it now, for a caller; True: its work is done."""
        raise Rejected(
            f"element {element.label} waits for something else than a caller; "
            "a user task, a try that is put off and a failed element can be executed"
        )


def open_to(turn: Turn, flow: SequenceFlow, me: ElementInstance) -> bool:
    """Whether a token may take the flow: it has no condition, or the condition holds."""
    return flow.condition is None or turn.holds(flow.condition, me.id)


def default_flow(element: Element) -> tuple[str, ...]:
    """The way on where no condition holds; without one it is an exception (BPMN 2.0.2 §13.4.2)."""
    if element.default is not None:
        return (element.default,)
    raise ExpressionError(
        f"none of the conditions on the flows out of {element.label} holds and it has no default "
        "flow; change a value and retry, or give the element a default flow"
    )
