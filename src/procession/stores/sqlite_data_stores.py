"""The data stores in the SQLite file.

Theory of operation
-------------------
Many turns wait for the same fsync. If each of them could see only what is on the disk, all but one
of those that use the same data store would come too late. So a value counts from the moment in
which it is handed over, though its writer is not answered yet: who reads it then comes after the
writer, in the same transaction or in a later one. Should the writer fail, the reader's commit finds
another version than it was decided on, and is refused. So a version must be a name, not a number:
the next number might be that of another program's write.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from procession.core.data_stores import StoredValue
from procession.errors import Conflict
from procession.stores.codec import decode_values, encode_values
from procession.stores.data_stores import UseDataStore
from procession.stores.sqlite_access import SqliteAccess, SqlitePart

Row = Sequence[Any]
_EMPTY = StoredValue()


class SqliteDataStores(SqlitePart):
    """The data stores of a store."""

    def __init__(self, access: SqliteAccess) -> None:
        super().__init__(access)
        self._handed_over: dict[str, tuple[str, str]] = {}

    def find(self, ids: Iterable[str]) -> Mapping[str, StoredValue]:
        return {id: self._find(id) for id in ids}

    def _find(self, id: str) -> StoredValue:
        row = self._handed_over.get(id) or self._one("find_data_store", {"id": id})
        return _EMPTY if row is None else StoredValue(decode_values(row[0])["value"], row[1])

    @contextmanager
    def handing_over(self, beside: Sequence[object]) -> Iterator[None]:
        """What is written counts from now on; when this ends it is in the file, or has failed."""
        written = [each for each in beside if isinstance(each, UseDataStore) and each.version]
        mine = {each.id: (_encoded(each), each.version) for each in written}
        self._handed_over.update(mine)
        try:
            yield
            mine = {id: one for id, one in mine.items() if self._handed_over.get(id) is one}
        finally:
            # After a failure, what others have handed over since stands on it: it will be refused.
            for id in mine:
                self._handed_over.pop(id, None)


def use_data_store(
    connection: sqlite3.Connection, sql: Mapping[str, str], use: UseDataStore
) -> None:
    """The statements of a commit. Raises Conflict before anything is written."""
    row = connection.execute(sql["find_data_store"], {"id": use.id}).fetchone()
    if ("" if row is None else row[1]) != use.found:
        raise Conflict(f"the data store {use.id} has been written by somebody else")
    if use.version:
        at = int(use.at.timestamp() * 1000)
        values = {"id": use.id, "version": use.version, "value": _encoded(use), "at": at}
        connection.execute(sql["put_data_store"], values)


def _encoded(use: UseDataStore) -> str:
    return encode_values({"value": use.value})
