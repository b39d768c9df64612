"""When a timer is due: ISO 8601 moments, durations and repeating intervals, and cron patterns
(BPMN 2.0.2 §10.5.5.8; docs/timers.md).

Pure: the moment from which a duration counts comes from the caller. Years to days are those that
the clocks of the timer's zone show, hours to seconds pass; the 31st of a shorter month is its last
day. All moments of an interval are counted from one, so that neither a late turn nor a short month
nor a change of the clocks moves those that follow.
"""

import calendar
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from procession.core.cron import next_moment, read_cron
from procession.core.model import TimerEventDefinition, TimerKind
from procession.core.values import Value, Values, shown
from procession.core.zones import DEFAULT_ZONE, clock_at, moment_at, zone_named
from procession.errors import ExpressionError

REPEATS_MAX = 10_000
PAUSE_MIN = timedelta(seconds=1)
# A second apart, so many moments are more than all years have.
_BEFORE_ALL = -(2**39)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?=.)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_REPEATING = re.compile(r"R(\d{0,7})/([^/]{1,60})(?:/([^/]{1,60}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Where an interval stands: moment number `number`, counted from `first`, which is number 0.

    `further` many follow; None: as many as there are until the moment `until`; None: for ever.
    """

    first: datetime
    every: str
    number: int
    further: int | None
    zone: str = DEFAULT_ZONE
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CronCycle:
    """Where a cron pattern stands: at the moment `last`."""

    cron: str
    last: datetime
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next moment and, for a cycle, how it goes on."""

    due_at: datetime
    cycle: Cycle | CronCycle | None = None

    def as_values(self) -> Values:
        """What a timer's job carries, so that `following` finds the next moment."""
        return asdict(self.cycle) if self.cycle else {}


def schedule(timer: TimerEventDefinition, value: Value, now: datetime) -> Schedule:
    """The first moment of a timer whose expression gave `value`. Raises ExpressionError."""
    if timer.kind is TimerKind.CYCLE:
        return _cycle(value, now, timer.zone)
    if timer.kind is TimerKind.DURATION:
        return Schedule(_after(now, value, timer.zone))
    return Schedule(_moment(value, timer.zone))


def following(values: Values, now: datetime) -> Schedule | None:
    """The moment after the one whose timer carried `values`; None when the cycle is over.

    A cycle with a number of times keeps it, however late. One without leaves out what was missed:
    a service that was down for a night does not make up for thousands of moments. Raises
    ExpressionError where this machine does not know the time zone.
    """
    if not values:
        return None
    zone_named(str(values.get("zone", DEFAULT_ZONE)))
    stored: dict[str, Any] = dict(values)
    try:
        if "cron" in stored:
            return _after_cron(CronCycle(**stored), now)
        return _after_cycle(Cycle(**stored), now)
    except ExpressionError:
        return None  # There is no moment after the year 9999.


# -- cycles ---------------------------------------------------------------------------------------


def _cycle(value: Value, now: datetime, zone: str) -> Schedule:
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("@") or (len(text.split()) > 1 and not text.startswith("R")):
        return _from_cron(CronCycle(text, now, zone), now)
    match = _REPEATING.fullmatch(text)
    if match is None:
        hint = "write it as R3/PT10M, R/PT1H, R5/2026-01-31T08:00:00Z/P1D or 0 9 * * MON-FRI"
        what = "neither a repeating interval nor a cron pattern"
        raise ExpressionError(f"{shown(value)} is {what}; {hint}")
    further = int(match[1]) - 1 if match[1] else None
    if further is not None and not 0 <= further < REPEATS_MAX:
        raise ExpressionError(f"{shown(value)} repeats never, or over {REPEATS_MAX} times")
    cycle = _interval([part for part in match.groups()[1:] if part], further, now, zone)
    if add(now, cycle.every, zone=zone) < now + PAUSE_MIN:
        raise ExpressionError(f"{shown(value)} repeats within a second; give it a longer pause")
    return _at(cycle if further is not None else _not_before(cycle, now))


def _interval(parts: list[str], further: int | None, now: datetime, zone: str) -> Cycle:
    """A repeating interval from its parts: a duration alone, or two of start, duration and end."""
    if len(parts) == 1:
        return Cycle(now, parts[0], 1, further, zone)
    first, second = parts
    if first.startswith("P"):
        # The end is that of the last interval: what comes before it is counted back from there.
        end = _moment(second, zone)
        number = _BEFORE_ALL if further is None else -further
        return Cycle(end, first, number, further, zone, end if further is None else None)
    start = _moment(first, zone)
    if second.startswith("P"):
        return Cycle(start, second, 0, further, zone)
    return Cycle(start, _pause(start, _moment(second, zone), zone), 0, further, zone)


def _pause(start: datetime, end: datetime, zone: str) -> str:
    """What lies between two moments, as a duration: whole days of the clock, or what passes."""
    if end <= start:
        raise ExpressionError(f"the interval ends at {end.isoformat()}, before it starts")
    between = clock_at(end, zone_named(zone)) - clock_at(start, zone_named(zone))
    if not between % timedelta(days=1):
        return f"P{between.days}D"
    passed = end - start
    hours, seconds = divmod(passed.days * 86_400 + passed.seconds, 3_600)
    return f"PT{hours}H{seconds}.{passed.microseconds:06}S"


def _after_cycle(last: Cycle, now: datetime) -> Schedule | None:
    if last.further == 0:
        return None
    cycle = replace(last, number=last.number + 1)
    if last.further is None:
        return _at(_not_before(cycle, now))
    return _at(replace(cycle, further=last.further - 1))


def _at(cycle: Cycle) -> Schedule:
    due_at = add(cycle.first, cycle.every, cycle.number, zone=cycle.zone)
    if cycle.until is not None and due_at > cycle.until:
        raise ExpressionError(f"the interval is over since {cycle.until.isoformat()}")
    return Schedule(due_at, cycle)


def _not_before(cycle: Cycle, now: datetime) -> Cycle:
    """The cycle at its first moment from its number on that is not past; found by halving."""
    low = high = cycle.number
    step = 1
    while _is_past(cycle, high, now):
        low, high, step = high + 1, high + step, 2 * step
    while low < high:
        middle = (low + high) // 2
        if _is_past(cycle, middle, now):
            low = middle + 1
        else:
            high = middle
    return replace(cycle, number=low)


def _is_past(cycle: Cycle, number: int, now: datetime) -> bool:
    try:
        return add(cycle.first, cycle.every, number, zone=cycle.zone) < now
    except ExpressionError:
        return number < 0  # It is before the year 1, or else after the year 9999.


def _from_cron(cycle: CronCycle, now: datetime) -> Schedule:
    """The first moment of a cron pattern after another."""
    moment = next_moment(read_cron(cycle.cron), now, zone_named(cycle.zone))
    if moment is None:
        raise ExpressionError(f"the cron pattern {shown(cycle.cron)} never comes true")
    return Schedule(moment, replace(cycle, last=moment))


def _after_cron(last: CronCycle, now: datetime) -> Schedule:
    # A clock that was set back does not make a moment come twice.
    return _from_cron(last, max(now, last.last))


# -- durations and moments ------------------------------------------------------------------------


def add(moment: datetime, duration: str, times: int = 1, *, zone: str = DEFAULT_ZONE) -> datetime:
    """The moment, so many ISO 8601 durations later. Raises ExpressionError."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ExpressionError(f"{shown(duration)} is not a duration; write it as P1DT12H or PT5M")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[:6])
    passing = timedelta(hours=hours, minutes=minutes, seconds=float(match[7] or 0))
    try:
        months, days = 12 * years + months, 7 * weeks + days
        return _add_to_clock(moment, months * times, days * times, zone) + passing * times
    except (OverflowError, ValueError):
        side = "before the year 1" if times < 0 else "after the year 9999"
        raise ExpressionError(f"{shown(duration)} from now is {side}") from None


def _add_to_clock(moment: datetime, months: int, days: int, zone: str) -> datetime:
    """The moment at which clocks show the same time of day, so many months and days later."""
    if not months and not days:
        return moment
    where = zone_named(zone)
    clock = clock_at(moment, where)
    year, month = divmod(clock.year * 12 + clock.month - 1 + months, 12)
    day = min(clock.day, calendar.monthrange(year, month + 1)[1])
    clock = clock.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
    return moment_at(clock, where)


def _after(now: datetime, value: Value, zone: str) -> datetime:
    if not isinstance(value, str):
        raise ExpressionError(f"a duration must be a text such as PT5M, not {shown(value)}")
    return add(now, value.strip(), zone=zone)


def _moment(value: Value, zone: str) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            hint = "write it as 2026-01-31T13:45:00Z"
            raise ExpressionError(f"{shown(value)} is not a moment; {hint}") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ExpressionError(f"a timer's date must be a moment, not {shown(value)}")
    return _in_utc(value, zone)


def _in_utc(moment: datetime, zone: str) -> datetime:
    where = zone_named(zone)
    try:
        return moment_at(moment, where) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ExpressionError(f"{shown(moment)} is no moment of UTC's years 1 to 9999") from None
