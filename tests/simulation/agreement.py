"""The core and the second interpreter, held against each other after every command.

The interpreter is asked the same as the core. It is shown in which order the core began and ended
elements, as the standard leaves the order of what is concurrent open; everything else it works out
by itself, and all that can be seen of a run must then be the same in both.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from procession.core.changes import (
    AnyChange,
    Arrive,
    Compensable,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Enter,
    FlowTaken,
    FlowWaits,
    IncidentRaised,
    Job,
    JobClosed,
    JobCreated,
    Occur,
    Subscribed,
    Subscription,
    TurnPaused,
    Unsubscribed,
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
from procession.core.instance import ProcessInstance
from procession.core.model import ComplexGateway, Process
from procession.core.scope_changes import CompensationBegun, ElementReadied
from procession.core.turn import CONTINUE_JOB, TIMER_JOB
from tests.simulation.interpreter.board import Disagreement, Done, Visit
from tests.simulation.interpreter.game import ARRIVED, BEGUN, COMPLETED, FAILED, TERMINATED, Seen
from tests.simulation.interpreter.gateways import joins
from tests.simulation.interpreter.interpreter import Interpreter

NEVER_RESTS = "NeverRests"


class Agreement:
    """One run, in both."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.game = Interpreter(process)
        # What the numbers of open jobs and subscriptions stand for.
        self.jobs: dict[int, Job] = {}
        self.subscriptions: dict[int, Subscription] = {}

    def see(
        self,
        command: Command,
        changes: Sequence[AnyChange],
        instance: ProcessInstance,
        now: datetime,
    ) -> None:
        """Both have done the command. Raises Disagreement."""
        self.game.expect(_seen(self.process, changes), now)
        _INPUTS[type(command)](self, command)
        paused = instance.pause_job is not None
        unseen = sum(isinstance(step, Occur) for step in instance.pending)
        self.game.follow(unseen if paused else None)
        self._note(changes)
        taken = Counter((each.scope, each.flow) for each in changes if isinstance(each, FlowTaken))
        self._same("flows taken", taken, self.game.taken)
        for what, of_core, of_game in _COMPARED:
            self._same(what, of_core(self, instance), of_game(self))

    def _same(self, what: str, core: object, game: object) -> None:
        if core != game:
            raise Disagreement(f"{what}: in the core {core}; by the standard {game}")

    def _note(self, changes: Sequence[AnyChange]) -> None:
        for change in changes:
            if isinstance(change, JobCreated | TurnPaused):
                self.jobs[change.job.id] = change.job
            elif isinstance(change, Subscribed):
                self.subscriptions[change.subscription.id] = change.subscription
            elif isinstance(change, JobClosed):
                del self.jobs[change.id]
            elif isinstance(change, Unsubscribed):
                del self.subscriptions[change.id]

    # -- inputs -----------------------------------------------------------------------------------

    def _start(self, command: StartProcess) -> None:
        self.game.started(command.values, command.parent is not None)
        if command.element:
            self.game.began_by(command.element, command.definition, command.payload)
        else:
            self.game.began_plainly()

    def _complete(self, command: CompleteJob) -> None:
        job = self.jobs.get(command.job)
        if job is None or job.kind == CONTINUE_JOB:
            return
        if job.owner is None:
            self.game.closed(job.kind, _values_sent(job))
        elif job.kind == TIMER_JOB:
            self.game.caught(job.owner, job.target, job.definition, command.values)
        else:
            self.game.answered(job.owner, command.values)

    def _owner(self, number: int) -> int:
        """Who waits for a job; -1: nobody."""
        job = self.jobs.get(number)
        return -1 if job is None or job.owner is None else job.owner

    def _fail(self, command: FailJob) -> None:
        self.game.failed(self._owner(command.job), command.code, command.retryable)

    def _throw_error(self, command: ThrowError) -> None:
        self.game.threw(self._owner(command.job), command.code, command.payload)

    def _throw_escalation(self, command: ThrowEscalation) -> None:
        self.game.escalated(self._owner(command.job), command.code, command.payload)

    def _trigger(self, command: TriggerSubscription) -> None:
        found = self.subscriptions.get(command.subscription)
        if found is not None:
            self.game.caught(found.owner, found.target, found.definition, command.values)

    def _hand_over(self, command: HandOverJob) -> None:
        self.game.handed_over(self._owner(command.job), command.child)

    # -- what is compared: the game's side --------------------------------------------------------

    def _visits(self) -> Iterable[Visit]:
        return self.game.visits.values()

    def _game_alive(self) -> dict[int, tuple[object, ...]]:
        return {
            each.number: (each.element, each.scope.number if each.scope else 0, each.values)
            for each in self._visits()
        }

    def _game_failed(self) -> dict[int, str]:
        return {each.number: each.failure.code for each in self._visits() if each.failure}

    def _game_tokens(self) -> Counter[tuple[int, str]]:
        found = Counter(
            (visit.number, self._place(token.flow, token.element))
            for visit in self._visits()
            for token in visit.tokens
        )
        for visit in self._visits():
            for flows in visit.gathered.values():
                found.update((visit.number, flow) for flow in flows)
            found.update((visit.number, element) for element in visit.queued)
        return found

    def _place(self, flow: str, element: str) -> str:
        """Only a join tells the flows apart on which tokens come."""
        return flow if flow and joins(self.process.elements[element]) else element

    def _game_waits(self) -> Counter[tuple[object, ...]]:
        return Counter(
            (owner.number, w.kind, w.name, w.key, w.target, w.definition, w.holds, w.due)
            for owner in self._visits()
            for w in owner.waits
        )

    def _game_caught(self) -> dict[int, dict[str, list[int]]]:
        return {each.number: each.caught for each in self._visits() if each.caught}

    def _game_work(self) -> dict[int, tuple[object, ...]]:
        return {
            each.number: (w.kind, w.values, w.attempts, w.given_up, w.child)
            for each in self._visits()
            if (w := each.work) is not None
        }

    def _game_sent(self) -> Counter[str]:
        return Counter(f"{kind} {values}" for kind, values in self.game.outbox)

    def _game_rounds(self) -> dict[int, tuple[object, ...]]:
        return {
            each.number: (loop.planned, loop.started, loop.completed, loop.given)
            for each in self._visits()
            if (loop := each.loop) is not None
        }

    def _game_done(self) -> dict[int, object]:
        return {
            each.number: ([_of_done(d) for d in each.done], [_of_done(d) for d in each.undoing])
            for each in self._visits()
            if each.done or each.undoing
        }

    def _game_status(self) -> str:
        stuck = self.game.status == "Running" and self._game_failed()
        return "Error" if stuck else self.game.status

    # -- the core's side --------------------------------------------------------------------------

    def _alive(self, instance: ProcessInstance) -> dict[int, tuple[object, ...]]:
        return {n: (each.element, each.scope, each.values) for n, each in instance.elements.items()}

    def _failed(self, instance: ProcessInstance) -> dict[int, str]:
        return {number: incident.code for number, incident in instance.incidents.items()}

    def _tokens(self, instance: ProcessInstance) -> Counter[tuple[int, str]]:
        found: Counter[tuple[int, str]] = Counter(
            {
                (number, flow): count
                for number, each in instance.elements.items()
                for flows in each.arrived.values()
                for flow, count in flows.items()
            }
        )
        # What an ad-hoc sub-process is still to begin by itself is as good as a token.
        found.update((n, each) for n, me in instance.elements.items() for each in me.queued)
        for step in instance.pending:
            if isinstance(step, Arrive):
                target = self.process.flows[step.flow].target
                found[step.scope, self._place(step.flow, target)] += 1
            elif isinstance(step, Enter):
                found[step.scope, step.element] += 1
        return found

    def _waits(self, instance: ProcessInstance) -> Counter[tuple[object, ...]]:
        both = [*instance.subscriptions.values(), *instance.conditions.values()]
        found: Counter[tuple[object, ...]] = Counter(
            (s.owner, _KINDS[s.kind], s.name, s.key, s.target, s.definition, s.holds, None)
            for s in both
        )
        for job in instance.jobs.values():
            if job.kind == TIMER_JOB:
                place = job.target, job.definition
                found[job.owner, "timer", "", None, *place, False, job.due_at] += 1
        return found

    def _caught(self, instance: ProcessInstance) -> dict[int, dict[str, list[int]]]:
        return {number: each.caught for number, each in instance.elements.items() if each.caught}

    def _work(self, instance: ProcessInstance) -> dict[int, tuple[object, ...]]:
        return {
            job.owner: (
                *(job.kind, job.values, job.attempts_left),
                *(job.due_at is None and job.child is None, job.child),
            )
            for job in instance.jobs.values()
            if job.owner is not None and job.kind != TIMER_JOB
        }

    def _sent(self, instance: ProcessInstance) -> Counter[str]:
        return Counter(
            f"{job.kind} {_values_sent(job)}"
            for job in instance.jobs.values()
            if job.owner is None and job.kind != CONTINUE_JOB
        )

    def _rounds(self, instance: ProcessInstance) -> dict[int, tuple[object, ...]]:
        return {
            number: (loop.planned, loop.started, loop.completed, loop.outputs)
            for number, each in instance.elements.items()
            if (loop := each.loop) is not None
        }

    def _done(self, instance: ProcessInstance) -> dict[int, object]:
        return {
            number: (
                [_of_compensable(each) for each in me.compensable],
                [_of_compensable(each) for each in me.compensating],
            )
            for number, me in instance.elements.items()
            if me.compensable or me.compensating
        }

    def _status(self, instance: ProcessInstance) -> str:
        return str(instance.status)


