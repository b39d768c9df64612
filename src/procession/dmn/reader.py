"""From the bytes of a DMN file to a decision model (DMN 1.1 to 1.6).

Rule: all problems of a file are found before one is reported, and a file with a problem gives no
model at all. Logic is read in the order of requirements, so that the entries of what a decision
requires are known when it is compiled.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.problems import near
from procession.bpmn.vocabulary import name_of, space_of
from procession.bpmn.xml import parse
from procession.core.values import shown
from procession.dmn import boxed, functions, table_reader
from procession.dmn.file import File, Visible
from procession.dmn.functions import Definition
from procession.dmn.items import Items
from procession.dmn.logic import NOTHING
from procession.dmn.model import (
    Decision,
    DecisionModel,
    DecisionService,
    InputData,
    KnowledgeModel,
)
from procession.dmn.nodes import Node, read_nodes
from procession.dmn.problems import DmnProblems
from procession.dmn.types import typed
from procession.dmn.vocabulary import NAMES, NAMESPACES, OTHER_NAMESPACES, allowed_in
from procession.feel import UNKNOWN, Shape

READERS = {
    "literalExpression": boxed.read_literal,
    "context": boxed.read_context,
    "list": boxed.read_list,
    "relation": boxed.read_relation,
    "conditional": boxed.read_conditional,
    "decisionTable": table_reader.read_table,
    "functionDefinition": functions.read_function,
    "invocation": functions.read_invocation,
    "filter": functions.read_filter,
    "for": functions.read_for,
    "some": functions.read_some,
    "every": functions.read_every,
}


def read(xml: bytes, *, file: str = "") -> DecisionModel:
    """The decisions of a file, compiled. `file` is how problems call it.

    Raises InvalidProcess with every problem of the file.
    """
    root = parse(xml, file)
    problems = DmnProblems(file)
    _check_root(root, problems)
    reading = File(root, space_of(root), problems, READERS)
    _check_elements(reading)
    items = Items(reading)
    reading.find_type = items.find
    items.read_all()
    nodes, order = read_nodes(reading)
    found = _Model(reading, nodes)
    for id in order:
        found.add(nodes[id])
    found.check(root)
    problems.raise_if_any()
    return found.model(root)


def _check_root(root: _Element, problems: DmnProblems) -> None:
    name, space = name_of(root), space_of(root)
    if name != "definitions" or space not in NAMESPACES:
        message = f"the root is {shown(name)}, not the definitions of DMN 1.1 to 1.6"
        if space in OTHER_NAMESPACES:
            message = f"the file is DMN {OTHER_NAMESPACES[space]}; save it as DMN 1.1 to 1.6"
        problems.add("not-dmn", message, root)
        problems.raise_if_any()


def _check_elements(file: File) -> None:
    """Each element: is it known, may it stand there, is its id its own?"""
    ids: set[str] = set()
    waiting = [file.root]
    while waiting:
        element = waiting.pop()
        own = element.get("id")
        if own is not None and own in ids:
            message = f"the id {shown(own)} is there twice; give one another id"
            file.problems.add("duplicate-id", message, element)
        ids.add(own or "")
        allowed = allowed_in(name_of(element))
        if allowed is None:
            continue
        own_children = [child for child in element if space_of(child) == file.namespace]
        known = [child for child in own_children if _known(child, element, allowed, file)]
        waiting += reversed(known)


def _known(child: _Element, element: _Element, allowed: frozenset[str], file: File) -> bool:
    name, parent = name_of(child), name_of(element)
    if name == "import":
        what = shown(child.get("name") or child.get("namespace") or "")
        message = f"the import {what} is not read; put what it holds into this file"
        file.problems.add("unsupported-import", message, child)
    elif name in allowed:
        return name != "extensionElements"
    elif name in NAMES:
        file.problems.add("misplaced-element", f"{name} cannot stand in {parent}", child)
    else:
        message = f"DMN has no element {shown(name)} in {parent}.{near(name, allowed)}"
        file.problems.add("unknown-element", message, child)
    return False


class _Model:
    """The parts of a model, as they are read one after the other."""

    def __init__(self, file: File, nodes: Mapping[str, Node]) -> None:
        self._file = file
        self._nodes = nodes
        self._shapes: dict[str, Shape] = {}
        self._inputs: dict[str, InputData] = {}
        self._decisions: dict[str, Decision] = {}
        self._knowledge: dict[str, KnowledgeModel] = {}
        self._services: dict[str, DecisionService] = {}

    def add(self, node: Node) -> None:
        """Reads a node; what it requires has been read."""
        {
            "inputData": self._add_input,
            "decision": self._add_decision,
            "businessKnowledgeModel": self._add_knowledge,
            "decisionService": self._add_service,
        }[node.kind](node)

    def check(self, root: _Element) -> None:
        """Whether there is anything to decide, and services know all their inputs."""
        if not self._decisions:
            message = "the file holds no decision; it has nothing to decide"
            self._file.problems.add("no-decision", message, root)
        for service in self._services.values():
            self._check_service(service)

    def model(self, root: _Element) -> DecisionModel:
        """All parts; only of a file without problems."""
        return DecisionModel(
            id=root.get("id") or "",
            name=" ".join((root.get("name") or "").split()),
            inputs=self._inputs,
            decisions=self._decisions,
            knowledge=self._knowledge,
            services=self._services,
            ranks={id: rank for rank, id in enumerate(self._decisions)},
        )

    def _visible(self, node: Node, *references: str) -> Visible:
        seen = node.to(*references)
        names = {self._nodes[id].name: self._shapes.get(id, UNKNOWN) for id in seen}
        return Visible(self._file, node.caption, names)

    def _add_input(self, node: Node) -> None:
        self._shapes[node.id] = node.type.shape
        self._inputs[node.id] = InputData(node.id, node.name, node.type)

    def _add_decision(self, node: Node) -> None:
        visible = self._visible(node, "requiredInput", "requiredDecision", "requiredKnowledge")
        logic = None
        if visible.expressions_in(node.xml):
            logic = typed(visible.read_in(node.xml, node.caption), node.type, node.caption)
            self._shapes[node.id] = logic.shape
        self._decisions[node.id] = Decision(
            id=node.id,
            name=node.name,
            caption=node.caption,
            type=node.type,
            requires=node.to("requiredInput", "requiredDecision"),
            uses=node.to("requiredKnowledge"),
            logic=logic,
        )

    def _add_knowledge(self, node: Node) -> None:
        visible = self._visible(node, "requiredKnowledge")
        logic = self._file.child(node.xml, "encapsulatedLogic")
        # One that is only drawn is a function of nothing, as a decision without logic is null.
        definition = Definition(node.name, (), NOTHING)
        if logic is not None:
            read = functions.read_definition(logic, visible, node.caption)
            # Its variable has the type of a function, or, as some modelers write it, of its result.
            result = node.type.result or node.type
            body = typed(read.body, result, f"the result of {node.caption}")
            definition = Definition(node.name, read.formals, body)
        self._knowledge[node.id] = KnowledgeModel(
            node.id, node.name, node.to("requiredKnowledge"), definition
        )

    def _add_service(self, node: Node) -> None:
        if self._file.child(node.xml, "outputDecision") is None:
            message = f"the service {node.caption} has no outputDecision; name one"
            self._file.problems.add("missing-output", message, node.xml)
        self._services[node.id] = DecisionService(
            id=node.id,
            name=node.name,
            caption=node.caption,
            type=node.type.result or node.type,
            outputs=node.to("outputDecision"),
            input_decisions=node.to("inputDecision"),
            inputs=node.to("inputData"),
        )

    def _check_service(self, service: DecisionService) -> None:
        """What its decisions require comes from them or through its border."""
        known = {*service.input_decisions, *service.inputs}
        waiting = list(service.outputs)
        while waiting:
            id = waiting.pop()
            if id in known:
                continue
            known.add(id)
            if id in self._inputs:
                message = f"the service {service.caption} needs {shown(self._inputs[id].name)}"
                message += "; add it as an inputData of the service"
                at = self._nodes[service.id].xml
                self._file.problems.add("incomplete-service", message, at)
            elif id in self._decisions:
                waiting += self._decisions[id].requires
