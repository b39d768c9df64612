"""What undoing leaves in an instance and in its history, and how it bears to be paused."""

from decimal import Decimal

import pytest

from procession.core.changes import Compensable, ValuesSet
from procession.core.instance import Status
from procession.core.model import Process
from procession.core.scope_changes import ActivityKept, CompensationThrown
from tests import looping
from tests.building import build, having, script, throw
from tests.details import Definition, cancel, compensation, for_compensation, on, undone_by
from tests.looping import each, seeing
from tests.world import Run, World, start

ROUNDS = 60


def trip(*thrown: Definition) -> Process:
    """A looped sub-process; its handler writes down which round it undoes."""
    return build(
        "start → sub box → user ask → throw undo → end; box: task hotel; box: boundary on_hotel"
        "; box: script no_hotel",
        parameters="N: Integer = 0, Seen: Text = ''",
        box=each(cardinality=f"{ROUNDS}", sequential=True),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(
            seeing("loopCounter")(script("Seen = Seen + str(loopCounter) + ' '"))
        ),
        undo=throw(*thrown),
    )


def paused(process: Process, steps: int) -> Run:
    """A run whose turns are that short."""
    world = World(process)
    world.limits = {"steps_per_turn": steps}
    run = Run(world, world.start(process.id, {}))
    world.settle()
    run.execute("ask")
    world.settle()
    return run


@pytest.mark.parametrize("steps", [1, 2, 3, 7])
def test_a_turn_that_is_paused_goes_on_undoing(steps: int) -> None:
    run = paused(trip(compensation()), steps)

    assert run.status is Status.COMPLETED
    assert run.values["Seen"].split() == [str(number) for number in range(ROUNDS, 0, -1)]


def test_a_run_that_has_ended_keeps_nothing_to_undo() -> None:
    run = start(trip())
    assert len(run.instance.root.compensable) == 1

    run.execute("ask")
    assert (run.status, run.instance.root.compensable) == (Status.COMPLETED, [])


def test_a_run_that_was_cancelled_keeps_nothing_to_undo() -> None:
    run = start(trip())
    assert run.instance.root.compensable
    run.cancel()

    assert (run.status, run.instance.root.compensable) == (Status.CANCELED, [])


def test_what_cannot_be_undone_is_not_kept() -> None:
    """Others pay nothing for compensation."""
    run = start(build("start → sub box → user ask → end; box: task a; box: script b"))

    assert run.instance.root.compensable == []
    assert not any(isinstance(change, ActivityKept) for change in run.history)


def test_what_is_within_is_not_kept_where_a_handler_sees_to_the_whole() -> None:
    process = build(
        "start → sub box → user ask → end; box: task hotel; box: boundary on_hotel"
        "; box: task no_hotel; boundary on_box; task no_box",
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        on_box=undone_by("box", "no_box"),
        no_box=for_compensation(),
    )

    assert start(process).instance.root.compensable == [Compensable("box")]


def test_the_values_of_what_is_kept_come_back_from_the_store() -> None:
    process = build(
        "start → task hotel → user ask → throw undo → end; boundary on_hotel; script no_hotel",
        hotel=having("Price: Decimal = 2.5"),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(seeing("Price")(script("D = Price * 2"))),
        undo=throw(compensation()),
    )
    run = start(process)
    (kept,) = run.instance.root.compensable
    assert kept == Compensable("hotel", {"Price": Decimal("2.5")})

    run.execute("ask")
    assert run.values["D"] == Decimal("5.0")


def test_the_history_does_not_say_the_values_twice() -> None:
    """They were set before: what is kept is known from that."""
    run = start(trip(compensation()))
    run.execute("ask")

    kept = [change for change in run.history if isinstance(change, ActivityKept)]
    values = [change for change in run.history if isinstance(change, ValuesSet)]
    assert len(kept) == 2 * ROUNDS + 1
    assert {name for change in values for name in change.values} == {"Seen"}


def test_only_scopes_that_have_kept_something_are_asked() -> None:
    process = build(
        "start → transaction trip → end; boundary on_cancel → end_canceled; trip: sub box"
        "; box: task hotel → end_cancel; box: boundary on_hotel; box: task no_hotel",
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        on_cancel=on("trip", cancel()),
        end_cancel=throw(cancel()),
    )
    run = start(process)

    assert run.status is Status.COMPLETED
    assert sum(isinstance(change, CompensationThrown) for change in run.history) == 1


def test_rounds_that_are_undone_are_no_rounds_to_execute() -> None:
    process = build(
        "start → user hotel → throw undo → end; boundary on_hotel; user no_hotel",
        hotel=each(cardinality="2"),
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        undo=throw(compensation()),
    )
    run = start(process)
    looping.execute(run, "hotel")
    looping.execute(run, "hotel")
    run.execute("no_hotel")
    run.execute("no_hotel")

    assert run.status is Status.COMPLETED
