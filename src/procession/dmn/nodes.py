"""The nodes of a requirements graph and what each requires, before their logic is read.

Rule: everything gets into a node, also what is wrong, so that one mistake does not make all that
requires it look wrong too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.forms import ID_LENGTH_MAX
from procession.bpmn.problems import near
from procession.bpmn.vocabulary import name_of
from procession.core.values import shown
from procession.dmn.file import File
from procession.dmn.graph import ordered
from procession.dmn.types import ItemType
from procession.dmn.vocabulary import NODES
from procession.feel.builtins import BUILTINS

NODES_MAX = 2_000
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_FUNCTIONS = ("businessKnowledgeModel", "decisionService")
# The children that refer to another node: where they stand, and what they may lead to.
_REFERENCES = {
    "requiredDecision": ("decision",),
    "requiredInput": ("inputData",),
    "requiredKnowledge": _FUNCTIONS,
    "outputDecision": ("decision",),
    "encapsulatedDecision": ("decision",),
    "inputDecision": ("decision",),
    "inputData": ("inputData",),
}


@dataclass(slots=True)
class Node:
    """A decision, input, knowledge model or service. `name` is what others see it as."""

    xml: _Element
    kind: str
    id: str
    name: str
    caption: str
    type: ItemType
    references: dict[str, list[str]] = field(default_factory=dict)

    def to(self, *kinds: str) -> tuple[str, ...]:
        """The ids that references of these kinds lead to, each once."""
        found = [id for kind in kinds for id in self.references.get(kind, ())]
        return tuple(dict.fromkeys(found))

    @property
    def required(self) -> tuple[str, ...]:
        """All that must be read before it."""
        return self.to(*(kind for kind in _REFERENCES if kind != "inputDecision"))


def read_nodes(file: File) -> tuple[dict[str, Node], list[str]]:
    """The nodes of a file by id, and the ids in order: each after those that it requires."""
    nodes: dict[str, Node] = {}
    for element in file.children(file.root, *sorted(NODES)):
        node = _node(element, file, len(nodes))
        nodes.setdefault(node.id, node)
    _check_names(nodes, file)
    if len(nodes) > NODES_MAX:
        message = f"{len(nodes)} decisions, inputs and functions; {NODES_MAX} are allowed"
        file.problems.add("too-many-nodes", message, file.root)
    for node in list(nodes.values()):
        _join(node, nodes, file)
    for node in list(nodes.values()):
        _add_inputs(node, nodes, file)
    order, cycles = ordered({id: node.required for id, node in nodes.items()})
    for cycle in cycles:
        path = " → ".join(shown(nodes[id].caption) for id in cycle)
        message = f"it requires itself: {path}; take one of these requirements out"
        file.problems.add("requirement-cycle", message, nodes[cycle[0]].xml)
    return nodes, order


def _node(element: _Element, file: File, number: int) -> Node:
    id, caption = element.get("id") or "", " ".join((element.get("name") or "").split())
    kind = name_of(element)
    if not id or len(id) > ID_LENGTH_MAX:
        message = f"a {kind} without an id; give it one"
        if id:
            message = f"an id of {len(id)} characters; {ID_LENGTH_MAX} are allowed"
        file.problems.add("missing-id" if not id else "too-long", message, element)
    variable = file.child(element, "variable")
    named = "" if variable is None else " ".join((variable.get("name") or "").split())
    if not (named or caption):
        file.problems.add("missing-name", f"a {kind} without a name; give it one", element)
    return Node(
        element,
        kind,
        id or f"/{number}",
        named or caption,
        caption or named or id,
        file.type_of(variable),
    )


def _check_names(nodes: dict[str, Node], file: File) -> None:
    first: dict[str, Node] = {}
    for node in nodes.values():
        other = first.setdefault(node.name, node)
        if node.name and other is not node:
            message = f"{other.kind} {shown(other.id)} is named {shown(node.name)} too"
            file.problems.add("duplicate-name", f"{message}; give one another name", node.xml)


def _join(node: Node, nodes: dict[str, Node], file: File) -> None:
    for reference in _references(node.xml, file):
        kind = name_of(reference)
        id = _target(reference, file)
        found = nodes.get(id)
        if found is None or found.kind not in _REFERENCES[kind]:
            _refuse(reference, id, nodes, file)
        else:
            node.references.setdefault(kind, []).append(id)


def _references(element: _Element, file: File) -> Iterator[_Element]:
    for requirement in file.children(element, "informationRequirement", "knowledgeRequirement"):
        yield from file.children(requirement, *_REFERENCES)
    yield from file.children(element, *_REFERENCES)


def _target(reference: _Element, file: File) -> str:
    """The id in a reference: `#id`, with or without the namespace of this very file."""
    space, _, id = (reference.get("href") or "").strip().rpartition("#")
    return id if space in ("", (file.root.get("namespace") or "").strip()) else f"{space}#{id}"


def _refuse(reference: _Element, id: str, nodes: dict[str, Node], file: File) -> None:
    kind = name_of(reference)
    wanted = _REFERENCES[kind]
    if id in nodes:
        message = f"{kind} leads to {shown(id)}, a {nodes[id].kind}; it needs a {wanted[0]}"
        file.problems.add("wrong-requirement", message, reference)
        return
    hint = near(id, [node.id for node in nodes.values() if node.kind in wanted])
    message = f"{kind} leads to {shown(id)}, which is not in this file.{hint or ' Add it here'}"
    file.problems.add("unknown-requirement", message, reference)


def _add_inputs(node: Node, nodes: dict[str, Node], file: File) -> None:
    """Inputs that a table names and nobody draws, as modelers of the first kind write them.

    Only a plain name that nothing in the file has: a name that is there wants a requirement.
    """
    table = file.child(node.xml, "decisionTable")
    if node.kind != "decision" or table is None:
        return
    names = {other.name for other in nodes.values() if other.id != f"/input {other.name}"}
    for column in file.children(table, "input"):
        expression = file.child(column, "inputExpression")
        name = file.text(expression)
        if expression is None or name in names or name in BUILTINS:
            continue
        if _PLAIN_NAME.fullmatch(name) and name not in ("true", "false", "null"):
            id = f"/input {name}"
            type_ = file.type_of(expression)
            nodes.setdefault(id, Node(expression, "inputData", id, name, name, type_))
            node.references.setdefault("requiredInput", []).append(id)
