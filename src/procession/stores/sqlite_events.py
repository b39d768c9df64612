"""The events in the SQLite file: what is asked of them, and the statements beside decisions."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from procession.core.ids import InstanceId, SubscriptionId
from procession.errors import Conflict
from procession.stores.codec import decode_values, encode_values
from procession.stores.committer import Statements
from procession.stores.data_stores import UseDataStore
from procession.stores.events import (
    BeginBroadcast,
    Beside,
    Broadcast,
    EndBroadcast,
    Expired,
    KeepMessage,
    KeptMessage,
    Message,
    MoveBroadcast,
    MoveTimerStart,
    NewStart,
    ReleaseMessage,
    StartPoint,
    TakeMessage,
    TimerStart,
    Waiting,
)
from procession.stores.keyed_starts import KeepStart
from procession.stores.sqlite_access import SqlitePart
from procession.stores.sqlite_data_stores import use_data_store
from procession.stores.sqlite_keyed_starts import keep_start
from procession.stores.sqlite_webhooks import announce
from procession.stores.webhooks import Announce
from procession.stores.writes import milliseconds

Row = Sequence[Any]
Values = Mapping[str, Any]
Sql = Mapping[str, str]

_encoder = msgspec.json.Encoder()
_keys_decoder = msgspec.json.Decoder(tuple[str, ...])
_starts_decoder = msgspec.json.Decoder(list[tuple[str, int, str, int]])


class SqliteEvents(SqlitePart):
    """The events of a store."""

    async def takers(self, message: Message, *, after: int, limit: int) -> Sequence[Waiting]:
        rows = await self._all("takers", _taken_by(message, after, limit))
        return [_waiting(row) for row in rows]

    async def receivers(self, broadcast: Broadcast, *, limit: int) -> Sequence[Waiting]:
        wanted = {"name": broadcast.name, "last": broadcast.last, "until": broadcast.until}
        return [_waiting(row) for row in await self._all("receivers", {**wanted, "limit": limit})]

    async def starts(self, kind: str, name: str | None = None) -> Sequence[StartPoint]:
        statement = "starts_of" if name is None else "starts_by"
        rows = await self._all(statement, {"kind": kind, "name": name})
        return [StartPoint(*row) for row in rows]

    def message_wanted(self) -> bool:
        return self._one("message_wanted", None) is not None

    def message_kept(self, number: int) -> bool:
        return self._one("message_kept", {"number": number}) is not None

    async def wanted_messages(self, *, limit: int) -> Sequence[KeptMessage]:
        rows = await self._all("wanted_messages", {"limit": limit})
        return [KeptMessage(row[0], _message(*row[1:])) for row in rows]

    async def purge_messages(self, now: datetime, *, limit: int) -> Sequence[Expired]:
        wanted = {"now": milliseconds(now), "limit": limit}
        # Looking first keeps an idle service from writing.
        if self._one("expired_messages", wanted) is None:
            return []
        expired: list[Expired] = []

        def statements(connection: sqlite3.Connection) -> None:
            rows = connection.execute(self._sql["expired_messages"], wanted).fetchall()
            expired.extend(Expired(number, name) for number, name in rows)
            for each in expired:
                _delete(connection, self._sql, each.number)

        await self._write(statements)
        return expired

    async def oldest_broadcast(self) -> Broadcast | None:
        row = self._one("oldest_broadcast", None)
        if row is None:
            return None
        number, name, payload, caller, last, until, starts, started = row
        points = tuple(StartPoint(*each) for each in _starts_decoder.decode(starts))
        values = decode_values(payload)
        return Broadcast(number, name, values, caller, last, until, points, started)

    def newest_broadcast(self) -> int:
        row = self._one("newest_broadcast", None)
        return 0 if row is None else int(row[0])

    async def due_starts(self, now: datetime, *, limit: int) -> Sequence[TimerStart]:
        wanted = {"now": milliseconds(now), "limit": limit}
        if self._one("due_starts", wanted) is None:
            return []
        return [_timer_start(row) for row in await self._all("due_starts", wanted)]


def _taken_by(message: Message, after: int, limit: int) -> dict[str, Any]:
    return {"name": message.name, "keys": _json(message.keys), "after": after, "limit": limit}


def _json(value: Any) -> str:
    return _encoder.encode(value).decode()


def _waiting(row: Row) -> Waiting:
    return Waiting(row[0], InstanceId(UUID(row[1])), SubscriptionId(row[2]))


def _message(name: str, keys: str, payload: str, caller: str) -> Message:
    return Message(name, _keys_decoder.decode(keys), decode_values(payload), caller)


def _timer_start(row: Row) -> TimerStart:
    *point, due_at, schedule, enabled = row
    due = datetime.fromtimestamp(due_at / 1000, UTC)
    return TimerStart(StartPoint(*point), due, decode_values(schedule), bool(enabled))


# -- processes ------------------------------------------------------------------------------------


def replace_starts(
    connection: sqlite3.Connection, sql: Sql, process: tuple[str, int], starts: Sequence[NewStart]
) -> None:
    """A process, by name and version, is started by these from now on, and by no others."""
    name, version = process
    connection.execute(sql["drop_starts"], {"process": name})
    for start in starts:
        values = {
            "process": name,
            "version": version,
            "element": start.element,
            "definition": start.definition,
            "kind": start.kind,
            "name": start.name,
            "due_at": None if start.due_at is None else milliseconds(start.due_at),
            "schedule": encode_values(start.schedule),
        }
        connection.execute(sql["insert_start"], values)


# -- beside decisions -----------------------------------------------------------------------------


def statements_beside(sql: Sql, beside: Sequence[Beside]) -> Statements:
    """The statements of all of them. They raise Conflict where one comes too late."""

    def run(connection: sqlite3.Connection) -> None:
        for one in beside:
            _BESIDE[type(one)](connection, sql, one)

    return run


def _keep(connection: sqlite3.Connection, sql: Sql, keep: KeepMessage) -> None:
    message = keep.message
    _require_no_taker(connection, sql, message, keep.looked_at)
    about = {"name": message.name, "keys": _json(message.keys), "caller": message.caller}
    content = {"payload": encode_values(message.payload)}
    times = {"expires_at": milliseconds(keep.expires_at)}
    number = connection.execute(sql["insert_message"], {**about, **content, **times}).lastrowid
    connection.execute(sql["insert_message_keys"], {**about, "number": number})


def _require_no_taker(
    connection: sqlite3.Connection, sql: Sql, message: Message, looked_at: int
) -> None:
    wanted = _taken_by(message, looked_at, limit=1)
    if connection.execute(sql["takers"], wanted).fetchone() is not None:
        raise Conflict(f"somebody waits for the message {message.name!r} now")


def _take(connection: sqlite3.Connection, sql: Sql, take: TakeMessage) -> None:
    if not _delete(connection, sql, take.number):
        raise Conflict(f"the kept message {take.number} has been taken")


def _delete(connection: sqlite3.Connection, sql: Sql, number: int) -> bool:
    connection.execute(sql["delete_message_keys"], {"number": number})
    return connection.execute(sql["delete_message"], {"number": number}).rowcount == 1


def _release(connection: sqlite3.Connection, sql: Sql, release: ReleaseMessage) -> None:
    _require_no_taker(connection, sql, release.kept.message, release.looked_at)
    connection.execute(sql["release_message"], {"number": release.kept.number})


def _begin_broadcast(connection: sqlite3.Connection, sql: Sql, begin: BeginBroadcast) -> None:
    payload = encode_values(begin.payload)
    thrown = {"name": begin.name, "payload": payload, "caller": begin.caller}
    connection.execute(sql["insert_broadcast"], thrown)


def _move_broadcast(connection: sqlite3.Connection, sql: Sql, move: MoveBroadcast) -> None:
    wanted = {**_where(move.before), "last": move.last, "started": move.started}
    _once(connection.execute(sql["move_broadcast"], wanted), f"the signal {move.before.name!r}")


def _end_broadcast(connection: sqlite3.Connection, sql: Sql, end: EndBroadcast) -> None:
    ended = connection.execute(sql["end_broadcast"], _where(end.before))
    _once(ended, f"the signal {end.before.name!r}")


def _where(before: Broadcast) -> dict[str, Any]:
    was = {"was_last": before.last, "was_started": before.started}
    return {"number": before.number, **was}


def _move_timer_start(connection: sqlite3.Connection, sql: Sql, move: MoveTimerStart) -> None:
    point = msgspec.structs.asdict(move.before.point)
    due_at = None if move.due_at is None else milliseconds(move.due_at)
    times = {"due_at": due_at, "was_due_at": milliseconds(move.before.due_at)}
    wanted = {**point, **times, "schedule": encode_values(move.schedule)}
    moved = connection.execute(sql["move_timer_start"], wanted)
    _once(moved, f"the timer that starts {move.before.point.process}")


def _once(changed: sqlite3.Cursor, what: str) -> None:
    if changed.rowcount != 1:
        raise Conflict(f"{what} has been seen to by somebody else")


_BESIDE: Mapping[type, Callable[[sqlite3.Connection, Sql, Any], None]] = {
    KeepMessage: _keep,
    TakeMessage: _take,
    ReleaseMessage: _release,
    BeginBroadcast: _begin_broadcast,
    MoveBroadcast: _move_broadcast,
    EndBroadcast: _end_broadcast,
    MoveTimerStart: _move_timer_start,
    UseDataStore: use_data_store,
    Announce: announce,
    KeepStart: keep_start,
}
