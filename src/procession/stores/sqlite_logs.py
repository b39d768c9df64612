"""The log, read from the SQLite file.

Rule: it has a thread and a connection of its own, which only reads: a question that takes long
holds up other questions of this kind at most, and those no longer than it may take itself.
"""

import asyncio
import json
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from procession.errors import StoreUnavailable
from procession.stores.codec import decode_changes
from procession.stores.committer import unavailable
from procession.stores.element_log import RunLog, Visit, run_log
from procession.stores.logs import (
    Describe,
    ElementFacts,
    Question,
    Row,
    Seer,
    contact_id,
    schema_id,
)
from procession.stores.sqlite_file import open_reader

# How many steps of SQLite's machine pass between two looks at the clock: less than a millisecond.
STEPS_BETWEEN_LOOKS = 10_000
WAITING_MAX = 256
RUNS_CACHED_MAX = 200
VERSIONS_CACHED_MAX = 500
# A run with more visits than these is remembered by nobody.
VISITS_CACHED_MAX = 1_000

Facts = Mapping[str, ElementFacts]
_Run = tuple[str, int]


class SqliteLogs:
    """The log of one file."""

    def __init__(self, path: Path, sql: Mapping[str, str]) -> None:
        self._path, self._sql = path, sql
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="log")
        self._connection, self._histories = open_reader(path), open_reader(path)
        self._connection.set_progress_handler(self._look, STEPS_BETWEEN_LOOKS)
        for name, arguments, function in (
            ("element_log", 4, self._element_log),
            ("run_error", 4, self._run_error),
            ("schema_id", 2, schema_id),
            ("contact_id", 1, contact_id),
            ("lower_case", 1, str.lower),
            ("upper_case", 1, str.upper),
        ):
            self._connection.create_function(name, arguments, function, deterministic=True)
        self._deadline = 0.0
        self._waiting = 0
        self._describe: Describe = lambda name, xml: {}
        self._runs: OrderedDict[_Run, RunLog] = OrderedDict()
        self._facts: OrderedDict[tuple[str, int], Facts] = OrderedDict()

    def close(self) -> None:
        self._deadline = 0.0
        self._asking.shutdown()
        self._connection.close()
        self._histories.close()

    def source(self, name: str) -> str:
        return self._sql[name].removesuffix(";")

    async def ask(
        self, questions: Sequence[Question], seer: Seer, describe: Describe, *, seconds: float
    ) -> list[list[Row]]:
        if self._waiting >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} questions to the log wait already")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._asking, self._answer, questions, seer, describe, seconds
            )
        finally:
            self._waiting -= 1

    # -- in the thread ----------------------------------------------------------------------------

    def _answer(
        self, questions: Sequence[Question], seer: Seer, describe: Describe, seconds: float
    ) -> list[list[Row]]:
        self._describe = describe
        self._deadline = time.monotonic() + seconds
        try:
            return [
                self._connection.execute(each.sql, {**seer.values(), **each.values}).fetchall()
                for each in questions
            ]
        except sqlite3.Error as error:
            if self._look():
                raise TimeoutError from None
            raise unavailable(self._path, error) from error

    def _look(self) -> bool:
        """Whether the time is over; SQLite ends the statement then."""
        return time.monotonic() > self._deadline

    def _element_log(self, run: str, process: str, version: int, revision: int) -> str:
        """The visits of a run as JSON: what `log_elements` takes apart."""
        facts = self._facts_of(process, version)
        visits = self._log(run, revision).visits.values()
        return json.dumps([_entry(each, facts.get(each.element)) for each in visits])

    def _run_error(self, run: str, process: str, version: int, revision: int) -> str:
        return self._log(run, revision).error

    def _log(self, run: str, revision: int) -> RunLog:
        known = self._runs.get((run, revision))
        if known is not None:
            return known
        if self._look():
            raise TimeoutError
        turns = self._histories.execute(self._sql["log_history"], (run, revision))
        log = run_log((at, decode_changes(changes)) for at, changes in turns)
        if len(log.visits) <= VISITS_CACHED_MAX:
            self._runs[run, revision] = log
            if len(self._runs) > RUNS_CACHED_MAX:
                self._runs.popitem(last=False)
        return log

    def _facts_of(self, process: str, version: int) -> Facts:
        known = self._facts.get((process, version))
        if known is None:
            row = self._histories.execute(self._sql["log_file"], (process, version)).fetchone()
            known = self._describe(process, row[0]) if row else {}
            self._facts[process, version] = known
            if len(self._facts) > VERSIONS_CACHED_MAX:
                self._facts.popitem(last=False)
        return known


def _entry(visit: Visit, facts: ElementFacts | None) -> Sequence[object]:
    uid, caption, kind = (str(facts.uid), facts.caption, facts.type) if facts else (None, "", "")
    about = (visit.id, visit.element, uid, caption or visit.element, kind)
    return (*about, visit.status, visit.error, visit.began_at, visit.ended_at)
