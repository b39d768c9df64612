"""Values on their way to a script and back (the other half is in prelude.js).

Rule: what a script does not assign keeps its exact value. What it assigns is what JavaScript knows:
numbers of 53 bits, which come back whole or as the Decimal that they are written as.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from procession.core.values import DEPTH_MAX, Value, Values
from procession.errors import ExpressionError

# The largest whole number that a number of JavaScript holds exactly (ECMA-262 §21.1.2.8).
SAFE_INTEGER_MAX = 2**53 - 1
DIGITS_MAX = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encoded(name: str, value: Value, depth: int = DEPTH_MAX) -> Value:
    """The value as the script is given it. Raises ExpressionError, naming `name`."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list | dict):
        if depth == 0:
            raise ExpressionError(f"{name}: nested more than {DEPTH_MAX} deep")
        if isinstance(value, list):
            return ["l", *(encoded(name, item, depth - 1) for item in value)]
        return {str(key): encoded(name, item, depth - 1) for key, item in value.items()}
    for kind, encode in _SCALARS.items():
        if isinstance(value, kind):
            return encode(name, value)
    raise ExpressionError(f"{name}: a {type(value).__name__} is not known to JavaScript")


def _integer(name: str, value: int) -> Value:
    return value if abs(value) <= SAFE_INTEGER_MAX else ["n", str(value)]


def _number(name: str, value: float | Decimal) -> float:
    number = float(value)
    if math.isfinite(number):
        return number
    raise ExpressionError(f"{name}: {value} is too large for a number of JavaScript")


def _moment(name: str, value: datetime) -> Value:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return ["d", (aware - _EPOCH) // timedelta(milliseconds=1)]


def _iso(name: str, value: date | time) -> str:
    return value.isoformat()


def _guid(name: str, value: UUID) -> str:
    return str(value)


# A datetime is a date as well, so it comes first.
_SCALARS: Mapping[type, Callable[..., Value]] = {
    int: _integer,
    float: _number,
    Decimal: _number,
    datetime: _moment,
    date: _iso,
    time: _iso,
    UUID: _guid,
}


def answer_of(text: bytes) -> Values:
    """The JSON that a run answered. Raises ExpressionError where it is none."""
    try:
        answer = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ExpressionError("the script's engine gave no answer")
    return answer


def decoded(name: str, value: Value) -> Value:
    """The process's value of what a script assigned. Raises ExpressionError, naming `name`."""
    if isinstance(value, dict):
        return {key: decoded(f"{name}.{key}", item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    tag, *rest = value
    if tag == "l":
        return [decoded(f"{name}[{at}]", item) for at, item in enumerate(rest)]
    return _TAGGED[tag](name, rest[0])


def _decoded_moment(name: str, milliseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except OverflowError:
        raise ExpressionError(f"{name}: a moment outside the years 1 to 9999") from None


def _decoded_integer(name: str, digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ExpressionError(f"{name}: a whole number of {len(digits)} digits")
    return int(digits)


_TAGGED: Mapping[str, Callable[[str, Value], Value]] = {
    "d": _decoded_moment,
    "n": _decoded_integer,
}
