"""`apply`: the only function that changes an instance. `replay`: the instance of a history."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from procession.core.changes import (
    CONDITIONAL,
    AnyChange,
    Change,
    ConditionSeen,
    CorrelationSet,
    DataStoreRead,
    DataStoreWritten,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    EventCaught,
    EventsCaught,
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
    LoopBegan,
    LoopStopped,
    OutputCollected,
    ProcessCanceled,
    ProcessStarted,
    RoundBegan,
    RoundCompleted,
    Subscribed,
    TurnPaused,
    TurnResumed,
    Unsubscribed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import (
    TRANSITIONS,
    ElementInstance,
    ElementState,
    Incident,
    Loop,
    ProcessInstance,
)
from procession.core.scope_appliers import SCOPE_APPLIERS, activated, joined, move


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


def _passed(instance: ProcessInstance, change: ElementPassed) -> None:
    instance.next_element = ElementInstanceId(change.id + 1)


def _ended(instance: ProcessInstance, change: ElementCompleted | ElementTerminated) -> None:
    number, elements = change.id, instance.elements
    element = elements[number]
    if number == ROOT:
        move(element, change)
        element.compensable.clear()
        return
    assert (element.state, type(change)) in TRANSITIONS, f"{change} in {element.state}"
    del elements[number]
    instance.incidents.pop(number, None)
    if element.state is not ElementState.READY:
        elements[element.scope].children -= 1


def _canceled(instance: ProcessInstance, change: ProcessCanceled) -> None:
    move(instance.root, change)
    instance.incidents.clear()
    instance.root.compensable.clear()


def _unchanged(instance: ProcessInstance, change: Change) -> None:
    pass


def _waits(instance: ProcessInstance, change: FlowWaits) -> None:
    waiting = instance.elements[change.scope].arrived.setdefault(change.element, {})
    waiting[change.flow] = waiting.get(change.flow, 0) + 1


def _dropped(instance: ProcessInstance, change: FlowsDropped) -> None:
    scope = instance.elements[change.scope]
    scope.arrived.clear()
    scope.opened.clear()


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
        job.definition,
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


def _subscribed(instance: ProcessInstance, change: Subscribed) -> None:
    subscription = change.subscription
    if subscription.kind == CONDITIONAL:
        # The history keeps it as it was; whether the condition holds changes.
        instance.conditions[subscription.id] = replace(subscription)
    else:
        instance.subscriptions[subscription.id] = subscription
    instance.next_subscription = subscription.id + 1
    instance.elements[subscription.owner].subscriptions.append(subscription.id)


def _unsubscribed(instance: ProcessInstance, change: Unsubscribed) -> None:
    owner = instance.subscription(change.id).owner
    instance.subscriptions.pop(change.id, None)
    instance.conditions.pop(change.id, None)
    instance.elements[owner].subscriptions.remove(change.id)


def _condition_seen(instance: ProcessInstance, change: ConditionSeen) -> None:
    instance.conditions[change.id].holds = change.holds


def _event_caught(instance: ProcessInstance, change: EventCaught) -> None:
    caught = instance.elements[change.owner].caught
    # A list of its own each time: an instance that was copied shares none with the other.
    caught[change.target] = [*caught.get(change.target, []), change.definition]


def _events_caught(instance: ProcessInstance, change: EventsCaught) -> None:
    del instance.elements[change.owner].caught[change.target]


def _correlation_set(instance: ProcessInstance, change: CorrelationSet) -> None:
    instance.correlations[change.name] = change.key


def _loop_began(instance: ProcessInstance, change: LoopBegan) -> None:
    instance.elements[change.id].loop = Loop(
        change.planned, change.parallel, change.first_counter, change.item, change.items
    )


def _round_began(instance: ProcessInstance, change: RoundBegan) -> None:
    me = instance.elements[change.id]
    loop = _loop_of(instance, me)
    me.values["loopCounter"] = loop.first_counter + loop.started
    if loop.item is not None:
        me.values[loop.item] = loop.items[loop.started]
    loop.started += 1
    me.round = loop.started


def _output_collected(instance: ProcessInstance, change: OutputCollected) -> None:
    me = instance.elements[change.id]
    _loop_of(instance, me).outputs[me.round] = change.value


def _round_completed(instance: ProcessInstance, change: RoundCompleted) -> None:
    _loop_of(instance, instance.elements[change.id]).completed += 1


def _loop_stopped(instance: ProcessInstance, change: LoopStopped) -> None:
    loop = instance.elements[change.id].loop
    assert loop is not None, f"{change} where there is no loop"
    loop.terminated = loop.created - loop.completed


def _loop_of(instance: ProcessInstance, me: ElementInstance) -> Loop:
    loop = instance.elements[me.scope].loop
    assert loop is not None, f"{me} is no round of a loop"
    return loop


def _incident_raised(instance: ProcessInstance, change: IncidentRaised) -> None:
    move(instance.elements[change.id], change)
    instance.incidents[change.id] = Incident(
        change.code, change.message, change.leaving, change.occurred
    )


def _incident_resolved(instance: ProcessInstance, change: IncidentResolved) -> None:
    move(instance.elements[change.id], change)
    del instance.incidents[change.id]


def _paused(instance: ProcessInstance, change: TurnPaused) -> None:
    _job_created(instance, JobCreated(change.job))
    instance.pending, instance.steps = change.pending, change.steps
    instance.pause_job = change.job.id


def _resumed(instance: ProcessInstance, change: TurnResumed) -> None:
    del instance.jobs[change.job]
    instance.pending, instance.pause_job, instance.steps = (), None, 0


_APPLIERS: Mapping[type[Change], Callable[[ProcessInstance, Any], None]] = {
    ElementActivated: activated,
    ElementPassed: _passed,
    ElementCompleted: _ended,
    ElementTerminated: _ended,
    ProcessCanceled: _canceled,
    FlowTaken: _unchanged,
    FlowWaits: _waits,
    FlowsJoined: joined,
    FlowsDropped: _dropped,
    ValuesSet: _values_set,
    DataStoreRead: _unchanged,
    DataStoreWritten: _unchanged,
    JobCreated: _job_created,
    JobRetried: _job_retried,
    JobParked: _job_parked,
    JobClosed: _job_closed,
    Subscribed: _subscribed,
    Unsubscribed: _unsubscribed,
    ConditionSeen: _condition_seen,
    EventCaught: _event_caught,
    EventsCaught: _events_caught,
    CorrelationSet: _correlation_set,
    **SCOPE_APPLIERS,
    LoopBegan: _loop_began,
    RoundBegan: _round_began,
    OutputCollected: _output_collected,
    RoundCompleted: _round_completed,
    LoopStopped: _loop_stopped,
    IncidentRaised: _incident_raised,
    IncidentResolved: _incident_resolved,
    TurnPaused: _paused,
    TurnResumed: _resumed,
}
