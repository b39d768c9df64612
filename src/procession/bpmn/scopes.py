"""Where a process and its sub-processes begin (BPMN 2.0.2 §10.3.5, §10.5.2, §13.3.1, §13.3.4).

Rule: what starts a scope is found once, here; the checks say why a scope cannot begin.
"""

from collections.abc import Iterable, Mapping

from lxml.etree import _Element

from procession.bpmn.draft import Draft, Node
from procession.bpmn.problems import Problems
from procession.bpmn.vocabulary import ACTIVITIES
from procession.core.model import PROCESS_SCOPE
from procession.core.values import shown

# Nothing of these begins with its scope, whether a flow leads to it or not.
_NEVER = frozenset({"boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"})


def is_none_start(node: Node) -> bool:
    return node.type == "startEvent" and not node.definitions


def is_trigger(node: Node) -> bool:
    """Whether it starts the process by itself: a start event with a trigger, say."""
    return (node.type == "startEvent" and bool(node.definitions)) or (
        node.type in ("receiveTask", "eventBasedGateway") and node.instantiates
    )


def starts_of(scope: str, nodes: list[Node], draft: Draft) -> tuple[str, ...]:
    """What begins with its scope: its start event, or all that no flow leads to (§13.3.4).

    Of an event sub-process it is the event that it is triggered by.
    """
    events = tuple(node.id for node in nodes if is_none_start(node))
    if events:
        return events
    triggers = tuple(node.id for node in nodes if is_trigger(node))
    if triggers:
        return triggers if scope and draft.nodes[scope].by_event else ()
    return tuple(node.id for node in nodes if not node.incoming and _begins(node))


def _begins(node: Node) -> bool:
    return node.type not in _NEVER and not node.by_event and not node.for_compensation


def all_starts(draft: Draft) -> Mapping[str, tuple[str, ...]]:
    """`Process.starts`."""
    scopes = draft.nodes_by_scope()
    return {scope: starts_of(scope, nodes, draft) for scope, nodes in scopes.items()}


def triggered_starts(draft: Draft) -> tuple[str, ...]:
    """`Process.triggered_starts`, in file order."""
    nodes = draft.nodes.values()
    return tuple(node.id for node in nodes if node.scope == PROCESS_SCOPE and is_trigger(node))


def event_starts(draft: Draft) -> Mapping[str, tuple[str, ...]]:
    """`Process.event_starts`: by the scope that the event sub-processes stand in."""
    found: dict[str, list[str]] = {}
    for node in draft.nodes.values():
        around = draft.nodes.get(node.scope)
        if around is not None and around.by_event and is_trigger(node):
            found.setdefault(around.scope, []).append(node.id)
    return {scope: tuple(starts) for scope, starts in found.items()}


def check_scope(scope: str, nodes: list[Node], draft: Draft, problems: Problems) -> None:
    """Whether it is clear where a process or a sub-process begins."""
    container = draft.scopes[scope]
    starts = [node for node in nodes if is_none_start(node)]
    if not nodes and scope == PROCESS_SCOPE:
        message = "the process has no elements; draw at least one"
        problems.add("empty-process", message, container)
    elif len(starts) > 1:
        message = f"{len(starts)} none start events; which one begins? keep one"
        problems.add("many-starts", message, container)
    elif scope and draft.nodes[scope].by_event:
        _check_trigger(nodes, container, problems)
    elif scope and draft.nodes[scope].type == "adHocSubProcess":
        _check_ad_hoc(nodes, container, problems)
    elif nodes and not _can_begin(scope, nodes, draft):
        message = "nothing can begin: a flow leads to every element; add a start event"
        problems.add("no-start", message, container)


def _can_begin(scope: str, nodes: list[Node], draft: Draft) -> bool:
    return bool(starts_of(scope, nodes, draft)) or any(map(is_trigger, nodes))


def _check_trigger(nodes: Iterable[Node], container: _Element, problems: Problems) -> None:
    """An event sub-process begins with one event, which has a trigger (§10.3.5)."""
    starts = [node for node in nodes if node.type == "startEvent"]
    if len(starts) != 1 or is_none_start(starts[0]):
        message = "an event sub-process has one start event, which says what triggers it; "
        what = "give it a definition" if len(starts) == 1 else f"here are {len(starts) or 'none'}"
        problems.add("no-trigger", f"{message}{what}", container)


def _check_ad_hoc(nodes: list[Node], container: _Element, problems: Problems) -> None:
    """It holds activities, and neither begins nor ends by an event (§10.3.5)."""
    if not any(node.type in ACTIVITIES for node in nodes):
        message = "an ad-hoc sub-process has activities that somebody can begin; add one"
        problems.add("empty-ad-hoc", message, container)
    for node in nodes:
        if node.type in ("startEvent", "endEvent"):
            message = f"an ad-hoc sub-process has no {node.type}; remove it"
            problems.add("misplaced-event", message, node.xml)


def check_sub_process(node: Node, problems: Problems) -> None:
    """What an event sub-process cannot be or have (§10.3.5)."""
    if not node.by_event:
        return
    wrong = _wrong_by_event(node)
    if wrong:
        problems.add("bad-event-sub-process", f"an event sub-process {wrong}", node.xml)
    for flow in (*node.incoming, *node.outgoing):
        message = f"the flow {shown(flow)} joins an event sub-process; none may: its start event "
        problems.add("flow-at-event-sub-process", f"{message}says when it begins", node.xml)


def _wrong_by_event(node: Node) -> str | None:
    if node.type != "subProcess":
        return f"is a subProcess, not a {node.type}; put that into it"
    if node.for_compensation:
        return "is no compensation handler; give its start event a compensateEventDefinition"
    if node.loop is not None:
        return "has no loop; put an activity with the loop into it"
    return None
