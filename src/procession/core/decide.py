"""`decide`: what a command makes of an instance. The same input gives the same changes, always.

A turn takes one command, lets it begin something, and then works off the agenda until nothing is
left to do (the instance rests, or has ended) or the turn was long enough (it is paused).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from procession.core.behaviours import BEHAVIOURS
from procession.core.changes import (
    AnyChange,
    Arrive,
    ElementCompleted,
    Enter,
    Finish,
    IncidentResolved,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    ProcessCanceled,
    ProcessStarted,
    TurnPaused,
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
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, ProcessInstance, begin
from procession.core.model import Element, Process, Retries, ServiceTask
from procession.core.turn import RETURN_JOB, Context, Turn
from procession.core.values import Direction, Values, convert
from procession.errors import BadValue, ExpressionError, NotRunning, Rejected, UnknownElement

RETRY_DELAY_SECONDS_MAX = 3600.0
RETRY_DOUBLINGS_MAX = 32
_MISTAKES = (ExpressionError, BadValue)


class Decision(Struct, frozen=True):
    """What a turn has decided: the instance as it is now, and all that happened to it."""

    instance: ProcessInstance
    changes: list[AnyChange]

    def due_jobs(self, now: datetime) -> list[JobId]:
        """The jobs that this turn has made due, and that are still open."""
        made = (job_made_due(change, now) for change in self.changes)
        return [job for job in dict.fromkeys(made) if job is not None and job in self.instance.jobs]


def decide(
    process: Process, instance: ProcessInstance | None, command: Command, context: Context
) -> Decision:
    """Carry out the command. Raises Rejected, and then nothing has happened.

    `instance` is None for a start only. It is consumed: use the one in the decision.
    """
    if isinstance(command, StartProcess):
        turn = _start(process, command, context)
    else:
        assert instance is not None, f"{command} needs an instance"
        turn = Turn(process, instance, context)
        turn.resume()
        _COMMANDS[type(command)](turn, command)
    _work_off(turn)
    return Decision(turn.instance, turn.changes)


def job_made_due(change: AnyChange, now: datetime) -> JobId | None:
    """The job that the change has made due by now, if it is one that does."""
    if isinstance(change, JobCreated | TurnPaused):
        due_at = change.job.due_at
        return change.job.id if due_at is not None and due_at <= now else None
    if isinstance(change, JobRetried):
        return change.id if change.due_at <= now else None
    return None


# -- commands -------------------------------------------------------------------------------------


def _start(process: Process, command: StartProcess, context: Context) -> Turn:
    started = ProcessStarted(
        command.instance,
        process.id,
        process.version,
        command.caller,
        command.parent,
        _initial_values(process, command.values),
    )
    turn = Turn(process, begin(started), context)
    turn.changes.append(started)
    turn.enter(turn.instance.root)
    return turn


def _initial_values(process: Process, given: Values) -> Values:
    """All parameters in their order: as given, else by their default, else not set (None)."""
    values: Values = {}
    for code, parameter in process.parameters.items():
        if code in given:
            values[code] = given[code]
        elif parameter.default is None:
            values[code] = None
        else:
            values[code] = _default(code, process, values)
    return values


def _default(code: str, process: Process, values: Values) -> Any:
    parameter = process.parameters[code]
    assert parameter.default is not None, code
    try:
        return convert(code, parameter.kind, parameter.default.evaluate(values))
    except ExpressionError as error:
        raise BadValue(f"{code}: its default {parameter.default.text!r} fails: {error}") from error


def _execute(turn: Turn, command: ExecuteElement) -> None:
    me = _alive(turn, command.element)
    if me.state is ElementState.FAILED:
        _retry(turn, me)
        return
    element = turn.process.elements.get(me.element)
    if element is None:
        raise UnknownElement(f"element instance {me.id} is the run itself; name an element of it")
    if BEHAVIOURS[type(element)].execute(turn, element, me, command.values):
        _leave(turn, element, me)


def _resolve(turn: Turn, command: ResolveIncident) -> None:
    me = _alive(turn, command.element)
    if me.state is not ElementState.FAILED:
        raise Rejected(f"element {me.element} has no incident; it is {me.state}")
    _retry(turn, me)


def _retry(turn: Turn, me: ElementInstance) -> None:
    """Go on where it failed: what was done is not done again, and a job keeps its identity."""
    leaving = turn.instance.incidents[me.id].leaving
    turn.record(IncidentResolved(me.id))
    if me.id == ROOT or (me.children or me.arrived):
        turn.finish_later(me.id)
        return
    element = turn.process.elements[me.element]
    if leaving:
        _leave(turn, element, me)
    elif me.jobs:
        for number in me.jobs:
            turn.record(JobRetried(number, turn.context.now, _retries(element).attempts))
    else:
        _activate(turn, element, me)


def _complete_job(turn: Turn, command: CompleteJob) -> None:
    job = turn.instance.jobs.get(command.job)
    if job is None:
        return  # A late answer changes nothing; a paused turn has been taken up already.
    if job.owner is None:
        turn.record(JobClosed(job.id))
        return
    me = turn.active(job.owner)
    if me is None:
        return  # It was given up; a retry asks for the same effect, which is not done again.
    element = turn.process.elements[me.element]
    try:
        done = BEHAVIOURS[type(element)].resume(turn, element, me, command.values)
    except _MISTAKES as error:
        # The effect has taken place. The job stays, so that a retry asks for the same effect.
        turn.record(JobParked(job.id))
        turn.fail(me, error.code, str(error))
        return
    turn.record(JobClosed(job.id))
    if done:
        _leave(turn, element, me)


def _fail_job(turn: Turn, command: FailJob) -> None:
    job = turn.instance.jobs.get(command.job)
    if job is None:
        return
    if job.owner is None:
        # The engine's own work between instances: it must be done, however often it is tried.
        turn.record(JobRetried(job.id, turn.after(Retries().delay_seconds), job.attempts_left))
        return
    me = turn.active(job.owner)
    if me is None:
        return  # It was given up already.
    retries = _retries(turn.process.elements[me.element])
    if command.retryable and job.attempts_left > 1:
        tried = min(max(retries.attempts - job.attempts_left, 0), RETRY_DOUBLINGS_MAX)
        delay = min(retries.delay_seconds * 2**tried, RETRY_DELAY_SECONDS_MAX)
        turn.record(JobRetried(job.id, turn.after(delay), job.attempts_left - 1))
        return
    turn.record(JobParked(job.id))
    turn.fail(me, command.code, command.message)


def _retries(element: Element) -> Retries:
    return element.retries if isinstance(element, ServiceTask) else Retries(attempts=1)


def _hand_over(turn: Turn, command: HandOverJob) -> None:
    job = turn.instance.jobs.get(command.job)
    if job is not None and job.due_at is not None:
        turn.record(JobParked(command.job, command.child))


def _cancel(turn: Turn, command: CancelProcess) -> None:
    root = turn.instance.root
    if root.state not in (ElementState.ACTIVE, ElementState.FAILED):
        raise NotRunning(f"instance {turn.instance.id} has ended; it is {turn.instance.status}")
    turn.terminate_within(root)
    turn.record(ProcessCanceled(command.reason))
    _answer_parent(turn)


def _alive(turn: Turn, number: ElementInstanceId) -> ElementInstance:
    me = turn.instance.elements.get(number)
    if me is None:
        raise UnknownElement(f"element instance {number} is not alive in {turn.instance.id}")
    return me


_COMMANDS: Mapping[type[Any], Callable[[Turn, Any], None]] = {
    ExecuteElement: _execute,
    ResolveIncident: _resolve,
    CompleteJob: _complete_job,
    FailJob: _fail_job,
    HandOverJob: _hand_over,
    CancelProcess: _cancel,
}


# -- the agenda -----------------------------------------------------------------------------------


def _work_off(turn: Turn) -> None:
    """Take step after step until none is left, or until the turn has been long enough."""
    budget = turn.context.steps_per_turn
    while turn.agenda:
        if budget == 0:
            turn.pause()
            return
        budget -= 1
        turn.steps += 1
        step = turn.agenda.popleft()
        _STEPS[type(step)](turn, step)


def _arrive(turn: Turn, step: Arrive) -> None:
    turn.in_flight[step.scope] -= 1
    element = turn.process.elements[turn.process.flows[step.flow].target]
    _begin(turn, element, step.flow, step.scope)


def _enter(turn: Turn, step: Enter) -> None:
    turn.in_flight[step.scope] -= 1
    _begin(turn, turn.process.elements[step.element], None, step.scope)


def _begin(turn: Turn, element: Element, flow: str | None, scope: ElementInstanceId) -> None:
    me = BEHAVIOURS[type(element)].arrive(turn, element, flow, scope)
    if me is None:
        return
    if turn.steps > turn.context.steps_max:
        turn.fail(me, "NeverRests", _never_rests(turn, element))
        return
    _activate(turn, element, me)


def _never_rests(turn: Turn, element: Element) -> str:
    return (
        f"the process has taken {turn.context.steps_max} steps without waiting for anything and "
        f"was stopped at {element.label}; look for a loop that never ends, or retry to let it go on"
    )


def _activate(turn: Turn, element: Element, me: ElementInstance) -> None:
    try:
        done = BEHAVIOURS[type(element)].activate(turn, element, me)
    except _MISTAKES as error:
        turn.fail(me, error.code, str(error))
        return
    if done:
        _leave(turn, element, me)


def _leave(turn: Turn, element: Element, me: ElementInstance) -> None:
    try:
        flows = BEHAVIOURS[type(element)].leave(turn, element)
    except _MISTAKES as error:
        turn.fail(me, error.code, str(error), leaving=True)
        return
    turn.complete(me, taking=flows)


def _finish(turn: Turn, step: Finish) -> None:
    """The scope is done when nothing in it is alive or on its way."""
    me = turn.active(step.scope)
    if me is None or me.children or turn.in_flight.get(step.scope):
        return
    if me.arrived:
        turn.fail(me, "JoinStarved", _starved(turn, me))
    elif me.id == ROOT:
        turn.record(ElementCompleted(ROOT))
        turn.agenda.clear()  # Nothing is on its way; what is left would only look once more.
        _answer_parent(turn)
    else:
        _leave(turn, turn.process.elements[me.element], me)


def _starved(turn: Turn, scope: ElementInstance) -> str:
    join, waiting = next(iter(scope.arrived.items()))
    element = turn.process.elements[join]
    missing = ", ".join(flow for flow in element.incoming if flow not in waiting)
    return (
        f"{element.label} waits for a token on {missing}, and none can come any more; "
        "the paths that it joins must all be taken"
    )


def _answer_parent(turn: Turn) -> None:
    """A child that has ended answers the call that it was started for."""
    if turn.instance.parent is None:
        return
    results = {
        code: turn.values[code]
        for code, parameter in turn.process.parameters.items()
        if parameter.direction in (Direction.OUT, Direction.BOTH)
    }
    turn.create_job(RETURN_JOB, None, results)


_STEPS: Mapping[type[Any], Callable[[Turn, Any], None]] = {
    Arrive: _arrive,
    Enter: _enter,
    Finish: _finish,
}
