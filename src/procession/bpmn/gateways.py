"""Event-based gateways, and what else waits to start a process (clauses 10.6.6, 10.3.3, 13.4.4).

Rule: a gateway's events are its own: no other flow leads to them.
"""

from procession.bpmn.draft import Draft, Node, kind_of
from procession.bpmn.problems import Problems
from procession.core.model import PROCESS_SCOPE, EventGatewayType
from procession.core.values import shown

_AWAITED = ("message", "signal", "timer", "conditional")


def gateway_type(node: Node) -> EventGatewayType:
    """Whether it waits for one of its events or for all of them."""
    parallel = node.xml.get("eventGatewayType", "").strip() == EventGatewayType.PARALLEL
    return EventGatewayType.PARALLEL if parallel else EventGatewayType.EXCLUSIVE


def check_event_gateway(node: Node, draft: Draft, problems: Problems) -> None:
    """Whether what the gateway waits for can be waited for."""
    if node.instantiates:
        check_instantiating(node, problems)
    elif gateway_type(node) is EventGatewayType.PARALLEL:
        message = "a Parallel event-based gateway starts a process; write instantiate, or use a "
        problems.add("bad-event-gateway", f"{message}parallelGateway", node.xml)
    if not node.outgoing:
        message = "no flow leads out of the gateway; connect the events that it waits for"
        problems.add("bad-event-gateway", message, node.xml)
    targets = [draft.nodes[draft.flows[flow].target] for flow in node.outgoing]
    for target in targets:
        wrong = _wrong_target(target, draft)
        if wrong:
            message = f"the gateway leads to {shown(target.id)}, {wrong}"
            problems.add("bad-event-gateway", message, node.xml)
    tasks = [target for target in targets if target.type == "receiveTask"]
    if tasks and any(target.has("message") for target in targets):
        message = "the gateway waits for messages by receive tasks and by events; use one of them"
        problems.add("bad-event-gateway", message, node.xml)


def _wrong_target(target: Node, draft: Draft) -> str | None:
    if target.type not in ("intermediateCatchEvent", "receiveTask"):
        return f"a {target.type}; it may lead to intermediateCatchEvents and receiveTasks"
    if len(target.incoming) > 1:
        return "to which another flow leads, too; give it one of its own"
    if target.type == "receiveTask" and target.id in draft.attached:
        return "a receiveTask with an event on its boundary; use an intermediateCatchEvent"
    kinds = [kind_of(each) for each in target.definitions]
    wrong = next((kind for kind in kinds if kind not in _AWAITED), None)
    return wrong and f"which catches a {wrong}; it may be {', '.join(_AWAITED)}"


def check_instantiating(node: Node, problems: Problems) -> None:
    """What starts a process stands in the process itself, and no flow leads to it."""
    if node.scope != PROCESS_SCOPE:
        message = "what starts a process cannot stand in a sub-process; move it, or remove "
        problems.add("bad-instantiation", f"{message}instantiate", node.xml)
    if node.incoming:
        message = f"the flow {shown(node.incoming[0])} leads to what starts the process; none may"
        problems.add("bad-instantiation", message, node.xml)
