"""Gateways (BPMN 2.0.2 §13.4)."""

from collections.abc import Sequence

from procession.core.behaviours.base import Behaviour, default_flow, open_to
from procession.core.catching import Wait, begin_waits, waits_for
from procession.core.changes import FlowsJoined, FlowWaits
from procession.core.ids import ElementInstanceId
from procession.core.instance import ElementInstance
from procession.core.joins import still_coming
from procession.core.model import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from procession.core.turn import Turn


class ExclusiveGatewayBehaviour(Behaviour[ExclusiveGateway]):
    """Passes each token at once, along the first flow whose condition holds (§13.4.2)."""

    def leave(self, turn: Turn, element: ExclusiveGateway, me: ElementInstance) -> Sequence[str]:
        for flow in element.outgoing:
            if flow != element.default and open_to(turn, turn.process.flows[flow], me):
                return (flow,)
        return default_flow(element) if element.outgoing else ()


class InclusiveGatewayBehaviour(Behaviour[InclusiveGateway]):
    """Waits for all tokens that can still reach it, and for no others (§13.4.3).

    Whether one still can is seen when all tokens of the scope have come to rest: see `joins.py`.
    """

    def arrive(
        self, turn: Turn, element: InclusiveGateway, flow: str | None, scope: ElementInstanceId
    ) -> ElementInstance | None:
        if flow is None or len(element.incoming) == 1:
            return turn.activate(element, scope)
        turn.record(FlowWaits(flow, element.id, scope))
        turn.finish_later(scope)
        return None

    def opens(
        self, turn: Turn, element: InclusiveGateway, scope: ElementInstance
    ) -> ElementInstance | None:
        waiting = tuple(scope.arrived[element.id])
        if still_coming(turn.process, turn.instance, scope, element, filled=waiting):
            return None
        turn.record(FlowsJoined(waiting, element.id, scope.id))
        return turn.activate(element, scope.id)


class ParallelGatewayBehaviour(Behaviour[ParallelGateway]):
    """Waits for one token on each incoming flow, then sends one along each outgoing (§13.4.1)."""

    def arrive(
        self, turn: Turn, element: ParallelGateway, flow: str | None, scope: ElementInstanceId
    ) -> ElementInstance | None:
        if flow is None or len(element.incoming) == 1:
            return turn.activate(element, scope)
        turn.record(FlowWaits(flow, element.id, scope))
        waiting = turn.instance.elements[scope].arrived[element.id]
        # One token per incoming flow, not any n tokens: two on one flow do not open the join.
        if len(waiting) < len(element.incoming):
            turn.finish_later(scope)
            return None
        turn.record(FlowsJoined(element.incoming, element.id, scope))
        return turn.activate(element, scope)

    def leave(self, turn: Turn, element: ParallelGateway, me: ElementInstance) -> Sequence[str]:
        return element.outgoing


class EventBasedGatewayBehaviour(Behaviour[EventBasedGateway]):
    """Waits for the first of the events that its flows lead to (§13.4.4)."""

    def activate(self, turn: Turn, element: EventBasedGateway, me: ElementInstance) -> bool:
        begin_waits(turn, waits_behind(turn, element, me))
        return False


def waits_behind(turn: Turn, element: EventBasedGateway, me: ElementInstance) -> list[Wait]:
    """The waits for all events behind the gateway."""
    events = (turn.process.elements[turn.process.flows[each].target] for each in element.outgoing)
    return [w for event in events for w in waits_for(turn, me, event, target=event.id)]
