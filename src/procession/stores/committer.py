"""Group commit: one fsync for all that wait.

Theory of operation
-------------------
A caller hands in a write, a function that runs its statements in the open transaction, and awaits.
The committer takes all that wait, runs them one after the other in ONE transaction, and commits it
in a thread. While the disk is busy, the next ones gather. Nobody is answered before the fsync that
holds their rows.

The statements run on the event loop: each takes microseconds, while handing each to a thread would
cost two hand-overs of the interpreter's lock. Only what waits, for another program's lock or for
the disk, happens in the thread (docs/decisions/0004-group-commit.md).

A write that refuses (Rejected, Conflict), or whose values cannot be stored, fails alone: it is
undone to a savepoint. A write that promises to refuse before its first change (`guarded`) needs
none; if it fails otherwise, its batch fails with it.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from procession.errors import ProcessionError, StoreUnavailable

BATCH_MAX = 256
LOCK_WAIT_SECONDS = 10.0
LOCK_PAUSE_SECONDS = 0.002

Statements = Callable[[sqlite3.Connection], None]

# What a write's own values, or a fault in its statements, can bring about.
_OWN_FAULTS = (
    AssertionError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)


@dataclass(slots=True)
class _Waiting:
    statements: Statements
    guarded: bool
    done: asyncio.Future[None]


class Committer:
    """Owns the one connection that writes. Made and used within a running event loop."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name="committer")

    async def write(self, statements: Statements, *, guarded: bool = False) -> None:
        """Have the statements in the next transaction; answers when it is on the disk."""
        if self._closing:
            raise StoreUnavailable("the store is closed")
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(statements, guarded, done))
        self._wake.set()
        await done

    async def close(self) -> None:
        """Commits what waits, then closes the connection."""
        self._closing = True
        self._wake.set()
        await self._task
        self._thread.shutdown()
        self._connection.close()

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            await self._begin()
            kept = [waiting for waiting in batch if self._run_statements(waiting)]
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.commit)
        except (sqlite3.Error, *_OWN_FAULTS) as error:
            self._give_up(batch, error)
            return
        for waiting in kept:
            if not waiting.done.done():
                waiting.done.set_result(None)

    def _give_up(self, batch: list[_Waiting], error: Exception) -> None:
        """Nothing of the batch is on the disk; everyone in it is told."""
        if self._connection.in_transaction:
            self._connection.rollback()
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_exception(unavailable(self._path, error))

    async def _begin(self) -> None:
        """Begin at once if no other program writes, else wait for it in the thread."""
        try:
            self._connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            if not busy(error):
                raise
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, _begin_patiently, self._connection)

    def _run_statements(self, waiting: _Waiting) -> bool:
        """Whether the write is part of the transaction; if it refused, its caller knows already."""
        connection = self._connection
        faults = () if waiting.guarded else _OWN_FAULTS
        try:
            if waiting.guarded:
                waiting.statements(connection)
                return True
            connection.execute("savepoint one")
            waiting.statements(connection)
            connection.execute("release one")
        except (ProcessionError, *faults) as refusal:
            if not waiting.guarded:
                connection.execute("rollback to one")
                connection.execute("release one")
            if not waiting.done.done():
                waiting.done.set_exception(refusal)
            return False
        return True


def _begin_patiently(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("begin immediate")
            return
        except sqlite3.OperationalError as error:
            if not busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)


def busy(error: sqlite3.Error) -> bool:
    """Whether another program holds the lock that was asked for."""
    return _code(error) == sqlite3.SQLITE_BUSY


def unavailable(path: Path, error: Exception) -> StoreUnavailable:
    """What an operator is told; the caller's request may be tried again later."""
    reason = _REASONS.get(_code(error), f"the store cannot be used: {error}")
    told = StoreUnavailable(f"{path}: {reason}")
    told.__cause__ = error
    return told


def _code(error: Exception) -> int:
    """SQLite's primary result code; errors of Python's own layer have none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


_REASONS = {
    sqlite3.SQLITE_BUSY: f"another program has locked the store for over {LOCK_WAIT_SECONDS:.0f} s",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was lost, free some space and try again",
    sqlite3.SQLITE_READONLY: "the data folder or the store's file is read-only",
    sqlite3.SQLITE_IOERR: "the disk refuses (an error, a quota or a size limit); nothing was lost",
    sqlite3.SQLITE_CANTOPEN: "the store's file cannot be opened; is the folder there, and mine?",
    sqlite3.SQLITE_NOTADB: "the store's file is not a database of Procession",
    sqlite3.SQLITE_CORRUPT: "the store's file is damaged; restore a copy",
}
