"""Cron patterns when clocks are moved, and against a clock that is watched minute by minute."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from procession.core.cron import next_moment, read_cron
from procession.core.zones import zone_named

CASES = 300
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
SAO_PAULO = "America/Sao_Paulo"
APIA = "Pacific/Apia"
KATHMANDU = "Asia/Kathmandu"
CHATHAM = "Pacific/Chatham"


def moments(pattern: str, number: int, after: datetime, zone: str) -> list[datetime]:
    """The first moments of a pattern, at most so many."""
    found: list[datetime] = []
    cron, place = read_cron(pattern), zone_named(zone)
    for _ in range(number):
        moment = next_moment(cron, found[-1] if found else after, place)
        if moment is None:
            break
        found.append(moment)
    return found


def clocks(pattern: str, number: int, after: str, zone: str) -> list[str]:
    """What the clocks of a zone show at the first moments, with the offset."""
    start = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    return [
        moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M%z")
        for moment in moments(pattern, number, start, zone)
    ]


# -- when clocks are moved ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "after", "zone", "expected"),
    [
        # Left out: when the clocks are moved. Shown twice: the first time.
        ("30 2 * * *", "2026-03-28T12:00", BERLIN, ["03-29 03:00+0200", "03-30 02:30+0200"]),
        ("30 2 * * *", "2026-10-24T12:00", BERLIN, ["10-25 02:30+0200", "10-26 02:30+0100"]),
        ("0 30 2 * * ?", "2026-03-28T12:00", BERLIN, ["03-29 03:00+0200", "03-30 02:30+0200"]),
        ("0 30 2 * * ?", "2026-10-24T12:00", BERLIN, ["10-25 02:30+0200", "10-26 02:30+0100"]),
        ("30 2 * * *", "2026-03-07T12:00", NEW_YORK, ["03-08 03:00-0400", "03-09 02:30-0400"]),
        ("30 1 * * *", "2026-10-31T12:00", NEW_YORK, ["11-01 01:30-0400", "11-02 01:30-0500"]),
        # Half an hour.
        ("15 2 * * *", "2026-10-03T12:00", LORD_HOWE, ["10-04 02:30+1100", "10-05 02:15+1100"]),
        ("45 1 * * *", "2026-04-04T12:00", LORD_HOWE, ["04-05 01:45+1100", "04-06 01:45+1030"]),
        # All that is left out happens once, and once with what is due then anyway.
        ("0,20,40 2-3 * * *", "2026-03-29T01:59", BERLIN, ["03-29 03:00+0200", "03-29 03:20+0200"]),
        # Midnight is left out, and a whole day.
        ("0 0 * * *", "2018-11-03T12:00", SAO_PAULO, ["11-04 01:00-0200", "11-05 00:00-0200"]),
        ("0 9 * * *", "2011-12-29T12:00", APIA, ["12-31 00:00+1400", "12-31 09:00+1400"]),
        # Zones that are not whole hours away.
        ("0 9 * * *", "2026-01-31T12:00", KATHMANDU, ["02-01 09:00+0545", "02-02 09:00+0545"]),
        ("0 9 * * *", "2026-01-31T12:00", CHATHAM, ["02-01 09:00+1345", "02-02 09:00+1345"]),
    ],
)  # fmt: skip
def test_a_pattern_that_names_its_hour_and_minute_happens_once_a_day(
    pattern: str, after: str, zone: str, expected: list[str]
) -> None:
    assert clocks(pattern, 2, after, zone) == expected


@pytest.mark.parametrize(
    ("pattern", "after", "zone", "expected"),
    [
        ("*/30 * * * *", "2026-03-29T01:00", BERLIN, ["01:30+0100", "03:00+0200", "03:30+0200"]),
        ("*/30 * * * *", "2026-10-25T02:00", BERLIN, ["02:30+0200", "02:00+0100", "02:30+0100"]),
        ("0 0/30 * * * ?", "2026-10-25T02:00", BERLIN, ["02:30+0200", "02:00+0100", "02:30+0100"]),
        ("0 0 0/1 * * ?", "2026-11-01T00:30", NEW_YORK, ["01:00-0400", "01:00-0500", "02:00-0500"]),
        ("*/15 * * * *", "2026-04-05T01:30", LORD_HOWE, ["01:45+1100", "01:30+1030", "01:45+1030"]),
        ("*/15 * * * *", "2026-10-04T01:30", LORD_HOWE, ["01:45+1030", "02:30+1100", "02:45+1100"]),
    ],
)  # fmt: skip
def test_a_pattern_that_counts_takes_no_notice_of_moved_clocks(
    pattern: str, after: str, zone: str, expected: list[str]
) -> None:
    assert [text[6:] for text in clocks(pattern, 3, after, zone)] == expected


def test_what_counts_only_in_the_hour_that_is_left_out_waits_for_the_next_year() -> None:
    # On these days the clocks of Berlin are moved forward.
    found = clocks("0 */10 2 25-31 3 SUN", 1, "2026-01-01T00:00", BERLIN)

    assert found == []


def test_a_pattern_that_counts_finds_its_year() -> None:
    found = moments("0 */10 2 29 3 *", 1, datetime(2026, 1, 1, tzinfo=UTC), BERLIN)

    assert found == [datetime(2027, 3, 29, 0, 0, tzinfo=UTC)]


# -- the same, minute by minute -------------------------------------------------------------------

NUMBERS = {"minute": 59, "hour": 23}


@st.composite
def fields(draw: st.DrawFn, high: int) -> str:
    low, end = sorted((draw(st.integers(0, high)), draw(st.integers(0, high))))
    step = draw(st.integers(1, high))
    return draw(
        st.sampled_from(
            ["*", f"*/{step}", f"{low}", f"{low}-{end}", f"{low}/{step}", f"{low},{end}"]
        )
    )


def holds(field: str, number: int) -> bool:
    """Whether a number is in a field, as one reads it aloud."""
    if "," in field:
        return any(holds(term, number) for term in field.split(","))
    term, _, step = field.partition("/")
    low, _, end = term.replace("*", "0-99").partition("-")
    high = int(end) if end else 99 if step else int(low)
    return int(low) <= number <= high and (number - int(low)) % int(step or 1) == 0


def minutes_from(start: datetime) -> Iterator[datetime]:
    return (start + MINUTE * number for number in range(1, 4 * 1440))


def watched(minute: str, hour: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment after another, found by looking at the clock every minute."""
    counts = any("*" in field or ("/" in field and "-" not in field) for field in (minute, hour))
    seen = (after - 2 * DAY).astimezone(zone).replace(tzinfo=None)
    if not counts:
        # The furthest that the clock has shown so far: what it shows again is not new.
        for moment in minutes_from(after - 2 * DAY):
            if moment > after:
                break
            seen = max(seen, moment.astimezone(zone).replace(tzinfo=None))
    for moment in minutes_from(after):
        clock = moment.astimezone(zone).replace(tzinfo=None)
        passed = [clock] if counts else []
        while not counts and seen < clock:
            seen += MINUTE
            passed.append(seen)
        if any(holds(minute, each.minute) and holds(hour, each.hour) for each in passed):
            return moment
    return None


