"""From the options of a call to the statements that answer it, and from their rows back.

A page is found by the values of the last row before it, not by a number of rows: what has begun
meanwhile shifts nothing (keyset paging).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from procession.errors import BadRequest
from procession.stores.logs import Question, Row
from procession.web.odata.expressions import Columns, Condition, Typed, kind_of, navigation
from procession.web.odata.model import TYPES, EntityType, Kind
from procession.web.odata.options import KeyValue, Options
from procession.web.odata.tree import Expansion, Node, Path

EXPAND_DEPTH_MAX = 3
EXPANSIONS_MAX = 12
# Of a text so many characters count when rows are put in order.
ORDERED_CHARACTERS_MAX = 100

_BASE = "t"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a row: its columns, and for each expansion what is shown of that one."""

    entity: EntityType
    columns: Sequence[str]
    expanded: "Mapping[str, Shown]"


@dataclass(frozen=True, slots=True)
class _Key:
    """One of the values that rows are in the order of; the last one is unique."""

    sql: str
    descending: bool

    def beyond(self, value: KeyValue, bound: str) -> str:
        """What comes later. Null comes first (OData Protocol 4.0 §11.2.6.2)."""
        if value is None:
            return "(0)" if self.descending else f"({self.sql} is not null)"
        if self.descending:
            return f"({self.sql} < {bound} or {self.sql} is null)"
        return f"({self.sql} > {bound})"


@contextmanager
def _about(option: str) -> Iterator[None]:
    """What is wrong within is wrong with this option."""
    try:
        yield
    except BadRequest as error:
        raise BadRequest(f"{option}: {error}") from None


def _shown(
    entity: EntityType,
    columns: Sequence[str] | None,
    expansions: Sequence[Expansion],
    depth: int,
) -> Shown:
    """What `$select` and `$expand` let be shown."""
    if expansions and depth > EXPAND_DEPTH_MAX:
        raise BadRequest(f"$expand nests deeper than {EXPAND_DEPTH_MAX} levels")
    if len(expansions) > EXPANSIONS_MAX:
        raise BadRequest(f"$expand names more than {EXPANSIONS_MAX} navigations")
    wanted = [name for name in columns or entity.columns if name not in entity.navigations]
    for name in wanted:
        kind_of(entity, name)
    expanded = {
        each.name: _shown(
            TYPES[navigation(entity, each.name).target], each.columns, each.within, depth + 1
        )
        for each in expansions
    }
    return Shown(entity, wanted, expanded)


class Statement:
    """The statements of one list. `rows` and `next` read what they gave."""

    def __init__(self, source: Callable[[str], str], entity: EntityType, options: Options) -> None:
        self._source, self._entity, self._options = source, entity, options
        with _about("$expand" if options.expansions else "$select"):
            self.shown = _shown(entity, options.columns, options.expansions, 1)

    def count(self) -> Question:
        """How many rows there are on all pages."""
        columns = Columns(self._source)
        where = self._filter(columns)
        sql = ["select count(*) from", columns.origin(self._entity, _BASE), where]
        return Question(" ".join(sql), columns.values)

    def page(self) -> Question:
        """The rows of this page and, if there is one, the first of the next."""
        columns, options = Columns(self._source), self._options
        keys = self._keys(columns)
        parts = [*_parts(columns, self.shown, _BASE), *(key.sql for key in keys)]
        order = ", ".join(f"{key.sql}{' desc' if key.descending else ''}" for key in keys)
        limit, skip = columns.bind(options.limit + 1), columns.bind(options.skip)
        where = self._filter(columns, *self._behind(columns, keys))
        sql = ["select", ", ".join(parts), "from", columns.origin(self._entity, _BASE), where]
        sql += ["order by", order, "limit", limit, "offset", skip]
        return Question(" ".join(sql), columns.values)

    def rows(self, rows: Sequence[Row]) -> list[dict[str, object]]:
        """The rows of this page by the names of what is shown; expansions are rows within."""
        return [_row(self.shown, row) for row in rows[: self._options.limit]]

    def next(self, rows: Sequence[Row]) -> Sequence[KeyValue] | None:
        """Behind which values the next page begins; None: this is the last one."""
        limit = self._options.limit
        if len(rows) <= limit or not limit or limit == self._options.top:
            return None
        shown = len(self.shown.columns) + len(self.shown.expanded)
        return list(rows[limit - 1][shown:])

    def _filter(self, columns: Columns, *others: str) -> str:
        conditions = list(others)
        if self._options.filter is not None:
            with _about("$filter"):
                condition = Condition(columns, self._entity, _BASE)
                conditions.append(condition.sql(self._options.filter))
        return f" where {' and '.join(conditions)}" if conditions else ""

    def _keys(self, columns: Columns) -> list[_Key]:
        entity, orders = self._entity, self._options.orders
        with _about("$orderby"):
            keys = [
                _Key(_ordered(columns.path(each.path, entity, _BASE)), each.descending)
                for each in orders
            ]
        last = keys[-1].descending if keys else False
        names = ["Id"] if keys else entity.order
        return [*keys, *(_Key(f'{_BASE}."{name}"', last) for name in names)]

    def _behind(self, columns: Columns, keys: Sequence[_Key]) -> Sequence[str]:
        values = self._options.after
        if values is None:
            return ()
        if len(values) != len(keys):
            raise BadRequest("$skiptoken belongs to another $orderby")
        bound = [columns.bind(value) for value in values]
        cases = []
        for number, (key, value) in enumerate(zip(keys, values, strict=True)):
            same = [f"{keys[before].sql} is {bound[before]}" for before in range(number)]
            cases.append(f"({' and '.join([*same, key.beyond(value, bound[number])])})")
        return [f"({' or '.join(cases)})"]


def single(
    source: Callable[[str], str], entity: EntityType, which: Node, options: Options
) -> Statement:
    """The one row that fits `which`."""
    wanted = Options(filter=which, columns=options.columns, expansions=options.expansions, page=1)
    return Statement(source, entity, wanted)


def _ordered(typed: Typed) -> str:
    if typed.kind is Kind.TEXT:
        return f"substr({typed.sql}, 1, {ORDERED_CHARACTERS_MAX})"
    return typed.sql


def _parts(columns: Columns, shown: Shown, alias: str) -> list[str]:
    """The SQL of all that is shown of a row, in its order."""
    parts = [columns.path(Path([name]), shown.entity, alias).sql for name in shown.columns]
    return parts + [_within(columns, shown, name, alias) for name in shown.expanded]


def _within(columns: Columns, shown: Shown, name: str, alias: str) -> str:
    """The SQL of an expansion: one JSON object, or null where there is no such row."""
    step, inner = navigation(shown.entity, name), shown.expanded[name]
    if not inner.entity.source:
        return _object(inner, [f'{alias}."{step.known[column]}"' for column in inner.columns])
    other = columns.alias()
    content = _object(inner, _parts(columns, inner, other))
    return f"(select {content} {columns.reached(step, alias, other)})"


def _object(shown: Shown, parts: Sequence[str]) -> str:
    names = [*shown.columns, *shown.expanded]
    members = [
        f"'{name}', {f'json({part})' if name in shown.expanded else part}"
        for name, part in zip(names, parts, strict=True)
    ]
    return f"json_object({', '.join(members)})"


def _row(shown: Shown, row: Row) -> dict[str, object]:
    names = [*shown.columns, *shown.expanded]
    return {
        name: json.loads(value) if name in shown.expanded and value is not None else value
        for name, value in zip(names, row, strict=False)
    }
