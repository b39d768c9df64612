"""The engine: load, decide, commit. The only place where the core and the store meet.

An instance is touched by one turn at a time: within this process by a lock, against other processes
by its revision. A turn that came too late is decided again on what is there now.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from procession.catalog import Catalog, Found
from procession.conflicts import until_kept
from procession.core import decide as core
from procession.core.changes import ElementTerminated, Job
from procession.core.commands import (
    CancelProcess,
    Command,
    ExecuteElement,
    ResolveIncident,
    StartProcess,
)
from procession.core.ids import (
    ElementInstanceId,
    InstanceId,
    JobId,
    locate,
    new_instance_id,
)
from procession.core.instance import ProcessInstance, Status
from procession.core.model import Process
from procession.core.turn import Context
from procession.core.values import Values
from procession.data_stores import Gate, used
from procession.errors import (
    CannotBeStarted,
    NotRunning,
    ProcessDisabled,
    Rejected,
    UnknownElement,
    UnknownInstance,
)
from procession.inputs import typed_inputs
from procession.kept import KeptInstances
from procession.messages import LIVE_SECONDS, Messages, begins_to_wait
from procession.signals import Signals
from procession.starts import Starts
from procession.stores import InstanceRow, Lease, Store, Write
from procession.stores.events import Beside
from procession.views import Outcome, outcome_of
from procession.webhooks import Webhooks

LEASE_SECONDS = 30.0
INSTANCES_LISTED_MAX = 1_000


@dataclass(slots=True)
class _Turnstile:
    """Lets one turn of an instance through at a time; gone when nobody wants it."""

    lock: asyncio.Lock
    wanted: int = 0


JobSink = Callable[[InstanceId, JobId], None]
BesideStart = Callable[[InstanceId, tuple[str, ...]], Sequence[Beside]]
_Seen = TypeVar("_Seen")


class Engine:
    """Runs processes. `worker` must be told of due jobs: `on_due` is called after each commit.

    `on_wanted` is, when a run has begun to wait for a message that is kept. What comes from
    outside goes to `messages`, `signals` and `starts`.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        *,
        clock: Callable[[], datetime],
        refuse_unknown: bool = False,
        kept: KeptInstances | None = None,
        message_live_seconds: float = LIVE_SECONDS,
    ) -> None:
        self.store = store
        self.catalog = catalog
        self.clock = clock
        self.holder = secrets.token_hex(8)
        self.on_due: JobSink = _nobody
        self.on_wanted: Callable[[InstanceId], None] = _left_to_others
        self.messages = Messages(self, message_live_seconds)
        self.signals = Signals(self)
        self.starts = Starts(self)
        self.webhooks = Webhooks(store, clock)
        self.gate = Gate(store, clock)
        self._refuse_unknown = refuse_unknown
        self._kept = kept or KeptInstances()
        self._turnstiles: dict[InstanceId, _Turnstile] = {}
        self._busy: dict[InstanceId, int] = {}
        self._quiet: dict[InstanceId, asyncio.Event] = {}

    # -- starting ---------------------------------------------------------------------------------

    async def start(
        self,
        found: Found,
        given: Mapping[str, Any],
        *,
        caller: str,
        wait_seconds: float | None,
        beside: BesideStart | None = None,
    ) -> Outcome:
        """Start a run with the given inputs, texts or JSON values (CONTRACT 3).

        `beside`: what is to be kept in the same commit, told of the run's id and the warnings.
        With `wait_seconds` None it answers once the start is on the disk; else when the run has
        ended or rests, or when that time is up. Raises BadValue, ProcessDisabled, CannotBeStarted.
        """
        process = found.process
        if not found.enabled:
            raise ProcessDisabled(f"process {process.id} is disabled; enable it to start it")
        if not process.startable:
            raise CannotBeStarted(f"process {process.id} has no start event that a caller may use")
        typed, warnings = typed_inputs(process, given, refuse_unknown=self._refuse_unknown)
        kept = (lambda run: beside(run, warnings)) if beside else _nothing
        instance = await self._start(process, typed, caller, kept)
        if wait_seconds is not None and instance.instance_id in self._busy:
            return await self._outcome(instance.instance_id, warnings, wait_seconds)
        return outcome_of(instance, warnings)

    async def _start(
        self,
        process: Process,
        values: Values,
        caller: str,
        kept: Callable[[InstanceId], Sequence[Beside]],
    ) -> ProcessInstance:
        async def start() -> ProcessInstance:
            context = await self.gate.context(process)
            command = StartProcess(self.new_id(context.now), values, caller)
            decision = core.decide(process, None, command, context)
            beside = [*used(context, decision.changes), *kept(command.instance)]
            await self.commit([Write(process, decision, 0)], context.now, beside)
            return decision.instance

        return await until_kept(f"a data store of {process.id}", start)

    def new_id(self, now: datetime) -> InstanceId:
        return new_instance_id(int(now.timestamp() * 1000), secrets.randbits(42))

    async def _outcome(
        self, instance_id: InstanceId, warnings: tuple[str, ...], wait_seconds: float
    ) -> Outcome:
        await self.settle(instance_id, wait_seconds)
        return await self.look(instance_id, lambda instance: outcome_of(instance, warnings))

    # -- what callers and operators ask for -------------------------------------------------------

    async def execute_element(self, uid: UUID, values: Values, *, caller: str) -> None:
        """Execute one element of a running process; an executed one is left alone (CONTRACT 4).

        `uid` names an element instance, or an element of a schema of which the caller has exactly
        one alive. Raises UnknownElement, NotRunning, Rejected.
        """
        instance_id, number = await self.locate_element(uid, caller)
        async with self.turn_of(instance_id):
            execute = partial(self._execute, instance_id, number, values)
            await until_kept(f"the run {instance_id}", execute)

    async def _execute(
        self, instance_id: InstanceId, number: ElementInstanceId, values: Values
    ) -> None:
        instance, revision = await self.load(instance_id)
        if not 0 < number < instance.next_element:
            raise UnknownElement(f"the run {instance_id} has no element instance {number}")
        if number not in instance.elements:
            await self._require_executed(instance_id, number)
            return  # Executed already: never twice.
        await self.decide(instance, revision, ExecuteElement(number, values))

    async def _require_executed(self, instance_id: InstanceId, number: ElementInstanceId) -> None:
        """Raises NotRunning for an element that was terminated: it was and will not be executed."""
        after = 0
        while turns := await self.store.history(instance_id, after=after):
            if any(ElementTerminated(number) in turn.changes for turn in turns):
                raise NotRunning(f"element {number} of the run {instance_id} was terminated")
            after = turns[-1].revision

    async def locate_element(self, uid: UUID, caller: str) -> tuple[InstanceId, ElementInstanceId]:
        """The element that a GUID names, as `execute_element` takes it: its run, its number."""
        instance_id, number = locate(uid)
        row = await self.store.instance(instance_id)
        if row is not None and number:
            return instance_id, number
        if row is not None:
            raise UnknownElement(f"{uid} names a run or a job, not an element of a run")
        alive = await self.store.live_elements(uid, caller=caller, limit=2)
        if len(alive) == 1:
            return alive[0]
        if alive:
            raise Rejected(
                f"several of your runs wait at the element {uid}; "
                "send the GUID of the element in its run"
            )
        raise UnknownElement(f"no element of a running process has the GUID {uid}")

    async def resolve(self, uid: UUID) -> None:
        """Try a failed element again; its incident is resolved. Raises Rejected, UnknownElement."""
        instance_id, number = locate(uid)
        if number is None:
            raise UnknownElement(f"{uid} names a job, not an element of a run")
        await self.advance(instance_id, ResolveIncident(number))

    async def cancel(self, instance_id: InstanceId, reason: str) -> None:
        """End a run at once, with all that it has called. Raises NotRunning, UnknownInstance."""
        await self.advance(instance_id, CancelProcess(reason))

    async def instances(
        self, *, process: str | None = None, status: Status | None = None, limit: int = 50
    ) -> list[InstanceRow]:
        """The newest runs first, at most `limit`."""
        limit = max(0, min(limit, INSTANCES_LISTED_MAX))
        return await self.store.instances(process=process, status=status, limit=limit)

    # -- turns ------------------------------------------------------------------------------------

    async def advance(self, instance_id: InstanceId, command: Command) -> None:
        """Load, decide, commit; on a conflict again. Raises UnknownInstance, Rejected."""

        async def decide() -> None:
            await self.decide(*await self.load(instance_id), command)

        async with self.turn_of(instance_id):
            await until_kept(f"the run {instance_id}", decide)

    async def decide(self, instance: ProcessInstance, revision: int, command: Command) -> None:
        """Decide and commit, within the run's turnstile. Raises Conflict, Rejected."""
        if instance.status.final and isinstance(command, ExecuteElement | ResolveIncident):
            raise NotRunning(f"the run {instance.id} has ended; it is {instance.status}")
        process = await self.catalog.version(instance.process, instance.version)
        context = await self.gate.context(process)
        decision = self.decision(process, instance, command, context)
        beside = used(context, decision.changes)
        await self.commit([Write(process, decision, revision)], context.now, beside)

    def decision(
        self, process: Process, instance: ProcessInstance, command: Command, context: Context
    ) -> core.Decision:
        """What the core makes of it. The instance is consumed: it is kept again by its commit."""
        self._kept.take(instance.instance_id)
        return core.decide(process, instance, command, context)

    async def load(self, instance_id: InstanceId) -> tuple[ProcessInstance, int]:
        """The instance as it is stored, for a turn: within the run's turnstile.

        A large one is kept from turn to turn; who only looks at it asks `look`.
        """
        if instance_id in self._kept:
            row = await self.store.instance(instance_id)
            kept = self._kept.get(instance_id, row.revision) if row else None
            if row is not None and kept is not None:
                return kept, row.revision
        loaded = await self.store.load(instance_id)
        if loaded is None:
            raise UnknownInstance(f"there is no run {instance_id}")
        self._kept.keep(*loaded, self.store.size(instance_id))
        return loaded

    async def look(
        self, instance_id: InstanceId, read: Callable[[ProcessInstance], _Seen]
    ) -> _Seen:
        """What `read` makes of the stored instance; it keeps no part that a turn may change."""
        if instance_id in self._kept:
            async with self.turn_of(instance_id):
                return read((await self.load(instance_id))[0])
        return read((await self.load(instance_id))[0])

    async def job(self, instance_id: InstanceId, number: JobId) -> Job | None:
        """An open job, for whoever does it, and who may change what is in it."""

        def read(instance: ProcessInstance) -> Job | None:
            job = instance.jobs.get(number)
            return deepcopy(job) if instance_id in self._kept else job

        return await self.look(instance_id, read)

    async def commit(
        self, writes: Sequence[Write], now: datetime, beside: Sequence[Beside] = ()
    ) -> None:
        """Keep the decisions that changed something, and what is beside them, all or none.

        Raises Conflict.
        """
        changing = [write for write in writes if write.decision.changes]
        announced = self.webhooks.announced(changing, now)
        if changing or beside:
            lease = Lease(self.holder, now + timedelta(seconds=LEASE_SECONDS))
            await self.store.commit(changing, at=now, lease=lease, beside=(*beside, *announced))
        if announced:
            self.webhooks.on_announced()
        for write in writes:
            self._keep(write)
            self._hand_out(write.decision, now)

    def _keep(self, write: Write) -> None:
        instance, changes = write.decision.instance, write.decision.changes
        size = self.store.size(instance.instance_id)
        self._kept.keep(instance, write.revision + bool(changes), size)

    def _hand_out(self, decision: core.Decision, now: datetime) -> None:
        """Tell the worker of the jobs that this turn has made due: they are leased to us."""
        if decision.instance.jobs:
            for number in decision.due_jobs(now):
                self.take(decision.instance.instance_id, number)
        if begins_to_wait(decision) and self.store.events.message_wanted():
            self.on_wanted(decision.instance.instance_id)

    def take(self, instance_id: InstanceId, job: JobId) -> None:
        """A job is in this process's hands: until `done` its run is busy."""
        self.hold(instance_id)
        self.on_due(instance_id, job)

    def hold(self, instance_id: InstanceId) -> None:
        """Something for the run is in this process's hands: until `done` it is busy."""
        self._busy[instance_id] = self._busy.get(instance_id, 0) + 1

    def done(self, instance_id: InstanceId) -> None:
        """What was taken or held is in nobody's hands any more."""
        left = self._busy[instance_id] - 1
        if left:
            self._busy[instance_id] = left
            return
        del self._busy[instance_id]
        quiet = self._quiet.pop(instance_id, None)
        if quiet is not None:
            quiet.set()

    async def settle(self, instance_id: InstanceId, wait_seconds: float | None = None) -> None:
        """Wait until nothing is in hand for the run: it rests or has ended; or time is up."""
        if instance_id not in self._busy:
            return
        quiet = self._quiet.setdefault(instance_id, asyncio.Event())
        try:
            async with asyncio.timeout(wait_seconds):
                await quiet.wait()
        except TimeoutError:
            return

    async def rest(self, wait_seconds: float) -> None:
        """Wait until nothing is in hand for any run; or time is up."""
        try:
            async with asyncio.timeout(wait_seconds):
                while self._busy:
                    await self.settle(next(iter(self._busy)))
        except TimeoutError:
            return

    @asynccontextmanager
    async def turn_of(self, instance_id: InstanceId) -> AsyncIterator[None]:
        turnstile = self._turnstiles.setdefault(instance_id, _Turnstile(asyncio.Lock()))
        turnstile.wanted += 1
        try:
            async with turnstile.lock:
                yield
        finally:
            turnstile.wanted -= 1
            if not turnstile.wanted:
                self._turnstiles.pop(instance_id, None)


def _nobody(instance_id: InstanceId, job: JobId) -> None:
    raise AssertionError(f"job {job} of {instance_id} is due and there is no worker")


def _nothing(instance_id: InstanceId) -> Sequence[Beside]:
    return ()


def _left_to_others(instance_id: InstanceId) -> None:
    """A poll will find the message that the run waits for."""


def utc_now() -> datetime:
    """The clock of a running program."""
    return datetime.now(UTC)
