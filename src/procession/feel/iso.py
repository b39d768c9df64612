"""Dates, times and durations as text: read and written as XML Schema does (DMN 1.3, 10.3.2.3).

Rule: what cannot be read is None; what was written is read back as the same value.
"""

import re

from procession.core.values import Value
from procession.feel.calendar import checked_date, offset_fits, zone_known
from procession.feel.kinds import (
    DAY_NANOSECONDS,
    NANOSECONDS,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    months,
    nanoseconds,
)

_TEXT_LENGTH_MAX = 100
_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@(.+))?"
)
_YEARS_MONTHS = re.compile(r"(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?")
_DAYS_TIME = re.compile(
    r"(-?)P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]+))?S)?)?"
)


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))


def read_date(text: str) -> Date | None:
    """`2017-08-30`."""
    match = _DATE.fullmatch(text)
    return checked_date(int(match[1]), int(match[2]), int(match[3])) if match else None


def read_time(text: str) -> Time | None:
    """`23:59:00`, with a fraction, `Z`, an offset or `@Europe/Paris`."""
    match = _TIME.fullmatch(text) if len(text) <= _TEXT_LENGTH_MAX else None
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    if hour > 23 or minute > 59 or second > 59:
        return None
    of_day = (hour * 3600 + minute * 60 + second) * NANOSECONDS + _nanoseconds(match[4])
    if match[10]:
        return Time(of_day, zone=match[10]) if zone_known(match[10]) else None
    if match[5]:
        return Time(of_day, offset=0)
    return _with_offset(of_day, match) if match[6] else Time(of_day)


def _with_offset(of_day: int, match: re.Match[str]) -> Time | None:
    hours, minutes, seconds = int(match[7]), int(match[8]), int(match[9] or 0)
    offset = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or not offset_fits(offset):
        return None
    return Time(of_day, offset=-offset if match[6] == "-" else offset)


def read_date_time(text: str) -> DateTime | None:
    """`2017-08-30T23:59:00`; a date alone is its midnight, local."""
    day, separator, rest = text.partition("T")
    date = read_date(day)
    time = read_time(rest) if separator else Time(0)
    return None if date is None or time is None else DateTime(date, time)


def read_duration(text: str) -> YearsMonths | DaysTime | None:
    """`P1Y2M` or `P1DT2H3M4.5S`, and `-P…` of both."""
    if len(text) > _TEXT_LENGTH_MAX or text.endswith(("P", "T")):
        return None
    match = _YEARS_MONTHS.fullmatch(text)
    if match:
        count = 12 * int(match[2] or 0) + int(match[3] or 0)
        return months(-count if match[1] else count)
    match = _DAYS_TIME.fullmatch(text)
    if not match:
        return None
    seconds = sum(int(match[i] or 0) * size for i, size in ((2, 86400), (3, 3600), (4, 60), (5, 1)))
    total = seconds * NANOSECONDS + _nanoseconds(match[6])
    return nanoseconds(-total if match[1] else total)


def read_literal(text: str) -> Value:
    """What `@"…"` means: a date, time, date and time, or duration; None if it is none of them."""
    for read in (read_date, read_time, read_duration, read_date_time):
        value = read(text)
        if value is not None:
            return value
    return None


def write_date(date: Date) -> str:
    """As `read_date` reads it."""
    sign = "-" if date.year < 0 else ""
    return f"{sign}{abs(date.year):04}-{date.month:02}-{date.day:02}"


def write_time(time: Time) -> str:
    """As `read_time` reads it; an offset of 0 is `Z`."""
    seconds, fraction = divmod(time.nanosecond, NANOSECONDS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{_fraction(fraction)}{_place(time)}"


def _fraction(part: int) -> str:
    return f".{part:09}".rstrip("0") if part else ""


def _place(time: Time) -> str:
    if time.zone:
        return f"@{time.zone}"
    if time.offset is None:
        return ""
    if time.offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(time.offset), 60)
    hours, minutes = divmod(minutes, 60)
    rest = f":{seconds:02}" if seconds else ""
    return f"{'-' if time.offset < 0 else '+'}{hours:02}:{minutes:02}{rest}"


def write_date_time(moment: DateTime) -> str:
    """As `read_date_time` reads it."""
    return f"{write_date(moment.date)}T{write_time(moment.time)}"


def write_years_months(duration: YearsMonths) -> str:
    """As `read_duration` reads it; no time at all is `P0M`."""
    years, rest = divmod(abs(duration.months), 12)
    parts = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
    return f"{'-' if duration.months < 0 else ''}P{parts}"


def write_days_time(duration: DaysTime) -> str:
    """As `read_duration` reads it; no time at all is `PT0S`."""
    days, rest = divmod(abs(duration.nanoseconds), DAY_NANOSECONDS)
    seconds, fraction = divmod(rest, NANOSECONDS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    clock = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
    if second or fraction or not (days or clock):
        clock += f"{second}{_fraction(fraction)}S"
    sign = "-" if duration.nanoseconds < 0 else ""
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"
