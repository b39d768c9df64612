"""Conditions: comparisons and their chains, `and`, `or`, and `a if condition else b`.

Rule: what can never hold, because the types of both sides are known, is refused at deployment.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from procession.core.values import Value, guid
from procession.expressions.budget import Frame
from procession.expressions.comparing import COMPARISONS, ORDERED, Incomparable
from procession.expressions.operators import mismatch
from procession.expressions.scope import Code, Run, Scope
from procession.expressions.source import FAILURES, shown_code
from procession.expressions.types import BOOLEAN, NUMBERS, join, name_of

# Without a detour, what is most frequent and cannot fail.
_QUICK_TYPES = frozenset({int, float, Decimal})
_QUICK_COMPARISONS: Mapping[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARED: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}


def compare(scope: Scope, node: ast.Compare) -> Code:
    """`a < b`, and chains such as `0 < a <= 10`: each value is computed once."""
    operands = [node.left, *node.comparators]
    codes = [scope.compile(operand) for operand in operands]
    steps = [
        _comparison(scope, operands[at : at + 2], op, codes[at : at + 2])
        for at, op in enumerate(node.ops)
    ]
    if len(steps) == 1:
        run = _single(codes, steps[0], node.ops[0])
    else:
        run = _chain([code.run for code in codes], steps)
    return scope.folded(node, Code(run, BOOLEAN), codes)


Step = Callable[[Frame, Value, Value], bool]


def _single(codes: Sequence[Code], step: Step, op: ast.cmpop) -> Run:
    run_left, run_right = (code.run for code in codes)
    # A constant, a list too, is made once: nobody but the comparison sees it.
    constant = codes[1].constant
    fixed = run_right(Frame({})) if constant else None
    quick = _QUICK_COMPARISONS.get(_COMPARED[type(op)])

    def run(frame: Frame) -> bool:
        left = run_left(frame)
        right = fixed if constant else run_right(frame)
        if quick is not None and type(left) is type(right) and type(left) in _QUICK_TYPES:
            return quick(left, right)
        return step(frame, left, right)

    return run


def _chain(runs: list[Run], steps: list[Step]) -> Run:
    first, others = runs[0], list(zip(runs[1:], steps, strict=True))

    def run(frame: Frame) -> bool:
        left = first(frame)
        for other, step in others:
            right = other(frame)
            if not step(frame, left, right):
                return False
            left = right
        return True

    return run


def _comparison(
    scope: Scope, nodes: Sequence[ast.expr], op: ast.cmpop, codes: Sequence[Code]
) -> Step:
    symbol = _COMPARED[type(op)]
    if symbol in ("is", "is not"):
        return _identity(scope, nodes, symbol)
    _check_comparable(scope, nodes, symbol, codes)
    compare, source = COMPARISONS[symbol], scope.source

    def step(frame: Frame, left: Value, right: Value) -> bool:
        try:
            return compare(frame, left, right)
        except Incomparable:
            names = name_of(left), name_of(right)
            raise source.error(nodes[0], mismatch(nodes[0], symbol, nodes[1], names)) from None
        except FAILURES as error:
            raise source.failed(nodes[0], error) from None

    return step


def _identity(scope: Scope, nodes: Sequence[ast.expr], symbol: str) -> Step:
    if not (isinstance(nodes[1], ast.Constant) and nodes[1].value is None):
        scope.refuse(nodes[1], f"{symbol} compares with None only; write == or !=")
    wanted = symbol == "is"

    def step(frame: Frame, left: Value, right: Value) -> bool:
        return (left is None) is wanted

    return step


def _check_comparable(
    scope: Scope, nodes: Sequence[ast.expr], symbol: str, codes: Sequence[Code]
) -> None:
    left, right = (code.type.name for code in codes)
    if symbol in ("==", "!="):
        fine = "None" in (left, right) or _alike(left, right)
        if fine and {left, right} == {"Guid", "Text"}:
            _check_guid(scope, nodes, codes)
    elif symbol in ("in", "not in"):
        fine = right in ("List", "Row", "unknown") or (
            right == "Text" and left in ("Text", "unknown")
        )
    else:
        pair = {left, right} - {"unknown"}
        fine = pair <= set(ORDERED) and _alike(left, right) and pair != {"Guid", "Text"}
    if not fine:
        scope.refuse(nodes[0], mismatch(nodes[0], symbol, nodes[1], (left, right)))


def _alike(left: str, right: str) -> bool:
    pair = {left, right}
    return len(pair) == 1 or "unknown" in pair or pair <= set(NUMBERS) or pair == {"Guid", "Text"}


def _check_guid(scope: Scope, nodes: Sequence[ast.expr], codes: Sequence[Code]) -> None:
    for node, code in zip(nodes, codes, strict=True):
        if code.constant and code.type.name == "Text" and guid(code.run(Frame({}))) is None:
            scope.refuse(node, f"{shown_code(node)} is not a Guid, so the two are never equal")


def boolean(scope: Scope, node: ast.BoolOp) -> Code:
    """`and` and `or`: as in Python, they give the value that decided."""
    codes = [scope.compile(value) for value in node.values]
    stops_at = isinstance(node.op, ast.Or)
    first, *others = (code.run for code in codes)

    def run(frame: Frame) -> Value:
        value = first(frame)
        for other in others:
            if bool(value) is stops_at:
                return value
            value = other(frame)
        return value

    gives = codes[0].type
    for code in codes[1:]:
        gives = join(gives, code.type)
    return scope.folded(node, Code(run, gives), codes)


def choice(scope: Scope, node: ast.IfExp) -> Code:
    """`a if condition else b`."""
    test, body, other = (scope.compile(part) for part in (node.test, node.body, node.orelse))
    run_test, run_body, run_other = test.run, body.run, other.run

    def run(frame: Frame) -> Value:
        return run_body(frame) if run_test(frame) else run_other(frame)

    return Code(run, join(body.type, other.type))


HANDLERS: Mapping[type[ast.AST], Callable[..., Code]] = {
    ast.Compare: compare,
    ast.BoolOp: boolean,
    ast.IfExp: choice,
}
