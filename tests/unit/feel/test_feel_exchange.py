"""Values of a process on their way into FEEL and out of it."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from procession.core.values import Value
from procession.feel import Budget, from_feel, to_feel
from procession.feel.kinds import DaysTime
from tests.unit.feel.feel_builders import evaluate, failed

GUID = "00000000-0000-0000-0000-000000000005"


def test_numbers_come_out_whole_where_they_are_whole() -> None:
    assert evaluate("Amount / 2", Amount=4) == 2
    assert type(evaluate("Amount / 2", Amount=4)) is int
    assert evaluate("Amount / 2", Amount=5) == Decimal("2.5")
    assert type(evaluate("2 ** 63")) is Decimal
    assert type(evaluate("2 ** 62")) is int
    assert type(evaluate("Price * 2", Price=Decimal("1.50"))) is int


def test_a_float_is_the_number_that_it_is_written_as() -> None:
    assert evaluate("Ratio + 0.2", Ratio=0.1) == Decimal("0.3")
    assert evaluate("Ratio", Ratio=float("inf")) is None


def test_a_number_has_34_digits_inside() -> None:
    assert evaluate("Price + 0", Price=Decimal("1" * 40)) == Decimal("1" * 34 + "0" * 6)


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 1, 31),
        time(13, 45, 1, 500),
        time(13, 45, tzinfo=UTC),
        datetime(2026, 1, 31, 13, 45),
        datetime(2026, 1, 31, 13, 45, tzinfo=UTC),
        datetime(2026, 1, 31, 13, 45, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 7, 31, 13, 45, tzinfo=ZoneInfo("Europe/Paris")),
        "text",
        True,
        None,
        12,
        [1, {"a": [None, "x"]}],
    ],
)
def test_what_goes_in_comes_out(value: Value) -> None:
    assert evaluate("Any", Any=value) == value
    assert evaluate("[Any][1]", Any=value) == value
    assert evaluate("{a: Any}.a", Any=value) == value


def test_a_guid_is_a_string() -> None:
    assert evaluate(f'Id = "{GUID}"', Id=UUID(GUID)) is True
    assert evaluate("Id", Id=UUID(GUID)) == GUID


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('@"P1DT2H"', "P1DT2H"),
        ('@"P14M"', "P1Y2M"),
        ("[1..5)", "[1..5)"),
        ("< 5", "(..5)"),
        ('date("12345-01-01")', "12345-01-01"),
        ('date and time("12345-01-01T00:00:00Z")', "12345-01-01T00:00:00Z"),
        ('@"10:00:00@Europe/Paris"', "10:00:00@Europe/Paris"),
        ('["a", @"P1D"]', ["a", "P1D"]),
    ],
)
def test_what_a_process_does_not_know_leaves_as_its_text(text: str, answer: Value) -> None:
    assert evaluate(text) == answer


def test_a_duration_of_a_handler_is_one_of_feel() -> None:
    assert to_feel(Budget(), timedelta(hours=1)) == DaysTime(3_600_000_000_000)


def test_feels_own_values_pass_unchanged() -> None:
    own = [DaysTime(5), Decimal("1.50"), None]

    assert to_feel(Budget(), own) == own
    assert from_feel(Budget(), DaysTime(0)) == "PT0S"


def test_a_value_that_is_nested_too_deep_is_refused() -> None:
    deep: Value = []
    for _ in range(40):
        deep = [deep]

    assert "nested more than 32 deep" in str(failed("Any", Any=deep))


def test_a_time_zone_counts_with_its_summer_time() -> None:
    paris = ZoneInfo("Europe/Paris")
    winter, summer = (datetime(2026, month, 1, tzinfo=paris) for month in (1, 7))

    assert evaluate("Due.time offset", Due=winter) == "PT1H"
    assert evaluate("Due.time offset", Due=summer) == "PT2H"
    assert evaluate('Due + @"P6M"', Due=winter) == summer
