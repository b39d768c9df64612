"""Several processes, their runs and the work between them, as tests speak of them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from procession.core.changes import (
    AnyChange,
    ElementActivated,
    FlowTaken,
    Job,
    Parent,
)
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    HandOverJob,
    ResolveIncident,
    StartProcess,
    ThrowError,
    ThrowEscalation,
)
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, JobId
from procession.core.instance import ProcessInstance, Status
from procession.core.model import (
    Process,
)
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
from procession.core.values import Values, convert
from procession.errors import NotRunning, Rejected, UnknownProcess
from tests.histories import unfolded
from tests.post import Post, Sent, Start
from tests.runs import BEGINNING, Stored, Write

__all__ = [
    "BEGINNING",
    "OWN_WORK",
    "Run",
    "Sent",
    "Start",
    "Stored",
    "World",
    "Write",
    "start",
]

CALL_DEPTH_MAX = 3


class World(Post):
    """Runs that call each other, too, and do the engine's own work."""

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
        called = self.processes[name]
        parameters = called.parameters
        values = {
            code: convert(code, parameters[code].kind, value) if code in parameters else value
            for code, value in job.values["given"].items()
            if code in parameters or called.open or not job.values.get("all")
        }
        return StartProcess(child, values, "Supervisor", Parent(run, job.id, depth))

    def return_to_parent(self, run: InstanceId, job: Job) -> None:
        """Answer the call and close the child's job, in one commit."""
        child = self.load(run)
        assert child.parent is not None, child
        call = child.parent.job
        answer: Command = CompleteJob(call, job.values)
        if job.kind == RETURN_ERROR_JOB:
            answer = ThrowError(call, **job.values)
        canceled = FailJob(call, "ChildCanceled", f"{child.process} was cancelled", retryable=False)
        gone = child.status is Status.CANCELED and job.kind != RETURN_ERROR_JOB
        command = canceled if gone else answer
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
        while (found := self._own_work()) or self.take_kept():
            if found:
                self.work(*found)

    def _own_work(self) -> tuple[InstanceId, JobId] | None:
        for run in self.runs:
            for job in self.jobs(run):
                if job.kind in _WORK and job.due_at is not None and job.due_at <= self.now:
                    return run, job.id
        return None

    def begin_by(self, process: Process, start: "Start") -> None:
        """The event has occurred that starts the process; the world does what comes of it."""
        self.commit([self._begun(process.id, start, {})])
        self.settle()

    def escalate(self, run: InstanceId, job: Job) -> None:
        child = self.load(run)
        assert child.parent is not None, child
        values = job.values["code"], job.values["payload"]
        told = self._decide(
            InstanceId(child.parent.instance), ThrowEscalation(child.parent.job, *values)
        )
        self.commit([told, self._decide(run, CompleteJob(job.id, {}))])


_WORK: Mapping[str, Callable[[World, InstanceId, Job], None]] = {
    MESSAGE_JOB: World.deliver,
    SIGNAL_JOB: World.broadcast,
    ESCALATION_JOB: World.escalate,
    RETURN_ERROR_JOB: World.return_to_parent,
    CALL_JOB: World.start_child,
    RETURN_JOB: World.return_to_parent,
    CANCEL_CHILD_JOB: World.cancel_child,
    CONTINUE_JOB: World.go_on,
}
OWN_WORK = frozenset(_WORK)


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
        began = [each for each in unfolded(self.history) if isinstance(each, ElementActivated)]
        return sum(each.element == element for each in began)

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

    def send(self, name: str, *keys: str, **payload: Any) -> None:
        """A message from outside; the world does what comes of it."""
        self.world.send(name, *keys, **payload)
        self.world.settle()

    def throw(self, name: str, **payload: Any) -> None:
        """A signal from outside; the world does what comes of it."""
        self.world.throw(name, **payload)
        self.world.settle()

    def wait(self, seconds: float) -> None:
        """Time goes by, and the timers that have become due are answered, the first one first."""
        self.world.wait(seconds)
        while due := self._due_timers():
            self.ask(CompleteJob(due[0].id, {}))

    def _due_timers(self) -> list[Job]:
        timers = (job for job in self.world.jobs(self.id) if job.kind == TIMER_JOB and job.due_at)
        due = (job for job in timers if job.due_at and job.due_at <= self.world.now)
        return sorted(due, key=lambda job: (job.due_at, job.id))

    def execute(self, element: str, **values: Any) -> list[AnyChange]:
        return self.ask(ExecuteElement(self.number(element), values))

    def execute_number(self, number: ElementInstanceId, **values: Any) -> list[AnyChange]:
        return self.ask(ExecuteElement(number, values))

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
