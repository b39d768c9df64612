"""One SQLite file in WAL mode, as the parts of the store read and write it."""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from procession.errors import Rejected
from procession.stores.committer import Committer, unavailable
from procession.stores.sqlite_file import open_reader, open_writer
from procession.stores.sqlite_rows import Row
from procession.stores.statements import read_statements


class SqliteAccess:
    """The connections to a file: one writes, one reads at once, one reads in a thread."""

    def __init__(self, path: Path) -> None:
        self._sql = read_statements()
        self._path = path
        self._committer = Committer(open_writer(path), path)
        self._reader = open_reader(path)
        self._browser = open_reader(path)
        self._browsing = ThreadPoolExecutor(1, thread_name_prefix="browse")
        self._revision: int | None = None

    async def close(self) -> None:
        """Commits what waits and closes the file."""
        await self._committer.close()
        self._browsing.shutdown()
        self._browser.close()
        self._reader.close()

    def _one(self, name: str, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, read at once: for look-ups by key."""
        try:
            row: Row | None = self._reader.execute(self._sql[name], values or {}).fetchone()
        except UnicodeEncodeError:
            return None  # A text with a lone surrogate is stored nowhere.
        except sqlite3.Error as error:
            raise unavailable(self._path, error) from error
        return row

    async def _all(self, name: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """All rows, read in a thread: for lists, which may be long."""

        def browse() -> list[Row]:
            try:
                return self._browser.execute(self._sql[name], values or {}).fetchall()
            except sqlite3.Error as error:
                raise unavailable(self._path, error) from error

        return await asyncio.get_running_loop().run_in_executor(self._browsing, browse)

    async def _write(self, name: str, values: Mapping[str, Any], *, grow: bool = False) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            connection.execute(self._sql[name], values)
            if grow:
                connection.execute(self._sql["grow_catalog"])

        await self._committer.write(statements)

    def catalog_revision(self) -> int:
        if self._revision is None:
            row = self._one("catalog_revision")
            assert row is not None, "the catalog has one row"
            self._revision = int(row[0])
            # Good for this round of the event loop: all that happens in it happens at once.
            asyncio.get_running_loop().call_soon(self._forget_revision)
        return self._revision

    def _forget_revision(self) -> None:
        self._revision = None


class SqlitePart:
    """A part of the store, with statements of its own over the connections of the whole."""

    def __init__(self, access: SqliteAccess) -> None:
        self._sql = access._sql
        self._one = access._one
        self._all = access._all
        self._write = access._committer.write
        self._revision = access.catalog_revision

    def _insert(
        self,
        connection: sqlite3.Connection,
        statement: str,
        values: Mapping[str, Any],
        refusal: str,
    ) -> None:
        """Raises Rejected where there is such a row already."""
        try:
            connection.execute(self._sql[statement], values)
        except sqlite3.IntegrityError:
            raise Rejected(refusal) from None
