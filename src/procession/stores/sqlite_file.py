"""Opening the SQLite file: is it ours, is it of a version that we know, is it safe to use?"""

import sqlite3
import time
from pathlib import Path

from procession.errors import StoreUnavailable
from procession.stores.committer import (
    LOCK_PAUSE_SECONDS,
    LOCK_WAIT_SECONDS,
    busy,
    unavailable,
)
from procession.stores.statements import read_migrations

APPLICATION_ID = 0x50524F43  # "PROC": so that a foreign file is never written to.


def open_writer(path: Path) -> sqlite3.Connection:
    """The connection that writes; makes the file and brings it up to date (StoreUnavailable)."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _open_writer(path)
        except OSError as error:
            raise StoreUnavailable(f"{path.parent}: {error.strerror}") from error
        except sqlite3.Error as error:
            # Of two programs that make the file at once, SQLite lets one fail without waiting.
            if not busy(error) or time.monotonic() > deadline:
                raise unavailable(path, error) from error
            time.sleep(LOCK_PAUSE_SECONDS)


def _open_writer(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        _require_ours(connection, path)
        connection.execute("pragma journal_mode = wal")
        # FULL: a commit is on the disk when it answers, not only in the system's cache.
        connection.execute("pragma synchronous = full")
        _migrate(connection)
        # The event loop must not wait for another program; the committer waits in its thread.
        connection.execute("pragma busy_timeout = 0")
    except (sqlite3.Error, StoreUnavailable):
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads; it never waits for the writer, nor the writer for it."""
    connection = _connect(path)
    connection.execute("pragma query_only = on")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("pragma cache_size = -16000")
    return connection


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Ours, or empty; and not newer than this program. Nothing is written before."""
    # The id comes last: whoever makes the file meanwhile makes all three in one transaction.
    version = _version(connection)
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    (application,) = connection.execute("pragma application_id").fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreUnavailable(
            f"{path} is a database of another program; name another data folder, or move the file"
        )
    if version > (known := len(read_migrations())):
        raise StoreUnavailable(
            f"{path} has version {version}, this program knows {known}; use a newer one"
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Brings the file up to date; one that is, is not even locked."""
    migrations = read_migrations()
    if _version(connection) == len(migrations):
        return
    connection.execute("begin immediate")
    version = _version(connection)  # Another program may have been faster.
    for number, migration in enumerate(migrations[version:], start=version + 1):
        for statement in filter(str.strip, migration.split(";\n")):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {number}")
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.commit()
