"""Signals: each reaches all that wait for it when it is thrown, in all runs, and starts processes
(BPMN 2.0.2 §10.5.5.13).

Theory of operation
-------------------
A signal that is thrown is a row: a broadcast, to all that wait at that moment. It is written in the
commit that ends the thrower's job. Then some receivers at a time have it, in one commit that also
moves the broadcast on, so a crash at any point leaves it with the first who has not had it yet, and
nobody has it twice. One broadcast comes after the other, in the order of their commits, whichever
program works on them: signals overtake one another nowhere.

Who throws one sees it through. What is left behind by a program that has died is found by the poll
of another: a broadcast that has not moved since the last time.
"""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from procession.conflicts import ATTEMPTS_MAX, CONFLICT_PAUSE_SECONDS
from procession.core.commands import CompleteJob
from procession.core.ids import InstanceId, JobId
from procession.core.instance import ProcessInstance
from procession.core.turn import SIGNAL_JOB
from procession.core.values import Values, checked_text, untyped
from procession.errors import Conflict, StoreUnavailable
from procession.stores.events import (
    BeginBroadcast,
    Beside,
    Broadcast,
    EndBroadcast,
    MoveBroadcast,
    StartPoint,
    Waiting,
)
from procession.together import together

if TYPE_CHECKING:
    from procession.engine import Engine

RECEIVERS_AT_ONCE_MAX = 100

_Progress = tuple[int, int, int]


class Signals:
    """Throws signals and sees to it that they reach all."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._working = asyncio.Lock()
        self._seen: _Progress | None = None

    async def throw(self, name: str, payload: Values | None = None, *, caller: str = "") -> None:
        """Throw a signal from outside; it has reached all when this answers. Raises BadValue."""
        values: Values = untyped("payload", payload or {})
        begin = BeginBroadcast(checked_text("signal", name), values, caller)
        async with together(self._engine) as turns:
            await turns.commit([begin])
        await self.go_on()

    async def throw_jobs(self, run: InstanceId, job: JobId) -> None:
        """Throw what a run has thrown, up to this job: signals of one run keep their order."""
        for _ in range(ATTEMPTS_MAX):
            try:
                await self._begin(run, job)
                break
            except Conflict:
                continue
        else:
            raise StoreUnavailable(f"the run {run} is changed by too many at once; try again")
        await self.go_on()

    async def _begin(self, run: InstanceId, until: JobId) -> None:
        async with together(self._engine, run) as turns:
            thrown = _thrown(await turns.instance(run), until)
            for number, _ in thrown:
                await turns.advance(run, CompleteJob(number, {}))
            await turns.commit([begin for _, begin in thrown])

    async def go_on(self) -> None:
        """See the signals that are on their way by now through, oldest first."""
        conflicts, events = 0, self._engine.store.events
        newest = events.newest_broadcast()
        async with self._working:
            while (broadcast := await events.oldest_broadcast()) and broadcast.number <= newest:
                try:
                    await self._reach_some(broadcast)
                    conflicts = 0
                except Conflict:
                    # Somebody has been faster, with one of the runs or with the broadcast.
                    conflicts += 1
                    if conflicts == ATTEMPTS_MAX:
                        raise StoreUnavailable("too many work on the signals; try again") from None
                    await asyncio.sleep(CONFLICT_PAUSE_SECONDS * conflicts)

    async def tend(self) -> None:
        """Go on with a signal on which nobody has worked since the last look."""
        oldest = await self._engine.store.events.oldest_broadcast()
        progress = (oldest.number, oldest.last, oldest.started) if oldest else None
        if progress is not None and progress == self._seen:
            await self.go_on()
        self._seen = progress

    # -- reaching ---------------------------------------------------------------------------------

    async def _reach_some(self, broadcast: Broadcast) -> None:
        """The next receivers, and after the last of them the starts; all in one commit."""
        limit = RECEIVERS_AT_ONCE_MAX
        waiting = await self._engine.store.events.receivers(broadcast, limit=limit)
        starts = broadcast.starts[broadcast.started :][: limit - len(waiting)]
        await self._reach(broadcast, waiting, starts)

    async def _reach(
        self, broadcast: Broadcast, waiting: Sequence[Waiting], starts: Sequence[StartPoint]
    ) -> None:
        runs = (each.instance for each in waiting)
        async with together(self._engine, *runs) as turns:
            for each in waiting:
                await turns.receive(each, deepcopy(broadcast.payload))
                await asyncio.sleep(0)  # Others are answered between two receivers.
            for point in starts:
                payload = deepcopy(broadcast.payload)
                await turns.start(point, caller=broadcast.caller, payload=payload)
            await turns.commit([_moved(broadcast, waiting, starts)])


def _moved(
    broadcast: Broadcast, waiting: Sequence[Waiting], starts: Sequence[StartPoint]
) -> Beside:
    started = broadcast.started + len(starts)
    if len(waiting) < RECEIVERS_AT_ONCE_MAX and started == len(broadcast.starts):
        return EndBroadcast(broadcast)
    last = waiting[-1].number if waiting else broadcast.last
    return MoveBroadcast(broadcast, last, started)


def _thrown(run: ProcessInstance, until: JobId) -> list[tuple[JobId, BeginBroadcast]]:
    """The signals that a run has thrown and that are not on their way, oldest first."""
    jobs = sorted(number for number, job in run.jobs.items() if job.kind == SIGNAL_JOB)
    return [
        (number, BeginBroadcast(thrown["signal"], deepcopy(thrown["payload"]), run.caller))
        for number in jobs
        if number <= until
        for thrown in (run.jobs[number].values,)
    ]
