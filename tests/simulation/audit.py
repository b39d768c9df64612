"""An auditor: the history alone, read by rules that hold for all tokens.

The auditor keeps its own books. Each token is on its way along a flow, or about to enter with its
scope, or waits at a join, or is a live element; it never comes from nowhere and never gets lost.
Only an event may set one free: on a boundary, behind an event-based gateway, at the start of an
event sub-process. What elements decide is not asked here: the second interpreter works that out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.changes import (
    AnyChange,
    Arrive,
    Change,
    ConditionSeen,
    CorrelationSet,
    DataStoreRead,
    DataStoreWritten,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Enter,
    EventCaught,
    EventsCaught,
    FlowsDropped,
    FlowsJoined,
    FlowTaken,
    FlowWaits,
    IncidentRaised,
    IncidentResolved,
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
from procession.core.ids import ROOT
from procession.core.instance import ProcessInstance
from procession.core.model import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CompensateEventDefinition,
    ComplexGateway,
    Element,
    Process,
    StartEvent,
    SubProcess,
    TerminateEventDefinition,
    ThrowEvent,
)
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
from tests.invariants import require
from tests.simulation.token_books import Books, TokenBooks, has, of, put, take


class Auditor(TokenBooks):
    """Follows one run from its first change on; raises Broken at the first rule not kept."""

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        # How often an activity may begin, and how many of the times are still to come.
        self.rounds: dict[int, int | None] = {}
        # What may be begun in ad-hoc sub-processes, and what was left before all was undone.
        self.ready: set[int] = set()
        self.detached: set[int] = set()
        self.elements = 0
        self.ended = False

    def see(self, change: AnyChange) -> None:
        """The next change of the run."""
        if not isinstance(change, FlowTaken):
            self._has_left()
        if self.joined is not None:
            require(isinstance(change, ElementActivated), "a join lets its tokens through", change)
        require(not self.ended or isinstance(change, _AFTER), "an end is the end", change)
        _SEEN[type(change)](self, change)

    def rest(self, instance: ProcessInstance) -> None:
        """The turn is over: the books and the instance agree, and no token is lost."""
        self._has_left()
        self._tokens_are_kept(instance)
        alive = {} if self.ended else {n: each.element for n, each in instance.elements.items()}
        require({n: name for n, (name, _) in self.alive.items()} == alive, "it is alive", alive)
        require(self.values == instance.values, "the values are those that were set", self.values)
        both = instance.subscriptions.keys() | instance.conditions.keys()
        require(self.subscriptions.keys() == both, "subscriptions are open", self.subscriptions)

    def _tokens_are_kept(self, instance: ProcessInstance) -> None:
        arriving: Books = {}
        entering: Books = {}
        for step in instance.pending:
            if isinstance(step, Arrive):
                put(arriving, (step.scope, self._goal(step.flow)))
            if isinstance(step, Enter) and not self._begins_by_number(step.scope):
                put(entering, (step.scope, step.element))
        # A sub-process that failed before it began has not let its start events enter yet.
        begun = {key: count for key, count in self.entering.items() if key[0] not in self.failed}
        waiting = {
            (number, flow): count
            for number, each in instance.elements.items()
            for flows in each.arrived.values()
            for flow, count in flows.items()
        }
        require(self.on_their_way == arriving, "no token gets lost", self.on_their_way, arriving)
        require(begun == entering, "no token gets lost", begun, entering)
        require(self.waiting == waiting, "no token gets lost", self.waiting, waiting)

    def _begins_by_number(self, scope: int) -> bool:
        """A loop and an ad-hoc sub-process say by themselves what begins in them."""
        element = self.process.elements.get(self.alive[scope][0])
        return scope in self.rounds or isinstance(element, AdHocSubProcess)

    # -- elements ---------------------------------------------------------------------------------

    def _started(self, change: ProcessStarted) -> None:
        self.values = dict(change.values)
        self.alive[ROOT] = "", -1
        for start in self.process.starts.get("", ()):
            put(self.entering, (ROOT, start))

    def _begun(self, change: ElementActivated | ElementReadied | CompensationBegun) -> Element:
        self.elements += 1
        require(change.id == self.elements, "numbers are given in turn", change)
        require(change.scope in self.alive, "a scope is alive", change)
        self.alive[change.id] = change.element, change.scope
        return self.process.elements[change.element]

    def _activated(self, change: ElementActivated) -> None:
        element, scope = self._begun(change), change.scope
        is_event = isinstance(element, SubProcess) and element.triggered_by_event
        goes_on = is_event or scope not in self.failed or self._begins_by_number(scope)
        require(goes_on, "a failed scope begins nothing", change)
        if scope in self.rounds and self.alive[scope][0] == element.id:
            self._round(scope, change)
        else:
            came = self._take_token(element, scope)
            if is_event:
                self._event_sub_process(element.id, change, came)
        loops = isinstance(element, Activity) and element.loop and scope not in self.rounds
        if isinstance(element, SubProcess) and not (is_event or loops):
            self._enter(element, change.id)

    def _event_sub_process(self, name: str, change: ElementActivated, came: bool) -> None:
        """Begun by a token, it undoes something; begun by an event, it may have ended all else."""
        (number,) = self.process.starts[name]
        start = self.process.elements[number]
        assert isinstance(start, StartEvent), start
        if came:
            put(self.entering, (change.id, start.id))
        elif start.interrupting:
            beside = [n for n, (_, scope) in self.alive.items() if scope == change.scope]
            require(beside == [change.id], "an interrupting start ends all others", beside)
            self._forget(change.scope)

    def _enter(self, element: SubProcess, number: int) -> None:
        if not isinstance(element, AdHocSubProcess):
            for start in self.process.starts.get(element.id, ()):
                put(self.entering, (number, start))

    def _round(self, loop: int, change: ElementActivated) -> None:
        left = self.rounds[loop]
        require(left is None or left > 0, "a loop begins no more than it has planned", change)
        self.rounds[loop] = None if left is None else left - 1

    def _take_token(self, element: Element, scope: int) -> bool:
        """An element begins by a token of its own; False: an event has set it free."""
        key = (scope, element.id)
        if self.joined is not None:
            require(self.joined == key, "a join lets its tokens through", self.joined, key)
            self.joined = None
            return True
        came = take(self.entering, key) or take(self.on_their_way, key)
        free = came or self._set_free(element, scope)
        require(free, "an element begins by a token", key, self.on_their_way)
        return came

    def _set_free(self, element: Element, scope: int) -> bool:
        """Whether it may begin without a token that the books know."""
        around = self.process.elements.get(self.alive[scope][0])
        # A complex gateway counts its tokens, and takes them when it has begun.
        if isinstance(element, BoundaryEvent | ComplexGateway):
            return True
        if isinstance(element, SubProcess) and element.triggered_by_event:
            return True
        if isinstance(around, AdHocSubProcess):
            return element.id in self.process.starts.get(around.id, ())
        within = isinstance(around, SubProcess) and around.triggered_by_event
        return self._starts_the_run(element) or (isinstance(element, StartEvent) and within)

    def _starts_the_run(self, element: Element) -> bool:
        """The event that has started the run is the first to begin, or the second."""
        if self.elements > 2 or element.scope:
            return False
        self._forget(ROOT)
        return True

    def _readied(self, change: ElementReadied) -> None:
        self._begun(change)
        self.ready.add(change.id)

    def _ready_taken(self, change: ElementStarted) -> None:
        self._gone(change.id)
        self.ready.remove(change.id)

    def _undone(self, change: CompensationBegun) -> None:
        element = self._begun(change)
        self.detached.add(change.id)
        if not change.handled:
            return
        events = self.process.event_starts.get(element.id, ())
        starts = [self.process.elements[each] for each in events]
        boundaries = self.process.boundaries.get(element.id, ())
        found = [each.handler for each in boundaries if each.handler is not None]
        found += [each.scope for each in starts if has(each, CompensateEventDefinition)]
        require(found, "what is undone has a handler", change)
        put(self.entering, (change.id, found[0]))

    def _loop_began(self, change: LoopBegan) -> None:
        self.rounds[change.id] = change.planned

    def _completed(self, change: ElementCompleted) -> None:
        self._nothing_in(change.id)
        name, scope = self._gone(change.id)
        if change.id == ROOT:
            self.ended = True
            return
        element = self.process.elements[name]
        if isinstance(element, ThrowEvent) and has(element, TerminateEventDefinition):
            others = [n for n, (_, within) in self.alive.items() if within == scope]
            require(not others, "a terminate end event ends all others", others)
            require(not of(self.waiting, scope), "it drops waiting tokens", self.waiting)
            self._forget(scope)
        if change.id not in self.detached:
            self.leaving = element, scope, []

    def _detached(self, change: CompensationDetached) -> None:
        name, scope = self.alive[change.id]
        self.leaving = self.process.elements[name], scope, []
        self.detached.add(change.id)

    def _terminated(self, change: ElementTerminated) -> None:
        _, scope = self._gone(change.id)
        self._forget(change.id)
        if change.id in self.ready:
            self.ready.remove(change.id)
            self._nothing_more(scope)

    def _nothing_more(self, scope: int) -> None:
        """An ad-hoc sub-process has had enough; its tokens go, if it does not wait for them."""
        element = self.process.elements.get(self.alive[scope][0])
        assert isinstance(element, AdHocSubProcess), element
        if element.cancel_remaining:
            self._forget(scope)

    def _canceled(self, change: ProcessCanceled) -> None:
        self._gone(ROOT)
        require(not self.alive, "a cancelled run has nothing alive", self.alive)
        require(not of(self.waiting, ROOT), "a cancelled run drops its tokens")
        self._forget(ROOT)
        self.ended = True

    def _gone(self, number: int) -> tuple[str, int]:
        """It has ended, once, after all that it held."""
        require(number in self.alive, "an element ends once", number)
        held = [n for n, (_, scope) in self.alive.items() if scope == number]
        require(not held, "a scope ends after what it holds", number, held)
        require(number not in self.jobs.values(), "its jobs are closed before", number)
        waits = number in self.subscriptions.values()
        require(not waits, "its subscriptions are closed before", number)
        self.failed.discard(number)
        self.rounds.pop(number, None)
        return self.alive.pop(number)

    def _nothing_in(self, scope: int) -> None:
        left = [*of(self.on_their_way, scope), *of(self.waiting, scope)]
        left += of(self.entering, scope)
        require(not left, "a scope completes when no token is left in it", left)

    def _forget(self, scope: int) -> None:
        for books in (self.on_their_way, self.waiting, self.entering):
            for key in of(books, scope):
                del books[key]

    def _scope_canceled(self, change: ScopeCanceled) -> None:
        self._of_the_living(change)
        self._forget(change.id)
        self.failed.discard(change.id)


_AFTER = (JobCreated, JobRetried, JobClosed)
_SEEN: Mapping[type[Change], Callable[[Auditor, Any], None]] = {
    ProcessStarted: Auditor._started,
    ElementActivated: Auditor._activated,
    ElementReadied: Auditor._readied,
    ElementStarted: Auditor._ready_taken,
    ElementCompleted: Auditor._completed,
    ElementTerminated: Auditor._terminated,
    CompensationBegun: Auditor._undone,
    CompensationDetached: Auditor._detached,
    ProcessCanceled: Auditor._canceled,
    FlowTaken: Auditor._taken,
    FlowWaits: Auditor._waits,
    FlowsJoined: Auditor._joined,
    GatewayOpened: Auditor._passed,
    GatewayReset: Auditor._passed,
    FlowsDropped: Auditor._dropped,
    LoopBegan: Auditor._loop_began,
    ValuesSet: Auditor._set,
    JobCreated: Auditor._job_created,
    TurnPaused: Auditor._job_created,
    JobRetried: Auditor._job_changed,
    JobParked: Auditor._job_changed,
    JobClosed: Auditor._job_closed,
    TurnResumed: Auditor._resumed,
    Subscribed: Auditor._subscribed,
    Unsubscribed: Auditor._unsubscribed,
    ConditionSeen: Auditor._condition_seen,
    IncidentRaised: Auditor._raised,
    IncidentResolved: Auditor._resolved,
    ScopeCanceled: Auditor._scope_canceled,
    EventCaught: Auditor._of_an_owner,
    EventsCaught: Auditor._of_an_owner,
    ElementsQueued: Auditor._of_no_token,
    CorrelationSet: Auditor._of_no_token,
    DataStoreRead: Auditor._of_no_token,
    DataStoreWritten: Auditor._of_no_token,
    **dict.fromkeys(
        (ActivityKept, CompensationThrown, LoopStopped, OutputCollected, RoundBegan),
        Auditor._of_the_living,
    ),
    **dict.fromkeys((RoundCompleted, WorkCompleted), Auditor._of_the_living),
}
