"""What is refused at deployment is what fails when it runs, for each operator and pair of types."""

from itertools import product

import pytest

from procession.core.values import DataType, Kind, Value
from procession.errors import ExpressionError
from procession.expressions import LANGUAGES
from procession.expressions.types import PYTHON_TYPES, type_of_value
from tests.unit.expressions.expression_builders import KINDS, VALUES

# An expression of each type whose type is known at deployment.
TYPED = {
    "None": "None",
    "Text": "Name",
    "Integer": "Amount",
    "Float": "Ratio",
    "Decimal": "Price",
    "Boolean": "Paid",
    "DateTime": "Due",
    "Date": "Day",
    "Time": "At",
    "Guid": "Id",
    "Duration": "days(3)",
    "List": "Rows",
    "Row": "Rows[0]",
}
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "in", "not in")
UNTYPED = {"Any": Kind(DataType.COLLECTION)}
FOUND = {name: LANGUAGES[""](text, KINDS).evaluate(VALUES) for name, text in TYPED.items()}


def error_of(text: str, kinds: dict[str, Kind], values: dict[str, Value]) -> str | None:
    """What a formula fails with for its types, at deployment or when it runs."""
    try:
        LANGUAGES[""](text, kinds).evaluate(values)
    except ExpressionError as error:
        return str(error) if "cannot be done" in str(error) else None
    return None


@pytest.mark.parametrize("operator", OPERATORS)
def test_deployment_and_run_agree_on_what_an_operator_takes(operator: str) -> None:
    disagreements = []
    for left, right in product(TYPED, TYPED):
        known = error_of(f"{TYPED[left]} {operator} {TYPED[right]}", {**KINDS}, {**VALUES})
        rows = [{"a": FOUND[left]}, {"a": FOUND[right]}]
        unknown = error_of(f"Any[0].a {operator} Any[1].a", UNTYPED, {"Any": rows})
        if (known is None) != (unknown is None):
            disagreements.append((left, right, known, unknown))
    assert disagreements == []


def test_every_type_is_tried() -> None:
    assert TYPED.keys() == PYTHON_TYPES.keys()
    assert {name: type_of_value(value).name for name, value in FOUND.items()} == {
        name: name for name in TYPED
    }


def test_equality_never_fails_when_it_runs() -> None:
    equal = LANGUAGES[""]("Any[0].a == Any[1].a", UNTYPED)
    unequal = LANGUAGES[""]("Any[0].a != Any[1].a", UNTYPED)

    for left, right in product(TYPED, TYPED):
        rows = [{"a": FOUND[left]}, {"a": FOUND[right]}]
        assert equal.evaluate({"Any": rows}) is (left == right)
        assert unequal.evaluate({"Any": rows}) is (left != right)
