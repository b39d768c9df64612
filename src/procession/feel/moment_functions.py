"""Built-in functions of dates and times, and `is` (DMN 1.3 and 1.4, 10.3.4.6 and 10.3.4.7)."""

from collections.abc import Callable
from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.calendar import date_of, day_of_year, week_of_year, weekday
from procession.feel.comparing import same
from procession.feel.kinds import DAY_NANOSECONDS, Date, DateTime, Time

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _of_day(part: Callable[[Date], Value]) -> Callable[[Frame, Date | DateTime], Value]:
    return lambda frame, value: part(value.date if isinstance(value, DateTime) else value)


for _name, _part in (
    ("day of year", lambda date: Decimal(day_of_year(date))),
    ("day of week", lambda date: _DAYS[weekday(date) - 1]),
    ("month of year", lambda date: _MONTHS[date.month - 1]),
    ("week of year", lambda date: Decimal(week_of_year(date))),
):
    builtin(f"{_name}(date: date or date and time)")(_of_day(_part))


@builtin("is(value1: Any, value2: Any)")
def _is(frame: Frame, left: Value, right: Value) -> Value:
    return same(left, right)


@builtin("now()", pure=False)
def _now(frame: Frame) -> Value:
    """The moment of the run, in UTC."""
    days, rest = divmod(frame.budget.current(), DAY_NANOSECONDS)
    date = date_of(days)
    return None if date is None else DateTime(date, Time(rest, offset=0))


@builtin("today()", pure=False)
def _today(frame: Frame) -> Value:
    return date_of(frame.budget.current() // DAY_NANOSECONDS)
