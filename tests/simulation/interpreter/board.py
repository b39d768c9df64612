"""What lies on the board: tokens, visits to elements, and what these wait for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from procession.core.values import Value, Values


class Disagreement(AssertionError):
    """The core has done something else than the standard says, or than this interpreter read."""


class Token(NamedTuple):
    """A token on a flow, or (`flow` "") at an element that begins without one."""

    flow: str
    element: str


@dataclass(slots=True)
class Wait:
    """A wait for an event: `target` is the event, "" for the one that waits itself.

    `holds`: the condition was true when it was last looked at. `due`, `pause`, `further`: a timer's
    moment, and how many more there will be, so far apart.
    """

    kind: str
    name: str
    target: str
    definition: int
    key: str | None = None
    stays: bool = False
    holds: bool = False
    due: datetime | None = None
    pause: float = 0.0
    further: int = 0
    number: int = 0


@dataclass(slots=True)
class Work:
    """What is done outside: "asked", "given up", or in the hands of a `child`."""

    kind: str
    values: Values
    attempts: int
    given_up: bool = False
    child: UUID | None = None


class Occurrence(NamedTuple):
    """An event has occurred, and has not been seen to."""

    owner: "Visit"
    target: str
    definition: int
    carried: Values


@dataclass(slots=True)
class Failure:
    """Why a visit is stuck. `leaving`: only its way on is missing; `occurred`: what it caught."""

    code: str
    leaving: bool = False
    occurred: Occurrence | None = None


@dataclass(slots=True)
class Rounds:
    """How far an activity is that is done several times. `planned` None: nobody knows yet."""

    planned: int | None
    parallel: bool
    items: list[Value]
    started: int = 0
    completed: int = 0
    given: dict[int, Value] = field(default_factory=dict)

    def counters(self, completed: int) -> Values:
        """The attributes of table 10.31, with so many instances completed."""
        there = self.planned if self.parallel else self.started
        running = (there or 0) - completed
        return {
            "numberOfInstances": there,
            "numberOfActiveInstances": running,
            "numberOfCompletedInstances": completed,
            "numberOfTerminatedInstances": 0,
            "nrOfInstances": self.planned,
            "nrOfActiveInstances": running,
            "nrOfCompletedInstances": completed,
        }


@dataclass(slots=True)
class Done:
    """A completed activity that can be undone, as it was then.

    `finished` False: a scope that was ended by a cancellation; only what is within is undone.
    """

    element: str
    values: Values
    within: list["Done"]
    finished: bool = True


@dataclass(eq=False, slots=True)
class Visit:
    """One visit to an element; the process as a whole is the one to the element ""."""

    number: int
    element: str
    scope: "Visit | None"
    alive: bool = True
    values: Values = field(default_factory=dict)
    inside: list["Visit"] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    caught: dict[str, list[int]] = field(default_factory=dict)
    work: Work | None = None
    failure: Failure | None = None
    loop: Rounds | None = None
    round: int = 0
    done: list[Done] = field(default_factory=list)
    undoing: list[Done] = field(default_factory=list)
    undoes: bool = False
    phase: str = "active"
    stopped: bool = False
    # Of complex gateways: the tokens that wait there, by flow, and the flows that let one through.
    gathered: dict[str, list[str]] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=dict)
    # Of an ad-hoc sub-process: what is to begin by itself, and whether anything was done.
    queued: list[str] = field(default_factory=list)
    worked: bool = False

    @property
    def around(self) -> "Visit":
        """The visit in which this one stands."""
        assert self.scope is not None, "nothing is around the process"
        return self.scope

    @property
    def running(self) -> list["Visit"]:
        """What stands in it and has begun."""
        return [visit for visit in self.inside if visit.phase != "ready"]

    @property
    def ready(self) -> list["Visit"]:
        """What may be begun in an ad-hoc sub-process."""
        return [visit for visit in self.inside if visit.phase == "ready"]

    @property
    def is_round(self) -> bool:
        """Whether it is one of the times that an activity is done."""
        return self.scope is not None and bool(self.element) and self.scope.loop is not None

    def everything_within(self) -> Iterator["Visit"]:
        """All visits within this one, outer ones first."""
        waiting = list(self.inside)
        while waiting:
            visit = waiting.pop(0)
            yield visit
            waiting += visit.inside

    def take(self, token: Token) -> None:
        self.tokens.remove(token)
