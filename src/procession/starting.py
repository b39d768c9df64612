"""Starts under a key of the caller's own: asking twice starts once.

Theory of operation
-------------------
The key is kept in the commit that starts the run. Before each try of that commit it is looked up;
of several that ask at once one is first, the others' commits are refused as conflicts, and when
they are tried again they find the key. Who finds it has that run, with what it has come to by then.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from procession.catalog import Found
from procession.core.ids import InstanceId
from procession.core.values import Values
from procession.errors import KeyReused
from procession.stores.events import Beside
from procession.stores.keyed_starts import KeepStart, KeyedStart
from procession.views import Outcome, outcome_of

if TYPE_CHECKING:
    from procession.engine import Engine

KEPT_FOR = timedelta(days=1)
KEY_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class StartKey:
    """`key` as the caller gives it; `asked`: all that the start depends on."""

    key: str
    asked: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.asked).hexdigest()


class _Known(Exception):
    """The start has happened already: out of the midst of another try of it."""

    def __init__(self, start: KeyedStart) -> None:
        super().__init__(start.instance)
        self.start = start


async def start_once(
    engine: "Engine",
    found: Found,
    given: Values,
    *,
    caller: str,
    wait_seconds: float | None,
    key: StartKey,
) -> tuple[Outcome, bool]:
    """How the run stands, and whether it was there already. Raises KeyReused."""

    def beside(run: InstanceId, warnings: tuple[str, ...]) -> Sequence[Beside]:
        now = engine.clock()
        after = now - KEPT_FOR
        known = engine.store.keyed_starts.find(caller, key.key, after=after)
        if known is not None:
            raise _Known(known)
        start = KeyedStart(key.digest, run, warnings)
        return [KeepStart(caller, key.key, start, now, after)]

    try:
        outcome = await engine.start(
            found, given, caller=caller, wait_seconds=wait_seconds, beside=beside
        )
    except _Known as known:
        return await _again(engine, known.start, key, wait_seconds), True
    return outcome, False


async def _again(
    engine: "Engine", start: KeyedStart, key: StartKey, wait_seconds: float | None
) -> Outcome:
    if start.digest != key.digest:
        raise KeyReused(
            f"the key {key.key[:60]!r} was given to another start within the last day; "
            "give each start a key of its own"
        )
    if wait_seconds is not None:
        await engine.settle(start.instance, wait_seconds)
    return await engine.look(start.instance, lambda run: outcome_of(run, start.warnings))
