"""`$filter` as a condition of SQL, and the columns that it and the other options name.

Rule: names become columns only if the model has them, values become bound parameters, and all else
that gets into a statement stands in this file.

What OData shows as an empty value (CONTRACT 7: no GUID but zeros, no moment but the year 1) is null
here, so `eq null` and `eq` that empty value find the same. A comparison with null is false, except
that null equals null (OData URL Conventions 4.0 §5.1.1.1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from procession.core.ids import locate
from procession.errors import BadRequest
from procession.web.odata.model import TYPES, EntityType, Kind, Navigation
from procession.web.odata.tree import (
    Call,
    Comparison,
    Junction,
    Literal,
    LiteralValue,
    Node,
    Not,
    OneOf,
    Path,
)

DEPTH_MAX = 20
TERMS_MAX = 300
PATH_STEPS_MAX = 4

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
NO_GUID = UUID(int=0)
_EMPTY = ("", NO_GUID, NO_MOMENT)

# How a filter names the status of a visit, and those that only runs that go on have.
_STATUSES = ("StatusId", "Status/Id", "Status/Value", "Status/Name")
_ALIVE = (
    *(UUID("67700d9c-28ac-46ef-9037-b81a53b7b330"), "Inactive", 0),
    *(UUID("ed2ae277-b6e2-df11-971b-001d60e938c6"), "Running", 1),
    *(UUID("f942c08d-b6e2-df11-971b-001d60e938c6"), "Error", 3),
    *(UUID("006f6d7a-6d9a-4e8c-bf5f-2ddac8b3df9a"), "Canceling", 5),
)

_OPERATORS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece of SQL and the kind of its value; None: it is null."""

    sql: str
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class _Function:
    takes: Sequence[Kind]
    gives: Kind
    sql: str


_TEXTS = (Kind.TEXT, Kind.TEXT)
_FUNCTIONS: Mapping[str, _Function] = {
    "contains": _Function(_TEXTS, Kind.BOOLEAN, "instr({0}, {1}) > 0"),
    "startswith": _Function(_TEXTS, Kind.BOOLEAN, "substr({0}, 1, length({1})) = {1}"),
    "endswith": _Function(
        _TEXTS, Kind.BOOLEAN, "(length({1}) = 0 or substr({0}, -length({1})) = {1})"
    ),
    "tolower": _Function((Kind.TEXT,), Kind.TEXT, "lower_case({0})"),
    "toupper": _Function((Kind.TEXT,), Kind.TEXT, "upper_case({0})"),
    "trim": _Function((Kind.TEXT,), Kind.TEXT, "trim({0})"),
    "length": _Function((Kind.TEXT,), Kind.INTEGER, "length({0})"),
}


def milliseconds(moment: datetime) -> int | float:
    """As the store keeps it; between two milliseconds stays between them."""
    exact = (moment - EPOCH) / timedelta(milliseconds=1)
    return int(exact) if exact.is_integer() else exact


