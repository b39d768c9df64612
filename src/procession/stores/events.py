"""What must be kept of events: who waits for them, messages that nobody has taken, signals on
their way, and what starts a process without a caller.

Rule: what happens to an event and the turns that it brings about are one commit. So a commit takes
`Beside`s: changes of these rows, each guarded, that are kept together with the decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from procession.core.ids import InstanceId, SubscriptionId
from procession.core.values import Values
from procession.stores.data_stores import UseDataStore
from procession.stores.keyed_starts import KeepStart
from procession.stores.webhooks import Announce


class Waiting(Struct, frozen=True):
    """A run waits, by one of its subscriptions. `number`: the order of all that wait."""

    number: int
    instance: InstanceId
    id: SubscriptionId


class NewStart(Struct, frozen=True):
    """What starts a process: one definition of one of its events.

    `kind` is that of a subscription, or of a timer's job. `name` is the message's or the signal's;
    a timer has `due_at`, and `schedule` for its next moment.
    """

    element: str
    definition: int
    kind: str
    name: str = ""
    due_at: datetime | None = None
    schedule: Values = {}


class StartPoint(Struct, frozen=True):
    """The same of a process that is deployed: of its newest version."""

    process: str
    version: int
    element: str
    definition: int


class TimerStart(Struct, frozen=True):
    """A timer that starts a process and is due. `enabled`: the process may start."""

    point: StartPoint
    due_at: datetime
    schedule: Values
    enabled: bool


class Message(Struct, frozen=True):
    """A message on its way: it fits who waits for its name with one of its keys, or with none."""

    name: str
    keys: tuple[str, ...]
    payload: Values
    caller: str


class KeptMessage(Struct, frozen=True):
    number: int
    message: Message


class Broadcast(Struct, frozen=True):
    """A signal on its way to the subscriptions up to the number `until`, and to the `starts`.

    It has reached those up to `last`, and `started` of the starts.
    """

    number: int
    name: str
    payload: Values
    caller: str
    last: int
    until: int
    starts: tuple[StartPoint, ...]
    started: int


# -- what is kept together with decisions ---------------------------------------------------------


class KeepMessage(Struct, frozen=True):
    """Nobody takes it now. Conflict if a run has begun to wait after `looked_at`."""

    message: Message
    expires_at: datetime
    looked_at: int


class TakeMessage(Struct, frozen=True):
    """A kept message is taken. Conflict if somebody else has."""

    number: int


class ReleaseMessage(Struct, frozen=True):
    """Nobody waits any more for the kept message; Conflict as for `KeepMessage`."""

    kept: KeptMessage
    looked_at: int


class BeginBroadcast(Struct, frozen=True):
    """A signal is thrown: to all that wait for it now."""

    name: str
    payload: Values
    caller: str


class MoveBroadcast(Struct, frozen=True):
    """It has got further. Conflict if it is not where it was read."""

    before: Broadcast
    last: int
    started: int


class EndBroadcast(Struct, frozen=True):
    """It has reached all. Conflict if somebody else has seen to that."""

    before: Broadcast


class MoveTimerStart(Struct, frozen=True):
    """A timer has started its process; None: it is not due again. Conflict if it has moved."""

    before: TimerStart
    due_at: datetime | None
    schedule: Values


Beside = (
    KeepMessage
    | TakeMessage
    | ReleaseMessage
    | BeginBroadcast
    | MoveBroadcast
    | EndBroadcast
    | MoveTimerStart
    | UseDataStore
    | Announce
    | KeepStart
)


@dataclass(frozen=True, slots=True)
class Expired:
    """A kept message that nobody took in time."""

    number: int
    name: str


class EventStore(Protocol):
    """The part of the store that holds events. Each verb raises StoreUnavailable."""

    async def takers(self, message: Message, *, after: int, limit: int) -> Sequence[Waiting]:
        """Who waits for such a message, oldest first, beyond a number."""
        ...

    async def receivers(self, broadcast: Broadcast, *, limit: int) -> Sequence[Waiting]:
        """Whom the signal has not reached yet, oldest first."""
        ...

    async def starts(self, kind: str, name: str | None = None) -> Sequence[StartPoint]:
        """What starts an enabled process, by a certain message or signal, or by any of the kind."""
        ...

    def message_wanted(self) -> bool:
        """Whether a run waits for a message that is kept; cheap."""
        ...

    def message_kept(self, number: int) -> bool:
        """Whether the message is kept still."""
        ...

    async def wanted_messages(self, *, limit: int) -> Sequence[KeptMessage]:
        """The messages that were kept when a run began to wait for one like them, oldest first."""
        ...

    async def purge_messages(self, now: datetime, *, limit: int) -> Sequence[Expired]:
        """Remove messages that nobody took in time; one that is wanted is not among them."""
        ...

    async def oldest_broadcast(self) -> Broadcast | None: ...

    def newest_broadcast(self) -> int:
        """The number of the last signal that is on its way; 0: there is none."""
        ...

    async def due_starts(self, now: datetime, *, limit: int) -> Sequence[TimerStart]:
        """The timers that start a process and are due."""
        ...
