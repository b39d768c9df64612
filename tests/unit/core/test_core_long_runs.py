"""Long runs: time grows with the number of steps, memory does not. Counted, not timed."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from procession.core.changes import FlowTaken
from procession.core.commands import CancelProcess, CompleteJob, ResolveIncident, StartProcess
from procession.core.decide import Decision, decide
from procession.core.ids import InstanceId, new_instance_id
from procession.core.instance import ProcessInstance, Status
from procession.core.model import AbstractTask, EndEvent, Process, StartEvent
from procession.core.turn import STEPS_MAX, STEPS_PER_TURN, Context
from procession.stores.codec import decode_instance, encode_instance
from tests.building import Draft, build, parameters_of, script
from tests.world import BEGINNING, start

RUN: InstanceId = new_instance_id(0, 1)
LOOP = build("start → xor top → script s → xor g →[N < M] top; g →[else] end",
             parameters="N: Integer = 0, M: Integer", s=script("N = N + 1"))  # fmt: skip
ENDLESS = build("start → task a → task b → a")
# Each step records a handful of changes at most: the element's end, a flow, the next one's begin.
CHANGES_PER_STEP_MAX = 4


def chain(length: int) -> Process:
    """A process of so many elements in a row."""
    draft = Draft("P", parameters_of(""))
    before = draft.add(StartEvent, "start")
    for number in range(length - 2):
        after = draft.add(AbstractTask, f"t{number}")
        draft.connect(before, after)
        before = after
    draft.connect(before, draft.add(EndEvent, "end"))
    return draft.process()


def turns(process: Process, context: Context, **values: int) -> Iterator[Decision]:
    """All turns of a run, as they follow one another while nothing else is asked of it."""
    decision = decide(process, None, StartProcess(RUN, values), context)
    yield decision
    while decision.instance.pause_job is not None:
        command = CompleteJob(decision.instance.pause_job, {})
        decision = decide(process, decision.instance, command, context)
        yield decision


def test_10000_elements_in_a_row_take_one_step_each() -> None:
    found = list(turns(chain(10_000), Context(BEGINNING)))

    changes = Counter(type(change).__name__ for turn in found for change in turn.changes)
    assert found[-1].instance.status is Status.COMPLETED
    assert (changes["ElementPassed"], changes["FlowTaken"]) == (10_000, 9_999)
    assert sum(changes.values()) == 20_001 + 2 * changes["TurnPaused"]
    assert len(found) == 10_001 // STEPS_PER_TURN + 1


def test_a_turn_is_as_long_as_it_may_be_and_no_longer() -> None:
    found = [len(turn.changes) for turn in turns(chain(10_000), Context(BEGINNING))]

    assert max(found) <= CHANGES_PER_STEP_MAX * STEPS_PER_TURN


@pytest.fixture(scope="module")
def loop() -> dict[str, list[int]]:
    """A loop that is taken 100,000 times: of each turn its changes, the state's size, the peak."""
    seen: dict[str, list[int]] = {"changes": [], "bytes": [], "peak": [], "taken": []}
    for number, turn in enumerate(turns(LOOP, Context(BEGINNING), M=100_000)):
        seen["changes"].append(len(turn.changes))
        seen["bytes"].append(len(encode_instance(turn.instance)))
        seen["taken"].append(sum(map(is_loop, turn.changes)))
        seen["peak"].append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        # Tracing costs four times the work itself, so a few turns stand for all.
        if number % 50 == 0:
            tracemalloc.start()
    seen["final"] = [turn.instance.values["N"]]
    return seen


def is_loop(change: object) -> bool:
    return isinstance(change, FlowTaken) and change.flow == "g→top"


def test_a_loop_is_taken_100000_times_in_as_many_turns_as_its_steps_need(
    loop: dict[str, list[int]],
) -> None:
    steps = 1 + 3 * 100_000 + 2

    assert (loop["final"], sum(loop["taken"])) == ([100_000], 99_999)
    assert len(loop["changes"]) == steps // STEPS_PER_TURN + 1


