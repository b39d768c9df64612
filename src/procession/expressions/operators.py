"""Operators: which types each one takes, and what it gives.

Rule: one table says both what is refused at deployment and what happens when it runs, so the two
cannot differ.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from procession.core.values import Value
from procession.expressions import arithmetic, lists, moments, texts
from procession.expressions.arithmetic import Rule
from procession.expressions.budget import INTEGER_MAX, Frame
from procession.expressions.scope import Code, Run, Scope
from procession.expressions.source import FAILURES, shown_code
from procession.expressions.types import (
    ATOMS,
    BOOLEAN,
    NONE,
    NUMBERS,
    PYTHON_TYPES,
    UNKNOWN,
    Type,
    join,
    name_of,
)

# left type, right type, type of the result, what computes it
Row = tuple[str, str, str, Rule]


def _of_numbers(symbol: str) -> list[Row]:
    integers, floats, decimals = arithmetic.OPERATIONS[symbol]
    of_integers = "Decimal" if symbol == "/" else "Integer"
    rows: list[Row] = [("Integer", "Integer", of_integers, integers)]
    for left in NUMBERS:
        for right in NUMBERS:
            if "Decimal" in (left, right):
                rows.append((left, right, "Decimal", decimals))
            elif "Float" in (left, right):
                rows.append((left, right, "Float", floats))
    return rows


def _scaled(rule: Rule, *, mirrored: Rule | None = None) -> list[Row]:
    rows: list[Row] = [("Duration", number, "Duration", rule) for number in NUMBERS]
    if mirrored is not None:
        rows += [(number, "Duration", "Duration", mirrored) for number in NUMBERS]
    return rows


RULES: Mapping[str, list[Row]] = {
    "+": [
        *_of_numbers("+"),
        ("Text", "Text", "Text", texts.concatenate),
        ("List", "List", "List", lists.concatenate),
        ("DateTime", "Duration", "DateTime", moments.shift),
        ("Date", "Duration", "Date", moments.shift_date),
        ("Duration", "Duration", "Duration", moments.add_durations),
    ],
    "-": [
        *_of_numbers("-"),
        ("DateTime", "Duration", "DateTime", moments.shift_back),
        ("Date", "Duration", "Date", moments.shift_date_back),
        ("DateTime", "DateTime", "Duration", moments.between),
        ("Date", "Date", "Duration", moments.between),
        ("Duration", "Duration", "Duration", moments.subtract_durations),
    ],
    "*": [
        *_of_numbers("*"),
        ("Text", "Integer", "Text", texts.repeat),
        ("Integer", "Text", "Text", texts.repeat_by),
        ("List", "Integer", "List", lists.repeat),
        ("Integer", "List", "List", lists.repeat_by),
        *_scaled(moments.multiplied, mirrored=moments.multiplied_by),
    ],
    "/": [
        *_of_numbers("/"),
        *_scaled(moments.divided),
        ("Duration", "Duration", "Decimal", moments.ratio),
    ],
    "//": [*_of_numbers("//"), ("Duration", "Duration", "Integer", moments.whole_ratio)],
    "%": _of_numbers("%"),
    "**": _of_numbers("**"),
}

_RULES_BY_TYPES: Mapping[str, Mapping[tuple[type, type], Rule]] = {
    symbol: {(PYTHON_TYPES[left], PYTHON_TYPES[right]): rule for left, right, _, rule in rows}
    for symbol, rows in RULES.items()
}
_RESULTS: Mapping[str, Mapping[tuple[str, str], str]] = {
    symbol: {(left, right): result for left, right, result, _ in rows}
    for symbol, rows in RULES.items()
}
_SYMBOLS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
# The same, without a detour, for what is most frequent and cannot fail.
_QUICK_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def binary(scope: Scope, node: ast.BinOp) -> Code:
    """Arithmetic: `left + right` and so on."""
    symbol = _SYMBOLS.get(type(node.op))
    if symbol is None:
        scope.refuse(node, "bits (<< >> & | ^ @) are not offered; write and, or, *, //")
    parts = scope.compile(node.left), scope.compile(node.right)
    gives = _result(scope, node, symbol, parts)
    run = _binary_run(scope, node, _RULES_BY_TYPES[symbol], parts)
    return scope.folded(node, Code(run, gives), parts)


def _result(scope: Scope, node: ast.BinOp, symbol: str, parts: Sequence[Code]) -> Type:
    left, right = (part.type for part in parts)
    if UNKNOWN in (left, right) and NONE not in (left, right):
        return UNKNOWN
    name = _RESULTS[symbol].get((left.name, right.name))
    if name is None:
        scope.refuse(node, mismatch(node.left, symbol, node.right, (left.name, right.name)))
    if name != "List":
        return Type(name)
    items = [part.item or UNKNOWN for part in (left, right) if part.name == "List"]
    return Type(name, item=join(items[0], items[-1]))


def _binary_run(
    scope: Scope, node: ast.BinOp, rules: Mapping[tuple[type, type], Rule], parts: Sequence[Code]
) -> Run:
    source, symbol = scope.source, _SYMBOLS[type(node.op)]
    run_left, run_right = (part.run for part in parts)
    # A list must be made anew each time, since it may become part of the result.
    constant = parts[1].constant and parts[1].type.name in ATOMS
    fixed = run_right(Frame({})) if constant else None
    quick = _QUICK_OPERATIONS.get(symbol)

    def run(frame: Frame) -> Value:
        left = run_left(frame)
        right = fixed if constant else run_right(frame)
        if quick is not None and type(left) is int and type(right) is int:
            number = quick(left, right)
            if -INTEGER_MAX < number < INTEGER_MAX:
                return number
        rule = rules.get((type(left), type(right)))
        if rule is None:
            names = name_of(left), name_of(right)
            raise source.error(node, mismatch(node.left, symbol, node.right, names))
        try:
            return rule(frame, left, right)
        except FAILURES as error:
            raise source.failed(node, error) from None

    return run


def mismatch(left: ast.expr, symbol: str, right: ast.expr, types: tuple[str, str]) -> str:
    """Why an operator cannot take two values, naming the one that is to blame."""
    for node, name in zip((left, right), types, strict=True):
        if name == "None":
            return f"{shown_code(node)} has no value (None), so {symbol} cannot be done"
    hint = ""
    if "Text" in types and symbol == "+":
        other = right if types[0] == "Text" else left
        hint = f"; write str({shown_code(other)})"
    if types[0] == "Text" and symbol == "%":
        hint = "; write an f-string, such as f'{Amount:.2f}'"
    if {"Date", "DateTime"} == set(types):
        hint = "; make both a date(…) or a datetime(…)"
    both = f"{shown_code(left)} is {types[0]} and {shown_code(right)} is {types[1]}"
    return f"{symbol} cannot be done: {both}{hint}"


def unary(scope: Scope, node: ast.UnaryOp) -> Code:
    """`-value`, `+value` and `not value`."""
    operand = scope.compile(node.operand)
    if isinstance(node.op, ast.Not):
        run = operand.run
        return scope.folded(node, Code(lambda frame: not run(frame), BOOLEAN), [operand])
    if isinstance(node.op, ast.Invert):
        scope.refuse(node, "~ is not offered; write not")
    if operand.type not in (UNKNOWN, *map(Type, NUMBERS), Type("Duration")):
        scope.refuse(node, _no_sign(node, operand.type.name))
    compute = _negated if isinstance(node.op, ast.USub) else _unchanged
    code = Code(_signed(scope, node, operand.run, compute), operand.type)
    return scope.folded(node, code, [operand])


def _signed(scope: Scope, node: ast.UnaryOp, run: Run, compute: Callable[[Value], Value]) -> Run:
    source = scope.source

    def signed(frame: Frame) -> Value:
        value = run(frame)
        if type(value) not in _SIGNED:
            raise source.error(node, _no_sign(node, name_of(value)))
        return compute(value)

    return signed


_SIGNED = frozenset({*(PYTHON_TYPES[name] for name in NUMBERS), timedelta})


def _negated(value: Value) -> Value:
    return arithmetic.CONTEXT.minus(value) if isinstance(value, Decimal) else -value


def _unchanged(value: Value) -> Value:
    return value


def _no_sign(node: ast.UnaryOp, name: str) -> str:
    if name == "None":
        return f"{shown_code(node.operand)} has no value (None), so it has no sign"
    return f"{shown_code(node.operand)} is {name}; only a number or a Duration has a sign"


HANDLERS: Mapping[type[ast.AST], Callable[..., Code]] = {
    ast.BinOp: binary,
    ast.UnaryOp: unary,
}
