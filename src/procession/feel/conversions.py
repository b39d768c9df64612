"""Built-in functions that make a value of another type (DMN 1.3 and 1.4, 10.3.4.1, table 71)."""

from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.calendar import (
    checked_date,
    offset_fits,
    plus_months,
    zone_known,
)
from procession.feel.comparing import compare
from procession.feel.iso import read_date, read_date_time, read_duration, read_literal, read_time
from procession.feel.kinds import (
    NANOSECONDS,
    Date,
    DateTime,
    DaysTime,
    Range,
    Time,
    YearsMonths,
    months,
    whole,
)
from procession.feel.numbers import read_number
from procession.feel.printing import text_of

_SEPARATORS = (None, " ", ",", ".")


@builtin("number(from: string)")
def _number(frame: Frame, text: str) -> Value:
    return read_number(text.strip())


@builtin("number(from: number)")
def _same_number(frame: Frame, number: Decimal) -> Value:
    return number


@builtin("number(from: string, grouping separator: Any, decimal separator: Any)")
def _number_written(frame: Frame, text: str, grouping: Value, point: Value) -> Value:
    known = grouping in _SEPARATORS and point in (None, ",", ".")
    if not known or (grouping is not None and grouping == point) or len(text) > 100:
        return None
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == ",":
        text = "" if "." in text else text.replace(",", ".")
    return read_number(text)


@builtin("string(from: Any)")
def _string(frame: Frame, value: Value) -> Value:
    return None if value is None else text_of(frame.budget, value)


@builtin("date(from: string)")
def _date(frame: Frame, text: str) -> Value:
    return read_date(text)


@builtin("date(from: date)")
def _same_date(frame: Frame, date: Date) -> Value:
    return date


@builtin("date(from: date and time)")
def _date_of(frame: Frame, moment: DateTime) -> Value:
    return moment.date


@builtin("date(year: number, month: number, day: number)")
def _date_from_parts(frame: Frame, *parts: Decimal) -> Value:
    year, month, day = map(whole, parts)
    if year is None or month is None or day is None:
        return None
    return checked_date(year, month, day)


@builtin("time(from: string)")
def _time(frame: Frame, text: str) -> Value:
    return read_time(text)


@builtin("time(from: time)")
def _same_time(frame: Frame, time: Time) -> Value:
    return time


@builtin("time(from: date and time)")
def _time_of(frame: Frame, moment: DateTime) -> Value:
    return moment.time


@builtin("time(hour: number, minute: number, second: number, offset?: Any)")
def _time_from_parts(
    frame: Frame, hour: Decimal, minute: Decimal, second: Decimal, *offset: Value
) -> Value:
    time = _clock(hour, minute, second)
    shift = offset[0] if offset else None
    if time is None or shift is None:
        return time
    if type(shift) is not DaysTime or shift.nanoseconds % NANOSECONDS:
        return None
    seconds = shift.nanoseconds // NANOSECONDS
    return time._replace(offset=seconds) if offset_fits(seconds) else None


def _clock(hour: Decimal, minute: Decimal, second: Decimal) -> Time | None:
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not (0 <= hours < 24 and 0 <= minutes < 60):
        return None
    if not 0 <= second < 60:
        return None
    return Time((hours * 3600 + minutes * 60) * NANOSECONDS + int(second * NANOSECONDS))


@builtin("date and time(from: string)")
def _moment(frame: Frame, text: str) -> Value:
    return read_date_time(text)


@builtin("date and time(from: date and time)")
def _same_moment(frame: Frame, moment: DateTime) -> Value:
    return moment


@builtin("date and time(date: date, time: time)")
def _moment_of_date(frame: Frame, date: Date, time: Time) -> Value:
    return DateTime(date, time)


@builtin("date and time(date: date and time, time: time)")
def _moment_of_moment(frame: Frame, moment: DateTime, time: Time) -> Value:
    return DateTime(moment.date, time)


@builtin("date and time(date: date and time, timezone: string)")
def _moved_to_zone(frame: Frame, moment: DateTime, zone: str) -> Value:
    time = Time(moment.time.nanosecond, zone=zone)
    return DateTime(moment.date, time) if zone_known(zone) else None


@builtin(
    "date and time(year: number, month: number, day: number,"
    " hour: number, minute: number, second: number, offset?: Any)"
)
def _moment_from_parts(frame: Frame, *parts: Value) -> Value:
    date = _date_from_parts(frame, *parts[:3])
    shift = parts[6] if len(parts) > 6 else None
    if type(shift) is str:
        time = _clock(*parts[3:6])
        time = time._replace(zone=shift) if time and zone_known(shift) else None
    else:
        time = _time_from_parts(frame, *parts[3:])
    return None if date is None or time is None else DateTime(date, time)


@builtin("duration(from: string)")
def _duration(frame: Frame, text: str) -> Value:
    return read_duration(text)


@builtin("duration(from: days and time duration or years and months duration)")
def _same_duration(frame: Frame, duration: DaysTime | YearsMonths) -> Value:
    return duration


@builtin(
    "years and months duration(from: date, to: date)",
    "years and months duration(from: date and time, to: date and time)",
)
def _months_between(frame: Frame, start: Date | DateTime, end: Date | DateTime) -> Value:
    """Whole months only, towards zero."""
    first, last = _day(start), _day(end)
    count = (last.year - first.year) * 12 + last.month - first.month
    reached = plus_months(first, count)
    if reached is not None and count > 0 and reached > last:
        count -= 1
    elif reached is not None and count < 0 and reached < last:
        count += 1
    return months(count)


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("range(from: string)")
def _range(frame: Frame, text: str) -> Value:
    low_text, dots, high_text = text[1:-1].partition("..")
    if not dots or text[0] not in "[(]" or text[-1] not in "])[":
        return None
    low_closed, high_closed = text[0] == "[", text[-1] == "]"
    low, high = _end(low_text), _end(high_text)
    # An end that is left out is infinite, and no range holds that.
    if (low is None and (low_text.strip() or low_closed)) or (
        high is None and (high_text.strip() or high_closed)
    ):
        return None
    if low is None and high is None:
        return None
    if low is not None and high is not None and compare(low, high) not in (-1, 0):
        return None
    return Range(low, high, low_closed, high_closed)


def _end(text: str) -> Value:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    call = text.partition("(")
    if call[0].strip() in _CALLS and text.endswith(")"):
        text = f"@{call[2][:-1].strip()}"
    if text.startswith('@"') and text.endswith('"'):
        return read_literal(text[2:-1])
    return read_number(text)


_CALLS = ("date", "time", "date and time", "duration")
