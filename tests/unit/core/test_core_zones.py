"""What clocks show in a time zone, and which moment a clock's time means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procession.core.zones import change_between, clock_at, moment_at, offset_at, zone_named
from procession.errors import ExpressionError

CASES = 300
ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"),
    *("Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca", "Etc/GMT+12", "UTC"),
)


@pytest.mark.parametrize("name", [*ZONES, "GMT", "America/Argentina/Buenos_Aires", "EST5EDT"])
def test_a_zone_has_a_name_of_the_ianas(name: str) -> None:
    assert str(zone_named(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " UTC", "Berlin", "Europe", "Europe/", "/Europe/Berlin", "Europe/Nowhere", "+01:00"),
        *("../../etc/passwd", "Europe/../UTC", "Europe/Berlin\n", "localtime", "posixrules"),
        *("Factory", "a/b/c/d/e", "x" * 1_000, "Zürich"),
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ExpressionError, match="is not a time zone; write a name of the IANA's"):
        zone_named(name)


@pytest.mark.parametrize(
    ("zone", "clock", "moment"),
    [
        ("UTC", "2026-01-31T12:00", "2026-01-31T12:00"),
        ("Europe/Berlin", "2026-01-31T12:00", "2026-01-31T11:00"),
        ("Europe/Berlin", "2026-07-31T12:00", "2026-07-31T10:00"),
        ("Asia/Kathmandu", "2026-01-31T12:00", "2026-01-31T06:15"),
        # Left out: the moment at which clocks are moved, whatever the time.
        ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59:59.5", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        # Shown twice: the first.
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00"),
        ("Europe/Berlin", "2026-10-25T02:59", "2026-10-25T00:59"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
    ],
)
def test_a_clocks_time_means_the_first_moment_that_has_come_to_it(
    zone: str, clock: str, moment: str
) -> None:
    found = moment_at(datetime.fromisoformat(clock), zone_named(zone))

    assert found == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_clocks_show_the_time_of_their_zone() -> None:
    noon = datetime(2026, 7, 31, 12, tzinfo=UTC)

    assert clock_at(noon, ZoneInfo("Europe/Berlin")) == datetime(2026, 7, 31, 14)
    assert offset_at(noon, ZoneInfo("Asia/Kathmandu")) == timedelta(hours=5, minutes=45)


def test_a_change_is_found_to_the_second() -> None:
    low, high = datetime(2026, 3, 28, 12, 0, 0, 5, UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)

    assert change_between(low, high, ZoneInfo("Europe/Berlin")) == datetime(
        2026, 3, 29, 1, 0, 0, 0, UTC
    )


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_what_clocks_show_means_the_moment_or_an_earlier_one_that_shows_the_same(
    name: str, moment: datetime
) -> None:
    zone = zone_named(name)
    clock = clock_at(moment, zone)

    found = moment_at(clock, zone)

    assert found <= moment
    assert clock_at(found, zone) == clock


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1)),
    st.timedeltas(timedelta(), timedelta(days=1)),
)
def test_a_later_time_never_means_an_earlier_moment(
    name: str, clock: datetime, later: timedelta
) -> None:
    zone = zone_named(name)

    assert moment_at(clock, zone) <= moment_at(clock + later, zone)
