"""Multi-instance activities: done for each item, or so many times (BPMN 2.0.2 §13.3.7)."""

import pytest

from procession.core.instance import Status
from procession.core.values import COLLECTION_LENGTH_MAX, DataType
from procession.errors import Rejected
from tests.building import (
    build,
    call,
    message,
    on,
    receive,
    script,
    service,
    timer,
)
from tests.looping import (
    answer,
    each,
    execute,
    execute_within,
    owning,
    retry,
    rounds,
    seeing,
    seen_by,
)
from tests.world import Run, start

USER = "start → user a → end"
PARAMETERS = "N: Integer = 0, T: Text, B: Boolean = False, L: Any, O: Any"
NAMES = ["Ann", "Bob", "Cem"]


def run_of(drawing: str = USER, items: object = None, **details: object) -> Run:
    process = build(drawing, parameters=PARAMETERS, **details)  # type: ignore[arg-type]
    return start(process, L=items)


# -- how many -------------------------------------------------------------------------------------


def test_there_is_one_instance_for_each_item() -> None:
    """BPMN 2.0.2 §10.3.8.2: loopDataInputRef determines the number of instances."""
    run = run_of(items=NAMES, a=each(items="L", item="x"))

    assert (seen_by(run, "a", "x"), seen_by(run, "a", "loopCounter")) == (NAMES, [1, 2, 3])


def test_there_are_as_many_instances_as_the_cardinality_says() -> None:
    """BPMN 2.0.2 §10.3.8.2: loopCardinality is an integer expression."""
    run = run_of(items=NAMES, a=each(cardinality="len(L) + 1"))

    assert seen_by(run, "a", "loopCounter") == [1, 2, 3, 4]


def test_the_first_counter_may_be_another() -> None:
    """Other engines count from 0."""
    run = run_of(a=each(cardinality="2", first_counter=0))

    assert seen_by(run, "a", "loopCounter") == [0, 1]


@pytest.mark.parametrize("sequential", [True, False])
def test_no_items_complete_the_activity_at_once(sequential: bool) -> None:
    """BPMN 2.0.2 §13.3.7: zero instances; the activity is passed and gives an empty list."""
    loop = each(items="L", item="x", output=("O", "x"), sequential=sequential)
    run = run_of("start → user a → end; boundary late → end_late", [], a=loop,
                 late=on("a", timer("PT1H")))  # fmt: skip

    assert (run.status, run.values["O"], run.taken[-1]) == (Status.COMPLETED, [], "a→end")


@pytest.mark.parametrize(
    ("items", "says"),
    [
        (None, "the collection 'L' of a is None; it must be a list, which may be empty"),
        ("Ann", "the collection 'L' of a is 'Ann'; it must be a list"),
        ({"x": 1}, "the collection 'L' of a is {'x': 1}; it must be a list"),
    ],
)
def test_what_is_no_list_of_items_is_an_incident(items: object, says: str) -> None:
    """BPMN 2.0.2 §10.3.8.2: the element must be a collection."""
    run = run_of(items=items, a=each(items="L", item="x"))

    (incident,) = run.instance.incidents.values()
    assert (run.alive, incident.code) == (["a"], "BadValue")
    assert incident.message.startswith(says)


@pytest.mark.parametrize(
    ("cardinality", "says"),
    [
        ("0 - 1", "the cardinality '0 - 1' of a is -1; it must be a whole number from 0"),
        ("L", "the cardinality 'L' of a is None; it must be a whole number from 0"),
        ("1.5", "the cardinality '1.5' of a: 1.5 is not an Integer"),
        ("B", "the cardinality 'B' of a: False is not an Integer"),
        ("100001", "the cardinality '100001' of a asks for 100001 rounds; 100000 are allowed"),
    ],
)
def test_what_is_no_number_of_instances_is_an_incident(cardinality: str, says: str) -> None:
    """BPMN 2.0.2 §10.3.8.2: loopCardinality must evaluate to an integer."""
    run = run_of(a=each(cardinality=cardinality))

    (incident,) = run.instance.incidents.values()
    assert (run.alive, incident.code) == (["a"], "BadValue")
    assert incident.message.startswith(says)


def test_the_number_of_items_has_a_bound() -> None:
    """PROCESS-MODEL: a bound on every size."""
    run = run_of(items=[0] * (COLLECTION_LENGTH_MAX + 1), a=each(items="L"))

    (incident,) = run.instance.incidents.values()
    assert "asks for 100001 rounds" in incident.message


