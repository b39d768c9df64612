"""How a process's values go into a database's columns, and how they come back.

Rule: a value is first converted by the type of its column (`core.values.convert`), as if the column
were a parameter, so that what does not fit is refused before the database is asked. SQLite has no
types for GUIDs, moments and exact numbers, so here is how they are kept: a GUID as lower-case text
with dashes, a moment as UTC text, an exact number with at most 15 digits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from procession.connectors.exact_json import json_text, json_value
from procession.core.values import DataType, Kind, Value, convert, guid, to_plain, untyped
from procession.errors import BadValue

# A SQLite REAL keeps every decimal number of so many digits, and not every longer one.
SQLITE_DIGITS_MAX = 15

# What a column may hold beyond the types of parameters.
ANY, ARRAY, BINARY, JSON = "any", "array", "binary", "json"

_KEPT = (bool, int, float, Decimal, str, datetime, date, time, UUID, list, dict)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`kind`: what the column holds, None for anything. `bound`: the type that SQLAlchemy binds by.

    `readable` is false for binary columns, which no process can keep.
    """

    kind: DataType | None
    bound: TypeEngine[Value]
    store: Callable[[str, Value], Value]
    load: Callable[[Value], Value]
    readable: bool = True

    def converted(self, name: str, value: Value) -> Value:
        """The value as the column holds it, in a process's own types. Raises BadValue."""
        if not self.readable:
            raise BadValue(f"{name} is a binary column; a process holds no binary values")
        if value is None:
            return None
        if self.kind is not None:
            return convert(name, Kind(self.kind), value)
        # A column of no type of ours: the value as it will be read again.
        return self.load(self.store(name, untyped(name, value)))

    def stored(self, name: str, value: Value) -> Value:
        """What is bound for the value: None is NULL. Raises BadValue."""
        kept = self.converted(name, value)
        return None if kept is None else self.store(name, kept)

    def loaded(self, value: Value) -> Value:
        """The value of a record, in a process's own types."""
        return None if value is None else self.load(value)


def column_type(reflected: TypeEngine[Value], declared: str | None) -> ColumnType:
    """By the reflected type; in SQLite by the `declared` words too (None: not SQLite)."""
    if declared is None:
        return _native(reflected)
    return _in_sqlite(_by_words(declared) or _by_class(reflected), reflected)


_CLASSES: tuple[tuple[type[TypeEngine[Value]], str], ...] = (
    (sa.Uuid, DataType.GUID),
    (sa.Boolean, DataType.BOOLEAN),
    (sa.DateTime, DataType.DATE_TIME),
    (sa.Date, DataType.DATE),
    (sa.Time, DataType.TIME),
    (sa.Integer, DataType.INTEGER),
    (sa.Float, DataType.FLOAT),  # before Numeric, which it inherits from
    (sa.Numeric, DataType.DECIMAL),
    (sa.JSON, JSON),
    (sa.LargeBinary, BINARY),
    (sa.ARRAY, ARRAY),
    (sa.String, DataType.TEXT),
)


def _by_class(reflected: TypeEngine[Value]) -> str:
    return next((family for known, family in _CLASSES if isinstance(reflected, known)), ANY)


# The words that SQLite takes for a type name without knowing them; the first that occurs counts.
_WORDS: tuple[tuple[str, str], ...] = (
    ("UUID", DataType.GUID),
    ("GUID", DataType.GUID),
    ("UNIQUEIDENTIFIER", DataType.GUID),
    ("BOOL", DataType.BOOLEAN),
    ("DATETIME", DataType.DATE_TIME),
    ("TIMESTAMP", DataType.DATE_TIME),
    ("DATE", DataType.DATE),
    ("TIME", DataType.TIME),
    ("JSON", JSON),
)


def _by_words(declared: str) -> str | None:
    words = declared.upper()
    if words.partition("(")[0].strip() == "BIT":
        return DataType.BOOLEAN
    return next((family for word, family in _WORDS if word in words), None)


def _native(reflected: TypeEngine[Value]) -> ColumnType:
    family = _by_class(reflected)
    store = _NATIVE_STORE.get(family, _as_is)
    if family == DataType.DATE_TIME and not getattr(reflected, "timezone", False):
        store = _without_zone
    # The driver has decoded JSON already: a text in it is a text, not JSON once more.
    load = _load_any if family == JSON else _LOAD.get(family, _load_any)
    return ColumnType(_kind(family), reflected, store, load, readable=family != BINARY)


