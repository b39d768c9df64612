"""The books of tokens that an auditor keeps: on flows, at joins, and where elements are left."""

from typing import Any

from procession.core.changes import FlowsDropped, FlowsJoined, FlowTaken, FlowWaits
from procession.core.model import (
    Activity,
    ComplexGateway,
    Element,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    Process,
    SubProcess,
    ThrowEvent,
)
from procession.core.scope_changes import GatewayOpened, GatewayReset
from tests.invariants import require
from tests.simulation.ledger import Ledger

# How many tokens stand where: the number of their scope, and a flow or an element.
Place = tuple[int, str]
Books = dict[Place, int]

JOINS = (ParallelGateway, InclusiveGateway, ComplexGateway)


class TokenBooks(Ledger):
    """Where each token is."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self.process = process
        self.on_their_way: Books = {}
        self.entering: Books = {}
        self.waiting: Books = {}
        self.joined: Place | None = None
        # What is being left, and the flows that were taken so far.
        self.leaving: tuple[Element, int, list[str]] | None = None

    def _taken(self, change: FlowTaken) -> None:
        key = (change.scope, self._goal(change.flow))
        source = self.process.elements[self.process.flows[change.flow].source]
        if isinstance(source, EventBasedGateway):
            self._has_left()
        if self.leaving is None:
            require(isinstance(source, EventBasedGateway), "an element is left first", change)
        else:
            element, scope, taken = self.leaving
            require((element, scope) == (source, change.scope), "it leaves by its flows", change)
            require(change.flow not in taken, "it leaves by each of them once", change)
            taken.append(change.flow)
        put(self.on_their_way, key)

    def _has_left(self) -> None:
        """All flows were taken by which it could not but leave (BPMN 2.0.2 §13.3.1, §13.4)."""
        if self.leaving is None:
            return
        element, scope, taken = self.leaving
        self.leaving = None
        if isinstance(element, ParallelGateway):
            require(len(taken) == len(element.outgoing), "a token leaves by each flow", taken)
        elif isinstance(element, ExclusiveGateway):
            require(len(taken) == bool(element.outgoing), "a token leaves by one flow", taken)
        elif not isinstance(element, EventBasedGateway | ComplexGateway):
            ends_within = self.alive[scope][0] == element.id or self._undoes(scope)
            require(taken or not element.outgoing or ends_within, "a way on is found", element.id)

    def _undoes(self, scope: int) -> bool:
        """Whether what ends there is an activity that was undone."""
        element = self.process.elements.get(self.alive[scope][0])
        return isinstance(element, ThrowEvent) or (
            isinstance(element, Activity) and not isinstance(element, SubProcess)
        )

    def _goal(self, flow: str) -> str:
        """Where a token on the flow is booked: a join tells its flows apart, others do not."""
        target = self.process.elements[self.process.flows[flow].target]
        joins = isinstance(target, JOINS) and len(target.incoming) > 1
        return flow if joins or isinstance(target, ComplexGateway) else target.id

    def _waits(self, change: FlowWaits) -> None:
        key, join = (change.scope, change.flow), self.process.elements[change.element]
        require(change.flow in join.incoming, "it waits where it leads to", change)
        require(isinstance(join, JOINS), "only a join waits", change)
        require(take(self.on_their_way, key), "a token that waits was on its way", change)
        put(self.waiting, key)

    def _joined(self, change: FlowsJoined) -> None:
        join = self.process.elements[change.element]
        wanted = join.incoming
        if isinstance(join, InclusiveGateway):
            wanted = tuple(each for each in wanted if (change.scope, each) in self.waiting)
        require(set(change.flows) == set(wanted), "a join takes one token of each flow", change)
        self._passed(change)
        self.joined = (change.scope, change.element)

    def _passed(self, change: FlowsJoined | GatewayOpened | GatewayReset) -> None:
        for flow in change.flows:
            came = take(self.waiting, (change.scope, flow))
            require(came, "a join has a token on each flow", change)

    def _dropped(self, change: FlowsDropped) -> None:
        for key in of(self.waiting, change.scope):
            del self.waiting[key]


def has(event: Element, kind: type[Any]) -> bool:
    """Whether it catches or throws such a thing."""
    return any(isinstance(each, kind) for each in getattr(event, "definitions", ()))


def put(books: Books, place: Place) -> None:
    books[place] = books.get(place, 0) + 1


def take(books: Books, place: Place) -> bool:
    """Take one token from its place, if there is one."""
    there = books.get(place, 0)
    if there > 1:
        books[place] = there - 1
    elif there:
        del books[place]
    return there > 0


def of(books: Books, scope: int) -> list[Place]:
    return [place for place in books if place[0] == scope]
