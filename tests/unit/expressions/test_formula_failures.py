"""What goes wrong with a formula when it runs: the message names the parameter that is to blame."""

from decimal import Decimal

import pytest

from procession.core.values import Value
from tests.unit.expressions.expression_builders import failed, place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Score + 1", "Score has no value (None), so + cannot be done"),
        ("1 - Score", "Score has no value (None), so - cannot be done"),
        ("Score > 5", "Score has no value (None), so > cannot be done"),
        ("0 < Amount < Score", "Score has no value (None), so < cannot be done"),
        ("'x' in Label", "Label has no value (None), so in cannot be done"),
        ("-Score", "Score has no value (None), so it has no sign"),
        ("Label.upper()", "Label has no value (None), so upper() cannot be called"),
        ("len(Label)", "Label has no value (None); len() takes List, Text or Row"),
        ("round(Amount, Score)", "Score has no value (None); round() takes Integer"),
        ("Label[0]", "Label has no value (None), so it has no items"),
        ("Rows[Score]", "Score is None; Rows is a List, which takes a whole number"),
        ("first(Any).x.y", "first(Any) has no value (None), so it has no column 'x'"),
        ("max(Amount, Score)", "Score has no value (None); max() takes"),
        ("sum([Amount, Score])", "sum() of a list that holds None"),
        ("min([Amount, Score])", "values that have no order: Integer, None"),
        ("fail(Label or 'no label')", "no label"),
    ],
)
def test_a_parameter_without_a_value_is_named(text: str, message: str) -> None:
    assert message in str(failed(text, Any=[]))


def test_nothing_can_be_taken_from_a_list_without_a_value() -> None:
    message = "Rows has no value (None), so nothing can be taken from it"

    assert str(failed("[row.Name for row in Rows]", Rows=None)) == message
    assert str(failed("any(row.Paid for row in Any)", Any=None)).startswith("Any has no value")


@pytest.mark.parametrize(
    ("text", "cell", "message"),
    [
        ("Any[0].x + 1", "text", "Any[0].x is Text and 1 is Integer; write str(1)"),
        ("Any[0].x + 1", True, "Any[0].x is Boolean and 1 is Integer"),
        ("Any[0].x < 1", "text", "Any[0].x is Text and 1 is Integer"),
        ("Any[0].x in 5 * [Any[0].x] and Any[0].x in Any[0].x", 1, "in cannot be done"),
        ("Any[0].y", 1, "no column 'y'; there is x"),
        ("Any[0]['y']", 1, "no column 'y'; there is x"),
        ("Any[0][Name]", 1, "no column 'Ann Lee'; there is x"),
        ("Any[0].x.y", 1, "Any[0].x is Integer, which has no columns; only a Row has"),
        ("Any[0].x.y", [], "Any[0].x is a List; take a row first, such as Any[0].x[0].y"),
        ("Any[0].x[0]", 1, "Any[0].x is Integer; only a List, a Text or a Row has items"),
        ("Any[0].x['a' + 'b']", [], "is Text; Any[0].x is a List, which takes a whole number"),
        ("Any[0].x[Amount]", {}, "Amount is Integer; Any[0].x is a Row"),
        ("Any[0].x[True]", [1], "True is Boolean; Any[0].x is a List"),
        ("Any[0].x.upper()", 1, "Any[0].x is Integer; upper() belongs to Text"),
        ("Any[0].x.count('a')", 1, "Any[0].x is Integer; count() belongs to Text or List"),
        ("Any[0].x.upper()", None, "Any[0].x has no value (None), so upper() cannot be called"),
        ("len(Any[0].x)", 5, "Any[0].x is Integer; len() takes List, Text or Row"),
        ("-Any[0].x", "a", "Any[0].x is Text; only a number or a Duration has a sign"),
        ("Any[0].x[1:]", 5, "Integer cannot be cut"),
        ("Name[Any[0].x:]", "a", "the bounds of a slice are whole numbers"),
        ("{Any[0].x: 1}", 5, "a column's name is a text, not Integer"),
        ("{x: 1 for x in Any[0].x}", [5], "a column's name is a text, not Integer"),
        ("[a for a, b in Any[0].x]", [5], "Integer goes to 2 names; only a List can"),
        ("[a for a, b in Any[0].x]", [[5]], "a list of 1 items goes to 2 names"),
        ("[a for a in Any[0].x]", 5, "Any[0].x is Integer; only a List, a Text or a Row"),
        ("sum(Any[0].x)", ["a"], "sum() adds numbers only; there is Integer, Text"),
        ("sorted(Any[0].x)", ["a", 1], "values that have no order: Integer, Text"),
        ("sorted(Any, key='y')", 1, "no column 'y'; there is x"),
        ("sorted(Any[0].x, key='y')", [1], "key='y' needs rows; there is Integer"),
        ("max(Any[0].x)", [], "an empty list has no smallest or largest value"),
        ("max(Any)", 1, "values that have no order: Row"),
        ("'-'.join(Any[0].x)", [1], "join() takes texts only"),
        ("Any[0].x.index(2)", [1], "index() of an item that is not in the list"),
        ("distinct(Any)", 1, "distinct() does not compare Row"),
        ("str(days(1) * Any[0].x)", 1, "a Duration has no text"),
        ("f'{Any[0].x:.2f}'", [], "'.2f' does not format this value"),
        ("f'{Any[0].x:.2f}'", "abc", "it cannot be done"),
        ("f'{Due:.2f}'", 1, "'.2f' does not format a date or time"),
        ("f'{Any[0].x:%Y}'", 1, "'%Y' does not format this value"),
        ("guid(Any[0].x)", "x", "guid(): 'x' is not a Guid"),
        ("bool(Any[0].x)", "maybe", "bool(): 'maybe' is not a Boolean"),
        ("Day + Any[0].x * hours(1)", 1, "a Date moves by whole days only"),
        ("1 / Any[0].x", 0, "a division by zero"),
        ("Ratio / Any[0].x", 0, "a division by zero"),
        ("float(10) ** Any[0].x", 400, "the result is too large"),
        ("float(-8) ** Any[0].x", 0.5, "too large for a Float, or not a number"),
        ("float(1) * 10 ** 77 * Any[0].x ", 1e300, "too large for a Float, or not a number"),
        ("Price ** Any[0].x", 10_001, "an exponent of more than 10000"),
        ("Price ** Any[0].x", 1000, "the result is too large"),
        ("Any[0].x // 3", Decimal("1e60"), "not a number that can be written with 34 digits"),
        ("Due + days(Any[0].x)", 4_000_000, "outside the years 1 to 9999"),
        ("add_months(Day, Any[0].x)", 100_000, "year 10359 is out of range"),
    ],
)
def test_what_is_known_only_when_it_runs_fails_then(text: str, cell: Value, message: str) -> None:
    assert message in str(failed(text, Any=[{"x": cell}]))


def test_a_failure_stands_at_its_line_and_column() -> None:
    assert place(failed("Paid and any(a for a, b in [[Amount]])")) == (1, 13)
    assert place(failed("[letter for letter in Name * 20000]")) == (1, 23)
    assert place(failed("Paid and Score + 1 > 2")) == (1, 10)
    assert place(failed("Paid\n  and Score + 1 > 2")) == (2, 7)
    assert place(failed("len(Label)")) == (1, 1)
    assert place(failed("[row.Amount for row in Any]")) == (1, 2)
