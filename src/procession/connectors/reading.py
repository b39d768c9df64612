"""Read data: from columns, filters, sorting and limit to a statement, and from rows to records.

Rule: identifiers come from reflection, values are bound. A result is bounded in records and in
characters, and what is over a bound is an error: a part of an answer would look like all of it.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec
import sqlalchemy as sa

from procession.connectors.tables import KnownTable
from procession.core.values import DataType, Value, Values
from procession.errors import BadValue, ConnectorError

RECORDS_MAX = 10_000
CHARACTERS_MAX = 10_000_000
LISTED_VALUES_MAX = 1_000
ROWS_AT_ONCE = 500

Test = Callable[[sa.ColumnElement[Value], Value], sa.ColumnElement[bool]]


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on one column."""

    column: str
    operator: str
    value: Value = None


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column to sort by."""

    column: str
    descending: bool = False


class ReadData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a read-data job is given. No columns: all; no limit: as many as are allowed."""

    table: str
    mode: Literal["first", "collection"]
    columns: list[str] = []
    filters: list[Filter] = []
    sort: list[Sort] = []
    limit: int | None = None

    @property
    def named(self) -> list[str]:
        """Every column that must be there."""
        return [*self.columns, *(f.column for f in self.filters), *(s.column for s in self.sort)]


def statement(ask: ReadData, known: KnownTable, most: int) -> sa.Select[tuple[Value, ...]]:
    """The statement for at most `most` records. Raises BadValue."""
    columns = known.table.c
    chosen = sa.select(*(columns[name] for name in chosen_columns(ask, known)))
    tests = [condition(known, each) for each in ask.filters]
    orders = [
        columns[each.column].desc() if each.descending else columns[each.column].asc()
        for each in ask.sort
    ]
    return chosen.where(*tests).order_by(*orders).limit(most)


def chosen_columns(ask: ReadData, known: KnownTable) -> list[str]:
    """The columns of a record, each once. Raises BadValue about a binary one."""
    if not ask.columns:
        return [name for name, each in known.types.items() if each.readable]
    for name in ask.columns:
        if not known.types[name].readable:
            raise BadValue(f"column {name} is binary, and a process holds no binary values")
    return list(dict.fromkeys(ask.columns))


def condition(known: KnownTable, ask: Filter) -> sa.ColumnElement[bool]:
    """One filter. "eq" without a value asks for what is not set. Raises BadValue."""
    problem = operator_problem(known, ask.column, ask.operator)
    if problem:
        raise BadValue(problem)
    column = known.table.c[ask.column]
    if ask.operator in UNARY:
        return UNARY[ask.operator](column)
    if ask.value is None:
        return _without_value(column, ask)
    if ask.operator == "in":
        return column.in_(_listed(known, ask))
    stored = known.types[ask.column].stored(ask.column, ask.value)
    return {**COMPARISONS, **TEXT_TESTS}[ask.operator](column, stored)


def operator_problem(known: KnownTable, column: str, name: str) -> str | None:
    """What is wrong with an operator on a column, before any value is known."""
    if name not in OPERATORS:
        return f"filter on {column}: no operator {name!r}; there is {', '.join(OPERATORS)}"
    if name in TEXT_TESTS and known.types[column].kind is not DataType.TEXT:
        return f"filter on {column}: {name} is for text columns, and this is none"
    return None


def _without_value(column: sa.ColumnElement[Value], ask: Filter) -> sa.ColumnElement[bool]:
    if ask.operator == "eq":
        return column.is_(None)
    if ask.operator == "ne":
        return column.is_not(None)
    raise BadValue(f"filter on {ask.column}: {ask.operator} needs a value, and it is not set")


def _listed(known: KnownTable, ask: Filter) -> list[Value]:
    if not isinstance(ask.value, list | tuple):
        raise BadValue(f"filter on {ask.column}: in needs a list of values")
    if len(ask.value) > LISTED_VALUES_MAX:
        raise BadValue(
            f"filter on {ask.column}: in with {len(ask.value)} values; "
            f"{LISTED_VALUES_MAX} are allowed"
        )
    stored = (known.types[ask.column].stored(ask.column, value) for value in ask.value)
    return [value for value in stored if value is not None]


UNARY: Mapping[str, Callable[[sa.ColumnElement[Value]], sa.ColumnElement[bool]]] = {
    "isnull": lambda column: column.is_(None),
    "notnull": lambda column: column.is_not(None),
}
COMPARISONS: Mapping[str, Test] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
# Capital and small letters count as one, because databases do not agree on it.
TEXT_TESTS: Mapping[str, Test] = {
    "contains": lambda column, text: column.icontains(text, autoescape=True),
    "startswith": lambda column, text: column.istartswith(text, autoescape=True),
    "endswith": lambda column, text: column.iendswith(text, autoescape=True),
}
OPERATORS = (*COMPARISONS, *TEXT_TESTS, "in", *UNARY)


def records(rows: Iterable[sa.Row[tuple[Value, ...]]], known: KnownTable) -> list[Values]:
    """The rows as records. Raises ConnectorError where they are too large together."""
    found: list[Values] = []
    characters = 0
    for row in rows:
        characters += sum(len(value) for value in row if isinstance(value, str))
        if characters > CHARACTERS_MAX:
            raise ConnectorError(
                f"the records hold more than {CHARACTERS_MAX} characters; choose fewer columns or "
                f"set a limit",
                code="TooManyRecords",
                retryable=False,
            )
        found.append(
            {name: known.types[name].loaded(value) for name, value in row._mapping.items()}
        )
    return found
