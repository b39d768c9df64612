"""When a timer is due: ISO 8601 moments, durations and repeating intervals (BPMN 2.0.2 §10.5.5.8).

Pure: the moment from which a duration counts comes from the caller. Months and years are those of
the calendar; the 31st of a shorter month is its last day. All moments of a cycle are counted from
its first one, so that neither a late turn nor a short month moves those that follow.
"""

import calendar
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from procession.core.model import TimerEventDefinition, TimerKind
from procession.core.values import Value, Values, shown
from procession.errors import ExpressionError

REPEATS_MAX = 10_000
PAUSE_MIN = timedelta(seconds=1)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?=.)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_REPEATING = re.compile(r"R(\d{0,7})/(?:([^/]{1,40})/)?(P[^/]{1,60})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Where a cycle stands: moment number `number` after the `first`; None further: for ever."""

    first: datetime
    every: str
    number: int
    further: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next moment and, for a cycle, how it goes on."""

    due_at: datetime
    cycle: Cycle | None = None

    def as_values(self) -> Values:
        """What a timer's job carries, so that `following` finds the next moment."""
        return asdict(self.cycle) if self.cycle else {}


def schedule(timer: TimerEventDefinition, value: Value, now: datetime) -> Schedule:
    """The first moment of a timer whose expression gave `value`. Raises ExpressionError."""
    if timer.kind is TimerKind.CYCLE:
        return _cycle(value, now)
    if timer.kind is TimerKind.DURATION:
        return Schedule(_after(now, value))
    return Schedule(_moment(value))


def following(values: Values, now: datetime) -> Schedule | None:
    """The moment after the one whose timer carried `values`; None when the cycle is over.

    A cycle with a number of times keeps it, however late. One without end leaves out what was
    missed: a service that was down for a night does not make up for thousands of moments.
    """
    if not values or values["further"] == 0:
        return None
    last = Cycle(**values)
    further = None if last.further is None else last.further - 1
    cycle = replace(last, number=last.number + 1, further=further)
    try:
        return _at(cycle if further is not None else _not_before(cycle, now))
    except ExpressionError:
        return None  # There is no moment after the year 9999.


def _at(cycle: Cycle) -> Schedule:
    return Schedule(add(cycle.first, cycle.every, cycle.number), cycle)


def _not_before(cycle: Cycle, now: datetime) -> Cycle:
    """The cycle at its first moment from its number on that is not past; found by halving."""
    low, high = cycle.number, cycle.number
    while add(cycle.first, cycle.every, high) < now:
        low, high = high + 1, 2 * high + 1
    while low < high:
        middle = (low + high) // 2
        if add(cycle.first, cycle.every, middle) < now:
            low = middle + 1
        else:
            high = middle
    return replace(cycle, number=low)


def add(moment: datetime, duration: str, times: int = 1) -> datetime:
    """The moment, so many ISO 8601 durations later. Raises ExpressionError."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ExpressionError(f"{shown(duration)} is not a duration; write it as P1DT12H or PT5M")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[:6])
    fixed = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=float(match[7] or 0)
    )
    try:
        return _add_months(moment, (12 * years + months) * times) + fixed * times
    except (OverflowError, ValueError):
        raise ExpressionError(f"{shown(duration)} from now is after the year 9999") from None


def _add_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _after(now: datetime, value: Value) -> datetime:
    if not isinstance(value, str):
        raise ExpressionError(f"a duration must be a text such as PT5M, not {shown(value)}")
    return add(now, value.strip())


def _moment(value: Value) -> datetime:
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
    return _in_utc(value)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ExpressionError(f"{shown(moment)} is no moment of UTC's years 1 to 9999") from None


def _cycle(value: Value, now: datetime) -> Schedule:
    match = _REPEATING.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        hint = "write it as R3/PT10M, R/PT1H or R5/2026-01-31T08:00:00Z/P1D"
        raise ExpressionError(f"{shown(value)} is not a repeating interval; {hint}")
    repeats, start, every = match.groups()
    if add(now, every) < now + PAUSE_MIN:
        raise ExpressionError(f"{shown(value)} repeats within a second; give it a longer pause")
    further = None if not repeats else int(repeats) - 1
    if further is not None and not 0 <= further < REPEATS_MAX:
        raise ExpressionError(f"{shown(value)} repeats never, or over {REPEATS_MAX} times")
    first = _moment(start) if start else add(now, every)
    cycle = Cycle(first, every, 0, further)
    return _at(cycle if further is not None else _not_before(cycle, now))