def _in_sqlite(family: str, reflected: TypeEngine[Value]) -> ColumnType:
    # SQLAlchemy's own types would bind numbers as floats and refuse moments with a zone.
    own = family not in (DataType.INTEGER, DataType.TEXT)
    bound = sa.types.NullType() if own else reflected
    store = _SQLITE_STORE.get(family, _as_is)
    load = _LOAD.get(family, _load_any)
    return ColumnType(_kind(family), bound, store, load, readable=family != BINARY)


def _kind(family: str) -> DataType | None:
    return None if family in (ANY, ARRAY, BINARY, JSON) else DataType(family)


def _as_is(name: str, value: Value) -> Value:
    return value


def _without_zone(name: str, value: Value) -> Value:
    return value.replace(tzinfo=None)


def _json_of(name: str, value: Value) -> Value:
    return json_text(value)


def _plain_json(name: str, value: Value) -> Value:
    return json_value(json_text(value))


def _writable(name: str, value: Value) -> Value:
    """For a column of any type: what no driver can bind is written as JSON text."""
    return json_text(value) if isinstance(value, list | dict) else value


def _sqlite_any(name: str, value: Value) -> Value:
    plain = to_plain(_writable(name, value))
    if isinstance(plain, bool):
        return int(plain)
    return str(plain) if isinstance(plain, Decimal) else plain


def _sqlite_number(name: str, value: Value) -> Value:
    digits = len(value.normalize().as_tuple().digits)
    if digits > SQLITE_DIGITS_MAX:
        raise BadValue(
            f"{name}: a number of {digits} digits; SQLite keeps {SQLITE_DIGITS_MAX} of them, "
            "a text column keeps all"
        )
    return float(value)


def _sqlite_text(name: str, value: Value) -> Value:
    return str(value)


def _sqlite_moment(name: str, value: Value) -> Value:
    # One width for all, so that texts compare as the moments do.
    return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _sqlite_time(name: str, value: Value) -> Value:
    return value.isoformat(timespec="microseconds")


def _sqlite_truth(name: str, value: Value) -> Value:
    return int(value)


_SQLITE_STORE: Mapping[str, Callable[[str, Value], Value]] = {
    DataType.GUID: _sqlite_text,
    DataType.DATE: _sqlite_text,
    DataType.TIME: _sqlite_time,
    DataType.DATE_TIME: _sqlite_moment,
    DataType.BOOLEAN: _sqlite_truth,
    DataType.DECIMAL: _sqlite_number,
    JSON: _json_of,
    ANY: _sqlite_any,
}

_NATIVE_STORE: Mapping[str, Callable[[str, Value], Value]] = {ANY: _writable, JSON: _plain_json}


def _load_any(value: Value) -> Value:
    return value if isinstance(value, _KEPT) else str(value)


def _load_guid(value: Value) -> Value:
    return (guid(value) or value) if isinstance(value, str) else _load_any(value)


def _load_moment(value: Value) -> Value:
    moment = _parsed(datetime.fromisoformat, value)
    if not isinstance(moment, datetime):
        return _load_any(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _load_date(value: Value) -> Value:
    moment = _parsed(datetime.fromisoformat, value)
    return moment.date() if isinstance(moment, datetime) else _load_any(value)


def _load_time(value: Value) -> Value:
    return _load_any(_parsed(time.fromisoformat, value))


def _parsed(parse: Callable[[str], Value], value: Value) -> Value:
    """What a text says; a text that says nothing of the kind stays: SQLite lets it in anywhere."""
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except ValueError:
        return value


def _load_decimal(value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _load_any(value)
    return Decimal(str(value))


def _load_float(value: Value) -> Value:
    return float(value) if isinstance(value, int | Decimal) else _load_any(value)


def _load_truth(value: Value) -> Value:
    return bool(value) if value in (0, 1) else _load_any(value)


def _load_json(value: Value) -> Value:
    if isinstance(value, int | float):  # SQLite has taken a number out of the text.
        return Decimal(str(value)) if isinstance(value, float) else value
    try:
        return json_value(value)
    except (ValueError, RecursionError):
        return _load_any(value)


_LOAD: Mapping[str, Callable[[Value], Value]] = {
    DataType.GUID: _load_guid,
    DataType.DATE_TIME: _load_moment,
    DataType.DATE: _load_date,
    DataType.TIME: _load_time,
    DataType.DECIMAL: _load_decimal,
    DataType.FLOAT: _load_float,
    DataType.BOOLEAN: _load_truth,
    JSON: _load_json,
}
