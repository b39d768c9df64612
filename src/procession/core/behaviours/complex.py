"""The complex gateway (BPMN 2.0.2 §10.6.5, §13.4.5).

It opens when its activation condition holds, and takes one token of each flow that has one. Then it
waits for the late ones, as an inclusive gateway would, takes them too, and begins anew. Which of
the two it does is state of the scope (`ElementInstance.opened`); the element instance that leaves
the gateway knows it as its variable `waitingForStart`, which the conditions of the flows may read.
"""

from collections.abc import Sequence

from procession.core.behaviours.base import Behaviour, default_flow, open_to
from procession.core.changes import FlowWaits
from procession.core.ids import ElementInstanceId
from procession.core.instance import ElementInstance
from procession.core.joins import still_coming
from procession.core.model import ComplexGateway
from procession.core.scope_changes import GatewayOpened, GatewayReset
from procession.core.turn import Turn
from procession.core.variables import visible
from procession.errors import ExpressionError

ACTIVATION_COUNT, WAITING_FOR_START = "activationCount", "waitingForStart"


class ComplexGatewayBehaviour(Behaviour[ComplexGateway]):
    """Opens when its activation condition holds, and takes the late tokens after that."""

    def arrive(
        self, turn: Turn, element: ComplexGateway, flow: str | None, scope: ElementInstanceId
    ) -> ElementInstance | None:
        if flow is None:
            return turn.activate(element, scope)  # No flow leads to it: it begins with its scope.
        turn.record(FlowWaits(flow, element.id, scope))
        around = turn.instance.elements[scope]
        if element.id not in around.opened and _may_open(turn, element, around):
            return turn.activate(element, scope)
        turn.finish_later(scope)
        return None

    def opens(
        self, turn: Turn, element: ComplexGateway, scope: ElementInstance
    ) -> ElementInstance | None:
        if element.id not in scope.opened:
            ready = _may_open(turn, element, scope)
        else:
            filled = {*scope.opened[element.id], *scope.arrived.get(element.id, ())}
            ready = not still_coming(turn.process, turn.instance, scope, element, filled=filled)
        return turn.activate(element, scope.id) if ready else None

    def activate(self, turn: Turn, element: ComplexGateway, me: ElementInstance) -> bool:
        """Take the tokens. With a second try the condition may not hold any more: it waits on."""
        scope = turn.instance.elements[me.scope]
        waiting = scope.arrived.get(element.id, {})
        start = element.id not in scope.opened
        if start and waiting and not _holds(turn, element, scope):
            turn.complete(me)
            return False
        turn.set_values(me.id, {WAITING_FOR_START: start})
        if not start:
            late = tuple(flow for flow in waiting if flow not in scope.opened[element.id])
            turn.record(GatewayReset(late, element.id, scope.id))
        elif waiting:
            turn.record(GatewayOpened(tuple(waiting), element.id, scope.id))
        return True

    def leave(self, turn: Turn, element: ComplexGateway, me: ElementInstance) -> Sequence[str]:
        """All flows whose condition holds, else the default flow.

        As it begins anew, a flow without a condition has none that holds: what it let through, it
        does not let through once more. Then it is no mistake if there is no way on.
        """
        start = turn.visible(me.id)[WAITING_FOR_START]
        flows = [turn.process.flows[each] for each in element.outgoing if each != element.default]
        chosen = [
            flow.id for flow in flows if (start or flow.condition) and open_to(turn, flow, me)
        ]
        if chosen or not element.outgoing:
            return chosen
        if not start and element.default is None:
            return ()
        return default_flow(element)


def _may_open(turn: Turn, element: ComplexGateway, scope: ElementInstance) -> bool:
    """Whether it is activated now; True, too, if that cannot be found out: it then says why."""
    if any(
        each.element == element.id and each.scope == scope.id
        for each in turn.instance.elements.values()
    ):
        return False  # It is stuck; a second try takes all that have come by then.
    try:
        return _holds(turn, element, scope)
    except ExpressionError:
        return True


def _holds(turn: Turn, element: ComplexGateway, scope: ElementInstance) -> bool:
    condition = element.activation_condition
    if condition is None:
        return True
    count = sum(scope.arrived[element.id].values())
    return turn.holds_of(condition, visible(turn.instance, scope.id, {ACTIVATION_COUNT: count}))
