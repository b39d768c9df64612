"""What is running.

Theory of operation
-------------------
An instance is a value: the element instances that are alive, the tokens that wait at joins, the
jobs that are open, the values. There are no token objects: a token is a live element instance, or
a flow that has arrived at a join, or a step that a paused turn has kept.

`apply` (apply.py) is the only function that changes an instance. A turn calls it as it records a
change; a replay calls it with the recorded ones. So the state that is stored and the state that the
history tells are the same by construction, and the tests hold them against each other at every
commit.

What is legal is a table, TRANSITIONS; a change that is not in it is a bug in a behaviour.

A finished element instance leaves the value, so an instance is as large as what is alive in it. The
root stays: its values are the outcome of the run.
"""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from procession.core.changes import (
    Change,
    Compensable,
    ElementCompleted,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
    Job,
    Occur,
    Parent,
    ProcessCanceled,
    Step,
    Subscription,
)
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, JobId, SubscriptionId
from procession.core.scope_changes import (
    CompensationDetached,
    ElementStarted,
    ScopeCanceled,
)
from procession.core.values import Value, Values


class ElementState(StrEnum):
    """Where an element instance stands in its life (BPMN 2.0.2 §13.3.2).

    READY: it may be begun, in an ad-hoc sub-process. COMPENSATING: what had been completed is being
    undone. TERMINATING: it ends when that has been done, in a transaction that was cancelled.
    """

    READY = "ready"
    ACTIVE = "active"
    COMPENSATING = "compensating"
    TERMINATING = "terminating"
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


READY, ACTIVE, FAILED = ElementState.READY, ElementState.ACTIVE, ElementState.FAILED
COMPENSATING, TERMINATING = ElementState.COMPENSATING, ElementState.TERMINATING

TRANSITIONS: Mapping[tuple[ElementState, type[Change]], ElementState] = {
    (ACTIVE, ElementCompleted): ElementState.COMPLETED,
    (ACTIVE, ElementTerminated): ElementState.TERMINATED,
    (ACTIVE, ProcessCanceled): ElementState.TERMINATED,
    (ACTIVE, IncidentRaised): FAILED,
    (FAILED, IncidentResolved): ACTIVE,
    (FAILED, ElementTerminated): ElementState.TERMINATED,
    (FAILED, ProcessCanceled): ElementState.TERMINATED,
    (READY, ElementStarted): ElementState.COMPLETED,
    (READY, ElementTerminated): ElementState.TERMINATED,
    (ACTIVE, CompensationDetached): COMPENSATING,
    (COMPENSATING, ElementCompleted): ElementState.COMPLETED,
    (COMPENSATING, ElementTerminated): ElementState.TERMINATED,
    (ACTIVE, ScopeCanceled): TERMINATING,
    (FAILED, ScopeCanceled): TERMINATING,
    (TERMINATING, ElementTerminated): ElementState.TERMINATED,
}


class Incident(Struct, frozen=True):
    """Why an element instance is stuck. `leaving`: its work is done, only a way on is missing.

    `occurred`: what it caught and could not take.
    """

    code: str
    message: str
    leaving: bool = False
    occurred: Occur | None = None


class Loop(Struct, omit_defaults=True, gc=False):
    """How far an activity has got that is done several times (BPMN 2.0.2 §10.3.8).

    It stands at the activity's own element instance, the scope of its rounds. `planned`: of how
    many rounds it is, None: as long as its condition holds. `item`: the variable in which each
    round finds its own of the `items`. `outputs`: what the rounds gave, by their number from 1.
    """

    planned: int | None
    parallel: bool = False
    first_counter: int = 1
    item: str | None = None
    items: list[Value] = []
    started: int = 0
    completed: int = 0
    terminated: int = 0
    outputs: dict[int, Value] = {}

    @property
    def created(self) -> int:
        """Rounds that are parallel count from the beginning, others as they begin."""
        return self.planned if self.parallel and self.planned is not None else self.started

    def counters(self) -> Values:
        """What expressions see of it (table 10.31), under the standard's names and under others."""
        active = self.created - self.completed - self.terminated
        return {
            "numberOfInstances": self.created,
            "numberOfActiveInstances": active,
            "numberOfCompletedInstances": self.completed,
            "numberOfTerminatedInstances": self.terminated,
            "nrOfInstances": self.planned,
            "nrOfActiveInstances": active,
            "nrOfCompletedInstances": self.completed,
        }


class ElementInstance(Struct, omit_defaults=True, gc=False):
    """One visit to an element; a scope, if it holds others. `children` counts those alive.

    What is only ready to begin is not counted.

    `arrived`: for each join of the scope, the flows on which tokens wait, and how many. `caught`:
    for each parallel multiple event that it waits for, which definitions have occurred. `values`:
    the variables that stand in it. `loop`: it is done several times, and its rounds are element
    instances of the same element, with the `round` that they are. `compensable`: what has been
    completed in it and can be undone, `compensating`: what it is about to undo, the last one first.
    `opened`: for each complex gateway of the scope that has opened, the flows from which it has
    taken a token. `queued`: what an ad-hoc sub-process has still to begin by itself, `worked`:
    an activity has completed in it.
    """

    id: ElementInstanceId
    element: str
    scope: ElementInstanceId
    state: ElementState = ACTIVE
    children: int = 0
    jobs: list[JobId] = []
    arrived: dict[str, dict[str, int]] = {}
    values: Values = {}
    subscriptions: list[SubscriptionId] = []
    caught: dict[str, list[int]] = {}
    compensable: list[Compensable] = []
    compensating: list[Compensable] = []
    opened: dict[str, tuple[str, ...]] = {}
    queued: list[str] = []
    worked: bool = False
    loop: Loop | None = None
    round: int = 0


class ProcessInstance(Struct, omit_defaults=True, gc=False):
    """One run of one version of a process. `steps` counts the steps since it last rested.

    `conditions` are the subscriptions that wait for a condition: they are looked at when a value
    has changed, and concern nobody outside. `correlations`: the keys of its conversations.
    """

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
    subscriptions: dict[SubscriptionId, Subscription] = {}
    conditions: dict[SubscriptionId, Subscription] = {}
    next_subscription: int = 1
    correlations: dict[str, str] = {}

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

    def subscription(self, number: SubscriptionId) -> Subscription:
        """The subscription of this number, whatever it waits for."""
        return self.subscriptions.get(number) or self.conditions[number]

    def is_round(self, me: ElementInstance) -> bool:
        """Whether it is one round of an activity that is done several times."""
        return me.scope != ROOT and self.elements[me.scope].element == me.element

    @property
    def status(self) -> Status:
        state = self.elements[ROOT].state
        if state is ElementState.COMPLETED:
            return Status.COMPLETED
        if state is ElementState.TERMINATED:
            return Status.CANCELED
        return Status.ERROR if self.incidents else Status.RUNNING
