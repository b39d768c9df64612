"""What is true of every instance between two turns, whatever has happened to it.

The last rule is the one that matters most to a user: an instance that has not ended waits for
something that can come. A run that nobody can move is a token that was lost.
"""

from collections import Counter

from procession.core.changes import CONDITIONAL, Finish, Occur
from procession.core.ids import ROOT
from procession.core.instance import READY, ElementInstance, ElementState, ProcessInstance
from procession.core.model import (
    Activity,
    BoundaryEvent,
    CallActivity,
    ComplexGateway,
    Element,
    EventBasedGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    ParallelGateway,
    Process,
    ReceiveTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
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
from tests.invariants_of_loops import check_loop
from tests.invariants_of_scopes import ALIVE, check_scope, has_ready, stands_in, undoes

ENGINE_JOBS = {
    *(CANCEL_CHILD_JOB, CONTINUE_JOB, ESCALATION_JOB, MESSAGE_JOB, RETURN_ERROR_JOB),
    *(RETURN_JOB, SIGNAL_JOB),
}


class Broken(AssertionError):
    """A rule that does not hold."""


def require(holds: object, rule: str, *found: object) -> None:
    if not holds:
        raise Broken(": ".join([rule, *map(str, found)]))


def check(process: Process, instance: ProcessInstance) -> None:
    """Raises Broken, naming the rule that the instance does not keep."""
    _numbers(instance)
    _scopes(process, instance)
    _jobs(instance)
    _subscriptions(process, instance)
    _pause(instance)
    failed = {each.id for each in instance.elements.values() if each.state is ElementState.FAILED}
    require(failed == instance.incidents.keys(), "incidents stand for failed elements", failed)
    for each in instance.elements.values():
        check_scope(process, instance, each, require)
    if instance.status.final:
        _ended(instance)
        return
    for each in instance.elements.values():
        check_loop(process, instance, each)
        _waits_for_something(process, instance, each)
        _joins_are_not_complete(process, each)


def _numbers(instance: ProcessInstance) -> None:
    require(max(instance.elements) < instance.next_element, "numbers grow", instance.elements)
    require(max(instance.jobs, default=0) < instance.next_job, "numbers grow", instance.jobs)
    for number, each in instance.elements.items():
        require(number == each.id, "each stands under its number", number, each)
    for key, job in instance.jobs.items():
        require(key == job.id, "each stands under its number", key, job)


def _scopes(process: Process, instance: ProcessInstance) -> None:
    elements = instance.elements
    counted = (each for each in elements.values() if each.state is not READY)
    held = Counter(each.scope for each in counted if each.id != ROOT)
    for each in elements.values():
        require(held[each.id] == each.children, "children are counted", each, held[each.id])
        if each.id == ROOT:
            continue
        require(each.state in ALIVE, "what has ended leaves", each)
        require(each.scope in elements and each.scope < each.id, "a scope holds", each)
        element = process.elements[each.element]
        require(stands_in(process, instance, each), "it stands in its scope", each)
        activity = isinstance(element, Activity) and (element.variables or element.loop)
        holds = activity or isinstance(element, ComplexGateway)
        require(holds or not each.values, "only scopes and activities with variables hold values")


def _jobs(instance: ProcessInstance) -> None:
    for each in instance.elements.values():
        for number in each.jobs:
            require(number in instance.jobs, "an owner's jobs are open", each, number)
            require(instance.jobs[number].owner == each.id, "a job knows its owner", each, number)
    for job in instance.jobs.values():
        if job.owner is None:
            require(job.kind in ENGINE_JOBS, "only the engine's jobs have no owner", job)
            require(job.due_at is not None, "the engine's jobs are due", job)
            continue
        owner = instance.elements.get(job.owner)
        require(owner is not None and job.id in owner.jobs, "a job has a live owner", job)
        require(job.child is None or job.due_at is None, "a child has the job in hand", job)


def _subscriptions(process: Process, instance: ProcessInstance) -> None:
    both = {**instance.subscriptions, **instance.conditions}
    numbers = len(instance.subscriptions) + len(instance.conditions)
    require(len(both) == numbers, "a subscription stands in one place", both)
    require(max(both, default=0) < instance.next_subscription, "numbers grow", both)
    for number, found in both.items():
        require(number == found.id, "each stands under its number", number, found)
        owner = instance.elements.get(found.owner)
        has_owner = owner is not None and owner.subscriptions.count(number) == 1
        require(has_owner, "a subscription has a live owner", found)
        conditional = number in instance.conditions
        require(conditional == (found.kind == CONDITIONAL), "conditions stand apart", found)
    for each in instance.elements.values():
        require(both.keys() >= set(each.subscriptions), "an owner's subscriptions are open", each)
        _targets(process, instance, each)


def _targets(process: Process, instance: ProcessInstance, me: ElementInstance) -> None:
    """What an element waits for beside its own work belongs to it."""
    jobs = [instance.jobs[number].target for number in me.jobs]
    subscriptions = [instance.subscription(number).target for number in me.subscriptions]
    for target in filter(None, jobs + subscriptions):
        event = process.elements[target]
        if isinstance(event, BoundaryEvent):
            require(event.attached_to == me.element, "a host waits for its own boundary", me)
        elif isinstance(event, StartEvent):
            sub_process = process.elements[event.scope]
            require(sub_process.scope == me.element, "a scope waits for its starts", me, target)
        else:
            flows = {process.flows[flow].source for flow in event.incoming}
            require(me.element in flows, "a gateway waits for the events behind it", me, target)


def _pause(instance: ProcessInstance) -> None:
    paused = instance.pause_job is not None
    kinds = [job.kind for job in instance.jobs.values()]
    require(kinds.count(CONTINUE_JOB) == paused, "a paused turn has one job", kinds)
    require(bool(instance.pending) == paused, "a paused turn has steps to do", instance.pending)
    require(bool(instance.steps) == paused, "steps are counted until it rests", instance.steps)
    if instance.pause_job is not None:
        job = instance.jobs[instance.pause_job]
        require(job.kind == CONTINUE_JOB, "the pause job goes on with it", job)
    for step in instance.pending:
        outlives = isinstance(step, Finish | Occur)  # Then nothing comes of it.
        require(outlives or step.scope in instance.elements, "steps have a scope")


def _ended(instance: ProcessInstance) -> None:
    require(list(instance.elements) == [ROOT], "nothing is alive in a run that has ended")
    require(not instance.root.arrived, "no token waits in a run that has ended", instance.root)
    require(not instance.pending, "nothing is left to do in a run that has ended")


def _waits_for_something(process: Process, instance: ProcessInstance, me: ElementInstance) -> None:
    jobs = [instance.jobs[number] for number in me.jobs if not instance.jobs[number].target]
    if me.state is ElementState.FAILED:
        require(len(jobs) <= 1, "at most one job", me)
        idle = all(job.due_at is None and job.child is None for job in jobs)
        require(idle, "nobody does the job of a failed element", me)
        return
    element = process.elements.get(me.element)
    if me.state is not ElementState.ACTIVE or undoes(element):
        return  # invariants_of_scopes.py knows what it does.
    if element is None or isinstance(element, SubProcess) or me.loop is not None:
        to_do = any(step.scope == me.id for step in instance.pending)
        waits = to_do or has_ready(instance, me)
        require(me.children or waits, "a scope has something alive or on its way", me)
    elif isinstance(element, UserTask):
        require(not jobs, "a user task waits for its user", me)
    elif isinstance(element, IntermediateCatchEvent | ReceiveTask | StartEvent | EventBasedGateway):
        _waits_for_events(instance, me, element)
    elif not any(isinstance(step, Occur) for step in instance.pending):
        # Else it may have thrown an error or an escalation that is not seen to yet.
        require(isinstance(element, ServiceTask | CallActivity), "it should not have rested", me)
        require(len(jobs) == 1, "it waits for one job", me, jobs)
        in_hand = jobs[0].due_at is not None or jobs[0].child is not None
        require(in_hand, "somebody does the job", jobs[0])
        is_call = isinstance(element, CallActivity)
        require((jobs[0].kind == CALL_JOB) == is_call, "the job is of its kind", jobs[0])


def _waits_for_events(instance: ProcessInstance, me: ElementInstance, element: Element) -> None:
    jobs = [instance.jobs[number] for number in me.jobs]
    require(all(job.kind == TIMER_JOB for job in jobs), "an event's jobs are timers", me, jobs)
    places = [(job.target, job.definition) for job in jobs]
    for number in me.subscriptions:
        found = instance.subscription(number)
        places.append((found.target, found.definition))
    require(len(places) == len(set(places)), "each definition is waited for once", me, places)
    occurs = any(step.scope == me.id for step in instance.pending)
    require(places or occurs, "an event waits for something", me, element)


def _joins_are_not_complete(process: Process, me: ElementInstance) -> None:
    for join, waiting in me.arrived.items():
        element = process.elements[join]
        inclusive = isinstance(element, InclusiveGateway | ComplexGateway)
        require(inclusive or isinstance(element, ParallelGateway), "tokens wait at joins", join)
        require(element.scope == me.element, "tokens wait in their scope", join, me)
        require(waiting and all(count > 0 for count in waiting.values()), "tokens wait", waiting)
        missing = set(element.incoming) - waiting.keys()
        # An inclusive join lets them through when all tokens rest, which those of a pause do not.
        through = "a join with a token on each flow has let them through"
        require(missing or inclusive, through, join)
