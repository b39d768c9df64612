"""Parameter types, and how a value gets into one (CONTRACT 3, PROCESS-MODEL 2).

Rule: a value that stands in an instance has been through `convert` or `from_text`, so whoever reads
it may rely on its type. `Any` is allowed in this module only.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from procession.errors import BadValue

Value = Any
Values = dict[str, Value]

TEXT_LENGTH_MAX = 1_000_000
INTEGER_BITS_MAX = 63
DECIMAL_DIGITS_MAX = 60
COLLECTION_LENGTH_MAX = 100_000
SHOWN_LENGTH_MAX = 60


class DataType(StrEnum):
    """The types of parameters, by the names that Creatio gives them."""

    TEXT = "Text"
    INTEGER = "Integer"
    FLOAT = "Float"
    DECIMAL = "Decimal"
    MONEY = "Money"
    BOOLEAN = "Boolean"
    DATE_TIME = "DateTime"
    DATE = "Date"
    TIME = "Time"
    GUID = "Guid"
    LOOKUP = "Lookup"
    COLLECTION = "Collection"
    ANY = "Any"  # as it came: a data object, say, of which the file does not say the structure


# Creatio's finer names for the same kinds (PROCESS-MODEL 2); a mapping needs the same kind only.
TYPE_NAMES: Mapping[str, DataType] = {
    **{kind.value: kind for kind in DataType},
    **dict.fromkeys(
        (
            *("ShortText", "MediumText", "LongText", "MaxSizeText", "RichText"),
            *("PhoneText", "WebText", "EmailText", "LocalizableString"),
        ),
        DataType.TEXT,
    ),
    **dict.fromkeys(("Float1", "Float2", "Float3", "Float4", "Float8"), DataType.FLOAT),
    "CompositeObjectList": DataType.COLLECTION,
}


class Direction(StrEnum):
    """Who may set a parameter and who may read it (Creatio L12: In, Out, Variable, Internal)."""

    IN = "in"
    OUT = "out"
    BOTH = "both"
    INTERNAL = "internal"

    @property
    def settable(self) -> bool:
        """Whether a caller may give its value."""
        return self in (Direction.IN, Direction.BOTH)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a collection parameter."""

    code: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Kind:
    """A type with what belongs to it: the columns of a collection (none: any columns)."""

    type: DataType
    columns: tuple[Column, ...] = ()


def convert(name: str, kind: Kind, value: Value) -> Value:
    """The value as `kind` holds it; None stays None ("not set"). Raises BadValue, naming `name`.

    For values that come from an expression, a script, a connector or a JSON body.
    """
    if value is None:
        return None
    return _CONVERTERS[kind.type](name, kind, value)


def from_text(name: str, kind: Kind, text: str) -> Value:
    """The value that `text` stands for, by the invariant culture (CONTRACT 3). Raises BadValue."""
    if kind.type in (DataType.TEXT, DataType.ANY):
        return checked_text(name, text)
    if kind.type is DataType.COLLECTION:
        return _convert_collection(name, kind, _json_array(name, text))
    return _CONVERTERS[kind.type](name, kind, text.strip())


