"""What a compensation sees: sub-processes, loops and variables (BPMN 2.0.2 §10.7, §13.5.5)."""

from procession.core.instance import Status
from procession.core.model import Process
from tests import looping
from tests.building import (
    build,
    call,
    catch,
    error,
    having,
    message,
    on,
    script,
    throw,
)
from tests.details import Detail, compensation, for_compensation, undone_by
from tests.looping import each, repeated, seeing
from tests.spec.trips import booked, trip
from tests.world import start

# -- scopes ---------------------------------------------------------------------------------------

NESTED = """
    start → sub box → throw undo → end
    box: user hotel → user flight; box: boundary on_hotel; box: boundary on_flight
    box: user no_hotel; box: user no_flight
"""


def test_a_sub_process_is_undone_by_undoing_what_is_within() -> None:
    """BPMN 2.0.2 §10.7.1: without a handler of its own, the default is done, in reverse order."""
    run = booked(trip(NESTED))
    assert run.alive == ["undo", "box", "flight", "no_flight"]

    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.status is Status.COMPLETED


def test_a_handler_on_the_boundary_undoes_a_sub_process_as_a_whole() -> None:
    """BPMN 2.0.2 §13.5.5: a boundary's handler is black-box compensation."""
    drawing = NESTED + "\n boundary on_box; user no_box"
    details = {"on_box": undone_by("box", "no_box"), "no_box": for_compensation()}
    run = booked(trip(drawing, **details))

    assert run.alive == ["undo", "box", "no_box"]
    run.execute("no_box")
    assert run.status is Status.COMPLETED


BY_EVENT = NESTED + "\n box: event-sub undoing; undoing: start_undo → user look → {then} → end"


def test_an_event_sub_process_undoes_the_sub_process_around_it() -> None:
    """BPMN 2.0.2 §10.7.1: a compensation event sub-process; it replaces the default."""
    run = booked(trip(BY_EVENT.format(then="task ok"), start_undo=catch(compensation())))
    assert run.alive == ["undo", "box", "undoing", "look"]

    run.execute("look")
    assert run.status is Status.COMPLETED
    assert run.visits("no_hotel") == 0


