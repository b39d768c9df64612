"""How values go into columns of each type and come back, on SQLite and on PostgreSQL alike."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from procession.errors import ConnectorError
from tests.unit.connectors.databases import Shared, adding, reading

GUID = UUID("0a1b2c3d-0000-4000-8000-00000000abcd")
MOMENT = datetime(2026, 1, 31, 13, 45, 0, 250000, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


async def kept(shared: Shared, type_: str, value: Any) -> tuple[Any, str]:
    """The value as it comes back, and its table; what adding answered must be the same."""
    table = shared.table(f"id integer primary key, value {type_}")
    added = await shared.data.run(adding(table, {"id": 1, "value": value}))
    read = await shared.data.run(reading(table, mode="first", columns=["value"]))
    assert added["value"] == read["value"]
    assert type(added["value"]) is type(read["value"])
    return read["value"], table


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("text", "Ünïcode ‘x’", "Ünïcode ‘x’"),
        ("varchar(50)", 12, "12"),
        ("text", Decimal("1.50"), "1.50"),
        ("text", True, "True"),
        ("text", GUID, str(GUID)),
        ("text", MOMENT, "2026-01-31T13:45:00.250000Z"),
        ("text", [{"a": Decimal("1.5")}], '[{"a": "1.5"}]'),
        ("text", "", ""),
        ("integer", 2**31 - 1, 2**31 - 1),
        ("integer", "42", 42),
        ("integer", Decimal("42"), 42),
        ("bigint", -(2**62), -(2**62)),
        ("smallint", 7, 7),
        ("double precision", 0.1, 0.1),
        ("double precision", Decimal("0.5"), 0.5),
        ("double precision", 3, 3.0),
        ("numeric(12, 2)", Decimal("1234567.89"), Decimal("1234567.89")),
        ("numeric(12, 2)", 5, Decimal(5)),
        ("decimal", "0.1", Decimal("0.1")),
        ("boolean", True, True),
        ("boolean", "false", False),
        ("date", date(2026, 1, 31), date(2026, 1, 31)),
        ("date", "2026-01-31", date(2026, 1, 31)),
        ("time", time(13, 45), time(13, 45)),
        ("timestamp", MOMENT, MOMENT),
        ("timestamp", "2026-01-31T22:45:00.25+09:00", MOMENT),
        ("timestamp with time zone", MOMENT.astimezone(TOKYO), MOMENT),
        ("timestamp with time zone", "2026-01-31T13:45:00.25", MOMENT),
        ("uuid", GUID, GUID),
        ("uuid", str(GUID).upper(), GUID),
        ("json", [{"a": [1, None, True]}], [{"a": [1, None, True]}]),
        ("json", {"a": Decimal("1.25")}, {"a": Decimal("1.25")}),
        ("json", "text", "text"),
        ("json", 5, 5),
        ("json", Decimal("1.5"), Decimal("1.5")),
        ("json", [{"g": GUID}], [{"g": str(GUID)}]),
    ],
)
async def test_a_value_comes_back_in_the_type_of_its_column(
    shared: Shared, type_: str, value: Any, expected: Any
) -> None:
    found, _ = await kept(shared, type_, value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "type_", ["text", "integer", "numeric", "boolean", "date", "timestamp", "uuid", "json"]
)
async def test_a_value_that_is_not_set_is_null(shared: Shared, type_: str) -> None:
    value, table = await kept(shared, type_, None)

    assert value is None
    assert shared.database.rows(f"select count(*) from {table} where value is null") == [(1,)]


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        ("integer", "4x", "value: '4x' is not an Integer"),
        ("integer", Decimal("1.5"), "is not an Integer"),
        ("integer", 2**63, "its size is over 64 bits"),
        ("numeric", "one", "is not a Decimal"),
        ("boolean", 1, "write true or false"),
        ("date", "31.01.2026", "is not a Date"),
        ("timestamp", "yesterday", "is not a DateTime"),
        ("uuid", "0a1b", "is not a Guid"),
        ("text", "a\0b", "NUL"),
        ("text", "\ud800", "lone surrogate"),
        ("text", "x" * 1_000_001, "1000000 are allowed"),
    ],
)
async def test_a_value_that_its_column_cannot_hold_is_refused_for_good(
    shared: Shared, type_: str, value: Any, words: str
) -> None:
    table = shared.table(f"id integer primary key, value {type_}")

    with pytest.raises(ConnectorError) as caught:
        await shared.data.run(adding(table, {"id": 1, "value": value}))

    assert str(caught.value).startswith(f"add-data {table}: value: ")
    assert words in str(caught.value)
    assert (caught.value.code, caught.value.retryable) == ("BadValue", False)
    assert shared.database.count(table) == 0


@pytest.fixture(scope="module")
def moods(shared_postgresql: Shared) -> Shared:
    shared_postgresql.database.run("create type mood as enum ('happy', 'calm')")
    return shared_postgresql


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        ("smallint", 100_000, "out of range"),
        ("varchar(3)", "four", "too long"),
        ("numeric(4, 2)", 1000, "overflow"),
        ("mood", "sad", "invalid input value for enum"),
    ],
)
async def test_what_only_the_database_knows_to_be_unfit_is_refused_for_good(
    moods: Shared, type_: str, value: Any, words: str
) -> None:
    table = moods.table(f"id integer primary key, value {type_}")

    with pytest.raises(ConnectorError, match=words) as caught:
        await moods.data.run(adding(table, {"id": 1, "value": value}))

    assert str(caught.value).startswith(f"add-data {table}: a value does not fit: ")
    assert (caught.value.code, caught.value.retryable) == ("BadValue", False)
    assert "insert" not in str(caught.value).lower()


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("mood", "calm"),
        ("integer[]", [1, 2]),
        ("inet", "10.0.0.1"),
        ("jsonb", {"a": [Decimal("0.1"), "é"]}),
        ("character varying(40)", str(GUID)),
        ("bigint", 2**62),
    ],
)
async def test_types_that_only_postgresql_has_work(moods: Shared, type_: str, value: Any) -> None:
    found, _ = await kept(moods, type_, value)

    assert found == value


async def test_a_duration_is_read_as_text(shared_postgresql: Shared) -> None:
    table = shared_postgresql.table("value interval")
    shared_postgresql.database.run(f"insert into {table} values ('90 minutes')")

    answer = await shared_postgresql.data.run(reading(table))

    assert answer["records"] == [{"value": "1:30:00"}]


async def test_a_binary_column_is_left_out_unless_it_is_asked_for(shared: Shared) -> None:
    binary = {"sqlite": "blob"}.get(shared.database.url.drivername, "bytea")
    table = shared.table(f"id integer primary key, picture {binary}")
    shared.database.run(f"insert into {table} (id) values (1)")

    assert (await shared.data.run(reading(table)))["records"] == [{"id": 1}]
    with pytest.raises(ConnectorError, match="column picture is binary"):
        await shared.data.run(reading(table, columns=["picture"]))
    with pytest.raises(ConnectorError, match="picture is a binary column"):
        await shared.data.run(adding(table, {"id": 2, "picture": "x"}))


@pytest.mark.parametrize(
    ("type_", "value", "other"),
    [
        ("uuid", GUID, UUID(int=1)),
        ("timestamp", MOMENT, MOMENT + timedelta(microseconds=1)),
        ("numeric", Decimal("0.1"), Decimal("0.2")),
        ("date", date(2026, 1, 31), date(2026, 2, 1)),
        ("time", time(13, 45), time(13, 45, 1)),
        ("boolean", True, False),
    ],
)
async def test_a_filter_finds_what_was_added(
    shared: Shared, type_: str, value: Any, other: Any
) -> None:
    table = shared.table(f"id integer primary key, value {type_}")
    await shared.data.run(adding(table, {"id": 1, "value": value}))
    await shared.data.run(adding(table, {"id": 2, "value": other}))

    for wanted, number in ((value, 1), (other, 2)):
        for operator, given in (("eq", wanted), ("in", [wanted])):
            work = reading(
                table,
                columns=["id"],
                filters=[{"column": "value", "operator": operator, "value": given}],
            )
            assert (await shared.data.run(work))["records"] == [{"id": number}]


@pytest.mark.parametrize("type_", ["GUID TEXT", "GUID", "UNIQUEIDENTIFIER", "uuid"])
async def test_sqlite_keeps_a_guid_as_lower_case_text_with_dashes(
    shared_sqlite: Shared, type_: str
) -> None:
    value, table = await kept(shared_sqlite, type_, f"{{{str(GUID).upper()}}}")

    assert value == GUID
    rows = shared_sqlite.database.rows(f"select value, typeof(value) from {table}")
    assert rows == [(str(GUID), "text")]


@pytest.mark.parametrize("value", [Decimal("0.1234567890123456"), Decimal("12345678901234.56")])
async def test_sqlite_refuses_a_number_that_it_would_round(
    shared_sqlite: Shared, value: Decimal
) -> None:
    with pytest.raises(ConnectorError, match="16 digits; SQLite keeps 15 of them"):
        await kept(shared_sqlite, "numeric(20, 4)", value)


@pytest.mark.parametrize(
    ("type_", "stored", "expected"),
    [
        ("datetime", "'2026-01-31 13:45:00'", datetime(2026, 1, 31, 13, 45, tzinfo=UTC)),
        ("datetime", "'2026-01-31T13:45:00Z'", datetime(2026, 1, 31, 13, 45, tzinfo=UTC)),
        ("datetime", "'2026-01-31T13:45:00+09:00'", datetime(2026, 1, 31, 4, 45, tzinfo=UTC)),
        ("datetime", "'soon'", "soon"),
        ("datetime", "1769867100", 1769867100),
        ("date", "'2026-01-31'", date(2026, 1, 31)),
        ("date", "'soon'", "soon"),
        ("time", "'13:45'", time(13, 45)),
        ("bit", "1", True),
        ("boolean", "'maybe'", "maybe"),
        ("boolean", "2", 2),
        ("uuid", "'none'", "none"),
        ("numeric", "'many'", "many"),
        ("numeric", "1.5", Decimal("1.5")),
        ("money", "3", Decimal(3)),
        ("real", "3", 3.0),
        ("json", "'{'", "{"),
        ("", "'x'", "x"),
        ("", "1.5", 1.5),
        ("integer", "'x'", "x"),
    ],
)
async def test_what_others_wrote_into_sqlite_can_be_read(
    shared_sqlite: Shared, type_: str, stored: str, expected: Any
) -> None:
    table = shared_sqlite.table(f"value {type_}")
    shared_sqlite.database.run(f"insert into {table} values ({stored})")

    found = (await shared_sqlite.data.run(reading(table, mode="first")))["value"]

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (GUID, str(GUID)),
        (Decimal("1.50"), "1.50"),
        ([{"a": 1}], '[{"a":1}]'),
        (MOMENT, "2026-01-31T13:45:00.250000Z"),
        (True, 1),
        (7, 7),
    ],
)
async def test_a_column_without_a_type_in_sqlite_takes_any_value(
    shared_sqlite: Shared, value: Any, stored: Any
) -> None:
    _, table = await kept(shared_sqlite, "", value)

    assert shared_sqlite.database.rows(f"select value from {table}") == [(stored,)]
