"""What the log tells of the visits of a run is what the state of the run says."""

from collections.abc import Callable, Mapping

import pytest

from procession.core.commands import ExecuteElement
from procession.core.ids import ROOT
from procession.core.instance import ElementState, Status
from procession.stores.codec import decode_changes
from procession.stores.element_log import RunLog, run_log
from tests.building import USUAL_PARAMETERS, build
from tests.details import ad_hoc
from tests.world import Run, start

STATUSES: Mapping[str, str] = {
    ElementState.READY: "Inactive",
    ElementState.ACTIVE: "Running",
    ElementState.COMPENSATING: "Running",
    ElementState.TERMINATING: "Canceling",
    ElementState.FAILED: "Error",
}


def log_of(run: Run) -> RunLog:
    turns = run.world.runs[run.id].turns
    return run_log((number, decode_changes(turn)) for number, turn in enumerate(turns))


def statuses(run: Run) -> dict[str, str]:
    return {visit.element: visit.status for visit in log_of(run).visits.values()}


def check(run: Run) -> None:
    """Who is alive by the log is alive by the state, and stands as that says."""
    told = {v.id: (v.element, v.status) for v in log_of(run).visits.values() if v.ended_at is None}
    alive = (each for each in run.instance.elements.values() if each.id != ROOT)
    assert told == {each.id: (each.element, STATUSES[each.state]) for each in alive}


def work(run: Run) -> None:
    run.fail("a", "Broken", retryable=False)


def take(run: Run) -> None:
    ready = (each.id for each in run.instance.elements.values() if each.state == "ready")
    run.ask(ExecuteElement(next(ready), {}))


AD_HOC = "start → ad-hoc work → user after; work: user a; work: user b"
LIVES: Mapping[str, tuple[str, list[Callable[[Run], object]], dict[str, str]]] = {
    "rests": ("start → user a → end", [], {"start": "Completed", "a": "Running"}),
    "ends": (
        "start → user a → end",
        [lambda run: run.execute("a")],
        {"start": "Completed", "a": "Completed", "end": "Completed"},
    ),
    "is canceled": (
        "start → user a → end",
        [lambda run: run.cancel()],
        {"start": "Completed", "a": "Canceled"},
    ),
    "is stuck": ("start → service a → end", [work], {"start": "Completed", "a": "Error"}),
    "is retried": (
        "start → service a → end",
        [work, lambda run: run.retry("a")],
        {"start": "Completed", "a": "Running"},
    ),
}


@pytest.mark.parametrize("life", LIVES)
def test_the_log_follows_a_run_that(life: str) -> None:
    drawing, steps, expected = LIVES[life]
    run = start(build(drawing, name="P", parameters=USUAL_PARAMETERS))

    for step in steps:
        step(run)
        check(run)

    assert statuses(run) == expected


def test_what_is_only_offered_is_inactive_and_its_visit_begins_when_it_is_taken() -> None:
    run = start(build(AD_HOC, name="P", parameters=USUAL_PARAMETERS, work=ad_hoc()))
    check(run)
    assert [v.status for v in log_of(run).visits.values() if v.element == "a"] == ["Inactive"]

    take(run)

    check(run)
    assert "Running" in [v.status for v in log_of(run).visits.values() if v.element == "a"]


def test_an_incident_is_told_until_it_is_resolved() -> None:
    run = start(build("start → service a → end", name="P", parameters=USUAL_PARAMETERS))

    work(run)
    assert log_of(run).error == "Broken: a failed"
    run.retry("a")
    assert log_of(run).error == ""
    assert run.status is Status.RUNNING


def test_a_canceled_run_says_why() -> None:
    run = start(build("start → user a → end", name="P", parameters=USUAL_PARAMETERS))

    run.cancel("no longer wanted")

    assert log_of(run).error == "no longer wanted"
