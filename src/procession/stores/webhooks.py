"""What must be kept of webhooks: who is registered, and what is still to be sent to them.

Rule: what is announced of a turn is kept in the turn's own commit, as a `Beside`; so nothing is
announced that did not happen, and nothing that happened is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from procession.core.ids import InstanceId


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of `events`; of the runs of one process, or (None) of all."""

    id: str
    address: str
    secret: str
    events: tuple[str, ...]
    process: str | None
    created_at: datetime
    created_by: str


class Announce(Struct, frozen=True):
    """A turn is told to a webhook."""

    webhook: str
    instance: InstanceId
    event: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be sent. `due_at` None: it was given up after so many `attempts`."""

    number: int
    webhook: str
    instance: InstanceId
    event: str
    body: bytes
    announced_at: datetime
    attempts: int
    due_at: datetime | None
    error: str


class WebhookStore(Protocol):
    """The part of the store that holds webhooks. Each verb raises StoreUnavailable."""

    def registered(self) -> Sequence[Webhook]:
        """All of them; cheap, as it is asked with each commit."""
        ...

    async def add(self, webhook: Webhook) -> None: ...

    async def remove(self, id: str) -> None:
        """With all that was still to be sent to it."""
        ...

    async def due(self, webhook: str, now: datetime, *, limit: int) -> Sequence[Delivery]:
        """What may be sent to it now: of each run the oldest that was not given up."""
        ...

    async def deliveries(self, webhook: str | None = None, *, limit: int) -> Sequence[Delivery]:
        """What was not sent, what was given up too; oldest first."""
        ...

    async def delivered(self, number: int) -> None: ...

    async def not_delivered(self, number: int, *, due_at: datetime | None, error: str) -> None: ...

    async def deliver_again(self, number: int, now: datetime) -> bool:
        """Try anew what was given up; False where it was not."""
        ...
