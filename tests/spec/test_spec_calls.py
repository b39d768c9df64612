"""Call activities: another process runs as a child (BPMN 2.0.2 §10.3.6, §13.3.4)."""

from typing import Any

import pytest

from procession.core.instance import Status
from procession.core.model import Expression, Process
from procession.core.values import DataType, Kind
from tests.building import build, call, expression, formula, script
from tests.world import Run, start

CALLER = build(
    "start → call c → user after; start → user beside",
    c=call("Child", inputs={"X": "N + 1"}, outputs={"Y": "N"}),
)
CHILD = build(
    "start → user u → script s → end",
    name="Child",
    parameters="X: Integer in, Y: Integer out, Z: Integer internal",
    s=script("Y = X * 10"),
)


def test_call_activity_starts_the_called_process_with_the_mapped_values() -> None:
    """BPMN 2.0.2 §13.3.4: it transfers control to the called process and waits for it."""
    run = start(CALLER, CHILD, N=3)

    child = run.child("c")

    assert (child.instance.process, child.values["X"], child.alive) == ("Child", 4, ["u"])
    assert run.alive == ["c", "beside"]


def test_call_activity_takes_the_mapped_results_and_goes_on_when_the_child_completes() -> None:
    """BPMN 2.0.2 §13.3.4, §10.4.2."""
    run = start(CALLER, CHILD, N=3)

    run.child("c").execute("u")
    run.world.settle()

    assert (run.values["N"], run.alive) == (40, ["beside", "after"])


def test_a_child_answers_its_outputs_only() -> None:
    """BPMN 2.0.2 §10.4.2: what is not an output stays within the called process."""
    run = start(CALLER, CHILD, N=3)
    child = run.child("c")

    child.execute("u")

    (job,) = run.world.jobs(child.id)
    assert (job.kind, job.values) == ("return", {"Y": 40})


def test_the_child_sees_nothing_of_its_callers_values() -> None:
    """BPMN 2.0.2 §13.3.4: a called process has data of its own."""
    run = start(CALLER, CHILD, N=3)

    assert list(run.child("c").values) == ["X", "Y", "Z"]


def test_a_called_process_that_is_cancelled_is_an_incident_of_the_call() -> None:
    """BPMN 2.0.2 §13.3.2: the activity fails."""
    run = start(CALLER, CHILD)

    run.child("c").cancel()
    run.world.settle()

    assert run.incidents == {"c": "ChildCanceled"}


def test_a_call_that_is_retried_starts_a_new_child() -> None:
    """Ours: the cancelled child stays cancelled."""
    run = start(CALLER, CHILD, N=3)
    first = run.child("c")
    first.cancel()
    run.world.settle()

    run.retry("c")
    second = run.child("c")
    second.execute("u")
    run.world.settle()

    assert (first.id != second.id, run.alive) == (True, ["beside", "after"])


def test_a_called_process_with_an_incident_keeps_its_caller_waiting() -> None:
    """BPMN 2.0.2 §13.3.4: the child is still active; its operator can help it."""
    child = build("start → service w → end", name="Child", parameters="X: Integer, Y: Integer")
    run = start(CALLER, child)
    called = run.child("c")

    called.fail("w")
    run.world.settle()
    assert (run.status, run.incidents, called.status) == (Status.RUNNING, {}, Status.ERROR)

    called.retry("w")
    called.answer("w")
    run.world.settle()
    assert run.alive == ["beside", "after"]


def test_a_result_that_does_not_fit_is_an_incident_of_the_call() -> None:
    """BPMN 2.0.2 §13.3.2."""
    child = build(
        "start → script s", name="Child", parameters="X: Integer, Y: Text", s=script("Y = 'many'")
    )
    run = start(CALLER, child)

    run.world.settle()

    assert run.incidents == {"c": "BadValue"}


def test_a_process_that_cannot_take_the_given_values_is_an_incident_of_the_call() -> None:
    """BPMN 2.0.2 §13.3.2."""
    caller = build("start → call c → end", c=call("Child", inputs={"X": "T"}))
    run = start(caller, CHILD, T="many")

    run.world.settle()

    assert run.incidents == {"c": "BadValue"}


