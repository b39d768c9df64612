"""The token game: the board, and the moves that everything else is made of.

The game knows no order among things that are concurrent, for the standard gives none. It is shown
in which order the core began and ended elements (`Seen`), finds out whether each could be begun or
ended at that moment, and works out by itself all that follows from it. Two orders are ours, and the
game keeps them: an event that has occurred is seen to before anything else moves, and of several
the one that occurred last comes first.
"""

from collections import ChainMap, Counter, deque
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime
from typing import Any, NamedTuple

from procession.core.model import Activity, Element, Expression, Output, Process, Template
from procession.core.values import DataType, Kind, Value, Values, convert, untyped
from procession.errors import BadValue, ExpressionError
from tests.simulation.interpreter.board import (
    Disagreement,
    Failure,
    Occurrence,
    Token,
    Visit,
    Wait,
)

MISTAKES = (ExpressionError, BadValue)
BEGUN, COMPLETED, TERMINATED, FAILED = "begun", "completed", "terminated", "failed"
ARRIVED = "arrived"


class Seen(NamedTuple):
    """What the core did next: which element it began in which visit, which visit ended or failed.

    Of complex gateways, too, which count them: in which visit a token arrived, by the flow
    `element`. `code` of one that was begun: it was stopped at once, as it had come too far.
    """

    what: str
    number: int
    element: str = ""
    scope: int = 0
    code: str = ""


