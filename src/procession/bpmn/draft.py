"""A process while it is being read: its nodes and flows, found by walking its scopes.

Rule: everything gets into a draft, what runs and what is refused, so that one wrong element does
not make all flows to it look wrong too. No recursion: sub-processes wait in a queue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.document import check_children
from procession.bpmn.problems import Problems
from procession.bpmn.vocabulary import FLOW_NODES, NODES, model, name_of
from procession.core.model import PROCESS_SCOPE

_SEQUENCE_FLOW = model("sequenceFlow")
_CONDITION = model("conditionExpression")


@dataclass(slots=True)
class Node:
    """A flow node, by BPMN's name for it; `scope` is the sub-process that it stands in."""

    xml: _Element
    type: str
    id: str
    scope: str
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        return self.type in NODES


@dataclass(slots=True)
class Flow:
    """A sequence flow. `condition` is its conditionExpression."""

    xml: _Element
    id: str
    source: str
    target: str
    condition: _Element | None


@dataclass(slots=True)
class Draft:
    """`nodes` and `flows` by id, in file order; `scopes` by id too, "" is the process itself."""

    xml: _Element
    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    scopes: dict[str, _Element] = field(default_factory=dict)

    def nodes_by_scope(self) -> Mapping[str, list[Node]]:
        """The nodes of each scope; of an empty one, an empty list."""
        found: dict[str, list[Node]] = {scope: [] for scope in self.scopes}
        for node in self.nodes.values():
            found[node.scope].append(node)
        return found


def read_draft(process: _Element, problems: Problems) -> Draft:
    """All nodes and flows of a process, whatever their depth; flows are joined to their nodes."""
    draft = Draft(process, process.get("id", ""))
    scopes = [(PROCESS_SCOPE, process)]
    while scopes:
        scope, container = scopes.pop()
        draft.scopes[scope] = container
        check_children(container, problems)
        for node in _read_scope(container, scope, draft, problems):
            if node.type == "subProcess":
                scopes.append((node.id, node.xml))
            elif node.runs:
                check_children(node.xml, problems)
    _join(draft)
    return draft


def _read_scope(container: _Element, scope: str, draft: Draft, problems: Problems) -> list[Node]:
    nodes = []
    for child in container:
        name = name_of(child)
        if child.tag == _SEQUENCE_FLOW:
            _read_flow(child, draft, problems)
        elif name in FLOW_NODES and child.tag == model(name):
            node = Node(child, name, _id(child, draft, problems), scope)
            draft.nodes.setdefault(node.id, node)
            nodes.append(node)
    return nodes


def _read_flow(flow: _Element, draft: Draft, problems: Problems) -> None:
    check_children(flow, problems)
    condition = flow.find(_CONDITION)
    if condition is not None:
        check_children(condition, problems)
    source, target = flow.get("sourceRef", "").strip(), flow.get("targetRef", "").strip()
    read = Flow(flow, _id(flow, draft, problems), source, target, condition)
    draft.flows.setdefault(read.id, read)


def _id(element: _Element, draft: Draft, problems: Problems) -> str:
    own = element.get("id")
    if own is None:
        message = f"a {name_of(element)} without an id; give it one"
        problems.add("missing-id", message, element)
    # One that no file can have, so that each element without an id stays itself.
    return own if own is not None else f"/{len(draft.nodes) + len(draft.flows)}"


def default_of(node: Node) -> str | None:
    """The id of its default flow, as the file has it."""
    return node.xml.get("default", "").strip() or None


def _join(draft: Draft) -> None:
    """A flow that dangles or crosses a border joins nothing."""
    for flow in draft.flows.values():
        source, target = draft.nodes.get(flow.source), draft.nodes.get(flow.target)
        if source and target and source.scope == target.scope:
            source.outgoing.append(flow.id)
            target.incoming.append(flow.id)
