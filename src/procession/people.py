"""Roles and rights: who may what is changed here (what it means: docs/rights.md).

Rule: every change is told to the audit log by the transaction that makes it.
"""

from procession.access import PROCESS_DUTIES, Duty, Principal
from procession.audit import AuditLog
from procession.core.values import shown
from procession.errors import BadValue, Rejected, UnknownProcess
from procession.stores import Store
from procession.stores.people import ADMINISTRATORS, ALL_EMPLOYEES, Grant

ROLE_LENGTH_MAX = 100
BUILT_IN = (ALL_EMPLOYEES, ADMINISTRATORS)


class People:
    """The roles and rights of a store."""

    def __init__(self, store: Store, audit: AuditLog) -> None:
        self._store, self._audit = store, audit

    async def add_role(self, name: str, *, by: Principal) -> None:
        """Raises BadValue (a name that may not be) or Rejected (there is one)."""
        if not 0 < len(name) <= ROLE_LENGTH_MAX or name != name.strip() or not name.isprintable():
            raise BadValue(
                f"{shown(name)} cannot name a role: 1 to {ROLE_LENGTH_MAX} printable characters,"
                " no space around them"
            )
        await self._store.people.add_role(name, self._audit.entry(by, "add role", name))

    async def remove_role(self, name: str, *, by: Principal) -> None:
        """With what is granted to it. Raises UnknownRole, or Rejected for a built-in one."""
        if name in BUILT_IN:
            raise Rejected(f"the role {name!r} is always there; withdraw what is granted to it")
        await self._store.people.remove_role(name, self._audit.entry(by, "remove role", name))

    async def add_member(self, role: str, user: str, *, by: Principal) -> None:
        """Raises UnknownRole or UnknownUser."""
        _refuse_everybody(role)
        entry = self._audit.entry(by, "add member", role, user)
        await self._store.people.add_member(role, user, entry)

    async def remove_member(self, role: str, user: str, *, by: Principal) -> None:
        """Raises UnknownRole, or Rejected for one who is none or is the last administrator."""
        _refuse_everybody(role)
        entry = self._audit.entry(by, "remove member", role, user)
        await self._store.people.remove_member(role, user, entry)

    async def grant(self, grant: Grant, *, by: Principal) -> None:
        """Raises BadValue, UnknownProcess, UnknownRole or UnknownUser."""
        _checked_duty(grant)
        if grant.process and await self._store.process(grant.process) is None:
            # A name that is misspelt would leave the process open that was meant.
            raise UnknownProcess(f"there is no process {shown(grant.process)}; deploy it first")
        entry = self._audit.entry(by, "grant", grant.grantee, _described(grant))
        await self._store.people.grant(grant, entry)

    async def withdraw(self, grant: Grant, *, by: Principal) -> None:
        """Raises Rejected where it was not granted."""
        entry = self._audit.entry(by, "withdraw", grant.grantee, _described(grant))
        await self._store.people.withdraw(grant, entry)


def _checked_duty(grant: Grant) -> None:
    if grant.duty not in tuple(Duty):
        raise BadValue(f"{shown(grant.duty)} is no duty; it is one of {', '.join(Duty)}")
    if grant.process and grant.duty not in PROCESS_DUTIES:
        raise BadValue(f"{grant.duty} is not a matter of one process; grant it without naming one")


def _refuse_everybody(role: str) -> None:
    if role == ALL_EMPLOYEES:
        raise Rejected(f"everybody is in {ALL_EMPLOYEES!r}, always; use a role of your own")


def _described(grant: Grant) -> str:
    where = f" {grant.process}" if grant.process else ""
    return f"{grant.duty}{where}, to the {grant.kind}"
