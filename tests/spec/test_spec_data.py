"""Variables in scopes, associations, input and output sets (BPMN 2.0.2 §10.4, §13.3.2)."""

from procession.core.ids import ROOT
from procession.core.instance import Status
from tests.building import build, catch, error, having, message, on, service, signal, throw
from tests.details import Detail, Kinds, expression, parameters_of
from tests.world import Run, start


def seeing(variables: str, result: str, text: str) -> Detail:
    """A formula that may name variables of the scopes around it."""

    def described(kinds: Kinds) -> dict[str, object]:
        seen = (*kinds, *((each.code, each.kind) for each in parameters_of(variables).values()))
        return {"formula": expression(text, seen), "result": result}

    return described


def variables(run: Run, element: str) -> dict[str, object]:
    return run.instance.elements[run.number(element)].values


def test_a_sub_process_has_variables_that_live_as_long_as_it_does() -> None:
    """§10.4.1: the lifecycle of a data object is tied to that of its parent."""
    process = build(
        "start → sub box → user after → end; box: start_b → script add → user wait → end_b",
        box=having("X: Integer = N + 5"),
        add=seeing("X: Integer", "X", "X + N"),
    )
    run = start(process, N=2)

    assert variables(run, "box") == {"X": 9}
    assert "X" not in run.values
    run.execute("wait")
    assert run.alive == ["after"]
    assert "X" not in run.values


def test_the_innermost_of_a_name_is_seen_and_is_set() -> None:
    """§10.4.1: data are visible to all that stand in the same scope or deeper."""
    process = build(
        "start → sub outer → end; outer: sub inner → end_o;"
        "inner: start_i → script add → user wait → end_i",
        outer=having("N: Integer = 10", after={"T": "N"}),
        inner=having("X: Integer = 1"),
        add=seeing("X: Integer", "N", "N + X"),
    )
    run = start(process, N=1)

    assert variables(run, "outer") == {"N": 11}
    assert run.values["N"] == 1
    run.execute("wait", X=4)
    assert run.status is Status.COMPLETED
    assert run.values["T"] == "11"


def test_associations_copy_values_in_as_an_activity_begins_and_out_as_it_completes() -> None:
    """§10.4.2: input associations are executed before, output associations after the activity."""
    work = having(
        "In: Integer, Out: Integer",
        before={"In": "N * 2"},
        after={"N": "Out"},
        doing=service("work", inputs={"n": "In"}, outputs={"answer": "Out"}),
    )
    run = start(build("start → service work → end", work=work), N=4)

    assert run.job("work").values == {"n": 8}
    run.answer("work", answer=99)

    assert run.status is Status.COMPLETED
    assert run.values["N"] == 99


def test_an_assignment_may_go_into_a_member_of_an_object() -> None:
    """§10.4.2: an assignment's `to` is an expression that names where the value goes."""
    work = having(after={"Order.Customer.Name": "T", "Order.Sum": "N"})
    process = build(
        "start → user work → end", parameters="N: Integer, T: Text, Order: Any", work=work
    )
    run = start(process, N=3, Order={"Sum": 1, "Id": 7})

    run.execute("work", T="Ada")

    assert run.values["Order"] == {"Sum": 3, "Id": 7, "Customer": {"Name": "Ada"}}


def test_an_activity_without_a_complete_input_set_is_an_incident() -> None:
    """§13.3.2: an activity begins when one of its input sets is available."""
    work = having(
        "A: Integer, B: Integer", before={"A": "N", "B": "D"}, input_sets=(("A", "B"), ("B",))
    )
    process = build("start → user work → end", work=work)
    run = start(process, N=3)

    assert run.incidents == {"work": "BadValue"}
    assert "B" in next(iter(run.instance.incidents.values())).message


def test_one_complete_set_is_enough() -> None:
    work = having("A: Integer, B: Integer", before={"A": "N"}, input_sets=(("B",), ("A",)))

    assert start(build("start → user work → end", work=work), N=3).alive == ["work"]


def test_an_activity_does_not_complete_without_a_complete_output_set() -> None:
    """§13.3.2: an activity that completes makes one of its output sets available."""
    work = having("A: Integer", output_sets=(("A",),), after={"N": "A"})
    run = start(build("start → user work → end", work=work))

    run.execute("work")
    assert run.incidents == {"work": "BadValue"}


def test_a_value_that_is_given_to_a_user_task_goes_where_it_is_declared() -> None:
    work = having("A: Integer", after={"T": "A"})
    run = start(build("start → user work → end", work=work))

    run.execute("work", A="17", N=3)

    assert (run.values["T"], run.values["N"]) == ("17", 3)


def test_a_boundary_event_gives_to_the_scope_around_its_activity() -> None:
    """The activity's own variables are gone when it is interrupted."""
    process = build(
        "start → sub box → end; box: start_b → user work → end_b; boundary told → user after → end",
        box=having("N: Integer = 1"),
        told=on("box", message("Tell")),
    )
    run = start(process)

    run.send("Tell", N=5)

    assert (run.alive, run.values["N"]) == (["after"], 5)


def test_an_event_sub_process_sees_the_variables_of_its_scope() -> None:
    """§10.3.5: it has access to the data of its parent."""
    process = build(
        "start → sub box → end; box: start_b → end_x; box: event-sub undo;"
        "undo: start_u → script keep → end_u",
        box=having("X: Integer = 41"),
        end_x=throw(error("E")),
        start_u=catch(error("E")),
        keep=seeing("X: Integer", "N", "X + 1"),
    )
    run = start(process)

    assert run.values["N"] == 42


def test_an_event_sub_process_may_have_variables_of_its_own() -> None:
    def undo(kinds: Kinds) -> dict[str, object]:
        return {**having("X: Integer = 7")(kinds), "triggered_by_event": True}

    process = build(
        "start → user work → end; event-sub undo; undo: start_u → user look → end_u",
        undo=undo,
        start_u=catch(signal("Undo"), interrupting=False),
    )
    run = start(process)

    run.throw("Undo", X=8)

    assert variables(run, "undo") == {"X": 8}


def test_a_default_that_fails_is_an_incident_that_a_retry_may_resolve() -> None:
    def undo(kinds: Kinds) -> dict[str, object]:
        return {**having("X: Integer = 7 // N")(kinds), "triggered_by_event": True}

    process = build(
        "start → user work → user more → end; event-sub undo; undo: start_u → user look → end_u",
        undo=undo,
        start_u=catch(signal("Undo"), interrupting=False),
    )
    run = start(process, N=0)
    run.throw("Undo", T="told")
    assert run.incidents == {"undo": "ExpressionError"}

    run.execute("work", N=1)
    run.retry("undo")

    assert variables(run, "undo") == {"X": 7}
    assert run.values["T"] == "told"
    assert run.instance.elements[ROOT].children == 2
