"""Dates as numbers of days, over all years that FEEL knows, and what zones add to a time.

Rule: integers only. Python's own dates end at year 9999; FEEL's do not (DMN 1.3, 10.3.2.3.5).
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from procession.feel.kinds import (
    DAY_NANOSECONDS,
    NANOSECONDS,
    YEAR_MAX,
    Date,
    DateTime,
    Time,
)

_DAYS_OF_400_YEARS = 146_097
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")
_OFFSET_SECONDS_MAX = 14 * 3600


def leap(year: int) -> bool:
    """Whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2:
        return 29 if leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def checked_date(year: int, month: int, day: int) -> Date | None:
    """The date, if there is such a day."""
    if abs(year) > YEAR_MAX or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    return Date(year, month, day)


def days_of(date: Date) -> int:
    """Days since 1970-01-01. Years are counted from March, so that a leap day is the last one."""
    year = date.year - (date.month <= 2)
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((date.month + 9) % 12) + 2) // 5 + date.day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_400_YEARS + day_of_era - 719_468


def date_of(days: int) -> Date | None:
    """The date of a number of days since 1970-01-01; None outside FEEL's years."""
    era, day = divmod(days + 719_468, _DAYS_OF_400_YEARS)
    year_of_era = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year_of_era + year_of_era // 4 - year_of_era // 100
    shifted = (5 * day + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return checked_date(year, month, day - (153 * shifted + 2) // 5 + 1)


def plus_months(date: Date, count: int) -> Date | None:
    """The same day so many months later; the last of the month where there is none."""
    years, month = divmod(date.month - 1 + count, 12)
    year = date.year + years
    return checked_date(year, month + 1, min(date.day, month_length(year, month + 1)))


def weekday(date: Date) -> int:
    """1 for Monday to 7 for Sunday."""
    return (days_of(date) + 3) % 7 + 1


def day_of_year(date: Date) -> int:
    """1 for the first of January."""
    return days_of(date) - days_of(Date(date.year, 1, 1)) + 1


def week_of_year(date: Date) -> int:
    """The week by ISO 8601: the first one holds the year's first Thursday."""
    thursday = date_of(days_of(date) + 4 - weekday(date)) or date
    return (day_of_year(thursday) + 6) // 7


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


def zone_known(name: str) -> bool:
    """Whether this machine knows a time zone of that name."""
    return _zone(name) is not None


def offset_fits(seconds: int) -> bool:
    """XML Schema allows offsets up to 14 hours."""
    return abs(seconds) <= _OFFSET_SECONDS_MAX


def _civil(moment: DateTime) -> datetime:
    # Outside Python's years the calendar repeats itself every 400.
    year, month, day = moment.date
    if not 1 < year < 9999:
        year = 2000 + year % 400
    return datetime(year, month, day) + timedelta(microseconds=moment.time.nanosecond // 1000)


def offset_of(moment: DateTime) -> int | None:
    """The offset in seconds that holds at a date and time; None if it is local."""
    zone = _zone(moment.time.zone) if moment.time.zone else None
    if zone is None:
        return moment.time.offset
    shift = _civil(moment).replace(tzinfo=zone).utcoffset() or timedelta()
    return shift // timedelta(seconds=1)


@lru_cache(maxsize=64)
def _standard_offset(name: str) -> int:
    # A time of day alone has no date that could say whether it is summer.
    moment = datetime(2000, 1, 1, tzinfo=_zone(name))
    shift = (moment.utcoffset() or timedelta()) - (moment.dst() or timedelta())
    return shift // timedelta(seconds=1)


def offset_of_time(time: Time) -> int | None:
    """The offset in seconds of a time of day, a zone's standard one; None if it is local."""
    return _standard_offset(time.zone) if time.zone else time.offset


def nanoseconds_of(moment: DateTime) -> int:
    """Nanoseconds since 1970-01-01T00:00:00, in UTC unless the value is local."""
    shift = offset_of(moment) or 0
    return days_of(moment.date) * DAY_NANOSECONDS + moment.time.nanosecond - shift * NANOSECONDS


def nanoseconds_of_time(time: Time) -> int:
    """Nanoseconds since midnight, in UTC unless the value is local."""
    return time.nanosecond - (offset_of_time(time) or 0) * NANOSECONDS


def moved(moment: DateTime, nanoseconds: int) -> DateTime | None:
    """The date and time so much later: it keeps its zone, and the hours are hours of the clock."""
    total = days_of(moment.date) * DAY_NANOSECONDS + moment.time.nanosecond + nanoseconds
    days, rest = divmod(total, DAY_NANOSECONDS)
    date = date_of(days)
    return None if date is None else DateTime(date, moment.time._replace(nanosecond=rest))
