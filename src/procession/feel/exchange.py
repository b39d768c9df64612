"""Values on their way into FEEL and out of it.

Rule: a process knows no durations, ranges and years past 9999; they leave FEEL as their text. A
function cannot leave it at all. Numbers come out whole wherever they are whole.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from procession.core.values import DEPTH_MAX, INTEGER_BITS_MAX, Value
from procession.feel.budget import Budget, Refused
from procession.feel.kinds import NANOSECONDS, Date, DateTime, DaysTime, Range, Time, YearsMonths
from procession.feel.numbers import CONTEXT
from procession.feel.printing import text_of

_INTEGER_MAX = 2**INTEGER_BITS_MAX


def to_feel(budget: Budget, value: Value, depth: int = DEPTH_MAX) -> Value:
    """The FEEL value of a process's value. What FEEL has already is passed on as it stands."""
    convert = _INTO.get(type(value))
    if convert:
        return convert(value)
    if not isinstance(value, list | tuple | dict) or isinstance(value, _FEEL_TUPLES):
        return value
    if depth == 0:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")
    budget.make_list(len(value))
    if isinstance(value, dict):
        return {str(name): to_feel(budget, item, depth - 1) for name, item in value.items()}
    return [to_feel(budget, item, depth - 1) for item in value]


_FEEL_TUPLES = (Date, Time, DateTime, YearsMonths, DaysTime)


def _number(value: float) -> Value:
    number = Decimal(repr(value))
    return number if number.is_finite() else None


def _decimal(value: Decimal) -> Value:
    return CONTEXT.plus(value) if value.is_finite() else None


def _date(value: date) -> Date:
    return Date(value.year, value.month, value.day)


def _time(value: time | datetime) -> Time:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    of_day = seconds * NANOSECONDS + value.microsecond * 1000
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
        return Time(of_day, zone=value.tzinfo.key)
    offset = value.utcoffset()
    return Time(of_day, None if offset is None else offset // timedelta(seconds=1))


def _moment(value: datetime) -> DateTime:
    return DateTime(_date(value), _time(value))


def _duration(value: timedelta) -> DaysTime:
    return DaysTime(value // timedelta(microseconds=1) * 1000)


_INTO: Mapping[type, Callable[..., Value]] = {
    int: Decimal,
    float: _number,
    Decimal: _decimal,
    datetime: _moment,
    date: _date,
    time: _time,
    timedelta: _duration,
    UUID: str,
}


def from_feel(budget: Budget, value: Value, depth: int = DEPTH_MAX) -> Value:
    """The process's value of a FEEL value. Raises Refused where there is none."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return _plain_number(value)
    if depth == 0:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")
    if kind is list:
        budget.make_list(len(value))
        return [from_feel(budget, item, depth - 1) for item in value]
    if kind is dict:
        budget.make_list(len(value))
        return {name: from_feel(budget, item, depth - 1) for name, item in value.items()}
    return _plain(budget, value)


def _plain_number(number: Decimal) -> int | Decimal:
    if number.adjusted() < 20 and number == number.to_integral_value():
        whole = int(number)
        if abs(whole) < _INTEGER_MAX:
            return whole
    return number


def _plain(budget: Budget, value: Value) -> Value:
    convert = _OUT_OF.get(type(value))
    plain = convert(value) if convert else None
    if plain is not None:
        return plain
    if isinstance(value, (*_FEEL_TUPLES, Range)):
        return text_of(budget, value)
    raise Refused("a function is no value of a process; call it, such as f(1)")


def _plain_date(value: Date) -> date | None:
    return date(*value) if 1 <= value.year <= 9999 else None


def _plain_time(value: Time) -> time | None:
    if value.zone:
        return None
    rest, microsecond = divmod(value.nanosecond // 1000, 1_000_000)
    minutes, second = divmod(rest, 60)
    clock = time(minutes // 60, minutes % 60, second, microsecond)
    if value.offset is None:
        return clock
    return clock.replace(tzinfo=timezone(timedelta(seconds=value.offset)))


def _plain_moment(value: DateTime) -> datetime | None:
    day, clock = _plain_date(value.date), _plain_time(value.time._replace(zone=None, offset=None))
    if day is None or clock is None:
        return None
    if value.time.zone:
        return datetime.combine(day, clock, tzinfo=ZoneInfo(value.time.zone))
    if value.time.offset is None:
        return datetime.combine(day, clock)
    return datetime.combine(day, clock, tzinfo=timezone(timedelta(seconds=value.time.offset)))


_OUT_OF: Mapping[type, Callable[..., Value]] = {
    Date: _plain_date,
    Time: _plain_time,
    DateTime: _plain_moment,
}
