"""The starts under keys, in the SQLite file."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from procession.core.ids import InstanceId
from procession.errors import Conflict
from procession.stores.keyed_starts import KeepStart, KeyedStart
from procession.stores.sqlite_access import SqlitePart

FORGOTTEN_AT_ONCE_MAX = 20

_warnings_decoder = msgspec.json.Decoder(tuple[str, ...])


class SqliteKeyedStarts(SqlitePart):
    """Those of a store. `one` reads the first row at once."""

    def find(self, caller: str, key: str, *, after: datetime) -> KeyedStart | None:
        wanted = {"caller": caller, "key": key, "after": _milliseconds(after)}
        row = self._one("find_keyed_start", wanted)
        if row is None:
            return None
        digest, instance, warnings = row
        return KeyedStart(digest, InstanceId(UUID(instance)), _warnings_decoder.decode(warnings))


def keep_start(connection: sqlite3.Connection, sql: Mapping[str, str], keep: KeepStart) -> None:
    """The statements of a commit; each also forgets some that are too old."""
    start, after = keep.start, _milliseconds(keep.after)
    whose = {"caller": keep.caller, "key": keep.key}
    connection.execute(sql["forget_keyed_start"], {**whose, "after": after})
    connection.execute(sql["forget_keyed_starts"], {"after": after, "limit": FORGOTTEN_AT_ONCE_MAX})
    values = {
        **whose,
        "digest": start.digest,
        "instance": str(start.instance),
        "warnings": msgspec.json.encode(start.warnings).decode(),
        "at": _milliseconds(keep.at),
    }
    try:
        connection.execute(sql["insert_keyed_start"], values)
    except sqlite3.IntegrityError:
        raise Conflict("a run has been started under this key already") from None


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
