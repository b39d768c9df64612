"""Loops: what they cost, and what stands in an instance meanwhile. Counted, not timed."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from procession.core.changes import AnyChange, Enter, Finish, LoopBegan, OutputCollected
from procession.core.commands import CompleteJob, ExecuteElement, ResolveIncident, StartProcess
from procession.core.decide import Decision, decide
from procession.core.ids import ElementInstanceId, InstanceId, new_instance_id
from procession.core.instance import Loop, ProcessInstance, Status
from procession.core.model import Process
from procession.core.turn import Context
from procession.stores.codec import encode_changes, encode_instance
from tests.building import build, script, service
from tests.details import Detail
from tests.looping import each, plain, repeated
from tests.world import BEGINNING

RUN: InstanceId = new_instance_id(0, 1)
MANY, FEW = 10_000, 1_000
NOW = Context(BEGINNING)
# Digits of numbers that grow: what ten times as many rounds may have more than ten times the bytes.
LONGER_NUMBERS = 1.1


def process_of(kind: str, detail: Detail = plain, *, sequential: bool) -> Process:
    """One activity that is done once for each item, and gives a list."""
    loop = each(detail, items="L", item="x", output=("O", "x"), sequential=sequential)
    return build(f"start → {kind} a → end", parameters="L: Any, O: Any, N: Integer = 0", a=loop)


def turns(
    process: Process, values: Mapping[str, object], context: Context = NOW
) -> Iterator[Decision]:
    """All turns of a run, each instance of a user task or a service done as soon as it is alive."""
    decision = decide(process, None, StartProcess(RUN, dict(values)), context)
    yield decision
    while (command := _next(decision.instance)) is not None:
        decision = decide(process, decision.instance, command, context)
        yield decision


def _next(instance: ProcessInstance) -> CompleteJob | ExecuteElement | None:
    if instance.pause_job is not None:
        return CompleteJob(instance.pause_job, {})
    if instance.status.final:
        return None
    if instance.jobs:
        return CompleteJob(next(iter(instance.jobs)), {})
    return ExecuteElement(ElementInstanceId(max(instance.elements)), {})


class Cost:
    """What a run has cost."""

    def __init__(self, process: Process, number: int) -> None:
        self.changes: Counter[str] = Counter()
        self.bytes = self.largest = self.pending = 0
        for turn in turns(process, {"L": list(range(number))}):
            self.changes.update(type(change).__name__ for change in turn.changes)
            self.bytes += len(encode_changes(turn.changes))
            self.largest = max([self.largest, *map(size, turn.changes)])
            self.pending = max(self.pending, len(turn.instance.pending))
            self.last = turn.instance


def size(change: AnyChange) -> int:
    """The bytes of a change, of those that are not once in a loop."""
    once = type(change).__name__ in ("ProcessStarted", "LoopBegan", "ValuesSet")
    return 0 if once else len(encode_changes([change]))


KINDS = [
    ("script", script("N = N + 1"), False),
    ("script", script("N = N + 1"), True),
    ("user", plain, False),
    ("user", plain, True),
    ("service", service(inputs={"n": "x"}), False),
]


@cache
def cost(kind: str, number: int, *, sequential: bool) -> Cost:
    detail = next(detail for known, detail, _ in KINDS if known == kind)
    return Cost(process_of(kind, detail, sequential=sequential), number)


@pytest.mark.parametrize(("kind", "_detail", "sequential"), KINDS)
def test_ten_times_as_many_items_cost_ten_times_as_much(
    kind: str, _detail: Detail, sequential: bool
) -> None:
    few = cost(kind, FEW, sequential=sequential)
    many = cost(kind, MANY, sequential=sequential)

    assert many.last.status is Status.COMPLETED
    assert many.last.values["O"] == list(range(MANY))
    assert sum(many.changes.values()) <= 10 * sum(few.changes.values())
    assert many.bytes <= 10 * few.bytes * LONGER_NUMBERS


@pytest.mark.parametrize(("kind", "_detail", "sequential"), KINDS)
def test_no_change_of_a_round_grows_with_the_number_of_items(
    kind: str, _detail: Detail, sequential: bool
) -> None:
    few = cost(kind, FEW, sequential=sequential)
    many = cost(kind, MANY, sequential=sequential)

    assert many.largest < few.largest + 10


@pytest.mark.parametrize(("kind", "_detail", "sequential"), KINDS)
def test_a_paused_turn_keeps_a_few_steps_only(kind: str, _detail: Detail, sequential: bool) -> None:
    assert cost(kind, MANY, sequential=sequential).pending <= 3


def test_the_items_are_written_down_once() -> None:
    item = "an item that is long enough to be found"
    process = process_of("script", script("N = N + 1"), sequential=True)
    found = list(turns(process, {"L": [item] * 3}))

    changes = [change for turn in found for change in turn.changes]
    holding = [type(change) for change in changes if item in encode_changes([change])]
    names = [each.__name__ for each in holding]
    assert names == [
        "ProcessStarted",
        LoopBegan.__name__,
        *[OutputCollected.__name__] * 3,
        "ValuesSet",
    ]


def test_the_items_are_not_kept_where_nobody_sees_them() -> None:
    process = build("start → user a → end", parameters="L: Any", a=each(items="L"))
    first = next(turns(process, {"L": [1, 2, 3]}))

    (began,) = [change for change in first.changes if isinstance(change, LoopBegan)]
    assert (began.planned, began.items) == (3, [])


# -- standard loops -------------------------------------------------------------------------------

COUNT = script("N = N + 1")
LONG = build("start → script a → end", parameters="N: Integer = 0, M: Integer",
             a=repeated(COUNT, while_="N < M"))  # fmt: skip


@pytest.fixture(scope="module")
def long_loop() -> dict[str, list[int]]:
    """A loop of 100,000 rounds: of each turn its changes, the size of the state, the peak."""
    seen: dict[str, list[int]] = {"changes": [], "bytes": [], "pending": [], "peak": []}
    tracemalloc.stop()  # Another test may have left it on.
    for number, turn in enumerate(turns(LONG, {"M": 100_000})):
        seen["changes"].append(len(turn.changes))
        seen["bytes"].append(len(encode_instance(turn.instance)))
        seen["pending"].append(len(turn.instance.pending))
        seen["peak"].append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        # Tracing costs four times the work itself, so a few turns stand for all.
        if number % 50 == 0:
            tracemalloc.start()
    tracemalloc.stop()
    seen["final"] = [turn.instance.values["N"]]
    return seen


def test_a_loop_of_100000_rounds_takes_two_steps_for_each(
    long_loop: dict[str, list[int]],
) -> None:
    assert long_loop["final"] == [100_000]
    assert len(long_loop["changes"]) == 200_003 // 1000 + 1


def test_every_turn_of_a_long_loop_costs_the_same_and_leaves_as_little(
    long_loop: dict[str, list[int]],
) -> None:
    middle = long_loop["changes"][1:-1]
    assert max(middle) - min(middle) <= 5
    assert max(long_loop["pending"]) <= 2
    assert max(long_loop["bytes"][:-1]) < long_loop["bytes"][0] + 100


def test_a_late_turn_of_a_long_loop_needs_no_more_memory(
    long_loop: dict[str, list[int]],
) -> None:
    first, *others = [peak for peak in long_loop["peak"] if peak]
    assert len(others) == 3
    assert max(others) < first * 1.2


@pytest.mark.parametrize(
    "loop",
    [
        repeated(COUNT, while_="True"),
        each(COUNT, cardinality="1000"),
        each(COUNT, cardinality="1000", sequential=True),
    ],
)
def test_a_loop_that_never_rests_is_stopped_at_a_round_that_can_be_retried(loop: Detail) -> None:
    process = build("start → script a → end", a=loop)
    context = Context(BEGINNING, steps_max=100)
    first = decide(process, None, StartProcess(RUN, {"N": 0}), context)

    (number,) = first.instance.incidents
    assert [one.code for one in first.instance.incidents.values()] == ["NeverRests"]
    assert list(first.instance.elements) == [0, 2, number]
    before = first.instance.values["N"]

    again = decide(process, first.instance, ResolveIncident(number), context)
    assert again.instance.values["N"] == before + 51
    assert [one.code for one in again.instance.incidents.values()] == ["NeverRests"]


# -- what stands in it ----------------------------------------------------------------------------


def test_a_turn_that_is_paused_within_a_loop_goes_on_where_it_was() -> None:
    process = process_of("user", sequential=False)
    context = Context(BEGINNING, steps_per_turn=7)
    first = next(turns(process, {"L": list(range(20))}, context))
    outer = ElementInstanceId(2)
    assert first.instance.pending == (Enter("a", outer),)

    *_, last = turns(process, {"L": list(range(20))}, context)
    assert last.instance.values["O"] == list(range(20))


def test_parallel_instances_count_from_the_beginning_and_sequential_ones_as_they_begin() -> None:
    parallel, sequential = Loop(5, parallel=True, started=2), Loop(5, started=2, completed=1)

    assert (parallel.created, sequential.created) == (5, 2)
    assert parallel.counters()["numberOfActiveInstances"] == 5
    assert sequential.counters()["numberOfActiveInstances"] == 1


def test_the_end_of_a_scope_is_looked_for_once_for_each_round() -> None:
    """Not more: the agenda of a loop holds no more than a round and this."""
    process = build("start → script a → end", a=each(COUNT, cardinality="3"))
    context = Context(BEGINNING, steps_per_turn=3)
    first = decide(process, None, StartProcess(RUN, {"N": 0}), context)

    assert first.instance.pending == (
        Enter("a", ElementInstanceId(2)),
        Finish(ElementInstanceId(2)),
    )