class Columns:
    """The columns of an entity type and of what it leads to, as SQL, with the values bound."""

    def __init__(self, source: Callable[[str], str]) -> None:
        self._source = source
        self.values: dict[str, object] = {}
        self._aliases = 0

    def bind(self, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def alias(self) -> str:
        self._aliases += 1
        return f"n{self._aliases}"

    def origin(self, entity: EntityType, alias: str) -> str:
        return f"({self._source(entity.source)}) as {alias}"

    def path(self, path: Path, entity: EntityType, alias: str) -> Typed:
        """The column at the end of a path. Raises BadRequest."""
        if len(path.names) > PATH_STEPS_MAX:
            raise BadRequest(f"{path} has more than {PATH_STEPS_MAX} steps")
        return self._path(path.names, entity, alias)

    def _path(self, names: Sequence[str], entity: EntityType, alias: str) -> Typed:
        first, *rest = names
        if not rest:
            return Typed(f'{alias}."{first}"', kind_of(entity, first))
        step = navigation(entity, first)
        target = TYPES[step.target]
        if len(rest) == 1 and (own := _own(step, rest[0])):
            return Typed(f'{alias}."{own}"', kind_of(target, rest[0]))
        if not target.source:
            kind_of(target, rest[0])
            raise BadRequest(f"{first}/{rest[0]} leads to no other row")
        other = self.alias()
        inner = self._path(rest, target, other)
        return Typed(f"(select {inner.sql} {self.reached(step, alias, other)})", inner.kind)

    def reached(self, step: Navigation, alias: str, other: str) -> str:
        """The row that a navigation leads to: the rest of a `select`."""
        on = step.on or {"Id": step.key}
        where = " and ".join(
            f'{other}."{theirs}" = {alias}."{ours}"' for theirs, ours in on.items()
        )
        return f"from {self.origin(TYPES[step.target], other)} where {where}"


def kind_of(entity: EntityType, column: str) -> Kind:
    kind = entity.columns.get(column)
    if kind is None:
        hint = f"; it leads to another row, so name a column of that: {column}/Id"
        known = hint if column in entity.navigations else f"; it has {', '.join(entity.columns)}"
        raise BadRequest(f"{entity.name} has no column {column}{known}")
    return kind


def navigation(entity: EntityType, name: str) -> Navigation:
    step = entity.navigations.get(name)
    if step is None:
        known = ", ".join(entity.navigations) or "nothing"
        raise BadRequest(f"{name} leads nowhere from {entity.name}; it leads to {known}")
    return step


def _own(step: Navigation, column: str) -> str | None:
    """Our own column that has the other row's."""
    return step.known.get(column, step.key if column == "Id" else None)


class Condition:
    """One `$filter` over an entity type. Raises BadRequest for what has no meaning."""

    def __init__(self, columns: Columns, entity: EntityType, alias: str) -> None:
        self._columns, self._entity, self._alias = columns, entity, alias
        self._terms = 0

    def sql(self, node: Node, depth: int = 0) -> str:
        """A condition that holds where it is true; where it is false it may also be null."""
        self._count(depth)
        if isinstance(node, Junction):
            return f"({f' {node.word} '.join(self.sql(term, depth + 1) for term in node.terms)})"
        if isinstance(node, Not):
            return f"({self.sql(node.term, depth + 1)} is not true)"
        if isinstance(node, Comparison):
            return self._comparison(node, depth + 1)
        if isinstance(node, OneOf):
            return self._one_of(node, depth + 1)
        typed = self._operand(node, depth)
        if typed.kind not in (Kind.BOOLEAN, None):
            raise BadRequest(f"{_told(node)} is {typed.kind}, not a condition; compare it: eq …")
        return f"({typed.sql})"

    def _count(self, depth: int) -> None:
        self._terms += 1
        if depth > DEPTH_MAX:
            raise BadRequest(f"it nests deeper than {DEPTH_MAX} levels")
        if self._terms > TERMS_MAX:
            raise BadRequest(f"it has more than {TERMS_MAX} terms")

    def _comparison(self, node: Comparison, depth: int) -> str:
        if node.operator not in _OPERATORS:
            return self._equal(node, depth)
        left, right = self._operand(node.left, depth), self._operand(node.right, depth)
        _check_comparable(node, left, right)
        if left.kind is None or right.kind is None:
            return "(0)"
        compared = f"{left.sql} {_OPERATORS[node.operator]} {right.sql}"
        return f"({compared}{self._of_its_run(node)})"

    def _equal(self, node: Comparison, depth: int) -> str:
        left = self._operand(_emptied(node.left), depth)
        right = self._operand(_emptied(node.right), depth)
        _check_comparable(node, left, right)
        if node.operator == "ne":
            return f"({left.sql} is not {right.sql})"
        bound = isinstance(node.right, Literal) and right.kind is not None
        equal = f"{left.sql} {'=' if bound else 'is'} {right.sql}"
        return f"({equal}{self._of_its_run(node)})"

    def _of_its_run(self, node: Comparison) -> str:
        """What follows for the run of a visit, so that other runs need not be looked into."""
        if not (
            self._entity.of_runs
            and isinstance(node.left, Path)
            and isinstance(node.right, Literal)
            and node.right.value not in (None, NO_GUID, NO_MOMENT)
        ):
            return ""
        column, value = str(node.left), node.right.value
        condition = ""
        if column == "Id" and isinstance(value, UUID):
            condition = f'"SysProcessId" = {self._columns.bind(str(locate(value)[0]))}'
        elif node.operator == "eq" and column in _STATUSES and value in _ALIVE:
            condition = '"RunGoesOn"'
        elif isinstance(value, datetime):
            condition = self._in_its_time(column, node.operator, milliseconds(value))
        return f" and {self._alias}.{condition}" if condition else ""

    def _in_its_time(self, column: str, operator: str, at: float) -> str:
        """No visit begins before its run or ends after the run has changed last."""
        if column in ("StartDate", "CompleteDate") and operator in ("ge", "gt", "eq"):
            return f'"RunChanged" >= {self._columns.bind(at)}'
        if column in ("StartDate", "CompleteDate"):
            return f'"RunStarted" <= {self._columns.bind(at)}'
        return ""

    def _one_of(self, node: OneOf, depth: int) -> str:
        operand = self._operand(node.operand, depth)
        items = []
        null = False
        for each in node.items:
            item = self._operand(_emptied(each), depth)
            _check_comparable(node, operand, item)
            null = null or item.kind is None
            items += [] if item.kind is None else [item.sql]
            self._count(depth)
        among = f"({operand.sql} in ({', '.join(items)}))"
        return f"({among} or {operand.sql} is null)" if null else among

    def _operand(self, node: Node, depth: int) -> Typed:
        self._count(depth)
        if isinstance(node, Path):
            return self._columns.path(node, self._entity, self._alias)
        if isinstance(node, Literal):
            return self._literal(node.value)
        if isinstance(node, Call):
            return self._call(node, depth)
        return Typed(f"({self.sql(node, depth + 1)} is true)", Kind.BOOLEAN)

    def _literal(self, value: LiteralValue) -> Typed:
        if value is None:
            return Typed("null", None)
        for kind, (types, stored) in _LITERALS.items():
            if isinstance(value, types):
                return Typed(self._columns.bind(stored(value)), kind)
        raise AssertionError(f"a literal {type(value).__name__}")

    def _call(self, node: Call, depth: int) -> Typed:
        if node.name == "now" and not node.arguments:
            return Typed(self._columns.bind(milliseconds(datetime.now(UTC))), Kind.MOMENT)
        function = _FUNCTIONS.get(node.name)
        if function is None:
            known = ", ".join([*_FUNCTIONS, "now"])
            raise BadRequest(f"the function {node.name[:60]} is not offered; there are {known}")
        if len(node.arguments) != len(function.takes):
            raise BadRequest(f"{node.name} takes {len(function.takes)} arguments")
        given = [self._operand(each, depth + 1) for each in node.arguments]
        for each, argument, kind in zip(given, node.arguments, function.takes, strict=True):
            if each.kind not in (kind, None):
                raise BadRequest(f"{node.name} takes {kind}; {_told(argument)} is {each.kind}")
        texts = [f"coalesce({each.sql}, '')" for each in given]
        return Typed(f"({function.sql.format(*texts)})", function.gives)


# The first that fits: a boolean is a number to Python.
_LITERALS: Mapping[Kind, tuple[type | tuple[type, ...], Callable[..., object]]] = {
    Kind.BOOLEAN: (bool, int),
    Kind.DECIMAL: ((int, float), lambda number: number),
    Kind.TEXT: (str, str),
    Kind.GUID: (UUID, str),
    Kind.MOMENT: (datetime, milliseconds),
}
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)


def _emptied(node: Node) -> Node:
    empty = isinstance(node, Literal) and any(
        type(node.value) is type(each) and node.value == each for each in _EMPTY
    )
    return Literal(None) if empty else node


def _check_comparable(node: Comparison | OneOf, left: Typed, right: Typed) -> None:
    kinds = {Kind.DECIMAL if kind in _NUMBERS else kind for kind in (left.kind, right.kind)}
    if len(kinds - {None}) < 2:
        return
    hint = ""
    if kinds == {Kind.GUID, Kind.TEXT}:
        hint = "; a GUID is written without quotes"
    if kinds == {Kind.MOMENT, Kind.TEXT}:
        hint = "; a moment is written without quotes, as 2026-01-31T12:00:00Z"
    one = node.left if isinstance(node, Comparison) else node.operand
    raise BadRequest(f"{_told(one)} is {left.kind} and cannot be compared with {right.kind}{hint}")


def _told(node: Node) -> str:
    """A node as a message names it."""
    if isinstance(node, Path):
        return str(node)
    return f"{node.name}(…)" if isinstance(node, Call) else "a value"
