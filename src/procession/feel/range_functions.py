"""How ranges and points lie to each other (DMN 1.3, 10.3.4.8 and table 78).

Rule: each end of a range is a bound: its value, and whether it lies a little before or after it.
Bounds have an order, and every function is a comparison of bounds.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.comparing import compare
from procession.feel.kinds import Range


class Bound(NamedTuple):
    """A place on the line. `side`: -1 and 1 are the infinite ends; `beside`: -1, 0 or 1."""

    side: int
    value: Value
    beside: int


class Incomparable(ValueError):
    """Two bounds that have no order: the function's answer is null."""


def _bounds(value: Value) -> tuple[Bound, Bound]:
    if type(value) is not Range:
        point = Bound(0, value, 0)
        return point, point
    low = Bound(0, value.low, 0 if value.low_closed else 1)
    high = Bound(0, value.high, 0 if value.high_closed else -1)
    return (
        Bound(-1, None, 0) if value.low is None else low,
        Bound(1, None, 0) if value.high is None else high,
    )


def _order(left: Bound, right: Bound) -> int:
    if left.side or right.side:
        return (left.side > right.side) - (left.side < right.side)
    order = compare(left.value, right.value)
    if order is None:
        raise Incomparable
    return order or (left.beside > right.beside) - (left.beside < right.beside)


def _touch(left: Bound, right: Bound) -> bool:
    # Two infinite ends never meet.
    return not left.side and _order(left, right) == 0 and left.beside == 0


Relation = Callable[[Value, Value], bool]


def _before(left: Value, right: Value) -> bool:
    return _order(_bounds(left)[1], _bounds(right)[0]) < 0


def _meets(left: Value, right: Value) -> bool:
    return _touch(_bounds(left)[1], _bounds(right)[0])


def _overlaps(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    return _order(high, other_low) >= 0 and _order(low, other_high) <= 0


def _overlaps_before(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    starts_first = _order(low, other_low) < 0
    return starts_first and _order(high, other_low) >= 0 and _order(high, other_high) <= 0


def _overlaps_after(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    starts_last = _order(other_low, low) < 0
    return starts_last and _order(other_high, low) >= 0 and _order(other_high, high) <= 0


def _finishes(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    return _order(high, other_high) == 0 and _order(low, other_low) >= 0


def _starts(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    return _order(low, other_low) == 0 and _order(high, other_high) <= 0


def _during(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    return _order(low, other_low) >= 0 and _order(high, other_high) <= 0


def _coincides(left: Value, right: Value) -> bool:
    (low, high), (other_low, other_high) = _bounds(left), _bounds(right)
    return _order(low, other_low) == 0 and _order(high, other_high) == 0


def _swapped(relation: Relation) -> Relation:
    return lambda left, right: relation(right, left)


_POINT_RANGE = ("point: Any, range: range",)
_RANGE_POINT = ("range: range, point: Any",)
_RANGES = ("range1: range, range2: range",)

# Each with the kinds of arguments that it takes, points where the standard has points.
RELATIONS: Mapping[str, tuple[Relation, tuple[str, ...]]] = {
    "before": (_before, (*_RANGES, *_RANGE_POINT, *_POINT_RANGE, "point1: Any, point2: Any")),
    "after": (
        _swapped(_before),
        (*_RANGES, *_RANGE_POINT, *_POINT_RANGE, "point1: Any, point2: Any"),
    ),
    "meets": (_meets, _RANGES),
    "met by": (_swapped(_meets), _RANGES),
    "overlaps": (_overlaps, _RANGES),
    "overlaps before": (_overlaps_before, _RANGES),
    "overlaps after": (_overlaps_after, _RANGES),
    "finishes": (_finishes, (*_RANGES, *_POINT_RANGE)),
    "finished by": (_swapped(_finishes), (*_RANGES, *_RANGE_POINT)),
    "includes": (_swapped(_during), (*_RANGES, *_RANGE_POINT)),
    "during": (_during, (*_RANGES, *_POINT_RANGE)),
    "starts": (_starts, (*_RANGES, *_POINT_RANGE)),
    "started by": (_swapped(_starts), (*_RANGES, *_RANGE_POINT)),
    "coincides": (_coincides, (*_RANGES, "point1: Any, point2: Any")),
}


def _registered(relation: Relation) -> Callable[[Frame, Value, Value], Value]:
    return lambda frame, left, right: relation(left, right)


for _name, (_relation, _kinds) in RELATIONS.items():
    builtin(*(f"{_name}({_kind})" for _kind in _kinds))(_registered(_relation))
