"""Values as text: what `string()` gives (DMN 1.3, table 71); lists and contexts as FEEL writes.

Rule: a text is weighed before it is made, since a list may hold one list many times.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from procession.core.values import DEPTH_MAX, TEXT_LENGTH_MAX, Value
from procession.feel.budget import Budget, Refused
from procession.feel.iso import (
    write_date,
    write_date_time,
    write_days_time,
    write_time,
    write_years_months,
)
from procession.feel.kinds import Date, DateTime, DaysTime, Range, Time, YearsMonths
from procession.feel.numbers import write_number

_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z0-9_]+)*")
_WRITERS: Mapping[type, Callable[[Value], str]] = {
    Decimal: write_number,
    bool: lambda value: "true" if value else "false",
    Date: write_date,
    Time: write_time,
    DateTime: write_date_time,
    YearsMonths: write_years_months,
    DaysTime: write_days_time,
    type(None): lambda value: "null",
}


def text_of(budget: Budget, value: Value) -> str:
    """The text of a value; that of a string is itself."""
    if type(value) is str:
        return value
    writer = _WRITERS.get(type(value))
    if writer:
        return writer(value)
    text = "".join(_parts(budget, value, DEPTH_MAX, [TEXT_LENGTH_MAX]))
    budget.make_text(len(text))
    return text


def _parts(budget: Budget, value: Value, depth: int, left: list[int]) -> list[str]:
    budget.spend(1)
    if depth == 0:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")
    if type(value) is list:
        return _row(budget, "[]", [("", item) for item in value], (depth, left))
    if type(value) is dict:
        items = [(f"{_name(name)}: ", item) for name, item in value.items()]
        return _row(budget, "{}", items, (depth, left))
    text = _range(budget, value, (depth, left)) if type(value) is Range else _atom(value)
    left[0] -= len(text)
    if left[0] < 0:
        raise Refused(f"a string of more than {TEXT_LENGTH_MAX} characters")
    return [text]


def _row(
    budget: Budget, ends: str, items: list[tuple[str, Value]], bounds: tuple[int, list[int]]
) -> list[str]:
    parts = [ends[0]]
    for index, (name, item) in enumerate(items):
        parts.append(f"{', ' if index else ''}{name}")
        parts += _parts(budget, item, bounds[0] - 1, bounds[1])
    return [*parts, ends[1]]


def _name(name: str) -> str:
    return name if _SIMPLE_NAME.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _atom(value: Value) -> str:
    if type(value) is str:
        return _quoted(value)
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else "function"


def _range(budget: Budget, value: Range, bounds: tuple[int, list[int]]) -> str:
    low, high = (
        "" if end is None else "".join(_parts(budget, end, bounds[0] - 1, bounds[1]))
        for end in (value.low, value.high)
    )
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"