def test_an_event_sub_process_may_undo_what_is_within() -> None:
    """BPMN 2.0.2 table 10.88: it sees the activities of the sub-process in which it stands."""
    drawing = BY_EVENT.format(then="throw inner")
    details = {"start_undo": catch(compensation()), "inner": throw(compensation("hotel"))}
    run = booked(trip(drawing, **details))
    run.execute("look")
    assert run.alive == ["undo", "box", "undoing", "inner", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.status is Status.COMPLETED


def test_a_compensation_event_sub_process_is_not_waited_for() -> None:
    """BPMN 2.0.2 §13.5.4: it begins only when its sub-process, which has completed, is undone."""
    drawing = BY_EVENT.format(then="task ok")
    run = booked(trip(drawing, start_undo=catch(compensation()), undo=throw()))

    assert run.status is Status.COMPLETED


def test_an_error_takes_along_what_its_sub_process_has_done() -> None:
    """BPMN 2.0.2 §10.7.2: what did not complete is not compensated."""
    drawing = """
        start → sub box → end; box: user hotel → end_bad; box: boundary on_hotel
        box: user no_hotel; boundary on_box → throw undo → user after
    """
    process = build(
        drawing,
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        end_bad=throw(error("Bad")),
        on_box=on("box", error("Bad")),
        undo=throw(compensation()),
    )
    run = start(process)
    run.execute("hotel")

    assert run.alive == ["after"]


def test_an_error_handler_within_undoes_what_its_scope_has_done() -> None:
    """BPMN 2.0.2 §10.7.2: compensation is typically thrown as part of an error handler."""
    drawing = """
        start → sub box → user after; box: user hotel → end_bad; box: boundary on_hotel
        box: user no_hotel; box: event-sub handling; handling: start_error → throw undo → end_ok
    """
    process = build(
        drawing,
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        end_bad=throw(error("Bad")),
        start_error=catch(error("Bad")),
        undo=throw(compensation()),
    )
    run = start(process)
    run.execute("hotel")
    assert run.alive == ["box", "handling", "undo", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["after"]


def test_what_an_event_sub_process_has_done_is_undone_with_its_scope() -> None:
    """BPMN 2.0.2 §10.7.2: all activities that have completed in the scope."""
    drawing = """
        start → sub box → throw undo → end; box: user hotel; box: event-sub handling
        handling: start_more → user flight → end_more; handling: boundary on_flight
        handling: user no_flight
    """
    process = build(
        drawing,
        start_more=catch(message("more"), interrupting=False),
        on_flight=undone_by("flight", "no_flight"),
        no_flight=for_compensation(),
        undo=throw(compensation()),
    )
    run = start(process)
    run.send("more")
    run.execute("flight")
    run.execute("hotel")

    assert run.alive == ["undo", "box", "handling", "flight", "no_flight"]
    run.execute("no_flight")
    assert run.status is Status.COMPLETED


def test_a_called_process_is_undone_by_the_handler_of_the_call() -> None:
    """BPMN 2.0.2 §10.7.1: what is within the called process is not seen from outside."""
    child = build(
        "start → user hotel → end; boundary on_hotel; user no_hotel",
        name="Child",
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
    )
    run = start(
        build(
            "start → call sale → throw undo → end; boundary on_sale; user no_sale",
            sale=call("Child"),
            on_sale=undone_by("sale", "no_sale"),
            no_sale=for_compensation(),
            undo=throw(compensation()),
        ),
        child,
    )
    run.child("sale").execute("hotel")
    run.world.settle()

    assert run.alive == ["undo", "sale", "no_sale"]
    run.execute("no_sale")
    assert run.status is Status.COMPLETED


# -- loops ----------------------------------------------------------------------------------------

MANY = "start → user hotel → throw undo → end; boundary on_hotel; script no_hotel"
SEEN = "N: Integer = 0, Seen: Text = ''"


def many(loop: Detail, written: str, *sees: str) -> Process:
    """A looped activity, whose handler writes down what it sees."""
    return build(
        MANY,
        parameters=SEEN,
        hotel=loop,
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(seeing(*sees)(script(f"Seen = Seen + str({written})"))),
        undo=throw(compensation()),
    )


def test_the_rounds_of_a_loop_are_undone_in_reverse_order() -> None:
    """BPMN 2.0.2 §10.7.2: an activity that is done several times is undone as often."""
    run = start(many(repeated(while_="loopCounter < 3"), "loopCounter", "loopCounter"))
    for _ in range(3):
        looping.execute(run, "hotel")

    assert (run.status, run.values["Seen"]) == (Status.COMPLETED, "321")


def test_the_instances_of_a_multi_instance_activity_are_undone_as_they_completed() -> None:
    """BPMN 2.0.2 §10.7.2: the last that has completed is the first to be undone."""
    loop = each(items="[1, 2, 3]", item="Item")
    run = start(many(loop, "Item", "Item"))
    looping.execute(run, "hotel", 1)
    looping.execute(run, "hotel", 1)
    looping.execute(run, "hotel", 0)

    assert (run.status, run.values["Seen"]) == (Status.COMPLETED, "132")


def test_a_loop_without_rounds_has_nothing_to_undo() -> None:
    """BPMN 2.0.2 §10.7.2: only what has been done is undone."""
    run = start(many(each(items="[]", item="Item"), "1"))

    assert (run.status, run.visits("no_hotel")) == (Status.COMPLETED, 0)


def test_a_handler_may_be_done_several_times() -> None:
    """BPMN 2.0.2 §10.7.1: a handler is any activity."""
    drawing = "start → user flight → throw undo → user after; boundary on_flight; user no_flight"
    run = start(trip(drawing, no_flight=for_compensation(each(cardinality="2"))))
    run.execute("flight")
    looping.execute(run, "no_flight", 0)
    looping.execute(run, "no_flight", 0)

    assert run.alive == ["after"]


def test_a_looped_sub_process_is_undone_round_by_round() -> None:
    """BPMN 2.0.2 §10.7.2: each of its instances, with what has completed within."""
    drawing = """
        start → sub box → throw undo → end; box: user hotel; box: boundary on_hotel
        box: script no_hotel
    """
    process = build(
        drawing,
        parameters=SEEN,
        box=each(items="[1, 2]", item="Item", sequential=True),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(seeing("Item")(script("Seen = Seen + str(Item)"))),
        undo=throw(compensation()),
    )
    run = start(process)
    run.execute("hotel")
    run.execute("hotel")

    assert (run.status, run.values["Seen"]) == (Status.COMPLETED, "21")


# -- values ---------------------------------------------------------------------------------------


def test_a_handler_sees_the_variables_as_they_were() -> None:
    """BPMN 2.0.2 §10.7.1: a snapshot of the data at completion is there for the handler."""
    drawing = """
        start → sub box → throw undo → end; box: user hotel; box: boundary on_hotel
        box: script no_hotel
    """
    process = build(
        drawing,
        parameters=SEEN,
        box=having("Price: Integer = 5"),
        hotel=having("Name: Text", before={"Name": "'Ritz ' + str(N)"}),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(
            seeing("Name", "Price")(script("Seen = Name + '/' + str(Price) + '/' + str(N)"))
        ),
        undo=throw(compensation()),
    )
    run = start(process, N=1)
    run.execute("hotel", N=2)

    assert (run.status, run.values["Seen"]) == (Status.COMPLETED, "Ritz 1/5/2")


def test_what_a_handler_sets_in_the_snapshot_stays_there() -> None:
    """BPMN 2.0.2 §10.7.1: the snapshot is of the activity that is undone."""
    drawing = "start → user hotel → throw undo → end; boundary on_hotel; script no_hotel"
    process = build(
        drawing,
        parameters=SEEN,
        hotel=having("Price: Integer = 5"),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(seeing("Price")(script("Price = Price + 1\nSeen = str(Price)"))),
        undo=throw(compensation()),
    )
    run = start(process)
    run.execute("hotel")

    assert run.values == {"N": 0, "Seen": "6"}
