"""`decide`: what a command makes of an instance. The same input gives the same changes, always.

A turn takes one command, lets it begin something, and then works off the agenda until nothing is
left to do (the instance rests, or has ended) or the turn was long enough (it is paused).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from procession.core.apply import begin
from procession.core.behaviours import BEHAVIOURS
from procession.core.behaviours.ad_hoc import start_ready
from procession.core.catching import begin_waits, stays, waits_in_scope
from procession.core.changes import (
    AnyChange,
    IncidentResolved,
    Job,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    Occur,
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
    ThrowError,
    ThrowEscalation,
    TriggerSubscription,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, ProcessInstance
from procession.core.leaving import MISTAKES, leave
from procession.core.loops import rounds_instead
from procession.core.model import Element, Process, Retries, ServiceTask
from procession.core.occurring import begin_by_event, occur, retry_occurred
from procession.core.schedules import following
from procession.core.steps import answer_parent, begin_work, work_off
from procession.core.throwing import escalate, throw_error
from procession.core.turn import TIMER_JOB, Context, Turn
from procession.core.values import Values, convert
from procession.errors import (
    BadValue,
    ExpressionError,
    NotRunning,
    Rejected,
    UncaughtError,
    UnknownElement,
)

RETRY_DELAY_SECONDS_MAX = 3600.0
RETRY_DOUBLINGS_MAX = 32


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
    work_off(turn)
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
        initial_values(process, command.values),
    )
    turn = Turn(process, begin(started), context)
    turn.changes.append(started)
    try:
        _begin(turn, command)
    except ExpressionError as error:
        raise BadValue(f"{process.id} cannot be started: {error}") from error
    return turn


def _begin(turn: Turn, command: StartProcess) -> None:
    if turn.process.event_starts:
        begin_waits(turn, waits_in_scope(turn, turn.instance.root))
    if command.element:
        begin_by_event(turn, command.element, command.definition, command.payload)
    else:
        turn.enter(turn.instance.root)


def initial_values(process: Process, given: Values) -> Values:
    """All parameters in their order: as given, else by their default, else not set (None)."""
    values: Values = {}
    for code, parameter in process.parameters.items():
        if code in given:
            values[code] = given[code]
        elif parameter.default is None:
            values[code] = None
        else:
            values[code] = _default(code, process, values)
    return {**values, **given} if process.open else values


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
    if me.loop is not None:
        raise Rejected(rounds_instead(turn, element, me))
    if me.state is ElementState.READY:
        begin_work(turn, element, start_ready(turn, element, me, command.values))
        return
    if me.state is not ElementState.ACTIVE:
        raise Rejected(f"element {element.label} is {me.state}; execute what is active within it")
    if BEHAVIOURS[type(element)].execute(turn, element, me, command.values):
        # What it waited for has been done; the events on its boundary stay until it is left.
        turn.stop_waiting(me, ("",))
        leave(turn, element, me)


def _resolve(turn: Turn, command: ResolveIncident) -> None:
    me = _alive(turn, command.element)
    if me.state is not ElementState.FAILED:
        raise Rejected(f"element {me.element} has no incident; it is {me.state}")
    _retry(turn, me)


def _retry(turn: Turn, me: ElementInstance) -> None:
    """Go on where it failed: what was done is not done again, and a job keeps its identity."""
    incident = turn.instance.incidents[me.id]
    turn.record(IncidentResolved(me.id))
    if incident.occurred is not None:
        retry_occurred(turn, me, incident.occurred)
        return
    if me.id == ROOT or (me.children or me.arrived or me.worked):
        turn.finish_later(me.id)
        return
    element = turn.process.elements[me.element]
    if incident.leaving:
        leave(turn, element, me)
    elif work := [job for job in me.jobs if not turn.instance.jobs[job].target]:
        for number in work:
            turn.record(JobRetried(number, turn.context.now, _retries(element).attempts))
    else:
        begin_work(turn, element, me)


def _complete_job(turn: Turn, command: CompleteJob) -> None:
    job = turn.instance.jobs.get(command.job)
    if job is None:
        return  # A late answer changes nothing; a paused turn has been taken up already.
    if job.owner is None:
        turn.record(JobClosed(job.id))
        return
    if job.kind == TIMER_JOB:
        _time_has_come(turn, job, command.values)
        return
    me = turn.active(job.owner)
    if me is None:
        return  # It was given up; a retry asks for the same effect, which is not done again.
    element = turn.process.elements[me.element]
    try:
        done = BEHAVIOURS[type(element)].resume(turn, element, me, command.values)
    except MISTAKES as error:
        # The effect has taken place. The job stays, so that a retry asks for the same effect.
        turn.record(JobParked(job.id))
        turn.fail(me, error.code, str(error))
        return
    turn.record(JobClosed(job.id))
    if done:
        leave(turn, element, me)


def _time_has_come(turn: Turn, job: Job, values: Values) -> None:
    """A timer is due. It may be due again, if it does not interrupt what it waits in."""
    assert job.owner is not None, f"a timer without an owner: {job}"
    owner = turn.instance.elements[job.owner]
    turn.record(JobClosed(job.id))
    event = turn.process.elements[job.target or owner.element]
    next_time = following(job.values, turn.context.now)
    if next_time is not None and job.target and stays(event):
        turn.start_timer(owner, next_time, job.target, job.definition)
    occur(turn, Occur(job.owner, job.target, job.definition, values))


def _trigger_subscription(turn: Turn, command: TriggerSubscription) -> None:
    found = turn.instance.subscriptions.get(command.subscription)
    if found is not None:
        occur(turn, Occur(found.owner, found.target, found.definition, command.values))


def _throw_error(turn: Turn, command: ThrowError) -> None:
    job = turn.instance.jobs.get(command.job)
    me = turn.active(job.owner) if job is not None and job.owner is not None else None
    if job is None or me is None or throw_error(turn, me, command.code, command.payload):
        return
    turn.record(JobParked(job.id))
    element = turn.process.elements[me.element]
    message = f"nothing catches the error {command.code!r} of {element.label}: {command.message}"
    turn.fail(me, UncaughtError.code, message)


def _throw_escalation(turn: Turn, command: ThrowEscalation) -> None:
    job = turn.instance.jobs.get(command.job)
    me = turn.active(job.owner) if job is not None and job.owner is not None else None
    if me is not None:
        escalate(turn, me, command.code, command.payload)


def _fail_job(turn: Turn, command: FailJob) -> None:
    job = turn.instance.jobs.get(command.job)
    if job is None:
        return
    if job.owner is None or job.kind == TIMER_JOB:
        # Work of the engine itself: it must be done, however often it is tried.
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
    turn.stop_waiting(root)
    turn.record(ProcessCanceled(command.reason))
    answer_parent(turn)


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
    ThrowError: _throw_error,
    ThrowEscalation: _throw_escalation,
    TriggerSubscription: _trigger_subscription,
    HandOverJob: _hand_over,
    CancelProcess: _cancel,
}
