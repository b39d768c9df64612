"""A turn: one run of `decide`, and the pen with which behaviours write what happens.

A behaviour says what happens by calling a verb here; each verb records changes, and recording is
applying. What is to be done next goes on the agenda, a queue that `decide` works off: nothing
recurs along sequence flows, so a process may be as long as it likes.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from procession.core.changes import (
    AnyChange,
    Arrive,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Enter,
    Finish,
    FlowsDropped,
    FlowTaken,
    IncidentRaised,
    Job,
    JobClosed,
    JobCreated,
    ProcessCanceled,
    Step,
    TurnPaused,
    TurnResumed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, ProcessInstance, apply
from procession.core.model import (
    BoundaryEvent,
    Element,
    ErrorEventDefinition,
    Expression,
    Output,
    Process,
    Template,
)
from procession.core.schedules import Schedule
from procession.core.values import Kind, Value, Values, convert, shown, untyped
from procession.errors import BadValue, ExpressionError

STEPS_PER_TURN = 1_000
STEPS_MAX = 1_000_000

TIMER_JOB = "timer"
CONTINUE_JOB = "continue"
CALL_JOB = "call"
RETURN_JOB = "return"
RETURN_ERROR_JOB = "return-error"
CANCEL_CHILD_JOB = "cancel-child"


class Context(Struct, frozen=True):
    """What a turn may know of the world: the time, and how long it may go on.

    `steps_per_turn`: then the turn is committed and goes on later, so that others get their turn.
    `steps_max`: a run that has not rested for so many steps never will; it ends in an incident.
    """

    now: datetime
    steps_per_turn: int = STEPS_PER_TURN
    steps_max: int = STEPS_MAX


class Turn:
    """The state of one run of `decide`; it lives as long as the call does."""

    __slots__ = ("agenda", "changes", "context", "in_flight", "instance", "process", "steps")

    def __init__(self, process: Process, instance: ProcessInstance, context: Context) -> None:
        self.process = process
        self.instance = instance
        self.context = context
        self.changes: list[AnyChange] = []
        self.agenda: deque[Step] = deque()
        # The tokens on their way, by scope: a scope with one has not finished.
        self.in_flight: dict[ElementInstanceId, int] = {}
        self.steps = 0

    def record(self, change: AnyChange) -> None:
        """Write down what has happened, and let it happen."""
        self.changes.append(change)
        apply(self.instance, change)

    # -- element instances ------------------------------------------------------------------------

    def activate(self, element: Element, scope: ElementInstanceId) -> ElementInstance:
        instance = self.instance
        number = instance.next_element
        self.record(ElementActivated(number, element.id, scope))
        return instance.elements[number]

    def complete(self, me: ElementInstance, taking: Sequence[str] = ()) -> None:
        """The element has completed; a token leaves along each of the flows, or is consumed."""
        for job in tuple(me.jobs):
            self.record(JobClosed(job))
        self.record(ElementCompleted(me.id))
        scope = me.scope
        for flow in taking:
            self.changes.append(FlowTaken(flow, scope))  # It changes no state.
            self._expect(Arrive(flow, scope))
        if not taking or self.instance.elements[scope].arrived:
            self.finish_later(scope)

    def enter(self, scope: ElementInstance) -> None:
        """The scope begins: its start event, or all that no flow leads to (BPMN 2.0.2 §10.5.2)."""
        starts = self.process.starts.get(scope.element, ())
        for element in starts:
            self._expect(Enter(element, scope.id))
        if not starts:
            self.finish_later(scope.id)

    def finish_later(self, scope: ElementInstanceId) -> None:
        """See, after all that is on the agenda now, whether the scope has nothing left to do."""
        self.agenda.append(Finish(scope))

    def _expect(self, step: Arrive | Enter) -> None:
        self.in_flight[step.scope] = self.in_flight.get(step.scope, 0) + 1
        self.agenda.append(step)

    def fail(self, me: ElementInstance, code: str, message: str, *, leaving: bool = False) -> None:
        """The element is stuck until an operator resolves the incident."""
        self.record(IncidentRaised(me.id, code, message, leaving))

    # -- scopes -----------------------------------------------------------------------------------

    def terminate_within(
        self, scope: ElementInstance, keep: ElementInstanceId | None = None
    ) -> None:
        """End all that is alive within the scope, inner first, and drop its tokens."""
        doomed = self._descendants(scope.id)
        for me in reversed(doomed):
            if me.id != keep:
                self.terminate(me)
        dropped = {me.id for me in doomed} | {scope.id}
        self.agenda = deque(step for step in self.agenda if step.scope not in dropped)
        for number in dropped:
            self.in_flight.pop(number, None)
        if scope.arrived:
            self.record(FlowsDropped(scope.id))

    def _descendants(self, scope: ElementInstanceId) -> list[ElementInstance]:
        """All within the scope; a scope is older than what it holds, so one pass finds them."""
        scopes, found = {scope}, []
        for me in self.instance.elements.values():
            if me.id != ROOT and me.scope in scopes:
                scopes.add(me.id)
                found.append(me)
        return found

    def terminate(self, me: ElementInstance) -> None:
        for job in tuple(me.jobs):
            self.close_job(job)
        self.record(ElementTerminated(me.id))

    # -- events -----------------------------------------------------------------------------------

    def start_timer(self, me: ElementInstance, schedule: Schedule, target: str = "") -> None:
        """Wait for a moment; then `target`, or the element instance itself, goes on."""
        job = self._job(TIMER_JOB, me.id, schedule.as_values(), attempts=1)
        job.due_at, job.target = schedule.due_at, target
        self.record(JobCreated(job))

    def waits_for_boundary(self, me: ElementInstance) -> bool:
        """Whether jobs for the events on its boundary are open already."""
        return any(self.instance.jobs[job].target for job in me.jobs)

    def trigger(self, boundary: BoundaryEvent, host: ElementInstance) -> None:
        """A boundary event has caught something: a token starts at it, and the host may end."""
        if boundary.interrupting:
            self.terminate_within(host)
            self.terminate(host)
        self._expect(Enter(boundary.id, host.scope))

    def throw_error(self, me: ElementInstance, code: str) -> bool:
        """Whether a boundary event of the element or of a scope around it has caught the error.

        The innermost catches; what stood inside it is terminated (BPMN 2.0.2 §13.5.5). On one
        activity the event that names the code goes before the one that catches every error.
        """
        while me.id != ROOT:
            for caught in (code, None):
                boundary = self._catching(me, caught)
                if boundary is not None:
                    self.trigger(boundary, me)
                    return True
            me = self.instance.elements[me.scope]
        return False

    def _catching(self, me: ElementInstance, code: str | None) -> BoundaryEvent | None:
        wanted = ErrorEventDefinition(code)
        boundaries = self.process.boundaries.get(me.element, ())
        return next((each for each in boundaries if each.definition == wanted), None)

    def end_by_error(self, code: str, message: str) -> None:
        """The run ends, and the call that it answers throws the error on."""
        self.terminate_within(self.instance.root)
        self.record(ProcessCanceled(f"the error {code!r} was not caught; {message}"))
        self.create_job(RETURN_ERROR_JOB, None, {"code": code, "message": message})

    # -- values -----------------------------------------------------------------------------------

    @property
    def values(self) -> Values:
        """What expressions see: the process's parameters."""
        return self.instance.elements[ROOT].values

    def holds(self, expression: Expression) -> bool:
        """Whether a condition holds; one that is not true or false is an error, never a guess."""
        answer = expression.evaluate(self.values)
        if answer is True or answer is False:
            return answer
        raise ExpressionError(
            f"the condition {shown(expression.text)} gives {shown(answer)}, not true or false"
        )

    def set_parameters(self, values: Mapping[str, Value]) -> None:
        """Set process parameters, converted to their types. Raises BadValue and sets nothing."""
        typed = {code: convert(code, self._kind(code), values[code]) for code in values}
        if typed:
            self.record(ValuesSet(ROOT, typed))

    def _kind(self, code: str) -> Kind:
        parameter = self.process.parameters.get(code)
        if parameter is None:
            raise BadValue(f"{self.process.id}: there is no parameter {shown(code)}")
        return parameter.kind

    def set_outputs(self, outputs: Iterable[Output], answer: Mapping[str, Value]) -> None:
        """Set the parameters that take results of outside work, or none of them (BadValue)."""
        self.set_parameters({output.target: answer.get(output.source) for output in outputs})

    def fill(self, template: Template) -> Value:
        """The template with its expressions evaluated. Raises BadValue, as a job must be kept."""
        if isinstance(template, Expression):
            return untyped(shown(template.text), template.evaluate(self.values))
        if isinstance(template, Mapping):
            return {key: self.fill(item) for key, item in template.items()}
        if isinstance(template, tuple):
            return [self.fill(item) for item in template]
        return template

    # -- jobs -------------------------------------------------------------------------------------

    def create_job(
        self, kind: str, owner: ElementInstanceId | None, values: Values, attempts: int = 1
    ) -> None:
        """Ask the outer world for work, due now."""
        self.record(JobCreated(self._job(kind, owner, values, attempts)))

    def _job(
        self, kind: str, owner: ElementInstanceId | None, values: Values, attempts: int
    ) -> Job:
        number = JobId(self.instance.next_job)
        return Job(number, kind, owner, self.context.now, attempts, values)

    def close_job(self, number: JobId) -> None:
        """The job is not wanted any more; a child that has it in hand is cancelled."""
        child = self.instance.jobs[number].child
        self.record(JobClosed(number))
        if child is not None:
            self.create_job(CANCEL_CHILD_JOB, None, {"child": child})

    def after(self, seconds: float) -> datetime:
        """The moment so many seconds from now."""
        return self.context.now + timedelta(seconds=seconds)

    # -- pausing ----------------------------------------------------------------------------------

    def pause(self) -> None:
        """Keep the remaining steps; a job goes on with them, so that other instances get a turn."""
        job = self._job(CONTINUE_JOB, None, {}, attempts=1)
        self.record(TurnPaused(job, tuple(self.agenda), self.steps))
        self.agenda.clear()

    def resume(self) -> None:
        """Take up the steps that an earlier turn of this instance has kept, if there are any."""
        if self.instance.pause_job is None:
            return
        self.agenda.extend(self.instance.pending)
        self.steps = self.instance.steps
        for step in self.agenda:
            if not isinstance(step, Finish):
                self.in_flight[step.scope] = self.in_flight.get(step.scope, 0) + 1
        self.record(TurnResumed(self.instance.pause_job))

    def active(self, number: ElementInstanceId) -> ElementInstance | None:
        """The element instance, if it is alive and not stuck."""
        me = self.instance.elements.get(number)
        return me if me is not None and me.state is ElementState.ACTIVE else None
