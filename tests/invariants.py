"""What is true of every instance between two turns, whatever has happened to it.

The last rule is the one that matters most to a user: an instance that has not ended waits for
something that can come. A run that nobody can move is a token that was lost.
"""

from collections import Counter

from procession.core.changes import Finish
from procession.core.ids import ROOT
from procession.core.instance import ElementInstance, ElementState, ProcessInstance
from procession.core.model import (
    CallActivity,
    InclusiveGateway,
    ParallelGateway,
    Process,
    ServiceTask,
    SubProcess,
    UserTask,
)
from procession.core.turn import CALL_JOB, CANCEL_CHILD_JOB, CONTINUE_JOB, RETURN_JOB

ENGINE_JOBS = {CANCEL_CHILD_JOB, CONTINUE_JOB, RETURN_JOB}
ALIVE = (ElementState.ACTIVE, ElementState.FAILED)


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
    _pause(instance)
    failed = {each.id for each in instance.elements.values() if each.state is ElementState.FAILED}
    require(failed == instance.incidents.keys(), "incidents stand for failed elements", failed)
    if instance.status.final:
        _ended(instance)
        return
    for each in instance.elements.values():
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
    held = Counter(each.scope for each in elements.values() if each.id != ROOT)
    for each in elements.values():
        require(held[each.id] == each.children, "children are counted", each, held[each.id])
        if each.id == ROOT:
            continue
        require(each.state in ALIVE, "what has ended leaves", each)
        require(each.scope in elements and each.scope < each.id, "a scope holds", each)
        element = process.elements[each.element]
        require(element.scope == elements[each.scope].element, "it stands in its scope", each)
        require(not each.values, "only the root holds values", each)


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
        require(isinstance(step, Finish) or step.scope in instance.elements, "steps have a scope")


def _ended(instance: ProcessInstance) -> None:
    require(list(instance.elements) == [ROOT], "nothing is alive in a run that has ended")
    require(not instance.root.arrived, "no token waits in a run that has ended", instance.root)
    require(not instance.pending, "nothing is left to do in a run that has ended")


def _waits_for_something(process: Process, instance: ProcessInstance, me: ElementInstance) -> None:
    jobs = [instance.jobs[number] for number in me.jobs]
    if me.state is ElementState.FAILED:
        require(len(jobs) <= 1, "at most one job", me)
        idle = all(job.due_at is None and job.child is None for job in jobs)
        require(idle, "nobody does the job of a failed element", me)
        return
    element = process.elements.get(me.element)
    if element is None or isinstance(element, SubProcess):
        to_do = any(step.scope == me.id for step in instance.pending)
        require(me.children or to_do, "a scope has something alive or on its way", me)
    elif isinstance(element, UserTask):
        require(not jobs, "a user task waits for its user", me)
    else:
        require(isinstance(element, ServiceTask | CallActivity), "it should not have rested", me)
        require(len(jobs) == 1, "it waits for one job", me, jobs)
        in_hand = jobs[0].due_at is not None or jobs[0].child is not None
        require(in_hand, "somebody does the job", jobs[0])
        is_call = isinstance(element, CallActivity)
        require((jobs[0].kind == CALL_JOB) == is_call, "the job is of its kind", jobs[0])


def _joins_are_not_complete(process: Process, me: ElementInstance) -> None:
    for join, waiting in me.arrived.items():
        element = process.elements[join]
        inclusive = isinstance(element, InclusiveGateway)
        require(inclusive or isinstance(element, ParallelGateway), "tokens wait at joins", join)
        require(element.scope == me.element, "tokens wait in their scope", join, me)
        require(waiting and all(count > 0 for count in waiting.values()), "tokens wait", waiting)
        missing = set(element.incoming) - waiting.keys()
        # An inclusive join lets them through when all tokens rest, which those of a pause do not.
        through = "a join with a token on each flow has let them through"
        require(missing or inclusive, through, join)