def test_every_turn_of_a_long_loop_costs_the_same(loop: dict[str, list[int]]) -> None:
    middle = loop["changes"][1:-1]

    assert max(middle) - min(middle) <= CHANGES_PER_STEP_MAX
    assert max(middle) <= CHANGES_PER_STEP_MAX * STEPS_PER_TURN


def test_the_state_of_a_long_loop_stays_small(loop: dict[str, list[int]]) -> None:
    """Only the numbers in it grow longer."""
    assert max(loop["bytes"][:-1]) < loop["bytes"][0] + 100


def test_a_late_turn_of_a_long_loop_needs_no_more_memory_than_an_early_one(
    loop: dict[str, list[int]],
) -> None:
    first, *others = [peak for peak in loop["peak"] if peak]

    assert len(others) == 5
    assert max(others) < first * 1.2


# -- what never rests -----------------------------------------------------------------------------


def ran_out(steps_max: int, steps_per_turn: int = STEPS_PER_TURN) -> ProcessInstance:
    context = Context(BEGINNING, steps_per_turn, steps_max)
    *_, last = turns(ENDLESS, context)
    return last.instance


def test_a_process_that_never_rests_ends_in_an_incident_that_says_so() -> None:
    instance = ran_out(5000)

    (incident,) = instance.incidents.values()
    assert (instance.status, incident.code) == (Status.ERROR, "NeverRests")
    assert "has taken 5000 steps without waiting" in incident.message
    assert "was stopped at b" in incident.message


@pytest.mark.parametrize("steps_per_turn", [1, 7, 1000])
def test_the_steps_of_all_its_turns_count(steps_per_turn: int) -> None:
    instance = ran_out(100, steps_per_turn=steps_per_turn)

    assert instance.next_element - 1 == 101


def test_the_usual_limits_let_a_loop_be_taken_100000_times() -> None:
    assert STEPS_MAX > 4 * 100_000
    assert STEPS_PER_TURN * 100 < STEPS_MAX


def test_a_run_that_never_rests_can_be_cancelled() -> None:
    stored = encode_instance(ran_out(100))

    canceled = decide(
        ENDLESS, decode_instance(stored), CancelProcess("endless"), Context(BEGINNING)
    )

    assert canceled.instance.status is Status.CANCELED


def test_a_run_that_never_rests_may_go_on_as_long_again_when_retried() -> None:
    instance = ran_out(100)
    (number,) = instance.incidents

    again = decide(ENDLESS, instance, ResolveIncident(number), Context(BEGINNING, steps_max=100))

    assert again.instance.next_element - 1 == 101 + 101
    assert [each.code for each in again.instance.incidents.values()] == ["NeverRests"]


def test_a_run_that_never_rests_can_be_cancelled_while_it_is_under_way() -> None:
    context = Context(BEGINNING, steps_per_turn=10)
    first = next(turns(ENDLESS, context))

    canceled = decide(ENDLESS, first.instance, CancelProcess("endless"), context)

    assert (canceled.instance.status, canceled.instance.pending) == (Status.CANCELED, ())
    assert canceled.instance.jobs == {}


def test_1000_scopes_in_each_other_are_entered_and_left() -> None:
    """Nothing recurs with the depth: neither the run, nor its end, nor what is looked up in it."""
    depth = 1_000
    parts = [f"s{each}: start_{each} → sub s{each + 1} → end_{each}" for each in range(depth - 1)]
    inner = f"s{depth - 1}: start_x → user work → end_x"
    run = start(build("; ".join(["start → sub s0 → end", *parts, inner])))
    run.world.settle()
    other = start(run.world.processes["P"])
    other.world.settle()

    run.execute("work", N=7)
    run.world.settle()
    other.cancel()

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 7)
    assert other.status is Status.CANCELED


def test_a_loop_through_an_inclusive_join_is_stopped_too() -> None:
    process = build("start → or top → task a → top")
    context = Context(BEGINNING, steps_max=50)

    *_, last = turns(process, context)

    assert [each.code for each in last.instance.incidents.values()] == ["NeverRests"]
