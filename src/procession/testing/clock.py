"""The time of a service under test: it passes as it always does, and a test can move it forward.

Rule: moved forward, the clock stops at each moment at which something is due, and goes on when
that has been done. So a reminder every hour has come three times after three hours.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from procession.engine import INSTANCES_LISTED_MAX, LEASE_SECONDS, Engine
from procession.stores import Lease
from procession.worker import CLAIMED_AT_ONCE_MAX

if TYPE_CHECKING:
    from procession.testing.service import Service

MOMENTS_MAX = 10_000
REST_SECONDS = 10.0
STARTS_LOOKED_AT_MAX = 100
# The store keeps milliseconds: what is due within one is due at its end.
INSTANT = timedelta(milliseconds=1)


class Clock:
    """Tells the service the time. It never goes back."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._service: Service | None = None

    def __call__(self) -> datetime:
        return self.now

    @property
    def now(self) -> datetime:
        """The time as the service has it."""
        return datetime.now(UTC) + self._ahead

    def of(self, service: "Service") -> None:
        """Whose timers become due."""
        self._service = service

    def forward(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let so much time pass, and all that becomes due in it be done."""
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if passed < timedelta():
            raise ValueError("the clock goes forward only")
        self.to(self.now + passed)

    def to(self, moment: datetime) -> None:
        """Let the time pass until this moment; one without a zone is UTC."""
        until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if until < self.now:
            raise ValueError(f"the clock goes forward only, and it is {self.now} already")
        assert self._service is not None, "a clock belongs to a service"
        self._service.see(self._pass(self._service.engine, until))

    async def _pass(self, engine: Engine, until: datetime) -> None:
        for _ in range(MOMENTS_MAX):
            await engine.rest(REST_SECONDS)
            now = self.now
            due = [each async for each in _moments(engine, until) if each > now]
            if not due:
                await self._set(engine, until)
                return
            await self._set(engine, min(due) + INSTANT)
        raise RuntimeError(f"more than {MOMENTS_MAX} moments at which something is due")

    async def _set(self, engine: Engine, moment: datetime) -> None:
        """What is in hand stays in hand: for others its time would be over."""
        await engine.store.renew_leases(_lease(engine, moment))
        self._ahead = max(self._ahead, moment - datetime.now(UTC))
        await work_off(engine)


async def work_off(engine: Engine) -> None:
    """Do now what the worker would find at its next look."""
    lease = _lease(engine, engine.clock())
    for job in await engine.store.claim_jobs(
        now=engine.clock(), lease=lease, limit=CLAIMED_AT_ONCE_MAX
    ):
        engine.take(job.instance, job.id)
    await engine.starts.start_due()
    await engine.messages.deliver_wanted()
    await engine.messages.purge()
    await engine.signals.tend()
    await engine.rest(REST_SECONDS)


def _lease(engine: Engine, moment: datetime) -> Lease:
    return Lease(engine.holder, moment + timedelta(seconds=LEASE_SECONDS))


async def _moments(engine: Engine, until: datetime) -> AsyncIterator[datetime]:
    """When jobs of runs, and timers that start processes, are due by then."""
    for row in await engine.instances(limit=INSTANCES_LISTED_MAX):
        if row.status.final:
            continue
        jobs = await engine.look(row.id, lambda run: [job.due_at for job in run.jobs.values()])
        for due_at in jobs:
            if due_at is not None and due_at <= until:
                yield due_at
    for timer in await engine.store.events.due_starts(until, limit=STARTS_LOOKED_AT_MAX):
        yield timer.due_at
