"""Random processes: what an author might draw, and what no author would.

Half of what is drawn is made of blocks that fit into one another, as good processes are; the rest
are arbitrary graphs, with loops, joins that starve and splits that never meet again. What the
elements do is in palette.py.
"""

from collections.abc import Callable
from itertools import pairwise
from random import Random

from procession.core.model import (
    AbstractTask,
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CallActivity,
    ComplexGateway,
    Element,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    Process,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)
from tests.building import Draft
from tests.details import (
    STOP,
    Detail,
    cancel,
    catch,
    compensation,
    for_compensation,
    on,
    throw,
    triggered_by_event,
    undone_by,
)
from tests.simulation.palette import PARAMETERS, Palette

TASKS: tuple[type[Element], ...] = (
    *(AbstractTask, ManualTask),
    *(UserTask,) * 3,
    *(ScriptTask,) * 3,
    *(ServiceTask,) * 3,
    *(CallActivity, CallActivity),
    *(SendTask, ReceiveTask, IntermediateCatchEvent, IntermediateCatchEvent),
    *(IntermediateThrowEvent, IntermediateThrowEvent),
)
GATEWAYS: tuple[type[Element], ...] = (
    *(ExclusiveGateway,) * 4,
    *(ParallelGateway,) * 4,
    *(InclusiveGateway,) * 2,
    *(ComplexGateway,),
)
NODES: tuple[type[Element], ...] = (*TASKS, *GATEWAYS, *(EndEvent,) * 3, *(SubProcess,) * 2)
NESTING_MAX = 3
ELEMENTS_MAX = 45
BOUNDARY_CHANCE = 0.15
OFTEN_CHANCE = 0.4
OFTEN_GUARDED = (SubProcess, CallActivity, ServiceTask)
EVENT_SUB_PROCESS_CHANCE = 0.25

Ends = tuple[str, str]


def processes(random: Random) -> list[Process]:
    """One to three processes that may call each other, and now and then themselves."""
    names = [f"P{number}" for number in range(random.choice((1, 1, 2, 3)))]
    return [Artist(random, names, name).draw() for name in names]


