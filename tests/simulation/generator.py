"""Random processes: what an author might draw, and what no author would.

Half of what is drawn is made of blocks that fit into one another, as good processes are; the rest
are arbitrary graphs, with loops, joins that starve and splits that never meet again. All share the
same parameters; `A` takes answers of outside work only, each of which is a number of its own.
"""

from collections.abc import Callable
from random import Random

from procession.core.model import (
    AbstractTask,
    CallActivity,
    Element,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    ManualTask,
    ParallelGateway,
    Process,
    Retries,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    TerminateEndEvent,
    UserTask,
)
from tests.building import Detail, Draft, call, formula, parameters_of, script, service

PARAMETERS = parameters_of("N: Integer = 1, B: Boolean = False, T: Text, D: Decimal, A: Integer")
CONDITIONS = ("N > 2", "N % 2 == 0", "N < 4", "B", "not B", "T == 'x'", "6 // N > 1")
SCRIPTS = ("N = N + 1", "B = not B", "N = N * 3", "N = 7 // N", "T = 'x'", "N = N + 1\nB = N > 2")
FORMULAS = (("D", "N * 1.5"), ("B", "N > 1"), ("N", "N - 1"), ("T", "'x' if B else 'y'"))
TASKS: tuple[type[Element], ...] = (
    AbstractTask,
    ManualTask,
    UserTask,
    UserTask,
    ScriptTask,
    ScriptTask,
    ServiceTask,
    ServiceTask,
    CallActivity,
)
NODES: tuple[type[Element], ...] = (
    *TASKS,
    ExclusiveGateway,
    ExclusiveGateway,
    ParallelGateway,
    ParallelGateway,
    InclusiveGateway,
    EndEvent,
    TerminateEndEvent,
    SubProcess,
)
NESTING_MAX = 3

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
        self.callable = names[names.index(name) + 1 :] or [name]
        if random.random() < 0.1:
            self.callable = names

    def draw(self) -> Process:
        self._fill("", self.random.randint(1, 9), depth=0)
        return self.draft.process()

    def _fill(self, scope: str, size: int, depth: int) -> None:
        if self.random.random() < 0.4:
            self._graph(scope, size, depth)
            return
        first, last = self._block(scope, size, depth)
        if self.random.random() < 0.9:
            self.draft.connect(self._add(StartEvent, scope), first)
        if self.random.random() < 0.9:
            self.draft.connect(last, self._add(EndEvent, scope))

    # -- elements ---------------------------------------------------------------------------------

    def _add(self, kind: type[Element], scope: str) -> str:
        name = f"{kind.__name__.removesuffix('Event')}{len(self.draft.elements)}"
        return self.draft.add(kind, name, scope=scope, detail=self._detail(kind))

    def _detail(self, kind: type[Element]) -> Detail | None:
        random = self.random
        if kind is ServiceTask:
            retries = Retries(random.randint(1, 3), delay_seconds=10.0)
            return service(inputs={"n": "N"}, outputs={"a": "A"}, retries=retries)
        if kind is CallActivity:
            inputs = random.choice(({}, {"N": "N + 1"}, {"N": "T"}))
            return call(
                random.choice(self.callable),
                inputs=inputs,
                outputs=random.choice(({}, {"N": "N", "B": "B"})),
            )
        if kind is ScriptTask and random.random() < 0.5:
            return formula(*random.choice(FORMULAS))
        return script(random.choice(SCRIPTS)) if kind is ScriptTask else None

    def _condition(self) -> str:
        return self.random.choice(CONDITIONS)

    # -- blocks -----------------------------------------------------------------------------------

    def _block(self, scope: str, size: int, depth: int) -> Ends:
        if size <= 1:
            name = self._add(self.random.choice(TASKS), scope)
            return name, name
        return self.random.choice(_BLOCKS)(self, scope, size, depth)

    def _sequence(self, scope: str, size: int, depth: int) -> Ends:
        first, end = self._block(scope, size // 2, depth)
        start, last = self._block(scope, size - size // 2, depth)
        self.draft.connect(end, start)
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
            self.draft.connect(split, first, self._condition() if number else "else")
            self.draft.connect(last, merge)
        return split, merge

    def _inclusive(self, scope: str, size: int, depth: int) -> Ends:
        split, join = self._add(InclusiveGateway, scope), self._add(InclusiveGateway, scope)
        for number, (first, last) in enumerate(self._branches(scope, size, depth)):
            self.draft.connect(split, first, self._condition() if number else "else")
            self.draft.connect(last, join)
        return split, join

    def _implicit(self, scope: str, size: int, depth: int) -> Ends:
        """A split and a merge without gateways: each token begins the last task anew."""
        split, merge = self._add(UserTask, scope), self._add(self.random.choice(TASKS), scope)
        for first, last in self._branches(scope, size, depth):
            conditional = self.random.random() < 0.3
            self.draft.connect(split, first, self._condition() if conditional else None)
            self.draft.connect(last, merge)
        return split, merge

    def _loop(self, scope: str, size: int, depth: int) -> Ends:
        top, test = self._add(ExclusiveGateway, scope), self._add(ExclusiveGateway, scope)
        first, last = self._block(scope, size - 1, depth)
        after = self._add(self.random.choice(TASKS), scope)
        self.draft.connect(top, first)
        self.draft.connect(last, test)
        self.draft.connect(test, top, self._condition())
        self.draft.connect(test, after, "else")
        return top, after

    def _abort(self, scope: str, size: int, depth: int) -> Ends:
        """A way out to an end event, sometimes one that terminates all."""
        split = self._add(ExclusiveGateway, scope)
        first, last = self._block(scope, size - 1, depth)
        kind = self.random.choice((EndEvent, TerminateEndEvent))
        self.draft.connect(split, self._add(kind, scope), self._condition())
        self.draft.connect(split, first, "else")
        return split, last

    def _sub_process(self, scope: str, size: int, depth: int) -> Ends:
        name = self._add(SubProcess, scope)
        if depth < NESTING_MAX and self.random.random() < 0.95:
            self._fill(name, size - 1, depth + 1)
        return name, name

    # -- graphs -----------------------------------------------------------------------------------

    def _graph(self, scope: str, size: int, depth: int) -> None:
        nodes = [self._add(self.random.choice(NODES), scope) for _ in range(size)]
        start = self._add(StartEvent, scope)
        for node in [start, *nodes]:
            kind, _, _ = self.draft.elements[node]
            if kind is SubProcess and depth < NESTING_MAX:
                self._fill(node, self.random.randint(0, 3), depth + 1)
            if kind not in (EndEvent, TerminateEndEvent):
                self._leave(node, nodes)

    def _leave(self, node: str, nodes: list[str]) -> None:
        count = self.random.choice((0, 1, 1, 1, 1, 2, 2))
        for number in range(count if nodes else 0):
            condition = None
            if count > 1 and self.random.random() < 0.7:
                condition = "else" if number == 0 else self._condition()
            self.draft.connect(node, self.random.choice(nodes), condition)


_BLOCKS: tuple[Callable[[Artist, str, int, int], Ends], ...] = (
    Artist._sequence,
    Artist._parallel,
    Artist._parallel,
    Artist._parallel,
    Artist._exclusive,
    Artist._inclusive,
    Artist._implicit,
    Artist._loop,
    Artist._abort,
    Artist._sub_process,
)
