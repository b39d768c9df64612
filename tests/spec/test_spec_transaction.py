"""Transactions, and what their cancellation undoes (BPMN 2.0.2 §10.3.5, §13.5.6)."""

from procession.core.instance import Status
from procession.core.model import Process
from tests import looping
from tests.building import USUAL_PARAMETERS, build, catch, error, message, on, throw, timer
from tests.details import Detail, cancel, compensation, for_compensation, undone_by
from tests.looping import each
from tests.world import Run, start

TRIP = """
    start → transaction trip → user paid → end; boundary on_cancel → user sorry
    trip: user hotel → user flight → user pay → xor ok →[B] end_cancel; trip: ok →[else] end_ok
    trip: boundary on_hotel; trip: boundary on_flight; trip: user no_hotel; trip: user no_flight
"""


def trip(drawing: str = TRIP, **details: Detail) -> Process:
    usual: dict[str, Detail] = {
        "on_hotel": undone_by("hotel", "no_hotel"),
        "no_hotel": for_compensation(),
        "on_flight": undone_by("flight", "no_flight"),
        "no_flight": for_compensation(),
        "on_cancel": on("trip", cancel()),
        "end_cancel": throw(cancel()),
    }
    drawn = {name: detail for name, detail in usual.items() if f" {name}" in drawing}
    return build(drawing, name="P", parameters=USUAL_PARAMETERS, **{**drawn, **details})


def run_of(process: Process, *executed: str) -> Run:
    run = start(process, B=True)
    for element in executed:
        run.execute(element)
    return run


def test_a_transaction_that_succeeds_is_left_like_a_sub_process() -> None:
    """BPMN 2.0.2 §10.3.5: successful completion goes on by the normal flow."""
    run = run_of(trip(), "hotel", "flight")
    run.execute("pay", B=False)

    assert run.alive == ["paid"]


