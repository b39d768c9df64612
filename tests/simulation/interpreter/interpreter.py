"""The interpreter: what is asked of a run, and what must follow from it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from procession.core.model import (
    Element,
    EventBasedGateway,
    ServiceTask,
    StartEvent,
)
from procession.core.values import Values, convert
from tests.simulation.interpreter.ad_hoc import READY, begin_ready
from tests.simulation.interpreter.board import Disagreement, Occurrence, Visit, Wait
from tests.simulation.interpreter.elements import work
from tests.simulation.interpreter.following import Follower
from tests.simulation.interpreter.game import (
    MISTAKES,
    Seen,
)
from tests.simulation.interpreter.leaving import leave
from tests.simulation.interpreter.occurring import retry_occurred, see_to
from tests.simulation.interpreter.throwing import escalate, throw_error
from tests.simulation.interpreter.waiting import (
    stays,
    waits_for,
    waits_of,
)


class Interpreter(Follower):
    """Tell it what the core was asked (an input), then what the core did (`follow`)."""

    # -- inputs -----------------------------------------------------------------------------------

    def expect(self, seen: Iterable[Seen], now: datetime) -> None:
        """What the core did, upon the input that comes next."""
        self.clear()
        self.now = now
        self.seen.extend(seen)

    def started(self, given: Values, called: bool) -> None:
        """The process begins: parameters as given or by default."""
        self.called = called
        values = self.root.values
        for code, parameter in self.process.parameters.items():
            values[code] = given.get(code)
            if code not in given and parameter.default is not None:
                values[code] = convert(code, parameter.kind, parameter.default.evaluate(values))
        self.wait(self.root, waits_of(self, self.root, self.process.event_starts.get("", ())))

    def began_plainly(self) -> None:
        self.enter(self.root)

    def began_by(self, element: str, definition: int, carried: Values) -> None:
        """An event has started it (clause 13.2)."""
        event = self.process.elements[element]
        gateway = self._gateway_before(event)
        if gateway is not None:
            visit = self.begin(gateway.id, self.root)
            see_to(self, Occurrence(visit, element, definition, carried))
            targets = [self.process.flows[each].target for each in gateway.outgoing]
            others = [each for each in targets if each != element]
            if visit.alive:
                self.wait(visit, waits_of(self, visit, others))
            return
        visit = self.begin(element, self.root)
        see_to(self, Occurrence(visit, "", definition, carried))
        if visit.alive and visit.caught:
            waits = waits_for(self, visit, event)
            self.wait(visit, [wait for wait in waits if wait.definition != definition])

    def _gateway_before(self, event: Element) -> EventBasedGateway | None:
        if isinstance(event, StartEvent):
            return None
        for flow in event.incoming:
            source = self.process.elements[self.process.flows[flow].source]
            if isinstance(source, EventBasedGateway):
                return source
        return None

    def executed(self, number: int, values: Values) -> None:
        """Somebody says that an element is done; one that failed is tried again."""
        visit = self.visits[number]
        if visit.failure is not None:
            self.retried(number)
            return
        if visit.phase == READY:
            work(self, begin_ready(self, visit, values))
            return
        if isinstance(self.element(visit), ServiceTask):
            return  # A try that was put off is made now.
        self.assign(visit, values)
        # It has what it waited for.
        visit.waits = [wait for wait in visit.waits if wait.target]
        leave(self, visit)

    def answered(self, number: int, values: Values) -> None:
        """Work outside is done. What cannot take the answer is stuck, and the work stays."""
        visit = self._working(number)
        if visit is None:
            return
        outputs = getattr(self.element(visit), "outputs", ())
        try:
            self.take_results(visit, outputs, values)
        except MISTAKES as error:
            assert visit.work is not None, visit
            self._give_up(visit, error.code)
            return
        visit.work = None
        leave(self, visit)

    def _working(self, number: int) -> Visit | None:
        visit = self.visits.get(number)
        return visit if visit is not None and visit.failure is None else None

    def _give_up(self, visit: Visit, code: str) -> None:
        assert visit.work is not None, visit
        visit.work.given_up, visit.work.child = True, None
        self.fail(visit, code)

    def failed(self, number: int, code: str, retryable: bool) -> None:
        visit = self._working(number)
        if visit is None or visit.work is None:
            return
        if retryable and visit.work.attempts > 1:
            visit.work.attempts -= 1
            visit.work.child = None
            return
        self._give_up(visit, code)

    def threw(self, number: int, code: str, carried: Values) -> None:
        """Work outside has thrown an error."""
        visit = self._working(number)
        if visit is not None and not throw_error(self, visit, code, carried):
            self._give_up(visit, "UncaughtError")

    def escalated(self, number: int, code: str, carried: Values) -> None:
        visit = self._working(number)
        if visit is not None:
            escalate(self, visit, code, carried)

    def handed_over(self, number: int, child: UUID) -> None:
        visit = self._working(number)
        if visit is not None and visit.work is not None:
            visit.work.child = child

    def closed(self, kind: str, values: Values) -> None:
        """What went out of the run has been seen to."""
        if (kind, values) not in self.outbox:
            raise Disagreement(f"{kind} {values} was not sent; there is {self.outbox}")
        self.outbox.remove((kind, values))

    def caught(self, number: int, target: str, definition: int, carried: Values) -> None:
        """A message, a signal or a moment has come for a visit that waits for it."""
        visit = self.visits[number]
        wait = self._wait(visit, target, definition)
        if wait is None:
            raise Disagreement(f"{visit.element} does not wait for {target} {definition}")
        if wait.kind == "timer":
            self._time_has_come(visit, wait)
        see_to(self, Occurrence(visit, target, definition, carried))

    def _wait(self, visit: Visit, target: str, definition: int) -> Wait | None:
        for wait in visit.waits:
            if (wait.target, wait.definition) == (target, definition):
                return wait
        return None

    def _time_has_come(self, visit: Visit, wait: Wait) -> None:
        assert wait.due is not None, wait
        if wait.due > self.now:
            raise Disagreement(f"{wait} is not due at {self.now}")
        visit.waits.remove(wait)
        event = self.process.elements[wait.target or visit.element]
        if wait.further and wait.target and stays(event):
            wait.due += timedelta(seconds=wait.pause)
            wait.further -= 1
            visit.waits.append(wait)

    def retried(self, number: int) -> None:
        """A stuck visit goes on where it got stuck."""
        visit = self.visits[number]
        failure = visit.failure
        if failure is None:
            raise Disagreement(f"{visit.element} has not failed")
        visit.failure = None
        if failure.occurred is not None:
            retry_occurred(self, visit, failure.occurred)
        elif visit is self.root or visit.inside or visit.tokens or visit.gathered:
            return
        elif failure.leaving:
            leave(self, visit)
        elif visit.work is not None:
            element = self.element(visit)
            again = element.retries.attempts if isinstance(element, ServiceTask) else 1
            visit.work.given_up, visit.work.attempts, visit.work.child = False, again, None
        else:
            work(self, visit)

    def canceled(self) -> None:
        self.cancel()
        self.answer_caller()
