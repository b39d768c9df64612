"""Messages (BPMN 2.0.2 §10.5.5.7, §13.5, §8.4.2; clause 13.2)."""

from procession.core.ids import InstanceId
from procession.core.instance import Status
from tests.building import (
    build,
    call,
    catch,
    having,
    message,
    on,
    receive,
    send,
    throw,
)
from tests.world import Run, World, start


def test_a_message_catch_event_rests_until_its_message_comes() -> None:
    """§13.5.3: an intermediate catch event is completed when what it waits for has occurred."""
    run = start(build("start → catch paid → end", paid=catch(message("Paid"))))

    assert run.alive == ["paid"]
    run.send("Ordered")
    assert run.alive == ["paid"]
    run.send("Paid", N=7)
    assert run.status is Status.COMPLETED
    assert run.values["N"] == 7


def test_outputs_say_which_variables_take_what_a_message_carries() -> None:
    """§10.5.1: what a caught event carries is copied by its data output associations."""
    paid = catch(message("Paid", outputs={"amount": "N", "by": "T"}))
    run = start(build("start → catch paid → end", paid=paid))

    run.send("Paid", amount="12", by="Ada", N=99)

    assert (run.values["N"], run.values["T"]) == (12, "Ada")


def test_what_does_not_fit_is_an_incident_and_is_taken_again_on_a_retry() -> None:
    """The message was taken by this instance: it must not be lost, nor go to another one."""
    run = start(build("start → catch paid → end", paid=catch(message("Paid"))))

    run.send("Paid", N="a dozen")

    assert run.incidents == {"paid": "BadValue"}
    assert not run.instance.subscriptions
    run.retry("paid")
    assert run.incidents == {"paid": "BadValue"}
    assert "a dozen" in next(iter(run.instance.incidents.values())).message


def test_a_receive_task_takes_its_message_and_a_send_task_does_not_wait() -> None:
    """§13.3.3: a send task is done when its message has been sent, a receive task when it comes."""
    process = build(
        "start → and split → send ask → end; split → receive answer → end",
        ask=send(message("Answer", payload={"N": "41 + 1"})),
        answer=receive(message("Answer")),
    )
    run = start(process)

    assert run.alive == ["answer"]
    run.world.settle()

    assert run.status is Status.COMPLETED
    assert run.values["N"] == 42


def test_a_message_end_event_sends_and_ends() -> None:
    """§13.5.6: an end event throws what it defines."""
    world = World(
        build("start → end done", name="Sender", done=throw(message("Go", payload={"N": "N + 1"}))),
        build("start → end", name="Other", start=catch(message("Go"))),
    )
    sender = world.start("Sender", {"N": 1})
    world.settle()

    started = [run for run in world.runs if run != sender]
    assert [world.load(run).values["N"] for run in started] == [2]


def test_one_instance_only_takes_a_message() -> None:
    """Clause 13.2: a message is routed to exactly one."""
    process = build("start → catch paid → end", paid=catch(message("Paid")))
    world = World(process)
    first, second = world.start("P", {}), world.start("P", {})

    world.send("Paid")

    assert [world.load(run).status for run in (first, second)] == [
        Status.COMPLETED,
        Status.RUNNING,
    ]


def test_a_key_finds_the_instance() -> None:
    """§8.4.2: correlation associates a message with the one conversation that it is part of."""
    process = build("start → catch paid → end", paid=catch(message("Paid", key="N")))
    world = World(process)
    runs = [world.start("P", {"N": number}) for number in (1, 2, 3)]

    world.send("Paid", "[2]")

    assert [world.load(run).status.final for run in runs] == [False, True, False]


def test_a_message_that_comes_first_is_kept_until_somebody_waits() -> None:
    world = World(build("start → user prepare → catch paid → end", paid=catch(message("Paid"))))
    run = Run(world, world.start("P", {}))

    run.send("Paid", N=5)
    assert run.alive == ["prepare"]
    run.execute("prepare")
    world.settle()

    assert run.status is Status.COMPLETED
    assert run.values["N"] == 5


def test_a_boundary_message_interrupts_or_does_not() -> None:
    """§13.5.3: a non-interrupting boundary event leaves its activity alone, and may occur again."""
    process = build(
        "start → user work → end; boundary stop_it → end stopped; boundary tell → task note → end",
        stop_it=on("work", message("Stop")),
        tell=on("work", message("Tell"), interrupting=False),
    )
    run = start(process)

    run.send("Tell")
    run.send("Tell")
    assert (run.visits("note"), run.alive) == (2, ["work"])
    run.send("Stop")

    assert run.status is Status.COMPLETED
    assert run.visits("stopped") == 1
    assert not run.instance.subscriptions


def test_a_message_start_event_starts_with_what_the_message_carries() -> None:
    """Clause 13.2: each occurrence of the start event's trigger makes a new instance."""
    world = World(build("start → user work → end", start=catch(message("Go"))))

    world.send("Go", N=3)
    world.send("Go", N=4)

    assert [world.load(run).values["N"] for run in world.runs] == [3, 4]


def test_a_receive_task_that_instantiates_starts_the_process() -> None:
    """§10.3.3: a receive task without incoming flow may start a process."""
    world = World(build("receive first → end", first=receive(message("Go"), instantiate=True)))

    world.send("Go", T="hello")

    (run,) = world.runs
    assert (world.load(run).status, world.load(run).values["T"]) == (Status.COMPLETED, "hello")


def test_a_message_for_a_call_that_is_interrupted_cancels_the_child() -> None:
    """§13.3.4: an interrupted call activity ends what it has called."""
    parent = build(
        "start → call child → end; boundary stop_it → end",
        name="Parent",
        child=call("Child"),
        stop_it=on("child", message("Stop")),
    )
    run = start(parent, build("start → user work → end", name="Child"))
    child = run.child("child")

    run.send("Stop")

    assert run.status is Status.COMPLETED
    assert child.status is Status.CANCELED


def test_a_caller_may_say_that_a_receive_task_is_done() -> None:
    run = start(build("start → receive answer → end", answer=receive(message("Answer"))))

    run.execute("answer", N=1)

    assert run.status is Status.COMPLETED
    assert not run.instance.subscriptions


def test_messages_go_between_two_processes_until_both_have_ended() -> None:
    """Two pools that talk: each waits for the other's answer by a key that both know."""
    buyer = build(
        "start → send order → receive offer → send accept → end",
        name="Buyer",
        order=send(message("Order", key="T", payload={"T": "T", "N": "N"})),
        offer=receive(message("Offer", key="T")),
        accept=send(message("Accept", key="T")),
    )
    seller = build(
        "start → task price → send offer → receive accepted → end",
        name="Seller",
        start=catch(message("Order")),
        offer=send(message("Offer", key="T", payload={"N": "N * 2"})),
        accepted=receive(message("Accept", key="T")),
    )
    world = World(buyer, seller)
    runs: list[InstanceId] = [world.start("Buyer", {"T": name, "N": 5}) for name in ("a", "b")]
    world.settle()

    assert all(world.load(run).status is Status.COMPLETED for run in world.runs)
    assert len(world.runs) == 4
    assert [world.load(run).values["N"] for run in runs] == [10, 10]


def test_what_has_been_executed_does_not_wait_for_its_message_any_more() -> None:
    """§13.3.3: a receive task that has what it waited for is done, even if it cannot be left."""
    answer = having("V: Integer", after={"N": "V * 2"}, doing=receive(message("Answer")))
    run = start(build("start → receive answer → end", answer=answer))

    run.execute("answer")

    assert run.incidents == {"answer": "ExpressionError"}
    assert not run.instance.subscriptions
