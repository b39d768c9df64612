"""Compensation: what has completed is undone (BPMN 2.0.2 §10.7, §13.5.5)."""

import pytest

from procession.core.instance import Status
from procession.errors import Rejected
from tests.building import (
    build,
    catch,
    error,
    on,
    service,
    terminate,
    throw,
)
from tests.details import compensation, for_compensation, undone_by
from tests.spec.trips import TRIP, booked, trip
from tests.world import start

# -- who is undone, and when ----------------------------------------------------------------------


def test_what_has_completed_is_undone_in_reverse_order() -> None:
    """BPMN 2.0.2 §10.7.2: handlers run in reverse order of the completion of their activities."""
    run = booked(trip())
    assert run.alive == ["undo", "flight", "no_flight"]

    run.execute("no_flight")
    assert run.alive == ["undo", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert run.alive == ["after"]


def test_what_is_being_undone_says_so() -> None:
    """BPMN 2.0.2 §13.3.2: a completed activity whose compensation runs is compensating."""
    run = booked(trip())

    states = {each.element: str(each.state) for each in run.instance.elements.values()}
    assert states["flight"] == "compensating"
    assert states["no_flight"] == "active"
    with pytest.raises(Rejected, match="flight is compensating; execute what is active within it"):
        run.execute("flight")


def test_only_the_activity_that_is_named_is_undone() -> None:
    """BPMN 2.0.2 §10.5.5.2: activityRef identifies the activity to be compensated."""
    run = booked(trip(undo=throw(compensation("hotel"))))
    run.execute("no_hotel")

    assert run.alive == ["after"]
    assert run.visits("no_flight") == 0


def test_an_event_may_name_several_activities() -> None:
    """BPMN 2.0.2 §10.5.1: all definitions of a throwing event are thrown."""
    run = booked(trip(undo=throw(compensation("flight"), compensation("hotel"))))
    run.execute("no_hotel")
    run.execute("no_flight")

    assert run.alive == ["after"]


def test_what_has_not_completed_is_not_undone() -> None:
    """BPMN 2.0.2 §10.7.2: compensation concerns activities that have completed."""
    drawing = """
        start → and both → user hotel → throw undo → end; both → user flight → end
        boundary on_hotel; boundary on_flight; user no_hotel; user no_flight
    """
    run = start(trip(drawing))
    run.execute("hotel")
    run.execute("no_hotel")

    assert run.alive == ["flight"]
    run.execute("flight")
    assert run.status is Status.COMPLETED


def test_without_anything_to_undo_the_thrower_goes_on_at_once() -> None:
    """BPMN 2.0.2 §10.7.2: compensating what has not completed has no effect."""
    run = start(build("start → throw undo → user hotel", undo=throw(compensation())))

    assert run.alive == ["hotel"]


def test_nothing_is_undone_twice() -> None:
    """BPMN 2.0.2 §10.7.2: compensation is done once for each activity that has completed."""
    drawing = TRIP.replace("user after", "throw again → user after")
    run = booked(trip(drawing, again=throw(compensation())))
    run.execute("no_flight")
    run.execute("no_hotel")

    assert run.alive == ["after"]


def test_what_is_done_anew_is_undone_anew() -> None:
    """BPMN 2.0.2 §10.7.2: each completed instance is compensated."""
    drawing = """
        start → user hotel → xor more →[B] hotel; more →[else] throw undo → end
        boundary on_hotel; user no_hotel
    """
    process = build(
        drawing,
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        undo=throw(compensation()),
    )
    run = start(process, B=True)
    run.execute("hotel", B=True)
    run.execute("hotel", B=False)
    run.execute("no_hotel")
    assert run.alive == ["undo", "hotel", "no_hotel"]

    run.execute("no_hotel")
    assert (run.status, run.visits("no_hotel")) == (Status.COMPLETED, 2)


def test_an_end_event_undoes_before_its_path_has_ended() -> None:
    """BPMN 2.0.2 §13.5.6: a compensate end event."""
    drawing = TRIP.replace("throw undo → user after → end", "end_undo")
    run = booked(trip(drawing, end_undo=throw(compensation())))
    assert run.alive == ["end_undo", "flight", "no_flight"]

    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.status is Status.COMPLETED


def test_an_event_throws_the_rest_before_it_waits() -> None:
    """BPMN 2.0.2 §10.5.1: all definitions of a multiple event are thrown."""
    drawing = """
        start → and both → user hotel → user flight → end_undo; both → user other
        boundary on_hotel; boundary on_flight; user no_hotel; user no_flight
    """
    run = booked(trip(drawing, end_undo=throw(compensation(), terminate())))
    assert run.alive == ["end_undo", "flight", "no_flight"]

    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.status is Status.COMPLETED


# -- without waiting ------------------------------------------------------------------------------


def test_a_thrower_that_does_not_wait_goes_on_meanwhile() -> None:
    """BPMN 2.0.2 §10.5.5.2: waitForCompletion says whether the throwing event waits."""
    run = booked(trip(undo=throw(compensation(wait=False))))
    assert run.alive == ["undo", "after", "flight", "no_flight"]

    run.execute("after")
    assert run.alive == ["undo", "flight", "no_flight"]
    run.execute("no_flight")
    run.execute("no_hotel")
    assert run.status is Status.COMPLETED


def test_a_join_does_not_wait_for_what_is_undone_meanwhile() -> None:
    """BPMN 2.0.2 §13.4.3: it waits for tokens; that of the thrower has gone on."""
    drawing = """
        start → user hotel → user flight → or split →[True] throw undo → or join → user after
        split →[True] user other → join
        boundary on_hotel; boundary on_flight; user no_hotel; user no_flight
    """
    run = booked(trip(drawing, undo=throw(compensation(wait=False))))
    run.execute("other")

    assert run.alive == ["undo", "flight", "no_flight", "after"]


def test_a_thrower_that_cannot_be_left_undoes_when_it_is_retried() -> None:
    """BPMN 2.0.2 §13.3.1: no flow whose condition holds is an exception."""
    drawing = """
        start → and both → user hotel → user flight → throw undo →[B] user after
        both → user other; boundary on_flight; user no_flight
    """
    run = booked(trip(drawing, undo=throw(compensation(wait=False))))
    assert run.incidents == {"undo": "ExpressionError"}

    run.execute("other", B=True)
    run.execute("undo")
    assert run.alive == ["undo", "after", "flight", "no_flight"]


# -- what goes wrong ------------------------------------------------------------------------------


def test_a_handler_that_fails_can_be_retried() -> None:
    """BPMN 2.0.2 §10.7.2: the compensation is not over before."""
    drawing = TRIP.replace("user no_flight", "service no_flight")
    run = booked(trip(drawing, no_flight=for_compensation(service())))
    run.fail("no_flight")
    assert run.incidents == {"no_flight": "Failed"}

    run.retry("no_flight")
    run.answer("no_flight")
    assert run.alive == ["undo", "hotel", "no_hotel"]


def test_a_thrower_that_is_terminated_takes_its_handlers_along() -> None:
    """BPMN 2.0.2 §13.5.6: all that is alive in the scope ends."""
    drawing = TRIP.replace("start →", "start → and both →") + "; both → user enough → stop"
    run = booked(trip(drawing))
    assert "no_flight" in run.alive

    run.execute("enough")
    assert run.status is Status.COMPLETED


def test_an_error_of_a_handler_is_caught_around_the_thrower() -> None:
    """BPMN 2.0.2 §13.5.5: what the handler throws goes to the scopes around it."""
    drawing = """
        start → sub box → end; box: user hotel → throw undo; box: boundary on_hotel
        box: sub no_hotel; no_hotel: user look → end_bad; boundary on_box → user sorry
        box: boundary hotel_bad
    """
    process = build(
        drawing,
        on_hotel=undone_by("hotel", "no_hotel"),
        hotel_bad=on("hotel", error(None)),
        no_hotel=for_compensation(),
        end_bad=throw(error("Bad")),
        on_box=on("box", error("Bad")),
        undo=throw(compensation()),
    )
    run = start(process)
    run.execute("hotel")
    run.execute("look")

    assert run.alive == ["sorry"]


def test_an_ended_sub_process_does_not_catch_what_a_handler_in_it_throws() -> None:
    """BPMN 2.0.2 §13.5.4: its event sub-processes are over when it has completed."""
    drawing = """
        start → sub box → throw undo → end; box: user hotel; box: boundary on_hotel
        box: sub no_hotel; no_hotel: task look → end_bad
        box: event-sub handling; handling: start_error → user sorry
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

    assert run.incidents == {"end_bad": "UncaughtError"}