CHANGES = {
    BERLIN: ("2026-03-29T01:00", "2026-10-25T01:00"),
    NEW_YORK: ("2026-03-08T07:00", "2026-11-01T06:00"),
    LORD_HOWE: ("2026-10-03T15:30", "2026-04-04T15:00"),
    CHATHAM: ("2026-09-26T14:00", "2026-04-04T14:00"),
    SAO_PAULO: ("2018-11-04T03:00", "2018-02-18T02:00"),
    "Africa/Casablanca": ("2026-03-22T02:00", "2026-02-15T02:00"),
    KATHMANDU: ("2026-01-01T00:00", "2026-06-01T00:00"),
}


@settings(max_examples=CASES, deadline=None)
@given(
    fields(NUMBERS["minute"]),
    fields(NUMBERS["hour"]),
    st.sampled_from([(zone, text) for zone, texts in CHANGES.items() for text in texts]),
    st.integers(-36 * 60, 12 * 60),
)
def test_the_next_moment_is_that_at_which_a_watched_clock_shows_it(
    minute: str, hour: str, change: tuple[str, str], away: int
) -> None:
    zone, text = change
    assume(all(int(f.rpartition("/")[2]) > 0 for f in (minute, hour) if "/" in f))
    after = datetime.fromisoformat(text).replace(tzinfo=UTC) + away * MINUTE

    found = moments(f"{minute} {hour} * * *", 1, after, zone)

    assert found == [watched(minute, hour, after, ZoneInfo(zone))]


def test_a_time_that_is_shown_again_has_had_its_turn() -> None:
    """02:30 is twice in this night; who asks between the two is told of the next day's."""
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    assert next_moment(read_cron("30 2 * * *"), between, zone_named(BERLIN)) == datetime(
        2026, 10, 26, 1, 30, tzinfo=UTC
    )