def _seen(process: Process, changes: Sequence[AnyChange]) -> Iterator[Seen]:
    """What was begun and ended, in its order."""
    for number, change in enumerate(changes):
        if isinstance(change, ElementActivated | CompensationBegun | ElementReadied):
            following = changes[number + 1 : number + 2]
            stopped = any(
                isinstance(f, IncidentRaised) and f.code == NEVER_RESTS for f in following
            )
            code = NEVER_RESTS if stopped else ""
            yield Seen(BEGUN, change.id, change.element, change.scope, code)
        elif isinstance(change, FlowWaits):
            if isinstance(process.elements[change.element], ComplexGateway):
                yield Seen(ARRIVED, change.scope, change.flow)
        elif isinstance(change, ElementCompleted):
            yield Seen(COMPLETED, change.id)
        elif isinstance(change, ElementTerminated):
            yield Seen(TERMINATED, change.id)
        elif isinstance(change, IncidentRaised):
            yield Seen(FAILED, change.id, code=change.code)


def _values_sent(job: Job) -> dict[str, object]:
    """What a job without an owner carries; the words of an error's message are the core's own."""
    own = {"message"} if job.kind == "return-error" else set()
    return {name: value for name, value in job.values.items() if name not in own}


def _of_done(done: Done) -> tuple[object, ...]:
    within = [_of_done(each) for each in done.within]
    return done.element, done.values, within, done.finished


