"""Unary tests, the cells of decision tables (DMN 1.3, 10.3.1.2, rule 17, and 8.3.3)."""

from collections.abc import Iterator
from datetime import date

import pytest

from procession.core.values import Value
from procession.errors import ExpressionError
from procession.feel import compile_unary_tests
from tests.unit.feel.feel_builders import KINDS, passes


@pytest.mark.parametrize(
    ("text", "given", "answer"),
    [
        ("-", None, True),
        ("-", 5, True),
        ("5", 5, True),
        ("-5", -5, True),
        ("5", 6, False),
        ("< 5", 4, True),
        ("<= 5", 5, True),
        ("> 5", 5, False),
        (">= 5", 5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ("< 5", None, None),
        ("< 5", "a", None),
        ("[1..3]", 3, True),
        ("[1..3)", 3, False),
        ("]1..3]", 1, False),
        ("(1..3)", 2, True),
        ('"a","b"', "b", True),
        ('"a", "b"', "c", False),
        ("< 2, > 8", 9, True),
        ("1, [5..7]", 6, True),
        ("not(5)", 5, False),
        ('not("a", "b")', "c", True),
        ("not(< 5)", 7, True),
        ("not(< 5)", None, None),
        ("null", None, True),
        ("null", 1, False),
        ("not(null)", 1, True),
        ("true", True, True),
        ("true", None, False),
        ("false", False, True),
        ("? > 5", 6, True),
        ("? > 5 and ? < 8", 9, False),
        ("? = null", None, True),
        ('contains(?, "x")', "axb", True),
        ("even(?)", 3, False),
        ("not(even(?))", 3, True),
        ("not(even(?)) and ? > 2", 3, True),
        ("[1, 2, 3]", 2, True),
        ("Amount", 7, True),
        ("< Amount", 6, True),
        ("Amount > 5", 1, True),
        ("Amount > 50", 1, False),
        ("[Amount..10]", 8, True),
        ('date("2020-01-01")', date(2020, 1, 1), True),
        ('< @"2020-01-01"', date(2019, 1, 1), True),
        ("some x in ? satisfies x > 2", [1, 2, 3], True),
        ("?.Label = first name", {"Label": "x"}, True),
        ("5 in ?", [4, 5], True),
        ("function(x) x", 5, None),
    ],
)
def test_an_input_passes_or_not(text: str, given: Value, answer: bool | None) -> None:
    assert passes(text, given, Amount=7, **{"first name": "x"}) is answer


@pytest.mark.parametrize(
    ("text", "column"),
    [("", 1), ("<", 2), ("1,", 3), ("not(1", 6), ("- 5 -", 6), ("1 2", 3), ("Amuont", 1)],
)
def test_tests_that_cannot_be_read_are_refused_with_their_place(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_unary_tests(text, KINDS)

    assert (caught.value.line, caught.value.column) == (1, column)


def test_the_input_is_no_name_of_an_ordinary_expression() -> None:
    with pytest.raises(ExpressionError):
        compile_unary_tests("x in (? > 5)", {})


def _pairs() -> Iterator[tuple[int, bool]]:
    yield from ((number, 3 < number <= 7) for number in range(10))


@pytest.mark.parametrize(("number", "inside"), list(_pairs()))
def test_a_range_is_the_two_comparisons_that_it_stands_for(number: int, inside: bool) -> None:
    assert passes("(3..7]", number) is inside
    assert passes("? > 3 and ? <= 7", number) is inside
    assert passes("not((3..7])", number) is not inside
