"""Short ways to compile and run a JUEL text."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from procession.core.values import Column, DataType, Kind, Value
from procession.errors import ExpressionError
from procession.juel import LANGUAGES

KINDS: Mapping[str, Kind] = {
    "amount": Kind(DataType.INTEGER),
    "price": Kind(DataType.MONEY),
    "ratio": Kind(DataType.FLOAT),
    "name": Kind(DataType.TEXT),
    "paid": Kind(DataType.BOOLEAN),
    "due": Kind(DataType.DATE_TIME),
    "day": Kind(DataType.DATE),
    "owner": Kind(DataType.GUID),
    "rows": Kind(
        DataType.COLLECTION, (Column("label", DataType.TEXT), Column("count", DataType.INTEGER))
    ),
    "any": Kind(DataType.ANY),
    "nothing": Kind(DataType.ANY),
}
VALUES: Mapping[str, Value] = {
    "amount": 5,
    "price": Decimal("1.10"),
    "ratio": 0.5,
    "name": "Ann",
    "paid": True,
    "due": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "day": date(2026, 1, 31),
    "owner": UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    "rows": [{"label": "a", "count": 1}, {"label": "b", "count": 2}],
    "any": {"first": {"second": [10, 20]}, "key with space": "x", "1": "one", "text": "12"},
}


def evaluate(text: str, **values: Value) -> Value:
    """What a text gives over the values above and those given here."""
    return LANGUAGES["juel"](text, KINDS).evaluate({**VALUES, **values})


def refused(text: str) -> ExpressionError:
    """The error of a text at deployment."""
    with pytest.raises(ExpressionError) as caught:
        LANGUAGES["juel"](text, KINDS)
    return caught.value


def failed(text: str, **values: Value) -> ExpressionError:
    """The error of a text that is right at deployment and fails when it runs."""
    expression = LANGUAGES["juel"](text, KINDS)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate({**VALUES, **values})
    return caught.value