def _of_compensable(kept: Compensable) -> tuple[object, ...]:
    within = [_of_compensable(each) for each in kept.within]
    return kept.element, kept.values, within, kept.completed


_KINDS = {"message": "message", "signal": "signal", "conditional": "condition"}
_COMPARED: Sequence[
    tuple[str, Callable[[Agreement, ProcessInstance], object], Callable[[Agreement], object]]
] = (
    ("status", Agreement._status, Agreement._game_status),
    ("alive, with its values", Agreement._alive, Agreement._game_alive),
    ("stuck", Agreement._failed, Agreement._game_failed),
    ("tokens", Agreement._tokens, Agreement._game_tokens),
    ("waits", Agreement._waits, Agreement._game_waits),
    ("caught so far", Agreement._caught, Agreement._game_caught),
    ("work outside", Agreement._work, Agreement._game_work),
    ("sent", Agreement._sent, Agreement._game_sent),
    ("rounds", Agreement._rounds, Agreement._game_rounds),
    ("to be undone", Agreement._done, Agreement._game_done),
)
_INPUTS: Mapping[type[Any], Callable[[Agreement, Any], None]] = {
    StartProcess: Agreement._start,
    CompleteJob: Agreement._complete,
    FailJob: Agreement._fail,
    ThrowError: Agreement._throw_error,
    ThrowEscalation: Agreement._throw_escalation,
    TriggerSubscription: Agreement._trigger,
    HandOverJob: Agreement._hand_over,
    ExecuteElement: lambda me, command: me.game.executed(command.element, command.values),
    ResolveIncident: lambda me, command: me.game.retried(command.element),
    CancelProcess: lambda me, command: me.game.canceled(),
}
