"""Who is an administrator from the start, and what a file from before rights becomes."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from procession.stores import User
from procession.stores.people import ADMINISTRATORS, ALL_EMPLOYEES, Grant, Kind, UserRights
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.stores.sqlite_file import APPLICATION_ID
from procession.stores.statements import read_migrations

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
FORMAT_BEFORE_RIGHTS = 5
DEFAULT = frozenset({("run", ""), ("see", "")})


def file_without_rights(path: Path) -> None:
    """With three users, of whom Zoe is the oldest."""
    connection = sqlite3.connect(path)
    for migration in read_migrations()[:FORMAT_BEFORE_RIGHTS]:
        connection.executescript(migration)
    users = [("Ann", 2_000), ("Bob", 3_000), ("Zoe", 1_000)]
    connection.executemany("insert into user values (?, 'hash', 0, ?)", users)
    connection.execute(f"pragma user_version = {FORMAT_BEFORE_RIGHTS}")
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.commit()
    connection.close()


async def test_in_an_older_file_the_oldest_user_becomes_the_administrator(tmp_path: Path) -> None:
    file_without_rights(tmp_path / FILE_NAME)

    store = SqliteStore(tmp_path / FILE_NAME)

    assert store.people.rights_of("Zoe") == UserRights(everything=True, granted=DEFAULT)
    assert store.people.rights_of("Ann") == UserRights(everything=False, granted=DEFAULT)
    await store.add_user(User("Eve", "hash", disabled=False, created_at=NOW))
    assert await store.people.roles_of("Eve") == []
    await store.close()


async def test_in_a_new_file_the_first_user_does(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    for name in ("Zoe", "Ann"):
        await store.add_user(User(name, "hash", disabled=False, created_at=NOW))

    roles = {role.name: role.members for role in await store.people.roles()}

    assert roles == {ALL_EMPLOYEES: (), ADMINISTRATORS: ("Zoe",)}
    assert await store.people.grants() == [
        Grant("run", Kind.ROLE, ALL_EMPLOYEES),
        Grant("see", Kind.ROLE, ALL_EMPLOYEES),
    ]
    assert store.people.rights_of("\ud800") == UserRights(everything=False, granted=frozenset())
    await store.close()
