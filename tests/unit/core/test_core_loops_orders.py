"""Multi-instance activities, whatever order their instances complete in and however turns end."""

from hypothesis import given
from hypothesis import strategies as st

from procession.core.commands import ExecuteElement
from procession.core.ids import ElementInstanceId
from procession.core.instance import Status
from tests.building import build
from tests.looping import each, rounds, seen_by
from tests.world import Run, World


def begun(number: int, enough: int, *, sequential: bool, steps_per_turn: int) -> Run:
    """A run with one instance for each of so many items; it wants so many to complete."""
    loop = each(
        items="L",
        item="x",
        output=("O", "x"),
        sequential=sequential,
        until=f"numberOfCompletedInstances >= {enough}",
    )
    drawing = "start → sub s → end; s: start_in → user a → end_in"
    world = World(build(drawing, parameters="L: Any, O: Any", s=loop))
    world.limits = {"steps_per_turn": steps_per_turn}
    run = Run(world, world.start("P", {"L": list(range(number))}))
    world.settle()
    return run


def inner(run: Run, number: ElementInstanceId) -> ElementInstanceId:
    """The user task within a round."""
    elements = run.instance.elements.values()
    return next(one.id for one in elements if one.scope == number and one.element == "a")


@given(
    places=st.lists(st.integers(0, 5), min_size=0, max_size=6),
    enough=st.integers(1, 7),
    sequential=st.booleans(),
    steps_per_turn=st.sampled_from([1, 2, 3, 1000]),
)
def test_the_list_holds_what_has_completed_in_the_order_of_the_items(
    places: list[int], enough: int, sequential: bool, steps_per_turn: int
) -> None:
    run = begun(len(places), enough, sequential=sequential, steps_per_turn=steps_per_turn)

    completed: list[int] = []
    for place in places:
        if run.status is Status.COMPLETED:
            break
        alive = rounds(run, "s")
        assert len(alive) == (1 if sequential else len(places) - len(completed))
        chosen = alive[place % len(alive)]
        completed.append(seen_by(run, "s", "x")[place % len(alive)])
        run.ask(ExecuteElement(inner(run, chosen), {}))
        run.world.settle()

    assert run.status is Status.COMPLETED
    assert len(completed) == min(enough, len(places))
    assert run.values["O"] == sorted(completed)