def test_an_item_is_held_as_its_variable_holds_it() -> None:
    """BPMN 2.0.2 §10.3.8.2: the item is of the scalar type of the collection."""
    own = owning(each(items="L", item="x"), x=DataType.INTEGER)
    run = run_of(items=["1", 2], a=own)
    assert seen_by(run, "a", "x") == [1, 2]

    wrong = run_of(items=["one"], a=own)
    (incident,) = wrong.instance.incidents.values()
    assert incident.message.startswith("the collection 'L' of a, item 1: 'one' is not an Integer")


# -- one after another, or together ---------------------------------------------------------------


def test_parallel_instances_are_all_active_at_once() -> None:
    """BPMN 2.0.2 §13.3.7: isSequential false."""
    run = run_of(items=NAMES, a=each(items="L", item="x"))
    assert run.alive == ["a"] * 4

    execute(run, "a", 2)
    execute(run, "a", 0)
    assert (run.status, seen_by(run, "a", "x")) == (Status.RUNNING, ["Bob"])

    execute(run, "a")
    assert (run.status, run.taken) == (Status.COMPLETED, ["start→a", "a→end"])


def test_sequential_instances_begin_one_after_another() -> None:
    """BPMN 2.0.2 §13.3.7: isSequential true; a new one begins when the one before has completed."""
    run = run_of(items=NAMES, a=each(items="L", item="x", sequential=True))

    for name in NAMES:
        assert seen_by(run, "a", "x") == [name]
        execute(run, "a")
    assert run.status is Status.COMPLETED


@pytest.mark.parametrize("sequential", [True, False])
def test_instances_that_wait_for_nothing_complete_at_once(sequential: bool) -> None:
    """BPMN 2.0.2 §13.3.7."""
    add = each(script("N = N + x"), items="L", item="x", sequential=sequential)
    run = run_of("start → script a → end", [1, 2, 3], a=add)

    assert (run.status, run.values["N"]) == (Status.COMPLETED, 6)


def test_each_instance_has_its_own_job() -> None:
    """BPMN 2.0.2 §13.3.7: multiple instances of the service."""
    pay = each(service("pay", inputs={"to": "x"}), items="L", item="x")
    run = run_of("start → service a → end", NAMES, a=pay)

    assert [job.values["to"] for job in run.world.jobs(run.id)] == NAMES
    for _ in NAMES:
        answer(run, "a", -1)
    assert run.status is Status.COMPLETED


def test_each_instance_calls_its_own_child() -> None:
    """BPMN 2.0.2 §13.3.4: a call activity with several instances."""
    child = build("start → user b → end", name="Child", parameters="P: Any, R: Any out")
    loop = each(call("Child", inputs={"P": "x"}, outputs={"R": "r"}), items="L", item="x",
                output=("O", "r"))  # fmt: skip
    process = build("start → call a → end", parameters=PARAMETERS, a=owning(loop, r=DataType.ANY))
    run = start(process, child, L=NAMES)
    run.world.settle()

    children = [Run(run.world, each_run) for each_run in run.world.runs if each_run != run.id]
    assert [one.values["P"] for one in children] == NAMES
    for number, one in reversed(list(enumerate(children))):
        one.execute("b", R=number)
    run.world.settle()
    assert (run.status, run.values["O"]) == (Status.COMPLETED, [0, 1, 2])


def test_each_instance_takes_its_own_message() -> None:
    """BPMN 2.0.2 §13.3.3: for each message exactly one takes it."""
    process_details = {"a": each(receive(message("M")), cardinality="2")}
    run = run_of("start → receive a → end", **process_details)

    run.send("M")
    assert len(rounds(run, "a")) == 1

    run.send("M")
    assert run.status is Status.COMPLETED


def test_looped_activities_may_stand_in_looped_sub_processes() -> None:
    """BPMN 2.0.2 §13.3.7: what is within sees the items of both."""
    run = run_of(
        "start → sub s → end; s: user a",
        [[1, 2], [3]],
        s=each(items="L", item="row"),
        a=seeing("row")(each(items="row", item="x")),
    )
    assert seen_by(run, "a", "x") == [1, 3, 2]

    for _ in range(3):
        execute(run, "a")
    assert run.status is Status.COMPLETED


# -- what comes out -------------------------------------------------------------------------------


