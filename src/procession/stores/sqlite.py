"""The embedded store: one SQLite file in WAL mode.

Reads by key run on the event loop, where they take microseconds; lists run in a thread. Both read
what has been committed, whatever the writer is doing.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from procession.core.ids import ElementInstanceId, InstanceId, JobId
from procession.core.instance import ProcessInstance, Status
from procession.errors import Rejected, UnknownUser
from procession.stores import (
    DecisionRow,
    DueJob,
    ElementRow,
    InstanceRow,
    Lease,
    NewDecision,
    NewProcess,
    ProcessRow,
    Recorded,
    Session,
    User,
    Write,
)
from procession.stores.codec import decode_changes, decode_instance
from procession.stores.committer import unavailable
from procession.stores.decisions import add_decision, decision_row
from procession.stores.events import Beside
from procession.stores.people import Entry
from procession.stores.snapshots import BODY_MAX, Snapshots, load_whole
from procession.stores.sqlite_access import SqliteAccess
from procession.stores.sqlite_data_stores import SqliteDataStores
from procession.stores.sqlite_events import SqliteEvents, replace_starts, statements_beside
from procession.stores.sqlite_keyed_starts import SqliteKeyedStarts
from procession.stores.sqlite_logs import SqliteLogs
from procession.stores.sqlite_people import SqlitePeople, insert_entry
from procession.stores.sqlite_rows import (
    instance_row,
    moment,
    process_row,
    session_row,
    user_row,
)
from procession.stores.sqlite_running import SqliteRunning
from procession.stores.sqlite_search import SqliteSearch
from procession.stores.sqlite_sign_on import SqliteSignOn
from procession.stores.sqlite_webhooks import SqliteWebhooks
from procession.stores.writes import DecisionWriter, milliseconds

FILE_NAME = "procession.sqlite"


class SqliteStore(SqliteAccess):
    """The Store on a file. Made within a running event loop; close it when done.

    `body_max`: up to so many characters, the state of a run is written with each of its turns.
    """

    def __init__(self, path: Path, *, body_max: int = BODY_MAX) -> None:
        super().__init__(path)
        self._snapshots = Snapshots(body_max)
        self._decisions = DecisionWriter(self._sql, self._snapshots)
        self.events = SqliteEvents(self)
        self.data_stores = SqliteDataStores(self)
        self.keyed_starts = SqliteKeyedStarts(self)
        self.running = SqliteRunning(self)
        self.search = SqliteSearch(self)
        self.webhooks = SqliteWebhooks(self)
        self.people = SqlitePeople(self)
        self.logs = SqliteLogs(path, self._sql)
        self.sign_on = SqliteSignOn(self)

    async def close(self) -> None:
        """Commits what waits and closes the file."""
        await super().close()
        self.logs.close()

    # -- processes --------------------------------------------------------------------------------

    async def add_processes(
        self,
        new: Sequence[NewProcess],
        *,
        by: str,
        at: datetime,
        decisions: Sequence[NewDecision] = (),
    ) -> list[tuple[int, bool]]:
        added: list[tuple[int, bool]] = []

        def statements(connection: sqlite3.Connection) -> None:
            added.extend(self._add_process(connection, process, by, at) for process in new)
            added.extend(
                add_decision(connection, self._sql, one, by=by, at=at) for one in decisions
            )
            connection.execute(self._sql["grow_catalog"])

        await self._committer.write(statements)
        return added

    def _add_process(
        self, connection: sqlite3.Connection, new: NewProcess, by: str, at: datetime
    ) -> tuple[int, bool]:
        newest = connection.execute(self._sql["newest_version"], {"name": new.name}).fetchone()
        if newest is not None and newest[1] == new.digest:
            return newest[0], False
        version = 1 if newest is None else newest[0] + 1
        values = {
            "name": new.name,
            "version": version,
            "caption": new.caption,
            "uid": str(new.uid),
            "startable": new.startable,
            "file": new.file,
            "digest": new.digest,
            "xml": new.xml,
            "deployed_at": milliseconds(at),
            "deployed_by": by,
        }
        connection.execute(self._sql["insert_process"], values)
        replace_starts(connection, self._sql, (new.name, version), new.starts)
        return version, True

    async def process(self, name: str, version: int = 0) -> tuple[ProcessRow, bytes] | None:
        row = self._one("find_process", {"name": name, "version": version})
        if row is None:
            return None
        *listed, xml, deployed_at, deployed_by, enabled = row
        return process_row([*listed, deployed_at, deployed_by, enabled]), xml

    async def process_name(self, uid: UUID) -> str | None:
        row = self._one("process_name_by_uid", {"uid": str(uid)})
        return None if row is None else row[0]

    async def processes(self) -> list[ProcessRow]:
        return [process_row(row) for row in await self._all("list_processes")]

    async def enable(self, name: str, on: bool) -> None:
        statement = "enable_process" if on else "disable_process"
        await self._write(statement, {"name": name}, grow=True)

    # -- decisions --------------------------------------------------------------------------------

    async def decision(self, id: str, version: int = 0) -> DecisionRow | None:
        row = self._one("find_decision", {"id": id, "version": version})
        return None if row is None else decision_row(row)

    async def decision_file(self, digest: str) -> bytes | None:
        row = self._one("decision_file", {"digest": digest})
        return None if row is None else row[0]

    async def decisions(self) -> list[DecisionRow]:
        return [decision_row(row) for row in await self._all("list_decisions")]

    # -- instances --------------------------------------------------------------------------------

    async def commit(
        self,
        writes: Sequence[Write],
        *,
        at: datetime,
        lease: Lease,
        beside: Sequence[Beside] = (),
    ) -> None:
        decisions = self._decisions.statements(writes, milliseconds(at), lease)
        if not beside:
            await self._committer.write(decisions, guarded=len(writes) == 1)
            return
        others = statements_beside(self._sql, beside)

        def statements(connection: sqlite3.Connection) -> None:
            others(connection)
            decisions(connection)

        with self.data_stores.handing_over(beside):
            await self._committer.write(statements)

    async def load(self, instance: InstanceId) -> tuple[ProcessInstance, int] | None:
        key = str(instance)
        row = self._one("load_instance", {"id": key})
        if row is None:
            return None
        revision, body = row
        if not body:
            return self._load_large(key)
        self._snapshots.remember(key, None)
        return decode_instance(body), revision

    def size(self, instance: InstanceId) -> int:
        return self._snapshots.size(str(instance)) if self._snapshots else 0

    def _load_large(self, key: str) -> tuple[ProcessInstance, int] | None:
        """Like the look-ups by key it is read at once: the engine keeps what it has loaded."""
        try:
            loaded = load_whole(self._reader, self._sql, key)
        except sqlite3.Error as error:
            raise unavailable(self._path, error) from error
        if loaded is None:
            return None
        instance, revision, snapshot = loaded
        self._snapshots.remember(key, snapshot)
        return instance, revision

    async def instance(self, instance: InstanceId) -> InstanceRow | None:
        row = self._one("instance_row", {"id": str(instance)})
        return None if row is None else instance_row(row)

    async def instances(
        self, *, process: str | None, status: Status | None, limit: int
    ) -> list[InstanceRow]:
        wanted = {"process": process, "status": status, "limit": limit}
        return [instance_row(row) for row in await self._all("list_instances", wanted)]

    async def elements(self, instance: InstanceId) -> list[ElementRow]:
        rows = await self._all("elements_of", {"id": str(instance)})
        return [ElementRow(row[0], row[1], row[2], moment(row[3])) for row in rows]

    async def live_elements(
        self, uid: UUID, *, caller: str, limit: int
    ) -> list[tuple[InstanceId, ElementInstanceId]]:
        wanted = {"uid": str(uid), "caller": caller, "limit": limit}
        rows = await self._all("live_elements", wanted)
        return [(InstanceId(UUID(row[0])), ElementInstanceId(row[1])) for row in rows]

    async def history(
        self, instance: InstanceId, *, after: int = 0, limit: int = 1_000
    ) -> list[Recorded]:
        wanted = {"id": str(instance), "after": after, "limit": limit}
        rows = await self._all("history_of", wanted)
        return [Recorded(row[0], moment(row[1]), decode_changes(row[2])) for row in rows]

    # -- jobs -------------------------------------------------------------------------------------

    async def claim_jobs(self, *, now: datetime, lease: Lease, limit: int) -> list[DueJob]:
        due = {"now": milliseconds(now), "limit": limit}
        # Looking first keeps an idle service from writing.
        if self._one("jobs_due", due) is None:
            return []
        claimed: list[DueJob] = []

        def statements(connection: sqlite3.Connection) -> None:
            for instance, job, kind in connection.execute(self._sql["jobs_due"], due).fetchall():
                wanted = {"instance": instance, "id": job, "now": due["now"]}
                wanted |= {"until": milliseconds(lease.until), "holder": lease.holder}
                connection.execute(self._sql["lease_job"], wanted)
                claimed.append(DueJob(InstanceId(UUID(instance)), JobId(job), kind))

        await self._committer.write(statements)
        return claimed

    async def renew_leases(self, lease: Lease) -> None:
        wanted = {"until": milliseconds(lease.until), "holder": lease.holder}
        await self._write("renew_leases", wanted)

    async def release_leases(self, holder: str | None = None) -> None:
        if holder is None:
            await self._write("release_leases", {})
        else:
            await self._write("release_holder", {"holder": holder})

    # -- users and sessions -----------------------------------------------------------------------

    async def add_user(self, user: User, *, entry: Entry | None = None) -> None:
        values = {
            "name": user.name,
            "password_hash": user.password_hash,
            "disabled": user.disabled,
            "created_at": milliseconds(user.created_at),
        }

        def statements(connection: sqlite3.Connection) -> None:
            try:
                connection.execute(self._sql["insert_user"], values)
            except sqlite3.IntegrityError:
                raise Rejected(f"there is a user {user.name!r} already") from None
            connection.execute(self._sql["insert_first_administrator"], {"user": user.name})
            self._grow(connection, entry)

        await self._committer.write(statements)

    async def user(self, name: str) -> User | None:
        row = self._one("find_user", {"name": name})
        return None if row is None else user_row(row)

    async def users(self) -> list[User]:
        return [user_row(row) for row in await self._all("list_users")]

    async def change_user(
        self,
        name: str,
        *,
        password_hash: str | None = None,
        disabled: bool | None = None,
        entry: Entry | None = None,
    ) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            if connection.execute(self._sql["find_user"], {"name": name}).fetchone() is None:
                raise UnknownUser(f"there is no user {name!r}")
            if password_hash is not None:
                wanted = {"name": name, "password_hash": password_hash}
                connection.execute(self._sql["change_password"], wanted)
            if disabled is not None:
                wanted = {"name": name, "disabled": str(int(disabled))}
                connection.execute(self._sql["change_disabled"], wanted)
            connection.execute(self._sql["end_sessions"], {"user": name})
            self._grow(connection, entry)

        await self._committer.write(statements)

    def _grow(self, connection: sqlite3.Connection, entry: Entry | None) -> None:
        if entry is not None:
            insert_entry(connection, self._sql, entry)
        connection.execute(self._sql["grow_catalog"])

    async def add_session(self, session: Session) -> None:
        values = {
            "id": session.id,
            "user": session.user,
            "csrf": session.csrf,
            "created_at": milliseconds(session.created_at),
            "expires_at": milliseconds(session.expires_at),
            "address": session.address,
        }
        await self._write("insert_session", values)

    async def session(self, id: str) -> Session | None:
        row = self._one("find_session", {"id": id})
        return None if row is None else session_row(row)

    async def end_session(self, id: str) -> None:
        await self._write("end_session", {"id": id}, grow=True)

    async def end_sessions(self, user: str) -> None:
        await self._write("end_sessions", {"user": user}, grow=True)

    async def purge_sessions(self, now: datetime) -> None:
        await self._write("purge_sessions", {"now": milliseconds(now)})
