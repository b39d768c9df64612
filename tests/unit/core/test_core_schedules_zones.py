"""When a timer is due by the clocks of its zone, intervals with an end, cron, and what is kept."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json

from procession.core.model import TimerKind
from procession.core.schedules import CronCycle, Schedule, following
from procession.core.values import Value
from procession.errors import ExpressionError
from procession.stores.codec import pack, unpack
from tests.unit.core.test_core_schedules import NOW, moments, planned

CASES = 300
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, "Asia/Kathmandu", "Pacific/Chatham", "UTC")
HOUR = timedelta(hours=1)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def clocks(text: str, number: int, now: str, zone: str) -> list[str]:
    """What the clocks of a zone show at the first moments of a cycle."""
    found = moments(text, number, at(now, zone), zone)
    return [moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") for moment in found]


# -- moments and durations ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "due_at"),
    [
        ("2026-07-01T08:30", "2026-07-01T06:30"),
        ("2026-02-01T08:30", "2026-02-01T07:30"),
        ("2026-07-01T08:30Z", "2026-07-01T08:30"),
        ("2026-07-01T08:30+05:00", "2026-07-01T03:30"),
        ("2026-07-01", "2026-06-30T22:00"),
        (date(2026, 7, 1), "2026-06-30T22:00"),
        (datetime(2026, 7, 1, 8, 30), "2026-07-01T06:30"),
        ("2026-03-29T02:30", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
    ],
)
def test_a_date_without_an_offset_is_a_time_of_the_zone(value: Value, due_at: str) -> None:
    assert planned(TimerKind.DATE, value, zone=BERLIN) == Schedule(at(due_at))


@pytest.mark.parametrize(
    ("duration", "now", "due_at"),
    [
        ("P1D", "2026-03-28T12:00", "2026-03-29T12:00"),
        ("PT24H", "2026-03-28T12:00", "2026-03-29T13:00"),
        ("P1D", "2026-10-24T12:00", "2026-10-25T12:00"),
        ("PT24H", "2026-10-24T12:00", "2026-10-25T11:00"),
        ("P1M", "2026-03-28T12:00", "2026-04-28T12:00"),
        ("P1DT12H", "2026-03-28T00:30", "2026-03-29T13:30"),
        ("P1D", "2026-03-28T02:30", "2026-03-29T03:00"),
    ],
)
def test_days_are_those_of_the_clock_and_hours_pass(duration: str, now: str, due_at: str) -> None:
    found = planned(TimerKind.DURATION, duration, at(now, BERLIN), BERLIN)

    assert found == Schedule(at(due_at, BERLIN))


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:30"])
def test_a_time_that_utc_does_not_have_is_refused(text: str) -> None:
    zone = "Asia/Tokyo" if text < "1" else NEW_YORK

    with pytest.raises(ExpressionError, match="is no moment of UTC's years"):
        planned(TimerKind.DATE, text, zone=zone)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TimerKind.DATE, "2026-07-01"),
        (TimerKind.DURATION, "P1D"),
        (TimerKind.CYCLE, "R/P1D"),
        (TimerKind.CYCLE, "0 0 * * *"),
    ],
)
def test_a_zone_that_is_not_known_is_refused(kind: TimerKind, value: str) -> None:
    with pytest.raises(ExpressionError, match="'Middle Earth' is not a time zone"):
        planned(kind, value, zone="Middle Earth")


# -- repeating intervals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "now", "zone", "expected"),
    [
        ("R/P1D", "2026-03-28T09:00", BERLIN, ["03-29 09:00", "03-30 09:00"]),
        ("R/PT24H", "2026-03-28T09:00", BERLIN, ["03-29 10:00", "03-30 10:00"]),
        ("R/P1D", "2026-03-28T02:30", BERLIN, ["03-29 03:00", "03-30 02:30"]),
        ("R/P1D", "2026-10-24T02:30", BERLIN, ["10-25 02:30", "10-26 02:30"]),
        ("R/P1M", "2026-02-08T02:30", NEW_YORK, ["03-08 03:00", "04-08 02:30"]),
        ("R/P1D", "2026-10-03T02:15", LORD_HOWE, ["10-04 02:30", "10-05 02:15"]),
        ("R/2026-03-28T09:00/P1D", "2026-03-01T09:00", BERLIN, ["03-28 09:00", "03-29 09:00"]),
        ("R/2026-03-28T08:00Z/P1D", "2026-03-01T09:00", BERLIN, ["03-28 09:00", "03-29 09:00"]),
        ("R/2026-03-28T09:00/P1D", "2026-03-29T09:30", BERLIN, ["03-30 09:00", "03-31 09:00"]),
    ],
)
def test_days_and_months_keep_the_clocks_time(
    text: str, now: str, zone: str, expected: list[str]
) -> None:
    assert clocks(text, 2, now, zone) == expected


def test_months_come_back_to_the_31st_from_which_they_are_counted() -> None:
    found = moments("R3/P1M", 3)

    assert [moment.strftime("%m-%d") for moment in found] == ["02-28", "03-31", "04-30"]


def test_an_interval_with_an_end_is_counted_back_from_it() -> None:
    """ISO 8601-1:2019 §5.6: the end is that of the last one."""
    found = moments("R3/PT10M/2026-01-31T13:00", 100)

    assert found == [at(f"2026-01-31T{time}") for time in ("12:40", "12:50", "13:00")]


def test_without_a_number_the_moments_before_the_end_are_those_to_come() -> None:
    found = moments("R/PT10M/2026-01-31T12:25", 100)

    assert found == [at(f"2026-01-31T12:{minute}") for minute in ("05", "15", "25")]


def test_an_interval_with_an_end_leaves_out_what_is_past() -> None:
    began = planned(TimerKind.CYCLE, "R/PT10M/2026-01-31T14:00")

    late = following(began.as_values(), NOW + HOUR)
    too_late = following(began.as_values(), NOW + 3 * HOUR)

    assert late is not None
    assert (late.due_at, too_late) == (NOW + HOUR, None)


def test_an_end_may_be_closer_than_the_duration_is_long() -> None:
    assert moments("R/P5000Y/2026-03-01", 100) == [at("2026-03-01")]


def test_an_interval_may_be_given_by_its_start_and_end() -> None:
    """The first one; each further one begins where the one before it ends."""
    found = moments("R3/2026-03-01T08:00/2026-03-01T08:00:10.5", 100)

    assert found == [at("2026-03-01T08:00") + timedelta(seconds=10.5) * n for n in range(3)]


def test_between_a_start_and_an_end_whole_days_keep_the_clocks_time() -> None:
    days = clocks("R/2026-03-28T09:00/2026-03-29T09:00", 3, "2026-03-01T00:00", BERLIN)
    hours = clocks("R/2026-03-28T09:00/2026-03-29T10:00", 3, "2026-03-01T00:00", BERLIN)

    assert days == ["03-28 09:00", "03-29 09:00", "03-30 09:00"]
    assert hours == ["03-28 09:00", "03-29 10:00", "03-30 10:00"]


# -- cron -----------------------------------------------------------------------------------------


def test_a_cron_pattern_goes_by_the_clocks_of_the_zone() -> None:
    found = clocks("0 0 9-17 * * MON-FRI", 3, "2026-03-27T16:30", BERLIN)

    assert found == ["03-27 17:00", "03-30 09:00", "03-30 10:00"]


def test_a_cron_pattern_leaves_out_what_is_past() -> None:
    began = planned(TimerKind.CYCLE, "@hourly")

    after_a_night = following(began.as_values(), NOW + 8.5 * HOUR)

    assert after_a_night is not None
    assert (began.due_at, after_a_night.due_at) == (NOW + HOUR, NOW + 9 * HOUR)


def test_a_clock_that_was_set_back_does_not_make_a_moment_come_twice() -> None:
    began = planned(TimerKind.CYCLE, "@hourly")

    after = following(began.as_values(), NOW)

    assert after is not None
    assert after.due_at == NOW + 2 * HOUR


def test_a_cron_pattern_ends_with_the_year_9999() -> None:
    assert moments("0 0 1 6 *", 100, at("9998-01-01")) == [at("9998-06-01"), at("9999-06-01")]


# -- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("R3/PT10M", "R/P1D", "R3/PT10M/2026-01-31T13:00", "R/PT10M/2026-01-31T13:00"),
        *("R5/2026-01-31T08:00/P1M", "0 9 * * MON-FRI", "@daily"),
    ],
)
def test_a_cycle_goes_on_from_what_a_store_has_kept_of_it(text: str) -> None:
    began = planned(TimerKind.CYCLE, text, zone=BERLIN)
    kept = unpack(json.decode(json.encode(pack(began.as_values()))))

    assert following(kept, began.due_at) == following(began.as_values(), began.due_at)


def test_a_cycle_that_was_kept_before_there_were_zones_goes_on() -> None:
    kept: dict[str, Value] = {"first": NOW, "every": "P1D", "number": 0, "further": 2}

    after = following(kept, NOW)

    assert after is not None
    assert after.due_at == NOW + 24 * HOUR


@pytest.mark.parametrize("text", ["R/P1D", "0 9 * * *"])
def test_a_cycle_whose_zone_is_not_known_any_more_does_not_end_in_silence(text: str) -> None:
    kept = {**planned(TimerKind.CYCLE, text).as_values(), "zone": "Middle/Earth"}

    with pytest.raises(ExpressionError, match="is not a time zone"):
        following(kept, NOW)


def test_what_a_cron_cycle_carries() -> None:
    began = planned(TimerKind.CYCLE, " 0 9 * * * ", zone=BERLIN)

    assert began.cycle == CronCycle("0 9 * * *", at("2026-02-01T08:00"), BERLIN)


# -- any zone, any moment -------------------------------------------------------------------------


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(["P1D", "P1W", "P1M", "P1Y", "P1DT1H", "PT24H", "PT90M"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 1_000),
)
def test_leaving_out_what_is_past_finds_the_moment_that_going_through_all_finds(
    zone: str, every: str, began: datetime, late_hours: int
) -> None:
    cycle = planned(TimerKind.CYCLE, f"R/{every}", began, zone)
    now = began + late_hours * HOUR

    found = following(cycle.as_values(), now)

    each: Schedule | None = cycle
    while each is not None and (each == cycle or each.due_at < now):
        each = following(each.as_values(), each.due_at)
    assert found is not None
    assert each is not None
    assert found.due_at == each.due_at
