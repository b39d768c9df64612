"""Webhooks: registered addresses are told of the ends and incidents of runs.

Theory of operation
-------------------
What a turn has brought about is announced in the turn's own commit: a row for each webhook that it
concerns. `deliveries.py` sends the rows afterwards, in order for each run, again until they are
taken. So a message may come twice, with the same `webhook-id`, and none is lost.

The body and the signature have the form of the Standard Webhooks specification: whoever receives
them verifies with a library that exists.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from procession.connectors.calls import problems
from procession.core.changes import (
    AnyChange,
    ElementCompleted,
    ElementTerminated,
    IncidentRaised,
    ProcessCanceled,
)
from procession.core.ids import ROOT, element_uid
from procession.core.instance import Status
from procession.core.values import shown
from procession.errors import BadValue, Rejected, UnknownWebhook
from procession.stores import Store, Write
from procession.stores.webhooks import Announce, Webhook

COMPLETED = "process.completed"
CANCELED = "process.canceled"
INCIDENT = "process.incident"
EVENTS = (COMPLETED, CANCELED, INCIDENT)

WEBHOOKS_MAX = 50
BODY_BYTES_MAX = 100_000
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 — the form of the specification, no secret
ID_BYTES = 8

Body = dict[str, Any]
_encoder = msgspec.json.Encoder(decimal_format="number")


class Webhooks:
    """Who is registered, and what is announced to them."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        # Called after a commit that has announced something.
        self.on_announced: Callable[[], None] = _left_to_others

    async def add(
        self,
        address: str,
        *,
        by: str,
        events: Sequence[str] = EVENTS,
        process: str | None = None,
    ) -> Webhook:
        """Register an address; its secret is told once. Raises BadValue and Rejected."""
        if len(self._store.webhooks.registered()) >= WEBHOOKS_MAX:
            raise Rejected(f"{WEBHOOKS_MAX} webhooks are registered; remove one first")
        now = self._clock()
        webhook = Webhook(
            id=secrets.token_hex(ID_BYTES),
            address=_checked_address(address),
            secret=SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(),
            events=_checked_events(events),
            process=process,
            # As the store keeps it, to the millisecond.
            created_at=now.replace(microsecond=now.microsecond // 1_000 * 1_000),
            created_by=by,
        )
        await self._store.webhooks.add(webhook)
        return webhook

    async def remove(self, id: str) -> None:
        """It is told nothing any more, nor what was on its way. Raises UnknownWebhook."""
        self.find(id)
        await self._store.webhooks.remove(id)

    async def registered(self) -> Sequence[Webhook]:
        """All of them, oldest first."""
        return self._store.webhooks.registered()

    async def deliver_again(self, number: int) -> None:
        """Send anew what was given up. Raises UnknownWebhook."""
        if not await self._store.webhooks.deliver_again(number, self._clock()):
            raise UnknownWebhook(f"no message {number} was given up")
        self.on_announced()

    def find(self, id: str) -> Webhook:
        """The webhook of this id. Raises UnknownWebhook."""
        for webhook in self._store.webhooks.registered():
            if webhook.id == id:
                return webhook
        raise UnknownWebhook(f"there is no webhook {shown(id)}")

    def announced(self, writes: Iterable[Write], now: datetime) -> list[Announce]:
        """What is kept beside these turns."""
        registered = self._store.webhooks.registered()
        if not registered:
            return []
        return [
            Announce(webhook.id, write.decision.instance.instance_id, event, body, now)
            for write in writes
            for event, body in _told(write, now)
            for webhook in registered
            if event in webhook.events
            and webhook.process in (None, write.decision.instance.process)
        ]


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What shows the receiver that the message is ours (Standard Webhooks, symmetric)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _told(write: Write, now: datetime) -> Iterator[tuple[str, bytes]]:
    """What of a turn is worth telling, in its order."""
    for change in write.decision.changes:
        tell = _TELLING.get(type(change))
        event, more = tell(write, change) if tell is not None else ("", {})
        if event:
            yield event, _body(write, event, more, now)


def _ended(write: Write, change: ElementCompleted | ElementTerminated) -> tuple[str, Body]:
    completed = write.decision.instance.status is Status.COMPLETED
    return ((COMPLETED if completed else CANCELED) if change.id == ROOT else "", {})


def _canceled(write: Write, change: ProcessCanceled) -> tuple[str, Body]:
    return CANCELED, {"reason": change.reason}


def _stuck(write: Write, change: IncidentRaised) -> tuple[str, Body]:
    instance = write.decision.instance
    if change.id not in instance.incidents:
        return "", {}  # Something has ended it within the same turn.
    incident = {
        "element": instance.elements[change.id].element,
        "elementUid": str(element_uid(instance.instance_id, change.id)),
        "code": change.code,
        "message": change.message,
    }
    return INCIDENT, {"incident": incident}


_TELLING: Mapping[type[AnyChange], Callable[[Write, Any], tuple[str, Body]]] = {
    ElementCompleted: _ended,
    ElementTerminated: _ended,
    ProcessCanceled: _canceled,
    IncidentRaised: _stuck,
}


def _body(write: Write, event: str, more: Body, now: datetime) -> bytes:
    instance = write.decision.instance
    about: Body = {
        "processId": str(instance.id),
        "schemaName": instance.process,
        "version": instance.version,
        "status": str(instance.status),
        "caller": instance.caller,
        **more,
    }
    told = {"type": event, "timestamp": now, "data": about}
    values = {code: instance.values.get(code) for code in write.process.parameters}
    whole = _encoder.encode({**told, "data": {**about, "values": values}})
    if len(whole) <= BODY_BYTES_MAX:
        return whole
    return _encoder.encode({**told, "data": {**about, "values": None, "valuesLeftOut": True}})


def _checked_address(address: str) -> str:
    for problem in problems({"method": "POST", "url": address}):
        raise BadValue(f"the address of a webhook cannot be used: {problem}")
    return address


def _checked_events(events: Sequence[str]) -> tuple[str, ...]:
    for event in events:
        if event not in EVENTS:
            raise BadValue(f"there is no event {shown(event)}; there are {', '.join(EVENTS)}")
    if not events:
        raise BadValue(f"a webhook needs at least one event of {', '.join(EVENTS)}")
    return tuple(dict.fromkeys(events))


def _left_to_others() -> None:
    """A poll will find what was announced."""
