"""Waits: what comes too late, what may not be executed, what is waited for once more."""

from dataclasses import replace

import pytest

from procession.core.commands import CompleteJob, ThrowEscalation, TriggerSubscription
from procession.core.ids import JobId, SubscriptionId
from procession.core.instance import Status
from procession.core.model import Script, TimerKind
from procession.errors import Rejected
from tests.building import (
    build,
    catch,
    condition,
    error,
    formula,
    having,
    message,
    on,
    service,
    signal,
    throw,
    timer,
)
from tests.details import Kinds
from tests.looping import each
from tests.world import start


def test_a_message_for_a_subscription_that_is_over_changes_nothing() -> None:
    run = start(build("start → catch a → end", a=catch(message("A"))))

    assert run.ask(TriggerSubscription(SubscriptionId(99), {})) == []


def test_an_escalation_for_a_call_that_is_over_changes_nothing() -> None:
    run = start(build("start → user a → end"))

    assert run.ask(ThrowEscalation(JobId(99), "E")) == []


def test_a_caller_cannot_say_that_a_message_has_come() -> None:
    run = start(build("start → catch a → end", a=catch(message("A"))))

    with pytest.raises(Rejected, match="waits for a message"):
        run.execute("a")


def test_a_cycle_that_interrupts_is_not_waited_for_again() -> None:
    late = on("work", timer("R3/PT1M", TimerKind.CYCLE))
    run = start(build("start → user work → end; boundary late → end_two", late=late))

    run.wait(600)

    assert run.visits("late") == 1


def test_what_a_script_gives_goes_into_its_result() -> None:
    def described(kinds: Kinds) -> dict[str, object]:
        own = Script("x", "", lambda values: {"N": 4, "": 5})
        return {"script": own, "result": "T"}

    run = start(build("start → script s → end", s=described))

    assert (run.values["N"], run.values["T"]) == (4, "5")


def test_a_parallel_multiple_event_of_one_definition_occurs_with_it() -> None:
    run = start(build("start → catch a → end", a=catch(message("A"), parallel=True)))

    run.send("A")

    assert run.status is Status.COMPLETED


def test_an_event_of_an_element_that_is_gone_does_not_occur() -> None:
    """Two conditions come true at once, and the first ends what the second waits in."""
    process = build(
        "start → sub box → end; box: start_b → user work → script add → user more → end_b;"
        "boundary one → end_one; boundary two → end_two",
        add=formula("N", "N + 10"),
        one=on("box", condition("N > 5")),
        two=on("box", condition("N > 6")),
    )
    run = start(process)

    run.execute("work")

    assert (run.visits("one"), run.visits("two")) == (1, 0)
    assert run.status is Status.COMPLETED


def test_a_retried_activity_keeps_the_events_that_it_waits_for() -> None:
    """The boundary timer counts from when the activity began, not from the retry."""
    box = having("X: Integer", after={"N": "X + 1"})
    process = build(
        "start → sub box → end; box: start_b → user work → end_b; boundary late → end_two",
        box=box,
        late=on("box", timer("PT1H")),
    )
    run = start(process)
    run.execute("work")
    assert run.incidents == {"box": "ExpressionError"}

    run.retry("box")
    assert len(run.instance.jobs) == 1
    run.wait(3_600)

    assert run.status is Status.COMPLETED


def test_an_activity_that_ends_itself_waits_for_nothing() -> None:
    """An error that a sub-process throws at once is caught on its boundary."""
    process = build(
        "start → sub box → end; box: start_b → end_x; boundary bad → end_two;"
        "boundary heard → end_three",
        end_x=throw(error("E")),
        bad=on("box", error("E")),
        heard=on("box", signal("S")),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert not run.instance.subscriptions


def test_a_late_timer_of_an_interrupted_activity_changes_nothing() -> None:
    process = build(
        "start → user work → user after → end; boundary late → end_two",
        late=on("work", timer("PT1H")),
    )
    run = start(process)
    (job,) = run.world.jobs(run.id)
    run.execute("work")

    assert run.ask(CompleteJob(job.id, {})) == []


def test_an_event_that_has_occurred_for_an_element_that_is_done_by_now_changes_nothing() -> None:
    """A paused turn keeps what has occurred; meanwhile somebody completes the activity."""
    process = build(
        "start → and split → user work → end; split → user more → end;"
        "boundary big → end_two; boundary bigger → end_three",
        big=on("work", condition("N > 5"), interrupting=False),
        bigger=on("work", condition("N > 6"), interrupting=False),
    )
    run = start(process)
    run.world.limits = {"steps_per_turn": 1}
    run.execute("more", N=9)
    assert run.instance.pending

    run.execute("work")
    run.world.settle()

    assert (run.visits("big"), run.visits("bigger")) == (1, 0)
    assert run.status is Status.COMPLETED


def test_a_condition_that_fails_later_does_not_hold() -> None:
    process = build(
        "start → and split → catch few → end; split → user a → user b → end",
        few=catch(condition("10 // N > 4")),
    )
    run = start(process, N=5)

    run.execute("a", N=0)
    assert run.alive == ["few", "b"]
    run.execute("b", N=2)
    assert run.status is Status.COMPLETED


def test_a_variable_of_a_loop_may_be_set_and_is_of_any_type() -> None:
    run = start(build("start → user work → end", work=each(items="[7]", item="x")))
    number = max(run.instance.elements)

    run.execute_number(number, x=5)

    assert run.status is Status.COMPLETED


def test_an_open_process_takes_what_it_does_not_declare() -> None:
    process = replace(build("start → user work → end"), open=True)
    run = start(process)

    run.execute("work", Extra=[1])

    assert run.values["Extra"] == [1]


def test_all_that_a_service_answers_is_taken_where_that_is_wanted() -> None:
    def described(kinds: Kinds) -> dict[str, object]:
        return {**service("work")(kinds), "all_outputs": True}

    run = start(build("start → service work → end", work=described))

    run.answer("work", N=4, Unknown=5)

    assert run.values["N"] == 4
    assert "Unknown" not in run.values


def test_a_key_must_have_a_value() -> None:
    run = start(build("start → catch a → end", a=catch(message("A", key="T"))))

    assert run.incidents == {"a": "ExpressionError"}
