"""A user's database: how it is opened, how its transactions begin, and how its errors are told.

Rule: no message holds SQL or a password. What another try may mend (locked, down, out of time) is
retryable; what the row, the rights or the tables forbid is not.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from procession.connectors.exact_json import json_text, json_value
from procession.core.values import Value
from procession.errors import ConnectorError, SettingsError

CONNECT_SECONDS = 10
SQLITE_BUSY_SECONDS = 5
SQLITE_STEPS_BETWEEN_CLOCK_READINGS = 10_000
_JSON_DIALECTS = ("postgresql", "mysql", "mariadb")
_SECRET_PARAMETERS = ("password", "passwd", "sslpassword")


class Database:
    """One engine and its pool of connections. Nothing is connected before the first use."""

    def __init__(self, url: str | sa.URL, *, statement_seconds: float, connections: int) -> None:
        """Raises SettingsError for a URL that no database can be opened by."""
        self.url = database_url(url)
        self._statement_seconds = statement_seconds
        self.engine = self._engine(connections)
        self._writers: AbstractContextManager[object] = nullcontext()
        if self.engine.dialect.name == "sqlite":
            # SQLite has one writer; in a queue here each is faster than by asking again and again.
            self._writers = Lock()
            self._listen_as_sqlite()
        if self.engine.dialect.name == "postgresql":
            event.listen(self.engine, "connect", self._limit_postgresql)

    @property
    def label(self) -> str:
        """The database's address for logs and messages: neither password nor options."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, without a lock that a writer would wait for."""
        with self.engine.connect() as connection:
            quiet = connection.execution_options(postgresql_readonly=True)
            with quiet.begin():
                yield quiet

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it is durable at the end, or nothing is."""
        with self._writers, self.engine.connect() as connection:
            marked = connection.execution_options(writing=True)
            with marked.begin():
                yield marked

    def close(self) -> None:
        self.engine.dispose()

    def _engine(self, connections: int) -> sa.Engine:
        name = self.url.get_backend_name()
        options: dict[str, Value] = {"pool_size": connections, "max_overflow": 0}
        if name != "sqlite":
            options["pool_pre_ping"] = True  # A connection may have died since its last use.
        if name in _JSON_DIALECTS:
            options |= {"json_serializer": json_text, "json_deserializer": json_value}
        if name == "postgresql" and "connect_timeout" not in self.url.query:
            options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
        engine = _opened(self.url, options)
        if engine.dialect.is_async:
            raise SettingsError(
                f"the database URL names the asynchronous driver {engine.dialect.driver}; "
                f"name a synchronous one, such as postgresql+psycopg"
            )
        return engine

    def _listen_as_sqlite(self) -> None:
        event.listen(self.engine, "do_connect", _find_file)
        event.listen(self.engine, "connect", _prepare_sqlite)
        event.listen(self.engine, "begin", self._begin_sqlite)

    def _begin_sqlite(self, connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        deadline = monotonic() + self._statement_seconds
        driver.set_progress_handler(partial(_late, deadline), SQLITE_STEPS_BETWEEN_CLOCK_READINGS)
        # A transaction that began to read and then writes could be told that it is too late.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("begin immediate" if writing else "begin")

    def _limit_postgresql(self, connection: DBAPIConnection, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"set statement_timeout = {int(self._statement_seconds * 1000)}")
        cursor.close()
        connection.commit()

    @contextmanager
    def failures(self, what: str) -> Iterator[None]:
        """Turns SQLAlchemy's errors into ConnectorError; `what` was being done."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            code, retryable = _meaning(error)
            message = f"{what}: {_WORDS[code]}: {self._reason(error)}"
            raise ConnectorError(message, code=code, retryable=retryable) from error

    def _reason(self, error: sa.exc.SQLAlchemyError) -> str:
        """The first line of what the driver says: SQLAlchemy would add statement and values."""
        original = getattr(error, "orig", None) or error
        diagnosis = getattr(getattr(original, "diag", None), "message_primary", None)
        text = str(diagnosis or original).strip() or type(original).__name__
        line = text.splitlines()[0]
        for secret in self._secrets():
            line = line.replace(secret, "***")
        return line

    def _secrets(self) -> list[str]:
        given = [self.url.password, *map(self.url.query.get, _SECRET_PARAMETERS)]
        return [str(secret) for secret in given if secret]


def sqlite_url(path: Path) -> sa.URL:
    """The URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path))


def database_url(url: str | sa.URL) -> sa.URL:
    """The URL of a database that lasts. Raises SettingsError, and shows no password."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The URL is not shown: it may hold a password.
        raise SettingsError(
            "the database URL cannot be read; write it as sqlite:////folder/contacts.db or "
            "postgresql+psycopg://user:password@host:5432/database"
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise SettingsError(
            "the database URL names an SQLite database in memory, which is lost when the service "
            "ends; name a file: sqlite:////folder/contacts.db"
        )
    return parsed


def _opened(url: sa.URL, options: dict[str, Value]) -> sa.Engine:
    try:
        return sa.create_engine(url, **options)
    except sa.exc.NoSuchModuleError:
        hint = "; write postgresql+psycopg" if url.drivername.startswith("postgres") else ""
        raise SettingsError(
            f"the database URL begins with {url.drivername!r}, for which no driver is known{hint}"
        ) from None
    except ImportError as error:
        raise SettingsError(
            f"the driver for {url.drivername!r} is not installed ({error}); install it beside "
            f"procession"
        ) from None
    except (sa.exc.ArgumentError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(f"the database URL cannot be used: {reason}") from None


def _find_file(
    dialect: sa.Dialect, record: object, arguments: list[Value], options: dict[str, Value]
) -> None:
    """SQLite makes an empty file of any name: a mistyped one would be found out much later."""
    path = str(arguments[0])
    if path.startswith("file:"):
        path = unquote(path.removeprefix("file:").partition("?")[0])
    if not Path(path).exists():
        raise sqlite3.OperationalError(f"there is no file {path}")


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # We begin transactions ourselves.
    connection.execute(f"pragma busy_timeout = {SQLITE_BUSY_SECONDS * 1000}")
    with suppress(sqlite3.OperationalError):  # A file that may not be written keeps its mode.
        connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")


def _late(deadline: float) -> int:
    return int(monotonic() > deadline)


_WORDS = {
    "ConstraintViolated": "the database refused the record",
    "BadValue": "a value does not fit",
    "DatabaseRefused": "the database refused",
    "DatabaseUnavailable": "the database cannot be used now",
}

# The first that fits counts.
_MEANINGS: tuple[tuple[type[sa.exc.SQLAlchemyError], str, bool], ...] = (
    (sa.exc.IntegrityError, "ConstraintViolated", False),
    (sa.exc.DataError, "BadValue", False),
    (sa.exc.ProgrammingError, "DatabaseRefused", False),
    (sa.exc.NotSupportedError, "DatabaseRefused", False),
    (sa.exc.DBAPIError, "DatabaseUnavailable", True),
    (sa.exc.TimeoutError, "DatabaseUnavailable", True),
    (sa.exc.StatementError, "BadValue", False),
    (sa.exc.SQLAlchemyError, "DatabaseRefused", False),
)


def refused(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether the statement itself was refused: a table or a column may be gone."""
    return _meaning(error)[0] == "DatabaseRefused"


def _meaning(error: sa.exc.SQLAlchemyError) -> tuple[str, bool]:
    original = getattr(error, "orig", None)
    # SQLite calls "no such table" operational, but it is no more likely to be there in a minute.
    if getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return "DatabaseRefused", False
    return next((code, again) for kind, code, again in _MEANINGS if isinstance(error, kind))
