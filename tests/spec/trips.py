"""A trip with two bookings that can be undone, as tests of compensation draw it."""

from typing import Any

from procession.core.model import Process
from tests.building import (
    USUAL_PARAMETERS,
    build,
    throw,
)
from tests.details import Detail, compensation, for_compensation, undone_by
from tests.world import Run, start

TRIP = """
    start → user hotel → user flight → throw undo → user after → end
    boundary on_hotel; boundary on_flight; user no_hotel; user no_flight
"""


def trip(drawing: str = TRIP, **details: Detail) -> Process:
    """Two bookings with their handlers."""
    usual: dict[str, Detail] = {
        "on_hotel": undone_by("hotel", "no_hotel"),
        "no_hotel": for_compensation(),
        "on_flight": undone_by("flight", "no_flight"),
        "no_flight": for_compensation(),
        "undo": throw(compensation()),
    }
    drawn = {name: detail for name, detail in usual.items() if f" {name}" in drawing}
    return build(drawing, name="P", parameters=USUAL_PARAMETERS, **{**drawn, **details})


def booked(process: Process, **values: Any) -> Run:
    run = start(process, **values)
    run.execute("hotel")
    run.execute("flight")
    return run
