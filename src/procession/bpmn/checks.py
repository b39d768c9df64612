"""Whether the nodes and flows of a process fit together (clauses 7.6.1, 8.4.13, 10.5, 10.6, 13.2).

Rule: each check looks at one thing and says what would help. What BPMN only draws differently, or
what merely can never be reached, is no problem.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.compensation import check_compensation
from procession.bpmn.draft import Draft, Flow, Node, default_of
from procession.bpmn.event_checks import check_event
from procession.bpmn.gateways import check_event_gateway, check_instantiating
from procession.bpmn.problems import Problems, near
from procession.bpmn.scopes import check_scope, check_sub_process
from procession.bpmn.vocabulary import (
    ACTIVITIES,
    EVENTS,
    FLOW_NODES,
    SUB_PROCESSES,
    local_id,
    model,
    name_of,
)
from procession.core.values import shown

# A condition has a meaning out of activities and of gateways that choose (8.4.13, 10.5.2).
_UNCONDITIONAL = frozenset(
    {
        *("startEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"),
        *("parallelGateway", "eventBasedGateway"),
    }
)
_FLOW_NODE_TAGS = frozenset(map(model, FLOW_NODES))


def check_draft(draft: Draft, ids: Mapping[str, _Element], problems: Problems) -> None:
    """All structural checks of one process. `ids` are the BPMN elements of the whole file."""
    for flow in draft.flows.values():
        _check_ends(flow, draft, ids, problems)
        _check_condition(flow, draft, problems)
    for node in draft.nodes.values():
        _check_edges(node, draft, problems)
        if node.type in EVENTS:
            check_event(node, draft, problems)
        elif node.type in ACTIVITIES:
            _check_activity(node, draft, problems)
        elif node.type == "eventBasedGateway":
            check_event_gateway(node, draft, problems)
        _check_default(node, draft, problems)
        _check_mentions(node, draft, problems)
    for scope, nodes in draft.nodes_by_scope().items():
        check_scope(scope, nodes, draft, problems)


def _check_activity(node: Node, draft: Draft, problems: Problems) -> None:
    if node.type in SUB_PROCESSES:
        check_sub_process(node, problems)
    if node.for_compensation:
        check_compensation(node, draft, problems)
    if node.type == "receiveTask" and node.instantiates:
        check_instantiating(node, problems)


def _check_ends(flow: Flow, draft: Draft, ids: Mapping[str, _Element], problems: Problems) -> None:
    _check_end(flow, "sourceRef", draft, (ids, problems))
    _check_end(flow, "targetRef", draft, (ids, problems))
    source, target = draft.nodes.get(flow.source), draft.nodes.get(flow.target)
    if source is not None and target is not None and source.scope != target.scope:
        message = (
            f"the flow from {shown(flow.source)} to {shown(flow.target)} crosses the border of a "
            "sub-process; connect the sub-process itself"
        )
        problems.add("flow-crosses-scope", message, flow.xml)


def _check_end(
    flow: Flow, end: str, draft: Draft, file: tuple[Mapping[str, _Element], Problems]
) -> None:
    ids, problems = file
    name = flow.xml.get(end, "").strip()
    other = ids.get(name)
    if name in draft.nodes:
        return
    if not name:
        problems.add("dangling-flow", f"the flow has no {end}; connect it", flow.xml)
    elif other is None:
        message = (
            f"{end} is {shown(name)}, which is not there; connect it.{near(name, draft.nodes)}"
        )
        problems.add("dangling-flow", message, flow.xml)
    elif other.tag in _FLOW_NODE_TAGS:
        message = f"{end} is {shown(name)}, which stands in another process or sub-process"
        problems.add("flow-crosses-scope", message, flow.xml)
    else:
        message = f"{end} is {shown(name)}, a {name_of(other)}, to which no flow can lead"
        problems.add("dangling-flow", message, flow.xml)


def _check_condition(flow: Flow, draft: Draft, problems: Problems) -> None:
    source = draft.nodes.get(flow.source)
    if flow.condition is None or source is None:
        return
    if source.type in _UNCONDITIONAL:
        message = f"a flow out of a {source.type} has no condition; remove it, or add a gateway"
        problems.add("condition-not-allowed", message, flow.xml)
    if not (flow.condition.text or "").strip():
        message = "the conditionExpression is empty; write an expression, or remove it"
        problems.add("no-condition", message, flow.xml)


def _check_edges(node: Node, draft: Draft, problems: Problems) -> None:
    if node.type == "startEvent" and node.incoming:
        message = f"the flow {shown(node.incoming[0])} leads into a start event; none may"
        problems.add("flow-into-start", message, node.xml)
    if node.type == "endEvent" and node.outgoing:
        message = f"the flow {shown(node.outgoing[0])} leads out of an end event; none may"
        problems.add("flow-out-of-end", message, node.xml)


def _check_default(node: Node, draft: Draft, problems: Problems) -> None:
    default = default_of(node)
    if default is None or not node.runs:
        return
    flow = draft.flows.get(default)
    if flow is None or flow.source != node.id:
        message = f"the default flow {shown(default)} does not leave this element"
        problems.add("bad-default-flow", f"{message}.{near(default, node.outgoing)}", node.xml)
    elif flow.condition is not None:
        message = f"the default flow {shown(default)} has a condition, which is never looked at"
        problems.add("conditional-default-flow", f"{message}; remove it", node.xml)


def _check_mentions(node: Node, draft: Draft, problems: Problems) -> None:
    """`incoming` and `outgoing` are optional; one that contradicts the flows is a mistake."""
    for side, end in (("incoming", "target"), ("outgoing", "source")):
        for mention in node.xml.iterchildren(model(side)):
            name = local_id(mention.text or "")
            flow = draft.flows.get(name)
            if flow is None or getattr(flow, end) != node.id:
                message = f"{side} names {shown(name)}, but that flow does not join this element"
                problems.add("flow-mismatch", message, mention)