def test_a_cancelled_transaction_undoes_all_that_has_completed_in_it() -> None:
    """BPMN 2.0.2 §10.3.5: its activities are compensated, then the cancel event is left."""
    run = run_of(trip(), "hotel", "flight", "pay")
    assert run.alive == ["trip", "end_cancel", "flight", "no_flight"]

    run.execute("no_flight")
    assert run.alive == ["trip", "end_cancel", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_a_transaction_that_is_cancelled_says_so() -> None:
    """BPMN 2.0.2 §13.3.2: it is terminating until that has been done."""
    run = run_of(trip(), "hotel", "flight", "pay")

    states = {each.element: str(each.state) for each in run.instance.elements.values()}
    assert (states["trip"], states["flight"]) == ("terminating", "compensating")


def test_a_transaction_with_nothing_to_undo_is_left_at_once() -> None:
    """BPMN 2.0.2 §10.3.5."""
    drawing = "start → transaction trip → end; boundary on_cancel → user sorry; trip: end_cancel"
    run = run_of(trip(drawing))

    assert run.alive == ["sorry"]


def test_without_a_cancel_event_on_its_boundary_its_token_is_consumed() -> None:
    """BPMN 2.0.2 §13.5.6: nothing says where it could go."""
    drawing = "start → transaction trip → user paid; trip: end_cancel"
    run = run_of(trip(drawing))

    assert (run.status, run.visits("paid")) == (Status.COMPLETED, 0)


def test_the_cancel_event_may_stand_among_others() -> None:
    """BPMN 2.0.2 §10.5.1: a multiple event catches any of its definitions."""
    drawing = """
        start → transaction trip → end; boundary on_error → user bad; boundary on_cancel
        on_cancel → user sorry; trip: end_cancel
    """
    details = {
        "on_error": on("trip", error("Bad")),
        "on_cancel": on("trip", error("Worse"), cancel()),
    }
    run = run_of(trip(drawing, **details))

    assert run.alive == ["sorry"]


BESIDE = """
    start → transaction trip → end; boundary on_cancel → user sorry; boundary on_error → user bad
    trip: user hotel → user more; trip: user pay → end_cancel
    trip: boundary on_hotel; trip: user no_hotel
"""


def test_cancelling_ends_all_else_in_the_transaction() -> None:
    """BPMN 2.0.2 §10.3.5: what is active is terminated and not compensated."""
    run = run_of(trip(BESIDE, on_error=on("trip", error(None))), "hotel", "pay")
    assert run.alive == ["trip", "end_cancel", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_nothing_interrupts_a_transaction_that_is_being_cancelled() -> None:
    """BPMN 2.0.2 §10.3.5: it has been decided how it ends."""
    run = run_of(trip(BESIDE, on_error=on("trip", timer("PT1H"))), "hotel", "pay")
    run.wait(7_200)

    assert run.alive == ["trip", "end_cancel", "hotel", "no_hotel"]


def test_an_error_leaves_a_transaction_without_undoing_anything() -> None:
    """BPMN 2.0.2 §10.3.5: a hazard."""
    drawing = BESIDE.replace("end_cancel", "end_bad")
    details = {"on_error": on("trip", error("Bad")), "end_bad": throw(error("Bad"))}
    run = run_of(trip(drawing, **details), "hotel", "pay")

    assert (run.alive, run.visits("no_hotel")) == (["bad"], 0)


def test_a_handler_whose_error_is_caught_on_the_boundary_is_a_hazard() -> None:
    """BPMN 2.0.2 §10.3.5: neither success nor cancellation could be brought about."""
    drawing = BESIDE.replace("user no_hotel", "sub no_hotel; no_hotel: user look → end_bad")
    details = {"on_error": on("trip", error("Bad")), "end_bad": throw(error("Bad"))}
    run = run_of(trip(drawing, **details), "hotel", "pay", "look")

    assert run.alive == ["bad"]


WITHIN = """
    start → transaction trip → end; boundary on_cancel → user sorry
    trip: sub box → task then; trip: user pay → end_cancel
    box: user hotel → user flight → user more; box: boundary on_hotel; box: boundary on_flight
    box: user no_hotel; box: user no_flight
"""


def test_what_has_completed_in_an_unfinished_sub_process_is_undone() -> None:
    """BPMN 2.0.2 §10.3.5: all that the transaction has done is undone."""
    run = run_of(trip(WITHIN), "hotel", "flight", "pay")
    assert run.alive == ["trip", "end_cancel", "box", "flight", "no_flight"]

    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_the_handler_of_an_unfinished_sub_process_is_not_called() -> None:
    """BPMN 2.0.2 §10.7.2: the sub-process itself has not completed."""
    drawing = WITHIN + "; trip: boundary on_box; trip: user no_box"
    details = {"on_box": undone_by("box", "no_box"), "no_box": for_compensation()}
    run = run_of(trip(drawing, **details), "hotel", "pay")

    assert run.alive == ["trip", "end_cancel", "box", "hotel", "no_hotel"]


def test_what_is_about_to_be_undone_is_undone_by_the_cancellation() -> None:
    """BPMN 2.0.2 §10.3.5: a compensation that is under way is taken over."""
    drawing = WITHIN.replace("user more", "throw undo")
    run = run_of(trip(drawing, undo=throw(compensation())), "hotel", "flight", "pay")
    assert run.alive == ["trip", "end_cancel", "box", "undo", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_a_cancel_end_event_may_stand_deeper() -> None:
    """BPMN 2.0.2 §13.5.6: the transaction around it is cancelled."""
    drawing = """
        start → transaction trip → end; boundary on_cancel → user sorry; trip: user hotel → sub box
        trip: boundary on_hotel; trip: user no_hotel; trip: box → user never
        box: user flight → end_cancel; box: boundary on_flight; box: user no_flight; box: user more
    """
    run = run_of(trip(drawing), "hotel", "flight")
    assert run.alive == ["trip", "box", "end_cancel", "flight", "no_flight"]

    run.execute("no_flight")
    assert run.alive == ["trip", "box", "end_cancel", "hotel", "no_hotel"]
    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_the_tokens_at_joins_are_dropped() -> None:
    """BPMN 2.0.2 §10.3.5: nothing goes on in a transaction that is cancelled."""
    drawing = """
        start → transaction trip → end; boundary on_cancel → user sorry; trip: sub box
        box: user hotel → and join → user never; box: user flight → join
        box: user pay → end_cancel; box: boundary on_hotel; box: user no_hotel
    """
    run = run_of(trip(drawing), "hotel", "pay", "no_hotel")

    assert run.alive == ["sorry"]


def test_cancelling_one_round_cancels_the_transaction_as_a_whole() -> None:
    """BPMN 2.0.2 §10.3.8: the boundary belongs to all rounds, so what they have done is undone."""
    drawing = """
        start → transaction trip → end; boundary on_cancel → user sorry
        trip: user hotel → user pay → xor ok →[B] end_cancel; trip: ok →[else] end_ok
        trip: boundary on_hotel; trip: user no_hotel
    """
    run = run_of(trip(drawing, trip=each(cardinality="2", sequential=True)), "hotel")
    run.execute("pay", B=False)
    run.execute("hotel")
    run.execute("pay", B=True)
    assert run.alive == ["trip", "trip", "end_cancel", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["trip", "trip", "end_cancel", "trip", "hotel", "no_hotel"]
    run.execute("no_hotel")
    assert run.alive == ["sorry"]


def test_a_transaction_that_has_completed_can_be_undone() -> None:
    """BPMN 2.0.2 §10.7.1: it is a sub-process."""
    drawing = TRIP.replace("user paid → end", "throw undo → user after")
    run = run_of(trip(drawing, undo=throw(compensation())), "hotel", "flight")
    run.execute("pay", B=False)
    assert run.alive == ["undo", "trip", "flight", "no_flight"]

    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.alive == ["after"]


def test_a_stuck_scope_is_no_obstacle() -> None:
    """BPMN 2.0.2 §10.3.5: a transaction that waits for an operator can be cancelled, too."""
    drawing = """
        start → transaction trip → end; boundary on_cancel → user sorry
        trip: event-sub late; late: start_late → end_cancel
        trip: user hotel → and join; trip: user flight → xor way →[B] end_flight; trip: way → join
        trip: boundary on_hotel; trip: user no_hotel
    """
    run = run_of(
        trip(drawing, start_late=catch(message("late"), interrupting=False)), "hotel", "flight"
    )
    assert run.incidents == {"trip": "JoinStarved"}

    run.send("late")
    assert run.incidents == {}
    run.execute("no_hotel")

    assert run.alive == ["sorry"]


def test_the_rounds_of_a_cancelled_transaction_end() -> None:
    """BPMN 2.0.2 §10.3.5: all that is active in it is terminated."""
    drawing = "start → transaction trip → end; boundary on_cancel → user sorry; trip: user pay"
    drawing += " → xor ok →[B] end_cancel; trip: ok →[else] end_ok"
    run = start(trip(drawing, trip=each(cardinality="3")), B=True)
    assert len(looping.rounds(run, "trip")) == 3

    run.execute("pay")
    assert run.alive == ["sorry"]
