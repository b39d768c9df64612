"""Operators: which types each one takes, and what it gives.

Rule: one table says both what is refused at deployment and what happens when it runs, so the two
cannot differ.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from procession.core.values import Value, guid
from procession.expressions import arithmetic, lists, moments, texts
from procession.expressions.arithmetic import Rule
from procession.expressions.budget import INTEGER_MAX, Frame
from procession.expressions.comparing import COMPARISONS, ORDERED, Incomparable
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
_QUICK_TYPES = frozenset({int, float, Decimal})
_QUICK_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
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
    run_left, (run_right, fixed) = parts[0].run, _right(parts[1])
    quick = _QUICK_OPERATIONS.get(symbol)

    def run(frame: Frame) -> Value:
        left = run_left(frame)
        right = fixed if run_right is None else run_right(frame)
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


def _right(code: Code) -> tuple[Run | None, Value]:
    """What computes a right side; or None and its value, where that never changes."""
    if not code.constant or code.type.name not in ATOMS:
        return code.run, None
    return None, code.run(Frame({}))


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
    run_left, (run_right, fixed) = codes[0].run, _right(codes[1])
    quick = _QUICK_COMPARISONS.get(_COMPARED[type(op)])

    def run(frame: Frame) -> bool:
        left = run_left(frame)
        right = fixed if run_right is None else run_right(frame)
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
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.Compare: compare,
    ast.BoolOp: boolean,
    ast.IfExp: choice,
}
