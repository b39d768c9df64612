"""Event sub-processes (BPMN 2.0.2 §10.3.5, §13.5.4) and escalations (§10.5.5.5)."""

import pytest

from procession.core.instance import Status
from procession.errors import BadValue
from tests.building import (
    build,
    call,
    catch,
    condition,
    error,
    escalation,
    message,
    on,
    signal,
    terminate,
    throw,
    timer,
)
from tests.world import start


def test_an_interrupting_event_sub_process_ends_all_else_in_its_scope() -> None:
    """§13.5.4: the parent's other activities are terminated, then the handler runs."""
    process = build(
        "start → and split → user a → end; split → user b → end;"
        "event-sub handler; handler: start_h → user undo → end_h",
        start_h=catch(message("Stop")),
    )
    run = start(process)

    run.send("Stop", N=3)

    assert run.alive == ["handler", "undo"]
    assert run.values["N"] == 3
    run.execute("undo")
    assert run.status is Status.COMPLETED
    assert not run.instance.subscriptions


def test_one_that_does_not_interrupt_runs_beside_and_as_often_as_it_is_triggered() -> None:
    """§13.5.4: the parent goes on; a new handler begins at each occurrence."""
    process = build(
        "start → user work → end; event-sub handler; handler: start_h → user look → end_h",
        start_h=catch(signal("Look"), interrupting=False),
    )
    run = start(process)

    run.throw("Look")
    run.throw("Look")
    assert run.alive == ["work", "handler", "look", "handler", "look"]

    run.execute("work")
    assert not run.status.final
    run.execute("look")
    run.execute("look")
    assert run.status is Status.COMPLETED


def test_an_event_sub_process_of_a_sub_process_ends_with_it() -> None:
    """§13.5.4: it is waited for while its scope is active, and no longer."""
    process = build(
        "start → sub box → user after → end; box: start_b → user work → end_b;"
        "box: event-sub handler; handler: start_h → end_h",
        start_h=catch(message("Stop")),
    )
    run = start(process)
    assert len(run.instance.subscriptions) == 1

    run.execute("work")

    assert run.alive == ["after"]
    assert not run.instance.subscriptions


def test_an_interrupted_sub_process_goes_on_when_its_handler_has_ended() -> None:
    """§13.5.4: the sub-process completes when the event sub-process does."""
    process = build(
        "start → sub box → user after → end; box: start_b → user work → end_b;"
        "box: event-sub handler; boundary late → end gone; handler: start_h → end_h",
        start_h=catch(message("Stop")),
        late=on("box", timer("PT1H")),
    )
    run = start(process)

    run.send("Stop")

    assert run.alive == ["after"]
    run.wait(7200)
    assert run.visits("gone") == 0


def test_a_timer_start_is_counted_from_when_the_scope_began() -> None:
    process = build(
        "start → user work → end; event-sub handler; handler: start_h → end_h",
        start_h=catch(timer("PT5M")),
    )
    run = start(process)

    run.wait(299)
    assert run.alive == ["work"]
    run.wait(2)
    assert run.status is Status.COMPLETED
    assert run.visits("handler") == 1


