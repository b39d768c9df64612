"""Laws that hold for all values: arithmetic, ranges by their definition, sorting, round trips."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from procession.core.values import Value
from procession.feel.budget import Budget, Frame
from procession.feel.calendar import (
    date_of,
    day_of_year,
    days_of,
    plus_months,
    week_of_year,
    weekday,
)
from procession.feel.comparing import compare, equal, included, key
from procession.feel.iso import (
    read_date_time,
    read_duration,
    read_literal,
    write_date,
    write_date_time,
    write_days_time,
    write_time,
    write_years_months,
)
from procession.feel.kinds import (
    DAY_NANOSECONDS,
    DURATION_MAX,
    MONTHS_MAX,
    Date,
    DateTime,
    DaysTime,
    Range,
    Time,
    YearsMonths,
)
from procession.feel.language import compile_program
from procession.feel.range_functions import RELATIONS
from procession.feel.scope import UNKNOWN

NUMBERS = st.decimals(-(10**12), 10**12, places=3)
SMALL = st.integers(-4, 4).map(Decimal)
TIMES = st.builds(
    Time,
    st.integers(0, DAY_NANOSECONDS - 1),
    st.none() | st.integers(-50_400, 50_400),
    st.none(),
)
DATES = st.integers(-365_000_000_000, 365_000_000_000).map(date_of)
RANGES = st.builds(
    lambda low, size, left, right: Range(low, low + size, left, right),
    SMALL,
    st.integers(1, 4).map(Decimal),
    st.booleans(),
    st.booleans(),
)


def run(text: str, **values: Value) -> Value:
    """What a text gives over FEEL's own values."""
    return compile_program(text, dict.fromkeys(values, UNKNOWN)).run(Frame(values))


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_arithmetic_keeps_its_laws(a: Decimal, b: Decimal) -> None:
    assert run("a + b = b + a", a=a, b=b) is True
    assert run("a - b = -(b - a)", a=a, b=b) is True
    assert run("(a + b) - b = a", a=a, b=b) is True
    assert run("a * b = b * a", a=a, b=b) is True
    assert run("a ** 2 = a * a", a=a) is True
    assert run("b = 0 or floor(a / 1) * 1 <= a", a=a, b=b) is True


@settings(deadline=None)
@given(NUMBERS, NUMBERS.filter(bool))
def test_modulo_has_the_sign_of_the_divisor(a: Decimal, b: Decimal) -> None:
    """Table 75: dividend - divisor * floor(dividend / divisor)."""
    rest = run("modulo(a, b)", a=a, b=b)

    assert rest == 0 or (rest < 0) == (b < 0)
    assert abs(rest) < abs(b)


@settings(deadline=None)
@given(SMALL, RANGES)
def test_membership_is_the_two_comparisons(number: Decimal, whole: Range) -> None:
    """Table 55."""
    above = number >= whole.low if whole.low_closed else number > whole.low
    below = number <= whole.high if whole.high_closed else number < whole.high

    assert included(number, whole) is (above and below)
    assert run("includes(r, n)", r=whole, n=number) is (above and below)


def _points(whole: Range) -> set[Decimal]:
    return {point for half in range(-20, 40) if included(point := Decimal(half) / 4, whole)}


