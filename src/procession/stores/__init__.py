"""What must be kept, and how the rest of the program asks for it. No rules of processes in here.

The store is durable: a verb that changes something answers when the change is on the disk. Readers
never wait for the writer. Times come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from procession.core.changes import AnyChange
from procession.core.decide import Decision
from procession.core.ids import ElementInstanceId, InstanceId, JobId
from procession.core.instance import ProcessInstance, Status
from procession.core.model import Process
from procession.stores.data_stores import DataStoreStore
from procession.stores.events import Beside, EventStore, NewStart
from procession.stores.keyed_starts import KeyedStartStore
from procession.stores.logs import LogStore
from procession.stores.people import Entry, PeopleStore
from procession.stores.running import RunningStore
from procession.stores.searching import SearchStore
from procession.stores.sign_on import SignOnStore
from procession.stores.webhooks import WebhookStore


@dataclass(frozen=True, slots=True)
class NewProcess:
    """A process to be added: it becomes a new version, unless its digest is the newest one's.

    `starts`: what starts it from then on, in place of what started the version before.
    """

    name: str
    caption: str
    uid: UUID
    startable: bool
    file: str
    digest: str
    xml: bytes
    starts: Sequence[NewStart] = ()


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """What is listed of one version of a process."""

    name: str
    version: int
    caption: str
    uid: UUID
    startable: bool
    enabled: bool
    file: str
    deployed_at: datetime
    deployed_by: str


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to be added: a new version, unless its file's digest is the newest one's.

    `name` is its id; decisions of one file share its bytes.
    """

    name: str
    caption: str
    file: str
    digest: str
    xml: bytes


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What is listed of one version of a decision; `digest` tells its file."""

    id: str
    version: int
    caption: str
    file: str
    digest: str
    deployed_at: datetime
    deployed_by: str


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """What is listed of one run."""

    id: InstanceId
    process: str
    version: int
    status: Status
    revision: int
    caller: str
    parent: UUID | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ElementRow:
    """An element instance that is alive between two turns."""

    id: ElementInstanceId
    element: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What happened in one turn, which made the instance's `revision`, and when."""

    revision: int
    at: datetime
    changes: list[AnyChange]


class Write(Struct, frozen=True):
    """A decision to be kept, over the revision that it was made on (0: the run begins)."""

    process: Process
    decision: Decision
    revision: int


class Lease(Struct, frozen=True):
    """Who holds the jobs that a commit makes due at once, and until when."""

    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class DueJob:
    instance: InstanceId
    id: JobId
    kind: str


@dataclass(frozen=True, slots=True)
class User:
    name: str
    password_hash: str
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """`id` is the SHA-256 of the cookie's token, in hex: the token itself is kept nowhere."""

    id: str
    user: str
    csrf: str
    created_at: datetime
    expires_at: datetime
    address: str = ""


class Store(Protocol):
    """The seam between the engine and a database. Each verb raises StoreUnavailable."""

    @property
    def events(self) -> EventStore: ...
    @property
    def data_stores(self) -> DataStoreStore: ...
    @property
    def people(self) -> PeopleStore: ...
    @property
    def keyed_starts(self) -> KeyedStartStore: ...
    @property
    def running(self) -> RunningStore: ...
    @property
    def search(self) -> SearchStore: ...
    @property
    def logs(self) -> LogStore: ...
    @property
    def sign_on(self) -> SignOnStore: ...
    @property
    def webhooks(self) -> WebhookStore: ...

    def catalog_revision(self) -> int:
        """Grows with each change of processes, users or ended sessions, by whatever program."""
        ...

    async def add_processes(
        self,
        new: Sequence[NewProcess],
        *,
        by: str,
        at: datetime,
        decisions: Sequence[NewDecision] = (),
    ) -> list[tuple[int, bool]]:
        """The version of each, and whether it is new; all of them or none. Decisions come last."""
        ...

    async def decision(self, id: str, version: int = 0) -> DecisionRow | None: ...
    async def decision_file(self, digest: str) -> bytes | None: ...
    async def decisions(self) -> list[DecisionRow]: ...

    async def process(self, name: str, version: int = 0) -> tuple[ProcessRow, bytes] | None: ...
    async def process_name(self, uid: UUID) -> str | None: ...
    async def processes(self) -> list[ProcessRow]: ...
    async def enable(self, name: str, on: bool) -> None: ...

    async def commit(
        self,
        writes: Sequence[Write],
        *,
        at: datetime,
        lease: Lease,
        beside: Sequence[Beside] = (),
    ) -> None:
        """Keep the decisions, and what happens to events and data stores beside them: all or none.

        Raises Conflict if one of them came too late.
        """
        ...

    async def load(self, instance: InstanceId) -> tuple[ProcessInstance, int] | None:
        """A fresh instance and its revision."""
        ...

    def size(self, instance: InstanceId) -> int:
        """About how many characters a run takes that is too large to be written with each turn.

        0: it is a small one. Known of runs that were loaded or committed here.
        """
        ...

    async def instance(self, instance: InstanceId) -> InstanceRow | None: ...
    async def instances(
        self, *, process: str | None, status: Status | None, limit: int
    ) -> list[InstanceRow]: ...
    async def elements(self, instance: InstanceId) -> list[ElementRow]: ...
    async def live_elements(
        self, uid: UUID, *, caller: str, limit: int
    ) -> list[tuple[InstanceId, ElementInstanceId]]:
        """Those of the element with this GUID of its schema, in runs that the caller started."""
        ...

    async def history(
        self, instance: InstanceId, *, after: int = 0, limit: int = 1_000
    ) -> list[Recorded]: ...

    async def claim_jobs(self, *, now: datetime, lease: Lease, limit: int) -> list[DueJob]:
        """Jobs that were due and free, and are now the holder's."""
        ...

    async def renew_leases(self, lease: Lease) -> None: ...
    async def release_leases(self, holder: str | None = None) -> None: ...

    async def add_user(self, user: User, *, entry: Entry | None = None) -> None:
        """The first one there is becomes an administrator."""
        ...

    async def user(self, name: str) -> User | None: ...
    async def users(self) -> list[User]: ...
    async def change_user(
        self,
        name: str,
        *,
        password_hash: str | None = None,
        disabled: bool | None = None,
        entry: Entry | None = None,
    ) -> None:
        """Raises UnknownUser; ends the user's sessions."""
        ...

    async def add_session(self, session: Session) -> None: ...
    async def session(self, id: str) -> Session | None: ...
    async def end_session(self, id: str) -> None: ...
    async def end_sessions(self, user: str) -> None: ...
    async def purge_sessions(self, now: datetime) -> None: ...

    async def close(self) -> None: ...
