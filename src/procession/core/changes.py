"""What can happen to a process instance: the only words in which it changes, live and on replay.

They are kept for ever as the instance's history, so a field is added with a default or not at all.
None of them can be part of a cycle, and Python's collector is told so (`gc=False`): a turn makes
dozens, and searching them again and again was the dearest part of a call.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from procession.core.ids import ElementInstanceId, JobId
from procession.core.values import Values


class Job(Struct, omit_defaults=True, gc=False):
    """Work for the outer world. `due_at` None: nobody does it; it waits for an answer or a retry.

    `owner` is the element instance that waits (None: nobody does). `target` is the boundary event
    that the job triggers ("": it is the owner's own work). `child` is the instance that has the
    job in hand, for a call.
    """

    id: JobId
    kind: str
    owner: ElementInstanceId | None
    due_at: datetime | None
    attempts_left: int
    values: Values
    child: UUID | None = None
    target: str = ""


class Parent(Struct, frozen=True, array_like=True, gc=False):
    """The call that a child instance answers. `depth` counts the calls above it, from 1."""

    instance: UUID
    job: JobId
    depth: int


class Arrive(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A step still to do: a token has left along `flow` and is about to reach the flow's target."""

    flow: str
    scope: ElementInstanceId


class Enter(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A step still to do: `element` begins without a flow, as its scope begins."""

    element: str
    scope: ElementInstanceId


class Finish(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A step still to do: see whether the scope has nothing left to do."""

    scope: ElementInstanceId


Step = Arrive | Enter | Finish


class Change(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The base of all changes; on disk each is an array that begins with its name."""


class ProcessStarted(Change, frozen=True, gc=False):
    instance: UUID
    process: str
    version: int
    caller: str
    parent: Parent | None
    values: Values


class ElementActivated(Change, frozen=True, gc=False):
    id: ElementInstanceId
    element: str
    scope: ElementInstanceId


class ElementCompleted(Change, frozen=True, gc=False):
    id: ElementInstanceId


class ElementTerminated(Change, frozen=True, gc=False):
    id: ElementInstanceId


class ProcessCanceled(Change, frozen=True, gc=False):
    reason: str


class FlowTaken(Change, frozen=True, gc=False):
    """A token went along the flow. It changes no state: where it arrives, something else does."""

    flow: str
    scope: ElementInstanceId


class FlowWaits(Change, frozen=True, gc=False):
    """A token has reached a join, which waits for tokens on its other flows."""

    flow: str
    element: str
    scope: ElementInstanceId


class FlowsJoined(Change, frozen=True, gc=False):
    """One token of each of the flows went into the join."""

    flows: tuple[str, ...]
    element: str
    scope: ElementInstanceId


class FlowsDropped(Change, frozen=True, gc=False):
    """The tokens that waited at the joins of a scope are gone: the scope was terminated."""

    scope: ElementInstanceId


class ValuesSet(Change, frozen=True, gc=False):
    scope: ElementInstanceId
    values: Values


class JobCreated(Change, frozen=True, gc=False):
    job: Job


class JobRetried(Change, frozen=True, gc=False):
    id: JobId
    due_at: datetime
    attempts_left: int


class JobParked(Change, frozen=True, gc=False):
    """Nobody does the job now; `child` is the instance that will answer it, if there is one."""

    id: JobId
    child: UUID | None = None


class JobClosed(Change, frozen=True, gc=False):
    id: JobId


class IncidentRaised(Change, frozen=True, gc=False):
    """The element is stuck. `leaving`: its work is done, only its way on is not found."""

    id: ElementInstanceId
    code: str
    message: str
    leaving: bool = False


class IncidentResolved(Change, frozen=True, gc=False):
    id: ElementInstanceId


class TurnPaused(Change, frozen=True, gc=False):
    """The turn was long enough: its remaining steps are kept, and the job goes on with them."""

    job: Job
    pending: tuple[Step, ...]
    steps: int


class TurnResumed(Change, frozen=True, gc=False):
    """The steps that were kept are taken up again; the job that stood for them is closed."""

    job: JobId


AnyChange = (
    ProcessStarted
    | ElementActivated
    | ElementCompleted
    | ElementTerminated
    | ProcessCanceled
    | FlowTaken
    | FlowWaits
    | FlowsJoined
    | FlowsDropped
    | ValuesSet
    | JobCreated
    | JobRetried
    | JobParked
    | JobClosed
    | IncidentRaised
    | IncidentResolved
    | TurnPaused
    | TurnResumed
)
