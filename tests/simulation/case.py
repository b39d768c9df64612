"""One random case: random processes, random commands, crashes, and everything checked each time.

A crash loses what is in memory: before the commit the decision is lost with it and the command is
asked again; after the commit only its answer is lost, so it is asked a second time too. Outside
work may be done twice and answered late. In the end every run is brought to its end.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from random import Random

from procession.core.changes import AnyChange, Job
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    ResolveIncident,
    ThrowError,
    TriggerSubscription,
)
from procession.core.decide import Decision
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, ProcessInstance
from procession.core.model import IntermediateCatchEvent, Process, ReceiveTask, UserTask
from procession.core.turn import TIMER_JOB, Context
from procession.errors import Rejected
from tests.histories import unfolded
from tests.invariants import require
from tests.post import Sent, Start
from tests.simulation.agreement import Agreement
from tests.simulation.audit import Auditor
from tests.simulation.generator import processes
from tests.simulation.messages import answers_are_taken_once, messages_of
from tests.simulation.palette import ERRORS, MESSAGES, SIGNALS, given, given_first
from tests.world import CALL_DEPTH_MAX, OWN_WORK, World, Write

COMMANDS_MAX = 24
ROUNDS_MAX = 2
TURNS_MAX = 70
ALIVE_MAX = 40
RUNS_MAX = 8
STEPS_MAX = (15, 60, 60, 60)
STEPS_PER_TURN = (1, 2, 5, 1000, 1000, 1000)
CRASHES = (0.0, 0.1, 0.2)

EXECUTABLE = (UserTask, IntermediateCatchEvent, ReceiveTask)

Work = tuple[InstanceId, Job]


class CaseFailed(AssertionError):
    """A rule was broken: which, and by which seed."""


class Crash(Exception):
    """The program ends here; what was committed stays."""


class Case(World):
    """A world in which everything that can go wrong does so now and then."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        super().__init__(*processes(self.random))
        self.steps_max = self.random.choice(STEPS_MAX)
        self.crash_chance = self.random.choice(CRASHES)
        self.auditors: dict[InstanceId, Auditor] = {}
        self.agreements: dict[InstanceId, Agreement] = {}
        self.closing = self.from_outside = False
        self.books = Counter[str]()
        self.late: list[tuple[InstanceId, Command]] = []
        self.answers: dict[tuple[InstanceId, JobId], list[int]] = defaultdict(list)
        self.numbers = count(1000)
        self.turns = self.crashes = 0
        self.log: list[tuple[object, ...]] = []

    def run(self) -> None:
        for _ in range(self.random.randint(1, 2)):
            self._again(
                lambda: self.start(
                    self.random.choice(list(self.processes)), given_first(self.random)
                )
            )
        number = self.random.randint(1, COMMANDS_MAX)
        for action in self.random.choices(_ACTIONS, _WEIGHTS, k=number):
            if self._small():
                action(self)
        self._end()

    def _begin_something(self) -> None:
        self.start(self.random.choice(list(self.processes)), given_first(self.random))

    def _small(self) -> bool:
        """Tokens that multiply in a loop would make one case as long as a thousand others."""
        runs = self._instances()
        alive = sum(len(instance.elements) + len(instance.jobs) for _, instance in runs)
        return alive < ALIVE_MAX and self.turns < TURNS_MAX

    # -- a store that may lose its program --------------------------------------------------------

    def decided(
        self, process: Process, state: str | None, command: Command, context: Context
    ) -> Decision:
        """Decides twice: the same command on the same state gives the same changes."""
        self.turns += 1
        self.log.append((process.id, command, self.limits))
        decision = super().decided(process, state, command, context)
        again = super().decided(process, state, command, context)
        require(decision == again, "the same input gives the same changes", decision, again)
        return decision

    def commit(
        self, writes: Sequence[Write], keep: Sent | None = None, taken: Sent | None = None
    ) -> None:
        self._crash()
        messages = sum(
            (messages_of(write, self.runs.get(write.id)) for write in writes), Counter[str]()
        )
        super().commit(writes, keep, taken)
        self.books += messages + Counter(sent=self.from_outside)
        for write in writes:
            if not write.decision.changes:
                self._agree(write, [], self.load(write.id))
        self._crash()

    def observe(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        super().observe(write, changes, instance)
        auditor = self.auditors.setdefault(write.id, Auditor(write.process))
        for change in (whole := list(unfolded(changes))):
            auditor.see(change)
        auditor.rest(instance)
        self._agree(write, whole, instance)

    def _agree(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        """The second interpreter has come to the same."""
        agreement = self.agreements.setdefault(write.id, Agreement(write.process))
        agreement.see(write.command, changes, instance, self.now)

    def _starts_of(self, process: Process) -> list[Start]:
        """In the end nothing begins any more, nor when there are enough."""
        enough = self.closing or len(self.runs) >= RUNS_MAX
        return [] if enough else super()._starts_of(process)

    def _decide(self, run: InstanceId, command: Command, after: Sequence[Write] = ()) -> Write:
        """An event that is refused did not happen; its sender and the others are spared."""
        try:
            return super()._decide(run, command, after)
        except Rejected:
            if not isinstance(command, TriggerSubscription):
                raise
            return Write(run, self.runs[run].process, Decision(self.load(run), []), command)

    def load(self, run: InstanceId) -> ProcessInstance:
        """What is stored: the replay is the same, and need not be read."""
        told = self.runs[run].told
        return super().load(run) if told is None else told

    def _context(self) -> Context:
        self.limits = {
            "steps_per_turn": self.random.choice(STEPS_PER_TURN),
            "steps_max": self.steps_max,
        }
        return super()._context()

    def _crash(self) -> None:
        if self.random.random() < self.crash_chance:
            self.crashes += 1
            self.log.append(("crash",))
            raise Crash

    def _again(self, ask: Callable[[], object]) -> None:
        """Ask until an answer comes back, as a caller or a worker does after a crash."""
        while True:
            with suppress(Crash):
                ask()
                return

    # -- what there is to act upon: the replay is the state, so nothing need be read --------------

    def _instances(self) -> list[tuple[InstanceId, ProcessInstance]]:
        return [(run, stored.told) for run, stored in self.runs.items() if stored.told is not None]

    def _due(self) -> list[Work]:
        return [
            (run, job)
            for run, instance in self._instances()
            for job in instance.jobs.values()
            if job.due_at is not None and job.due_at <= self.now
        ]

    def _user_tasks(self) -> list[tuple[InstanceId, ElementInstanceId]]:
        """What somebody may execute: tasks and waits, and what is ready to begin."""
        return [
            (run, each.id)
            for run, instance in self._instances()
            for each in instance.elements.values()
            if each.id != ROOT and self._executable(instance.process, each)
        ]

    def _executable(self, process: str, each: ElementInstance) -> bool:
        element = self.processes[process].elements[each.element]
        waits = each.state is ElementState.ACTIVE and isinstance(element, EXECUTABLE)
        return waits or each.state is ElementState.READY

    def _incidents(self) -> list[tuple[InstanceId, ElementInstanceId]]:
        return [
            (run, number) for run, instance in self._instances() for number in instance.incidents
        ]

    # -- actions ----------------------------------------------------------------------------------

    def _tell(self, run: InstanceId, command: Command) -> None:
        """Ask, and bear that it may be refused."""
        with suppress(Rejected):
            self._again(lambda: self.ask(run, command))
        if self.random.random() < 0.2:
            self.late.append((run, command))

    def work_on_something(self) -> None:
        due = self._due()
        if due:
            self._work_on(*self.random.choice(due))
        else:
            self.wait(self.random.choice((5, 60)))

    def _work_on(self, run: InstanceId, job: Job) -> None:
        if job.kind in OWN_WORK:
            self._do(run, job)
            return
        if job.kind == TIMER_JOB:
            self._tell(run, CompleteJob(job.id, {}))
            return
        self._tell(run, self._outcome(run, job))
        if self.random.random() < 0.3:
            # Another worker had it too, since the first one's lease had run out.
            self.late.append((run, self._outcome(run, job)))

    def _do(self, run: InstanceId, job: Job) -> None:
        self._again(lambda: self.work(run, job.id))

    def _outcome(self, run: InstanceId, job: Job) -> Command:
        chance = self.random.random()
        if chance < 0.15:
            return FailJob(job.id, "TimeOut", "no answer in time", retryable=True)
        if chance < 0.2:
            return FailJob(job.id, "NotFound", "there is no such thing", retryable=False)
        if chance < 0.27:
            return ThrowError(job.id, self.random.choice(ERRORS), "it broke", {})
        if chance < 0.3:
            return CompleteJob(job.id, {"a": "text, where a number is wanted"})
        return self._answer(run, job)

    def _answer(self, run: InstanceId, job: Job) -> CompleteJob:
        number = next(self.numbers)
        self.answers[run, job.id].append(number)
        return CompleteJob(job.id, {"a": number})

    def execute_something(self) -> None:
        waiting = self._user_tasks()
        if waiting:
            run, number = self.random.choice(waiting)
            self._tell(run, ExecuteElement(number, given(self.random)))

    def resolve_something(self) -> None:
        incidents = self._incidents()
        if incidents:
            run, number = self.random.choice(incidents)
            way = self.random.choice((ResolveIncident(number), ExecuteElement(number, {})))
            self._tell(run, way)

    # A sender outside that has crashed does not send again.
    def send_something(self) -> None:
        keys = self.random.choice(((), ("[0]",), ("[1]",), ("[0]", "[2]")))
        self.from_outside = True
        with suppress(Crash, Rejected):
            self.send(self.random.choice(MESSAGES), *keys, **given(self.random))
        self.from_outside = False

    def throw_something(self) -> None:
        with suppress(Crash, Rejected):
            self.throw(self.random.choice(SIGNALS), **given(self.random))

    def take_something_kept(self) -> None:
        with suppress(Crash):
            self.take_kept()

    def cancel_something(self) -> None:
        """Preferably a run that was called, so that its caller has to bear it."""
        runs = self._instances()
        children = [each for each in runs if each[1].parent and not each[1].status.final]
        run, _ = self.random.choice(children or runs)
        self._tell(run, CancelProcess("not wanted any more"))

    def answer_late(self) -> None:
        if self.late:
            run, command = self.late.pop(self.random.randrange(len(self.late)))
            self._tell(run, command)

    def ask_for_nonsense(self) -> None:
        """Numbers at random. But a child's job is answered by nobody else, and no timer fails."""
        run, instance = self.random.choice(self._instances())
        number = self.random.randint(0, 12)
        element, job = ElementInstanceId(number), JobId(number)
        commands: list[Command] = [ExecuteElement(element, {}), ResolveIncident(element)]
        found = instance.jobs.get(job)
        if found is None or (found.child is None and found.kind != TIMER_JOB):
            commands.append(FailJob(job, "TimeOut", "no answer in time"))
        self._tell(run, self.random.choice(commands))

    def let_time_pass(self) -> None:
        self.wait(self.random.choice((1, 10, 3600)))

    # -- the end ----------------------------------------------------------------------------------

    def _end(self) -> None:
        """All that can still be done is done, a few times; then what is left is cancelled."""
        for _ in range(ROUNDS_MAX):
            self._finish_work()
            for run, number in self._user_tasks() if self._small() else ():
                self._tell(run, ExecuteElement(number, {"N": self.random.randint(0, 6)}))
            for run, number in self._incidents() if self._small() else ():
                self._tell(run, ResolveIncident(number))
        self._finish_work()
        self.closing = True
        for run, instance in self._instances():
            if instance.parent is None:
                self._tell(run, CancelProcess("enough"))
        self._finish_canceling()
        self._everything_has_ended()

    def _finish_work(self) -> None:
        self.wait(3600)
        while self._small() and (due := self._due()):
            for run, job in due:
                self._finish_one(run, job)

    def _finish_one(self, run: InstanceId, job: Job) -> None:
        if not self._small():
            return  # Each signal may set free several others.
        if job.kind in OWN_WORK:
            self._do(run, job)
        else:
            timer = job.kind == TIMER_JOB
            self._tell(run, CompleteJob(job.id, {}) if timer else self._answer(run, job))

    def _finish_canceling(self) -> None:
        """Down from the callers to what they have called: all ends in as many rounds."""
        for _ in range(2 * CALL_DEPTH_MAX + 2):
            self.wait(3600)
            for run, job in self._due():
                if job.kind in OWN_WORK:
                    self._do(run, job)

    def _everything_has_ended(self) -> None:
        for run, instance in self._instances():
            require(instance.status.final, "a run whose caller has ended has ended", run, instance)
            require(not instance.jobs, "nothing is left to be done", run, instance.jobs)
            require(super().load(run) == instance, "the replay is the state", run)
            require(not (instance.subscriptions or instance.conditions), "nobody waits", run)
        changes = [change for run in self.runs for change in self.history(run)]
        answers_are_taken_once(changes, self.answers.values())
        sent, taken, kept = self.books["sent"], self.books["taken"], len(self.kept)
        require(sent == taken + kept, "no message gets lost", sent, taken, kept)


_CHOICES: Mapping[Callable[[Case], None], int] = {
    Case.work_on_something: 40,
    Case.execute_something: 25,
    Case.resolve_something: 10,
    Case.answer_late: 10,
    Case.let_time_pass: 8,
    Case.send_something: 8,
    Case.take_something_kept: 4,
    Case.throw_something: 5,
    Case.ask_for_nonsense: 3,
    Case.cancel_something: 4,
}
_ACTIONS, _WEIGHTS = list(_CHOICES), list(_CHOICES.values())


def run_case(seed: int) -> Case:
    """Run one case to its end. Raises CaseFailed."""
    case = Case(seed)
    try:
        case.run()
    except Exception as error:
        commands = "\n".join(" ".join(map(str, line)) for line in case.log[-8:])
        raise CaseFailed(
            f"seed {seed}: {type(error).__name__}: {error}\nthe last commands were\n{commands}\n"
            f"to see it again: python -m tests.simulation 1 {seed}"
        ) from error
    return case
