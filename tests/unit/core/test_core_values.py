"""Values that come from texts and from programs, type by type."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest

from procession.core.values import (
    COLLECTION_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    TYPE_NAMES,
    Column,
    DataType,
    Direction,
    Kind,
    convert,
    from_text,
    guid,
)
from procession.errors import BadValue

UID = UUID("0123abcd-89ef-4567-89ab-0123456789ab")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
CONTACTS = Kind(DataType.COLLECTION, (Column("Id", DataType.GUID), Column("Age", DataType.INTEGER)))


def read(kind: str, text: str) -> Any:
    return from_text("P", Kind(DataType(kind)), text)


def converted(kind: str, value: Any) -> Any:
    return convert("P", Kind(DataType(kind)), value)


TEXTS: Sequence[tuple[str, str, Any]] = [
    ("Text", " a b ", " a b "),
    ("Text", "", ""),
    ("Text", "äöü \U0001f600\t\n", "äöü \U0001f600\t\n"),
    ("Integer", "42", 42),
    ("Integer", " -7 ", -7),
    ("Integer", "+7", 7),
    ("Integer", "0007", 7),
    ("Integer", str(2**63 - 1), 2**63 - 1),
    ("Float", "1.5", 1.5),
    ("Float", "-1e3", -1000.0),
    ("Float", ".5", 0.5),
    ("Decimal", "12.50", Decimal("12.50")),
    ("Decimal", "5.", Decimal("5")),
    ("Decimal", "1E-400", Decimal("1E-400")),
    ("Money", "0.10", Decimal("0.10")),
    ("Money", "0" * 80, Decimal(0)),
    ("Boolean", "true", True),
    ("Boolean", "False", False),
    ("Boolean", " TRUE ", True),
    ("DateTime", "2026-01-31T12:00:00Z", NOON),
    ("DateTime", "2026-01-31 14:00:00+02:00", NOON),
    ("DateTime", "2026-01-31T12:00:00", NOON),
    ("DateTime", "2026-01-31", NOON.replace(hour=0)),
    ("Date", "2026-01-31", date(2026, 1, 31)),
    ("Date", "2026-01-31T23:59:00Z", date(2026, 1, 31)),
    ("Time", "13:45:00", time(13, 45)),
    ("Time", "13:45", time(13, 45)),
    ("Guid", str(UID), UID),
    ("Guid", UID.hex.upper(), UID),
    ("Guid", f"{{{UID}}}", UID),
    ("Lookup", str(UID), UID),
    ("Collection", "[]", []),
    ("Collection", ' [{"a": 1, "b": null}] ', [{"a": 1, "b": None}]),
    ("Collection", '[{"a": 1.50}]', [{"a": Decimal("1.50")}]),
]


@pytest.mark.parametrize(("kind", "text", "value"), TEXTS)
def test_a_text_is_read_by_the_type_of_its_parameter(kind: str, text: str, value: Any) -> None:
    found = read(kind, text)

    assert (found, type(found)) == (value, type(value))


BAD_TEXTS: Sequence[tuple[str, str]] = [
    ("Text", "a\0b"),
    ("Text", "\ud800"),
    ("Integer", ""),
    ("Integer", "1.5"),
    ("Integer", "1_000"),
    ("Integer", "١"),
    ("Integer", "0x10"),
    ("Integer", "9" * 31),
    ("Integer", str(2**63)),
    ("Integer", "7\0"),
    ("Float", "x"),
    ("Float", "nan"),
    ("Float", "inf"),
    ("Float", "1e400"),
    ("Decimal", ""),
    ("Decimal", "1,5"),
    ("Decimal", "1.2.3"),
    ("Decimal", "."),
    ("Decimal", "Infinity"),
    ("Decimal", "1e401"),
    ("Decimal", "1e-401"),
    ("Decimal", "1e99999"),
    ("Decimal", "1" * 61),
    ("Decimal", "1" * 101),
    ("Money", "12 €"),
    ("Boolean", "1"),
    ("Boolean", "yes"),
    ("Boolean", ""),
    ("DateTime", ""),
    ("DateTime", "31.01.2026"),
    ("DateTime", "2026-02-30"),
    ("DateTime", "2026-01-31\x0012:00"),
    ("DateTime", "2026-01-31T12:00:00" + " " * 60 + "Z"),
    ("DateTime", "٢٠٢٦-01-31"),
    ("DateTime", "0001-01-01T00:00:00+14:00"),
    ("Date", "2026-13-01"),
    ("Time", "25:00"),
    ("Time", "noon"),
    ("Guid", ""),
    ("Guid", str(UID)[:-1]),
    ("Guid", str(UID) + "0"),
    ("Guid", "g" * 32),
    ("Guid", f"{{{UID}"),
    ("Guid", f"{UID}}}"),
    ("Guid", UID.hex[:8] + "-" + UID.hex[8:]),
    ("Lookup", "Supervisor"),
    ("Collection", ""),
    ("Collection", "null"),
    ("Collection", "{}"),
    ("Collection", "1"),
    ("Collection", '""'),
    ("Collection", '"text"'),
    ("Collection", "[1]"),
    ("Collection", "[{]"),
    ("Collection", '[{"a": NaN}]'),
    ("Collection", "[" * 100_000),
    ("Collection", '[{"a": ' + "9" * 5000 + "}]"),
    ("Collection", '[{"a": "x\\u0000"}]'),
    ("Collection", '[{"a\\u0000": 1}]'),
    ("Collection", '[{"a": "\\ud800"}]'),
    ("Collection", '[{"a": 9223372036854775808}]'),
    ("Collection", '[{"a": 1e401}]'),
    ("Collection", '[{"a": ' + "[" * 40 + "]" * 40 + "}]"),
]


@pytest.mark.parametrize(("kind", "text"), BAD_TEXTS, ids=lambda text: ascii(text)[1:30])
def test_a_text_that_its_type_cannot_hold_is_refused_by_name(kind: str, text: str) -> None:
    with pytest.raises(BadValue, match=r"^P\b") as refused:
        read(kind, text)

    assert len(str(refused.value)) < 400
    assert "\0" not in str(refused.value)


VALUES: Sequence[tuple[str, Any, Any]] = [
    ("Text", DataType.TEXT, "Text"),
    ("Text", True, "True"),
    ("Text", False, "False"),
    ("Text", 42, "42"),
    ("Text", 2**70, str(2**70)),
    ("Text", 1.5, "1.5"),
    ("Text", Decimal("1.50"), "1.50"),
    ("Text", NOON, "2026-01-31T12:00:00Z"),
    ("Text", date(2026, 1, 31), "2026-01-31"),
    ("Text", time(13, 45), "13:45:00"),
    ("Text", UID, str(UID)),
    ("Text", [{"a": UID, "b": "ä"}], f'[{{"a": "{UID}", "b": "ä"}}]'),
    ("Text", ("a", 1), '["a", 1]'),
    ("Text", {"a": Decimal("1.5")}, '{"a": "1.5"}'),
    ("Integer", 7, 7),
    ("Integer", HTTPStatus.OK, 200),
    ("Integer", 7.0, 7),
    ("Integer", Decimal("7.00"), 7),
    ("Integer", "7", 7),
    ("Float", 7, 7.0),
    ("Float", Decimal("1.5"), 1.5),
    ("Float", 1e-7, 1e-7),
    ("Float", 1e22, 1e22),
    ("Decimal", 7, Decimal(7)),
    ("Decimal", 0.1, Decimal("0.1")),
    ("Decimal", Decimal("0E+5"), Decimal("0E+5")),
    ("Boolean", True, True),
    ("Boolean", "true", True),
    ("DateTime", NOON, NOON),
    ("DateTime", NOON.replace(tzinfo=None), NOON),
    ("DateTime", NOON.astimezone(timezone(timedelta(hours=5))), NOON),
    ("DateTime", date(2026, 1, 31), NOON.replace(hour=0)),
    ("Date", NOON, date(2026, 1, 31)),
    ("Date", date(2026, 1, 31), date(2026, 1, 31)),
    ("Time", NOON, time(12)),
    ("Time", time(12), time(12)),
    ("Guid", UID, UID),
    ("Collection", [{"a": [1, (2,)], "b": {"c": NOON}}], [{"a": [1, [2]], "b": {"c": NOON}}]),
    ("Collection", ({"a": True},), [{"a": True}]),
    ("Collection", [{1: 1.5}], [{"1": 1.5}]),
    ("Collection", [{DataType.TEXT: DataType.TEXT}], [{"Text": "Text"}]),
]


@pytest.mark.parametrize(("kind", "value", "held"), VALUES)
def test_a_value_is_converted_to_the_type_of_its_parameter(
    kind: str, value: Any, held: Any
) -> None:
    found = converted(kind, value)

    assert (found, type(found)) == (held, type(held))


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, _, value in TEXTS])
def test_a_value_that_is_held_converts_to_itself(kind: str, value: Any) -> None:
    assert converted(kind, value) == value


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


BAD_VALUES: Sequence[tuple[str, Any]] = [
    ("Text", 10**5000),
    ("Text", b"bytes"),
    ("Text", {1, 2}),
    ("Text", object()),
    ("Text", nested(2000)),
    ("Text", ["\ud800"]),
    ("Text", ["x" * TEXT_LENGTH_MAX]),
    ("Integer", True),
    ("Integer", 1.5),
    ("Integer", float("nan")),
    ("Integer", float("inf")),
    ("Integer", 1e300),
    ("Integer", Decimal("1.5")),
    ("Integer", Decimal("NaN")),
    ("Integer", Decimal("sNaN")),
    ("Integer", Decimal("1E+999999")),
    ("Integer", 10**5000),
    ("Integer", -(2**63)),
    ("Integer", []),
    ("Float", True),
    ("Float", float("nan")),
    ("Float", float("-inf")),
    ("Float", 10**5000),
    ("Float", Decimal("1E+400")),
    ("Float", None.__class__),
    ("Decimal", Decimal("NaN")),
    ("Decimal", Decimal("sNaN")),
    ("Decimal", Decimal("-Infinity")),
    ("Decimal", Decimal("1E+401")),
    ("Decimal", Decimal(1).scaleb(-401)),
    ("Decimal", []),
    ("Boolean", 1),
    ("Boolean", 0.0),
    ("DateTime", 1),
    ("DateTime", time(12)),
    ("DateTime", datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))),
    ("Date", 1),
    ("Time", date(2026, 1, 31)),
    ("Guid", 1),
    ("Guid", b"0123456789abcdef"),
    ("Lookup", []),
    ("Collection", 1),
    ("Collection", {"a": 1}),
    ("Collection", b"ab"),
    ("Collection", range(3)),
    ("Collection", [None]),
    ("Collection", [{}] * (COLLECTION_LENGTH_MAX + 1)),
    ("Collection", [{"a": float("inf")}]),
    ("Collection", [{"a": Decimal("NaN")}]),
    ("Collection", [{"a": 10**5000}]),
    ("Collection", [{"a": b"bytes"}]),
    ("Collection", [{"a": nested(33)}]),
    ("Collection", [{"a": nested(2000)}]),
]


@pytest.mark.parametrize(("kind", "value"), BAD_VALUES, ids=lambda each: type(each).__name__)
def test_a_value_that_its_type_cannot_hold_is_refused_by_name(kind: str, value: Any) -> None:
    with pytest.raises(BadValue, match=r"^P\b") as refused:
        converted(kind, value)

    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("kind", DataType)
def test_no_value_is_not_set_in_every_type(kind: DataType) -> None:
    assert convert("P", Kind(kind), None) is None


@pytest.mark.parametrize("kind", DataType)
def test_a_nul_in_a_text_is_refused_in_every_type(kind: DataType) -> None:
    for text in ("\0", "1\0", "true\0", "2026-01-31\x0012:00", '[{"a": "\0"}]'):
        with pytest.raises(BadValue):
            from_text("P", Kind(kind), text)


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert len(read("Text", "x" * TEXT_LENGTH_MAX)) == TEXT_LENGTH_MAX

    with pytest.raises(BadValue, match="a text of 1000001 characters; 1000000 are allowed"):
        read("Text", "x" * (TEXT_LENGTH_MAX + 1))


def test_a_collection_may_have_as_many_rows_as_the_limit() -> None:
    rows = [{"a": 1}] * COLLECTION_LENGTH_MAX

    assert len(converted("Collection", rows)) == COLLECTION_LENGTH_MAX


# -- collections with columns ---------------------------------------------------------------------


def test_the_columns_of_a_collection_have_types() -> None:
    text = f'[{{"Age": "41", "Id": "{UID}"}}, {{"Id": null}}]'

    rows = from_text("P", CONTACTS, text)

    assert rows == [{"Id": UID, "Age": 41}, {"Id": None, "Age": None}]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"Age": "old"}, r"P\[1\].Age: 'old' is not an Integer"),
        ({"Name": "x"}, r"P\[1\]: no column 'Name'; the columns are Id, Age"),
        ([1], r"P\[1\]: \[1\] is not an object with columns"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number_and_column(row: Any, message: str) -> None:
    with pytest.raises(BadValue, match=message):
        convert("P", CONTACTS, [{}, row])


# -- names and directions -------------------------------------------------------------------------


def test_every_type_goes_by_its_own_name() -> None:
    assert all(TYPE_NAMES[kind.value] is kind for kind in DataType)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ShortText", DataType.TEXT),
        ("Float4", DataType.FLOAT),
        ("CompositeObjectList", DataType.COLLECTION),
    ],
)
def test_creatios_finer_names_stand_for_the_same_types(name: str, kind: DataType) -> None:
    assert TYPE_NAMES[name] is kind


def test_a_caller_may_set_inputs_only() -> None:
    settable = [direction for direction in Direction if direction.settable]

    assert settable == [Direction.IN, Direction.BOTH]


@pytest.mark.parametrize(("text", "found"), [(str(UID), UID), ("x", None)])
def test_a_guid_is_read_or_it_is_none(text: str, found: UUID | None) -> None:
    assert guid(text) == found
