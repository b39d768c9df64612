"""Who may do what (docs/rights.md).

Rule: what is not granted is refused. Who started a run may see it, go on with it and cancel it; a
process with grants of its own is for those alone; an administrator may do everything. A key that is
limited takes away from that, and never adds.

The answer comes from a cache that follows the store's revision: a right that is withdrawn, by
whatever program, counts from the next call on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from procession.errors import Forbidden
from procession.stores import Store
from procession.stores.people import UserRights

USERS_CACHED_MAX = 10_000


class Duty(StrEnum):
    """What one may be allowed to: with a process, or in the administration."""

    RUN = "run"
    CANCEL = "cancel"
    SEE = "see"
    DEPLOY = "deploy"
    OPERATE = "operate"
    ADMINISTER = "administer"


PROCESS_DUTIES = frozenset({Duty.RUN, Duty.CANCEL, Duty.SEE})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, with the limits of the key that was shown (None: there are none).

    `address` and `means`, such as the key's name, are for the audit log.
    """

    name: str
    limits: frozenset[Duty] | None = None
    address: str = field(default="", compare=False)
    means: str = field(default="", compare=False)


NOBODY = Principal("")


@dataclass(frozen=True, slots=True)
class Reach:
    """For which processes a duty is allowed: all but those `named`, or those alone."""

    everywhere: bool
    named: frozenset[str]

    def __contains__(self, process: str) -> bool:
        return (process in self.named) is not self.everywhere


# What is told of a refused try: who, and what was asked.
Refused = Callable[[Principal, Duty, str], None]


class Access:
    """Answers who may. One for each program; `refused` hears of each refused try."""

    __slots__ = ("_refused", "_restricted", "_revision", "_rights", "_store")

    def __init__(self, store: Store, refused: Refused) -> None:
        self._store, self._refused = store, refused
        self._rights: dict[str, UserRights] = {}
        self._restricted: frozenset[str] = frozenset()
        self._revision = -1

    def may(
        self, principal: Principal, duty: Duty, process: str = "", *, started_by: str = ""
    ) -> bool:
        """Whether it is allowed; `started_by`: who started the run that it is about."""
        if principal.limits is not None and duty not in principal.limits:
            return False
        own = duty in PROCESS_DUTIES
        if own and started_by and started_by == principal.name:
            return True
        rights = self._rights_of(principal.name)
        if rights.everything:
            return True
        where = process if own and process in self._restricted else ""
        return (duty, where) in rights.granted

    def require(
        self, principal: Principal, duty: Duty, process: str = "", *, started_by: str = ""
    ) -> None:
        """Raises Forbidden where it is not allowed, and notes it in the audit log."""
        if self.may(principal, duty, process, started_by=started_by):
            return
        self._refused(principal, duty, process)
        raise Forbidden(_refusal(principal, duty, process))

    def reach(self, principal: Principal, duty: Duty) -> Reach:
        """For which processes a duty is allowed, for lists; runs that one started come on top."""
        if principal.limits is not None and duty not in principal.limits:
            return Reach(everywhere=False, named=frozenset())
        rights = self._rights_of(principal.name)
        if rights.everything:
            return Reach(everywhere=True, named=frozenset())
        named = frozenset(process for each, process in rights.granted if each == duty and process)
        if (duty, "") in rights.granted:
            return Reach(everywhere=True, named=self._restricted - named)
        return Reach(everywhere=False, named=named)

    def _rights_of(self, user: str) -> UserRights:
        if self._revision != (revision := self._store.catalog_revision()):
            self._rights.clear()
            self._restricted = self._store.people.processes_with_grants()
            self._revision = revision
        rights = self._rights.get(user)
        if rights is None:
            rights = self._load(user)
        return rights

    def _load(self, user: str) -> UserRights:
        if len(self._rights) >= USERS_CACHED_MAX:
            self._rights.clear()
        rights = self._rights[user] = self._store.people.rights_of(user)
        return rights


def _refusal(principal: Principal, duty: Duty, process: str) -> str:
    what = f"{duty} {process}" if process else duty
    if principal.limits is not None and duty not in principal.limits:
        allowed = ", ".join(sorted(principal.limits)) or "nothing"
        return f"the key that was used may not {what}; it is limited to: {allowed}"
    return f"{principal.name} may not {what}; an administrator can grant it"
