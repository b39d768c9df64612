"""What is running. Everything that changes an instance stands in this file.

Theory of operation
-------------------
An instance is a value: the element instances that are alive, the tokens that wait at joins, the
jobs that are open, the values. There are no token objects: a token is a live element instance, or
a flow that has arrived at a join, or a step that a paused turn has kept.

`apply` is the only function that changes an instance. A turn calls it as it records a change; a
replay calls it with the recorded ones. So the state that is stored and the state that the history
tells are the same by construction, and the tests hold them against each other at every commit.

What is legal is a table, TRANSITIONS; a change that is not in it is a bug in a behaviour.

A finished element instance leaves the value, so an instance is as large as what is alive in it. The
root stays: its values are the outcome of the run.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from procession.core.changes import (
    AnyChange,
    Change,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    FlowsDropped,
    FlowsJoined,
    FlowTaken,
    FlowWaits,
    IncidentRaised,
    IncidentResolved,
    Job,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    Parent,
    ProcessCanceled,
    ProcessStarted,
    Step,
    TurnPaused,
    TurnResumed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, JobId
from procession.core.values import Values


class ElementState(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    FAILED = "failed"

    # Enum hashes in Python; these are looked up with every change.
    __hash__ = str.__hash__


class Status(StrEnum):
    """How a run stands, in the words of `X-Process-Status` (CONTRACT 3)."""

    RUNNING = "Running"
    COMPLETED = "Completed"
    ERROR = "Error"
    CANCELED = "Canceled"

    @property
    def final(self) -> bool:
        return self in (Status.COMPLETED, Status.CANCELED)


ACTIVE, FAILED = ElementState.ACTIVE, ElementState.FAILED

TRANSITIONS: Mapping[tuple[ElementState, type[Change]], ElementState] = {
    (ACTIVE, ElementCompleted): ElementState.COMPLETED,
    (ACTIVE, ElementTerminated): ElementState.TERMINATED,
    (ACTIVE, ProcessCanceled): ElementState.TERMINATED,
    (ACTIVE, IncidentRaised): FAILED,
    (FAILED, IncidentResolved): ACTIVE,
    (FAILED, ElementTerminated): ElementState.TERMINATED,
    (FAILED, ProcessCanceled): ElementState.TERMINATED,
}


class Incident(Struct, frozen=True):
    """Why an element instance is stuck. `leaving`: its work is done, only a way on is missing."""

    code: str
    message: str
    leaving: bool = False


class ElementInstance(Struct, omit_defaults=True, gc=False):
    """One visit to an element; a scope, if it holds others. `children` counts those alive.

    `arrived`: for each join of the scope, the flows on which tokens wait, and how many.
    """

    id: ElementInstanceId
    element: str
    scope: ElementInstanceId
    state: ElementState = ACTIVE
    children: int = 0
    jobs: list[JobId] = []
    arrived: dict[str, dict[str, int]] = {}
    values: Values = {}


class ProcessInstance(Struct, omit_defaults=True, gc=False):
    """One run of one version of a process. `steps` counts the steps since it last rested."""

    id: UUID
    process: str
    version: int
    caller: str
    parent: Parent | None
    elements: dict[ElementInstanceId, ElementInstance]
    jobs: dict[JobId, Job] = {}
    incidents: dict[ElementInstanceId, Incident] = {}
    next_element: ElementInstanceId = ElementInstanceId(1)
    next_job: int = 1
    pending: tuple[Step, ...] = ()
    pause_job: JobId | None = None
    steps: int = 0

    @property
    def instance_id(self) -> InstanceId:
        return InstanceId(self.id)

    @property
    def root(self) -> ElementInstance:
        return self.elements[ROOT]

    @property
    def values(self) -> Values:
        """The process's values: parameters by code."""
        return self.elements[ROOT].values

    @property
    def status(self) -> Status:
        state = self.elements[ROOT].state
        if state is ElementState.COMPLETED:
            return Status.COMPLETED
        if state is ElementState.TERMINATED:
            return Status.CANCELED
        return Status.ERROR if self.incidents else Status.RUNNING


def begin(change: ProcessStarted) -> ProcessInstance:
    """The instance that a start makes: its root is active and holds the given values."""
    root = ElementInstance(ROOT, "", ROOT, values=dict(change.values))
    return ProcessInstance(
        change.instance, change.process, change.version, change.caller, change.parent, {ROOT: root}
    )


def apply(instance: ProcessInstance, change: AnyChange) -> None:
    """Change the instance by what has happened. The only function that does."""
    _APPLIERS[type(change)](instance, change)


