"""Standard loops: an activity is repeated while a condition holds (BPMN 2.0.2 §13.3.6)."""

import pytest

from procession.core.commands import ExecuteElement
from procession.core.instance import Status
from procession.core.values import DataType
from procession.errors import Rejected
from tests.building import build, catch, error, message, on, script, service, throw, timer
from tests.looping import answer, execute, fail, owning, repeated, retry, rounds, seeing, seen_by
from tests.world import Run, start

COUNT = script("N = N + 1")


def counted(drawing: str = "start → script a → end", **loop: object) -> Run:
    """A run in which each round counts."""
    return start(build(drawing, a=repeated(COUNT, **loop)))  # type: ignore[arg-type]


def test_a_loop_is_repeated_as_long_as_its_condition_holds() -> None:
    """BPMN 2.0.2 §13.3.6: the inner activity is executed as long as loopCondition is true."""
    run = counted(while_="N < 3")

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 3)
    assert run.taken == ["start→a", "a→end"]


@pytest.mark.parametrize(("before", "times"), [(True, 0), (False, 1)])
def test_the_condition_is_tested_before_or_after_the_activity(before: bool, times: int) -> None:
    """BPMN 2.0.2 §13.3.6: testBefore makes it a while loop, else it is an until loop."""
    run = counted(while_="N < 0", test_before=before)

    assert (run.status, run.values["N"]) == (Status.COMPLETED, times)


def test_a_loop_that_is_tested_before_is_tested_before_each_round() -> None:
    """BPMN 2.0.2 §13.3.6: testBefore."""
    run = counted(while_="N < 3", test_before=True)

    assert run.values["N"] == 3


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("maximum", "times"), [(0, 0), (1, 1), (2, 2), (9, 5)])
def test_there_are_no_more_rounds_than_the_maximum(before: bool, maximum: int, times: int) -> None:
    """BPMN 2.0.2 §13.3.6: loopMaximum caps the number of iterations."""
    run = counted(while_="N < 5", test_before=before, maximum=maximum)

    assert (run.status, run.values["N"]) == (Status.COMPLETED, times)


def test_a_maximum_alone_says_how_often() -> None:
    """BPMN 2.0.2 §10.3.8.1: the loop condition is optional."""
    assert counted(maximum=4).values["N"] == 4


def test_the_loop_counter_says_which_round_it_is() -> None:
    """BPMN 2.0.2 table 10.29: loopCounter counts the loops and is updated by the engine."""
    count = repeated(script("T = (T or '') + str(loopCounter)"), while_="loopCounter < 4")
    run = start(build("start → script a → end", a=count))

    assert run.values["T"] == "1234"


def test_a_condition_that_is_tested_before_sees_how_many_rounds_there_were() -> None:
    """BPMN 2.0.2 table 10.29: loopCounter."""
    assert counted(while_="loopCounter < 3", test_before=True).values["N"] == 3


def test_one_round_goes_after_another() -> None:
    """BPMN 2.0.2 §13.3.6: the inner activity is executed in sequence."""
    run = start(build("start → user a → end", a=repeated(while_="B")))
    first = rounds(run, "a")

    execute(run, "a", B=True)
    second = rounds(run, "a")
    assert (run.alive, len(second), first == second) == (["a", "a"], 1, False)

    execute(run, "a", B=False)
    assert run.status is Status.COMPLETED


def test_each_round_has_variables_of_its_own() -> None:
    """BPMN 2.0.2 §10.4.1: a data object lives as long as the instance of its sub-process."""
    process = build(
        "start → sub s → end; s: script a",
        s=owning(repeated(maximum=3), X=DataType.INTEGER),
        a=seeing("X")(script("X = 1 if X is None else X + 1\nN = N + X")),
    )

    assert start(process).values["N"] == 3


def test_the_condition_sees_what_the_round_leaves() -> None:
    """BPMN 2.0.2 §10.3.8.1: the condition is tested on the loop's own data."""
    process = build("start → user a → end", a=owning(repeated(while_="X"), X=DataType.BOOLEAN))
    run = start(process)

    execute(run, "a", X=True)
    assert (len(rounds(run, "a")), seen_by(run, "a", "X")) == (1, [None])

    execute(run, "a", X=False)
    assert run.status is Status.COMPLETED


def test_associations_are_of_each_round() -> None:
    """BPMN 2.0.2 §13.3.2: inputs as an instance begins, outputs as it completes."""
    own = owning(repeated(maximum=2), X=DataType.INTEGER, inputs={"X": "N + 1"}, outputs={"N": "X"})
    run = start(build("start → user a → end", a=own))
    assert seen_by(run, "a", "X") == [1]

    execute(run, "a", X=10)
    assert (seen_by(run, "a", "X"), run.values["N"]) == ([11], 10)


def test_a_sub_process_may_be_a_loop() -> None:
    """BPMN 2.0.2 §13.3.6: any activity."""
    run = start(
        build(
            "start → sub s → end; s: start_in → script a → end_in",
            s=repeated(while_="N < 3"),
            a=COUNT,
        )
    )

    assert (run.status, run.visits("start_in")) == (Status.COMPLETED, 3)


