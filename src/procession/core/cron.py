"""Cron patterns: how they are written, and the clock times that they name (docs/timers.md).

Rule: a pattern speaks of what a clock shows. `clock_time` knows no zone; `next_moment` does, and
says what happens when clocks are moved.
"""

import calendar
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar

from procession.core.values import shown
from procession.core.zones import change_between, clock_at, moment_at, offset_at
from procession.errors import ExpressionError

CRON_LENGTH_MAX = 500
# A pattern names no year, and there are fourteen kinds of year: by the weekday of the 1st of
# January, with a leap day or without. Each kind is back after 40 years at the latest.
YEARS_MAX = 40
# How often one search may cross a change of the clocks, or come near one. Clocks are moved twice a
# year, so a search over YEARS_MAX years has no need of more.
STRETCHES_MAX = 4 * YEARS_MAX
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a pattern: its numbers, and the names that stand for some of them."""

    label: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text in self.names:
            return self.low + self.names.index(text)
        # Sunday is 0, and 7 as well.
        allowed = range(self.low, self.high + 1 + (self is WEEKDAYS))
        if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) in allowed):
            hint = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
            raise ExpressionError(
                f"{self.label} {shown(text)} is not known; write {self.low} to {self.high}{hint}"
            )
        return int(text)

    def span(self, start: int, end: int) -> Sequence[int]:
        """The numbers from one to another; FRI-MON goes over the end of the week."""
        if start <= end:
            return range(start, end + 1)
        return [*range(start, self.high + 1), *range(self.low, end + 1)]


SECONDS = Field("the second", 0, 59)
MINUTES = Field("the minute", 0, 59)
HOURS = Field("the hour", 0, 23)
DAYS = Field("the day", 1, 31)
MONTHS = Field(
    "the month",
    1,
    12,
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
WEEKDAYS = Field("the weekday", 0, 6, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))

_ANY = ("*", "?")
_EVERY = re.compile(r"\d+/\d+", re.ASCII)
_TERM = re.compile(r"(?:([*?])|(\w+)(?:-(\w+))?)(?:/(\w+))?", re.ASCII)
_DAY_BY_RULE = re.compile(r"(?:L(?:-(\d{1,2}))?|(\d{1,2}))(W?)", re.ASCII)
_WEEKDAY_BY_RULE = re.compile(r"(\w{1,3}?)(?:L|#([1-5]))", re.ASCII)

Rule = TypeVar("Rule")


@dataclass(frozen=True, slots=True)
class DayRule:
    """A day that differs from month to month: L, L-3, LW, 15W."""

    number: int
    from_end: bool
    nearest_weekday: bool

    def day(self, year: int, month: int) -> int | None:
        """The day in that month, if it has one."""
        last = _last_day(year, month)
        day = last - self.number if self.from_end else self.number
        if not 1 <= day <= last:
            return None
        return _nearest_weekday(year, month, day) if self.nearest_weekday else day


@dataclass(frozen=True, slots=True)
class WeekdayRule:
    """One weekday of a month: FRI#2 is the second Friday, FRIL (`nth` 0) the last."""

    weekday: int
    nth: int

    def day(self, year: int, month: int) -> int | None:
        last = _last_day(year, month)
        first = 1 + (self.weekday - _weekday(year, month, 1)) % 7
        day = first + 7 * (self.nth - 1) if self.nth else first + (last - first) // 7 * 7
        return day if day <= last else None


