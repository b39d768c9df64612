"""Values as they leave: in JSON's types, in messages."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest

from procession.core.values import DataType, iso, shown, to_plain, untyped
from procession.errors import BadValue

UID = UUID("0123abcd-89ef-4567-89ab-0123456789ab")


def test_a_moment_in_utc_ends_with_a_z() -> None:
    assert iso(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31T12:00:00Z"


def test_a_moment_elsewhere_keeps_its_offset() -> None:
    there = timezone(timedelta(hours=5))

    assert iso(datetime(2026, 1, 31, 12, tzinfo=there)) == "2026-01-31T12:00:00+05:00"
    assert iso(datetime(2026, 1, 31, 12, 0, 0, 5)) == "2026-01-31T12:00:00.000005"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (Decimal("1.50"), Decimal("1.50")),
        (UID, str(UID)),
        (date(2026, 1, 31), "2026-01-31"),
        (time(13, 45), "13:45:00"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00Z"),
        ([{"Id": UID, 1: (UID,)}], [{"Id": str(UID), "1": [str(UID)]}]),
    ],
)
def test_a_value_is_made_plain_for_json(value: Any, plain: Any) -> None:
    assert to_plain(value) == plain


def test_a_message_quotes_a_short_value_as_it_is() -> None:
    assert shown("a\n\0") == r"'a\n\x00'"


def test_a_message_quotes_the_beginning_of_a_long_value() -> None:
    assert shown("x" * 100) == f"'{'x' * 59}…"


class Share(float):
    """As a library may have its own kind of number."""


@pytest.mark.parametrize(
    ("value", "kept"), [(DataType.TEXT, "Text"), (HTTPStatus.OK, 200), (Share(0.5), 0.5)]
)
def test_a_value_of_a_kind_of_its_own_is_kept_as_a_plain_one(value: Any, kept: Any) -> None:
    found = untyped("P", value)

    assert (found, type(found)) == (kept, type(kept))


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [(10**5000, "a very large int"), (nested(5000), "a very large list")],
    ids=["int", "list"],
)
def test_a_message_names_what_cannot_be_quoted(value: Any, said: str) -> None:
    assert shown(value) == said


def test_a_value_without_a_type_is_kept_as_it_is() -> None:
    value = {"a": [1, 2.5, Decimal("3.5"), True, None, UID], "b": "x"}

    assert untyped("P", value) == value


@pytest.mark.parametrize("value", [2**63, float("nan"), Decimal("NaN"), "\0", {"\0": 1}, b"", {1}])
def test_a_value_that_no_instance_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(BadValue, match=r"^P\b"):
        untyped("P", [value])


def test_a_value_may_be_32_deep_and_no_deeper() -> None:
    assert untyped("P", nested(32)) == nested(32)

    with pytest.raises(BadValue, match="nested more than 32 deep"):
        untyped("P", nested(33))
