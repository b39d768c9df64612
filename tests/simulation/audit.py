"""A second opinion: the history alone, read by the rules of BPMN and nothing of the core.

The auditor keeps its own books of tokens. Each of them is on its way along a flow, or about to
enter with its scope, or waits at a join, or is a live element; it never comes from nowhere and
never gets lost. Which flows an element leaves by is worked out a second time, and compared.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from procession.core.changes import (
    AnyChange,
    Arrive,
    Change,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Enter,
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
    ProcessCanceled,
    ProcessStarted,
    TurnPaused,
    TurnResumed,
    ValuesSet,
)
from procession.core.ids import ROOT
from procession.core.instance import ProcessInstance
from procession.core.model import (
    Element,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    Process,
    TerminateEndEvent,
)
from tests.invariants import require

# How many tokens stand where: the number of their scope, and a flow or an element.
Place = tuple[int, str]
Books = dict[Place, int]


JOINS = (ParallelGateway, InclusiveGateway)


class Auditor:
    """Follows one run from its first change on; raises Broken at the first rule not kept."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.alive: dict[int, tuple[str, int]] = {}
        self.failed: set[int] = set()
        self.jobs: dict[int, int | None] = {}
        self.values: dict[str, Any] = {}
        self.on_their_way: Books = {}
        self.entering: Books = {}
        self.waiting: Books = {}
        self.joined: Place | None = None
        self.leaving: list[Place] = []
        self.elements = self.all_jobs = 0
        self.ended = False

    def see(self, change: AnyChange) -> None:
        """The next change of the run."""
        if self.leaving:
            require(isinstance(change, FlowTaken), "all its flows are taken", self.leaving, change)
        if self.joined is not None:
            require(isinstance(change, ElementActivated), "a join lets its tokens through", change)
        require(not self.ended or isinstance(change, _AFTER), "an end is the end", change)
        _SEEN[type(change)](self, change)

    def rest(self, instance: ProcessInstance) -> None:
        """The turn is over: the books and the instance agree, and no token is lost."""
        require(not self.leaving, "all its flows are taken", self.leaving)
        self._tokens_are_kept(instance)
        alive = {} if self.ended else {n: each.element for n, each in instance.elements.items()}
        require({n: name for n, (name, _) in self.alive.items()} == alive, "it is alive", alive)
        require(self.values == instance.values, "the values are those that were set", self.values)

    def _tokens_are_kept(self, instance: ProcessInstance) -> None:
        arriving: Books = {}
        entering: Books = {}
        for step in instance.pending:
            if isinstance(step, Arrive):
                _put(arriving, (step.scope, self._goal(step.flow)))
            if isinstance(step, Enter):
                _put(entering, (step.scope, step.element))
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

    # -- elements ---------------------------------------------------------------------------------

    def _started(self, change: ProcessStarted) -> None:
        self.values = dict(change.values)
        self._begun(ROOT, "", -1)

    def _begun(self, number: int, element: str, scope: int) -> None:
        self.alive[number] = (element, scope)
        for start in self.process.starts.get(element, ()):
            _put(self.entering, (number, start))

    def _activated(self, change: ElementActivated) -> None:
        self.elements += 1
        require(change.id == self.elements, "numbers are given in turn", change)
        require(change.scope in self.alive, "a scope is alive", change)
        require(change.scope not in self.failed, "a failed scope begins nothing", change)
        element = self.process.elements[change.element]
        require(element.scope == self.alive[change.scope][0], "it stands in its scope", change)
        self._take_token(element, change.scope)
        self._begun(change.id, element.id, change.scope)

    def _take_token(self, element: Element, scope: int) -> None:
        """An element begins by a token of its own."""
        key = (scope, element.id)
        if self.joined is not None:
            require(self.joined == key, "a join lets its tokens through", self.joined, key)
            self.joined = None
            return
        came = _take(self.entering, key) or _take(self.on_their_way, key)
        require(came, "an element begins by a token", key, self.on_their_way)

    def _completed(self, change: ElementCompleted) -> None:
        name, scope = self._gone(change.id)
        if change.id == ROOT:
            self._nothing_in(ROOT)
            self.ended = True
            return
        element = self.process.elements[name]
        self._nothing_in(change.id)
        if isinstance(element, TerminateEndEvent):
            others = [n for n, (_, within) in self.alive.items() if within == scope]
            require(not others, "a terminate end event ends all others", others)
            require(not _of(self.waiting, scope), "it drops waiting tokens", self.waiting)
            self._forget(scope)
        self.leaving = [(scope, flow) for flow in self._ways(element)]

    def _terminated(self, change: ElementTerminated) -> None:
        self._gone(change.id)
        self._forget(change.id)

    def _canceled(self, change: ProcessCanceled) -> None:
        self._gone(ROOT)
        require(not self.alive, "a cancelled run has nothing alive", self.alive)
        require(not _of(self.waiting, ROOT), "a cancelled run drops its tokens")
        self._forget(ROOT)
        self.ended = True

    def _gone(self, number: int) -> tuple[str, int]:
        """It has ended, once, after all that it held."""
        require(number in self.alive, "an element ends once", number)
        held = [n for n, (_, scope) in self.alive.items() if scope == number]
        require(not held, "a scope ends after what it holds", number, held)
        require(number not in self.jobs.values(), "its jobs are closed before", number)
        self.failed.discard(number)
        return self.alive.pop(number)

    def _nothing_in(self, scope: int) -> None:
        left = [*_of(self.on_their_way, scope), *_of(self.waiting, scope)]
        left += _of(self.entering, scope)
        require(not left, "a scope completes when no token is left in it", left)

    def _forget(self, scope: int) -> None:
        for books in (self.on_their_way, self.waiting, self.entering):
            for key in _of(books, scope):
                del books[key]

    # -- flows ------------------------------------------------------------------------------------

    def _ways(self, element: Element) -> list[str]:
        """The flows that it must leave by (BPMN 2.0.2 §13.3.1, §13.4)."""
        if isinstance(element, ParallelGateway):
            return list(element.outgoing)
        found = [*self._open(element)]
        if not found and element.default is not None:
            return [element.default]
        require(found or not element.outgoing, "a way on is found", element.id)
        return found

    def _open(self, element: Element) -> Iterator[str]:
        for flow in element.outgoing:
            condition = self.process.flows[flow].condition
            if flow != element.default and (not condition or condition.evaluate(self.values)):
                yield flow
                if isinstance(element, ExclusiveGateway):
                    return

    def _taken(self, change: FlowTaken) -> None:
        key = (change.scope, change.flow)
        require(self.leaving[:1] == [key], "it leaves by this flow", self.leaving, change)
        self.leaving.pop(0)
        _put(self.on_their_way, (change.scope, self._goal(change.flow)))

    def _goal(self, flow: str) -> str:
        """Where a token on the flow is booked: a join tells its flows apart, others do not."""
        target = self.process.elements[self.process.flows[flow].target]
        joins = isinstance(target, JOINS) and len(target.incoming) > 1
        return flow if joins else target.id

    def _waits(self, change: FlowWaits) -> None:
        key, join = (change.scope, change.flow), self.process.elements[change.element]
        require(change.flow in join.incoming, "it waits where it leads to", change)
        require(isinstance(join, JOINS), "only a parallel or inclusive gateway waits", change)
        require(_take(self.on_their_way, key), "a token that waits was on its way", change)
        _put(self.waiting, key)

    def _joined(self, change: FlowsJoined) -> None:
        join = self.process.elements[change.element]
        wanted = join.incoming
        if isinstance(join, InclusiveGateway):
            wanted = tuple(each for each in wanted if (change.scope, each) in self.waiting)
        require(set(change.flows) == set(wanted), "a join takes one token of each flow", change)
        for flow in change.flows:
            came = _take(self.waiting, (change.scope, flow))
            require(came, "a join has a token on each flow", change)
        self.joined = (change.scope, change.element)

    def _dropped(self, change: FlowsDropped) -> None:
        dropped = _of(self.waiting, change.scope)
        require(dropped, "tokens are dropped where some wait", change)
        for key in dropped:
            del self.waiting[key]

    # -- values, jobs, incidents ------------------------------------------------------------------

    def _set(self, change: ValuesSet) -> None:
        require(change.values.keys() <= self.values.keys(), "only parameters are set", change)
        self.values.update(change.values)

    def _job_created(self, change: JobCreated | TurnPaused) -> None:
        self.all_jobs += 1
        require(change.job.id == self.all_jobs, "numbers are given in turn", change)
        owner = change.job.owner
        require(owner is None or owner in self.alive, "a job has a live owner", change)
        require(owner not in self.failed, "a failed element asks for nothing", change)
        self.jobs[change.job.id] = owner

    def _job_changed(self, change: JobRetried | JobParked) -> None:
        require(change.id in self.jobs, "the job is open", change)

    def _job_closed(self, change: JobClosed) -> None:
        require(change.id in self.jobs, "a job is closed once", change)
        del self.jobs[change.id]

    def _resumed(self, change: TurnResumed) -> None:
        require(self.jobs.pop(change.job, ROOT) is None, "a pause has a job", change)

    def _raised(self, change: IncidentRaised) -> None:
        require(change.id in self.alive and change.id not in self.failed, "it fails once", change)
        require(change.code and change.message, "an incident says why", change)
        self.failed.add(change.id)

    def _resolved(self, change: IncidentResolved) -> None:
        require(change.id in self.failed, "an incident is resolved once", change)
        self.failed.remove(change.id)