def replay(changes: Iterable[AnyChange]) -> ProcessInstance:
    """The instance that a whole history tells."""
    iterator = iter(changes)
    first = next(iterator)
    assert isinstance(first, ProcessStarted), f"a history begins with {type(first).__name__}"
    instance = begin(first)
    for change in iterator:
        apply(instance, change)
    return instance


def _move(element: ElementInstance, change: AnyChange) -> None:
    state = TRANSITIONS.get((element.state, type(change)))
    assert state is not None, f"{type(change).__name__} in {element.state}: {element}"
    element.state = state


def _activated(instance: ProcessInstance, change: ElementActivated) -> None:
    number, scope, elements = change.id, change.scope, instance.elements
    elements[number] = ElementInstance(number, change.element, scope)
    elements[scope].children += 1
    instance.next_element = ElementInstanceId(number + 1)


def _ended(instance: ProcessInstance, change: ElementCompleted | ElementTerminated) -> None:
    number, elements = change.id, instance.elements
    element = elements[number]
    if number == ROOT:
        _move(element, change)
        return
    assert (element.state, type(change)) in TRANSITIONS, f"{change} in {element.state}"
    del elements[number]
    instance.incidents.pop(number, None)
    elements[element.scope].children -= 1


def _canceled(instance: ProcessInstance, change: ProcessCanceled) -> None:
    _move(instance.root, change)
    instance.incidents.clear()


def _taken(instance: ProcessInstance, change: FlowTaken) -> None:
    pass


def _waits(instance: ProcessInstance, change: FlowWaits) -> None:
    waiting = instance.elements[change.scope].arrived.setdefault(change.element, {})
    waiting[change.flow] = waiting.get(change.flow, 0) + 1


def _joined(instance: ProcessInstance, change: FlowsJoined) -> None:
    arrived = instance.elements[change.scope].arrived
    waiting = arrived[change.element]
    for flow in change.flows:
        waiting[flow] -= 1
        if not waiting[flow]:
            del waiting[flow]
    if not waiting:
        del arrived[change.element]


def _dropped(instance: ProcessInstance, change: FlowsDropped) -> None:
    instance.elements[change.scope].arrived.clear()


def _values_set(instance: ProcessInstance, change: ValuesSet) -> None:
    instance.elements[change.scope].values.update(change.values)


def _job_created(instance: ProcessInstance, change: JobCreated) -> None:
    job = change.job
    # The history keeps the job as it was created; the instance changes its own copy.
    instance.jobs[job.id] = Job(
        job.id,
        job.kind,
        job.owner,
        job.due_at,
        job.attempts_left,
        job.values,
        job.child,
        job.target,
    )
    instance.next_job = job.id + 1
    if job.owner is not None:
        instance.elements[job.owner].jobs.append(job.id)


def _job_retried(instance: ProcessInstance, change: JobRetried) -> None:
    job = instance.jobs[change.id]
    job.due_at, job.attempts_left, job.child = change.due_at, change.attempts_left, None


def _job_parked(instance: ProcessInstance, change: JobParked) -> None:
    job = instance.jobs[change.id]
    job.due_at, job.child = None, change.child


def _job_closed(instance: ProcessInstance, change: JobClosed) -> None:
    job = instance.jobs.pop(change.id)
    if job.owner is not None:
        instance.elements[job.owner].jobs.remove(change.id)


def _incident_raised(instance: ProcessInstance, change: IncidentRaised) -> None:
    _move(instance.elements[change.id], change)
    instance.incidents[change.id] = Incident(change.code, change.message, change.leaving)


def _incident_resolved(instance: ProcessInstance, change: IncidentResolved) -> None:
    _move(instance.elements[change.id], change)
    del instance.incidents[change.id]


def _paused(instance: ProcessInstance, change: TurnPaused) -> None:
    _job_created(instance, JobCreated(change.job))
    instance.pending, instance.steps = change.pending, change.steps
    instance.pause_job = change.job.id


def _resumed(instance: ProcessInstance, change: TurnResumed) -> None:
    del instance.jobs[change.job]
    instance.pending, instance.pause_job, instance.steps = (), None, 0


_APPLIERS: Mapping[type[Change], Callable[[ProcessInstance, Any], None]] = {
    ElementActivated: _activated,
    ElementCompleted: _ended,
    ElementTerminated: _ended,
    ProcessCanceled: _canceled,
    FlowTaken: _taken,
    FlowWaits: _waits,
    FlowsJoined: _joined,
    FlowsDropped: _dropped,
    ValuesSet: _values_set,
    JobCreated: _job_created,
    JobRetried: _job_retried,
    JobParked: _job_parked,
    JobClosed: _job_closed,
    IncidentRaised: _incident_raised,
    IncidentResolved: _incident_resolved,
    TurnPaused: _paused,
    TurnResumed: _resumed,
}
