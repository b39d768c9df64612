"""What nobody thought of: any text gives a value or an ExpressionError, within bounds."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.core.values import Value, to_plain, untyped
from procession.errors import BadValue, ExpressionError
from procession.feel import compile_feel, compile_unary_tests
from procession.feel.builtins import BUILTINS
from tests.unit.feel.feel_builders import KINDS, cases

VALUES: dict[str, Value] = {
    "Amount": 5,
    "Name": "abc",
    "Any": [1, "a", None, [2], {"x": 1}],
    "Rows": [{"unit price": 3, "Label": "bolt"}],
    "Due": datetime(2026, 1, 31, tzinfo=UTC),
}
PIECES = [
    *("1", "2.5", '"a"', "true", "null", '@"P1D"', '@"P1M"', '@"2020-01-31"', '@"10:00:00Z"'),
    *("Amount", "Name", "Any", "Rows", "item", "?", "x", "partial", "first name", "Due"),
    *("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "..", ".", ",", ":", "@", "'"),
    *("(", ")", "[", "]", "{", "}", "and", "or", "in", "between", "instance of", "number", "list<"),
    *("if", "then", "else", "for", "return", "some", "every", "satisfies", "function(", "x in "),
    *("not(", "{x: ", "[1..", "count(", "sort(", "string(", "date(", "duration(", ".x", "// c\n"),
]
EXPRESSIONS = st.recursive(
    st.sampled_from(PIECES[:19]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(PIECES[19:30]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["and", "or", "in", "instance of"]), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-{text}"),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}..{pair[1]})"),
        inner.map(lambda text: f"{{x: {text}, y: x}}"),
        st.tuples(inner, inner).map(lambda pair: f"for x in {pair[0]} return {pair[1]}"),
        st.tuples(inner, inner).map(lambda pair: f"some x in {pair[0]} satisfies {pair[1]}"),
        st.tuples(inner, inner, inner).map(lambda t: f"if {t[0]} then {t[1]} else {t[2]}"),
        st.tuples(inner, inner).map(lambda pair: f"(function(x) {pair[0]})({pair[1]})"),
        st.tuples(st.sampled_from(sorted(BUILTINS)), st.lists(inner, max_size=3)).map(
            lambda pair: f"{pair[0]}({', '.join(pair[1])})"
        ),
    ),
    max_leaves=12,
)
CALM = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))


def outcome(compiled: Callable[[], Callable[[], Value]]) -> Value:
    """The value, or the declared error; any other exception is a failure of the test."""
    try:
        return compiled()()
    except ExpressionError as error:
        failure = error
    assert str(failure)
    return failure


def check(text: str) -> None:
    """Compiles and runs a text both ways, and looks at what comes out."""
    value = outcome(lambda: lambda: compile_feel(text, KINDS).evaluate(VALUES))
    if not isinstance(value, ExpressionError):
        with suppress(BadValue):  # A number may be too long for a process, and nothing else.
            to_plain(untyped("value", value))
    answer = outcome(lambda: lambda: compile_unary_tests(text, KINDS)(5, VALUES))
    assert answer in (True, False, None) or isinstance(answer, ExpressionError)


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
def test_any_row_of_pieces_gives_a_value_or_a_declared_error(text: str) -> None:
    check(text)


@CALM
@given(st.text(max_size=40))
def test_any_text_gives_a_value_or_a_declared_error(text: str) -> None:
    check(text)


@CALM
@given(EXPRESSIONS)
def test_any_expression_gives_a_value_or_a_declared_error(text: str) -> None:
    check(text)


@CALM
@given(st.sampled_from([case.text for case in cases()]), st.data())
def test_a_text_that_was_cut_or_changed_gives_a_value_or_a_declared_error(
    text: str, choice: st.DataObject
) -> None:
    start = choice.draw(st.integers(0, len(text)))
    end = choice.draw(st.integers(start, len(text)))

    check(text[:start] + choice.draw(st.sampled_from(["", *PIECES])) + text[end:])


ARGUMENTS = [
    *("1", "-2", "2.5", "1e6000", "1e-6000", '"a"', '""', "null", "true", "[]", "[1, 2]", '["a"]'),
    *("{x: 1}", "[{x: 1}]", '@"2020-01-31"', '@"10:00:00"', '@"2020-01-31T10:00:00Z"', "[1..5]"),
    *('@"P1D"', '@"P1M"', "function(x) x", "function(x, y) x < y", "count", "< 5"),
]


def test_every_function_takes_any_arguments() -> None:
    """10.3.2.13.3: what does not fit gives null."""
    for name in BUILTINS:
        if name in ("now", "today"):
            continue  # A process has no clock: both are refused when it is deployed.
        for arguments in (*product(ARGUMENTS), *product(ARGUMENTS[::3], ARGUMENTS[1::3])):
            call = f"string({name}({', '.join(arguments)}))"
            value = compile_feel(call, {}).evaluate({})
            assert value is None or isinstance(value, str), call
