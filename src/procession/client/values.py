"""Values as the contract's texts, and back (CONTRACT 3).

Rule: a value goes out in one way only, whatever the machine's language: `true`, a decimal point,
ISO 8601, GUIDs lower-case with dashes, collections as JSON. None is "not set" and is not sent.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from procession.client.errors import BadAnswer, BadParameter

# What a parameter can be given; rows may be mappings, dataclasses or msgspec Structs.
Value = Any
Parameters = Mapping[str, Value]

DIGITS_MAX = 100
EXCERPT_LENGTH_MAX = 200

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def texts(parameters: Parameters | None) -> dict[str, str]:
    """Each parameter that has a value, as its text. Raises BadParameter, which names it."""
    given = (parameters or {}).items()
    return {name: text_of(name, value) for name, value in given if value is not None}


def text_of(name: str, value: Value) -> str:
    """One value as the contract writes it. Raises BadParameter."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return _checked(name, write(name, value))
    if is_dataclass(value) or isinstance(value, msgspec.Struct):
        return _checked(name, _json(name, value))
    raise BadParameter(f"{name}: a {type(value).__name__} cannot be sent to a process")


def _checked(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadParameter(f"{name}: the text holds half a character (a lone surrogate)") from None
    return text


def _decimal(name: str, value: Decimal) -> str:
    """Without an exponent: not every reader of a decimal takes one."""
    if not value.is_finite():
        raise BadParameter(f"{name}: {value} is not a number that a process can hold")
    if abs(value.adjusted()) > DIGITS_MAX or len(text := f"{value:f}") > DIGITS_MAX:
        raise BadParameter(f"{name}: {value} has more than {DIGITS_MAX} digits")
    return text


def _float(name: str, value: float) -> str:
    if not math.isfinite(value):
        raise BadParameter(f"{name}: {value} is not a number that a process can hold")
    return repr(value)


def _moment(name: str, value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _json(name: str, value: Value) -> str:
    try:
        return _ENCODER.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadParameter(f"{name}: it cannot be written as JSON: {error}") from None


# The first that fits: a bool is an int too, a datetime a date too, a text a sequence too.
_WRITERS: Sequence[tuple[Any, Callable[[str, Value], str]]] = (
    (bool, lambda name, value: "true" if value else "false"),
    (str, lambda name, value: str(value)),
    (int, lambda name, value: str(int(value))),
    (Decimal, _decimal),
    (float, _float),
    (datetime, _moment),
    (date | time, lambda name, value: str(value.isoformat())),
    (UUID, lambda name, value: str(value)),
    (Mapping | list | tuple, _json),
)


def decoded(text: str | bytes) -> Value:
    """A JSON text as a value; numbers with a point are Decimals. Raises BadAnswer.

    For a Text parameter that holds JSON itself: `decoded(client.execute(…))` is its second time.
    """
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, ArithmeticError, ValueError, RecursionError) as error:
        shown = text[:EXCERPT_LENGTH_MAX]
        raise BadAnswer(f"{shown!r} is not JSON: {error}") from None


def typed(value: Value, kind: type[T]) -> T:
    """A result as a Python type: `UUID`, `datetime`, `list[Contact]`. Raises BadAnswer.

    A text that holds JSON is read once more where the type wants more than a text.
    """
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        if isinstance(value, str) and value[:1] in ("[", "{"):
            return typed(decoded(value), kind)
        raise BadAnswer(f"{value!r:.{EXCERPT_LENGTH_MAX}} is not a {kind}: {error}") from None


# What WCF answers: the element `string`, in whichever namespace and with whichever prefix.
_STRING = re.compile(
    r"\s*(?:<\?xml[^>]*\?>)?\s*<(?:\w+:)?string\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?string\s*>)\s*"
)
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def xml_text(body: str) -> str | None:
    """What stands in a `<string>` answer; None for an empty element. Raises BadAnswer."""
    match = _STRING.fullmatch(body.removeprefix("\ufeff"))
    if match is None:
        raise BadAnswer(f"{body[:EXCERPT_LENGTH_MAX]!r} is not the <string> that Execute answers")
    return None if match[1] is None else _REFERENCE.sub(_character, match[1])


def _character(match: "re.Match[str]") -> str:
    hexadecimal, number, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(number)
    return chr(code) if code <= 0x10FFFF else match[0]
