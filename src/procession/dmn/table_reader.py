"""Reads decision tables (DMN 1.5, 8.3).

Rule: a rule has one entry for each input and output; a table that is drawn the other way round is
written in the same way, so its orientation does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from lxml.etree import _Element

from procession.bpmn.problems import near
from procession.core.values import Value, shown
from procession.dmn.file import Visible
from procession.dmn.hits import LISTING, ORDERED, POLICIES, run_table
from procession.dmn.logic import NOTHING, Logic, Visit
from procession.dmn.tables import InputColumn, OutputColumn, Rule, Table
from procession.dmn.types import ANY, ItemType
from procession.errors import ExpressionError
from procession.feel import UNKNOWN, Frame, Program, Shape, Tests, compile_program
from procession.feel.comparing import key
from procession.feel.kinds import Range

HIT_POLICIES = tuple(dict.fromkeys(policy for policy, _ in POLICIES))
AGGREGATIONS = tuple(aggregation for _, aggregation in POLICIES if aggregation)


@dataclass(slots=True)
class Cells:
    """The distinct cells of one input column, compiled; None: a cell that always holds."""

    compiled: list[Tests] = field(default_factory=list)
    known: dict[str, int | None] = field(default_factory=dict)

    def number(self, entry: _Element, visible: Visible, shape: Shape, what: str) -> int | None:
        """The number of the cell that an entry writes."""
        text = visible.file.text(entry)
        if text not in self.known:
            self.known[text] = None
            always = text in ("", "-")
            tests = None if always else visible.file.tests(entry, visible.names, shape, what=what)
            if tests is not None:
                self.known[text] = len(self.compiled)
                self.compiled.append(tests)
        return self.known[text]


def read_table(element: _Element, visible: Visible) -> Logic:
    """A decisionTable."""
    file = visible.file
    inputs = list(file.children(element, "input"))
    outputs = list(file.children(element, "output"))
    columns = [Cells() for _ in inputs]
    heads = [_input(each, visible, n) for n, each in enumerate(inputs, start=1)]
    puts = [_output(each, visible, n) for n, each in enumerate(outputs, start=1)]
    _check_outputs(element, outputs, visible)
    rules = [
        _rule(rule, visible, (heads, columns, puts), f"rule {number} of {visible.owner}")
        for number, rule in enumerate(file.children(element, "rule"), start=1)
    ]
    policy = _policy(element, visible, puts)
    table = Table(
        visible.owner,
        [
            InputColumn(head.what, head.logic, head.type, head.allowed, cells.compiled)
            for head, cells in zip(heads, columns, strict=True)
        ],
        puts,
        rules,
    )
    if policy is None:
        return NOTHING
    return Logic(partial(run_table, table, policy), _shape(puts, policy))


def _shape(outputs: Sequence[OutputColumn], policy: tuple[str, str]) -> Shape:
    if policy[1]:
        return UNKNOWN
    shape = Shape({one.name: one.type.shape for one in outputs})
    if len(outputs) == 1:
        shape = outputs[0].type.shape
    return Shape(item=shape) if policy in LISTING else shape


@dataclass(frozen=True, slots=True)
class Head:
    """An input column without its cells."""

    what: str
    logic: Logic
    type: ItemType
    allowed: Tests | None


def _input(element: _Element, visible: Visible, number: int) -> Head:
    file = visible.file
    label = (element.get("label") or "").strip()
    expression = file.child(element, "inputExpression")
    text = file.text(expression)
    what = f"the input {label or text or number} of {visible.owner}"
    if expression is None or not text:
        message = f"{what} has no expression; write what its cells are about"
        file.problems.add("missing-expression", message, element)
        return Head(what, NOTHING, ANY, None)
    program = file.program(expression, visible.names, what)
    type_ = file.type_of(expression)
    logic = NOTHING if program is None else Logic(partial(_run, program), program.shape)
    shape = logic.shape if type_.shape is UNKNOWN else type_.shape
    allowed = _values(element, "inputValues", visible, shape, what=f"the input values of {what}")
    return Head(what, Logic(logic.run, shape), type_, allowed)


def _output(element: _Element, visible: Visible, number: int) -> OutputColumn:
    file = visible.file
    name = (element.get("name") or "").strip()
    what = f"the output {name or number} of {visible.owner}"
    type_ = file.type_of(element)
    allowed = _values(element, "outputValues", visible, type_.shape, what=f"the values of {what}")
    default = file.child(element, "defaultOutputEntry")
    logic = None
    if default is not None and file.text(default):
        logic = _entry(default, visible, f"the default of {what}")
    ranks = _ranks(file.text(file.child(element, "outputValues")) or type_.allowed)
    return OutputColumn(name, what, type_, allowed, ranks, logic)


def _values(
    element: _Element, name: str, visible: Visible, shape: Shape, *, what: str
) -> Tests | None:
    values = visible.file.child(element, name)
    return None if values is None else visible.file.tests(values, {}, shape, what=what)


def _ranks(text: str) -> Mapping[Value, int]:
    """The place of each value in a list such as `"high", "low"`; of other tests none."""
    if not text:
        return {}
    try:
        values = compile_program(f"[{text}\n]", {}).run(Frame({}))
    except ExpressionError:
        return {}
    # Tests such as < 5 say what is allowed, and no order.
    if not isinstance(values, list) or any(isinstance(value, Range) for value in values):
        return {}
    ranks: dict[Value, int] = {}
    for value in values:
        ranks.setdefault(key(value), len(ranks))
    return ranks


def _check_outputs(table: _Element, outputs: Sequence[_Element], visible: Visible) -> None:
    names = [(each.get("name") or "").strip() for each in outputs]
    if not outputs:
        message = f"the table of {visible.owner} has no output; add one"
        visible.file.problems.add("missing-output", message, table)
    if len(names) < 2:
        return
    for name, output in zip(names, outputs, strict=True):
        if not name:
            message = "one of several outputs has no name; name it, it becomes an entry"
            visible.file.problems.add("missing-name", message, output)
        elif names.count(name) > 1:
            message = f"there are two outputs {shown(name)}; give one another name"
            visible.file.problems.add("duplicate-name", message, output)


def _rule(
    rule: _Element,
    visible: Visible,
    columns: tuple[Sequence[Head], Sequence[Cells], Sequence[OutputColumn]],
    what: str,
) -> Rule:
    heads, cells, outputs = columns
    file = visible.file
    entries = list(file.children(rule, "inputEntry"))
    results = list(file.children(rule, "outputEntry"))
    _check_number(entries, len(heads), "input", rule, visible=visible, what=what)
    _check_number(results, len(outputs), "output", rule, visible=visible, what=what)
    numbers = [
        (column, one.number(entry, visible, head.logic.shape, f"input {column + 1} of {what}"))
        for column, (entry, head, one) in enumerate(zip(entries, heads, cells, strict=False))
    ]
    return Rule(
        tuple((column, number) for column, number in numbers if number is not None),
        tuple(_entry(each, visible, f"output {n} of {what}") for n, each in enumerate(results, 1)),
    )


def _check_number(
    found: Sequence[_Element],
    wanted: int,
    kind: str,
    rule: _Element,
    *,
    visible: Visible,
    what: str,
) -> None:
    if len(found) != wanted:
        message = f"{what} has {len(found)} {kind} entries and the table {wanted} {kind}s"
        message += "; write one for each, - where any value will do"
        visible.file.problems.add("wrong-entries", message, rule)


def _entry(entry: _Element, visible: Visible, what: str) -> Logic:
    program = visible.file.program(entry, visible.names, what)
    return NOTHING if program is None else Logic(partial(_run, program), program.shape)


def _run(program: Program, visit: Visit) -> Value:
    return program.run(visit.frame)


def _policy(
    table: _Element, visible: Visible, outputs: Sequence[OutputColumn]
) -> tuple[str, str] | None:
    problems = visible.file.problems
    policy = (table.get("hitPolicy") or "UNIQUE").strip()
    aggregation = (table.get("aggregation") or "").strip()
    if policy not in HIT_POLICIES:
        message = f"the hit policy {shown(policy)} is not known; there is {', '.join(HIT_POLICIES)}"
        problems.add("unknown-hit-policy", f"{message}.{near(policy, HIT_POLICIES)}", table)
        return None
    if aggregation and aggregation not in AGGREGATIONS:
        message = f"the aggregation {shown(aggregation)} is not known; there is "
        problems.add("unknown-aggregation", f"{message}{', '.join(AGGREGATIONS)}", table)
        return None
    if aggregation and policy != "COLLECT":
        message = f"{aggregation} goes with the hit policy COLLECT, not with {policy}; change one"
        problems.add("wrong-aggregation", message, table)
        return None
    if aggregation and len(outputs) > 1:
        message = f"{aggregation} needs a single output, and the table has {len(outputs)}"
        problems.add("wrong-aggregation", f"{message}; split the table", table)
    if policy in ORDERED and not any(output.ranks for output in outputs):
        message = f"{policy} goes by the order of output values, and there are none; list them in "
        problems.add("missing-output-values", f"{message}outputValues, the highest first", table)
    return policy, aggregation
