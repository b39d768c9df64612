"""Messages: each is taken by exactly one run (BPMN 2.0.2 §10.5.5.7, clause 13.2).

Theory of operation
-------------------
A message goes to the run that has waited longest for one like it; else it starts a process; else
it is kept until somebody waits for it, or until its time is over. Each of these is one commit,
together with the end of what it came from: the sender's job, or the kept message. So a crash leaves
it in one place, and it is taken once.

Who keeps a message and who begins to wait for one cannot miss each other. A message is kept in a
transaction that finds nobody waiting; a run begins to wait in a transaction that marks a message
which is kept, if one fits, as wanted. Whoever comes to know of wanted messages delivers them, at
once or, if that program is gone, at the next poll of any other.
"""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from procession.conflicts import ATTEMPTS_MAX, CONFLICT_PAUSE_SECONDS
from procession.core.changes import MESSAGE, Job, Subscribed
from procession.core.commands import CompleteJob
from procession.core.correlation import key_text
from procession.core.decide import Decision
from procession.core.ids import InstanceId, JobId
from procession.core.instance import ProcessInstance
from procession.core.turn import MESSAGE_JOB
from procession.core.values import Value, Values, checked_text, untyped
from procession.errors import BadValue, Conflict, ExpressionError, StoreUnavailable
from procession.stores.events import (
    Beside,
    KeepMessage,
    KeptMessage,
    Message,
    ReleaseMessage,
    TakeMessage,
    Waiting,
)
from procession.together import Together, together

if TYPE_CHECKING:
    from procession.engine import Engine

LIVE_SECONDS = 3_600.0
LIVE_SECONDS_MAX = 315_360_000.0
TAKERS_AT_ONCE_MAX = 20
WANTED_AT_ONCE_MAX = 100
# What is left then is for the next who looks.
WANTED_ROUNDS_MAX = 100
PURGED_AT_ONCE_MAX = 1_000

log = structlog.get_logger("procession.messages")


class Fate(StrEnum):
    """What has become of a message. `gone`: another program has delivered it."""

    TAKEN = "taken"
    STARTED = "started"
    KEPT = "kept"
    UNCLAIMED = "unclaimed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has become of a message: which run took it or was started by it, or until when it is
    kept."""

    fate: Fate
    instance_id: InstanceId | None = None
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a message comes from, and what ends when it is delivered: a run's job, or a kept one.

    With neither it comes from outside. `live_seconds`: how long it may be kept.
    """

    sender: InstanceId | None = None
    job: JobId | None = None
    kept: KeptMessage | None = None
    live_seconds: float = 0.0

    @property
    def runs(self) -> tuple[InstanceId, ...]:
        return () if self.sender is None else (self.sender,)

    async def close(self, turns: Together) -> None:
        """The sender's part of the delivery."""
        if self.sender is not None and self.job is not None:
            await turns.advance(self.sender, CompleteJob(self.job, {}))

    def taken(self) -> tuple[Beside, ...]:
        return () if self.kept is None else (TakeMessage(self.kept.number),)


