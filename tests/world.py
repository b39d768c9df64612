"""Runs as a store holds them: as text. The core is asked as the engine asks it, without waiting.

Each command loads the instance from its text, decides, and keeps the new text and the changes: all
of a commit or nothing. At every commit the replay of the history, as it was written, is held
against the stored instance, and the invariants are checked; so each test that uses a world tests
these too.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from procession.core.changes import AnyChange, ElementActivated, FlowTaken, Job, Parent
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    HandOverJob,
    ResolveIncident,
    StartProcess,
)
from procession.core.decide import Decision, decide
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, JobId, new_instance_id
from procession.core.instance import ProcessInstance, Status, apply, replay
from procession.core.model import Process
from procession.core.turn import CALL_JOB, CANCEL_CHILD_JOB, CONTINUE_JOB, RETURN_JOB, Context
from procession.core.values import Values, convert
from procession.errors import NotRunning, Rejected, UnknownProcess
from procession.stores.codec import (
    decode_changes,
    decode_instance,
    encode_changes,
    encode_instance,
)
from tests.invariants import check, require

BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)
CALL_DEPTH_MAX = 3


@dataclass(slots=True)
class Stored:
    """One run: its state and the changes of each turn as text, and what the history has told."""

    process: Process
    state: str = ""
    turns: list[str] = field(default_factory=list)
    told: ProcessInstance | None = None


@dataclass(slots=True)
class Write:
    id: InstanceId
    process: Process
    decision: Decision


class World:
    """Several processes, their runs and a clock that moves only when it is told to."""

    def __init__(self, *processes: Process) -> None:
        self.processes = {process.id: process for process in processes}
        self.runs: dict[InstanceId, Stored] = {}
        self.now = BEGINNING
        self.limits: dict[str, int] = {}
        self._ids = 0

    # -- what is there ----------------------------------------------------------------------------

    def load(self, run: InstanceId) -> ProcessInstance:
        return decode_instance(self.runs[run].state)

    def history(self, run: InstanceId) -> list[AnyChange]:
        return [change for turn in self.runs[run].turns for change in decode_changes(turn)]

    def jobs(self, run: InstanceId) -> list[Job]:
        return list(self.load(run).jobs.values())

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # -- turns ------------------------------------------------------------------------------------

    def start(self, process: str, values: Values) -> InstanceId:
        run = self._new_id()
        self.commit([self._begin(process, StartProcess(run, values, "Supervisor"))])
        return run

    def ask(self, run: InstanceId, command: Command) -> Decision:
        """Load, decide, commit. Raises Rejected, and then nothing has changed."""
        write = self._decide(run, command)
        self.commit([write])
        return write.decision

    def commit(self, writes: Sequence[Write]) -> None:
        """Keep all of them; a decision without a change changes nothing."""
        for write in writes:
            if write.decision.changes:
                self._keep(write)

    def decided(
        self, process: Process, state: str | None, command: Command, context: Context
    ) -> Decision:
        """What the core makes of it."""
        return decide(process, decode_instance(state) if state else None, command, context)

    def _new_id(self) -> InstanceId:
        self._ids += 1
        return new_instance_id(int(self.now.timestamp() * 1000), self._ids)

    def _begin(self, process: str, command: StartProcess) -> Write:
        found = self.processes[process]
        decision = self.decided(found, None, command, self._context())
        return Write(command.instance, found, decision)

    def _decide(self, run: InstanceId, command: Command) -> Write:
        stored = self.runs[run]
        decision = self.decided(stored.process, stored.state, command, self._context())
        return Write(run, stored.process, decision)

    def _context(self) -> Context:
        return Context(self.now, **self.limits)

    def _keep(self, write: Write) -> None:
        stored = self.runs.setdefault(write.id, Stored(write.process))
        turn = encode_changes(write.decision.changes)
        stored.state = encode_instance(write.decision.instance)
        stored.turns.append(turn)
        changes = decode_changes(turn)
        stored.told = _told(stored.told, changes)
        instance = decode_instance(stored.state)
        require(stored.told == instance, "the replay is the state", stored.told, instance)
        self.observe(write, changes, instance)

    def observe(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        """See what was kept, as it was read back."""
        check(write.process, instance)

    # -- the engine's own work --------------------------------------------------------------------

    def work(self, run: InstanceId, job: JobId) -> None:
        """Do a job that is between instances, or the next part of a turn that was paused."""
        found = self.load(run).jobs.get(job)
        if found is not None:
            _WORK[found.kind](self, run, found)

    def start_child(self, run: InstanceId, job: Job) -> None:
        """Start the called process and hand the job over to it, in one commit; or fail the job."""
        if job.due_at is None:
            return  # A child has it in hand, or it was given up.
        child = self._new_id()
        try:
            started = self._begin(job.values["process"], self._call(run, job, child))
        except Rejected as error:
            self.ask(run, FailJob(job.id, error.code, str(error), retryable=False))
            return
        self.commit([started, self._decide(run, HandOverJob(job.id, child))])

    def _call(self, run: InstanceId, job: Job, child: InstanceId) -> StartProcess:
        above = self.load(run).parent
        depth = above.depth + 1 if above else 1
        if depth > CALL_DEPTH_MAX:
            raise Rejected(f"calls are nested more than {CALL_DEPTH_MAX} deep")
        name = job.values["process"]
        if name not in self.processes:
            raise UnknownProcess(f"there is no process {name!r}")
        parameters = self.processes[name].parameters
        values = {
            code: convert(code, parameters[code].kind, value)
            for code, value in job.values["given"].items()
        }
        return StartProcess(child, values, "Supervisor", Parent(run, job.id, depth))

    def return_to_parent(self, run: InstanceId, job: Job) -> None:
        """Answer the call and close the child's job, in one commit."""
        child = self.load(run)
        assert child.parent is not None, child
        call, answer = child.parent.job, CompleteJob(child.parent.job, job.values)
        canceled = FailJob(call, "ChildCanceled", f"{child.process} was cancelled", retryable=False)
        command: Command = canceled if child.status is Status.CANCELED else answer
        writes = [self._decide(InstanceId(child.parent.instance), command)]
        self.commit([*writes, self._decide(run, CompleteJob(job.id, {}))])

    def cancel_child(self, run: InstanceId, job: Job) -> None:
        """Two commits: the second may get lost, so the first must bear to be done again."""
        with suppress(NotRunning):
            self.ask(job.values["child"], CancelProcess("its caller has ended"))
        self.ask(run, CompleteJob(job.id, {}))

    def go_on(self, run: InstanceId, job: Job) -> None:
        self.ask(run, CompleteJob(job.id, {}))

    def settle(self) -> None:
        """Do the engine's own work until none is left."""
        while found := self._own_work():
            self.work(*found)

    def _own_work(self) -> tuple[InstanceId, JobId] | None:
        for run in self.runs:
            for job in self.jobs(run):
                if job.kind in _WORK and job.due_at is not None and job.due_at <= self.now:
                    return run, job.id
        return None


