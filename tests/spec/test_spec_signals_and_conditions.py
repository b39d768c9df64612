"""Signals (BPMN 2.0.2 §10.5.5.13) and conditions (§10.5.5.3)."""

from procession.core.instance import Status
from tests.building import build, catch, condition, formula, on, signal, throw
from tests.world import Run, World, start


def test_a_signal_goes_to_all_that_wait_for_it_in_all_instances() -> None:
    """§10.5.1: a signal is published and may be caught any number of times."""
    process = build("start → catch open_now → end", open_now=catch(signal("Open")))
    world = World(process)
    runs = [world.start("P", {}) for _ in range(3)]

    world.throw("Open", N=4)

    assert all(world.load(run).status is Status.COMPLETED for run in runs)
    assert all(world.load(run).values["N"] == 4 for run in runs)


def test_a_signal_is_not_kept_for_those_who_come_later() -> None:
    world = World(build("start → user prepare → catch go → end", go=catch(signal("Go"))))
    run = Run(world, world.start("P", {}))

    run.throw("Go")
    run.execute("prepare")

    assert run.alive == ["go"]


def test_a_thrown_signal_reaches_its_own_instance_too() -> None:
    """§10.5.5.13: the scope of a signal is global; the instance that throws it is no exception."""
    process = build(
        "start → and split → throw shout → end; split → catch hear → end",
        shout=throw(signal("Fire", payload={"T": "'run'"})),
        hear=catch(signal("Fire", outputs={"T": "T"})),
    )
    run = start(process)
    run.world.settle()

    assert run.status is Status.COMPLETED
    assert run.values["T"] == "run"


def test_a_signal_starts_each_process_that_it_starts() -> None:
    """Clause 13.2: a signal start event makes an instance at each occurrence."""
    world = World(
        build("start → end", name="A", start=catch(signal("Go"))),
        build("start → end", name="B", start=catch(signal("Go"))),
    )

    world.throw("Go")

    assert [world.load(run).process for run in world.runs] == ["A", "B"]


def test_a_boundary_signal_that_does_not_interrupt_may_occur_again() -> None:
    """§13.5.3: a non-interrupting boundary event occurs as often as it is triggered."""
    process = build(
        "start → user work → end; boundary heard → task note → end",
        heard=on("work", signal("Ping"), interrupting=False),
    )
    run = start(process)

    run.throw("Ping")
    run.throw("Ping")

    assert (run.visits("note"), run.alive) == (2, ["work"])


def test_a_condition_is_caught_when_a_value_makes_it_true() -> None:
    """§10.5.5.3: the event is triggered when the condition becomes true."""
    process = build(
        "start → and split → catch enough → end; split → user more → user again → end",
        enough=catch(condition("N > 10")),
    )
    run = start(process)

    run.execute("more", N=10)
    assert run.alive == ["enough", "again"]
    run.execute("again", N=11)

    assert run.status is Status.COMPLETED
    assert not run.instance.conditions


def test_a_condition_that_is_true_already_is_caught_at_once() -> None:
    run = start(build("start → catch enough → end", enough=catch(condition("N > 10"))), N=11)

    assert run.status is Status.COMPLETED


def test_a_condition_must_become_false_before_it_occurs_again() -> None:
    """§10.5.5.3: it is the change from false to true that triggers."""
    process = build(
        "start → sub box → end; boundary big → task note → end;"
        "box: user a → user b → user c → user d → end_b",
        big=on("box", condition("N > 10"), interrupting=False),
    )
    run = start(process)

    run.execute("a", N=11)
    run.execute("b", N=12)
    assert run.visits("note") == 1
    run.execute("c", N=1)
    run.execute("d", N=13)

    assert run.visits("note") == 2
    assert run.status is Status.COMPLETED


def test_a_condition_that_cannot_be_evaluated_yet_does_not_hold() -> None:
    """What it reads may come later; whether it can be compiled was seen at deployment."""
    process = build(
        "start → and split → catch rich → end; split → user earn → end",
        rich=catch(condition("D > 5")),
    )
    run = start(process, D="1")

    run.execute("earn", D=None)
    assert run.alive == ["rich"]


def test_a_condition_over_a_value_that_is_missing_is_an_incident_where_it_begins() -> None:
    run = start(build("start → catch rich → end", rich=catch(condition("D > 5"))))

    assert run.incidents == {"rich": "ExpressionError"}


def test_a_conditional_boundary_event_interrupts_what_makes_it_true() -> None:
    """A value that the activity itself sets may end it (§13.5.3)."""
    process = build(
        "start → sub box → end; box: start_b → script count → user wait → end_b;"
        "boundary big → end gone",
        count=formula("N", "N + 100"),
        big=on("box", condition("N > 50")),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert run.visits("wait") == 0
