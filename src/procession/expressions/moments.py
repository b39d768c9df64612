"""Dates, times and durations. There is no `now()`: a formula gives the same result at any time.

Rule: a DateTime is always in UTC; a text becomes one as it does for a parameter (values.py).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from procession.core.values import DataType, Kind, Value, convert
from procession.expressions.arithmetic import CONTEXT, Number, exact
from procession.expressions.budget import Frame, Refused, checked_integer

FORMAT = re.compile(r"(?:%[YmdHMSyj%]|[^%]){1,100}")


def date_of(frame: Frame, value: Value, *rest: int, **named: int) -> date:
    """`date("2026-01-31")`, `date(moment)` or `date(2026, 1, 31)`."""
    if isinstance(value, int):
        return _day(value, _parts(("month", "day"), rest, named))
    _check_alone("date", rest, named)
    found: date = convert("date()", Kind(DataType.DATE), value)
    return found


def datetime_of(frame: Frame, value: Value, *rest: int, **named: int) -> datetime:
    """`datetime("2026-01-31T13:45:00Z")`, `datetime(date)` or `datetime(2026, 1, 31, 13, 45)`."""
    if isinstance(value, int):
        parts = _parts(("month", "day", "hour", "minute", "second"), rest, named)
        return datetime.combine(_day(value, parts), _clock(parts), tzinfo=UTC)
    _check_alone("datetime", rest, named)
    found: datetime = convert("datetime()", Kind(DataType.DATE_TIME), value)
    return found


def time_of(frame: Frame, value: Value, *rest: int, **named: int) -> time:
    """`time("13:45")`, `time(moment)` or `time(13, 45)`."""
    if isinstance(value, int):
        return _clock({"hour": value, **_parts(("minute", "second"), rest, named)})
    _check_alone("time", rest, named)
    found: time = convert("time()", Kind(DataType.TIME), value)
    return found


def _parts(
    names: tuple[str, ...], rest: tuple[int, ...], named: Mapping[str, int]
) -> Mapping[str, int]:
    return {**dict(zip(names, rest, strict=False)), **named}


def _day(year: int, parts: Mapping[str, int]) -> date:
    return date(year, parts.get("month", 1), parts.get("day", 1))


def _clock(parts: Mapping[str, int]) -> time:
    return time(parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0))


def _check_alone(name: str, rest: tuple[int, ...], named: Mapping[str, int]) -> None:
    if rest or named:
        raise Refused(f"{name}() takes one value, or numbers only")


def duration_of(unit: timedelta) -> Callable[[Frame, Number], timedelta]:
    """A function such as `days`: so many of a unit."""

    def run(frame: Frame, number: Number) -> timedelta:
        return multiplied(frame, unit, number)

    return run


def part_of(name: str) -> Callable[[Frame, Value], int]:
    """A function such as `year`: that part of a date or time."""

    def run(frame: Frame, moment: Value) -> int:
        part: int = getattr(moment, name)
        return part

    return run


def weekday(frame: Frame, moment: date) -> int:
    """1 is Monday, 7 is Sunday (ISO 8601)."""
    return moment.isoweekday()


def add_months(frame: Frame, moment: date, months: int) -> date:
    """The same day so many months later; the last day of that month where there is no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = checked_integer(moment.year + years)
    last = _last_day(year, month + 1)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _last_day(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - timedelta(days=1)).day


def shift(frame: Frame, moment: datetime, by: timedelta) -> datetime:
    return moment + by


def shift_back(frame: Frame, moment: datetime, by: timedelta) -> datetime:
    return moment - by


def shift_date(frame: Frame, day: date, by: timedelta) -> date:
    # Python would drop the hours without a word.
    if by % timedelta(days=1):
        raise Refused("a Date moves by whole days only; use datetime(…) to add hours")
    return day + by


def shift_date_back(frame: Frame, day: date, by: timedelta) -> date:
    return shift_date(frame, day, -by)


def between(frame: Frame, left: datetime, right: datetime) -> timedelta:
    return left - right


def add_durations(frame: Frame, left: timedelta, right: timedelta) -> timedelta:
    return left + right


def subtract_durations(frame: Frame, left: timedelta, right: timedelta) -> timedelta:
    return left - right


def multiplied(frame: Frame, duration: timedelta, number: Number) -> timedelta:
    count = CONTEXT.multiply(exact(number), _microseconds(duration))
    return timedelta(microseconds=round(count))


def multiplied_by(frame: Frame, number: Number, duration: timedelta) -> timedelta:
    return multiplied(frame, duration, number)


def divided(frame: Frame, duration: timedelta, number: Number) -> timedelta:
    return timedelta(microseconds=round(CONTEXT.divide(_microseconds(duration), exact(number))))


def ratio(frame: Frame, left: timedelta, right: timedelta) -> Decimal:
    """How often one duration goes into another: `(Due - Start) / days(1)`."""
    return CONTEXT.divide(_microseconds(left), _microseconds(right))


def _microseconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(microseconds=1))


def whole_ratio(frame: Frame, left: timedelta, right: timedelta) -> int:
    return left // right