@settings(deadline=None, max_examples=200)
@given(RANGES, RANGES)
def test_ranges_lie_to_each_other_as_their_points_do(left: Range, right: Range) -> None:
    """Table 78, against the sets of quarters that the ranges hold."""
    mine, theirs = _points(left), _points(right)
    answers = {name: relation(left, right) for name, (relation, _) in RELATIONS.items()}

    assert answers["overlaps"] is bool(mine & theirs)
    assert answers["before"] is (max(mine) < min(theirs))
    assert answers["after"] is (min(mine) > max(theirs))
    assert answers["includes"] is (theirs <= mine)
    assert answers["during"] is (mine <= theirs)
    assert answers["coincides"] is (mine == theirs)
    assert answers["meets"] is (mine & theirs == {max(mine)} and max(mine) == min(theirs))
    assert answers["met by"] is (mine & theirs == {min(mine)} and min(mine) == max(theirs))
    assert answers["starts"] is (mine <= theirs and min(mine) == min(theirs))
    assert answers["started by"] is (theirs <= mine and min(mine) == min(theirs))
    assert answers["finishes"] is (mine <= theirs and max(mine) == max(theirs))
    assert answers["finished by"] is (theirs <= mine and max(mine) == max(theirs))
    begins = bool(mine & theirs) and min(mine) < min(theirs) and max(mine) <= max(theirs)
    assert answers["overlaps before"] is begins
    ends = bool(mine & theirs) and min(theirs) < min(mine) and max(theirs) <= max(mine)
    assert answers["overlaps after"] is ends


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=12))
def test_sorting_keeps_equals_in_their_order(pairs: list[tuple[int, int]]) -> None:
    rows = [{"a": Decimal(a), "b": Decimal(b)} for a, b in pairs]

    ordered = run("sort(rows, function(x, y) x.a < y.a)", rows=rows)

    assert ordered == sorted(rows, key=lambda row: row["a"])


@given(st.dates(), st.integers(-5000, 5000))
def test_the_calendar_agrees_with_pythons_where_both_know_the_year(day: date, away: int) -> None:
    ours = Date(day.year, day.month, day.day)

    assert days_of(ours) == day.toordinal() - 719_163
    assert date_of(days_of(ours)) == ours
    assert weekday(ours) == day.isoweekday()
    assert day_of_year(ours) == day.timetuple().tm_yday
    assert week_of_year(ours) == day.isocalendar().week
    if date.min.toordinal() < day.toordinal() + away < date.max.toordinal():
        moved = day + timedelta(days=away)
        assert date_of(days_of(ours) + away) == Date(moved.year, moved.month, moved.day)


@given(DATES.filter(bool), TIMES)
def test_dates_and_times_are_read_as_they_were_written(day: Date, clock: Time) -> None:
    assert read_literal(write_date(day)) == day
    assert read_literal(write_time(clock)) == clock
    assert read_date_time(write_date_time(DateTime(day, clock))) == DateTime(day, clock)
    assert date_of(days_of(day)) == day


@given(st.integers(-MONTHS_MAX, MONTHS_MAX), st.integers(-DURATION_MAX, DURATION_MAX))
def test_durations_are_read_as_they_were_written(months: int, nanoseconds: int) -> None:
    assert read_duration(write_years_months(YearsMonths(months))) == YearsMonths(months)
    assert read_duration(write_days_time(DaysTime(nanoseconds))) == DaysTime(nanoseconds)


@given(st.dates(date(1000, 1, 1), date(3000, 1, 1)), st.integers(-5000, 5000))
def test_months_that_are_added_are_counted_again(day: date, count: int) -> None:
    start = Date(day.year, day.month, min(day.day, 28))

    assert plus_months(start, count) is not None
    assert run(
        "years and months duration(a, b).value", a=start, b=plus_months(start, count)
    ) == Decimal(count)


VALUES = st.recursive(
    st.none() | st.booleans() | SMALL | st.sampled_from("ab") | DATES | TIMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


@given(VALUES, VALUES)
def test_equality_is_that_of_keys_and_agrees_with_order(left: Value, right: Value) -> None:
    if equal(left, right) is not None:
        assert equal(left, right) is (key(left) == key(right))
        assert equal(left, right) is equal(right, left)
    if compare(left, right) is not None:
        assert (compare(left, right) == 0) is equal(left, right)
    assert equal(left, left) is True


@given(st.lists(VALUES, max_size=6))
def test_distinct_values_are_all_there_and_none_twice(items: list[Value]) -> None:
    distinct = run("distinct values(x)", x=items)

    assert {key(item) for item in items} == {key(item) for item in distinct}
    assert all(key(a) != key(b) for a, b in pairwise(sorted(distinct, key=repr)))


@given(VALUES)
def test_every_value_can_be_written(value: Value) -> None:
    assert isinstance(run("string([x])", x=value), str)
    assert Budget().memory_left