class Game:
    """One run of one process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.root = Visit(0, "", None)
        self.visits: dict[int, Visit] = {0: self.root}
        self.called = False
        self.status = "Running"
        self.now = datetime.min
        self.occurrences: deque[Occurrence] = deque()
        self.changed = False
        self.all_waits = 0
        # What goes out of the run and nobody in it waits for: messages, signals, answers.
        self.outbox: list[tuple[str, Values]] = []
        self.seen: deque[Seen] = deque()
        self.clear()

    def clear(self) -> None:
        """Forget what came of the last input."""
        self.taken: Counter[tuple[int, str]] = Counter()
        self.followed: Counter[Seen] = Counter()

    # -- visits -----------------------------------------------------------------------------------

    def element(self, visit: Visit) -> Element:
        return self.process.elements[visit.element]

    def begin(self, element: str, scope: Visit) -> Visit:
        """A visit begins; the core must have begun the same one next."""
        self.skip_followed()
        wanted = (BEGUN, element, scope.number)
        seen = self.seen.popleft() if self.seen else None
        if seen is None or (seen.what, seen.element, seen.scope) != wanted:
            raise Disagreement(f"{wanted} should be next, and the core did {seen}")
        visit = Visit(seen.number, element, scope)
        visit.stopped = bool(seen.code)
        self.visits[visit.number] = visit
        scope.inside.append(visit)
        return visit

    def skip_followed(self) -> None:
        """Pass over what has followed from earlier moves."""
        while self.seen and self.followed[self.seen[0]] > 0:
            self.followed[self.seen.popleft()] -= 1

    def complete(self, visit: Visit, flows: Iterable[str] = ()) -> None:
        """A visit ends normally, and a token leaves along each of the flows."""
        self.followed[Seen(COMPLETED, visit.number)] += 1
        self.forget(visit)
        for flow in flows:
            self.put_on(flow, visit.around)

    def put_on(self, flow: str, scope: Visit) -> None:
        self.taken[scope.number, flow] += 1
        scope.tokens.append(Token(flow, self.process.flows[flow].target))

    def terminate(self, visit: Visit) -> None:
        """A visit ends before its time, with all within it."""
        self.empty(visit)
        self.followed[Seen(TERMINATED, visit.number)] += 1
        self.occurrences = deque(each for each in self.occurrences if each.owner is not visit)
        self.forget(visit)

    def empty(self, scope: Visit, keep: Visit | None = None) -> None:
        """All within a scope ends, its tokens with it."""
        for visit in tuple(scope.inside):
            if visit is not keep:
                self.terminate(visit)
        self.drop_tokens(scope)

    def drop_tokens(self, scope: Visit) -> None:
        """No token of the scope goes on, nor does an event sub-process begin in it."""
        scope.tokens.clear()
        scope.gathered.clear()
        scope.opened.clear()
        starts = self.process.event_starts.get(scope.element, ())
        self.occurrences = deque(
            each
            for each in self.occurrences
            if each.owner is not scope or each.target not in starts
        )

    def cancel(self) -> None:
        """The run ends at once."""
        self.empty(self.root)
        self.stop_waiting(self.root)
        self.occurrences.clear()
        self.root.failure = None
        self.root.done.clear()
        self.status = "Canceled"

    def forget(self, visit: Visit) -> None:
        """A visit is no more, for whatever reason."""
        self.stop_waiting(visit)
        visit.alive = False
        visit.around.inside.remove(visit)
        del self.visits[visit.number]

    def stop_waiting(self, visit: Visit) -> None:
        visit.waits.clear()
        if visit.work is not None and visit.work.child is not None:
            self.outbox.append(("cancel-child", {"child": visit.work.child}))
        visit.work = None

    def fail(
        self, visit: Visit, code: str, leaving: bool = False, occurred: Occurrence | None = None
    ) -> None:
        """A visit is stuck until somebody retries it."""
        self.followed[Seen(FAILED, visit.number, code=code)] += 1
        visit.failure = Failure(code, leaving, occurred)

    def enter(self, scope: Visit) -> None:
        """A token stands where the scope begins (§10.5.2)."""
        for element in self.process.starts.get(scope.element, ()):
            scope.tokens.append(Token("", element))

    # -- events -----------------------------------------------------------------------------------

    def occur(self, occurrences: Iterable[Occurrence]) -> None:
        """Events have occurred, all at the same time."""
        self.occurrences.extendleft(reversed(list(occurrences)))

    def wait(self, visit: Visit, waits: Iterable[Wait]) -> None:
        """Wait for events; a condition that holds already occurs at once."""
        found = list(waits)
        for wait in found:
            self.all_waits += 1
            wait.number = self.all_waits
        visit.waits += found
        self.occur(Occurrence(visit, w.target, w.definition, {}) for w in found if w.holds)

    # -- values -----------------------------------------------------------------------------------

    def visible(self, visit: Visit, first: Values | None = None) -> MutableMapping[str, Value]:
        """What is seen at a visit: its variables and those around it (§10.4.1)."""
        layers = [first or {}]
        inner: Visit | None = visit
        while inner is not None:
            layers.append(inner.values)
            if inner.loop is not None:
                layers.append(inner.loop.counters(inner.loop.completed))
            inner = inner.scope
        return ChainMap(*layers)

    def holds(self, condition: Expression, seen: Mapping[str, Value]) -> bool:
        answer = condition.evaluate(seen)
        if not isinstance(answer, bool):
            raise ExpressionError(f"{condition.text} gives {answer}")
        return answer

    def assign(self, visit: Visit, values: Mapping[str, Value]) -> None:
        """Set variables where the visit sees them; all of them or none."""
        typed = []
        for name, value in values.items():
            owner = self._owner(visit, name)
            typed.append((owner, name, convert(name, self._kind(owner, name), value)))
        for owner, name, value in typed:
            owner.values[name] = value
            self.changed = True

    def _owner(self, visit: Visit, name: str) -> Visit:
        inner: Visit | None = visit
        while inner is not None:
            if name in inner.values:
                return inner
            inner = inner.scope
        raise BadValue(f"there is no variable {name}")

    def _kind(self, owner: Visit, name: str) -> Kind:
        if owner is self.root:
            return self.process.parameters[name].kind
        element = self.element(owner)
        variables = element.variables if isinstance(element, Activity) else {}
        return variables[name].kind if name in variables else Kind(DataType.ANY)

    def take_results(self, visit: Visit, outputs: Iterable[Output], answer: Values) -> None:
        self.assign(visit, {each.target: answer.get(each.source) for each in outputs})

    def fill(self, template: Template, visit: Visit) -> Any:
        """A template with its expressions worked out."""
        seen = self.visible(visit)

        def filled(part: Template) -> Any:
            if isinstance(part, Expression):
                return untyped(part.text, part.evaluate(seen))
            if isinstance(part, Mapping):
                return {name: filled(each) for name, each in part.items()}
            return [filled(each) for each in part] if isinstance(part, tuple) else part

        return filled(template)
