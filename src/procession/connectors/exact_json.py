"""JSON with exact numbers: a Decimal is written as a number, a fraction is read as a Decimal."""

import json
from decimal import Decimal

import msgspec

from procession.core.values import Value

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_text(value: Value) -> str:
    """The value as JSON: GUIDs lower-case with dashes, moments as ISO 8601."""
    return _ENCODER.encode(value).decode()


def json_value(text: str | bytes) -> Value:
    """The value of a JSON text. Raises ValueError and, for a text without end, RecursionError."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(constant: str) -> Value:
    raise ValueError(f"{constant} is not JSON")