@dataclass(frozen=True, slots=True)
class Cron:
    """A pattern that was read. `elapsed`: it counts hours or minutes, whatever clocks show."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    day_rules: tuple[DayRule, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    weekday_rules: tuple[WeekdayRule, ...]
    either_day: bool
    elapsed: bool


# -- reading --------------------------------------------------------------------------------------


def read_cron(text: str) -> Cron:
    """A pattern of five fields, of six with seconds first, or a macro. Raises ExpressionError."""
    if len(text) > CRON_LENGTH_MAX:
        raise ExpressionError(f"a cron pattern has at most {CRON_LENGTH_MAX} characters")
    fields = MACROS.get(text.strip().lower(), text).upper().split()
    if len(fields) not in (5, 6):
        hint = "minute, hour, day, month, weekday, and maybe a second before them"
        raise ExpressionError(f"{shown(text)} is not a cron pattern, which has {hint}")
    try:
        return _read_fields(fields)
    except ExpressionError as error:
        raise ExpressionError(f"the cron pattern {shown(text)}: {error}") from None


def _read_fields(fields: list[str]) -> Cron:
    second, minute, hour, day, month, weekday = ["0"] * (6 - len(fields)) + fields
    days, day_rules = _split(day, _day_rule)
    weekdays, weekday_rules = _split(weekday, _weekday_rule)
    return Cron(
        seconds=_numbers(SECONDS, second.split(",")),
        minutes=_numbers(MINUTES, minute.split(",")),
        hours=_numbers(HOURS, hour.split(",")),
        days=_numbers(DAYS, days),
        day_rules=day_rules,
        months=_numbers(MONTHS, month.split(",")),
        weekdays=tuple(number % 7 for number in _numbers(WEEKDAYS, weekdays)),
        weekday_rules=weekday_rules,
        # As cron has it: 0 0 13 * FRI means every 13th and every Friday.
        either_day=len(fields) == 5 and not day.startswith(_ANY) and not weekday.startswith(_ANY),
        elapsed=_counts(minute) or _counts(hour),
    )


def _counts(field: str) -> bool:
    """Whether a field says how often rather than when: *, */15, and 0/15 as Quartz writes it."""
    return field.startswith(_ANY) or _EVERY.fullmatch(field) is not None


def _split(field: str, read: Callable[[str], Rule | None]) -> tuple[list[str], tuple[Rule, ...]]:
    """The terms of a field that are numbers everywhere, and those that are rules."""
    terms = {term: read(term) for term in field.split(",")}
    plain = [term for term, rule in terms.items() if rule is None]
    return plain, tuple(rule for rule in terms.values() if rule is not None)


def _day_rule(term: str) -> DayRule | None:
    match = _DAY_BY_RULE.fullmatch(term)
    if match is None or term.isdigit():
        return None
    number = DAYS.number(match[2]) if match[2] else int(match[1] or 0)
    return DayRule(number, from_end=not match[2], nearest_weekday=bool(match[3]))


def _weekday_rule(term: str) -> WeekdayRule | None:
    match = _WEEKDAY_BY_RULE.fullmatch(term)
    return match and WeekdayRule(WEEKDAYS.number(match[1]) % 7, int(match[2] or 0))


def _numbers(field: Field, terms: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({number for term in terms for number in _term(field, term)}))


def _term(field: Field, term: str) -> Sequence[int]:
    match = _TERM.fullmatch(term)
    if match is None:
        raise ExpressionError(f"{field.label} {shown(term)} cannot be read")
    every, start, end, step = match.groups()
    if every:
        numbers = field.span(field.low, field.high)
    else:
        low = field.number(start)
        # 5/10 goes on to the end, as 5-59/10 does.
        high = field.number(end) if end else max(low, field.high) if step else low
        numbers = field.span(low, high)
    return numbers[:: _step(field, step)] if step else numbers


def _step(field: Field, text: str) -> int:
    if text.isdigit() and len(text) <= 2 and 1 <= int(text) <= field.high:
        return int(text)
    raise ExpressionError(f"{field.label}'s step {shown(text)} is not one from 1 to {field.high}")


# -- what clocks show -----------------------------------------------------------------------------


def clock_time(cron: Cron, since: datetime) -> datetime | None:
    """The first time of the pattern that is not before a clock's time; None: there is none."""
    for year in range(since.year, min(since.year + YEARS_MAX, 9999) + 1):
        for month in cron.months:
            if (year, month) < (since.year, since.month):
                continue
            for day in _days(cron, year, month):
                found = _time_of_day(cron, since, datetime(year, month, day))
                if found is not None:
                    return found
    return None


