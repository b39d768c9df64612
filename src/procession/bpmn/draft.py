"""A process while it is being read: its nodes and flows, found by walking its scopes.

Rule: everything gets into a draft, what runs and what is refused, so that one wrong element does
not make all flows to it look wrong too. No recursion: sub-processes wait in a queue.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.declared import Declared
from procession.bpmn.document import check_tree
from procession.bpmn.forms import boolean
from procession.bpmn.problems import Problems, near
from procession.bpmn.vocabulary import (
    ACTIVITIES,
    EVENT_DEFINITIONS,
    EVENTS,
    FLOW_NODES,
    GLOBAL_TASKS,
    LOOPS,
    NODES,
    SUB_PROCESSES,
    local_id,
    model,
    name_of,
)
from procession.core.model import PROCESS_SCOPE
from procession.core.values import shown

_SEQUENCE_FLOW = model("sequenceFlow")
_ASSOCIATION = model("association")
_CONDITION = model("conditionExpression")
_REFERENCE = model("eventDefinitionRef")
_LOOPS = tuple(map(model, LOOPS))
_DEFINITIONS = (*map(model, sorted(EVENT_DEFINITIONS)), _REFERENCE)


@dataclass(slots=True)
class Node:
    """A flow node, by BPMN's name for it; `scope` is the sub-process that it stands in.

    `definitions` are the event definitions of an event, those of the root among them; `loop` is how
    an activity is repeated.
    """

    xml: _Element
    type: str
    id: str
    scope: str
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    definitions: tuple[_Element, ...] = ()
    loop: _Element | None = None

    @property
    def runs(self) -> bool:
        return self.type in NODES

    @property
    def by_event(self) -> bool:
        """Whether it is an event sub-process."""
        return self.type in SUB_PROCESSES and bool(boolean(self.xml.get("triggeredByEvent", "")))

    @property
    def for_compensation(self) -> bool:
        return bool(boolean(self.xml.get("isForCompensation", "")))

    @property
    def instantiates(self) -> bool:
        """Whether a message that comes to it starts the process."""
        return bool(boolean(self.xml.get("instantiate", "")))

    def has(self, definition: str) -> bool:
        """Whether one of its definitions is of a kind, `message` say."""
        return any(kind_of(each) == definition for each in self.definitions)


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
    """`nodes` and `flows` by id, in file order; `scopes` by id too, "" is the process itself.

    `associations`: what the associations that are drawn in it join, either way. `attached`: the
    boundary events of each activity, in file order.
    """

    xml: _Element
    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    scopes: dict[str, _Element] = field(default_factory=dict)
    associations: dict[str, list[str]] = field(default_factory=dict)
    attached: dict[str, list[Node]] = field(default_factory=dict)

    def nodes_by_scope(self) -> Mapping[str, list[Node]]:
        """The nodes of each scope; of an empty one, an empty list."""
        found: dict[str, list[Node]] = {scope: [] for scope in self.scopes}
        for node in self.nodes.values():
            found[node.scope].append(node)
        return found


def kind_of(definition: _Element) -> str:
    """`message` of a messageEventDefinition."""
    return name_of(definition).removesuffix("EventDefinition")


def read_draft(process: _Element, declared: Declared, problems: Problems) -> Draft:
    """All nodes and flows of a process, whatever their depth; flows are joined to their nodes."""
    draft = Draft(process, process.get("id", ""))
    check_tree(process, problems)
    scopes = deque([(PROCESS_SCOPE, process)])
    while scopes:
        scope, container = scopes.popleft()
        draft.scopes[scope] = container
        for node in _read_scope(container, scope, draft, problems):
            if node.type in ACTIVITIES:
                node.loop = next(node.xml.iterchildren(*_LOOPS), None)
            if node.type in SUB_PROCESSES:
                scopes.append((node.id, node.xml))
            elif node.type in EVENTS:
                node.definitions = tuple(definitions_of(node.xml, declared, problems))
    _join(draft)
    return draft


def draft_of_task(task: _Element, problems: Problems) -> Draft:
    """A global task: a process of one node (clause 10.3.7)."""
    check_tree(task, problems)
    id = task.get("id", "")
    node = Node(task, GLOBAL_TASKS[name_of(task)], id, PROCESS_SCOPE)
    return Draft(task, id, nodes={id: node}, scopes={PROCESS_SCOPE: task})


def definitions_of(event: _Element, declared: Declared, problems: Problems) -> list[_Element]:
    """The event definitions of an event, in file order: its own, and those that it refers to."""
    found = []
    for child in event.iterchildren(*_DEFINITIONS):
        definition = _referred(child, declared, problems) if child.tag == _REFERENCE else child
        if definition is not None:
            found.append(definition)
    return found


def _referred(reference: _Element, declared: Declared, problems: Problems) -> _Element | None:
    name = local_id(reference.text or "")
    for kind in EVENT_DEFINITIONS:
        if name in declared.named(kind):
            return declared.named(kind)[name]
    known = [id for kind in EVENT_DEFINITIONS for id in declared.named(kind)]
    message = f"eventDefinitionRef names {shown(name)}, which is no event definition of the file's "
    problems.add("unknown-definition", f"{message}root; add it.{near(name, known)}", reference)
    return None


def _read_scope(container: _Element, scope: str, draft: Draft, problems: Problems) -> list[Node]:
    nodes = []
    for child in container:
        name = name_of(child)
        if child.tag == _SEQUENCE_FLOW:
            _read_flow(child, draft, problems)
        elif child.tag == _ASSOCIATION:
            _read_association(child, draft)
        elif name in FLOW_NODES and child.tag == model(name):
            node = Node(child, name, _id(child, draft, problems), scope)
            draft.nodes.setdefault(node.id, node)
            nodes.append(node)
    return nodes


def _read_flow(flow: _Element, draft: Draft, problems: Problems) -> None:
    source, target = flow.get("sourceRef", "").strip(), flow.get("targetRef", "").strip()
    read = Flow(flow, _id(flow, draft, problems), source, target, flow.find(_CONDITION))
    draft.flows.setdefault(read.id, read)


def _read_association(association: _Element, draft: Draft) -> None:
    source, target = (local_id(association.get(end, "")) for end in ("sourceRef", "targetRef"))
    draft.associations.setdefault(source, []).append(target)
    draft.associations.setdefault(target, []).append(source)


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


def attached_to(node: Node) -> str:
    """The id of a boundary event's activity: attachedToRef is a qualified name."""
    return local_id(node.xml.get("attachedToRef", ""))


def _join(draft: Draft) -> None:
    """A flow that dangles or crosses a border joins nothing."""
    for node in draft.nodes.values():
        if node.type == "boundaryEvent":
            draft.attached.setdefault(attached_to(node), []).append(node)
    for flow in draft.flows.values():
        source, target = draft.nodes.get(flow.source), draft.nodes.get(flow.target)
        if source and target and source.scope == target.scope:
            source.outgoing.append(flow.id)
            target.incoming.append(flow.id)