_WORK: Mapping[str, Callable[[World, InstanceId, Job], None]] = {
    CALL_JOB: World.start_child,
    RETURN_JOB: World.return_to_parent,
    CANCEL_CHILD_JOB: World.cancel_child,
    CONTINUE_JOB: World.go_on,
}
OWN_WORK = frozenset(_WORK)


def _told(before: ProcessInstance | None, changes: Sequence[AnyChange]) -> ProcessInstance:
    if before is None:
        return replay(changes)
    for change in changes:
        apply(before, change)
    return before


# -- one run, as a test speaks of it --------------------------------------------------------------


class Run:
    """One run in a world; elements go by the ids that they are drawn with."""

    def __init__(self, world: World, run: InstanceId) -> None:
        self.world = world
        self.id = run

    @property
    def instance(self) -> ProcessInstance:
        return self.world.load(self.id)

    @property
    def history(self) -> list[AnyChange]:
        return self.world.history(self.id)

    @property
    def status(self) -> Status:
        return self.instance.status

    @property
    def values(self) -> Values:
        return self.instance.values

    @property
    def alive(self) -> list[str]:
        """The elements that are alive, oldest first."""
        return [each.element for each in self.instance.elements.values() if each.id != ROOT]

    @property
    def taken(self) -> list[str]:
        """The flows that were taken, in order."""
        return [change.flow for change in self.history if isinstance(change, FlowTaken)]

    @property
    def incidents(self) -> dict[str, str]:
        """Codes of incidents by element; the root's is ""."""
        instance = self.instance
        return {
            instance.elements[number].element: incident.code
            for number, incident in instance.incidents.items()
        }

    def visits(self, element: str) -> int:
        """How often the element has begun."""
        began = [change for change in self.history if isinstance(change, ElementActivated)]
        return sum(change.element == element for change in began)

    def number(self, element: str) -> ElementInstanceId:
        """The oldest live instance of the element."""
        for each in self.instance.elements.values():
            if each.element == element:
                return each.id
        raise LookupError(f"{element} is not alive; alive are {self.alive}")

    def job(self, element: str) -> Job:
        """The job that the element waits for."""
        instance = self.instance
        (number,) = instance.elements[self.number(element)].jobs
        return instance.jobs[number]

    @property
    def own_jobs(self) -> list[str]:
        """The kinds of the open jobs that no element waits for."""
        return [job.kind for job in self.world.jobs(self.id) if job.owner is None]

    def child(self, element: str) -> "Run":
        """The run that a call has started."""
        self.world.settle()
        child = self.job(element).child
        assert child is not None, f"{element} has no child"
        return Run(self.world, InstanceId(child))

    # -- commands ---------------------------------------------------------------------------------

    def ask(self, command: Command) -> list[AnyChange]:
        return self.world.ask(self.id, command).changes

    def execute(self, element: str, **values: Any) -> list[AnyChange]:
        return self.ask(ExecuteElement(self.number(element), values))

    def answer(self, element: str, **values: Any) -> list[AnyChange]:
        return self.ask(CompleteJob(self.job(element).id, values))

    def fail(
        self, element: str, code: str = "Failed", *, retryable: bool = False
    ) -> list[AnyChange]:
        return self.ask(FailJob(self.job(element).id, code, f"{element} failed", retryable))

    def retry(self, element: str) -> list[AnyChange]:
        return self.ask(ResolveIncident(self.number(element)))

    def retry_root(self) -> list[AnyChange]:
        return self.ask(ResolveIncident(ROOT))

    def cancel(self, reason: str = "no longer wanted") -> list[AnyChange]:
        return self.ask(CancelProcess(reason))


def start(process: Process, *called: Process, **values: Any) -> Run:
    """A run of the process in a world of its own; the others are there to be called."""
    world = World(process, *called)
    return Run(world, world.start(process.id, values))
