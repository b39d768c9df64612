"""Values into outside work and out of it: procession:input and procession:output.

Rule: a result goes into a parameter that the process declares and that can hold it; a name is given
or taken once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.problems import Problems, listed, near
from procession.bpmn.texts import Compiler
from procession.core.model import Input, Output
from procession.core.values import DataType, shown


@dataclass(frozen=True, slots=True)
class Results:
    """What outside work may answer: its names (None: any), and which types can hold each.

    `columns` are those of its records, where it answers any.
    """

    names: frozenset[str] | None = None
    holders: Mapping[str, frozenset[DataType]] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()


def read_inputs(elements: Iterable[_Element], compiler: Compiler) -> tuple[Input, ...]:
    """The expressions that give a called process or a handler its values."""
    inputs: dict[str, Input] = {}
    for element in elements:
        target = element.get("target", "")
        if target in inputs:
            message = f"the input {shown(target)} is there twice; remove one"
            compiler.problems.add("duplicate-input", message, element)
        inputs[target] = Input(target, compiler.attribute(element, "expression"))
    return tuple(inputs.values())


def read_outputs(
    elements: Iterable[_Element], results: Results, compiler: Compiler
) -> tuple[Output, ...]:
    """The results that are kept, and the parameters that take them."""
    problems = compiler.problems
    outputs: dict[str, Output] = {}
    for element in elements:
        output = Output(element.get("source", ""), element.get("target", ""))
        _check_source(element, output.source, results, problems)
        check_target(element, output.target, compiler)
        if output.target in outputs:
            message = f"the parameter {shown(output.target)} takes two results; remove one"
            problems.add("duplicate-output", message, element)
        _check_holds(element, output, results, compiler)
        outputs[output.target] = output
    return tuple(outputs.values())


def check_target(element: _Element, target: str, compiler: Compiler) -> None:
    """Whether the process has the parameter that is to take a value."""
    if target and target not in compiler.visible:
        hint = near(target, compiler.visible)
        message = f"the process has no parameter {shown(target)}; declare it.{hint}"
        compiler.problems.add("unknown-parameter", message, element)


def _check_source(element: _Element, source: str, results: Results, problems: Problems) -> None:
    known = results.names
    if known is not None and source and source not in known:
        message = f"there is no result {shown(source)}; there are {listed(known)}."
        problems.add("unknown-result", message + near(source, known), element)


def _check_holds(element: _Element, output: Output, results: Results, compiler: Compiler) -> None:
    kind = compiler.visible.get(output.target)
    if kind is None or kind.type is DataType.ANY:
        return
    types = results.holders.get(output.source)
    declared = {column.code for column in kind.columns}
    surplus = results.columns - declared
    if types and kind.type not in types:
        message = f"{output.target} is a {kind.type}, which cannot hold {output.source}"
        compiler.problems.add("wrong-type", f"{message}; it takes {listed(types)}", element)
    elif output.source == "records" and declared and surplus:
        message = f"{output.target} has no column {listed(surplus)}; declare it, or do not read it"
        compiler.problems.add("unknown-column", message, element)