class Artist:
    """Draws one process."""

    def __init__(self, random: Random, names: list[str], name: str) -> None:
        self.random = random
        self.draft = Draft(name, PARAMETERS)
        # Mostly those after it, so that most calls come to an end.
        callable_ = names[names.index(name) + 1 :] or [name]
        self.palette = Palette(random, names if random.random() < 0.1 else callable_)

    def draw(self) -> Process:
        self._fill("", self.random.randint(1, 9), depth=0)
        if self.palette.chance(0.1):
            self._start_by_event()
        return self.draft.process()

    def _fill(self, scope: str, size: int, depth: int) -> None:
        if self.palette.chance(EVENT_SUB_PROCESS_CHANCE):
            self._event_sub_process(scope, depth)
        if self.palette.chance(0.4):
            self._graph(scope, size, depth)
            return
        first, last = self._block(scope, size, depth)
        if self.palette.chance(0.9):
            self.draft.connect(self._start(scope), first)
        if self.palette.chance(0.9):
            self.draft.connect(last, self._add(EndEvent, scope))

    # -- elements ---------------------------------------------------------------------------------

    def _add(self, kind: type[Element], scope: str, detail: Detail | None = None) -> str:
        name = f"{kind.__name__.removesuffix('Event')}{len(self.draft.elements)}"
        self.draft.add(kind, name, scope=scope, detail=detail or self.palette.of(kind))
        many = len(self.draft.elements) > ELEMENTS_MAX
        chance = OFTEN_CHANCE if issubclass(kind, OFTEN_GUARDED) else BOUNDARY_CHANCE
        if issubclass(kind, Activity) and not many and self.palette.chance(chance):
            self._boundary(name, scope)
        return name

    def _start(self, scope: str) -> str:
        return self.draft.add(StartEvent, f"Start{len(self.draft.elements)}", scope=scope)

    def _boundary(self, host: str, scope: str) -> None:
        """An event on an activity, and where it leads to."""
        interrupting = self.palette.chance(0.6)
        definitions = self.palette.caught(around=True, interrupting=interrupting)
        kind, _, _ = self.draft.elements[host]
        if interrupting and issubclass(kind, OFTEN_GUARDED) and self.palette.chance(0.5):
            definitions = self.palette.error_caught()
        parallel = self.palette.all_needed(definitions)
        detail = on(host, *definitions, interrupting=interrupting, parallel=parallel)
        event = self._add(BoundaryEvent, scope, detail)
        if self.palette.chance(0.7):
            self.draft.connect(event, self._add(self._task(), scope))

    def _task(self) -> type[Element]:
        return self.random.choice(TASKS)

    def _event_sub_process(self, scope: str, depth: int, *, undoes: bool = False) -> None:
        if depth >= NESTING_MAX:
            return
        count = len(self.draft.elements)
        name = self.draft.add(
            SubProcess, f"EventSub{count}", scope=scope, detail=triggered_by_event
        )
        interrupting = self.palette.chance(0.5)
        # A process whose events cannot be waited for is not started at all.
        definitions = self.palette.caught(around=True, interrupting=interrupting, safe=not scope)
        parallel = self.palette.all_needed(definitions)
        detail = catch(*definitions, interrupting=interrupting, parallel=parallel)
        detail = catch(compensation()) if undoes else detail
        start = self.draft.add(StartEvent, f"On{count}", scope=name, detail=detail)
        first, last = self._block(name, self.random.randint(1, 3), depth + 1)
        self.draft.connect(start, first)
        if self.palette.chance(0.5):
            self.draft.connect(last, self._add(EndEvent, name))
        if self.palette.chance(0.1):
            self._event_sub_process(name, depth + 1)

    def _start_by_event(self) -> None:
        """A start event beside the plain one, by which a message or a signal starts a run."""
        definitions = self.palette.caught(around=False, safe=True)
        parallel = self.palette.all_needed(definitions)
        count = len(self.draft.elements)
        detail = catch(*definitions, parallel=parallel)
        start = self.draft.add(StartEvent, f"On{count}", detail=detail)
        self.draft.connect(start, self._add(self._task(), ""))

    # -- blocks -----------------------------------------------------------------------------------

    def _block(self, scope: str, size: int, depth: int) -> Ends:
        if size <= 1:
            name = self._add(self._task(), scope)
            return name, name
        return self.random.choice(_BLOCKS)(self, scope, size, depth)

    def _sequence(self, scope: str, size: int, depth: int) -> Ends:
        first, middle = self._block(scope, size // 2, depth)
        next_one, last = self._block(scope, size - size // 2, depth)
        self.draft.connect(middle, next_one)
        return first, last

    def _branches(self, scope: str, size: int, depth: int) -> list[Ends]:
        count = self.random.choice((2, 2, 3))
        return [self._block(scope, size // count, depth) for _ in range(count)]

    def _parallel(self, scope: str, size: int, depth: int) -> Ends:
        fork, join = self._add(ParallelGateway, scope), self._add(ParallelGateway, scope)
        for first, last in self._branches(scope, size, depth):
            self.draft.connect(fork, first)
            self.draft.connect(last, join)
        return fork, join

    def _exclusive(self, scope: str, size: int, depth: int) -> Ends:
        split, merge = self._add(ExclusiveGateway, scope), self._add(ExclusiveGateway, scope)
        for number, (first, last) in enumerate(self._branches(scope, size, depth)):
            self.draft.connect(split, first, self.palette.condition() if number else "else")
            self.draft.connect(last, merge)
        return split, merge

    def _inclusive(self, scope: str, size: int, depth: int) -> Ends:
        split, join = self._add(InclusiveGateway, scope), self._add(InclusiveGateway, scope)
        for number, (first, last) in enumerate(self._branches(scope, size, depth)):
            self.draft.connect(split, first, self.palette.condition() if number else "else")
            self.draft.connect(last, join)
        return split, join

    def _by_event(self, scope: str, size: int, depth: int) -> Ends:
        """Whatever comes first decides the way."""
        gateway, merge = self._add(EventBasedGateway, scope), self._add(ExclusiveGateway, scope)
        for first, last in self._branches(scope, size, depth):
            kind = self.random.choice((IntermediateCatchEvent, IntermediateCatchEvent, ReceiveTask))
            name = f"On{len(self.draft.elements)}"
            event = self.draft.add(kind, name, scope=scope, detail=self.palette.plain(kind))
            self.draft.connect(gateway, event)
            self.draft.connect(event, first)
            self.draft.connect(last, merge)
        return gateway, merge

    def _implicit(self, scope: str, size: int, depth: int) -> Ends:
        """A split and a merge without gateways: each token begins the last task anew."""
        split, merge = self._add(UserTask, scope), self._add(self._task(), scope)
        for first, last in self._branches(scope, size, depth):
            conditional = self.palette.chance(0.3)
            self.draft.connect(split, first, self.palette.condition() if conditional else None)
            self.draft.connect(last, merge)
        return split, merge

    def _loop(self, scope: str, size: int, depth: int) -> Ends:
        top, test = self._add(ExclusiveGateway, scope), self._add(ExclusiveGateway, scope)
        first, last = self._block(scope, size - 1, depth)
        after = self._add(self._task(), scope)
        self.draft.connect(top, first)
        self.draft.connect(last, test)
        self.draft.connect(test, top, self.palette.condition())
        self.draft.connect(test, after, "else")
        return top, after

    def _abort(self, scope: str, size: int, depth: int) -> Ends:
        """A way out to an end event, sometimes one that terminates all or throws an error."""
        split = self._add(ExclusiveGateway, scope)
        first, last = self._block(scope, size - 1, depth)
        detail = self.random.choice((None, STOP, self.palette.failing()))
        end = self._add(EndEvent, scope, detail)
        self.draft.connect(split, end, self.palette.condition())
        self.draft.connect(split, first, "else")
        return split, last

    def _sub_process(self, scope: str, size: int, depth: int) -> Ends:
        name = self._add(SubProcess, scope)
        if depth < NESTING_MAX and self.palette.chance(0.95):
            self._fill(name, size - 1, depth + 1)
        return name, name

    def _piled(self, scope: str, size: int, depth: int) -> Ends:
        """Two tokens may wait on one flow of a join."""
        fork, join = self._add(ParallelGateway, scope), self._add(ParallelGateway, scope)
        merge = self._add(ExclusiveGateway, scope)
        for number, (first, last) in enumerate(self._branches(scope, size, depth)):
            self.draft.connect(fork, first)
            self.draft.connect(last, merge if number < 2 else join)
        self.draft.connect(merge, join)
        if self.palette.chance(0.5):
            self.draft.connect(fork, join)
        return fork, join

    def _complex(self, scope: str, size: int, depth: int) -> Ends:
        """Some of the branches are enough; what lets the late tokens through has a condition."""
        fork = self._add(ParallelGateway, scope)
        join = self._add(ComplexGateway, scope, self.palette.complex())
        for first, last in self._branches(scope, size, depth):
            self.draft.connect(fork, first)
            self.draft.connect(last, join)
        after = self._add(self._task(), scope)
        self.draft.connect(join, after, self.random.choice((None, None, "waitingForStart", "B")))
        if self.palette.chance(0.5):
            late = self.random.choice(("not waitingForStart", "not waitingForStart", "else"))
            self.draft.connect(join, self._add(self._task(), scope), late)
        return fork, after

    def _undo(self, scope: str, size: int, depth: int) -> Ends:
        """Activities with handlers, and an event that has what was done undone."""
        first, last = self._undoables(scope, depth)
        activity = self.random.choice((None, None, None, last))
        thrower = self._add(IntermediateThrowEvent, scope, self.palette.undoing(activity))
        self.draft.connect(last, thrower)
        return first, thrower

    def _undoables(self, scope: str, depth: int) -> Ends:
        chain = [self._undoable(scope, depth) for _ in range(self.random.randint(1, 3))]
        for before, after in pairwise(chain):
            self.draft.connect(before, after)
        return chain[0], chain[-1]

    def _undoable(self, scope: str, depth: int) -> str:
        kind = self.random.choice((UserTask, ScriptTask, ScriptTask, ServiceTask, SubProcess))
        host = self._add(kind, scope)
        if kind is SubProcess:
            self._fill(host, self.random.randint(1, 2), depth + 1)
            if self.palette.chance(0.5):
                self._event_sub_process(host, depth, undoes=True)
                return host
        count = len(self.draft.elements)
        kind = self.random.choice((ScriptTask, UserTask, ServiceTask))
        detail = for_compensation(self.palette.of(kind))
        handler = self.draft.add(kind, f"Handler{count}", scope=scope, detail=detail)
        self.draft.add(BoundaryEvent, f"Undo{count}", scope=scope, detail=undone_by(host, handler))
        return host

    def _transaction(self, scope: str, size: int, depth: int) -> Ends:
        name = self._add(Transaction, scope)
        first, last = self._undoables(name, depth + 1)
        self.draft.connect(self._start(name), first)
        split = self._add(ExclusiveGateway, name)
        count = len(self.draft.elements)
        failed = self.draft.add(EndEvent, f"Cancel{count}", scope=name, detail=throw(cancel()))
        self.draft.connect(last, split)
        self.draft.connect(split, self._add(EndEvent, name), self.palette.condition())
        self.draft.connect(split, failed, "else")
        if self.palette.chance(0.8):
            event = self._add(BoundaryEvent, scope, on(name, cancel()))
            self.draft.connect(event, self._add(self._task(), scope))
        return name, name

    def _ad_hoc(self, scope: str, size: int, depth: int) -> Ends:
        name = self._add(AdHocSubProcess, scope)
        begun = []
        for _ in range(self.random.randint(1, 3)):
            first, _ = self._block(name, max(size // 3, 1), depth + 1)
            begun.append(first)
        detail = self.palette.ad_hoc(begun)
        self.draft.change(name, **detail(self.draft.kinds))
        return name, name

    # -- graphs -----------------------------------------------------------------------------------

    def _graph(self, scope: str, size: int, depth: int) -> None:
        before = set(self.draft.elements)
        nodes = [self._add(self.random.choice(NODES), scope) for _ in range(size)]
        start = self._start(scope)
        # What stands on boundaries and behind them leads anywhere, too.
        drawn = [
            name
            for name, (_, within, _) in self.draft.elements.items()
            if name not in before and within == scope
        ]
        for node in [start, *(each for each in drawn if each != start)]:
            kind, _, _ = self.draft.elements[node]
            if kind is SubProcess and depth < NESTING_MAX:
                self._fill(node, self.random.randint(0, 3), depth + 1)
            if kind is not EndEvent:
                self._leave(node, nodes)

    def _leave(self, node: str, nodes: list[str]) -> None:
        count = self.random.choice((0, 1, 1, 1, 1, 2, 2))
        for number in range(count if nodes else 0):
            condition = None
            if count > 1 and self.palette.chance(0.7):
                condition = "else" if number == 0 else self.palette.condition()
            self.draft.connect(node, self.random.choice(nodes), condition)


_BLOCKS: tuple[Callable[[Artist, str, int, int], Ends], ...] = (
    Artist._sequence,
    Artist._parallel,
    Artist._parallel,
    Artist._parallel,
    Artist._exclusive,
    Artist._inclusive,
    Artist._by_event,
    Artist._implicit,
    Artist._loop,
    Artist._abort,
    *(Artist._sub_process, Artist._sub_process),
    *(Artist._complex, Artist._undo, Artist._transaction, Artist._transaction, Artist._ad_hoc),
    Artist._piled,
)
