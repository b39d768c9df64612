"""Short ways to compile and run a script."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from procession.core.values import DataType, Kind, Value, Values
from procession.errors import ExpressionError
from procession.javascript import SCRIPTS

KINDS: Mapping[str, Kind] = {
    "amount": Kind(DataType.INTEGER),
    "price": Kind(DataType.MONEY),
    "name": Kind(DataType.TEXT),
    "paid": Kind(DataType.BOOLEAN),
    "due": Kind(DataType.DATE_TIME),
    "day": Kind(DataType.DATE),
    "at": Kind(DataType.TIME),
    "owner": Kind(DataType.GUID),
    "rows": Kind(DataType.COLLECTION),
    "any": Kind(DataType.ANY),
    "nothing": Kind(DataType.ANY),
}
VALUES: Mapping[str, Value] = {
    "amount": 5,
    "price": Decimal("1.10"),
    "name": "Ann",
    "paid": True,
    "due": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "day": date(2026, 1, 31),
    "at": time(13, 45),
    "owner": UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    "rows": [{"label": "a", "count": 1}, {"label": "b", "count": 2}],
    "any": {"first": {"second": [10, 20]}},
}


def run(text: str, **values: Value) -> Values:
    """What a script answers over the values above and those given here."""
    return SCRIPTS["javascript"](text, KINDS).run({**VALUES, **values})


def value(text: str, **values: Value) -> Value:
    """The script's own value."""
    return run(text, **values)[""]


def assigned(text: str, **values: Value) -> Values:
    """What a script assigned."""
    return {name: each for name, each in run(text, **values).items() if name}


def refused(text: str) -> ExpressionError:
    """The error of a script at deployment."""
    with pytest.raises(ExpressionError) as caught:
        SCRIPTS["javascript"](text, KINDS)
    return caught.value


def failed(text: str, **values: Value) -> ExpressionError:
    """The error of a script that is right at deployment and fails when it runs."""
    script = SCRIPTS["javascript"](text, KINDS)
    with pytest.raises(ExpressionError) as caught:
        script.run({**VALUES, **values})
    return caught.value
