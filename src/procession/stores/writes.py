"""The statements that keep decisions: instance, history, and the rows that a turn touched."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from procession.core.changes import MESSAGE, Job, Subscription
from procession.core.instance import ElementInstance, ProcessInstance
from procession.core.model import Process
from procession.errors import Conflict
from procession.stores import Lease, Write
from procession.stores.codec import encode_changes
from procession.stores.committer import Statements
from procession.stores.projection import touched
from procession.stores.snapshots import Body, Snapshots


def milliseconds(at: datetime) -> int:
    """A moment as the store keeps it."""
    return int(at.timestamp() * 1000)


class DecisionWriter:
    """Turns decisions into statements. Everything is encoded before the transaction begins."""

    def __init__(self, sql: Mapping[str, str], snapshots: Snapshots) -> None:
        self._sql = sql
        self._snapshots = snapshots

    def statements(self, writes: Sequence[Write], at: int, lease: Lease) -> Statements:
        """All of the writes or, with Conflict, none; a single one raises before it has written."""
        prepared = [self._prepare(write, at, lease) for write in writes]

        def run(connection: sqlite3.Connection) -> None:
            for statements in prepared:
                statements(connection)

        return prepared[0] if len(prepared) == 1 else run

    def _prepare(self, write: Write, at: int, lease: Lease) -> Statements:
        instance, changes, sql = write.decision.instance, write.decision.changes, self._sql
        key, revision = str(instance.id), write.revision
        history = encode_changes(changes)
        body = self._snapshots.body(instance, key, revision, len(history))
        guard, guard_row = self._instance_row(instance, body.text, revision, at)
        history_row = (key, revision + 1, at, history)
        rows = touched(instance, changes, new=revision == 0)
        elements = [
            _element_row(write.process, key, instance.elements[id], at) for id in rows.elements
        ]
        jobs = [_job_row(key, instance.jobs[id], at, lease) for id in rows.jobs]
        subscriptions = [instance.subscriptions[id] for id in rows.subscriptions]

        def run(connection: sqlite3.Connection) -> None:
            try:
                if connection.execute(guard, guard_row).rowcount != 1:
                    raise Conflict(f"instance {key} is not at revision {revision} any more")
            except sqlite3.IntegrityError:
                raise Conflict(f"instance {key} has been started already") from None
            connection.execute(sql["insert_history"], history_row)
            if body.snapshot or body.drop:
                self._put_snapshot(connection, key, body)
            if elements:
                connection.executemany(sql["put_element"], elements)
            if rows.dropped_elements:
                gone = [(key, id) for id in rows.dropped_elements]
                connection.executemany(sql["drop_element"], gone)
            if jobs:
                connection.executemany(sql["put_job"], jobs)
            if rows.dropped_jobs:
                connection.executemany(sql["drop_job"], [(key, id) for id in rows.dropped_jobs])
            if rows.dropped_subscriptions:
                over = [(key, id) for id in rows.dropped_subscriptions]
                connection.executemany(sql["drop_subscription"], over)
            for subscription in subscriptions:
                self._subscribe(connection, key, subscription, at)

        return run

    def _subscribe(
        self, connection: sqlite3.Connection, key: str, subscription: Subscription, at: int
    ) -> None:
        """A message that is kept is wanted from now on: whatever dies, somebody will deliver it."""
        about = (subscription.kind, subscription.name, subscription.key)
        connection.execute(self._sql["put_subscription"], (key, subscription.id, *about))
        if subscription.kind == MESSAGE:
            statement = "want_message" if subscription.key is None else "want_message_by_key"
            wanted = {"name": subscription.name, "key": subscription.key, "now": at}
            connection.execute(self._sql[statement], wanted)

    def _put_snapshot(self, connection: sqlite3.Connection, key: str, body: Body) -> None:
        """What is remembered before the commit counts for the revision that the commit makes."""
        self._snapshots.remember(key, body.snapshot)
        if body.drop:
            connection.execute(self._sql["drop_snapshot"], (key,))
        elif body.whole is not None and body.snapshot is not None:
            row = (key, body.snapshot.revision, body.whole)
            connection.execute(self._sql["put_snapshot"], row)

    def _instance_row(
        self, instance: ProcessInstance, body: str | None, revision: int, at: int
    ) -> tuple[str, tuple[object, ...]]:
        key, status = str(instance.id), instance.status
        ended_at = at if status.final else None
        if body is None:
            return self._sql["advance_instance"], (str(status), at, ended_at, key, revision)
        if revision:
            row = (str(status), at, ended_at, body, key, revision)
            return self._sql["update_instance"], row
        parent = str(instance.parent.instance) if instance.parent else None
        about = (key, instance.process, instance.version, str(status), instance.caller, parent)
        return self._sql["insert_instance"], (*about, at, at, ended_at, body)


def _element_row(process: Process, key: str, me: ElementInstance, at: int) -> tuple[object, ...]:
    uid = str(process.elements[me.element].uid)
    return (key, me.id, me.element, uid, str(me.state), at)


def _job_row(key: str, job: Job, at: int, lease: Lease) -> tuple[object, ...]:
    """A job that is due at once is held by whoever made it so."""
    due_at = None if job.due_at is None else milliseconds(job.due_at)
    if due_at is None or due_at > at or not lease.holder:
        return (key, job.id, job.kind, due_at, 0, "")
    return (key, job.id, job.kind, due_at, milliseconds(lease.until), lease.holder)
