"""Cron patterns: each form, and their days against a calendar that is looked at day by day."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procession.core.cron import CRON_LENGTH_MAX, MACROS, next_moment, read_cron
from procession.core.zones import zone_named
from procession.errors import ExpressionError

CASES = 300
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)  # a Saturday
DAY = timedelta(days=1)


def moments(pattern: str, number: int, after: datetime = NOON, zone: str = "UTC") -> list[datetime]:
    """The first moments of a pattern, at most so many."""
    found: list[datetime] = []
    cron, place = read_cron(pattern), zone_named(zone)
    for _ in range(number):
        moment = next_moment(cron, found[-1] if found else after, place)
        if moment is None:
            break
        found.append(moment)
    return found


def days(fields: str, number: int) -> list[str]:
    """The first days on which a pattern of day, month and weekday comes true at midnight."""
    return [moment.strftime("%y-%m-%d") for moment in moments(f"0 0 0 {fields}", number)]


# -- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("* * * * *", ["31 12:01:00", "31 12:02:00"]),
        ("30 14 * * *", ["31 14:30:00", "01 14:30:00"]),
        ("*/20 * * * *", ["31 12:20:00", "31 12:40:00"]),
        ("10-30/20 12 * * *", ["31 12:10:00", "31 12:30:00"]),
        ("50/5 12 * * *", ["31 12:50:00", "31 12:55:00"]),
        ("5,3,5 12 * * *", ["31 12:03:00", "31 12:05:00"]),
        ("0 22-1 * * *", ["31 22:00:00", "31 23:00:00"]),
        ("0 12 * * *", ["01 12:00:00", "02 12:00:00"]),
        ("* * * * * *", ["31 12:00:01", "31 12:00:02"]),
        ("*/30 0 12 * * ?", ["31 12:00:30", "01 12:00:00"]),
        ("30 0 13 ? * *", ["31 13:00:30", "01 13:00:30"]),
        ("15,45 59 23 * * *", ["31 23:59:15", "31 23:59:45"]),
        ("  0  0  9-17  *  *  mon-fri ", ["02 09:00:00", "02 10:00:00"]),
    ],
)
def test_a_pattern_says_second_minute_and_hour(pattern: str, expected: list[str]) -> None:
    assert [moment.strftime("%d %H:%M:%S") for moment in moments(pattern, 2)] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("* * *", ["26-02-01", "26-02-02"]),
        ("31 * *", ["26-03-31", "26-05-31"]),
        ("1 JAN,jul *", ["26-07-01", "27-01-01"]),
        ("1 NOV-FEB *", ["26-02-01", "26-11-01"]),
        ("29 2 *", ["28-02-29", "32-02-29"]),
        ("L * *", ["26-02-28", "26-03-31"]),
        ("L-3 * ?", ["26-02-25", "26-03-28"]),
        ("L-30 * ?", ["26-03-01", "26-05-01"]),
        ("LW * *", ["26-02-27", "26-03-31"]),
        ("15W * *", ["26-02-16", "26-03-16"]),  # the 15th is a Sunday
        ("1W 8 *", ["26-08-03", "27-08-02"]),  # a Saturday, a Sunday: not in July
        ("31W 1 *", ["27-01-29", "28-01-31"]),  # a Sunday: not in February
        ("14W 2 *", ["26-02-13", "27-02-15"]),  # a Saturday, a Sunday
        ("29W 2 *", ["28-02-29", "32-02-27"]),  # the second is a Sunday
        ("1,L * *", ["26-02-01", "26-02-28"]),
        ("? * MON", ["26-02-02", "26-02-09"]),
        ("* * 0", ["26-02-01", "26-02-08"]),
        ("* * 7", ["26-02-01", "26-02-08"]),
        ("* * 7/3", ["26-02-01", "26-02-08"]),
        ("* * 5-7", ["26-02-01", "26-02-06"]),
        ("* * SAT-SUN", ["26-02-01", "26-02-07"]),
        ("* * FRI-MON/2", ["26-02-01", "26-02-06"]),
        ("* * 5L", ["26-02-27", "26-03-27"]),
        ("* * SUNL", ["26-02-22", "26-03-29"]),
        ("* * FRI#2", ["26-02-13", "26-03-13"]),
        ("* * 7#1", ["26-02-01", "26-03-01"]),
        ("* * MON#5", ["26-03-30", "26-06-29"]),
        ("* * MON,FRI#1", ["26-02-02", "26-02-06"]),
        ("13 * FRI", ["26-02-13", "26-03-13"]),
        ("29 2 MON", ["44-02-29", "72-02-29"]),
    ],
)
def test_a_pattern_says_day_month_and_weekday(fields: str, expected: list[str]) -> None:
    assert days(fields, 2) == expected


def test_with_five_fields_a_day_and_a_weekday_are_two_ways_to_come_true() -> None:
    """As cron has it."""
    both = [moment.day for moment in moments("0 0 13 * FRI", 3)]
    every_day = [moment.day for moment in moments("0 0 */2 * FRI", 2)]

    assert both == [6, 13, 20]
    assert every_day == [13, 27]


@pytest.mark.parametrize(
    ("macro", "first"),
    [
        ("@hourly", datetime(2026, 1, 31, 13, tzinfo=UTC)),
        ("@daily", datetime(2026, 2, 1, tzinfo=UTC)),
        ("@midnight", datetime(2026, 2, 1, tzinfo=UTC)),
        ("@weekly", datetime(2026, 2, 1, tzinfo=UTC)),
        ("@Monthly", datetime(2026, 2, 1, tzinfo=UTC)),
        ("@yearly", datetime(2027, 1, 1, tzinfo=UTC)),
        ("@annually", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_macro_is_a_pattern(macro: str, first: datetime) -> None:
    assert moments(macro, 1) == [first]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "which has minute, hour, day, month, weekday"),
        ("* * * *", "which has minute, hour, day, month, weekday"),
        ("0 0 0 1 1 ? 2026", "which has minute, hour, day, month, weekday"),
        ("@reboot", "which has minute, hour, day, month, weekday"),
        ("60 * * * *", "the minute '60' is not known; write 0 to 59"),
        ("60 0 0 * * *", "the second '60' is not known"),
        ("0 24 * * *", "the hour '24' is not known"),
        ("0 0 0 * *", "the day '0' is not known; write 1 to 31"),
        ("0 0 * 13 *", "the month '13' is not known; write 1 to 12 or JAN to DEC"),
        ("0 0 * * 8", "the weekday '8' is not known; write 0 to 6 or SUN to SAT"),
        ("0 0 * * MONDAY", "the weekday 'MONDAY' is not known"),
        ("0 0 * * FRI#6", "the weekday 'FRI#6' cannot be read"),
        ("0 0 * * L", "the weekday 'L' is not known"),
        ("0 0 * * XL", "the weekday 'X' is not known"),
        ("0 0 32W * *", "the day '32' is not known"),
        ("0 0 0W * *", "the day '0' is not known"),
        ("0 0 W * *", "the day 'W' is not known"),
        ("L 0 * * *", "the minute 'L' is not known"),
        ("*/0 * * * *", "the minute's step '0' is not one from 1 to 59"),
        ("*/60 * * * *", "the minute's step '60' is not"),
        ("*/x * * * *", "the minute's step 'X' is not"),
        ("1,,2 * * * *", "the minute '' cannot be read"),
        ("*-5 * * * *", "the minute '*-5' cannot be read"),
        ("1-2-3 * * * *", "the minute '1-2-3' cannot be read"),
        ("-1 * * * *", "the minute '-1' cannot be read"),
        ("٣ * * * *", "the minute '٣' cannot be read"),
        ("1 " * CRON_LENGTH_MAX, "at most 500 characters"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(ExpressionError) as error:
        read_cron(pattern)

    assert says in str(error.value)


@pytest.mark.parametrize(
    "pattern", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 0 1 * MON#2", "0 0 L-30 2 *", "* * 30 2 *"]
)
def test_a_day_that_no_year_has_is_looked_for_in_vain(pattern: str) -> None:
    assert moments(pattern, 1) == []


def test_a_leap_day_on_a_weekday_may_be_forty_years_away() -> None:
    found = moments("0 0 0 29 2 MON", 1, datetime(2072, 2, 29, 12, tzinfo=UTC))

    assert found == [datetime(2112, 2, 29, tzinfo=UTC)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Kiritimati"])
@pytest.mark.parametrize("pattern", ["* * * * *", "0 0 * * *"])
def test_there_is_no_moment_after_the_year_9999(pattern: str, zone: str) -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    assert moments(pattern, 1, last, zone) == []


@settings(max_examples=CASES, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("0123456789*/-,?LW#@MONJA ", max_size=30)))
def test_any_text_is_a_pattern_or_an_expression_error(text: str) -> None:
    try:
        cron = read_cron(text)
    except ExpressionError:
        return
    moment = next_moment(cron, NOON, UTC)
    assert moment is None or moment > NOON


# -- the same, day by day --------------------------------------------------------------------------

DAY_FIELDS: Mapping[str, Callable[[date], bool]] = {
    "*": lambda day: True,
    "1": lambda day: day.day == 1,
    "10-20": lambda day: 10 <= day.day <= 20,
    "L": lambda day: (day + DAY).day == 1,
    "L-2": lambda day: (day + 3 * DAY).day == 1,
    "LW": lambda day: day.weekday() < 5 and all_weekend(day),
    "15W": lambda day: day in nearest(day.replace(day=15)),
    "1W": lambda day: day in nearest(day.replace(day=1)),
}
WEEKDAY_FIELDS: Mapping[str, Callable[[date], bool]] = {
    "*": lambda day: True,
    "MON-FRI": lambda day: day.weekday() < 5,
    "0,3": lambda day: day.weekday() in (6, 2),
    "TUE#2": lambda day: day.weekday() == 1 and 8 <= day.day <= 14,
    "4L": lambda day: day.weekday() == 3 and (day + 7 * DAY).month != day.month,
    "SAT-MON": lambda day: day.weekday() in (5, 6, 0),
}


def all_weekend(day: date) -> bool:
    """Whether no weekday follows in the month."""
    later = [day + number * DAY for number in range(1, 4)]
    return all(each.weekday() > 4 for each in later if each.month == day.month)


def nearest(day: date) -> list[date]:
    """The weekday of the same month that is nearest."""
    around = [day + number * DAY for number in (0, -1, 1, -2, 2)]
    return [each for each in around if each.weekday() < 5 and each.month == day.month][:1]


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(sorted(DAY_FIELDS)),
    st.sampled_from(["*", "2", "1-6/2", "APR,NOV"]),
    st.sampled_from(sorted(WEEKDAY_FIELDS)),
    st.integers(5, 6),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_day_is_that_on_which_a_calendar_shows_it(
    day: str, month: str, weekday: str, size: int, after: datetime
) -> None:
    months = {"*": range(1, 13), "2": (2,), "1-6/2": (1, 3, 5), "APR,NOV": (4, 11)}[month]
    either = size == 5 and not day.startswith("*") and not weekday.startswith("*")
    join = any if either else all

    found = moments(f"{'0 ' * (size - 3)}{day} {month} {weekday}", 1, after)

    following = (after.date() + number * DAY for number in range(1, 45 * 366))
    assert (
        found
        == [
            datetime(each.year, each.month, each.day, tzinfo=UTC)
            for each in following
            if each.month in months and join((DAY_FIELDS[day](each), WEEKDAY_FIELDS[weekday](each)))
        ][:1]
    )


def test_every_macro_can_be_read() -> None:
    assert all(read_cron(macro) == read_cron(pattern) for macro, pattern in MACROS.items())