def test_loops_may_stand_in_loops() -> None:
    """BPMN 2.0.2 §13.3.6."""
    drawing = "start → sub s → end; s: sub t; t: script a"
    run = start(build(drawing, s=repeated(maximum=3), t=repeated(maximum=2), a=COUNT))

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 6)


def test_each_round_of_outside_work_is_a_job_of_its_own() -> None:
    """BPMN 2.0.2 §13.3.6: the inner activity is executed multiple times."""
    work = service("pay", inputs={"n": "loopCounter"})
    run = start(build("start → service a → end", a=repeated(work, maximum=2)))

    seen = []
    for _ in range(2):
        (job,) = run.world.jobs(run.id)
        seen.append((job.id, job.values["n"]))
        answer(run, "a")
    assert (run.status, seen) == (Status.COMPLETED, [(1, 1), (2, 2)])


def test_terminate_within_a_round_ends_that_round_only() -> None:
    """BPMN 2.0.2 §13.5.6: the scope of the end event is terminated, and completes."""
    drawing = "start → sub s → end; s: start_in → and g → user a; s: g → script b → stop_in"
    run = start(build(drawing, s=repeated(maximum=3), b=COUNT))

    assert (run.status, run.values["N"], run.taken[-1]) == (Status.COMPLETED, 3, "s→end")


def test_a_boundary_event_is_of_all_rounds() -> None:
    """BPMN 2.0.2 §13.5.3: it interrupts the activity, which is the loop as a whole."""
    run = start(
        build(
            "start → user a → end; boundary late → user b",
            a=repeated(while_="True"),
            late=on("a", timer("PT1H")),
        )
    )
    for _ in range(3):
        execute(run, "a")

    run.wait(3600)
    assert run.alive == ["b"]


def test_an_event_sub_process_is_of_one_round() -> None:
    """BPMN 2.0.2 §13.5.4: it runs in the context of the instance of its sub-process."""
    run = start(
        build(
            "start → sub s → end; s: user a; s: event-sub e; e: start_e → script b",
            s=repeated(maximum=2),
            start_e=catch(message("M")),
            b=COUNT,
        )
    )

    run.send("M")
    assert (run.values["N"], run.alive) == (1, ["s", "s", "a"])

    run.send("M")
    assert (run.status, run.values["N"]) == (Status.COMPLETED, 2)


def test_an_error_in_an_event_sub_process_of_a_round_is_not_caught_there_again() -> None:
    """BPMN 2.0.2 §13.5.5: the event sub-process has interrupted its scope and is over."""
    run = start(
        build(
            "start → sub s → end; s: start_in → end_in; s: event-sub e; e: start_e → end_e;"
            "boundary caught → user b",
            s=repeated(maximum=2),
            end_in=throw(error("E")),
            start_e=catch(error("E")),
            end_e=throw(error("E")),
            caught=on("s", error("E")),
        )
    )

    assert (run.alive, run.visits("e")) == (["b"], 1)


def test_a_condition_that_fails_is_an_incident_of_the_round() -> None:
    """What was done is not done again: the retry only looks at the condition once more."""
    run = start(build("start → user a → end", a=repeated(while_="N > 0", maximum=3)))
    execute(run, "a", N=None)
    assert (run.incidents, run.alive) == ({"a": "ExpressionError"}, ["a", "a"])

    retry(run, "a")
    assert run.incidents == {"a": "ExpressionError"}


def test_a_round_that_failed_is_tried_again() -> None:
    """CONTRACT 4: a retry goes on where it failed."""
    run = start(build("start → service a → end", a=repeated(service(), maximum=2)))
    answer(run, "a")
    fail(run, "a")
    assert run.status is Status.ERROR

    retry(run, "a")
    answer(run, "a")
    assert (run.status, run.visits("a")) == (Status.COMPLETED, 3)


def test_a_condition_that_cannot_be_tested_before_is_an_incident_of_the_loop() -> None:
    """BPMN 2.0.2 §13.3.6: nothing has begun."""
    run = start(build("start → user a → end", a=repeated(while_="D > 1", test_before=True)))
    assert (run.alive, run.incidents) == (["a"], {"a": "ExpressionError"})

    run.retry("a")
    assert run.incidents == {"a": "ExpressionError"}


def test_a_loop_as_a_whole_cannot_be_executed() -> None:
    """CONTRACT 4: each round has a GUID of its own, and the answer names it."""
    run = start(build("start → user a → end", a=repeated(maximum=2)))
    whole = run.number("a")

    with pytest.raises(Rejected, match=r"done several times.*alive are 1: .*00000003$"):
        run.ask(ExecuteElement(whole, {}))


def test_a_loop_that_is_cancelled_leaves_nothing() -> None:
    """CONTRACT: the run and all that is alive in it."""
    run = start(build("start → user a → end", a=repeated(maximum=2)))

    run.cancel()
    assert run.status is Status.CANCELED
