"""A database that is away, busy or slow: what is told, and whether to try again."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from procession.connectors import Work
from procession.connectors import database as database_module
from procession.connectors.data import DataConnector
from procession.connectors.example import create_example_database
from procession.errors import ConnectorError, SettingsError, StoreUnavailable
from tests.unit.connectors.databases import Database, adding, reading

SLOW = """with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000)
    select count(*) as total from n"""


async def refused(data: DataConnector, work: Work) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await data.run(work)
    await data.close()
    return caught.value


@pytest.mark.parametrize("work", [adding("Contact", {}), reading("Contact")], ids=["add", "read"])
async def test_an_sqlite_file_that_is_not_there_is_told_and_not_made(
    tmp_path: Path, work: Work
) -> None:
    path = tmp_path / "none.db"

    error = await refused(DataConnector(f"sqlite:///{path}"), work)

    assert f"the database cannot be used now: there is no file {path}" in str(error)
    assert (error.code, error.retryable) == ("DatabaseUnavailable", True)
    assert not path.exists()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("This is no database. " * 100)

    error = await refused(DataConnector(f"sqlite:///{path}"), reading("Contact"))

    assert "not a database" in str(error)


async def test_a_locked_sqlite_file_may_be_tried_again(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_database.run("create table t (id varchar(36) primary key)", "insert into t values ('1')")
    monkeypatch.setattr("procession.connectors.database.SQLITE_BUSY_SECONDS", 0)
    data = DataConnector(sqlite_database.url)
    await data.run(adding("t", {}))

    with closing(sqlite3.connect(str(sqlite_database.url.database))) as other:
        other.execute("begin immediate")
        read = await data.run(reading("t"))
        with pytest.raises(ConnectorError) as caught:
            await data.run(adding("t", {}))

    assert read["count"] == 2
    assert str(caught.value) == ("add-data t: the database cannot be used now: database is locked")
    assert (caught.value.code, caught.value.retryable) == ("DatabaseUnavailable", True)
    await data.run(adding("t", {}))
    await data.close()


async def test_a_file_that_may_only_be_read_is_read_and_not_written(
    sqlite_database: Database,
) -> None:
    sqlite_database.run("create table t (id varchar(36) primary key)")
    data = DataConnector(f"sqlite:///file:{sqlite_database.url.database}?mode=ro&uri=true")

    assert await data.run(reading("t")) == {"records": [], "count": 0}
    error = await refused(data, adding("t", {}))

    assert "attempt to write a readonly database" in str(error)
    assert error.retryable


async def test_a_slow_statement_in_sqlite_is_ended(sqlite_database: Database) -> None:
    sqlite_database.run(f"create view slow as {SLOW}")

    error = await refused(
        DataConnector(sqlite_database.url, statement_seconds=0.1), reading("slow")
    )

    assert "interrupted" in str(error)
    assert (error.code, error.retryable) == ("DatabaseUnavailable", True)


async def test_a_slow_statement_in_postgresql_is_ended(postgresql_database: Database) -> None:
    postgresql_database.run("create view slow as select pg_sleep(60)::text as done")

    error = await refused(
        DataConnector(postgresql_database.url, statement_seconds=0.1), reading("slow")
    )

    assert "statement timeout" in str(error)
    assert (error.code, error.retryable) == ("DatabaseUnavailable", True)


async def test_a_server_that_is_away_may_be_tried_again_and_no_password_is_told(
    tmp_path: Path,
) -> None:
    url = f"postgresql+psycopg://joe:sesame@localhost:1/db?host={tmp_path}&sslpassword=key"
    data = DataConnector(url)

    error = await refused(data, adding("Contact", {}))

    assert (error.code, error.retryable) == ("DatabaseUnavailable", True)
    assert "sesame" not in f"{error}{data.label}"
    assert data.label == "postgresql+psycopg://joe:***@localhost:1/db"


async def test_a_connection_that_was_cut_is_replaced(postgresql_database: Database) -> None:
    postgresql_database.run("create table t (id uuid primary key)")
    data = DataConnector(postgresql_database.url, connections=1)
    await data.run(adding("t", {}))

    postgresql_database.run(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    await data.run(adding("t", {}))

    assert postgresql_database.count("t") == 2
    await data.close()


async def test_what_the_user_may_not_do_is_refused_for_good(
    postgresql_database: Database,
) -> None:
    postgresql_database.run(
        "create table secret (id uuid primary key)",
        "grant usage on schema public to public",
        "do $$ begin create role guest login; exception when duplicate_object then null; end $$",
    )
    data = DataConnector(postgresql_database.url.set(username="guest"))

    error = await refused(data, reading("secret"))

    assert str(error) == (
        "read-data secret: the database refused: permission denied for table secret"
    )
    assert (error.code, error.retryable) == ("DatabaseRefused", False)


async def test_reads_go_on_while_a_writer_works(sqlite_database: Database) -> None:
    sqlite_database.run("create table t (id varchar(36) primary key)")
    data = DataConnector(sqlite_database.url)

    writers = [asyncio.create_task(data.run(adding("t", {}))) for _ in range(20)]
    counts: list[int] = [(await data.run(reading("t")))["count"] for _ in range(20)]
    await asyncio.gather(*writers)

    assert counts == sorted(counts)
    assert (await data.run(reading("t")))["count"] == 20
    await data.close()


async def test_a_record_is_on_the_disk_before_it_is_answered(sqlite_database: Database) -> None:
    sqlite_database.run("create table t (id varchar(36) primary key, note text)")
    data = DataConnector(sqlite_database.url)
    sqlite_database.run(
        "create view settings as select * from pragma_synchronous, pragma_journal_mode, "
        "pragma_foreign_keys"
    )

    answer = await data.run(reading("settings", mode="first"))

    assert answer == {"found": True, "synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
    await data.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("contacts.db", "cannot be read; write it as sqlite:////folder/contacts.db"),
        ("sqlite://", "in memory, which is lost when the service ends"),
        ("sqlite:///:memory:", "in memory"),
        ("postgres://u:sesame@h/d", "'postgres', for which no driver is known"),
        ("sqlite+nothing:///x.db", "'sqlite+nothing', for which no driver is known"),
        ("mysql+pymysql://u:sesame@h/d", "the driver for 'mysql+pymysql' is not installed"),
        ("postgresql+psycopg_async://u:sesame@h/d", "names the asynchronous driver"),
        ("postgresql://u:sesame@h:port/d", "cannot be read"),
        ("sqlite:////tmp/x.db?timeout=soon", "the database URL cannot be used: could not convert"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        DataConnector(url)

    assert words in str(caught.value)
    assert "sesame" not in str(caught.value)


def contact(**inputs: Any) -> dict[str, Any]:
    return {"table": "Contact", **inputs}


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        (contact(values={"Name": "x"}), []),
        (contact(columns=("Id",), mode="first"), []),
        ({"table": "Contakt"}, ["the database has no table 'Contakt'; did you mean Contact?"]),
        ({"table": None}, []),
        (
            contact(values={"Nam": "x", "Emial": "y"}),
            [
                "table Contact has no column 'Nam'; did you mean Name?",
                "table Contact has no column 'Emial'; did you mean Email?",
            ],
        ),
        (contact(columns=("Zip",)), ["table Contact has no column 'Zip'; there is "]),
        (contact(sort=({"column": "Nam"},)), ["no column 'Nam'"]),
        (contact(filters=({"column": "Nam", "operator": "eq"},)), ["no column 'Nam'"]),
        (contact(filters=({"column": "Name", "operator": "is"},)), ["no operator 'is'"]),
        (contact(filters=({"column": "CreatedOn", "operator": "contains"},)), ["for text columns"]),
        (contact(limit=10_001), ["10000 records can be read at once and the limit is 10001"]),
        (contact(limit=0), ["the limit is 0"]),
        (contact(limit=10_000), []),
    ],
)
async def test_at_deployment_all_that_is_wrong_with_names_is_told(
    tmp_path: Path, inputs: dict[str, Any], problems: list[str]
) -> None:
    data = DataConnector(create_example_database(tmp_path / "example.db"))

    found = await data.check(inputs)

    assert len(found) == len(problems)
    assert all(problem in each for problem, each in zip(problems, found, strict=True))
    await data.close()


async def test_at_deployment_a_database_that_is_away_is_no_problem(tmp_path: Path) -> None:
    data = DataConnector(f"sqlite:///{tmp_path}/none.db")

    assert await data.check({"table": "Contact"}) == []
    await data.close()


async def test_the_example_database_is_made_once_and_takes_contacts(tmp_path: Path) -> None:
    data = DataConnector(create_example_database(tmp_path / "a b?.db"))
    values = {"Name": "Ann", "Email": "a@example.com", "Phone": "1", "Type": "Customer"}
    answer = await data.run(adding("Contact", values))

    create_example_database(tmp_path / "a b?.db")

    found = await data.run(reading("Contact", mode="first"))
    assert {name: found[name] for name in answer} == answer
    assert found["CreatedOn"].tzinfo is not None
    await data.close()


def test_an_example_database_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    foreign = tmp_path / "text.db"
    foreign.write_text("This is no database. " * 100)

    for path, words in ((foreign, "file is not a database"), (tmp_path / "no" / "x.db", "unable")):
        with pytest.raises(StoreUnavailable, match=f"example database {path} cannot.*{words}"):
            create_example_database(path)


def test_a_password_in_a_drivers_message_is_not_told() -> None:
    url = "postgresql+psycopg://joe:sesame@host/db"
    database = database_module.Database(url, statement_seconds=1, connections=1)
    error = sa.exc.OperationalError("select 1", {}, Exception("no such key: sesame\nLINE 1"))

    with pytest.raises(ConnectorError) as caught, database.failures("read-data t"):
        raise error

    assert str(caught.value) == "read-data t: the database cannot be used now: no such key: ***"