def checked_text(name: str, text: str) -> str:
    """The text, if a database and a client can hold it: bounded, no NUL, no lone surrogate."""
    if len(text) > TEXT_LENGTH_MAX:
        raise BadValue(f"{name}: a text of {len(text)} characters; {TEXT_LENGTH_MAX} are allowed")
    if "\0" in text:
        raise BadValue(f"{name}: the text holds a NUL character; remove it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadValue(f"{name}: the text is not valid Unicode (a lone surrogate)") from None
    # A member of a StrEnum, say, becomes the plain text that it is: only such can be stored.
    return str.__str__(text)


def iso(moment: datetime) -> str:
    """ISO 8601 with `Z` for UTC, as clients of the original read it."""
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def to_plain(value: Value) -> Value:
    """The value in JSON's own types: GUIDs lower-case with dashes, dates ISO 8601 (CONTRACT 3)."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def shown(value: Value) -> str:
    """A value as an error message quotes it: short, and with control characters escaped."""
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except (ValueError, RecursionError):  # Python writes no integer of over 4300 digits.
        text = f"a very large {type(value).__name__}"
    return text if len(text) <= SHOWN_LENGTH_MAX else f"{text[:SHOWN_LENGTH_MAX]}…"


def _refuse(name: str, kind: Kind, value: Value, hint: str) -> BadValue:
    article = "an" if kind.type in (DataType.INTEGER,) else "a"
    return BadValue(f"{name}: {shown(value)} is not {article} {kind.type}; {hint}")


def _convert_text(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, str):
        return checked_text(name, value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int | float | Decimal):
        return _digits(name, kind, value)
    plain = to_plain(untyped(name, value))
    if isinstance(plain, str):
        return plain
    return checked_text(name, json.dumps(plain, ensure_ascii=False, default=str))


def _digits(name: str, kind: Kind, number: Value) -> str:
    try:
        return checked_text(name, str(number))
    except ValueError:
        raise _refuse(name, kind, number, "it has too many digits") from None


def _convert_integer(name: str, kind: Kind, value: Value) -> Value:
    number = value if type(value) is int else _whole(value)
    if number is None:
        raise _refuse(name, kind, value, "write a whole number such as 42")
    if number.bit_length() > INTEGER_BITS_MAX:
        raise _refuse(name, kind, value, "its size is over 64 bits")
    return number


def _whole(value: Value) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,30}", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value) if value.adjusted() < DECIMAL_DIGITS_MAX else None
    return None


def _convert_float(name: str, kind: Kind, value: Value) -> Value:
    number = float(_convert_decimal(name, kind, value))
    if math.isinf(number):
        raise _refuse(name, kind, value, "it is too large")
    return number


def _convert_decimal(name: str, kind: Kind, value: Value) -> Decimal:
    hint = "write a number with a decimal point, such as 12.50"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _refuse(name, kind, value, hint)
    text = _digits(name, kind, value) if isinstance(value, int | float) else value
    # Decimal reads "1_000", "Infinity" and non-Latin digits too; the wire knows none of them.
    if isinstance(text, str) and not re.fullmatch(
        r"[+-]?[0-9.]{1,100}([eE][+-]?[0-9]{1,4})?", text
    ):
        raise _refuse(name, kind, value, hint)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _refuse(name, kind, value, hint) from None
    if not number.is_finite():
        raise _refuse(name, kind, value, hint)
    if len(number.as_tuple().digits) > DECIMAL_DIGITS_MAX:
        raise _refuse(name, kind, value, f"it has more than {DECIMAL_DIGITS_MAX} digits")
    if number and abs(number.adjusted()) > 400:
        raise _refuse(name, kind, value, "its exponent is too large")
    return number


def _convert_boolean(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _refuse(name, kind, value, "write true or false")


def _convert_date_time(name: str, kind: Kind, value: Value) -> Value:
    moment = value
    if isinstance(value, str):
        moment = _parsed(name, kind, value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        moment = datetime(value.year, value.month, value.day)
    if not isinstance(moment, datetime):
        raise _not_iso(name, kind, value)
    # A time without an offset is UTC: the same text must mean the same moment on every machine.
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise _refuse(name, kind, value, "it is outside the years 1 to 9999") from None


def _convert_date(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _parsed(name, kind, value)
    raise _not_iso(name, kind, value)


def _convert_time(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    if isinstance(value, str):
        return _parsed(name, kind, value)
    raise _not_iso(name, kind, value)


# How a moment is read from ISO 8601, and an example for whoever wrote it otherwise.
_ISO: Mapping[DataType, tuple[Callable[[str], Value], str]] = {
    DataType.DATE_TIME: (datetime.fromisoformat, "2026-01-31T13:45:00Z"),
    DataType.DATE: (lambda text: datetime.fromisoformat(text).date(), "2026-01-31"),
    DataType.TIME: (time.fromisoformat, "13:45:00"),
}


def _parsed(name: str, kind: Kind, text: str) -> Value:
    # Python takes any character, a NUL too, between a date and a time.
    if len(text) <= SHOWN_LENGTH_MAX and text.isascii() and text.isprintable():
        try:
            return _ISO[kind.type][0](text)
        except ValueError:
            pass
    raise _not_iso(name, kind, text)


def _not_iso(name: str, kind: Kind, value: Value) -> BadValue:
    return _refuse(name, kind, value, f"write it as ISO 8601, such as {_ISO[kind.type][1]}")


_GUID = re.compile(
    r"(\{)?([0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{12})(?(1)\})"
)


def guid(text: str) -> UUID | None:
    """The GUID that `text` writes, with or without dashes or braces; None where it is none."""
    match = _GUID.fullmatch(text)
    return UUID(match[2]) if match else None


def _convert_guid(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, UUID):
        return value
    found = guid(value) if isinstance(value, str) else None
    if found is None:
        hint = "write it as 00000000-0000-0000-0000-000000000000"
        raise _refuse(name, kind, value, hint)
    return found


def _json_array(name: str, text: str) -> Value:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{name}: {shown(text)} is not a JSON array of objects: {error}") from None


def _no_constant(text: str) -> Value:
    raise ValueError(f"{text} is not JSON")


def _convert_collection(name: str, kind: Kind, value: Value) -> Value:
    if isinstance(value, str):
        value = _json_array(name, value)
    if not isinstance(value, Sequence):
        raise _refuse(name, kind, value, 'write a JSON array of objects, such as [{"Id": "…"}]')
    if len(value) > COLLECTION_LENGTH_MAX:
        raise _refuse(name, kind, value, f"it has more than {COLLECTION_LENGTH_MAX} rows")
    types = {column.code: Kind(column.type) for column in kind.columns}
    return [_row(f"{name}[{index}]", types, row) for index, row in enumerate(value)]


def _row(name: str, types: Mapping[str, Kind], row: Value) -> Values:
    if not isinstance(row, Mapping):
        raise BadValue(f"{name}: {shown(row)} is not an object with columns")
    if not types:
        return {checked_text(name, str(code)): untyped(name, item) for code, item in row.items()}
    unknown = [str(code) for code in row if code not in types]
    if unknown:
        raise BadValue(f"{name}: no column {shown(unknown[0])}; the columns are {', '.join(types)}")
    return {code: convert(f"{name}.{code}", kind, row.get(code)) for code, kind in types.items()}


DEPTH_MAX = 32
_SCALARS = (bool, int, float, Decimal, datetime, date, time, UUID)


def untyped(name: str, value: Value, depth: int = 0) -> Value:
    """A value without a declared type, if an instance can hold it. Raises BadValue."""
    if value is None or isinstance(value, _SCALARS):
        return _bounded_number(name, value)
    if isinstance(value, str):
        return checked_text(name, value)
    if depth >= DEPTH_MAX:
        raise BadValue(f"{name}: nested more than {DEPTH_MAX} deep")
    if isinstance(value, Mapping):
        return {
            checked_text(name, str(code)): untyped(f"{name}.{code}", item, depth + 1)
            for code, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [untyped(f"{name}[{i}]", item, depth + 1) for i, item in enumerate(value)]
    raise BadValue(f"{name}: a {type(value).__name__} cannot be kept in a process")


def _bounded_number(name: str, value: Value) -> Value:
    if isinstance(value, int) and value.bit_length() > INTEGER_BITS_MAX:
        raise BadValue(f"{name}: {shown(value)} is over 64 bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadValue(f"{name}: {value} is not a number that JSON can hold")
    if isinstance(value, Decimal):
        return _convert_decimal(name, Kind(DataType.DECIMAL), value)
    plain = next((kind for kind in (bool, int, float) if isinstance(value, kind)), None)
    return value if plain is None else plain(value)


_CONVERTERS: Mapping[DataType, Callable[[str, Kind, Value], Value]] = {
    DataType.TEXT: _convert_text,
    DataType.INTEGER: _convert_integer,
    DataType.FLOAT: _convert_float,
    DataType.DECIMAL: _convert_decimal,
    DataType.MONEY: _convert_decimal,
    DataType.BOOLEAN: _convert_boolean,
    DataType.DATE_TIME: _convert_date_time,
    DataType.DATE: _convert_date,
    DataType.TIME: _convert_time,
    DataType.GUID: _convert_guid,
    DataType.LOOKUP: _convert_guid,
    DataType.COLLECTION: _convert_collection,
    DataType.ANY: lambda name, kind, value: untyped(name, value),
}
