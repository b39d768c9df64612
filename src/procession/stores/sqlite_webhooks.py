"""The webhooks in the SQLite file."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from procession.core.ids import InstanceId
from procession.stores.sqlite_access import SqliteAccess, SqlitePart
from procession.stores.sqlite_rows import Row, moment
from procession.stores.webhooks import Announce, Delivery, Webhook
from procession.stores.writes import milliseconds

GIVEN_UP_KEPT_MAX = 10_000

Values = Mapping[str, Any]
_events_decoder = msgspec.json.Decoder(tuple[str, ...])


class SqliteWebhooks(SqlitePart):
    """The webhooks of a store; those that were read hold until its revision grows."""

    def __init__(self, access: SqliteAccess) -> None:
        super().__init__(access)
        self._known: tuple[int, Sequence[Webhook]] = (-1, ())

    def registered(self) -> Sequence[Webhook]:
        revision = self._revision()
        if self._known[0] != revision:
            row = self._one("all_webhooks", None)
            assert row is not None, "an aggregate has one row"
            webhooks = tuple(_webhook(each) for each in msgspec.json.decode(row[0]))
            self._known = (revision, webhooks)
        return self._known[1]

    async def add(self, webhook: Webhook) -> None:
        values = {
            "id": webhook.id,
            "address": webhook.address,
            "secret": webhook.secret,
            "events": msgspec.json.encode(webhook.events).decode(),
            "process": webhook.process,
            "created_at": milliseconds(webhook.created_at),
            "created_by": webhook.created_by,
        }
        await self._run(("insert_webhook", values), ("grow_catalog", {}))

    async def remove(self, id: str) -> None:
        given = {"id": id}
        await self._run(
            ("delete_webhook", given), ("delete_deliveries", given), ("grow_catalog", {})
        )

    async def due(self, webhook: str, now: datetime, *, limit: int) -> Sequence[Delivery]:
        wanted = {"webhook": webhook, "now": milliseconds(now), "limit": limit}
        return [_delivery(row) for row in await self._all("due_deliveries", wanted)]

    async def deliveries(self, webhook: str | None = None, *, limit: int) -> Sequence[Delivery]:
        wanted = {"webhook": webhook, "limit": limit}
        return [_delivery(row) for row in await self._all("list_deliveries", wanted)]

    async def delivered(self, number: int) -> None:
        await self._run(("delivered", {"number": number}))

    async def not_delivered(self, number: int, *, due_at: datetime | None, error: str) -> None:
        due = None if due_at is None else milliseconds(due_at)
        values = {"number": number, "due_at": due, "error": error}
        await self._run(("not_delivered", values), ("forget_given_up", {"kept": GIVEN_UP_KEPT_MAX}))

    async def deliver_again(self, number: int, now: datetime) -> bool:
        given, changed = {"number": number, "now": milliseconds(now)}, list[int]()

        def statements(connection: sqlite3.Connection) -> None:
            changed.append(connection.execute(self._sql["deliver_again"], given).rowcount)

        await self._write(statements)
        return changed == [1]

    async def _run(self, *named: tuple[str, Values]) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            for name, values in named:
                connection.execute(self._sql[name], values)

        await self._write(statements)


def announce(connection: sqlite3.Connection, sql: Mapping[str, str], told: Announce) -> None:
    """The statement of a commit."""
    values = {"webhook": told.webhook, "instance": str(told.instance), "event": told.event}
    at = milliseconds(told.at)
    connection.execute(sql["announce"], {**values, "body": told.body, "at": at})


def _webhook(row: Row) -> Webhook:
    id, address, secret, events, process, created_at, created_by = row
    named = _events_decoder.decode(events)
    return Webhook(id, address, secret, named, process, moment(created_at), created_by)


def _delivery(row: Row) -> Delivery:
    number, webhook, instance, event, body, announced_at, attempts, due_at, error = row
    return Delivery(
        number=number,
        webhook=webhook,
        instance=InstanceId(UUID(instance)),
        event=event,
        body=body,
        announced_at=moment(announced_at),
        attempts=attempts,
        due_at=None if due_at is None else moment(due_at),
        error=error,
    )
