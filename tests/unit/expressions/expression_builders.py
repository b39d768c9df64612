"""The parameters that the tests of this folder see, and short ways to compile and run a text."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from procession.core.values import Column, DataType, Kind, Value, Values
from procession.errors import ExpressionError
from procession.expressions import CONDITIONS, LANGUAGES, SCRIPTS

COLUMNS = (Column("Name", DataType.TEXT), Column("Amount", DataType.INTEGER))
KINDS: Mapping[str, Kind] = {
    "Amount": Kind(DataType.INTEGER),
    "Price": Kind(DataType.MONEY),
    "Ratio": Kind(DataType.FLOAT),
    "Name": Kind(DataType.TEXT),
    "Paid": Kind(DataType.BOOLEAN),
    "Due": Kind(DataType.DATE_TIME),
    "Day": Kind(DataType.DATE),
    "At": Kind(DataType.TIME),
    "Id": Kind(DataType.GUID),
    "Owner": Kind(DataType.LOOKUP),
    "Rows": Kind(DataType.COLLECTION, COLUMNS),
    "Any": Kind(DataType.COLLECTION),
    "Score": Kind(DataType.INTEGER),
    "Label": Kind(DataType.TEXT),
}
GUID = "00000000-0000-0000-0000-000000000005"
# Score and Label are not set.
VALUES: Mapping[str, Value] = {
    "Amount": 21,
    "Price": Decimal("12.50"),
    "Ratio": 0.1,
    "Name": "Ann Lee",
    "Paid": True,
    "Due": datetime(2026, 1, 31, 13, 45, tzinfo=UTC),
    "Day": date(2026, 1, 31),
    "At": time(13, 45),
    "Id": UUID(GUID),
    "Owner": UUID(GUID),
    "Rows": [
        {"Name": "bolt", "Amount": 5},
        {"Name": "nut", "Amount": 30},
        {"Name": "axle", "Amount": 10},
    ],
    "Any": [{"Anything": 1, "Inner": [{"Deep": "x"}]}],
}


def evaluate(text: str, **values: Value) -> Value:
    """What a formula gives over VALUES and the values given here."""
    return LANGUAGES[""](text, KINDS).evaluate({**VALUES, **values})


def run(text: str, **values: Value) -> Values:
    """What a script assigns, over VALUES and the values given here."""
    return SCRIPTS["python"](text, KINDS).run({**VALUES, **values})


def refused(text: str) -> ExpressionError:
    """The error of a formula at deployment."""
    with pytest.raises(ExpressionError) as caught:
        LANGUAGES[""](text, KINDS)
    return caught.value


def refused_condition(text: str) -> ExpressionError:
    """The error of a condition at deployment."""
    with pytest.raises(ExpressionError) as caught:
        CONDITIONS[""](text, KINDS)
    return caught.value


def failed(text: str, **values: Value) -> ExpressionError:
    """The error of a formula that was compiled and then run."""
    expression = LANGUAGES[""](text, KINDS)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate({**VALUES, **values})
    return caught.value


def refused_script(text: str) -> ExpressionError:
    """The error of a script at deployment."""
    with pytest.raises(ExpressionError) as caught:
        SCRIPTS["python"](text, KINDS)
    return caught.value


def failed_script(text: str, **values: Value) -> ExpressionError:
    """The error of a script that was compiled and then run."""
    script = SCRIPTS["python"](text, KINDS)
    with pytest.raises(ExpressionError) as caught:
        script.run({**VALUES, **values})
    return caught.value


def place(error: ExpressionError) -> tuple[int, int]:
    """Line and column of an error."""
    return error.line, error.column
