"""The rows of elements are those that are alive, each with its state, after every turn."""

from procession.core.changes import AnyChange
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ElementState, ProcessInstance
from procession.core.model import Process
from procession.stores.projection import touched
from tests.building import build, on, throw
from tests.details import ad_hoc, cancel, compensation, for_compensation, undone_by
from tests.world import Run, World, Write


class Rows(World):
    """Keeps the rows of one run as a store would, by what each turn has touched."""

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        self.rows: dict[ElementInstanceId, ElementState] = {}

    def observe(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        super().observe(write, changes, instance)
        rows = touched(instance, changes, new=len(self.runs[write.id].turns) == 1)
        for gone in rows.dropped_elements:
            del self.rows[gone]
        self.rows |= {put: instance.elements[put].state for put in rows.elements}
        alive = {each.id: each.state for each in instance.elements.values() if each.id != ROOT}
        assert self.rows == alive


def begun(process: Process) -> Run:
    world = Rows(process)
    return Run(world, world.start(process.id, {}))


def test_what_is_ready_has_a_row_until_it_is_begun() -> None:
    run = begun(build("start → ad-hoc work → end; work: user a; work: user b", work=ad_hoc()))
    run.execute("a")
    assert [str(each.state) for each in run.instance.elements.values()] == [
        *("active", "active", "ready", "active", "ready"),
    ]

    active = (each for each in run.instance.elements.values() if each.element == "a")
    run.execute_number(next(each.id for each in active if each.state == "active"))
    assert run.alive == []


def test_what_is_undone_has_a_row_for_so_long() -> None:
    process = build(
        "start → user hotel → throw undo → user after; boundary on_hotel; user no_hotel",
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        undo=throw(compensation(wait=False)),
    )
    run = begun(process)
    run.execute("hotel")
    run.execute("no_hotel")

    assert run.alive == ["after"]


def test_a_transaction_that_is_cancelled_changes_its_row() -> None:
    process = build(
        "start → transaction trip → end; boundary on_cancel → user sorry; trip: user hotel"
        "; trip: hotel → user pay → end_cancel; trip: boundary on_hotel; trip: user no_hotel",
        on_hotel=undone_by("hotel", "no_hotel"),
        no_hotel=for_compensation(),
        on_cancel=on("trip", cancel()),
        end_cancel=throw(cancel()),
    )
    run = begun(process)
    run.execute("hotel")
    run.execute("pay")
    run.execute("no_hotel")

    assert run.alive == ["sorry"]
