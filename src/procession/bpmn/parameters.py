"""The parameters that a process declares (clause 10.4 calls them data inputs and outputs).

Rule: a default may name the parameters before it, in file order, since that is the order in which
they get their values; one that names none is evaluated here, so a wrong type is found at once.
"""

from collections.abc import Iterable
from dataclasses import replace

from lxml.etree import _Element

from procession.bpmn.data import Variables
from procession.bpmn.extensions import extensions, tag, uid_of
from procession.bpmn.forms import one_line
from procession.bpmn.problems import Problems
from procession.bpmn.texts import Compiler
from procession.core.model import Expression, Parameter
from procession.core.values import (
    TYPE_NAMES,
    Column,
    DataType,
    Direction,
    Kind,
    convert,
    shown,
)
from procession.errors import BadValue, ExpressionError

PARAMETERS_MAX = 1_000


def read_parameters(process: _Element, compiler: Compiler) -> dict[str, Parameter]:
    """The declared parameters by code, in file order."""
    problems = compiler.problems
    found: dict[str, Parameter] = {}
    elements = list(extensions(process, "parameter"))
    if len(elements) > PARAMETERS_MAX:
        message = f"{len(elements)} parameters; {PARAMETERS_MAX} are allowed"
        problems.add("too-many-parameters", message, process)
    for element in elements[:PARAMETERS_MAX]:
        parameter = _read(process, element, compiler, found)
        if parameter.code and parameter.code in found:
            message = f"the parameter {shown(parameter.code)} is declared twice"
            problems.add("duplicate-parameter", message, element)
        found[parameter.code] = parameter
    return found


def with_variables(
    declared: dict[str, Parameter], variables: Variables, process: _Element, compiler: Compiler
) -> dict[str, Parameter]:
    """The parameters of a process, and after them what BPMN's own data elements are (10.4).

    A procession:parameter wins over a data element of its name.
    """
    found = dict(declared)
    for code, parameter in variables.parameters.items():
        uid = uid_of(process, "", f"{process.get('id')}//{code}")
        found.setdefault(code, replace(parameter, uid=uid))
    if len(declared) <= PARAMETERS_MAX < len(found):
        message = f"{len(found)} parameters and data elements; {PARAMETERS_MAX} are allowed"
        compiler.problems.add("too-many-parameters", message, process)
    return found


def kinds(parameters: Iterable[Parameter]) -> dict[str, Kind]:
    """What an expression sees of the parameters."""
    return {parameter.code: parameter.kind for parameter in parameters}


def _read(
    process: _Element, element: _Element, compiler: Compiler, before: dict[str, Parameter]
) -> Parameter:
    code = element.get("code", "")
    kind = _kind(element, compiler.problems)
    direction = element.get("direction", "")
    return Parameter(
        code=code,
        kind=kind,
        direction=Direction(direction) if direction in set(Direction) else Direction.BOTH,
        caption=one_line(element.get("caption", "")) or code,
        default=_default(element, kind, compiler, before),
        # No element's path has two strokes in a row.
        uid=uid_of(element, "uid", f"{process.get('id')}//{code}"),
    )


def _kind(element: _Element, problems: Problems) -> Kind:
    of = _type(element)
    columns = _columns(element, problems)
    # Of a type that is not known nothing more can be said.
    if columns and of not in (DataType.COLLECTION, None):
        message = f"only a Collection has columns, and this is a {of}; remove them"
        problems.add("columns-without-collection", message, element)
    return Kind(of or DataType.TEXT, columns)


def _columns(element: _Element, problems: Problems) -> tuple[Column, ...]:
    columns: dict[str, Column] = {}
    for child in element.iterchildren(tag("column")):
        code, of = child.get("code", ""), _type(child)
        if of is DataType.COLLECTION:
            message = "a column cannot be a collection itself; write another type"
            problems.add("nested-collection", message, child)
        if code in columns:
            problems.add("duplicate-column", f"the column {shown(code)} is there twice", child)
        columns[code] = Column(code, of or DataType.TEXT)
    return tuple(columns.values())


def _type(element: _Element) -> DataType | None:
    return TYPE_NAMES.get(element.get("type", ""))


def _default(
    element: _Element, kind: Kind, compiler: Compiler, before: dict[str, Parameter]
) -> Expression | None:
    if not element.get("default", "").strip():
        return None
    constant = compiler.constant(element, "default")
    if constant is None:
        return compiler.seeing(kinds(before.values())).attribute(element, "default")
    _check_value(element, kind, constant, compiler.problems)
    return constant


def _check_value(element: _Element, kind: Kind, default: Expression, problems: Problems) -> None:
    try:
        convert("default", kind, default.evaluate({}))
    except (BadValue, ExpressionError) as error:
        problems.add("bad-default", str(error), element)
