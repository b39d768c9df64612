"""What nobody thought of: any text gives a value or an ExpressionError, within bounds."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.core.values import untyped
from procession.errors import BadValue, ExpressionError
from procession.juel import LANGUAGES
from procession.juel.methods import NAMES
from tests.unit.juel.juel_builders import KINDS, VALUES

NAMED = [*KINDS, "execution.getVariable('any')", "1", "2.5", "'a'", "null", "true", "any.text"]
OPERATORS = [*"+-*/%<>", "+=", "==", "!=", "<=", ">=", "&&", "||", "div", "mod", "and", "or", "eq"]
EXPRESSIONS = st.recursive(
    st.sampled_from(NAMED),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"empty {text}"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]} ? {t[1]} : {t[2]}"),
        st.tuples(inner, st.sampled_from(sorted(NAMES)), st.lists(inner, max_size=2)).map(
            lambda t: f"({t[0]}).{t[1]}({', '.join(t[2])})"
        ),
    ),
    max_leaves=10,
)
PIECES = st.lists(
    st.sampled_from([*NAMED, *OPERATORS, *"(){}[].,:;?!'\"\\$#", "${", "#{", "not", " "]),
    max_size=12,
).map("".join)
CALM = settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))


def attempt(text: str) -> None:
    """Runs a text; any exception but the declared one is a failure of the test."""
    with suppress(ExpressionError, BadValue):
        untyped("result", LANGUAGES["juel"](text, KINDS).evaluate(VALUES))


@CALM
@given(EXPRESSIONS)
def test_any_expression_gives_a_value_or_a_declared_error(text: str) -> None:
    attempt(f"${{{text}}}")


@CALM
@given(PIECES)
def test_any_pieces_give_a_value_or_a_declared_error(text: str) -> None:
    attempt(f"${{{text}}}")
    attempt(text)


@CALM
@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_declared_error(text: str) -> None:
    attempt(text)
    attempt(f"${{{text}")
