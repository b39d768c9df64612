"""What is known of a value before it exists: its type, by the name that messages use.

Rule: `UNKNOWN` is compatible with everything and is checked when it runs; whatever has a name here
can be proven wrong at deployment. Any value may be None ("not set") as well.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from uuid import UUID

from procession.core.values import DataType, Kind, Value


@dataclass(frozen=True, slots=True)
class Type:
    """A type. `item`: what a list holds. `columns`: those of a row (None: any)."""

    name: str
    item: "Type | None" = None
    columns: Mapping[str, "Type"] | None = None

    def __str__(self) -> str:
        return self.name


UNKNOWN = Type("unknown")
NONE = Type("None")
TEXT = Type("Text")
INTEGER = Type("Integer")
FLOAT = Type("Float")
DECIMAL = Type("Decimal")
BOOLEAN = Type("Boolean")
DATE_TIME = Type("DateTime")
DATE = Type("Date")
TIME = Type("Time")
GUID = Type("Guid")
DURATION = Type("Duration")
LIST = Type("List")
ROW = Type("Row")

# The Python type of each, and back. A Boolean is never a number here, though Python says so.
PYTHON_TYPES: Mapping[str, type] = {
    "None": NoneType,
    "Text": str,
    "Integer": int,
    "Float": float,
    "Decimal": Decimal,
    "Boolean": bool,
    "DateTime": datetime,
    "Date": date,
    "Time": time,
    "Guid": UUID,
    "Duration": timedelta,
    "List": list,
    "Row": dict,
}
TYPE_NAMES: Mapping[type, str] = {python: name for name, python in PYTHON_TYPES.items()}

NUMBERS = ("Integer", "Float", "Decimal")
MOMENTS = ("DateTime", "Date", "Time")
ATOMS = tuple(name for name in PYTHON_TYPES if name not in ("List", "Row"))
ANYTHING = tuple(name for name in PYTHON_TYPES if name != "None")

_BY_DATA_TYPE: Mapping[DataType, Type] = {
    DataType.TEXT: TEXT,
    DataType.INTEGER: INTEGER,
    DataType.FLOAT: FLOAT,
    DataType.DECIMAL: DECIMAL,
    DataType.MONEY: DECIMAL,
    DataType.BOOLEAN: BOOLEAN,
    DataType.DATE_TIME: DATE_TIME,
    DataType.DATE: DATE,
    DataType.TIME: TIME,
    DataType.GUID: GUID,
    DataType.LOOKUP: GUID,
    DataType.ANY: UNKNOWN,
}


def type_of_kind(kind: Kind) -> Type:
    """The type of a parameter's value."""
    if kind.type is not DataType.COLLECTION:
        return _BY_DATA_TYPE[kind.type]
    columns = {column.code: _BY_DATA_TYPE.get(column.type, LIST) for column in kind.columns}
    return Type("List", item=Type("Row", columns=columns or None))


def type_of_value(value: Value) -> Type:
    """The type of a constant."""
    name = name_of(value)
    return Type(name) if name in PYTHON_TYPES else UNKNOWN


def name_of(value: Value) -> str:
    """How messages call the type of a value."""
    return TYPE_NAMES.get(type(value), type(value).__name__)


def join(first: Type, second: Type) -> Type:
    """The type of a value that has one of two types."""
    if first == second or second == NONE:
        return first
    if first == NONE:
        return second
    return Type(first.name) if first.name == second.name else UNKNOWN


def item_of(whole: Type) -> Type:
    """The type of what one gets by going through a value."""
    if whole.name in ("Text", "Row"):
        return TEXT
    return whole.item or UNKNOWN


def listed(names: tuple[str, ...]) -> str:
    """Names as a sentence lists them: "Text, List or Row"."""
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names what is near, or what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    near = near or [other for other in names if other.lower() == name.lower()]
    if near:
        return f"did you mean {', '.join(near)}?"
    if not names:
        return "there is none"
    more = ", …" if len(names) > 12 else ""
    return f"there is {', '.join(names[:12])}{more}"