def test_the_outputs_are_collected_in_the_order_of_the_items() -> None:
    """BPMN 2.0.2 §10.3.8.2: outputDataItem goes into the collection of loopDataOutputRef."""
    own = each(owning(r=DataType.INTEGER), items="L", item="x", output=("O", "[x, N]"))
    run = run_of(items=NAMES, a=own)

    for number, place in ((1, 2), (2, 0), (3, 0)):
        execute(run, "a", place, N=number)
    assert run.values["O"] == [["Ann", 2], ["Bob", 3], ["Cem", 1]]


def test_outputs_are_given_when_all_have_completed() -> None:
    """BPMN 2.0.2 §10.3.8.2: the collection is there when the activity completes."""
    run = run_of(items=NAMES, a=each(items="L", item="x", output=("O", "x")))
    execute(run, "a")

    assert run.values["O"] is None


def test_an_activity_gives_its_list_to_the_scope_around() -> None:
    """BPMN 2.0.2 §10.4.1."""
    run = run_of(
        "start → sub s → end; s: script a → user b",
        NAMES,
        s=owning(V=DataType.ANY),
        a=seeing("V")(each(script("N = N + 1"), items="L", item="x", output=("V", "x"))),
    )

    inner = run.instance.elements[run.number("s")]
    assert (inner.values, run.values["O"]) == ({"V": NAMES}, None)


def test_a_list_that_its_variable_cannot_hold_is_an_incident_of_the_activity() -> None:
    """A retry tries to give it once more."""
    run = run_of(items=NAMES, a=each(items="L", item="x", output=("N", "x")))
    for _ in NAMES:
        execute(run, "a")
    assert (run.alive, run.incidents) == (["a"], {"a": "BadValue"})

    run.retry("a")
    assert run.incidents == {"a": "BadValue"}


def test_an_output_that_fails_is_an_incident_of_its_instance() -> None:
    """The others go on, and nothing is counted twice."""
    run = run_of(items=[1, "x"], a=each(items="L", item="x", output=("O", "x + N")))
    execute(run, "a", 1)
    execute(run, "a", 0)
    assert (run.alive, run.incidents) == (["a", "a"], {"a": "ExpressionError"})

    retry(run, "a")
    assert run.incidents == {"a": "ExpressionError"}


def test_associations_of_an_instance_see_its_item() -> None:
    """BPMN 2.0.2 §10.3.8.2: the item can be the source of a data input association."""
    own = owning(
        each(items="L", item="x"),
        inputs={"y": "x + loopCounter"},
        outputs={"N": "N + y"},
        sees=("x", "loopCounter"),
        y=DataType.INTEGER,
    )
    run = run_of("start → user a → end", [10, 20], a=own)
    assert seen_by(run, "a", "y") == [11, 22]

    execute(run, "a")
    execute(run, "a")
    assert run.values["N"] == 33


# -- as a whole -----------------------------------------------------------------------------------


def test_the_activity_as_a_whole_cannot_be_executed() -> None:
    """CONTRACT 4: each instance has a GUID of its own, and the answer names some of them."""
    run = run_of(items=[1, 2, 3, 4], a=each(items="L"))

    with pytest.raises(Rejected, match=r"done several times.*alive are 4: (.*, ){3}…$"):
        run.execute("a")


def test_a_run_that_is_cancelled_ends_all_instances() -> None:
    """CONTRACT: cancelling a run."""
    run = run_of("start → service a → end", NAMES, a=each(service(), items="L"))

    run.cancel()
    assert (run.status, run.instance.jobs) == (Status.CANCELED, {})


def test_a_join_waits_for_the_activity_as_a_whole() -> None:
    """BPMN 2.0.2 §13.4.3: a token stands at the activity until all instances have completed."""
    run = run_of("start → and f → user a → or j → end; f → task t → j", NAMES, a=each(items="L"))

    execute(run, "a")
    execute(run, "a")
    assert run.visits("j") == 0
    execute(run, "a")
    assert (run.status, run.visits("j")) == (Status.COMPLETED, 1)


def test_a_join_within_an_instance_joins_its_own_tokens() -> None:
    """BPMN 2.0.2 §13.4.1, §13.3.7."""
    run = run_of(
        "start → sub s → end; s: start_in → and f → user a → and j → end_in; f → task t → j",
        NAMES,
        s=each(items="L"),
    )

    execute_within(run, "a", 1)
    assert (run.visits("j"), len(rounds(run, "s"))) == (1, 2)
