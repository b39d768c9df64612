"""How a value of one type stands for one of another (JSR 341 §1.23), and what operators make of it.

Rule: the standard's rules, over our own types: a number with a point is an exact Decimal, whole
numbers do not overflow, and what the standard leaves to an exception is a message.
"""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from procession.core.values import Value, shown
from procession.expressions.arithmetic import CONTEXT, OPERATIONS, Number
from procession.expressions.budget import Frame, Refused
from procession.expressions.comparing import COMPARISONS, Incomparable
from procession.expressions.comparing import equal as equal_values
from procession.expressions.texts import text_of
from procession.expressions.types import name_of

_NUMBER_TYPES = frozenset({int, float, Decimal})
_WHOLE = re.compile(r"[+-]?[0-9]{1,60}")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?"
)

Rule = Callable[[Frame, Value, Value], Value]


def to_text(frame: Frame, value: Value) -> str:
    """The text of a value, spelled as Java does; null gives the empty one (§1.23.2)."""
    if type(value) is bool:
        return "true" if value else "false"
    return text_of(frame, value)


def to_number(value: Value) -> Number:
    """The number of a value; null and the empty text are 0 (§1.23.3). Raises Refused."""
    if type(value) in _NUMBER_TYPES:
        number: Number = value
        return number
    if value is None or value == "":
        return 0
    found = _number_in(value) if isinstance(value, str) else None
    if found is None:
        hint = "; texts are joined by +=" if isinstance(value, str) else ""
        raise Refused(f"{shown(value)} is {name_of(value)}, not a number{hint}")
    return found


def _number_in(text: str) -> Number | None:
    if _WHOLE.fullmatch(text):
        return int(text)
    return CONTEXT.plus(Decimal(text)) if _DECIMAL.fullmatch(text) else None


def to_boolean(value: Value) -> bool:
    """Whether a value is true; null is not, a text only if it says so (§1.23.4). Raises Refused."""
    if type(value) is bool:
        return value
    if value is None:
        return False
    if isinstance(value, str):
        return value.lower() == "true"
    raise Refused(f"{shown(value)} is {name_of(value)}, neither true nor false; compare it")


def is_empty(value: Value) -> bool:
    """`empty` (§1.11): null, a text, list or row that holds nothing."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def _arithmetic(symbol: str) -> Rule:
    whole, floating, exact = OPERATIONS[symbol]

    def run(frame: Frame, left: Value, right: Value) -> Value:
        left, right = to_number(left), to_number(right)
        kinds = {type(left), type(right)}
        rule = exact if Decimal in kinds else floating if float in kinds else whole
        return rule(frame, left, right)

    return run


def _remainder(frame: Frame, left: Value, right: Value) -> Value:
    """`%` (§1.7.4): it has the sign of the first, as Java's, where Python's has the second's."""
    left, right = to_number(left), to_number(right)
    if not right:
        raise ZeroDivisionError
    kinds = {type(left), type(right)}
    if Decimal in kinds:
        exact = [
            Decimal(repr(each)) if type(each) is float else Decimal(each) for each in (left, right)
        ]
        return CONTEXT.remainder(*exact)
    if float in kinds:
        return math.fmod(left, right)
    return int(math.copysign(1, left)) * (abs(left) % abs(right))


def negated(frame: Frame, value: Value) -> Value:
    """`-a` (§1.7.5)."""
    return _arithmetic("-")(frame, 0, value)


def joined(frame: Frame, left: Value, right: Value) -> str:
    """`a += b` (§1.8)."""
    texts = to_text(frame, left), to_text(frame, right)
    frame.make_text(len(texts[0]) + len(texts[1]))
    return "".join(texts)


def equal(frame: Frame, left: Value, right: Value) -> bool:
    """`==` (§1.9.2). It never fails: what cannot be coerced is unequal."""
    if left is None or right is None:
        return left is right
    kinds = type(left), type(right)
    if kinds[0] is not kinds[1]:
        if bool in kinds:
            return str in kinds and to_boolean(left) is to_boolean(right)
        left, right = _as_numbers(left, right)
    return equal_values(frame, left, right)


def _unequal(frame: Frame, left: Value, right: Value) -> bool:
    return not equal(frame, left, right)


def _as_numbers(left: Value, right: Value) -> tuple[Value, Value]:
    """A text that meets a number counts as the number that it writes, if it does."""
    kinds = {type(left), type(right)}
    if str not in kinds or not kinds & _NUMBER_TYPES:
        return left, right
    pair = [_number_in(each) if isinstance(each, str) else each for each in (left, right)]
    return (left, right) if None in pair else (pair[0], pair[1])


def _ordering(symbol: str) -> Rule:
    """`<` and its kin (§1.9.1): null comes before and after nothing."""
    compare, or_equal = COMPARISONS[symbol], symbol in ("<=", ">=")

    def run(frame: Frame, left: Value, right: Value) -> bool:
        if left is None or right is None:
            return or_equal and left is right
        pair = _as_numbers(left, right)
        try:
            return compare(frame, *pair)
        except Incomparable:
            names = f"{name_of(left)} and {name_of(right)}"
            raise Refused(f"{shown(left)} {symbol} {shown(right)}: {names} have no order") from None

    return run


_BY_SYMBOL: Mapping[str, Rule] = {
    "+": _arithmetic("+"),
    "-": _arithmetic("-"),
    "*": _arithmetic("*"),
    "/": _arithmetic("/"),
    "%": _remainder,
    "+=": joined,
    "==": equal,
    "!=": _unequal,
    **{symbol: _ordering(symbol) for symbol in ("<", "<=", ">", ">=")},
}
_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_WORDS |= {"div": "/", "mod": "%"}
# Operators by symbol and by word (§1.20).
OPERATORS: Mapping[str, Rule] = {
    **_BY_SYMBOL,
    **{word: _BY_SYMBOL[symbol] for word, symbol in _WORDS.items()},
}
