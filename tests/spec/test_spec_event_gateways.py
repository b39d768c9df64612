"""Event-based gateways (BPMN 2.0.2 §10.6.6, §13.4.4), multiple events (§10.5.5.9, §10.5.5.11)."""

from collections.abc import Callable

import pytest

from procession.core.instance import Status
from procession.core.model import EventGatewayType
from procession.errors import BadValue
from tests.building import (
    build,
    catch,
    error,
    escalation,
    message,
    on,
    receive,
    signal,
    throw,
    timer,
)
from tests.details import Detail
from tests.world import Run, World, start


def gateway(kind: EventGatewayType = EventGatewayType.EXCLUSIVE) -> Detail:
    """An event-based gateway that instantiates."""
    return lambda kinds: {"instantiate": True, "type": kind}


DEFERRED = (
    "start → event choice → catch paid → user thank → end; choice → catch late → user remind → end;"
    "choice → receive refused → end"
)


def test_the_first_event_decides_and_the_others_are_given_up() -> None:
    """§13.4.4: the token goes along the flow to the event that occurred first."""
    process = build(
        DEFERRED,
        paid=catch(message("Paid")),
        late=catch(timer("P3D")),
        refused=receive(message("Refused")),
    )
    run = start(process)
    assert run.alive == ["choice"]

    run.send("Paid", N=2)

    assert run.alive == ["thank"]
    assert run.values["N"] == 2
    assert "choice→paid" in run.taken
    assert not run.instance.subscriptions
    assert not run.instance.jobs


def test_a_timer_behind_the_gateway_may_be_the_first() -> None:
    process = build(
        DEFERRED,
        paid=catch(message("Paid")),
        late=catch(timer("P3D")),
        refused=receive(message("Refused")),
    )
    run = start(process)

    run.wait(3 * 86_400)

    assert run.alive == ["remind"]


def test_a_receive_task_may_stand_behind_the_gateway() -> None:
    process = build(
        DEFERRED,
        paid=catch(message("Paid")),
        late=catch(timer("P3D")),
        refused=receive(message("Refused")),
    )
    run = start(process)

    run.send("Refused")

    assert run.status is Status.COMPLETED
    assert run.visits("refused") == 1


def test_an_instantiating_gateway_starts_the_process_with_any_of_its_events() -> None:
    """Clause 13.2: the instance begins by the event that occurred; the others do not wait."""
    process = build(
        "event choice → catch a → user work → end; choice → catch b → end",
        choice=gateway(),
        a=catch(message("A")),
        b=catch(message("B")),
    )
    world = World(process)

    world.send("A", N=1)
    world.send("B", N=2)

    assert [world.load(run).values["N"] for run in world.runs] == [1, 2]
    assert [len(world.load(run).subscriptions) for run in world.runs] == [0, 0]


def test_a_parallel_instantiating_gateway_waits_for_all_of_its_events() -> None:
    """§10.6.6: the first event makes the instance, which is done when all have come."""
    process = build(
        "event both → catch a → and join → end; both → catch b → join",
        both=gateway(EventGatewayType.PARALLEL),
        a=catch(message("A", outputs={"N": "N"})),
        b=catch(message("B", outputs={"T": "T"})),
    )
    world = World(process)

    world.send("B", T="second first")
    (run,) = world.runs
    assert world.load(run).status is Status.RUNNING
    world.send("A", N=9)

    assert len(world.runs) == 1
    instance = world.load(run)
    assert (instance.status, instance.values["N"], instance.values["T"]) == (
        Status.COMPLETED,
        9,
        "second first",
    )


def test_a_multiple_event_is_caught_with_any_of_its_definitions() -> None:
    """§10.5.5.9: one of the triggers is enough."""
    either = catch(message("A"), signal("B"), timer("PT1H"))
    acts: list[Callable[[Run], None]] = [
        lambda run: run.send("A"),
        lambda run: run.throw("B"),
        lambda run: run.wait(3600),
    ]
    for act in acts:
        run = start(build("start → catch either → user after → end", either=either))
        act(run)
        assert run.alive == ["after"]
        assert not run.instance.subscriptions
        assert not run.instance.jobs


def test_a_parallel_multiple_event_needs_all_of_its_definitions() -> None:
    """§10.5.5.11: all triggers must occur; the same one twice is one."""
    both = catch(message("A"), signal("B"), parallel=True)
    run = start(build("start → catch both → end", both=both))

    run.throw("B", T="seen")
    run.throw("B")
    assert run.alive == ["both"]
    assert run.values["T"] == "seen"
    run.send("A")

    assert run.status is Status.COMPLETED


def test_a_parallel_multiple_boundary_event_begins_anew_when_it_has_occurred() -> None:
    process = build(
        "start → user work → end; boundary both → task note → end",
        both=on("work", signal("A"), signal("B"), parallel=True, interrupting=False),
    )
    run = start(process)

    for name in ("A", "B", "A", "A", "B"):
        run.throw(name)

    assert run.visits("note") == 2
    assert run.alive == ["work"]


def test_a_parallel_multiple_start_event_waits_for_the_rest_of_its_triggers() -> None:
    """Clause 13.2: the process goes on when all have occurred."""
    process = build(
        "start → user work → end", start=catch(message("A"), message("B"), parallel=True)
    )
    world = World(process)

    world.send("A", N=1)
    world.send("B", T="b")

    (run,) = world.runs
    assert [each.element for each in world.load(run).elements.values()] == ["", "work"]
    assert (world.load(run).values["N"], world.load(run).values["T"]) == (1, "b")


def test_a_multiple_throw_event_throws_all_that_it_defines() -> None:
    """§10.5.5.9: a throwing event with several definitions throws every one of them."""
    process = build(
        "start → sub box → end; box: start_b → throw both → user work → end_b;"
        "boundary asked → task help → end",
        both=throw(signal("Fire"), escalation("Help")),
        asked=on("box", escalation("Help"), interrupting=False),
    )
    run = start(process)

    assert run.own_jobs == ["signal"]
    assert run.visits("help") == 1


def test_what_ends_the_thrower_ends_the_throwing() -> None:
    process = build(
        "start → sub box → end; box: start_b → end_x; boundary caught → end saved",
        end_x=throw(error("E"), signal("Never")),
        caught=on("box", error("E")),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert run.own_jobs == []


def test_what_a_part_of_a_parallel_multiple_event_carries_is_refused_if_it_does_not_fit() -> None:
    """Its activity goes on as it was; nothing has been taken from whoever sent it."""
    process = build(
        "start → user work → end; boundary both → end_two",
        both=on("work", message("A"), signal("B"), parallel=True),
    )
    run = start(process)

    with pytest.raises(BadValue, match="both"):
        run.send("A", N="a dozen")

    assert not run.incidents
    assert len(run.instance.subscriptions) == 2


def test_a_part_that_does_not_fit_a_waiting_event_is_its_incident() -> None:
    both = catch(message("A"), signal("B"), parallel=True)
    run = start(build("start → catch both → end", both=both))

    run.send("A", N="a dozen")
    assert run.incidents == {"both": "BadValue"}
    run.retry("both")

    assert run.incidents == {"both": "BadValue"}
