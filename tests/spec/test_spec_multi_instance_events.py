"""Multi-instance activities and events: what their instances throw, what ends them."""

import pytest

from procession.core.model import LoopBehavior
from tests.building import (
    build,
    condition,
    error,
    escalation,
    message,
    on,
    signal,
    throw,
    timer,
)
from tests.looping import each, execute, execute_within, rounds, seeing
from tests.world import Run, start

PARAMETERS = "N: Integer = 0, T: Text, L: Any"
NAMES = ["Ann", "Bob", "Cem"]


def run_of(drawing: str, items: object = None, **details: object) -> Run:
    process = build(drawing, parameters=PARAMETERS, **details)  # type: ignore[arg-type]
    return start(process, L=items)


CAUGHT = "start → user a → end; boundary e → user b"


def test_an_interrupting_boundary_event_ends_all_instances() -> None:
    """BPMN 2.0.2 §13.5.3: the activity is interrupted as a whole."""
    run = run_of(CAUGHT, NAMES, a=each(items="L"), e=on("a", timer("PT1H")))
    execute(run, "a")

    run.wait(3600)
    assert run.alive == ["b"]


def test_a_boundary_event_that_does_not_interrupt_leaves_them_going() -> None:
    """BPMN 2.0.2 §13.5.3; it is waited for once, not by each instance."""
    run = run_of(CAUGHT, NAMES, a=each(items="L"), e=on("a", message("M"), interrupting=False))
    assert len(run.instance.subscriptions) == 1

    run.send("M")
    assert run.alive == ["a"] * 4 + ["b"]


def test_an_error_of_one_instance_ends_all_of_them() -> None:
    """BPMN 2.0.2 §13.5.5: the boundary is that of the activity."""
    run = run_of(
        "start → sub s → end; s: user a → end_e; boundary e → user b",
        NAMES,
        s=each(items="L", item="x"),
        end_e=seeing("x")(throw(error("E", payload={"T": "x"}))),
        e=on("s", error("E", outputs={"T": "T"})),
    )

    execute_within(run, "a", 1)
    assert (run.alive, run.values["T"]) == (["b"], "Bob")


def test_terminate_within_an_instance_ends_that_instance_only() -> None:
    """BPMN 2.0.2 §13.5.6."""
    run = run_of("start → sub s → end; s: user a → stop_in; s: user c", NAMES, s=each(items="L"))

    execute_within(run, "a", 1)
    assert (len(rounds(run, "s")), run.alive.count("c")) == (2, 2)


def test_behavior_all_throws_nothing() -> None:
    """BPMN 2.0.2 table 10.30: with behavior All no event is ever thrown."""
    run = run_of(CAUGHT, NAMES, a=each(items="L", throws=error("E")), e=on("a", error("E")))
    execute(run, "a")

    assert run.alive == ["a"] * 3


def test_behavior_none_throws_an_event_for_each_instance_that_completes() -> None:
    """BPMN 2.0.2 table 10.30: noneBehaviorEventRef; boundary events of the activity catch it."""
    loop = each(items="L", item="x", behavior=LoopBehavior.NONE,
                throws=escalation("E", payload={"T": "x"}))  # fmt: skip
    run = run_of(CAUGHT, NAMES, a=loop,
                 e=on("a", escalation("E", outputs={"T": "T"}), interrupting=False))  # fmt: skip

    execute(run, "a", 2)
    assert (run.alive.count("b"), run.values["T"]) == (1, "Cem")
    execute(run, "a")
    execute(run, "a")
    assert run.alive == ["b"] * 3


def test_behavior_one_throws_an_event_when_the_first_instance_completes() -> None:
    """BPMN 2.0.2 table 10.30: oneBehaviorEventRef."""
    loop = each(items="L", behavior=LoopBehavior.ONE, throws=signal("S"))
    run = run_of(CAUGHT, NAMES, a=loop, e=on("a", signal("S"), interrupting=False))

    for _ in NAMES:
        execute(run, "a")
        run.world.settle()
    assert run.alive == ["b"]


def test_an_error_that_the_first_instance_throws_ends_the_others() -> None:
    """BPMN 2.0.2 table 10.30: an interrupting boundary event catches it."""
    loop = each(items="L", behavior=LoopBehavior.ONE, throws=error("E"))
    run = run_of(CAUGHT, NAMES, a=loop, e=on("a", error("E")))

    execute(run, "a")
    assert run.alive == ["b"]


def test_an_event_is_caught_though_enough_have_completed() -> None:
    """BPMN 2.0.2 table 10.30: what is thrown by the last instance is caught before it is left."""
    loop = each(items="L", behavior=LoopBehavior.ONE, throws=escalation("E"), until="True")
    run = run_of(CAUGHT, NAMES, a=loop, e=on("a", escalation("E"), interrupting=False))

    execute(run, "a")
    assert (run.alive, run.taken[-1]) == (["b"], "a→end")


def test_behavior_complex_throws_the_events_whose_conditions_hold() -> None:
    """BPMN 2.0.2 table 10.32: complexBehaviorDefinition."""
    throws = {
        "numberOfCompletedInstances == 2": escalation("Half"),
        "x == 'Ann'": escalation("Her"),
    }
    run = run_of(
        "start → user a → end; boundary h → user half; boundary r → user her",
        NAMES,
        a=each(items="L", item="x", behavior=LoopBehavior.COMPLEX, throws=throws),
        h=on("a", escalation("Half"), interrupting=False),
        r=on("a", escalation("Her"), interrupting=False),
    )

    execute(run, "a", 0)
    assert run.alive == ["a"] * 3 + ["her"]
    execute(run, "a")
    assert run.alive == ["a"] * 2 + ["her", "half"]


@pytest.mark.parametrize("behavior", [LoopBehavior.NONE, LoopBehavior.ONE])
def test_a_behavior_without_an_event_throws_nothing(behavior: LoopBehavior) -> None:
    """BPMN 2.0.2 table 10.30: the event references are optional."""
    run = run_of("start → user a → end", NAMES, a=each(items="L", behavior=behavior))
    execute(run, "a")

    assert len(rounds(run, "a")) == 2


def test_an_error_that_nothing_catches_is_an_incident_of_its_instance() -> None:
    """BPMN 2.0.2 §13.5.5."""
    run = run_of(
        "start → user a → end",
        NAMES,
        a=each(items="L", behavior=LoopBehavior.ONE, throws=error("E")),
    )
    execute(run, "a")

    assert (run.incidents, run.alive) == ({"a": "UncaughtError"}, ["a"] * 4)


def test_an_error_that_nothing_catches_goes_to_the_caller() -> None:
    """BPMN 2.0.2 §13.5.5: the called process ends by it."""
    loop = each(cardinality="2", behavior=LoopBehavior.ONE, throws=error("E"))
    child = build("start → user a → end", name="Child", a=loop)
    parent = build("start → call c → end; boundary e → user b", e=on("c", error("E")))
    run = start(parent, child)

    execute(run.child("c"), "a")
    run.world.settle()
    assert run.alive == ["b"]


def test_a_condition_on_the_boundary_sees_how_many_have_completed() -> None:
    """BPMN 2.0.2 §10.5.5.3, table 10.31."""
    process = build(
        CAUGHT,
        parameters="numberOfCompletedInstances: Any",
        a=each(cardinality="3"),
        e=on("a", condition("numberOfCompletedInstances == 2")),
    )
    run = start(process)

    execute(run, "a")
    assert len(rounds(run, "a")) == 2
    execute(run, "a")
    assert run.alive == ["b"]
