"""Which files the store takes, brings up to date, or leaves alone."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from procession.errors import StoreUnavailable
from procession.stores import User, sqlite_file
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.stores.sqlite_file import APPLICATION_ID, open_writer
from procession.stores.statements import read_migrations
from tests.stores.runs import NOW, started
from tests.stores.trouble import transactions_in_wal, wal_of

ANN = User("Ann", "hash", False, NOW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def pragma(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"pragma {name}").fetchone()[0])


def schema(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("select sql from sqlite_master order by name")]


def make_database(path: Path, *statements: str) -> bytes:
    """A file as another program leaves it."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path.read_bytes()


# -- versions -------------------------------------------------------------------------------------


async def test_a_new_file_is_ours_and_of_the_newest_version(path: Path) -> None:
    await SqliteStore(path).close()

    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "user_version") == len(read_migrations())


async def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / FILE_NAME

    await SqliteStore(path).close()

    assert path.exists()


def test_an_empty_file_is_taken(path: Path) -> None:
    path.touch()

    open_writer(path).close()

    assert pragma(path, "application_id") == APPLICATION_ID


async def test_a_file_that_is_up_to_date_is_opened_without_writing(path: Path) -> None:
    first = SqliteStore(path)
    await first.add_user(ANN)
    before = schema(path), transactions_in_wal(path)

    second = SqliteStore(path)

    assert (schema(path), transactions_in_wal(path)) == before
    assert await second.users() == [ANN]
    await second.close()
    await first.close()


async def test_a_store_that_is_closed_leaves_one_file(path: Path) -> None:
    store = SqliteStore(path)
    await started(store)

    await store.close()

    assert [entry.name for entry in path.parent.iterdir()] == [FILE_NAME]


async def test_an_older_file_is_brought_up_to_date_and_keeps_what_it_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(path)
    await store.add_user(ANN)
    await store.close()
    next_one = "alter table user add column email text;\ncreate index by_email on user (email);\n"
    migrations = [*read_migrations(), next_one]

    monkeypatch.setattr(sqlite_file, "read_migrations", lambda: migrations)
    again = SqliteStore(path)

    assert pragma(path, "user_version") == len(migrations)
    assert any("by_email" in sql for sql in schema(path))
    assert await again.users() == [ANN]
    await again.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_writer(path).close()
    before = schema(path), pragma(path, "user_version")
    broken = "create table half (done integer);\ncreate table user (twice integer);\n"
    migrations = [*read_migrations(), broken]

    monkeypatch.setattr(sqlite_file, "read_migrations", lambda: migrations)
    with pytest.raises(StoreUnavailable, match="table user already exists"):
        open_writer(path)

    assert (schema(path), pragma(path, "user_version")) == before


def test_several_programs_may_make_the_file_at_once(tmp_path: Path) -> None:
    def make(path: Path, together: threading.Barrier, failures: list[Exception]) -> None:
        together.wait()
        try:
            open_writer(path).close()
        except StoreUnavailable as error:
            failures.append(error)

    failures: list[Exception] = []
    for number in range(10):
        path, together = tmp_path / f"{number}.sqlite", threading.Barrier(6)
        programs = [
            threading.Thread(target=make, args=(path, together, failures)) for _ in range(6)
        ]
        for program in programs:
            program.start()
        for program in programs:
            program.join()
        assert pragma(path, "user_version") == len(read_migrations())

    assert failures == []


# -- files that are not ours ----------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        open_writer(path)
    return str(refused.value)


def test_a_newer_file_is_refused_and_left_as_it_is(path: Path) -> None:
    open_writer(path).close()
    before = make_database(path, "pragma user_version = 99")

    message = refusal(path)

    assert f"{path} has version 99, this program knows {len(read_migrations())}" in message
    assert path.read_bytes() == before


FOREIGN = {
    "with tables": ["create table user (name text)", "insert into user values ('Ann')"],
    "with a version": ["pragma user_version = 1"],
    "with an id": ["pragma application_id = 7"],
    "in WAL mode": ["pragma journal_mode = wal", "create table user (name text)"],
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_database_of_another_program_is_refused_and_left_as_it_is(path: Path, kind: str) -> None:
    before = make_database(path, *FOREIGN[kind])

    message = refusal(path)

    assert f"{path} is a database of another program" in message
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [FILE_NAME]


def test_what_is_no_database_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_text("Dear diary, " * 1000)

    message = refusal(path)

    assert message == f"{path}: the store's file is not a database of Procession"
    assert path.read_text().startswith("Dear diary")


def test_a_damaged_file_is_refused(path: Path) -> None:
    open_writer(path).close()
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)

    assert refusal(path) == f"{path}: the store's file is damaged; restore a copy"


def test_a_folder_of_that_name_is_refused(path: Path) -> None:
    path.mkdir()

    assert refusal(path).startswith(f"{path}: the store's file cannot be opened")


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.touch()

    assert refusal(folder / FILE_NAME) == f"{folder}: File exists"


async def test_a_log_that_a_killed_program_left_is_taken_in(path: Path, tmp_path: Path) -> None:
    store = SqliteStore(path)
    run = await started(store)
    # The end of the log is torn: the last transaction was not finished when the power failed.
    crashed = crashed_copy(path, tmp_path / "crashed", torn=bytes(5000))
    await store.close()

    again = SqliteStore(crashed)

    assert await again.load(run) is not None
    await again.close()


def crashed_copy(path: Path, folder: Path, *, torn: bytes) -> Path:
    copy = folder / FILE_NAME
    folder.mkdir()
    copy.write_bytes(path.read_bytes())
    wal_of(copy).write_bytes(wal_of(path).read_bytes() + torn)
    return copy