def _time_of_day(cron: Cron, since: datetime, midnight: datetime) -> datetime | None:
    """The first time of the pattern on a day that is not before `since`."""
    if midnight.date() < since.date():
        return None
    if midnight >= since:
        return _at(midnight, cron.hours[0], cron.minutes[0], cron.seconds[0])
    hour, minute, second = since.hour, since.minute, since.second
    if hour in cron.hours:
        if minute in cron.minutes and (later := _not_below(cron.seconds, second)) is not None:
            return _at(midnight, hour, minute, later)
        if (later := _not_below(cron.minutes, minute + 1)) is not None:
            return _at(midnight, hour, later, cron.seconds[0])
    if (later := _not_below(cron.hours, hour + 1)) is not None:
        return _at(midnight, later, cron.minutes[0], cron.seconds[0])
    return None


def _at(midnight: datetime, hour: int, minute: int, second: int) -> datetime:
    return midnight.replace(hour=hour, minute=minute, second=second)


def _not_below(numbers: Sequence[int], lowest: int) -> int | None:
    index = bisect_left(numbers, lowest)
    return numbers[index] if index < len(numbers) else None


def _days(cron: Cron, year: int, month: int) -> list[int]:
    """The days of a month, in order."""
    days = range(1, _last_day(year, month) + 1)
    by_day = {*cron.days, *(rule.day(year, month) for rule in cron.day_rules)}
    by_weekday: set[int | None] = {
        *(day for day in days if _weekday(year, month, day) in cron.weekdays),
        *(rule.day(year, month) for rule in cron.weekday_rules),
    }
    chosen = by_day | by_weekday if cron.either_day else by_day & by_weekday
    return [day for day in days if day in chosen]


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _weekday(year: int, month: int, day: int) -> int:
    """0 is Sunday."""
    return (calendar.weekday(year, month, day) + 1) % 7


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Monday to Friday; never in another month."""
    weekday = _weekday(year, month, day)
    if weekday == 6:
        return day - 1 if day > 1 else 3
    if weekday == 0:
        return day + 1 if day < _last_day(year, month) else day - 2
    return day


# -- moments --------------------------------------------------------------------------------------


def next_moment(cron: Cron, after: datetime, zone: tzinfo) -> datetime | None:
    """The pattern's first moment after another, in UTC; None if there is none.

    As cron does it when clocks are moved: a pattern that names its hour and minute happens once a
    day, however often clocks show it; one that counts hours or minutes takes no notice.
    """
    after = after.astimezone(UTC).replace(microsecond=0)
    try:
        return _elapsed(cron, after, zone) if cron.elapsed else _once(cron, after, zone)
    except OverflowError:
        return None  # It would be after the year 9999.


def _once(cron: Cron, after: datetime, zone: tzinfo) -> datetime | None:
    """Each clock time at the one moment that it means."""
    clock = clock_time(cron, clock_at(after, zone) + _SECOND)
    if clock is not None and (first := moment_at(clock, zone)) <= after:
        # Clocks have been moved back and show for the second time what they have shown.
        moved = change_between(first, after, zone) + offset_at(first, zone)
        clock = clock_time(cron, moved.replace(tzinfo=None))
    return moment_at(clock, zone) if clock is not None else None


def _elapsed(cron: Cron, after: datetime, zone: tzinfo) -> datetime | None:
    """Whatever clocks show, from one change of them to the next."""
    since = after + _SECOND
    for _ in range(STRETCHES_MAX):
        offset = offset_at(since, zone)
        clock = clock_time(cron, clock_at(since, zone))
        if clock is None:
            break
        moment = (clock - offset).replace(tzinfo=UTC)
        near = min(moment, since + _DAY)
        if offset_at(near, zone) != offset:
            since = change_between(since, near, zone)
        elif near == moment:
            return moment
        else:
            since = moment - _DAY  # Clocks are moved by less than a day.
    return None
