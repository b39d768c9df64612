"""A turn: one run of `decide`, and the pen with which behaviours write what happens.

A behaviour says what happens by calling a verb here; each verb records changes, and recording is
applying. What is to be done next goes on the agenda, a queue that `decide` works off: nothing
recurs along sequence flows, so a process may be as long as it likes.
"""

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from procession.core.apply import apply
from procession.core.changes import (
    AnyChange,
    Arrive,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    Enter,
    Finish,
    FlowsDropped,
    FlowTaken,
    IncidentRaised,
    Job,
    JobClosed,
    JobCreated,
    Occur,
    Step,
    Subscribed,
    Subscription,
    TurnPaused,
    TurnResumed,
    Unsubscribed,
    ValuesSet,
)
from procession.core.data_stores import DataStores, StoredValue
from procession.core.ids import ROOT, ElementInstanceId, JobId, SubscriptionId
from procession.core.instance import ElementInstance, ElementState, ProcessInstance
from procession.core.model import AdHocSubProcess, Element, Expression, Output, Process, Template
from procession.core.schedules import Schedule
from procession.core.values import Value, Values, convert, shown, untyped
from procession.core.variables import place, visible
from procession.errors import ExpressionError

STEPS_PER_TURN = 1_000
STEPS_MAX = 1_000_000

TIMER_JOB = "timer"
CONTINUE_JOB = "continue"
CALL_JOB = "call"
RETURN_JOB = "return"
RETURN_ERROR_JOB = "return-error"
CANCEL_CHILD_JOB = "cancel-child"
MESSAGE_JOB = "message"
SIGNAL_JOB = "signal"
ESCALATION_JOB = "escalation"


class Context(Struct, frozen=True):
    """What a turn may know of the world: the time, how long it may go on, what is stored.

    `steps_per_turn`: then the turn is committed and goes on later, so that others get their turn.
    `steps_max`: a run that has not rested for so many steps never will; it ends in an incident.
    `data_stores`: those that the process uses, by their ids; one that is left out is empty.
    """

    now: datetime
    steps_per_turn: int = STEPS_PER_TURN
    steps_max: int = STEPS_MAX
    data_stores: Mapping[str, StoredValue] = {}


