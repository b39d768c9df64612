"""What must hold of a data folder after a kill, read from the files as any program may."""

import shutil
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from procession.compose import EXAMPLE_DATABASE
from procession.core.apply import replay
from procession.core.ids import InstanceId, JobId, job_uid
from procession.core.instance import ProcessInstance, Status
from procession.stores.codec import decode_changes
from procession.stores.snapshots import load_whole
from procession.stores.sqlite import FILE_NAME
from procession.stores.statements import read_statements
from tests.acceptance.kill_load import ADDS, CALLS, FIVE, RESTS, Call

SETTLE_SECONDS_MAX = 60
EFFECTS = "select job from procession_effect"
DUE = "select count(*) from job where due_at is not null"


@dataclass(frozen=True)
class Run:
    """A run as the store holds it."""

    instance: ProcessInstance
    revision: int
    parent: UUID | None

    @property
    def key(self) -> str:
        values = self.instance.values
        return str(values["Amount" if self.instance.process == FIVE else "ContactName"])


def effects_without_record(data: Path, copy: Path) -> int:
    """How many jobs had had their effect and were not answered yet when the service was killed.

    It looks at a copy, so that the service itself finds its files as the kill left them.
    """
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.lock"))
    with closing(sqlite3.connect(copy / FILE_NAME)) as store:
        jobs = store.execute("select instance, id from job where kind = 'add-data'").fetchall()
    with closing(sqlite3.connect(copy / EXAMPLE_DATABASE)) as database:
        # The first add makes the table.
        made = database.execute("select 1 from sqlite_master where name = 'procession_effect'")
        effects = (
            "select job from procession_effect" if made.fetchone() else "select '' where false"
        )
        done = {row[0] for row in database.execute(effects)}
    shutil.rmtree(copy)
    uids = {str(job_uid(InstanceId(UUID(run)), JobId(number))) for run, number in jobs}
    return len(uids & done)


def wait_until_nothing_is_due(data: Path) -> None:
    """What was under way goes on by itself: nobody calls."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    with closing(sqlite3.connect(data / FILE_NAME)) as store:
        while due := store.execute("select count(*) from job where due_at is not null").fetchone()[
            0
        ]:
            assert time.monotonic() < deadline, f"{due} jobs are still not done"
            time.sleep(0.05)


def check_files(data: Path) -> None:
    for name in (FILE_NAME, EXAMPLE_DATABASE):
        with closing(sqlite3.connect(data / name)) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)], name


class Checked:
    """The checks after each kill. Runs that have ended stay as they are, so they are read once."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._runs: dict[InstanceId, Run] = {}
        self._sql = read_statements()

    def check(self, calls: Iterable[Call]) -> None:
        """Raises AssertionError, naming what does not hold."""
        calls = list(calls)
        self._read()
        self._each_call_has_its_run(calls)
        self._nothing_ran_twice(calls)
        self._what_can_be_over_is_over(calls)
        self._each_effect_is_there_once()

    @property
    def number(self) -> int:
        return len(self._runs)

    def read_anew(self) -> None:
        """Forgets what was read before: all is read and replayed again."""
        self._runs.clear()

    def _read(self) -> None:
        with closing(sqlite3.connect(self._data / FILE_NAME)) as store:
            store.execute("begin")  # One moment for all that is read.
            rows = store.execute("select id, revision, status, parent from instance")
            for id, revision, status, parent in rows.fetchall():
                run = InstanceId(UUID(id))
                known = self._runs.get(run)
                if known is not None and known.revision == revision:
                    continue
                loaded = load_whole(store, self._sql, id)
                assert loaded is not None, run
                instance = loaded[0]
                assert (instance.status, loaded[1]) == (status, revision), run
                self._replayed(store, run, instance, revision)
                self._runs[run] = Run(instance, revision, UUID(parent) if parent else None)
            self._each_snapshot_is_wanted(store)

    def _replayed(
        self, store: sqlite3.Connection, run: InstanceId, instance: ProcessInstance, revision: int
    ) -> None:
        """The history is whole and tells the stored state."""
        statement = "select revision, changes from history where instance = ? order by revision"
        rows = store.execute(statement, (str(run),)).fetchall()
        assert [row[0] for row in rows] == list(range(1, revision + 1)), run
        told = replay(change for row in rows for change in decode_changes(row[1]))
        assert told == instance, f"the history of {run} tells another state"

    def _each_snapshot_is_wanted(self, store: sqlite3.Connection) -> None:
        """Runs with an empty body have a snapshot, no newer than they are; no other run has one."""
        wanted = "select id from instance where body = ''"
        there = (
            "select s.instance from snapshot as s join instance as i on i.id = s.instance "
            "where s.revision <= i.revision and (i.ended_at is null or s.revision = i.revision)"
        )
        for one, other in ((wanted, there), ("select instance from snapshot", wanted)):
            assert store.execute(f"{one} except {other}").fetchall() == []

    def _each_call_has_its_run(self, calls: list[Call]) -> None:
        for call in calls:
            if call.run is None:
                continue
            run = self._runs.get(call.run)
            assert run is not None, f"{call} was answered and its run is not there"
            assert (run.instance.process, run.key) == (call.process, call.key)
            if call.status == Status.COMPLETED:
                assert run.instance.status is Status.COMPLETED, call

    def _nothing_ran_twice(self, calls: list[Call]) -> None:
        roots = Counter(run.key for run in self._runs.values() if run.parent is None)
        assert not [key for key, number in roots.items() if number > 1]
        assert roots.keys() <= {call.key for call in calls}
        children = Counter(run.parent for run in self._runs.values() if run.parent is not None)
        for id, run in self._runs.items():
            assert children[id] == (1 if run.instance.process == CALLS else 0), id

    def _what_can_be_over_is_over(self, calls: list[Call]) -> None:
        by_key = {call.key: call for call in calls}
        for id, run in self._runs.items():
            if run.instance.process != RESTS:
                assert run.instance.status is Status.COMPLETED, id
                continue
            call = by_key[run.key]
            if call.executed:
                assert run.instance.status is Status.COMPLETED, id
            elif not call.sent:
                assert [each.element for each in run.instance.elements.values()] == ["", "Ask"]

    def _each_effect_is_there_once(self) -> None:
        """A row for each run that added one, and no other row."""
        rows: dict[str, list[str]] = defaultdict(list)
        with closing(sqlite3.connect(self._data / EXAMPLE_DATABASE)) as database:
            for key, name in database.execute('select "Id", "Name" from "Contact"'):
                rows[name].append(key)
        for id, run in self._runs.items():
            completed = run.instance.status is Status.COMPLETED
            if run.instance.process == FIVE or (run.instance.process == RESTS and not completed):
                assert rows.get(run.key, []) == [], id
            else:
                assert rows[run.key] == [str(run.instance.values["ContactId"])], id
        added = {run.key for run in self._runs.values() if run.instance.process in (ADDS, RESTS)}
        assert rows.keys() - added == set()
