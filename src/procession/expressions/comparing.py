"""Which values are equal, which comes first, and what holds what.

Rule: equality never fails: values of different types are unequal, None equals only itself, numbers
are equal if they are written alike (0.1 and a Float 0.1), and a Guid equals the text that writes
it. Order needs two values of one type, or two numbers.
"""

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

from procession.core.values import DEPTH_MAX, Value, guid
from procession.expressions.arithmetic import exact
from procession.expressions.budget import LONG_TEXT, Frame, Refused
from procession.expressions.types import PYTHON_TYPES, name_of

Comparison = Callable[[Frame, Value, Value], bool]

ORDERED = ("Integer", "Float", "Decimal", "Text", "DateTime", "Date", "Time", "Duration")
_ORDERED_TYPES = frozenset(PYTHON_TYPES[name] for name in ORDERED if name != "Text")
_EXACT_PAIRS = frozenset({(float, Decimal), (Decimal, float)})
# Python compares these two exactly by itself.
_NATIVE_PAIRS = frozenset({(int, float), (float, int), (int, Decimal), (Decimal, int)})
_SIMPLE_TYPES = frozenset(
    PYTHON_TYPES[name] for name in PYTHON_TYPES if name not in ("Text", "List", "Row")
)


def equal(frame: Frame, left: Value, right: Value) -> bool:
    """Whether two values are equal. Raises Refused only where the budget ends."""
    kind = type(left)
    if kind is type(right) and kind in _SIMPLE_TYPES:
        return bool(left == right)
    special = _EQUALITY.get((kind, type(right)))
    return special is not None and special(frame, left, right)


def unequal(frame: Frame, left: Value, right: Value) -> bool:
    return not equal(frame, left, right)


def _equal_texts(frame: Frame, left: str, right: str) -> bool:
    if len(left) > LONG_TEXT and len(left) == len(right):
        frame.read_text(left)
    return left == right


def _natively(frame: Frame, left: Value, right: Value) -> bool:
    return bool(left == right)


def _exactly(frame: Frame, left: Value, right: Value) -> bool:
    return exact(left) == exact(right)


def _equal_guid(frame: Frame, left: UUID, right: str) -> bool:
    return left == guid(right[:40])


def _guid_equal(frame: Frame, left: str, right: UUID) -> bool:
    return right == guid(left[:40])


def _equal_lists(frame: Frame, left: list[Value], right: list[Value]) -> bool:
    if left is right or len(left) != len(right):
        return left is right
    _descend(frame, len(left))
    answer = all(equal(frame, *pair) for pair in zip(left, right, strict=True))
    frame.depth -= 1
    return answer


def _equal_rows(frame: Frame, left: Mapping[str, Value], right: Mapping[str, Value]) -> bool:
    if left is right or left.keys() != right.keys():
        return left is right
    _descend(frame, len(left))
    answer = all(equal(frame, value, right[column]) for column, value in left.items())
    frame.depth -= 1
    return answer


def _descend(frame: Frame, length: int) -> None:
    frame.spend(4 + 3 * length)
    frame.depth += 1
    if frame.depth > DEPTH_MAX:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")


_EQUALITY: Mapping[tuple[type, type], Comparison] = {
    (str, str): _equal_texts,
    **dict.fromkeys(_NATIVE_PAIRS, _natively),
    **dict.fromkeys(_EXACT_PAIRS, _exactly),
    (UUID, str): _equal_guid,
    (str, UUID): _guid_equal,
    (list, list): _equal_lists,
    (dict, dict): _equal_rows,
}


def _ordering(compare: Callable[[Value, Value], bool]) -> Comparison:
    def run(frame: Frame, left: Value, right: Value) -> bool:
        kinds = type(left), type(right)
        if (kinds[0] is kinds[1] and kinds[0] in _ORDERED_TYPES) or kinds in _NATIVE_PAIRS:
            return compare(left, right)
        if kinds in _EXACT_PAIRS:
            return compare(exact(left), exact(right))
        if kinds != (str, str):
            raise Incomparable
        frame.read_text(left)
        return compare(left, right)

    return run


class Incomparable(Refused):
    """Two values of which none comes first; whoever catches it says which two."""


def contains(frame: Frame, item: Value, whole: Value) -> bool:
    """`item in whole`: an item of a list, a column of a row, or a part of a text."""
    if isinstance(whole, list):
        frame.spend(len(whole))
        return any(equal(frame, item, other) for other in whole)
    if isinstance(whole, str) and isinstance(item, str):
        frame.read_text(whole)
        return item in whole
    if isinstance(whole, dict):
        return isinstance(item, str) and item in whole
    raise Incomparable


def lacks(frame: Frame, item: Value, whole: Value) -> bool:
    return not contains(frame, item, whole)


less = _ordering(operator.lt)

COMPARISONS: Mapping[str, Comparison] = {
    "==": equal,
    "!=": unequal,
    "<": less,
    "<=": _ordering(operator.le),
    ">": _ordering(operator.gt),
    ">=": _ordering(operator.ge),
    "in": contains,
    "not in": lacks,
}


def sort_keys(frame: Frame, values: list[Value]) -> list[Value]:
    """What to sort values by, natively. Raises Refused where they have no order."""
    frame.spend(len(values))
    kinds = set(map(type, values))
    if kinds <= {int, float, Decimal}:
        keys = [exact(value) for value in values] if kinds >= {float, Decimal} else list(values)
    elif len(kinds) == 1 and kinds <= _ORDERED_TYPES | {str}:
        keys = list(values)
    else:
        names = sorted({name_of(value) for value in values})
        raise Refused(f"values that have no order: {', '.join(names)}")
    _charge_sorting(frame, keys)
    return keys


def _charge_sorting(frame: Frame, keys: list[Value]) -> None:
    rounds = max(1, math.ceil(math.log2(len(keys) + 1)))
    long = sum(len(key) for key in keys if isinstance(key, str) and len(key) > LONG_TEXT)
    frame.spend(rounds * (len(keys) // 4 + long // LONG_TEXT))
