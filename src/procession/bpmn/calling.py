"""Call activities: which process in which version, and what goes in and comes back (10.3.6).

Rule: what is called is said by its id, or by an expression that gives it.
"""

from typing import TypedDict

from procession.bpmn.data import specified, variable_name
from procession.bpmn.draft import Node
from procession.bpmn.extensions import extensions, tag
from procession.bpmn.forms import PROCESS_ID, boolean
from procession.bpmn.mapping import Results, read_inputs, read_outputs
from procession.bpmn.texts import Compiler, variable
from procession.bpmn.vocabulary import local_id
from procession.core.model import Expression, Input, Output
from procession.core.values import shown


class CallParts(TypedDict):
    """What `core.model.CallActivity` has of its own."""

    called: str
    called_by: Expression | None
    version: Expression | int | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    all_inputs: bool
    all_outputs: bool


def read_call(node: Node, compiler: Compiler) -> CallParts:
    """The mapping of a call. Its own data inputs and outputs go by their names to the process."""
    inputs = read_inputs(extensions(node.xml, "input"), compiler)
    outputs = read_outputs(extensions(node.xml, "output"), Results(), compiler)
    given, taken = {each.target for each in inputs}, {each.source for each in outputs}
    called_by = _attribute(node, "calledBy", compiler)
    return CallParts(
        called=_called(node, called_by is not None, compiler),
        called_by=called_by,
        version=_version(node, compiler),
        inputs=(*inputs, *(Input(n, variable(n)) for n in _names(node, "dataInput", given))),
        outputs=(*outputs, *(Output(n, n) for n in _names(node, "dataOutput", taken))),
        all_inputs=bool(boolean(node.xml.get(tag("allInputs"), ""))),
        all_outputs=bool(boolean(node.xml.get(tag("allOutputs"), ""))),
    )


def _names(node: Node, end: str, mapped: set[str]) -> list[str]:
    """The names of the call's own data elements that nothing else maps, in file order."""
    names = dict.fromkeys(variable_name(each) for each in specified(node.xml, end))
    return [name for name in names if name and name not in mapped]


def _attribute(node: Node, name: str, compiler: Compiler) -> Expression | None:
    given = node.xml.get(tag(name), "").strip()
    return compiler.attribute(node.xml, tag(name)) if given else None


def _version(node: Node, compiler: Compiler) -> Expression | int | None:
    """One version, or an expression that gives it; without either the newest is called."""
    number = node.xml.get(tag("version"), "").strip()
    given = _attribute(node, "versionExpression", compiler)
    if number and given is not None:
        message = "the call has a version and a versionExpression; keep one"
        compiler.problems.add("misplaced-attribute", message, node.xml)
    return given or (int(number) if number.isdecimal() else None)


def _called(node: Node, by_expression: bool, compiler: Compiler) -> str:
    """The id of the called process: calledElement is a qualified name (clause 10.3.6)."""
    name = node.xml.get("calledElement", "").strip()
    called = local_id(name)
    if name and by_expression:
        message = "the call has calledElement and procession:calledBy; keep one"
        compiler.problems.add("misplaced-attribute", message, node.xml)
    elif by_expression:
        return ""
    elif not name:
        message = "calledElement does not say which process is called; write its id"
        compiler.problems.add("no-called-element", message, node.xml)
    elif not PROCESS_ID.fullmatch(called):
        message = f"calledElement is {shown(name)}, which is no process id"
        compiler.problems.add("bad-called-element", message, node.xml)
    return called
