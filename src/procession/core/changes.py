"""What can happen to a process instance: the only words in which it changes, live and on replay.

They are kept for ever as the instance's history, so a field is added with a default or not at all.
None of them can be part of a cycle, and Python's collector is told so (`gc=False`): a turn makes
dozens, and searching them again and again was the dearest part of a call.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from procession.core.change import Change as Change
from procession.core.ids import ElementInstanceId, JobId, SubscriptionId
from procession.core.scope_changes import (
    ActivityKept,
    CompensationBegun,
    CompensationDetached,
    CompensationThrown,
    ElementReadied,
    ElementsQueued,
    ElementStarted,
    GatewayOpened,
    GatewayReset,
    ScopeCanceled,
    WorkCompleted,
)
from procession.core.values import Value, Values


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
    definition: int = 0


MESSAGE, SIGNAL, CONDITIONAL = "message", "signal", "conditional"


class Subscription(Struct, omit_defaults=True, gc=False):
    """A wait for a message, for a signal or for a condition that is to become true.

    `owner` waits, for itself or (`target`) for an event: on its boundary, behind it as an
    event-based gateway, or at the start of an event sub-process within it. `key`: only a message
    with this key. `holds`: the condition was true when it was last looked at. `stays`: it is not
    over when it has been caught once.
    """

    id: SubscriptionId
    kind: str
    name: str
    owner: ElementInstanceId
    key: str | None = None
    target: str = ""
    definition: int = 0
    holds: bool = False
    stays: bool = False


class Compensable(Struct, omit_defaults=True, gc=False):
    """A completed activity that can be undone: with its own variables, as they were then.

    `within`: what had been completed inside it, if it is a scope. `completed` False: it was ended
    before its time, by the cancellation of a transaction, so that only what is within is undone.
    """

    element: str
    values: Values = {}
    within: "list[Compensable]" = []
    completed: bool = True


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


class Occur(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A step still to do: an event has occurred that `scope` waits for.

    `target` is the event, as it is in a subscription ("": the element itself waits), `definition`
    the number of the one that occurred, `values` what it carries.
    """

    scope: ElementInstanceId
    target: str
    definition: int
    values: Values


class Finish(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A step still to do: see whether the scope has nothing left to do."""

    scope: ElementInstanceId


Step = Arrive | Enter | Occur | Finish


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


class ElementPassed(Change, frozen=True, gc=False):
    """An element at which no token rests began and completed at once: a gateway, a script task."""

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


class DataStoreRead(Change, frozen=True, gc=False):
    """The turn has read a data store. It changes no state: where the value went, others tell."""

    store: str


class DataStoreWritten(Change, frozen=True, gc=False):
    """A data store has a new value. It changes no state of the run, as the store outlives it."""

    store: str
    value: Value


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


class Subscribed(Change, frozen=True, gc=False):
    subscription: Subscription


class Unsubscribed(Change, frozen=True, gc=False):
    id: SubscriptionId


class ConditionSeen(Change, frozen=True, gc=False):
    """The condition of a subscription has become true, or is not true any more."""

    id: SubscriptionId
    holds: bool


class EventCaught(Change, frozen=True, gc=False):
    """One of the definitions of a parallel multiple event has been caught; others are to come."""

    owner: ElementInstanceId
    target: str
    definition: int


class EventsCaught(Change, frozen=True, gc=False):
    """All of them have been: it begins anew."""

    owner: ElementInstanceId
    target: str


class CorrelationSet(Change, frozen=True, gc=False):
    """The first message of a conversation has said by which key the others will be known."""

    name: str
    key: str


class LoopBegan(Change, frozen=True, gc=False):
    """An activity that is done several times begins; the items of its rounds stand here only.

    `planned`: of how many rounds it is, None: as long as its condition holds. `item`: the variable
    in which each round finds its own of the `items`.
    """

    id: ElementInstanceId
    planned: int | None
    parallel: bool = False
    first_counter: int = 1
    item: str | None = None
    items: list[Value] = field(default_factory=list)


class RoundBegan(Change, frozen=True, gc=False):
    """The next round of a loop begins; `id` is the round's own."""

    id: ElementInstanceId


class OutputCollected(Change, frozen=True, gc=False):
    """What a round gives to the list of its loop."""

    id: ElementInstanceId
    value: Value


class RoundCompleted(Change, frozen=True, gc=False):
    """A round of a loop is counted as completed."""

    id: ElementInstanceId


class LoopStopped(Change, frozen=True, gc=False):
    """The loop has what it was done for: the rounds that had not completed count as terminated."""

    id: ElementInstanceId


class IncidentRaised(Change, frozen=True, gc=False):
    """The element is stuck. `leaving`: its work is done, only its way on is not found.

    `occurred`: what it caught and could not take; a retry takes it again.
    """

    id: ElementInstanceId
    code: str
    message: str
    leaving: bool = False
    occurred: Occur | None = None


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
    | ElementPassed
    | ElementCompleted
    | ElementTerminated
    | ProcessCanceled
    | FlowTaken
    | FlowWaits
    | FlowsJoined
    | FlowsDropped
    | ValuesSet
    | DataStoreRead
    | DataStoreWritten
    | JobCreated
    | JobRetried
    | JobParked
    | JobClosed
    | Subscribed
    | Unsubscribed
    | ConditionSeen
    | EventCaught
    | EventsCaught
    | CorrelationSet
    | ActivityKept
    | CompensationBegun
    | CompensationDetached
    | CompensationThrown
    | ElementReadied
    | ElementsQueued
    | ElementStarted
    | GatewayOpened
    | GatewayReset
    | ScopeCanceled
    | WorkCompleted
    | LoopBegan
    | RoundBegan
    | OutputCollected
    | RoundCompleted
    | LoopStopped
    | IncidentRaised
    | IncidentResolved
    | TurnPaused
    | TurnResumed
)
