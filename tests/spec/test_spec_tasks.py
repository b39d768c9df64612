"""Tasks: what each type does when a token reaches it (BPMN 2.0.2 §13.3.3)."""

import pytest

from procession.core.instance import Status
from procession.core.model import Retries
from procession.errors import BadValue, Rejected
from tests.building import build, formula, script, service
from tests.world import start


@pytest.mark.parametrize("kind", ["task", "manual"])
def test_abstract_and_manual_task_complete_upon_activation(kind: str) -> None:
    """BPMN 2.0.2 §13.3.3: no engine executes them; both are conceptual only."""
    run = start(build(f"start → {kind} t → end"))

    assert (run.status, run.visits("t")) == (Status.COMPLETED, 1)


def test_user_task_rests_until_somebody_executes_it() -> None:
    """BPMN 2.0.2 §13.3.3: upon activation it is distributed to a person; then it completes."""
    run = start(build("start → user a → end"))
    assert (run.status, run.alive) == (Status.RUNNING, ["a"])

    run.execute("a")

    assert run.status is Status.COMPLETED


def test_user_task_sets_the_parameters_that_its_user_gives() -> None:
    """BPMN 2.0.2 §13.3.3, §10.4.2: a task's outputs are written when it completes."""
    run = start(build("start → user a → xor g →[N > 5] end; g →[else] user b"))

    run.execute("a", N="7", T="done")

    assert (run.status, run.values["N"], run.values["T"]) == (Status.COMPLETED, 7, "done")


def test_user_task_refuses_what_a_parameter_cannot_hold_and_goes_on_waiting() -> None:
    """Ours: the caller is told, and the task stays as it was."""
    run = start(build("start → user a → end"))

    with pytest.raises(BadValue, match="N: 'many' is not an Integer"):
        run.execute("a", N="many", T="x")

    assert (run.alive, run.values["T"]) == (["a"], None)


def test_script_task_runs_its_script_and_completes() -> None:
    """BPMN 2.0.2 §13.3.3: upon activation the script is executed; the task completes with it."""
    run = start(build("start → script s → end", s=script("N = N + 1\nT = 'x'")), N=1)

    assert (run.status, run.values["N"], run.values["T"]) == (Status.COMPLETED, 2, "x")


def test_script_task_with_a_formula_sets_its_result() -> None:
    """Ours, after Creatio's formula task."""
    run = start(build("start → script s → end", s=formula("D", "N * 1.5")), N=3)

    assert str(run.values["D"]) == "4.5"


def test_script_task_that_fails_is_an_incident_and_runs_again_when_retried() -> None:
    """BPMN 2.0.2 §13.3.2: the activity fails; ours waits for an operator."""
    process = build("start → script s → end; start → user fix", s=script("N = 6 // N"))
    run = start(process, N=0)
    assert run.incidents == {"s": "ExpressionError"}

    run.execute("fix", N=3)
    run.retry("s")

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 2)


def test_script_task_whose_value_does_not_fit_is_an_incident_and_sets_nothing() -> None:
    """BPMN 2.0.2 §13.3.2."""
    run = start(build("start → script s → end", s=script("B = True\nN = 10 ** 18 * 10")))

    assert (run.incidents, run.values["B"]) == ({"s": "BadValue"}, False)


def test_service_task_rests_until_its_job_is_answered() -> None:
    """BPMN 2.0.2 §13.3.3: the operation is invoked; on its completion the task completes."""
    run = start(build("start → service s → end", s=service("http", inputs={"url": "T"})), T="u")
    assert run.job("s").kind == "http"
    assert run.job("s").values == {"url": "u"}

    run.answer("s")

    assert run.status is Status.COMPLETED


def test_service_task_keeps_the_results_that_its_outputs_name() -> None:
    """BPMN 2.0.2 §13.3.3: the out message's data are assigned to the task's output."""
    run = start(build("start → service s → end", s=service(outputs={"score": "N"})))

    run.answer("s", score=8, other="x")

    assert (run.values["N"], run.values["T"]) == (8, None)


def test_a_result_that_did_not_come_leaves_its_parameter_not_set() -> None:
    """Ours: an absent value is "not set"."""
    run = start(build("start → service s → end", s=service(outputs={"score": "N"})), N=3)

    run.answer("s")

    assert run.values["N"] is None


def test_service_task_whose_inputs_fail_is_an_incident_without_a_job() -> None:
    """BPMN 2.0.2 §13.3.2: the activity fails before its work begins."""
    process = build("start → service s → end; start → user fix", s=service(inputs={"x": "6 // N"}))
    run = start(process, N=0)
    assert (run.incidents, run.world.jobs(run.id)) == ({"s": "ExpressionError"}, [])

    run.execute("fix", N=2)
    run.retry("s")

    assert run.job("s").values == {"x": 3}


def test_service_task_that_fails_is_tried_again_after_a_doubling_pause() -> None:
    """Ours: a fault is an error (BPMN 2.0.2 §13.3.3) once all tries are used up."""
    process = build("start → service s → end", s=service(retries=Retries(3, delay_seconds=10)))
    run = start(process)
    first = run.job("s")

    pauses = []
    for _ in range(2):
        run.fail("s", retryable=True)
        pauses.append((run.job("s").due_at or run.world.now) - run.world.now)
    assert [pause.total_seconds() for pause in pauses] == [10, 20]
    assert (run.job("s").id, run.incidents) == (first.id, {})

    run.fail("s", "TimeOut", retryable=True)
    assert (run.incidents, run.job("s").due_at) == ({"s": "TimeOut"}, None)


def test_service_task_that_cannot_be_helped_by_a_retry_is_an_incident_at_once() -> None:
    """BPMN 2.0.2 §13.3.3: a returned fault is an error."""
    run = start(build("start → service s → end"))

    run.fail("s", "NotFound")

    assert run.incidents == {"s": "NotFound"}


def test_a_failed_service_task_that_is_retried_keeps_its_job() -> None:
    """Ours: the job's identity is the key by which an effect takes place once."""
    run = start(build("start → service s → end"))
    job = run.job("s")
    run.fail("s")

    run.retry("s")

    again = run.job("s")
    assert (again.id, again.due_at, again.attempts_left) == (job.id, run.world.now, 3)


def test_service_task_whose_answer_does_not_fit_is_an_incident_and_keeps_its_job() -> None:
    """Ours: the effect has taken place; a retry asks for the same effect's answer."""
    run = start(build("start → service s → end", s=service(outputs={"score": "N"})))
    job = run.job("s")
    run.answer("s", score="many")
    assert (run.incidents, run.job("s").due_at) == ({"s": "BadValue"}, None)

    run.execute("s")
    assert run.job("s").id == job.id

    run.answer("s", score=3)
    assert (run.status, run.values["N"]) == (Status.COMPLETED, 3)


def test_a_put_off_try_can_be_made_now_by_executing_the_task() -> None:
    """Ours (CONTRACT 4)."""
    run = start(build("start → service s → end"))
    run.fail("s", retryable=True)

    run.execute("s")

    assert (run.job("s").due_at, run.job("s").attempts_left) == (run.world.now, 2)


def test_executing_a_service_task_whose_job_is_due_changes_nothing() -> None:
    """Ours: the work is under way already."""
    run = start(build("start → service s → end"))

    assert run.execute("s") == []


def test_what_waits_for_something_else_than_a_caller_cannot_be_executed() -> None:
    """Ours (CONTRACT 4): a sub-process is done when what is in it is done."""
    run = start(build("start → sub s → end; s: user a"))

    with pytest.raises(Rejected, match="s waits for something else than a caller"):
        run.execute("s")
