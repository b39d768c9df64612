"""Equality, order and membership (DMN 1.3, 10.3.2.15, tables 52 to 55).

Rule: values of different kinds are neither equal nor unequal: the answer is null. Only null may be
compared with everything, and equals nothing but itself.
"""

from decimal import Decimal

from procession.core.values import Value
from procession.feel.calendar import (
    nanoseconds_of,
    nanoseconds_of_time,
    offset_of,
    offset_of_time,
)
from procession.feel.kinds import (
    DURATIONS,
    Date,
    DateTime,
    Range,
    Time,
)

_PLAIN = (str, Decimal, bool, Date, *DURATIONS)
_ORDERED = (Decimal, str, Date, *DURATIONS)


def equal(left: Value, right: Value) -> bool | None:
    """`left = right`."""
    if left is None or right is None:
        return bool(left is right)
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _PLAIN:
        return bool(left == right)
    return bool(key(left) == key(right))


def unequal(left: Value, right: Value) -> bool | None:
    """`left != right`."""
    answer = equal(left, right)
    return None if answer is None else not answer


def key(value: Value) -> Value:
    """What is the same for equal values and no others, and can be looked up at once."""
    kind = type(value)
    if kind in _PLAIN or value is None:
        return (kind, value)
    if kind is list:
        return (kind, tuple(map(key, value)))
    if kind is dict:
        return (kind, frozenset((name, key(item)) for name, item in value.items()))
    if kind is DateTime:
        return (kind, value.time.local, nanoseconds_of(value))
    if kind is Time:
        return (kind, value.local, nanoseconds_of_time(value))
    if kind is Range:
        return (kind, key(value.low), key(value.high), value.low_closed, value.high_closed)
    return (kind, id(value))


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1 as `left` is less than, equal to or greater than `right`; None: no such order."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind not in _ORDERED:
        if kind not in (DateTime, Time) or _local(left) is not _local(right):
            return None
        measure = nanoseconds_of if kind is DateTime else nanoseconds_of_time
        left, right = measure(left), measure(right)
    return int(left > right) - int(left < right)


def _local(value: Value) -> bool:
    return value.time.local if type(value) is DateTime else value.local


def less(left: Value, right: Value) -> bool | None:
    """`left < right`."""
    order = compare(left, right)
    return None if order is None else order < 0


def less_or_equal(left: Value, right: Value) -> bool | None:
    """`left <= right`."""
    order = compare(left, right)
    return None if order is None else order <= 0


def greater(left: Value, right: Value) -> bool | None:
    """`left > right`."""
    order = compare(left, right)
    return None if order is None else order > 0


def greater_or_equal(left: Value, right: Value) -> bool | None:
    """`left >= right`."""
    order = compare(left, right)
    return None if order is None else order >= 0


def between(value: Value, low: Value, high: Value) -> bool | None:
    """`value between low and high`: both ends belong to it."""
    return both(greater_or_equal(value, low), less_or_equal(value, high))


def both(left: Value, right: Value) -> bool | None:
    """`left and right` in three-valued logic (table 50)."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Value, right: Value) -> bool | None:
    """`left or right` in three-valued logic (table 50)."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negated(value: Value) -> bool | None:
    """`not(value)`: null of everything that is no boolean."""
    return not value if value is True or value is False else None


def make_range(low: Value, high: Value, low_closed: bool, high_closed: bool) -> Range | None:
    """`[low..high]`, if there is an order between its ends."""
    if compare(low, high) is None:
        return None
    return Range(low, high, low_closed, high_closed)


def included(value: Value, whole: Range) -> bool | None:
    """Whether a value lies within a range."""
    above: bool | None = True
    below: bool | None = True
    if whole.low is not None:
        above = (greater_or_equal if whole.low_closed else greater)(value, whole.low)
    if whole.high is not None:
        below = (less_or_equal if whole.high_closed else less)(value, whole.high)
    return both(above, below)


def member(value: Value, test: Value) -> bool | None:
    """`value in test`, where the test is a range, a list of values and ranges, or a value."""
    if type(test) is Range:
        return equal(value, test) if type(value) is Range else included(value, test)
    if type(test) is not list:
        return equal(value, test)
    if type(value) is list and equal(value, test):
        return True
    return any(_holds(value, item) for item in test)


def _holds(value: Value, item: Value) -> bool:
    if type(item) is Range:
        return member(value, item) is True
    if type(item) is list and type(value) is not list:
        return any(_holds(value, inner) for inner in item)
    return equal(value, item) is True


def same(left: Value, right: Value) -> bool:
    """`is(left, right)`: the same type and the same value in every part of it (10.3.4.7)."""
    if type(left) is not type(right):
        return False
    if isinstance(left, DateTime):
        return left.date == right.date and _same_time(left.time, right.time, left, right)
    if isinstance(left, Time):
        return left.nanosecond == right.nanosecond and offset_of_time(left) == offset_of_time(right)
    return equal(left, right) is True


def _same_time(left: Time, right: Time, whole: DateTime, other: DateTime) -> bool:
    return left.nanosecond == right.nanosecond and offset_of(whole) == offset_of(other)
