"""The default language: a safe, pure subset of Python expressions.

Rule: a text is compiled once, at deployment, to closures over values; Python's own compiler never
sees it. What is provably wrong is an error then, with line and column; the rest is checked when it
runs, within the budget.
"""

import ast
from collections.abc import Callable, Mapping

from procession.core.model import Expression
from procession.core.values import Kind, Value
from procession.errors import ExpressionError
from procession.expressions import access, conditions, operators
from procession.expressions.budget import Frame, weigh
from procession.expressions.calls import call
from procession.expressions.functions import METHODS
from procession.expressions.scope import Code, Run, Scope
from procession.expressions.source import (
    CAUGHT,
    FAILURES,
    Source,
    expression_errors_only,
    parse_expression,
    reason,
    shown_code,
)
from procession.expressions.types import ATOMS

LANGUAGE = "formula"

NODES: Mapping[type[ast.AST], Callable[..., Code]] = {
    **access.HANDLERS,
    **operators.HANDLERS,
    **conditions.HANDLERS,
    ast.Call: call,
}


def compile_formula(text: str, kinds: Mapping[str, Kind]) -> Expression:
    """The expression that `text` writes, over parameters of these kinds. Raises ExpressionError."""
    return _compile(text, kinds)


def compile_condition(text: str, kinds: Mapping[str, Kind]) -> Expression:
    """The same for a condition: it is refused if it never gives a Boolean. Raises ExpressionError.

    Whether what it gives is one, where that is not known beforehand, the engine asks.
    """
    return _compile(text, kinds, ("Boolean", "unknown"))


@expression_errors_only()
def _compile(
    text: str, kinds: Mapping[str, Kind], gives: tuple[str, ...] | None = None
) -> Expression:
    source, node = parse_expression(text)
    code = Scope(source, NODES, METHODS, kinds).compile(node)
    if gives and code.type.name not in gives:
        raise source.error(node, _no_condition(node, code.type.name))
    run = code.run
    # A parameter's own value is passed on as it stands, however large.
    if code.type.name not in ATOMS and not isinstance(node, ast.Name):
        run = _weighed(source, node, run)
    return Expression(text=text, language=LANGUAGE, evaluate=_evaluate(run))


def _no_condition(node: ast.expr, name: str) -> str:
    code = shown_code(node)
    return f"{code} is {name}; a condition gives True or False, such as {code} is not None"


def _weighed(source: Source, node: ast.expr, run: Run) -> Run:
    def weighed(frame: Frame) -> Value:
        value = run(frame)
        try:
            weigh(frame, value)
        except FAILURES as error:
            raise source.failed(node, error) from None
        return value

    return weighed


def _evaluate(run: Run) -> Callable[[Mapping[str, Value]], Value]:
    def evaluate(values: Mapping[str, Value]) -> Value:
        try:
            return run(Frame(values))
        except CAUGHT as error:
            raise ExpressionError(reason(error)) from None

    return evaluate
