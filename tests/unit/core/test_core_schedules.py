"""When a timer is due: every form of ISO 8601 that is read, its bounds, cycles without drift."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procession.core.model import Expression, TimerEventDefinition, TimerKind
from procession.core.schedules import REPEATS_MAX, Schedule, add, following, schedule
from procession.core.values import Value
from procession.errors import ExpressionError

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CASES = 500


def planned(kind: TimerKind, value: Value, now: datetime = NOW, zone: str = "UTC") -> Schedule:
    when = Expression("", "", lambda values: value)
    return schedule(TimerEventDefinition(kind, when, zone), value, now)


def refusal(kind: TimerKind, value: Value) -> str:
    with pytest.raises(ExpressionError) as error:
        planned(kind, value)
    return str(error.value)


def moments(text: str, number: int, now: datetime = NOW, zone: str = "UTC") -> list[datetime]:
    """The first moments of a cycle, at most so many."""
    found: list[datetime] = []
    after: Schedule | None = planned(TimerKind.CYCLE, text, now, zone)
    while after is not None and len(found) < number:
        found.append(after.due_at)
        after = following(after.as_values(), after.due_at)
    return found


# -- durations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "due_at"),
    [
        ("PT5M", NOW + timedelta(minutes=5)),
        ("PT0S", NOW),
        ("PT0.25S", NOW + timedelta(milliseconds=250)),
        ("PT36H", NOW + timedelta(hours=36)),
        ("PT90M90S", NOW + timedelta(minutes=91, seconds=30)),
        ("P2W", NOW + timedelta(weeks=2)),
        ("P1DT12H", NOW + timedelta(days=1, hours=12)),
        (" PT5M ", NOW + timedelta(minutes=5)),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("P25M", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ("P1Y", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("P1Y2M3DT4H5M6S", datetime(2027, 4, 3, 16, 5, 6, tzinfo=UTC)),
        ("P11M", datetime(2026, 12, 31, 12, tzinfo=UTC)),
    ],
)
def test_a_duration_counts_from_now(duration: str, due_at: datetime) -> None:
    assert planned(TimerKind.DURATION, duration) == Schedule(due_at)


def test_a_year_from_the_29th_of_february_ends_on_the_28th() -> None:
    leap = datetime(2028, 2, 29, tzinfo=UTC)

    assert add(leap, "P1Y") == datetime(2029, 2, 28, tzinfo=UTC)
    assert add(leap, "P4Y") == datetime(2032, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "P1H",
            "PT1D",
            "P1DT",
            "P-1D",
            "-P1D",
            "P1.5D",
            "p1d",
            "P1D2M",
        ),
        *("PT5M\nPT5M", "PT1S1M", "PT0.1234567S", "PT99999999999S", "P12345Y", "PT٣M", "5 minutes"),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    assert "is not a duration; write it as" in refusal(TimerKind.DURATION, text)


@pytest.mark.parametrize("value", [None, 5, True, timedelta(1), NOW])
def test_a_duration_is_a_text(value: Any) -> None:
    assert "a duration must be a text such as PT5M" in refusal(TimerKind.DURATION, value)


@pytest.mark.parametrize("duration", ["P9999Y", "P99999M", "P7974Y", "P999999W9999999DT99999999H"])
def test_no_duration_ends_after_the_year_9999(duration: str) -> None:
    assert "after the year 9999" in refusal(TimerKind.DURATION, duration)


PART = st.integers(0, 10**11)


@st.composite
def durations(draw: st.DrawFn) -> str:
    """What looks like a duration, in bounds or not."""
    parts = ((f"{draw(PART)}{unit}" if draw(st.booleans()) else "") for unit in "YMWD")
    times = ((f"{draw(PART)}{unit}" if draw(st.booleans()) else "") for unit in "HMS")
    return f"P{''.join(parts)}{draw(st.sampled_from(['', 'T']))}{''.join(times)}"


@settings(max_examples=CASES, deadline=None)
@given(
    st.one_of(durations(), st.text(max_size=30)),
    st.datetimes(timezones=st.just(UTC)),
    st.integers(0, REPEATS_MAX),
)
def test_adding_gives_a_moment_that_is_not_earlier_or_an_expression_error(
    duration: str, moment: datetime, times: int
) -> None:
    try:
        later = add(moment, duration, times)
    except ExpressionError:
        return
    assert later >= moment


# -- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "due_at"),
    [
        ("2026-02-01T08:30:00Z", datetime(2026, 2, 1, 8, 30, tzinfo=UTC)),
        ("2026-02-01T08:30:00+02:00", datetime(2026, 2, 1, 6, 30, tzinfo=UTC)),
        ("2026-02-01T08:30", datetime(2026, 2, 1, 8, 30, tzinfo=UTC)),
        ("20260201T083000Z", datetime(2026, 2, 1, 8, 30, tzinfo=UTC)),
        (" 2026-02-01 ", datetime(2026, 2, 1, tzinfo=UTC)),
        (date(2026, 2, 1), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, 8), datetime(2026, 2, 1, 8, tzinfo=UTC)),
        (
            datetime(2026, 2, 1, 8, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 2, 1, 13, tzinfo=UTC),
        ),
        ("1999-01-01", datetime(1999, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_moment_in_utc_unless_it_names_a_zone(value: Value, due_at: datetime) -> None:
    assert planned(TimerKind.DATE, value) == Schedule(due_at)


@pytest.mark.parametrize("text", ["", "2026-02-30", "2026-13-01", "tomorrow", "08:30", "PT5M"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert "is not a moment; write it as" in refusal(TimerKind.DATE, text)


@pytest.mark.parametrize("value", [None, 20260131, True, [NOW]])
def test_a_date_is_a_text_or_a_moment(value: Value) -> None:
    assert "a timer's date must be a moment" in refusal(TimerKind.DATE, value)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-10:00"])
def test_a_moment_that_utc_does_not_have_is_refused(text: str) -> None:
    assert "is no moment of UTC's years" in refusal(TimerKind.DATE, text)


# -- cycles ---------------------------------------------------------------------------------------


def test_a_cycle_happens_its_number_of_times() -> None:
    found = moments("R3/PT10M", 100)

    assert found == [NOW + timedelta(minutes=minutes) for minutes in (10, 20, 30)]


def test_a_cycle_without_a_number_goes_on_for_ever() -> None:
    assert len(moments("R/PT1H", 1_000)) == 1_000


def test_a_cycle_may_have_a_first_moment() -> None:
    found = moments("R2/2026-03-01T08:00:00+01:00/P1D", 100)

    assert found == [datetime(2026, 3, day, 7, tzinfo=UTC) for day in (1, 2)]


def test_a_cycle_of_months_comes_back_to_the_31st() -> None:
    found = moments("R5/2026-01-31/P1M", 5)

    assert [moment.strftime("%m-%d") for moment in found] == [
        *("01-31", "02-28", "03-31", "04-30", "05-31"),
    ]


def test_a_cycle_does_not_drift_however_long_it_goes_on() -> None:
    found = moments("R/PT1.1S", 10_001)

    assert found[-1] - found[0] == timedelta(seconds=11_000)


def test_a_cycle_without_end_leaves_out_what_is_past() -> None:
    began = planned(TimerKind.CYCLE, "R/1970-01-01T00:00:00Z/PT1S")
    after_a_night = following(began.as_values(), NOW + timedelta(hours=8, seconds=0.5))

    assert NOW <= began.due_at < NOW + timedelta(seconds=1)
    assert after_a_night is not None
    assert after_a_night.due_at == NOW.replace(microsecond=0) + timedelta(hours=8, seconds=1)


def test_a_cycle_with_a_number_makes_up_for_what_is_past() -> None:
    began = planned(TimerKind.CYCLE, "R3/1970-01-01T00:00:00Z/PT1S")
    second = following(began.as_values(), NOW)

    assert second is not None
    assert second.due_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_cycle_ends_with_the_year_9999() -> None:
    assert len(moments("R/9998-06-01/P1Y", 100)) == 2


@pytest.mark.parametrize(
    "text", ["", "PT5M", "R3", "R3/", "R-1/PT5M", "3/PT5M", "R3/PT5M/", "R٣/PT5M", "R3 / PT5M"]
)
def test_what_is_no_cycle_is_refused(text: str) -> None:
    said = refusal(TimerKind.CYCLE, text)

    assert "is neither a repeating interval nor a cron pattern; write it as" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("R0/PT5M", "repeats never, or over 10000 times"),
        (f"R{REPEATS_MAX + 1}/PT5M", "repeats never, or over 10000 times"),
        ("R/PT0S", "repeats within a second"),
        ("R/PT0.9S", "repeats within a second"),
        ("R/P5X", "is not a duration"),
        ("R/tomorrow/PT5M", "is not a moment"),
        ("R/PT5M/PT5M", "is not a moment"),
        ("R/P9999Y", "after the year 9999"),
        ("R/PT5M/tomorrow", "is not a moment"),
        ("R/P5X/2026-03-01", "is not a duration"),
        ("R/2026-03-01/tomorrow", "is not a moment"),
        ("R/2026-03-01/2026-03-01", "ends at 2026-03-01T00:00:00+00:00, before it starts"),
        ("R/2026-03-01T00:00:00/2026-03-01T00:00:00.5", "repeats within a second"),
        ("R/PT1H/2026-01-31T11:59", "is over since 2026-01-31T11:59:00+00:00"),
        ("R9999/P1Y/2026-03-01", "before the year 1"),
        ("0 0 30 2 *", "the cron pattern '0 0 30 2 *' never comes true"),
        ("0 0 * * MOON", "the weekday 'MOON' is not known"),
        ("five minutes", "is not a cron pattern"),
    ],
)
def test_each_part_of_a_cycle_is_checked(text: str, says: str) -> None:
    assert says in refusal(TimerKind.CYCLE, text)


def test_a_cycle_is_a_text() -> None:
    assert "5 is neither a repeating interval nor" in refusal(TimerKind.CYCLE, 5)


def test_what_is_no_cycle_has_no_moment_after_the_first() -> None:
    assert following(planned(TimerKind.DURATION, "PT5M").as_values(), NOW) is None


@settings(max_examples=CASES, deadline=None)
@given(
    st.builds(
        "P{}M{}DT{}S".format, st.integers(0, 30), st.integers(0, 40), st.integers(0, 100_000)
    ).filter(lambda text: text != "P0M0DT0S"),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.one_of(st.just(""), st.integers(1, 20)),
)
def test_the_moments_of_a_cycle_grow_strictly_and_are_counted(
    every: str, now: datetime, repeats: str | int
) -> None:
    found = moments(f"R{repeats}/{every}", 30, now)

    assert len(found) == (repeats or 30)
    assert all(before < after for before, after in pairwise(found))
    assert found[0] > now


@settings(max_examples=CASES, deadline=None)
@given(st.sampled_from(TimerKind), st.one_of(st.text(max_size=40), durations(), st.integers()))
def test_any_value_gives_a_schedule_or_an_expression_error(kind: TimerKind, value: Value) -> None:
    try:
        planned(kind, value)
    except ExpressionError:
        return
