"""What must be kept of people beyond their passwords: roles, rights, API keys, and the audit log.

Rule: what changes who may do what is kept together with its entry in the audit log, or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from procession.stores import Session

ALL_EMPLOYEES = "All employees"
ADMINISTRATORS = "System administrators"


class Kind(StrEnum):
    """To what a right is granted."""

    ROLE = "role"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Role:
    """`members` are user names; everybody is in "All employees", whose list is empty."""

    name: str
    members: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A duty of a role or a user; `process` "": for all that have no grants of their own."""

    duty: str
    kind: Kind
    grantee: str
    process: str = ""


@dataclass(frozen=True, slots=True)
class UserRights:
    """What a user is granted, by name or as a member of roles: pairs of a duty and a process."""

    everything: bool
    granted: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`id` is the SHA-256 of the key, in hex: the key itself is kept nowhere.

    `limits` are the duties that it is for (None: all that its user may).
    """

    id: str
    user: str
    name: str
    limits: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit log: who did what to whom; `refused`: or tried to, so many `times`."""

    at: datetime
    who: str
    address: str
    action: str
    subject: str = ""
    detail: str = ""
    refused: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class LoginFailures:
    """The failed logins of a user since the last one that succeeded."""

    user: str
    failures: int
    last_at: datetime


class PeopleStore(Protocol):
    """The part of the store that holds who may what. Each verb raises StoreUnavailable.

    Verbs that change something take their entry of the audit log.
    """

    def rights_of(self, user: str) -> UserRights:
        """At once, as it is cheap."""
        ...

    def processes_with_grants(self) -> frozenset[str]:
        """Those that have grants of their own; at once."""
        ...

    async def roles(self) -> Sequence[Role]: ...
    async def roles_of(self, user: str) -> Sequence[str]:
        """Without "All employees"."""
        ...

    async def add_role(self, name: str, entry: Entry) -> None:
        """Raises Rejected where there is one of that name."""
        ...

    async def remove_role(self, name: str, entry: Entry) -> None:
        """With its grants. Raises UnknownRole."""
        ...

    async def add_member(self, role: str, user: str, entry: Entry) -> None:
        """Raises UnknownRole or UnknownUser."""
        ...

    async def remove_member(self, role: str, user: str, entry: Entry) -> None:
        """Raises UnknownRole, or Rejected for one who is none or the last administrator."""
        ...

    async def grants(self) -> Sequence[Grant]: ...
    async def grant(self, grant: Grant, entry: Entry) -> None:
        """Raises UnknownRole or UnknownUser."""
        ...

    async def withdraw(self, grant: Grant, entry: Entry) -> None:
        """Raises Rejected where it was not granted."""
        ...

    async def add_key(self, key: ApiKey, entry: Entry) -> None:
        """Raises UnknownUser, or Rejected where the user has a key of that name."""
        ...

    def key(self, id: str) -> ApiKey | None: ...
    async def keys(self, user: str | None = None) -> Sequence[ApiKey]: ...
    async def revoke_key(self, user: str, name: str, entry: Entry) -> None:
        """Raises Rejected where there is none."""
        ...

    async def sessions_of(self, user: str, now: datetime) -> "Sequence[Session]":
        """Those that are not over, oldest first."""
        ...

    async def end_sessions(self, user: str, entry: Entry) -> None: ...

    async def record(self, entries: Sequence[Entry], failures: Sequence[LoginFailures]) -> None:
        """Refused tries, and the failed logins of users; of names that nobody has, nothing."""
        ...

    async def trim_audit(self, most: int) -> None:
        """Keeps the newest `most` changes, and as many refused tries."""
        ...

    async def audit(self, *, before: int | None = None, limit: int) -> Sequence[tuple[int, Entry]]:
        """The newest first, each with its number; those before the number `before`."""
        ...

    def failures_of(self, user: str) -> LoginFailures | None: ...
    def unlocked_at(self, user: str) -> datetime | None: ...
    async def all_failures(self) -> Sequence[LoginFailures]: ...
    async def forget_failures(self, user: str) -> None: ...
    async def unlock(self, user: str, entry: Entry) -> None:
        """Raises UnknownUser."""
        ...
