"""Boxed expressions: literal, context, list, relation, conditional (DMN 1.5, clause 7 and 10.2).

Rule: an expression sees what its decision requires and, within a context, the entries before it.
"""

from collections.abc import Sequence

from lxml.etree import _Element

from procession.core.values import Value, shown
from procession.dmn.file import NAMES_MAX, Visible
from procession.dmn.logic import NOTHING, Logic, Visit
from procession.dmn.types import fitted
from procession.feel import UNKNOWN, Shape


def read_literal(element: _Element, visible: Visible) -> Logic:
    """A literalExpression; an empty one is null, as modelers write it while they work."""
    imported = visible.file.child(element, "importedValues")
    if imported is not None:
        message = "importedValues are not read; write the value itself"
        visible.file.problems.add("unsupported-import", message, imported)
    program = visible.file.program(element, visible.names, visible.owner)
    if program is None:
        return NOTHING
    run = program.run
    return Logic(lambda visit: run(visit.frame), program.shape)


def read_context(element: _Element, visible: Visible) -> Logic:
    """A context: each entry sees those before it; one without a variable is the result."""
    names: list[str] = []
    steps: list[tuple[str, Logic]] = []
    shapes: dict[str, Shape] = {}
    entries = list(visible.file.children(element, "contextEntry"))
    if len(entries) > NAMES_MAX:
        message = f"a context of {len(entries)} entries; {NAMES_MAX} are allowed; use a list"
        visible.file.problems.add("too-many-names", message, element)
        return NOTHING
    for number, entry in enumerate(entries, start=1):
        name, logic = _entry(entry, visible, names, last=number == len(entries))
        steps.append((name, logic))
        if name:
            names.append(name)
            shapes[name] = logic.shape
            visible = visible.knowing({name: logic.shape})
    result = steps.pop()[1] if steps and not steps[-1][0] else None

    def run(visit: Visit) -> Value:
        inner = visit.knowing({})
        values: dict[str, Value] = {}
        for name, logic in steps:
            values[name] = logic.run(inner)
            inner = inner.knowing({name: values[name]})
        return values if result is None else result.run(inner)

    return Logic(run, Shape(shapes) if result is None else result.shape)


def _entry(
    entry: _Element, visible: Visible, before: list[str], *, last: bool
) -> tuple[str, Logic]:
    file = visible.file
    variable = file.child(entry, "variable")
    name = "" if variable is None else (variable.get("name") or "").strip()
    if name in before:
        message = f"the context has two entries {shown(name)}; give one another name"
        file.problems.add("duplicate-name", message, entry)
    if not name and not last:
        message = "an entry without a name is the result and stands last; name its variable"
        file.problems.add("missing-name", message, entry)
    what = f"the entry {name}" if name else f"the result of {visible.owner}"
    logic = visible.read_in(entry, what)
    type_, run = file.type_of(variable), logic.run
    shape = logic.shape if type_.shape is UNKNOWN else type_.shape
    return name, Logic(lambda visit: fitted(visit, type_, run(visit), what), shape)


def read_list(element: _Element, visible: Visible) -> Logic:
    """A list of expressions."""
    items = [visible.read(item) for item in visible.expressions_in(element)]

    def run(visit: Visit) -> Value:
        visit.frame.budget.make_list(len(items))
        return [item.run(visit) for item in items]

    return Logic(run, Shape(item=items[0].shape if items else UNKNOWN))


def read_relation(element: _Element, visible: Visible) -> Logic:
    """A table of expressions: a list of contexts."""
    file = visible.file
    columns = [(each.get("name") or "").strip() for each in file.children(element, "column")]
    if "" in columns or len(set(columns)) < len(columns):
        message = "the columns of a relation need names that differ; name each"
        file.problems.add("duplicate-name", message, element)
    rows = [_row(row, columns, visible) for row in file.children(element, "row")]

    def run(visit: Visit) -> Value:
        visit.frame.budget.make_list(len(rows) * len(columns))
        return [
            {name: cell.run(visit) for name, cell in zip(columns, row, strict=False)}
            for row in rows
        ]

    return Logic(run, Shape(item=Shape(dict.fromkeys(columns, UNKNOWN))))


def _row(row: _Element, columns: Sequence[str], visible: Visible) -> list[Logic]:
    cells = visible.expressions_in(row)
    if len(cells) != len(columns):
        message = f"a row of {len(cells)} cells in a relation of {len(columns)} columns"
        visible.file.problems.add("wrong-row", f"{message}; write one for each", row)
    return [visible.read(cell) for cell in cells]


def read_conditional(element: _Element, visible: Visible) -> Logic:
    """if, then, else (DMN 1.4): the first branch if the condition is true, else the other."""
    condition, then, otherwise = (part(element, name, visible) for name in ("if", "then", "else"))

    def run(visit: Visit) -> Value:
        return (then if condition.run(visit) is True else otherwise).run(visit)

    return Logic(run, then.shape)


def part(element: _Element, name: str, visible: Visible) -> Logic:
    """The expression in a child that must be there."""
    child = visible.file.child(element, name)
    if child is None:
        message = f"{visible.owner} has no {name}; add it with an expression"
        visible.file.problems.add("missing-expression", message, element)
        return NOTHING
    return visible.read_in(child, f"the {name} of {visible.owner}")
