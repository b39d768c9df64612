"""Values on the wire: what the client writes, the service reads as the same value, and back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from procession.client import BadAnswer, BadParameter, decoded, typed
from procession.client.values import text_of, texts, xml_text
from procession.core.values import DataType, Kind, from_text
from procession.settings import CONTRACT_NAMESPACE
from procession.web.wire import json_text, xml_string

ONE_ID = UUID("8ecab4a1-0ca3-4515-9399-efe0a19390bd")
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
ZONES = st.timezones() | st.just(UTC)
# What the engine takes as a text: no lone surrogates and no NUL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)


def read(kind: DataType, value: Any) -> Any:
    """A value as the service reads the text that the client has written."""
    return from_text("Value", Kind(kind), text_of("Value", value))


@given(st.integers(1 - 2**63, 2**63 - 1))
def test_an_integer_arrives_as_it_is(value: int) -> None:
    assert read(DataType.INTEGER, value) == value


@given(st.booleans())
def test_a_boolean_arrives_as_it_is(value: bool) -> None:
    assert read(DataType.BOOLEAN, value) is value


@given(DECIMALS.filter(lambda value: value == 0 or abs(value.adjusted()) < 25))
def test_a_decimal_arrives_with_every_digit_and_is_written_without_an_exponent(
    value: Decimal,
) -> None:
    text = text_of("Value", value)

    assert from_text("Value", Kind(DataType.DECIMAL), text) == value
    assert "e" not in text.lower()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_arrives_as_it_is(value: float) -> None:
    assert read(DataType.FLOAT, value) == value


@given(st.datetimes(timezones=ZONES))
def test_a_moment_with_a_zone_arrives_as_the_same_moment(value: datetime) -> None:
    if timedelta(days=2) < value.replace(tzinfo=None) - datetime.min < timedelta(days=3_652_000):
        assert read(DataType.DATE_TIME, value) == value


@given(st.dates() | st.times())
def test_a_date_and_a_time_arrive_as_they_are(value: date | time) -> None:
    kind = DataType.DATE if isinstance(value, date) else DataType.TIME
    assert read(kind, value) == value


@given(st.uuids())
def test_a_guid_arrives_as_it_is(value: UUID) -> None:
    assert read(DataType.GUID, value) == value


@given(TEXTS)
def test_a_text_arrives_as_it_is(value: str) -> None:
    assert read(DataType.TEXT, value) == value


@given(st.lists(st.dictionaries(st.sampled_from(["Id", "Name"]), TEXTS | st.none(), max_size=2)))
def test_rows_arrive_as_a_collection(rows: list[dict[str, str | None]]) -> None:
    assert read(DataType.COLLECTION, rows) == rows


@given(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | st.uuids())
def test_what_execute_answers_is_read_as_the_value(value: object) -> None:
    body = xml_string(value, CONTRACT_NAMESPACE).decode()

    found = decoded(xml_text(body) or "null")

    assert found == (str(value) if isinstance(value, UUID) else value)


@given(TEXTS)
def test_a_text_that_holds_json_is_read_twice(value: str) -> None:
    body = xml_string(json_text([{"Name": value}]), CONTRACT_NAMESPACE).decode()

    once = decoded(xml_text(body) or "null")

    assert decoded(once) == [{"Name": value}]
    assert typed(once, list[dict[str, str]]) == [{"Name": value}]


@dataclass
class Contact:
    Id: UUID
    Name: str


class Line(Struct):
    amount: Decimal
    at: datetime


def test_rows_may_be_dataclasses_and_structs() -> None:
    assert text_of("Rows", [Contact(ONE_ID, "Ann")]) == f'[{{"Id":"{ONE_ID}","Name":"Ann"}}]'
    line = Line(Decimal("12.50"), datetime(2026, 1, 31, tzinfo=UTC))
    assert text_of("Rows", [line]) == '[{"amount":12.50,"at":"2026-01-31T00:00:00Z"}]'


def test_what_is_not_set_is_not_sent_and_an_empty_text_is() -> None:
    assert texts({"A": None, "B": "", "C": False}) == {"B": "", "C": "false"}
    assert texts(None) == {}


def test_a_moment_without_a_zone_is_sent_without_one() -> None:
    assert text_of("At", datetime(2026, 1, 31, 13, 45)) == "2026-01-31T13:45:00"
    moment = datetime(2026, 1, 31, 13, 45, tzinfo=timezone(timedelta(hours=2)))
    assert text_of("At", moment) == "2026-01-31T11:45:00Z"


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("1E+5000"),
        Decimal("1E-5000"),
        object(),
        {1, 2},
        "half \ud800 a character",
        [{"A": object()}],
    ],
)
def test_what_no_process_could_hold_is_refused_with_the_name_of_its_parameter(
    value: object,
) -> None:
    with pytest.raises(BadParameter, match=r"^Amount: "):
        texts({"Amount": value})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">42</string>', "42"),
        ('<string xmlns="https://schemas.microsoft.com/2003/10/Serialization/">42</string>', "42"),
        ('<?xml version="1.0" encoding="utf-8"?>\n<string>"a &lt; b"</string>\n', '"a < b"'),
        ("<s:string xmlns:s='x'>&#x41;&#66;&amp;&#x1F600;</s:string>", "AB&\U0001f600"),
        ("\ufeff<string>1</string>", "1"),
        ("<string></string>", ""),
        ('<string i:nil="true" xmlns:i="x"/>', None),
    ],
)
def test_a_string_answer_is_read_in_whichever_way_it_is_written(
    body: str, text: str | None
) -> None:
    assert xml_text(body) == text


@pytest.mark.parametrize(
    "body", ["", "42", "<html>login</html>", "<string>1", "<strings>1</strings>"]
)
def test_another_answer_is_not_taken_for_a_value(body: str) -> None:
    with pytest.raises(BadAnswer, match="is not the <string> that Execute answers"):
        xml_text(body)


def test_a_result_is_read_as_the_type_that_is_wanted() -> None:
    assert typed(str(ONE_ID), UUID) == ONE_ID
    assert typed("2026-01-31T13:45:00Z", datetime) == datetime(2026, 1, 31, 13, 45, tzinfo=UTC)
    assert typed(decoded("12.50"), Decimal) == Decimal("12.50")
    assert typed([{"Id": str(ONE_ID), "Name": "Ann"}], list[Contact]) == [Contact(ONE_ID, "Ann")]
    with pytest.raises(BadAnswer, match="is not a <class 'int'>"):
        typed("many", int)


def test_what_is_not_json_is_said_to_be_none() -> None:
    with pytest.raises(BadAnswer, match="is not JSON"):
        decoded("<html>")