class Turn:
    """The state of one run of `decide`; it lives as long as the call does."""

    __slots__ = (
        *("agenda", "changes", "context", "data_stores", "in_flight", "instance"),
        *("process", "steps", "values_changed"),
    )

    def __init__(self, process: Process, instance: ProcessInstance, context: Context) -> None:
        self.process = process
        self.instance = instance
        self.context = context
        self.changes: list[AnyChange] = []
        self.data_stores = DataStores(process.data_stores, context.data_stores, self.changes)
        self.agenda: deque[Step] = deque()
        # The tokens on their way, by scope: a scope with one has not finished.
        self.in_flight: dict[ElementInstanceId, int] = {}
        self.steps = 0
        # Conditions that wait to become true are looked at once more.
        self.values_changed = False

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
        if me.jobs or me.subscriptions:
            self.stop_waiting(me)
        self.data_stores.settle()
        self.record(ElementCompleted(me.id))
        self._go_on(self.instance.elements[me.scope], taking)

    def pass_on(self, element: Element, scope: ElementInstance, taking: Sequence[str]) -> None:
        """An element at which no token rests has begun and completed at once."""
        self.record(ElementPassed(self.instance.next_element, element.id, scope.id))
        self._go_on(scope, taking)

    def _go_on(self, scope: ElementInstance, taking: Sequence[str]) -> None:
        self.take(taking, scope.id)
        if not taking or scope.arrived or scope.opened:
            self.finish_later(scope.id)

    def take(self, flows: Sequence[str], scope: ElementInstanceId) -> None:
        """A token leaves along each of the flows."""
        if flows:
            self.in_flight[scope] = self.in_flight.get(scope, 0) + len(flows)
        for flow in flows:
            self.changes.append(FlowTaken(flow, scope))  # It changes no state.
            self.agenda.append(Arrive(flow, scope))

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

    def fail(
        self,
        me: ElementInstance,
        code: str,
        message: str,
        *,
        leaving: bool = False,
        occurred: Occur | None = None,
    ) -> None:
        """The element is stuck until an operator resolves the incident.

        What it was about to write into data stores it has not written: a retry does it, once.
        """
        self.data_stores.drop()
        self.record(IncidentRaised(me.id, code, message, leaving, occurred))

    # -- scopes -----------------------------------------------------------------------------------

    def terminate_within(
        self, scope: ElementInstance, keep: Container[ElementInstanceId] = ()
    ) -> None:
        """End all that is alive within the scope, inner first, and drop its tokens."""
        doomed = self.descendants(scope.id)
        for me in reversed(doomed):
            if me.id not in keep:
                self.terminate(me)
        dropped = {me.id for me in doomed} | {scope.id}
        self.agenda = deque(step for step in self.agenda if step.scope not in dropped)
        for number in dropped:
            self.in_flight.pop(number, None)
        for left in (scope, *(me for me in doomed if me.id in keep)):
            if left.arrived or left.opened:
                self.record(FlowsDropped(left.id))

    def descendants(self, scope: ElementInstanceId) -> list[ElementInstance]:
        """All within the scope; a scope is older than what it holds, so one pass finds them."""
        elements = self.instance.elements
        scopes, found = {scope}, []
        # What is ready in an ad-hoc sub-process is not counted, so all must be looked at there.
        left, counted = elements[scope].children, not self._is_ad_hoc(elements[scope])
        for me in elements.values() if left or not counted else ():
            if me.scope in scopes and me.id != ROOT:
                scopes.add(me.id)
                found.append(me)
                left, counted = left + me.children - 1, counted and not self._is_ad_hoc(me)
                if counted and not left:
                    break
        return found

    def _is_ad_hoc(self, me: ElementInstance) -> bool:
        return isinstance(self.process.elements.get(me.element), AdHocSubProcess)

    def terminate(self, me: ElementInstance) -> None:
        self.stop_waiting(me)
        self.record(ElementTerminated(me.id))

    # -- events -----------------------------------------------------------------------------------

    def start_timer(
        self, me: ElementInstance, schedule: Schedule, target: str = "", definition: int = 0
    ) -> None:
        """Wait for a moment; then `target`, or the element instance itself, goes on."""
        job = self._job(TIMER_JOB, me.id, schedule.as_values(), attempts=1)
        job.due_at, job.target, job.definition = schedule.due_at, target, definition
        self.record(JobCreated(job))

    def subscribe(self, subscription: Subscription) -> None:
        """Wait for a message, a signal or a condition; the number of the subscription is given."""
        subscription.id = SubscriptionId(self.instance.next_subscription)
        self.record(Subscribed(subscription))

    def stop_waiting(self, me: ElementInstance, targets: Container[str] | None = None) -> None:
        """Its jobs and subscriptions, or those for the targets only, are not wanted any more."""
        instance = self.instance
        for job in tuple(me.jobs):
            if targets is None or instance.jobs[job].target in targets:
                self.close_job(job)
        for number in tuple(me.subscriptions):
            if targets is None or instance.subscription(number).target in targets:
                self.record(Unsubscribed(number))

    def occur_next(self, steps: Sequence[Occur]) -> None:
        """Events have occurred; they are seen to before all else that is on the agenda."""
        self.agenda.extendleft(reversed(steps))

    def begin_at(self, element: str, scope: ElementInstanceId) -> None:
        """A token starts at an element to which no flow leads it."""
        self._expect(Enter(element, scope))

    # -- values -----------------------------------------------------------------------------------

    @property
    def values(self) -> Values:
        """The process's parameters."""
        return self.instance.elements[ROOT].values

    def visible(self, me: ElementInstanceId) -> Mapping[str, Value]:
        """What expressions see at an element instance."""
        return visible(self.instance, me)

    def holds(self, condition: Expression, me: ElementInstanceId) -> bool:
        """Whether a condition holds; one that is not true or false is an error, never a guess."""
        return self.holds_of(condition, self.visible(me))

    def holds_of(self, condition: Expression, values: Mapping[str, Value]) -> bool:
        """The same, of these values."""
        answer = condition.evaluate(values)
        if answer is True or answer is False:
            return answer
        raise ExpressionError(
            f"the condition {shown(condition.text)} gives {shown(answer)}, not true or false"
        )

    def assign(self, me: ElementInstanceId, values: Mapping[str, Value]) -> None:
        """Set variables where an element instance sees them, converted to their types.

        Raises BadValue and sets nothing.
        """
        typed: dict[ElementInstanceId, Values] = {}
        for name, value in values.items():
            owner, kind = place(self.process, self.instance, me, name)
            typed.setdefault(owner, {})[name] = convert(name, kind, value)
        for owner, owned in typed.items():
            self.set_values(owner, owned)

    def assign_known(self, me: ElementInstanceId, values: Mapping[str, Value]) -> None:
        """The same for what the element instance sees; an open process takes all of it."""
        seen = self.visible(me)
        known = {n: value for n, value in values.items() if self.process.open or n in seen}
        self.assign(me, known)

    def set_values(self, owner: ElementInstanceId, values: Values) -> None:
        """Set variables of one scope that have their types already."""
        self.record(ValuesSet(owner, values))
        self.values_changed = True

    def put(self, me: ElementInstanceId, values: Mapping[str, Value]) -> None:
        """Set what the process names as a target: variables, and data stores by their keys.

        A data store has its value when the element completes.
        """
        variables, stored = self.data_stores.apart(values)
        self.assign(me, variables)
        self.data_stores.hold(stored)

    def assign_outputs(
        self, me: ElementInstanceId, outputs: Iterable[Output], answer: Mapping[str, Value]
    ) -> None:
        """Set the variables and data stores that take results, or none of them (BadValue)."""
        self.put(me, {output.target: answer.get(output.source) for output in outputs})
        self.data_stores.settle()

    def fill(self, template: Template, me: ElementInstanceId) -> Value:
        """The template with its expressions evaluated. Raises BadValue, as a job must be kept."""
        return self._fill(template, self.data_stores.beside(self.visible(me)))

    def _fill(self, template: Template, values: Mapping[str, Value]) -> Value:
        if isinstance(template, Expression):
            return untyped(shown(template.text), template.evaluate(values))
        if isinstance(template, Mapping):
            return {key: self._fill(item, values) for key, item in template.items()}
        if isinstance(template, tuple):
            return [self._fill(item, values) for item in template]
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
            if isinstance(step, Arrive | Enter):
                self.in_flight[step.scope] = self.in_flight.get(step.scope, 0) + 1
        self.record(TurnResumed(self.instance.pause_job))

    # -- finding ----------------------------------------------------------------------------------

    def active(self, number: ElementInstanceId) -> ElementInstance | None:
        """The element instance, if it is alive and not stuck."""
        me = self.instance.elements.get(number)
        return me if me is not None and me.state is ElementState.ACTIVE else None
