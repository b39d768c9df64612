"""The worker: does the jobs that instances ask for, and answers them.

Every job runs in a task of its own; no thread and no slot is held while it waits. What it does may
be done twice (a crash before the answer is kept), its answer is accepted once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from procession.calls import Calls
from procession.connectors import Connector, Work
from procession.core.changes import Job
from procession.core.commands import Command, CompleteJob, FailJob, ThrowError
from procession.core.ids import InstanceId, JobId, job_uid
from procession.core.turn import (
    CALL_JOB,
    CANCEL_CHILD_JOB,
    CONTINUE_JOB,
    ESCALATION_JOB,
    MESSAGE_JOB,
    RETURN_ERROR_JOB,
    RETURN_JOB,
    SIGNAL_JOB,
    TIMER_JOB,
)
from procession.core.values import untyped
from procession.engine import LEASE_SECONDS, Engine
from procession.errors import (
    BadValue,
    BpmnError,
    ConnectorError,
    NotRunning,
    ProcessionError,
    StoreError,
    UnknownInstance,
)
from procession.stores import Lease

POLL_SECONDS = 0.5
CLAIMED_AT_ONCE_MAX = 200
CONNECTORS_AT_ONCE_MAX = 32
STORE_PAUSE_SECONDS = 1.0

log = structlog.get_logger("procession.worker")

Doing = Callable[[InstanceId, Job], Awaitable[None]]


class Worker:
    """Does jobs until it is closed. Made and used within a running event loop."""

    def __init__(self, engine: Engine, connectors: Mapping[str, Connector]) -> None:
        self._engine = engine
        self._calls = Calls(engine)
        self._connectors = connectors
        self._slots = asyncio.Semaphore(CONNECTORS_AT_ONCE_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._took_any = False
        self._closing = False
        self._poll: asyncio.Task[None] | None = None
        self._tending: asyncio.Task[None] | None = None
        self._kinds: Mapping[str, Doing] = {
            CONTINUE_JOB: self._continue,
            CALL_JOB: self._call,
            RETURN_JOB: self._return,
            RETURN_ERROR_JOB: self._return,
            TIMER_JOB: self._continue,
            CANCEL_CHILD_JOB: self._cancel_child,
            ESCALATION_JOB: self._return,
            MESSAGE_JOB: self._send,
            SIGNAL_JOB: self._throw,
        }
        engine.on_due = self._take
        engine.on_wanted = self._take_wanted

    def start_polling(self) -> None:
        """Look for jobs that became due, or that another program has left behind."""
        self._poll = asyncio.create_task(self._poll_for_ever(), name="poll")

    async def close(self) -> None:
        """Stop at once: what is in hand is given back and will be done by whoever comes next."""
        self._closing = True
        tasks = [*self._tasks, *(task for task in (self._poll, self._tending) if task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not self._took_any:
            return
        try:
            await self._engine.store.release_leases(self._engine.holder)
        except StoreError as error:
            log.warning("leases were not given back", reason=str(error))

    # -- taking -----------------------------------------------------------------------------------

    def _take(self, instance_id: InstanceId, job: JobId) -> None:
        self._took_any = True
        self._begin(self._do(instance_id, job))

    def _take_wanted(self, instance_id: InstanceId) -> None:
        self._engine.hold(instance_id)
        self._begin(self._deliver_to(instance_id))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _poll_for_ever(self) -> None:
        renewed = self._engine.clock()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            now = self._engine.clock()
            lease = Lease(self._engine.holder, now + timedelta(seconds=LEASE_SECONDS))
            try:
                if self._tasks and now - renewed > timedelta(seconds=LEASE_SECONDS / 3):
                    await self._engine.store.renew_leases(lease)
                    renewed = now
                due = await self._engine.store.claim_jobs(
                    now=now, lease=lease, limit=CLAIMED_AT_ONCE_MAX
                )
            except StoreError as error:
                log.warning("jobs cannot be looked for", reason=str(error))
                continue
            for job in due:
                self._engine.take(job.instance, job.id)
            if self._tending is None or self._tending.done():
                self._tending = asyncio.create_task(self._tend(), name="tend")

    async def _tend(self) -> None:
        """What is to be done for events without a job; one thing's fault leaves the others."""
        for tend in (
            self._engine.starts.start_due,
            self._deliver_wanted,
            self._engine.messages.purge,
            self._engine.signals.tend,
        ):
            try:
                await tend()
            except StoreError as error:
                log.warning("events wait for the store", reason=str(error))
            except Exception:
                log.exception("events cannot be seen to")

    # -- doing ------------------------------------------------------------------------------------

    async def _do(self, instance_id: InstanceId, number: JobId) -> None:
        """See the job through; by a fault of ours the run fails, where an operator sees it."""
        try:
            await self._until_stored(lambda: self._try(instance_id, number))
        except Exception:
            log.exception("a job cannot be done", run=str(instance_id), job=number)
            await self._until_stored(lambda: self._engine.advance(instance_id, _fault(number)))
        finally:
            self._engine.done(instance_id)

    async def _until_stored(self, step: Callable[[], Awaitable[object]]) -> None:
        """Take the step, however often the store has to be asked."""
        while not self._closing:
            try:
                await step()
                return
            except StoreError as error:
                log.warning("a job waits for the store", reason=str(error))
                await asyncio.sleep(STORE_PAUSE_SECONDS)

    async def _try(self, instance_id: InstanceId, number: JobId) -> None:
        job = await self._engine.job(instance_id, number)
        if job is not None:
            await self._kinds.get(job.kind, self._connect)(instance_id, job)

    async def _continue(self, instance_id: InstanceId, job: Job) -> None:
        await self._engine.advance(instance_id, CompleteJob(job.id, {}))

    async def _call(self, instance_id: InstanceId, job: Job) -> None:
        child = await self._calls.start_child(instance_id, job.id)
        if child is not None:
            # The caller's run is not at rest while its child still moves.
            await self._engine.settle(child)

    async def _return(self, instance_id: InstanceId, job: Job) -> None:
        await self._calls.return_to_parent(instance_id, job.id)

    async def _send(self, instance_id: InstanceId, job: Job) -> None:
        await self._engine.messages.send_jobs(instance_id, job.id)

    async def _throw(self, instance_id: InstanceId, job: Job) -> None:
        await self._engine.signals.throw_jobs(instance_id, job.id)

    async def _deliver_to(self, instance_id: InstanceId) -> None:
        """A run waits for a message that is kept: until it is delivered the run is busy."""
        try:
            await self._until_stored(self._engine.messages.deliver_wanted)
        finally:
            self._engine.done(instance_id)

    async def _deliver_wanted(self) -> None:
        if self._engine.store.events.message_wanted():
            await self._engine.messages.deliver_wanted()

    async def _cancel_child(self, instance_id: InstanceId, job: Job) -> None:
        child = job.values["child"]
        try:
            reason = f"the run {instance_id} that called it does not want it any more"
            await self._engine.cancel(InstanceId(UUID(str(child))), reason)
        except (NotRunning, UnknownInstance):
            pass  # It has ended by itself meanwhile.
        await self._engine.advance(instance_id, CompleteJob(job.id, {}))

    async def _connect(self, instance_id: InstanceId, job: Job) -> None:
        answer = await self._answer(instance_id, job)
        # The work has been done: while the store is away only its answer is tried again.
        await self._until_stored(lambda: self._engine.advance(instance_id, answer))

    async def _answer(self, instance_id: InstanceId, job: Job) -> Command:
        connector = self._connectors.get(job.kind)
        if connector is None:
            message = f"nothing here does jobs of kind {job.kind!r}"
            return FailJob(job.id, "NoConnector", message, retryable=False)
        work = Work(job_uid(instance_id, job.id), job.kind, job.values)
        try:
            async with self._slots:
                return CompleteJob(job.id, await connector.run(work))
        except BpmnError as error:
            return _thrown(job.id, error)
        except ConnectorError as error:
            return FailJob(job.id, error.code, str(error), error.retryable)
        except ProcessionError as error:
            return FailJob(job.id, error.code, str(error), retryable=False)
        except Exception as error:
            log.exception("a connector failed unexpectedly", kind=job.kind, job=str(work.uid))
            message = f"{job.kind} failed unexpectedly ({type(error).__name__}); the log says more"
            return FailJob(job.id, "ConnectorFailed", message)


def _thrown(job: JobId, error: BpmnError) -> Command:
    try:
        payload = untyped("the error's payload", error.payload)
    except BadValue as refused:
        return FailJob(job, refused.code, str(refused), retryable=False)
    return ThrowError(job, error.code, str(error), payload)


def _fault(job: JobId) -> Command:
    message = "a fault of the service kept this from being done; the log says more"
    return FailJob(job, "InternalError", message, retryable=False)
