"""FEEL's own types of values (DMN 1.3, 10.3.2.2 and 10.3.2.3).

number: Decimal; string: str; boolean: bool; null: None; list: list; context: dict; the others stand
here. Rule: values never change, so they may be shared; a value's type alone says what it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from procession.core.values import Value
from procession.feel.budget import Frame

NANOSECONDS = 1_000_000_000
DAY_NANOSECONDS = 86_400 * NANOSECONDS
YEAR_MAX = 999_999_999
MONTHS_MAX = 24 * YEAR_MAX
DURATION_MAX = 2 * 366 * YEAR_MAX * DAY_NANOSECONDS


class Date(NamedTuple):
    """A day of the proleptic Gregorian calendar, from year -999999999 to 999999999."""

    year: int
    month: int
    day: int


class Time(NamedTuple):
    """A time of day. `offset` is in seconds; `zone` is an IANA name; at most one of them is set."""

    nanosecond: int
    offset: int | None = None
    zone: str | None = None

    @property
    def local(self) -> bool:
        """Whether it says nothing of where on earth it is meant."""
        return self.offset is None and self.zone is None


class DateTime(NamedTuple):
    """A date and time; local, with an offset, or in a zone, as its time says."""

    date: Date
    time: Time


class YearsMonths(NamedTuple):
    """A years and months duration."""

    months: int


class DaysTime(NamedTuple):
    """A days and time duration."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Range:
    """A range. An end that is None is unbounded: that is what `< 5` makes."""

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function; `accepts` gives the fitting value, or FAILED."""

    name: str
    accepts: Callable[[Value], Value]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that FEEL defines: `body` runs in a frame that holds the parameters by slot.

    `frame` is the one that it was made in, whose names it still sees; `captured` its locals then;
    `weight` what a call costs.
    """

    parameters: tuple[Parameter, ...]
    slots: tuple[int, ...]
    body: Callable[[Frame], Value]
    frame: Frame
    captured: dict[int, Value]
    weight: int


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A function that FEEL brings along, or one that DMN lends it; the first that fits is run.

    `pure`: the same arguments always give the same value.
    """

    name: str
    overloads: tuple["Overload", ...]
    pure: bool = True


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a built-in. `required` parameters must be given; `rest`: the last takes any
    number of values, as a list."""

    parameters: tuple[Parameter, ...]
    required: int
    rest: bool
    run: Callable[..., Value]


class Failed:
    """No value at all: what does not fit, as distinct from null."""


FAILED = Failed()

MOMENTS = (Date, Time, DateTime)
DURATIONS = (YearsMonths, DaysTime)

NAMES: Mapping[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    Builtin: "function",
    type(None): "Null",
}


def whole(value: Value) -> int | None:
    """The integer that a number is; None where it has a fraction or is enormous."""
    if type(value) is Decimal and value.adjusted() < 30 and value == value.to_integral_value():
        return int(value)
    return None


def months(count: int) -> YearsMonths | None:
    """The duration of so many months, if it is within bounds."""
    return YearsMonths(count) if abs(count) <= MONTHS_MAX else None


def nanoseconds(count: int) -> DaysTime | None:
    """The duration of so many nanoseconds, if it is within bounds."""
    return DaysTime(count) if abs(count) <= DURATION_MAX else None