def test_a_call_whose_inputs_fail_is_an_incident_without_a_child() -> None:
    """BPMN 2.0.2 §13.3.2."""
    run = start(build("start → call c → end", c=call("Child", inputs={"X": "1 // N"})), CHILD, N=0)

    assert (run.incidents, run.world.jobs(run.id)) == ({"c": "ExpressionError"}, [])


def test_a_caller_that_is_cancelled_cancels_its_child() -> None:
    """BPMN 2.0.2 §13.3.2: what is terminated terminates what it holds."""
    run = start(CALLER, CHILD)
    child = run.child("c")

    run.cancel()
    run.world.settle()

    assert (run.status, child.status) == (Status.CANCELED, Status.CANCELED)
    assert (run.own_jobs, child.own_jobs) == ([], [])


def test_a_caller_that_is_cancelled_before_its_child_began_begins_none() -> None:
    """Ours: the job that would have started it is closed."""
    run = start(CALLER, CHILD)

    run.cancel()
    run.world.settle()

    assert len(run.world.runs) == 1


def test_a_child_that_ends_while_its_caller_is_cancelled_is_left_as_it_ended() -> None:
    """Ours: the two ends cross; each is done once."""
    run = start(CALLER, CHILD)
    child = run.child("c")

    run.cancel()
    child.execute("u")
    run.world.settle()

    assert (run.status, child.status) == (Status.CANCELED, Status.COMPLETED)
    assert (run.own_jobs, child.own_jobs) == ([], [])


def test_calls_may_be_nested() -> None:
    """BPMN 2.0.2 §13.3.4."""
    outer = build("start → call c → end", c=call("Middle", outputs={"N": "N"}))
    middle = build("start → call d → end", name="Middle", d=call("Child", inputs={"X": "7"}))
    run = start(outer, middle, CHILD)

    innermost = Run(run.world, run.child("c").child("d").id)
    innermost.execute("u")
    run.world.settle()

    assert [Run(run.world, each).status for each in run.world.runs] == [Status.COMPLETED] * 3


def test_cancelling_a_run_reaches_the_innermost_of_nested_calls() -> None:
    """BPMN 2.0.2 §13.3.2."""
    outer = build("start → call c → end", c=call("Middle"))
    middle = build("start → call d → end", name="Middle", d=call("Child"))
    run = start(outer, middle, CHILD)
    innermost = run.child("c").child("d")

    run.cancel()
    run.world.settle()

    assert innermost.status is Status.CANCELED


@pytest.mark.parametrize("called", [build("", name="Child"), build("start → stop", name="Child")])
def test_a_child_that_ends_in_its_first_turn_answers_too(called: Process) -> None:
    """BPMN 2.0.2 §13.3.4: it completes normally, by a terminate end event as well."""
    run = start(build("start → call c → user after", c=call("Child")), called)

    run.world.settle()

    assert run.alive == ["after"]


def called(text: str) -> Expression:
    """An expression over a text parameter."""
    return expression(text, (("T", Kind(DataType.TEXT)), ("N", Kind(DataType.INTEGER))))


def test_an_expression_says_which_process_and_which_version_is_called() -> None:
    """§10.3.6: the called element may be known when the call is made only."""
    other: dict[str, Any] = {"called_by": called("T"), "version": called("N + 1")}
    run = start(build("start → call ask → end", ask=call("", **other)), T="Child", N=2)

    assert run.job("ask").values == {"process": "Child", "version": 3, "given": {}}


def test_a_version_may_be_pinned() -> None:
    run = start(build("start → call ask → end", ask=call("Child", version=4)))

    assert run.job("ask").values["version"] == 4


def test_no_version_is_the_newest() -> None:
    run = start(build("start → call ask → end", ask=call("Child", version=called("None"))))

    assert "version" not in run.job("ask").values


def test_a_name_that_is_none_is_an_incident() -> None:
    run = start(build("start → call ask → end", ask=call("", called_by=called("T"))))

    assert run.incidents == {"ask": "BadValue"}


def test_all_variables_go_in_and_come_back_where_that_is_wanted() -> None:
    parent = build(
        "start → call ask → end",
        ask=call("Child", all_inputs=True, all_outputs=True, inputs={"T": "'x'"}),
    )
    child = build("start → script add → end", name="Child", add=formula("N", "N + 1"))
    run = start(parent, child, N=1)

    run.world.settle()

    assert run.status is Status.COMPLETED
    assert (run.values["N"], run.values["T"]) == (2, "x")
