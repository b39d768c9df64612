"""Multi-instance activities: how many have to complete (BPMN 2.0.2 §13.3.7)."""

import pytest

from procession.core.instance import Status
from procession.core.values import DataType
from tests.building import build, script, service
from tests.looping import answer, each, execute, fail, owning, retry, rounds, seen_by
from tests.world import Run, start

USER = "start → user a → end"
PARAMETERS = "N: Integer = 0, B: Boolean = False, L: Any, O: Any"
NAMES = ["Ann", "Bob", "Cem"]


def run_of(drawing: str = USER, items: object = None, **details: object) -> Run:
    process = build(drawing, parameters=PARAMETERS, **details)  # type: ignore[arg-type]
    return start(process, L=items)


def test_the_completion_condition_ends_those_that_are_left() -> None:
    """BPMN 2.0.2 §13.3.7: when it is true the remaining instances are cancelled."""
    loop = each(items="L", item="x", output=("O", "x"), until="numberOfCompletedInstances >= 2")
    run = run_of(items=NAMES, a=loop)
    execute(run, "a", 2)
    assert run.status is Status.RUNNING

    execute(run, "a", 0)
    assert (run.status, run.values["O"], run.taken[-1]) == (
        Status.COMPLETED, ["Ann", "Cem"], "a→end")  # fmt: skip


def test_the_completion_condition_ends_a_sequence() -> None:
    """BPMN 2.0.2 §13.3.7."""
    run = run_of(items=NAMES, a=each(items="L", item="x", sequential=True, until="x == 'Bob'"))
    execute(run, "a")
    assert run.status is Status.RUNNING

    execute(run, "a")
    assert (run.status, run.visits("a")) == (Status.COMPLETED, 3)


def test_instances_that_have_not_begun_do_not_begin_when_enough_have_completed() -> None:
    """BPMN 2.0.2 §13.3.7."""
    run = run_of("start → script a → end", NAMES,
                 a=each(script("N = N + 1"), items="L", until="N == 1"))  # fmt: skip

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 1)


def test_the_completion_condition_sees_what_the_instance_has_given() -> None:
    """BPMN 2.0.2 §10.3.8.2: it is evaluated every time an instance completes."""
    own = owning(each(cardinality="3", until="B"), outputs={"B": "ok"}, ok=DataType.BOOLEAN)
    run = run_of(a=own)
    execute(run, "a", ok=False)
    assert len(rounds(run, "a")) == 2

    execute(run, "a", ok=True)
    assert run.status is Status.COMPLETED


COUNTERS = (
    "[numberOfInstances, numberOfActiveInstances, numberOfCompletedInstances,"
    " numberOfTerminatedInstances, nrOfInstances, nrOfActiveInstances, nrOfCompletedInstances]"
)


@pytest.mark.parametrize(
    ("sequential", "seen"),
    [
        (False, ["[3, 2, 1, 0, 3, 2, 1]", "[3, 1, 2, 0, 3, 1, 2]", "[3, 0, 3, 0, 3, 0, 3]"]),
        (True, ["[1, 0, 1, 0, 3, 0, 1]", "[2, 0, 2, 0, 3, 0, 2]", "[3, 0, 3, 0, 3, 0, 3]"]),
    ],
)
@pytest.mark.parametrize("completed", [1, 2, 3])
def test_the_counters_count(sequential: bool, seen: list[str], completed: int) -> None:
    """BPMN 2.0.2 table 10.31: created, active, completed and terminated instances, which sum up.

    What completes is counted already. A sequential instance is created when it begins.
    """
    loop = each(
        cardinality="3", sequential=sequential, until=f"{COUNTERS} == {seen[completed - 1]}"
    )
    run = run_of(a=loop, drawing="start → user a → end")

    for _ in range(completed):
        assert run.status is Status.RUNNING
        execute(run, "a")
    assert run.status is Status.COMPLETED


def test_the_flows_out_see_the_counters() -> None:
    """BPMN 2.0.2 table 10.31: they are attributes of the activity as a whole."""
    draft = "start → user a →[{}] user b; a →[else] end"
    seen = "numberOfTerminatedInstances == 2 and numberOfCompletedInstances == 1"
    known = ", ".join(f"{name}: Any" for name in (
        "numberOfTerminatedInstances", "numberOfCompletedInstances"))  # fmt: skip
    process = build(
        draft.format(seen), parameters=known, a=each(cardinality="3", until="loopCounter == 2")
    )
    run = start(process)

    execute(run, "a", 1)
    assert run.alive == ["b"]


def test_an_incident_of_one_instance_leaves_the_others_going() -> None:
    """The activity is active as long as one of its instances is alive."""
    run = run_of("start → service a → end", NAMES, a=each(service(), items="L", item="x"))
    fail(run, "a", 1)
    answer(run, "a", 0)
    answer(run, "a", 1)
    assert (run.status, seen_by(run, "a", "x")) == (Status.ERROR, ["Bob"])

    retry(run, "a")
    answer(run, "a")
    assert run.status is Status.COMPLETED


def test_an_instance_that_could_not_begin_is_tried_again() -> None:
    """It keeps its item, and the instances after it begin meanwhile."""
    fails = each(service(inputs={"n": "x / N"}), items="L", item="x")
    run = run_of("start → service a → end; start → user b", [1, 2], a=fails)
    assert (run.incidents, seen_by(run, "a", "x")) == ({"a": "ExpressionError"}, [1, 2])

    run.execute("b", N=1)
    for number in (0, 1):
        retry(run, "a", number)
    assert sorted(job.values["n"] for job in run.world.jobs(run.id)) == [1, 2]


def test_an_instance_with_an_incident_ends_when_enough_have_completed() -> None:
    """BPMN 2.0.2 §13.3.7: the remaining instances are cancelled, whatever they wait for."""
    loop = each(service(), cardinality="2", until="numberOfCompletedInstances == 1")
    run = run_of("start → service a → end", a=loop)
    fail(run, "a", 0)

    answer(run, "a", 1)
    assert (run.status, run.instance.jobs) == (Status.COMPLETED, {})