def test_an_error_is_caught_by_the_innermost_event_sub_process() -> None:
    """§13.5.5: the error goes from scope to scope until one handles it."""
    process = build(
        "start → sub box → end; box: start_b → end_x; event-sub outer; box: event-sub inner;"
        "inner: start_i → task seen → end_i; outer: start_o → end_o",
        end_x=throw(error("E1", payload={"N": "6 * 7"})),
        start_i=catch(error("E1")),
        start_o=catch(error(None)),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert (run.visits("seen"), run.visits("outer")) == (1, 0)
    assert run.values["N"] == 42


def test_an_error_in_the_handler_goes_further_out() -> None:
    """§10.3.5: what a handler throws is not for the handlers of the scope that it ends."""
    process = build(
        "start → sub box → end; box: start_b → end_x; box: event-sub inner;"
        "boundary caught → end saved; inner: start_i → end_again",
        end_x=throw(error("E1")),
        start_i=catch(error(None)),
        end_again=throw(error("E1")),
        caught=on("box", error("E1")),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert (run.visits("inner"), run.visits("saved")) == (1, 1)


def test_the_code_is_told_to_who_asks_for_it() -> None:
    run = start(
        build(
            "start → sub box → end; box: start_b → end_x; boundary caught → end",
            end_x=throw(error("E7")),
            caught=on("box", error(None, outputs={"code": "T"})),
        )
    )

    assert run.values["T"] == "E7"


def test_an_escalation_that_does_not_interrupt_lets_both_go_on() -> None:
    """§10.5.5.5: an escalation does not end what throws it."""
    process = build(
        "start → sub box → end; box: start_b → throw ask → user work → end_b;"
        "boundary asked → user help → end",
        ask=throw(escalation("Help", payload={"T": "'now'"})),
        asked=on("box", escalation("Help"), interrupting=False),
    )
    run = start(process)

    assert run.alive == ["box", "work", "help"]
    assert run.values["T"] == "now"


def test_an_interrupting_escalation_ends_the_activity() -> None:
    process = build(
        "start → sub box → end; box: start_b → throw ask → user work → end_b;"
        "boundary asked → user help → end",
        ask=throw(escalation("Help")),
        asked=on("box", escalation(None)),
    )
    run = start(process)

    assert run.alive == ["help"]


def test_an_escalation_that_nobody_catches_has_no_effect() -> None:
    run = start(build("start → throw ask → end", ask=throw(escalation("Help"))))

    assert run.status is Status.COMPLETED


def test_an_escalation_end_event_escalates_and_ends_its_path() -> None:
    process = build(
        "start → sub box → end; box: start_b → end_x; boundary asked → user help → end",
        end_x=throw(escalation("Help")),
        asked=on("box", escalation("Help"), interrupting=False),
    )
    run = start(process)

    assert run.alive == ["help"]
    run.execute("help")
    assert run.status is Status.COMPLETED


def test_an_escalation_goes_to_the_call_that_a_process_answers() -> None:
    """§10.5.5.5: it is propagated to the calling activity; the called process goes on."""
    parent = build(
        "start → call child → end; boundary asked → user help → end",
        name="Parent",
        child=call("Child"),
        asked=on("child", escalation("Help"), interrupting=False),
    )
    child = build(
        "start → throw ask → user work → end", name="Child", ask=throw(escalation("Help"))
    )
    run = start(parent, child)
    run.world.settle()

    assert run.alive == ["child", "help"]
    run.child("child").execute("work")
    run.world.settle()
    run.execute("help")
    assert run.status is Status.COMPLETED


def test_an_error_of_a_called_process_carries_its_values_to_the_caller() -> None:
    parent = build(
        "start → call child → end; boundary failed → end",
        name="Parent",
        child=call("Child"),
        failed=on("child", error("Bad", outputs={"Why": "T"})),
    )
    child = build(
        "start → end_x", name="Child", end_x=throw(error("Bad", payload={"Why": "'no money'"}))
    )
    run = start(parent, child)
    run.world.settle()

    assert run.status is Status.COMPLETED
    assert run.values["T"] == "no money"


def test_an_escalation_handler_does_not_handle_itself() -> None:
    """A handler that escalates again tells those around it, not itself."""
    process = build(
        "start → sub box → end; box: start_b → throw ask → end_b; box: event-sub inner;"
        "inner: start_i → end_again; boundary asked → task note → end",
        ask=throw(escalation("Help")),
        start_i=catch(escalation("Help"), interrupting=False),
        end_again=throw(escalation("Help")),
        asked=on("box", escalation("Help"), interrupting=False),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert (run.visits("inner"), run.visits("note")) == (1, 1)


def test_a_condition_begins_an_event_sub_process() -> None:
    process = build(
        "start → user work → user more → end; event-sub handler;"
        "handler: start_h → task note → end_h",
        start_h=catch(condition("N > 5"), interrupting=False),
    )
    run = start(process)

    run.execute("work", N=6)

    assert run.visits("note") == 1
    assert run.alive == ["more"]


def test_a_starved_join_does_not_keep_an_event_sub_process_from_ending_it() -> None:
    """An incident of the scope is over when the scope is interrupted."""
    process = build(
        "start → xor way →[N > 0] and join → end; way →[else] join; event-sub handler;"
        "handler: start_h → end_h",
        start_h=catch(message("Stop")),
    )
    run = start(process)
    assert run.incidents == {"": "JoinStarved"}

    run.send("Stop")

    assert run.status is Status.COMPLETED


def test_a_terminate_end_in_a_handler_ends_the_handler_only() -> None:
    """§13.5.6: it terminates the scope in which it stands."""
    process = build(
        "start → user work → end; event-sub handler;"
        "handler: start_h → and split → user look → end_h; handler: split → end_x",
        start_h=catch(signal("Look"), interrupting=False),
        end_x=throw(terminate()),
    )
    run = start(process)

    run.throw("Look")

    assert run.alive == ["work"]


def test_a_process_whose_event_sub_process_cannot_be_waited_for_does_not_start() -> None:
    """There is no instance yet that could have an incident: whoever starts it is told."""
    process = build(
        "start → user work → end; event-sub handler; handler: start_h → end_h",
        start_h=catch(condition("6 // N > 1")),
    )

    with pytest.raises(BadValue, match="P cannot be started"):
        start(process, N=0)
