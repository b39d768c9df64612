"""What stands behind a dot: entries of contexts, parts of dates, times, durations and ranges.

Rule: DMN 1.3, 10.3.2.5 and table 65; a list gives the list of its items' entries.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.calendar import (
    days_of,
    nanoseconds_of,
    nanoseconds_of_time,
    offset_of,
    offset_of_time,
    weekday,
)
from procession.feel.kinds import (
    DAY_NANOSECONDS,
    NANOSECONDS,
    Date,
    DateTime,
    DaysTime,
    Range,
    Time,
    YearsMonths,
)
from procession.feel.numbers import CONTEXT

Property = Callable[[Value], Value]


def entry(frame: Frame, value: Value, name: str) -> Value:
    """`value.name`."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        frame.budget.make_list(len(value))
        return [_of_item(item, name) for item in value]
    return _of_item(value, name)


def _of_item(value: Value, name: str) -> Value:
    if type(value) is dict:
        return value.get(name)
    properties = _PROPERTIES.get(type(value), _NONE)
    return properties[name](value) if name in properties else None


_NONE: Mapping[str, Property] = {}


def seconds(count: int) -> Decimal:
    """Nanoseconds as a number of seconds."""
    return CONTEXT.divide(Decimal(count), Decimal(NANOSECONDS))


def _second(time: Time) -> Decimal:
    return seconds(time.nanosecond % (60 * NANOSECONDS))


def _offset(shift: int | None) -> Value:
    return None if shift is None else DaysTime(shift * NANOSECONDS)


def _part(duration: DaysTime, size: int, limit: int) -> Decimal:
    count = abs(duration.nanoseconds) // (size * NANOSECONDS) % limit
    return Decimal(-count if duration.nanoseconds < 0 else count)


def _remainder(duration: DaysTime) -> Decimal:
    part = seconds(abs(duration.nanoseconds) % (60 * NANOSECONDS))
    return CONTEXT.minus(part) if duration.nanoseconds < 0 else part


def _years(duration: YearsMonths) -> Decimal:
    years = abs(duration.months) // 12
    return Decimal(-years if duration.months < 0 else years)


def _months(duration: YearsMonths) -> Decimal:
    months = abs(duration.months) % 12
    return Decimal(-months if duration.months < 0 else months)


_OF_DATE: Mapping[str, Property] = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(weekday(date)),
}
_OF_TIME: Mapping[str, Property] = {
    "hour": lambda time: Decimal(time.nanosecond // (3600 * NANOSECONDS)),
    "minute": lambda time: Decimal(time.nanosecond // (60 * NANOSECONDS) % 60),
    "second": _second,
    "timezone": lambda time: time.zone,
}


def _of_part(part: Callable[[DateTime], Value], inner: Property) -> Property:
    return lambda moment: inner(part(moment))


_PROPERTIES: Mapping[type, Mapping[str, Property]] = {
    Date: {**_OF_DATE, "value": lambda date: seconds(days_of(date) * DAY_NANOSECONDS)},
    Time: {
        **_OF_TIME,
        "time offset": lambda time: _offset(offset_of_time(time)),
        "value": lambda time: seconds(nanoseconds_of_time(time)),
    },
    DateTime: {
        **{name: _of_part(lambda moment: moment.date, each) for name, each in _OF_DATE.items()},
        **{name: _of_part(lambda moment: moment.time, each) for name, each in _OF_TIME.items()},
        "time offset": lambda moment: _offset(offset_of(moment)),
        "value": lambda moment: seconds(nanoseconds_of(moment)),
    },
    YearsMonths: {
        "years": _years,
        "months": _months,
        "value": lambda duration: Decimal(duration.months),
    },
    DaysTime: {
        "days": lambda duration: _part(duration, 86_400, 10**30),
        "hours": lambda duration: _part(duration, 3600, 24),
        "minutes": lambda duration: _part(duration, 60, 60),
        "seconds": _remainder,
        "value": lambda duration: seconds(duration.nanoseconds),
    },
    Range: {
        "start": lambda whole: whole.low,
        "end": lambda whole: whole.high,
        "start included": lambda whole: whole.low_closed,
        "end included": lambda whole: whole.high_closed,
    },
}
