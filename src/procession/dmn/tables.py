"""Decision tables: which rules hold (DMN 1.5, clause 8).

Rule: the inputs are computed once, each distinct cell of a column once, and a rule only as far as
the first of its cells that does not hold. What the rules that hold come to is in `hits.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from procession.core.values import Value
from procession.dmn.logic import Logic, Visit
from procession.dmn.types import ItemType, described, fitted
from procession.feel import Frame, Tests
from procession.feel.comparing import key

_UNSEEN = object()


@dataclass(frozen=True, slots=True)
class InputColumn:
    """An input: its expression and type, the values that it may have, its distinct cells."""

    what: str
    logic: Logic
    type: ItemType
    allowed: Tests | None
    cells: Sequence[Tests]


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """An output. `ranks`: the place of each of its values, the first is the highest."""

    name: str
    what: str
    type: ItemType
    allowed: Tests | None
    ranks: Mapping[Value, int]
    default: Logic | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its cells as column and number within that column; `-` is none at all."""

    cells: tuple[tuple[int, int], ...]
    outputs: tuple[Logic, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    owner: str
    inputs: Sequence[InputColumn]
    outputs: Sequence[OutputColumn]
    rules: Sequence[Rule]

    def output(self, visit: Visit, number: int) -> Value:
        """What a rule puts out: a value, or a context if there are several outputs."""
        values = [
            _output(visit, column, logic, number)
            for column, logic in zip(self.outputs, self.rules[number].outputs, strict=True)
        ]
        if len(values) == 1:
            return values[0]
        names = (column.name for column in self.outputs)
        return dict(zip(names, values, strict=True))

    @property
    def has_default(self) -> bool:
        """Whether one output at least has a default."""
        return any(column.default is not None for column in self.outputs)

    def default(self, visit: Visit) -> Value:
        """What comes out where no rule holds: the default outputs; null for one that has none."""
        values = {
            column.name: None if column.default is None else column.default.run(visit)
            for column in self.outputs
        }
        return next(iter(values.values())) if len(self.outputs) == 1 else values

    def rank(self, value: Value) -> tuple[int, ...]:
        """The place of an output among all: a lower one goes first; columns from left to right."""
        parts = [value] if len(self.outputs) == 1 else [value[one.name] for one in self.outputs]
        return tuple(
            column.ranks.get(key(part), len(column.ranks))
            for column, part in zip(self.outputs, parts, strict=True)
            if column.ranks
        )


def given_to(table: Table, visit: Visit) -> list[Value]:
    """The values of the inputs; one that is not allowed is null."""
    values: list[Value] = []
    for column in table.inputs:
        value = fitted(visit, column.type, column.logic.run(visit), column.what)
        if not _allowed(visit, column.allowed, value):
            what = f"{column.what} is {described(value)}, none of its input values"
            visit.notes.add(f"{what}; it became null")
            value = None
        values.append(value)
    return values


def matching(table: Table, visit: Visit, given: Sequence[Value]) -> Iterator[int]:
    """The numbers, from 0, of the rules that hold, in order."""
    # The cells put their input into slots; the names' own frame stays as it is.
    frame = Frame(visit.frame.values, visit.frame.budget)
    frame.budget.spend(1 + len(table.rules))
    cells = [column.cells for column in table.inputs]
    answers = [[_UNSEEN] * len(column) for column in cells]
    for number, rule in enumerate(table.rules):
        for column, cell in rule.cells:
            answer = answers[column][cell]
            if answer is _UNSEEN:
                passes = cells[column][cell].passes(frame, given[column])
                answer = answers[column][cell] = passes is True
            if not answer:
                break
        else:
            yield number


def _output(visit: Visit, column: OutputColumn, logic: Logic, number: int) -> Value:
    what = f"{column.what} of rule {number + 1}"
    value = fitted(visit, column.type, logic.run(visit), what)
    if _allowed(visit, column.allowed, value):
        return value
    visit.notes.add(f"{what} is {described(value)}, none of its output values; it became null")
    return None


def _allowed(visit: Visit, allowed: Tests | None, value: Value) -> bool:
    if allowed is None or value is None:
        return True
    return allowed.passes(Frame({}, visit.frame.budget), value) is True
