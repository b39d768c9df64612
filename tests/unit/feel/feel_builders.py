"""Short ways to compile and run a text, and the file of cases."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from procession.core.values import Column, DataType, Kind, Value, to_plain
from procession.errors import ExpressionError
from procession.feel import compile_feel, compile_unary_tests

CASES = Path(__file__).with_name("cases.txt")
KINDS: Mapping[str, Kind] = {
    "Amount": Kind(DataType.INTEGER),
    "Price": Kind(DataType.MONEY),
    "Ratio": Kind(DataType.FLOAT),
    "Name": Kind(DataType.TEXT),
    "first name": Kind(DataType.TEXT),
    "cost-per-unit": Kind(DataType.INTEGER),
    "Paid": Kind(DataType.BOOLEAN),
    "Due": Kind(DataType.DATE_TIME),
    "Day": Kind(DataType.DATE),
    "At": Kind(DataType.TIME),
    "Id": Kind(DataType.GUID),
    "date": Kind(DataType.DATE),
    "Rows": Kind(
        DataType.COLLECTION,
        (Column("unit price", DataType.INTEGER), Column("Label", DataType.TEXT)),
    ),
    "Any": Kind(DataType.COLLECTION),
}


class Case(NamedTuple):
    """One line of the file of cases."""

    clause: str
    text: str
    answer: str


def cases() -> Iterator[Case]:
    """The cases of the file, each under its heading."""
    clause, waiting = "", ""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            clause = line.removeprefix("## ")
        elif line.strip() and not line.startswith("# "):
            waiting += f"\n{line}" if waiting else line
            if " => " in line:
                text, _, answer = waiting.rpartition(" => ")
                yield Case(clause, text, answer)
                waiting = ""


def evaluate(text: str, **values: Value) -> Value:
    """What a text gives over the values given here."""
    return compile_feel(text, KINDS).evaluate(values)


def plain(text: str, **values: Value) -> Value:
    """The same in JSON's own types."""
    return to_plain(evaluate(text, **values))


def read(answer: str) -> Value:
    """The answer of a case, its numbers exact."""
    return json.loads(answer, parse_float=Decimal)


def passes(text: str, given: Value, **values: Value) -> bool | None:
    """Whether an input passes unary tests."""
    return compile_unary_tests(text, KINDS)(given, values)


def refused(text: str) -> ExpressionError:
    """The error of a text at deployment."""
    with pytest.raises(ExpressionError) as caught:
        compile_feel(text, KINDS)
    return caught.value


def failed(text: str, **values: Value) -> ExpressionError:
    """The error of a text that was compiled and then run."""
    expression = compile_feel(text, KINDS)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate(values)
    return caught.value
