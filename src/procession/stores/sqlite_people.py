"""People in the SQLite file: roles, rights, API keys and the audit log."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from procession.errors import Rejected, UnknownRole, UnknownUser
from procession.stores import Session
from procession.stores.committer import Statements
from procession.stores.people import (
    ADMINISTRATORS,
    ApiKey,
    Entry,
    Grant,
    Kind,
    LoginFailures,
    Role,
    UserRights,
)
from procession.stores.sqlite_access import SqlitePart
from procession.stores.sqlite_rows import Row, moment, session_row
from procession.stores.writes import milliseconds

Values = Mapping[str, Any]
Sql = Mapping[str, str]

_pairs = msgspec.json.Decoder(frozenset[tuple[str, str]])
_names = msgspec.json.Decoder(tuple[str, ...])


class AuditedPart(SqlitePart):
    """A part whose changes stand in the audit log."""

    async def _change(self, change: Statements, entry: Entry) -> None:
        """What changes who may what: with its entry, and noticed by all programs."""

        def statements(connection: sqlite3.Connection) -> None:
            change(connection)
            insert_entry(connection, self._sql, entry)
            connection.execute(self._sql["grow_catalog"])

        await self._write(statements)


class SqlitePeople(AuditedPart):
    """The people of a store."""

    # -- rights -----------------------------------------------------------------------------------

    def rights_of(self, user: str) -> UserRights:
        row = self._one("rights_of", {"user": user})
        if row is None:  # A name with a lone surrogate: nobody has it.
            return UserRights(everything=False, granted=frozenset())
        return UserRights(bool(row[0]), _pairs.decode(row[1]))

    def processes_with_grants(self) -> frozenset[str]:
        row = self._one("processes_with_grants", None)
        assert row is not None, "an aggregate has one row"
        return frozenset(_names.decode(row[0]))

    async def grants(self) -> Sequence[Grant]:
        rows = await self._all("list_grants", None)
        return [Grant(duty, Kind(kind), grantee, process) for duty, kind, grantee, process in rows]

    async def grant(self, grant: Grant, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            if grant.kind is Kind.ROLE:
                self._require_role(connection, grant.grantee)
            else:
                self._require_user(connection, grant.grantee)
            connection.execute(self._sql["insert_grant"], _grant_values(grant))

        await self._change(statements, entry)

    async def withdraw(self, grant: Grant, entry: Entry) -> None:
        where = f"for {grant.process}" if grant.process else "for all processes"
        refusal = f"{grant.duty} is not granted to the {grant.kind} {grant.grantee!r} {where}"
        await self._remove("delete_grant", _grant_values(grant), entry, refusal)

    # -- roles ------------------------------------------------------------------------------------

    async def roles(self) -> Sequence[Role]:
        rows = await self._all("list_roles", None)
        return [Role(name, _names.decode(members), moment(at)) for name, members, at in rows]

    async def roles_of(self, user: str) -> Sequence[str]:
        return [row[0] for row in await self._all("roles_of_user", {"user": user})]

    async def add_role(self, name: str, entry: Entry) -> None:
        values = {"name": name, "at": milliseconds(entry.at)}
        await self._add("insert_role", values, entry, f"there is a role {name!r} already")

    async def remove_role(self, name: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            self._require_role(connection, name)
            for statement in ("delete_role", "delete_members", "delete_grants"):
                connection.execute(self._sql[statement], {"name": name})

        await self._change(statements, entry)

    async def add_member(self, role: str, user: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            self._require_role(connection, role)
            self._require_user(connection, user)
            connection.execute(self._sql["insert_member"], {"role": role, "user": user})

        await self._change(statements, entry)

    async def remove_member(self, role: str, user: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            self._require_role(connection, role)
            if role == ADMINISTRATORS:
                require_other_administrator(connection, self._sql, user)
            values = {"role": role, "user": user}
            if not connection.execute(self._sql["delete_member"], values).rowcount:
                raise Rejected(f"{user!r} is not in the role {role!r}")

        await self._change(statements, entry)

    # -- API keys ---------------------------------------------------------------------------------

    async def add_key(self, key: ApiKey, entry: Entry) -> None:
        values = {
            "id": key.id,
            "user": key.user,
            "name": key.name,
            "limits": None if key.limits is None else ",".join(key.limits),
            "created_at": milliseconds(key.created_at),
            "expires_at": None if key.expires_at is None else milliseconds(key.expires_at),
        }

        def statements(connection: sqlite3.Connection) -> None:
            self._require_user(connection, key.user)
            self._insert(
                connection, "insert_key", values, f"{key.user} has a key {key.name!r} already"
            )

        await self._change(statements, entry)

    def key(self, id: str) -> ApiKey | None:
        row = self._one("find_key", {"id": id})
        return None if row is None else _key(row)

    async def keys(self, user: str | None = None) -> Sequence[ApiKey]:
        return [_key(row) for row in await self._all("list_keys", {"user": user})]

    async def revoke_key(self, user: str, name: str, entry: Entry) -> None:
        values = {"user": user, "name": name}
        await self._remove("delete_key", values, entry, f"{user!r} has no key {name!r}")

    # -- sessions and failed logins ---------------------------------------------------------------

    async def sessions_of(self, user: str, now: datetime) -> Sequence[Session]:
        values = {"user": user, "now": milliseconds(now)}
        return [session_row(row) for row in await self._all("sessions_of", values)]

    async def end_sessions(self, user: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            self._require_user(connection, user)
            connection.execute(self._sql["end_sessions"], {"user": user})

        await self._change(statements, entry)

    def failures_of(self, user: str) -> LoginFailures | None:
        row = self._one("find_failures", {"user": user})
        return None if row is None else LoginFailures(row[0], row[1], moment(row[2]))

    def unlocked_at(self, user: str) -> datetime | None:
        row = self._one("unlocked_at", {"user": user})
        return None if row is None else moment(row[0])

    async def all_failures(self) -> Sequence[LoginFailures]:
        rows = await self._all("list_failures", None)
        return [LoginFailures(user, failures, moment(at)) for user, failures, at in rows]

    async def forget_failures(self, user: str) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            connection.execute(self._sql["delete_failures"], {"user": user})

        await self._write(statements)

    async def unlock(self, user: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            self._require_user(connection, user)
            connection.execute(self._sql["delete_failures"], {"user": user})
            values = {"user": user, "at": milliseconds(entry.at)}
            connection.execute(self._sql["change_unlocked"], values)

        await self._change(statements, entry)

    # -- the audit log ----------------------------------------------------------------------------

    async def record(self, entries: Sequence[Entry], failures: Sequence[LoginFailures]) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            for entry in entries:
                insert_entry(connection, self._sql, entry)
            for one in failures:
                values = {"user": one.user, "failures": one.failures}
                values["last_at"] = milliseconds(one.last_at)
                connection.execute(self._sql["put_failures"], values)

        await self._write(statements)

    async def trim_audit(self, most: int) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            for refused in (False, True):
                connection.execute(self._sql["trim_audit"], {"refused": refused, "most": most})

        await self._write(statements)

    async def audit(self, *, before: int | None = None, limit: int) -> Sequence[tuple[int, Entry]]:
        rows = await self._all("list_audit", {"before": before, "limit": limit})
        return [(row[0], _entry(row[1:])) for row in rows]

    # -- what several of them need ----------------------------------------------------------------

    async def _add(self, statement: str, values: Values, entry: Entry, refusal: str) -> None:
        await self._change(
            lambda connection: self._insert(connection, statement, values, refusal), entry
        )

    async def _remove(self, statement: str, values: Values, entry: Entry, refusal: str) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            if not connection.execute(self._sql[statement], values).rowcount:
                raise Rejected(refusal)

        await self._change(statements, entry)

    def _require_role(self, connection: sqlite3.Connection, name: str) -> None:
        if connection.execute(self._sql["find_role"], {"name": name}).fetchone() is None:
            raise UnknownRole(f"there is no role {name!r}")

    def _require_user(self, connection: sqlite3.Connection, name: str) -> None:
        if connection.execute(self._sql["find_user"], {"name": name}).fetchone() is None:
            raise UnknownUser(f"there is no user {name!r}")


def require_other_administrator(connection: sqlite3.Connection, sql: Sql, user: str) -> None:
    """Raises Rejected for the last administrator: nobody could make one then."""
    values = {"user": user}
    if connection.execute(sql["is_administrator"], values).fetchone() is None:
        return
    if connection.execute(sql["other_administrator"], values).fetchone() is None:
        raise Rejected(
            f"{user!r} is the only one in {ADMINISTRATORS!r} who may log in; add another one first"
        )


def insert_entry(connection: sqlite3.Connection, sql: Sql, entry: Entry) -> None:
    """An entry of the audit log, beside what it tells."""
    values = {
        "at": milliseconds(entry.at),
        "refused": entry.refused,
        "who": entry.who,
        "address": entry.address,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "times": entry.times,
    }
    connection.execute(sql["insert_entry"], values)


def _grant_values(grant: Grant) -> Values:
    return {
        "process": grant.process,
        "duty": grant.duty,
        "kind": grant.kind,
        "grantee": grant.grantee,
    }


def _key(row: Row) -> ApiKey:
    id_, user, name, limits, created_at, expires_at = row
    return ApiKey(
        id_,
        user,
        name,
        None if limits is None else tuple(filter(None, limits.split(","))),
        moment(created_at),
        None if expires_at is None else moment(expires_at),
    )


def _entry(row: Row) -> Entry:
    at, who, address, action, subject, detail, refused, times = row
    return Entry(
        at=moment(at),
        who=who,
        address=address,
        action=action,
        subject=subject,
        detail=detail,
        refused=bool(refused),
        times=times,
    )
