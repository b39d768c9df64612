"""What the core did is done on the board, if it can be, and nothing may be left to do."""

from collections.abc import Iterable, Iterator

from procession.core.model import (
    AdHocSubProcess,
    ComplexGateway,
)
from procession.core.values import Direction
from tests.simulation.interpreter.ad_hoc import READY, end_if_complete
from tests.simulation.interpreter.board import Disagreement, Token, Visit
from tests.simulation.interpreter.elements import work
from tests.simulation.interpreter.game import (
    ARRIVED,
    BEGUN,
    Game,
    Seen,
)
from tests.simulation.interpreter.gateways import flows_through, joins, may_begin
from tests.simulation.interpreter.leaving import leave
from tests.simulation.interpreter.occurring import see_to
from tests.simulation.interpreter.undoing import (
    COMPENSATING,
    TERMINATING,
    end_canceled,
    undo_next,
)
from tests.simulation.interpreter.waiting import (
    look_at_conditions,
)


class Follower(Game):
    """A game that makes the moves that it is shown."""

    def follow(self, unseen: int | None) -> None:
        """Make the moves that the core made. `unseen` None: it rests; else it has paused, with so
        many events that it has not seen to."""
        self.skip_followed()
        while True:
            look_at_conditions(self)
            if self.occurrences and (self.seen or len(self.occurrences) > (unseen or 0)):
                see_to(self, self.occurrences.popleft())
            elif self.seen:
                self._move(self.seen[0])
            else:
                break
            self.skip_followed()
        left = [each for each, count in self.followed.items() if count]
        if left:
            raise Disagreement(f"there should have been {left}")
        if unseen is None and (moves := list(self.moves())):
            raise Disagreement(f"the core rests where something can go on: {moves}")

    def _move(self, seen: Seen) -> None:
        if seen.what == BEGUN:
            self._begin_next(self._visit(seen.scope), seen.element)
            return
        if seen.what == ARRIVED:
            self._arrive(self.seen.popleft())
            return
        visit = self._visit(seen.number)
        if visit.phase == READY:
            visit = visit.around
        if self._rests(visit) and not visit.undoing:
            self._end(visit)
        else:
            raise Disagreement(f"{visit.element} has something to do, so the core cannot do {seen}")

    def _arrive(self, seen: Seen) -> None:
        """A token has come to a complex gateway, which counts it."""
        scope, gateway = self._visit(seen.number), self.process.flows[seen.element].target
        token = Token(seen.element, gateway)
        if token not in scope.tokens:
            raise Disagreement(f"no token is on {seen.element} in {scope.number}")
        scope.take(token)
        scope.gathered.setdefault(gateway, []).append(seen.element)
        element = self.process.elements[gateway]
        assert isinstance(element, ComplexGateway), element
        if gateway not in scope.opened and may_begin(self, scope, element):
            self._begin(gateway, scope)

    def _visit(self, number: int) -> Visit:
        visit = self.visits.get(number)
        if visit is None:
            raise Disagreement(f"{number} is not alive, and the core did {self.seen[0]}")
        return visit

    def _begin_next(self, scope: Visit, element: str) -> None:
        """Something begins: a token gets there, or it is undone."""
        if scope.undoing and self._rests(scope) and scope.undoing[-1].element == element:
            undo_next(self, scope)
            return
        if scope.queued[:1] == [element] and self._rests(scope):
            scope.tokens.append(Token("", scope.queued.pop(0)))
        if element in scope.gathered or element in scope.opened:
            self._begin_complex(scope, element)
            return
        tokens = self._through(scope, element)
        if not tokens:
            raise Disagreement(f"no token can begin {element} in {scope.number}: {scope.tokens}")
        for token in tokens:
            scope.take(token)
        self._begin(element, scope)

    def _begin_complex(self, scope: Visit, element: str) -> None:
        gateway = self.process.elements[element]
        assert isinstance(gateway, ComplexGateway), gateway
        if not may_begin(self, scope, gateway):
            raise Disagreement(f"{element} cannot open with {scope.gathered}")
        self._begin(element, scope)

    def _begin(self, element: str, scope: Visit) -> None:
        visit = self.begin(element, scope)
        if visit.stopped:
            self.fail(visit, "NeverRests")
        else:
            work(self, visit)

    def _through(self, scope: Visit, element: str) -> list[Token]:
        """The tokens with which an element can begin now."""
        node = self.process.elements[element]
        coming = [token for token in scope.tokens if token.element == element]
        plain = [token for token in coming if not token.flow or not joins(node)]
        if plain or not coming:
            return plain[:1]
        if isinstance(node, ComplexGateway):
            return []
        return [Token(flow, element) for flow in flows_through(self, scope, node)]

    def _rests(self, visit: Visit) -> bool:
        """Whether nothing can happen within it any more."""
        moving = any(True for _ in self._moving(visit))
        return not visit.running and not moving and visit.failure is None and self.is_scope(visit)

    def _moving(self, visit: Visit) -> Iterator[tuple[str, bool]]:
        """What can begin or arrive within it, and whether it must.

        A complex gateway is looked at when a token comes, and when nothing else goes on.
        """
        elements = self.process.elements
        for token in set(visit.tokens):
            arrives = token.flow and isinstance(elements[token.element], ComplexGateway)
            if arrives or self._through(visit, token.element):
                yield f"{token} in {visit.number}", True
        for each in visit.gathered.keys() | visit.opened.keys():
            gateway = elements[each]
            assert isinstance(gateway, ComplexGateway), gateway
            if may_begin(self, visit, gateway):
                stuck = any(inner.element == each for inner in visit.inside)
                yield f"{each} opens in {visit.number}", each in visit.opened and not stuck

    def is_scope(self, visit: Visit) -> bool:
        """Whether it ends when nothing is left within it, or is to be undone."""
        if visit is self.root or visit.phase == READY:
            return visit.phase != READY and self.status == "Running"
        if visit.phase in (COMPENSATING, TERMINATING) or visit.loop is not None:
            return True
        return visit.element in self.process.starts or visit.undoes

    def _end(self, visit: Visit) -> None:
        """Nothing is left in a scope: it ends, or it is stuck where a join waits in vain."""
        element = self.process.elements.get(visit.element)
        if isinstance(element, AdHocSubProcess) and visit.ready:
            end_if_complete(self, element, visit)
        elif visit.tokens or visit.gathered:
            self.fail(visit, "JoinStarved")
        elif visit is self.root:
            self.stop_waiting(visit)
            self.followed[Seen("completed", 0)] += 1
            self.status = "Completed"
            visit.done.clear()
            self.answer_caller()
        elif visit.phase == TERMINATING:
            end_canceled(self, visit)
        elif visit.phase == COMPENSATING:
            self.complete(visit)
        else:
            leave(self, visit)

    def _waits_for_somebody(self, visit: Visit) -> bool:
        """An ad-hoc sub-process goes on while something may be begun, and that was not enough."""
        element = self.process.elements.get(visit.element)
        if not isinstance(element, AdHocSubProcess) or not visit.ready or visit.queued:
            return False
        stuck = visit.tokens or visit.gathered
        return not visit.worked or element.completion_condition is not None or bool(stuck)

    def moves(self) -> Iterable[str]:
        """What could happen now."""
        for visit in self.visits.values():
            yield from (move for move, must in self._moving(visit) if must)
            if self._rests(visit) and not self._waits_for_somebody(visit):
                yield f"{visit.element or 'the process'} ends"
        yield from map(str, self.occurrences)

    def answer_caller(self) -> None:
        if not self.called:
            return
        results = {
            code: self.root.values[code]
            for code, parameter in self.process.parameters.items()
            if parameter.direction in (Direction.OUT, Direction.BOTH)
        }
        self.outbox.append(("return", results))