class Messages:
    """Delivers messages. `live_seconds`: so long one is kept that does not say it itself."""

    def __init__(self, engine: "Engine", live_seconds: float = LIVE_SECONDS) -> None:
        self._engine = engine
        self._live_seconds = live_seconds
        self._delivering = asyncio.Lock()

    async def send(
        self,
        name: str,
        *,
        keys: Sequence[Value] = (),
        payload: Values | None = None,
        caller: str = "",
        live_seconds: float | None = None,
    ) -> Delivery:
        """Send a message from outside; the answer is on the disk.

        `keys`: it fits who waits with a correlation key of one of these values, or with none.
        Raises BadValue.
        """
        message = Message(
            checked_text("message", name), _key_texts(keys), _checked(payload or {}), caller
        )
        return await self._deliver(message, _Origin(live_seconds=self._live(live_seconds)))

    async def send_jobs(self, run: InstanceId, job: JobId) -> None:
        """Send what a run has thrown, up to this job: messages of one run keep their order."""
        for number, live, message in await self._engine.look(run, lambda found: _sent(found, job)):
            origin = _Origin(sender=run, job=number, live_seconds=self._live(live))
            await self._deliver(message, origin)

    async def deliver_wanted(self) -> None:
        """Deliver what was kept and what a run waits for by now."""
        async with self._delivering:
            tried: set[int] = set()
            for _ in range(WANTED_ROUNDS_MAX):
                wanted = await self._wanted(tried)
                for kept in wanted:
                    await self._deliver(kept.message, _Origin(kept=kept))
                    tried.add(kept.number)
                if not wanted:
                    return

    async def purge(self) -> None:
        """Remove some of those that nobody took in time."""
        now = self._engine.clock()
        events = self._engine.store.events
        for expired in await events.purge_messages(now, limit=PURGED_AT_ONCE_MAX):
            log.warning("nobody took a message in time", message=expired.name)

    async def _wanted(self, tried: set[int]) -> list[KeptMessage]:
        found = await self._engine.store.events.wanted_messages(limit=WANTED_AT_ONCE_MAX)
        return [kept for kept in found if kept.number not in tried]

    def _live(self, seconds: float | None) -> float:
        return self._live_seconds if seconds is None else min(seconds, LIVE_SECONDS_MAX)

    # -- delivering -------------------------------------------------------------------------------

    async def _deliver(self, message: Message, origin: _Origin) -> Delivery:
        for attempt in range(ATTEMPTS_MAX):
            try:
                return await self._deliver_once(message, origin)
            except Conflict:
                await asyncio.sleep(CONFLICT_PAUSE_SECONDS * attempt)
        raise StoreUnavailable(f"too many want the message {message.name!r} at once; try again")

    async def _deliver_once(self, message: Message, origin: _Origin) -> Delivery:
        """To who waits, else to a process that it starts, else to nobody. Raises Conflict."""
        looked_at, events = 0, self._engine.store.events
        while takers := await events.takers(message, after=looked_at, limit=TAKERS_AT_ONCE_MAX):
            for waiting in takers:
                delivery = await self._give(waiting, message, origin)
                if delivery is not None:
                    return delivery
                looked_at = waiting.number
        started = await self._start(message, origin)
        return started or await self._leave(message, origin, looked_at)

    async def _give(self, waiting: Waiting, message: Message, origin: _Origin) -> Delivery | None:
        """None: that run does not wait any more."""
        run = waiting.instance
        async with together(self._engine, run, *origin.runs) as turns:
            if await self._is_gone(turns, origin):
                return Delivery(Fate.GONE)
            if not await turns.receive(waiting, message.payload):
                return None
            await origin.close(turns)
            await turns.commit(origin.taken())
        return Delivery(Fate.TAKEN, run)

    async def _start(self, message: Message, origin: _Origin) -> Delivery | None:
        """None: it starts no process."""
        for point in await self._engine.store.events.starts(MESSAGE, message.name):
            async with together(self._engine, *origin.runs) as turns:
                if await self._is_gone(turns, origin):
                    return Delivery(Fate.GONE)
                caller, payload = message.caller, message.payload
                run = await turns.start(point, caller=caller, payload=payload)
                if run is not None:
                    await origin.close(turns)
                    await turns.commit(origin.taken())
                    return Delivery(Fate.STARTED, run)
        return None

    async def _leave(self, message: Message, origin: _Origin, looked_at: int) -> Delivery:
        """Nobody takes it now, and it is kept; or else its time is over at once."""
        async with together(self._engine, *origin.runs) as turns:
            if await self._is_gone(turns, origin):
                return Delivery(Fate.GONE)
            await origin.close(turns)
            if origin.kept is not None:
                await turns.commit([ReleaseMessage(origin.kept, looked_at)])
                return Delivery(Fate.KEPT)
            if origin.live_seconds <= 0:
                await turns.commit()
                log.warning("nobody waits for a message, and it is not kept", message=message.name)
                return Delivery(Fate.UNCLAIMED)
            until = turns.context.now + timedelta(seconds=origin.live_seconds)
            await turns.commit([KeepMessage(message, until, looked_at)])
            return Delivery(Fate.KEPT, kept_until=until)

    async def _is_gone(self, turns: Together, origin: _Origin) -> bool:
        """Whether somebody else has delivered it meanwhile."""
        if origin.kept is not None:
            return not self._engine.store.events.message_kept(origin.kept.number)
        if origin.sender is None:
            return False
        return origin.job not in (await turns.instance(origin.sender)).jobs


def begins_to_wait(decision: Decision) -> bool:
    """Whether the run has begun in this turn to wait for a message."""
    return bool(decision.instance.subscriptions) and any(
        type(change) is Subscribed and change.subscription.kind == MESSAGE
        for change in decision.changes
    )


def _sent(run: ProcessInstance, until: JobId) -> list[tuple[JobId, float | None, Message]]:
    """The messages that a run has thrown and that are not delivered, oldest first."""
    jobs = sorted(number for number, job in run.jobs.items() if job.kind == MESSAGE_JOB)
    return [_message(run, run.jobs[number]) for number in jobs if number <= until]


def _message(run: ProcessInstance, job: Job) -> tuple[JobId, float | None, Message]:
    sent = deepcopy(job.values)  # Who looks at a run keeps no part of it.
    message = Message(sent["message"], tuple(sent["keys"]), sent["payload"], run.caller)
    return job.id, sent.get("live_seconds"), message


def _key_texts(keys: Sequence[Value]) -> tuple[str, ...]:
    try:
        return tuple(key_text("", [key]) for key in keys)
    except ExpressionError as error:
        raise BadValue(str(error)) from error


def _checked(payload: Values) -> Values:
    checked: Values = untyped("payload", payload)
    return checked