def _put(books: Books, place: Place) -> None:
    books[place] = books.get(place, 0) + 1


def _take(books: Books, place: Place) -> bool:
    """Take one token from its place, if there is one."""
    there = books.get(place, 0)
    if there > 1:
        books[place] = there - 1
    elif there:
        del books[place]
    return there > 0


def _of(books: Books, scope: int) -> list[Place]:
    return [place for place in books if place[0] == scope]


_AFTER = (JobCreated, JobRetried, JobClosed)
_SEEN: Mapping[type[Change], Callable[[Auditor, Any], None]] = {
    ProcessStarted: Auditor._started,
    ElementActivated: Auditor._activated,
    ElementCompleted: Auditor._completed,
    ElementTerminated: Auditor._terminated,
    ProcessCanceled: Auditor._canceled,
    FlowTaken: Auditor._taken,
    FlowWaits: Auditor._waits,
    FlowsJoined: Auditor._joined,
    FlowsDropped: Auditor._dropped,
    ValuesSet: Auditor._set,
    JobCreated: Auditor._job_created,
    TurnPaused: Auditor._job_created,
    JobRetried: Auditor._job_changed,
    JobParked: Auditor._job_changed,
    JobClosed: Auditor._job_closed,
    TurnResumed: Auditor._resumed,
    IncidentRaised: Auditor._raised,
    IncidentResolved: Auditor._resolved,
}
