"""The audit log: every change of who may what, and every refused try.

Rule: a change is written in the transaction that makes it. Refused tries are gathered, like ones
as one, and written every few seconds: a flood of them costs neither a disk write each nor memory,
and pushes no change out of the log, because each kind has its own bound.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from procession.access import Duty, Principal
from procession.errors import StoreError
from procession.stores import Store
from procession.stores.people import Entry, LoginFailures

GATHERED_SECONDS = 2.0
GATHERED_MAX = 100
TEXT_LENGTH_MAX = 120
# What is written of the tries that are one too many to be told apart.
OTHERS = "others"

_log = structlog.get_logger()


class Try(NamedTuple):
    """What makes two refused tries like ones."""

    who: str
    address: str
    action: str
    subject: str
    detail: str


class AuditLog:
    """One for each program; `flush` before it ends."""

    def __init__(
        self, store: Store, *, entries_max: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._entries_max, self._clock = store, entries_max, clock
        self._tries: dict[Try, tuple[datetime, int]] = {}
        self._failures: dict[str, LoginFailures] = {}
        self._writing: asyncio.Task[None] | None = None

    def entry(self, by: Principal, action: str, subject: str = "", detail: str = "") -> Entry:
        """The entry of a change, for the verb of the store that makes it."""
        self._write_soon()
        return Entry(
            at=self._now(),
            who=who(by),
            address=by.address,
            action=action,
            subject=subject,
            detail=detail,
        )

    def refused_duty(self, principal: Principal, duty: Duty, process: str) -> None:
        """A try that the caller's rights did not allow."""
        self.refused(who(principal), principal.address, duty, process)

    def refused(
        self, who: str, address: str, action: str, subject: str = "", *, detail: str = ""
    ) -> None:
        """A refused try. It is written within a few seconds."""
        texts = (_bounded(text) for text in (who, address, action, subject, detail))
        one = Try(*texts)
        if one not in self._tries and len(self._tries) >= GATHERED_MAX:
            one = Try(OTHERS, "", one.action, "", "")
        at, times = self._tries.get(one, (self._now(), 0))
        self._tries[one] = (at, times + 1)
        self._write_soon()

    def login_failed(self, user: str, failures: int) -> None:
        """How often a user has failed to log in; written with the refused tries."""
        if user in self._failures or len(self._failures) < GATHERED_MAX:
            self._failures[user] = LoginFailures(user, failures, self._now())
        self._write_soon()

    def login_succeeded(self, user: str) -> None:
        self._failures.pop(user, None)

    async def flush(self) -> None:
        """Writes what is gathered, and lets the oldest entries go."""
        if self._writing is not None:
            self.close()
            await self._write()

    def close(self) -> None:
        """Nothing more is written."""
        if self._writing is not None:
            self._writing.cancel()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_later())

    async def _write_later(self) -> None:
        gathering = True
        while gathering:
            await asyncio.sleep(GATHERED_SECONDS)
            await self._write()
            gathering = bool(self._tries or self._failures)

    async def _write(self) -> None:
        tries, failures = self._tries, self._failures
        self._tries, self._failures = {}, {}
        entries = [
            Entry(at=at, **one._asdict(), refused=True, times=times)
            for one, (at, times) in tries.items()
        ]
        try:
            if entries or failures:
                await self._store.people.record(entries, list(failures.values()))
            await self._store.people.trim_audit(self._entries_max)
        except StoreError as error:
            _log.error("audit_not_written", refused_tries=len(entries), message=str(error))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def who(principal: Principal) -> str:
    """The caller as the log names him: with the key that was shown."""
    return f"{principal.name} ({principal.means})" if principal.means else principal.name


def _bounded(text: str) -> str:
    """What a caller sends must not fill the log; a lone surrogate cannot be stored."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= TEXT_LENGTH_MAX else f"{clean[:TEXT_LENGTH_MAX]}…"
