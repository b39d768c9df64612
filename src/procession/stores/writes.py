"""The statements that keep decisions: instance, history, and the rows that a turn touched."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from procession.core.changes import Job
from procession.core.instance import ElementInstance, ProcessInstance
from procession.core.model import Process
from procession.errors import Conflict
from procession.stores import Lease, Write
from procession.stores.codec import encode_changes, encode_instance
from procession.stores.committer import Statements
from procession.stores.projection import touched


def milliseconds(at: datetime) -> int:
    """A moment as the store keeps it."""
    return int(at.timestamp() * 1000)


class DecisionWriter:
    """Turns decisions into statements. Everything is encoded before the transaction begins."""

    def __init__(self, sql: Mapping[str, str]) -> None:
        self._sql = sql

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
        guard, guard_row = self._instance_row(instance, key, revision, at)
        history_row = (key, revision + 1, at, encode_changes(changes))
        rows = touched(instance, changes, new=revision == 0)
        elements = [
            _element_row(write.process, key, instance.elements[id], at) for id in rows.elements
        ]
        jobs = [_job_row(key, instance.jobs[id], at, lease) for id in rows.jobs]

        def run(connection: sqlite3.Connection) -> None:
            try:
                if connection.execute(guard, guard_row).rowcount != 1:
                    raise Conflict(f"instance {key} is not at revision {revision} any more")
            except sqlite3.IntegrityError:
                raise Conflict(f"instance {key} has been started already") from None
            connection.execute(sql["insert_history"], history_row)
            if elements:
                connection.executemany(sql["put_element"], elements)
            if rows.dropped_elements:
                gone = [(key, id) for id in rows.dropped_elements]
                connection.executemany(sql["drop_element"], gone)
            if jobs:
                connection.executemany(sql["put_job"], jobs)
            if rows.dropped_jobs:
                connection.executemany(sql["drop_job"], [(key, id) for id in rows.dropped_jobs])

        return run

    def _instance_row(
        self, instance: ProcessInstance, key: str, revision: int, at: int
    ) -> tuple[str, tuple[object, ...]]:
        status, body = instance.status, encode_instance(instance)
        ended_at = at if status.final else None
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
