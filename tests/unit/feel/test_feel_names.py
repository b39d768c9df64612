"""Names, places of errors, and what is refused at deployment (DMN 1.3, 10.3.1.2 and 10.3.1.4)."""

import pytest

from procession.core.values import DataType, Kind
from procession.feel import compile_feel
from tests.unit.feel.feel_builders import evaluate, failed, refused


def test_a_name_with_spaces_is_found_among_those_that_are_known() -> None:
    assert evaluate('first name + "!"', **{"first name": "Ann"}) == "Ann!"
    assert evaluate('first   name + "!"', **{"first name": "Ann"}) == "Ann!"


def test_a_name_with_signs_is_found_before_they_are_operators() -> None:
    assert evaluate("cost-per-unit - 1", **{"cost-per-unit": 5}) == 4


def test_the_longest_known_name_wins() -> None:
    kinds = {name: Kind(DataType.INTEGER) for name in ("a", "b", "a and b", "a - b")}

    assert compile_feel("a and b", kinds).evaluate({"a and b": 7}) == 7
    assert compile_feel("a - b", kinds).evaluate({"a - b": 3, "a": 9, "b": 1}) == 3
    assert compile_feel("(a) - b", kinds).evaluate({"a - b": 3, "a": 9, "b": 1}) == 8


def test_columns_with_spaces_are_names_behind_a_dot_and_in_a_filter() -> None:
    rows = [{"unit price": 5, "Label": "bolt"}, {"unit price": 9, "Label": "nut"}]

    assert evaluate("Rows.unit price", Rows=rows) == [5, 9]
    assert evaluate("Rows[unit price > 5].Label", Rows=rows) == ["nut"]
    assert evaluate("sum(for row in Rows return row.unit price)", Rows=rows) == 14


def test_an_entry_that_nobody_declared_may_have_spaces_too() -> None:
    rows = [{"unit price": 5}, {"unit price": 9}]

    assert evaluate("Any[unit price > 5].unit price", Any=rows) == [9]


def test_an_entry_of_the_item_comes_before_a_variable_of_the_same_name() -> None:
    """10.3.2.5."""
    assert evaluate("Any[Amount > 1]", Any=[{"Amount": 1}, {"Amount": 2}], Amount=5) == [
        {"Amount": 2}
    ]
    assert evaluate("Any[Amount > 1]", Any=[{"x": 1}], Amount=5) == [{"x": 1}]


def test_a_variable_may_have_the_name_of_a_function() -> None:
    assert str(evaluate('date("2020-01-01")')) == "2020-01-01"
    assert evaluate('date = date("2020-01-01")', date=None) is False


def test_what_is_not_set_is_null() -> None:
    assert evaluate("Amount = null") is True
    assert evaluate("Amount + 1") is None


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "it is empty; write an expression such as a > 5"),
        ("1 +", 1, 4, "the end is not expected here; write a value"),
        ("Amount +\n  Amout", 2, 3, "'Amout' is not known; did you mean Amount, count?"),
        ("amount", 1, 1, "did you mean Amount, count?"),
        ("1 2", 1, 3, "'2' is not expected here"),
        ("(1 + 2", 1, 7, ") is missing before the end; each ( needs its )"),
        ("[1, 2", 1, 6, ", is missing before the end; write a list as [1, 2]"),
        ("{a: 1, a: 2}", 1, 8, "the entry 'a' is there twice"),
        ("{a 1}", 1, 5, ": is missing before '}'"),
        ("if true then 1", 1, 15, "else is missing before the end"),
        ("for x [1] return x", 1, 7, "in is missing before '['"),
        ('"abc', 1, 1, 'the string does not end; write " after it'),
        ('"a\\u0000b"', 1, 3, "is no escape"),
        ("1 /* x", 1, 3, "the comment does not end"),
        ("a # b", 1, 3, "'#' means nothing here"),
        ('@"soon"', 1, 2, "no date, time or duration"),
        ("1 instance of nothing", 1, 15, "nothing is no type"),
        ("1 < 2 < 3 < 4 < 5 < 6", 1, 19, "more than 4 comparisons in a row"),
        ('function(a) external {java: {class: "x"}}', 1, 13, "Java and PMML are not offered"),
        ("f(a: 1, a: 2)", 1, 1, "'f' is not known"),
        ("count(list: [], list: [])", 1, 17, "an argument is given twice"),
        ("1e99999", 1, 1, "the number is too large"),
        ("some x in [1] return x", 1, 15, "satisfies is missing before 'return'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    text: str, line: int, column: int, message: str
) -> None:
    error = refused(text)

    assert message in str(error)
    assert (error.line, error.column) == (line, column)


def test_a_function_cannot_leave_feel() -> None:
    assert "a function is no value of a process" in str(failed("function(x) x"))


@pytest.mark.parametrize(
    "text",
    [
        "Name.__class__",
        'Name["__class__"]',
        "count.__globals__",
        "Rows.__init__.x",
        'get value({a: 1}, "__class__")',
        "{a: 1}.keys",
        "date.fromisoformat",
    ],
)
def test_no_python_object_is_reachable(text: str) -> None:
    assert evaluate(text, Name="x", Rows=[]) in (None, [])
