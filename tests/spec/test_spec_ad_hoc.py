"""Ad-hoc sub-processes (BPMN 2.0.2 §10.3.5, §13.3.5)."""

import pytest

from procession.core.changes import ElementActivated
from procession.core.commands import ExecuteElement, ThrowError
from procession.core.ids import ElementInstanceId
from procession.core.instance import Status
from procession.core.model import Process
from procession.errors import BadValue, Rejected, UnknownElement
from tests import looping
from tests.building import (
    USUAL_PARAMETERS,
    build,
    catch,
    error,
    escalation,
    message,
    on,
    service,
    throw,
)
from tests.details import Detail, ad_hoc, compensation, for_compensation, undone_by
from tests.histories import unfolded
from tests.looping import each
from tests.world import Run, start

WORK = "start → ad-hoc work → user after; work: user a; work: user b; work: user c → user d"


def working(work: Detail, drawing: str = WORK, **details: Detail) -> Process:
    return build(drawing, name="P", parameters=USUAL_PARAMETERS, work=work, **details)


def ready(run: Run) -> list[str]:
    """What can be begun, oldest first."""
    elements = run.instance.elements.values()
    return [each.element for each in elements if each.state == "ready"]


def active(run: Run) -> list[str]:
    elements = run.instance.elements.values()
    return [each.element for each in elements if each.id and each.state == "active"]


def begin(run: Run, element: str, **values: object) -> ElementInstanceId:
    """Begin what is ready; the number of what has begun, by which it is completed."""
    elements = run.instance.elements.values()
    number = next(each.id for each in elements if each.state == "ready" and each.element == element)
    changes = run.ask(ExecuteElement(number, values))
    begun = (each for each in changes if isinstance(each, ElementActivated))
    return next(each.id for each in begun if each.element == element)


def complete(run: Run, element: str) -> None:
    """Complete the user task that is active."""
    elements = run.instance.elements.values()
    found = [each.id for each in elements if each.state == "active" and each.element == element]
    run.ask(ExecuteElement(found[0], {}))


def do(run: Run, element: str, **values: object) -> None:
    """Begin and complete a user task."""
    run.ask(ExecuteElement(begin(run, element), values))


# -- what is ready --------------------------------------------------------------------------------


def test_what_no_flow_leads_to_is_ready() -> None:
    """BPMN 2.0.2 §13.3.5: initially, all activities without incoming flows are enabled."""
    run = start(working(ad_hoc()))

    assert (active(run), ready(run)) == (["work"], ["a", "b", "c"])


def test_what_is_ready_is_begun_by_its_own_guid() -> None:
    """BPMN 2.0.2 §13.3.5: an enabled activity is selected for execution by a human performer."""
    run = start(working(ad_hoc()))
    ready_one = run.number("a")
    number = begin(run, "a")
    assert active(run) == ["work", "a"]

    run.ask(ExecuteElement(number, {}))
    assert active(run) == ["after"]
    assert number != ready_one


def test_a_call_that_begins_it_does_not_complete_it_when_it_is_repeated() -> None:
    """An element that was executed is not executed again (CONTRACT 4)."""
    run = start(working(ad_hoc()))
    ready_one = run.number("a")
    run.ask(ExecuteElement(ready_one, {}))

    with pytest.raises(UnknownElement):
        run.ask(ExecuteElement(ready_one, {}))
    assert active(run) == ["work", "a"]


def test_it_may_be_begun_once_more_at_once() -> None:
    """BPMN 2.0.2 §10.3.5: performers determine how often each activity is done."""
    run = start(working(ad_hoc()))
    begin(run, "a")
    begin(run, "a")

    assert (active(run), ready(run)) == (["work", "a", "a"], ["b", "c", "a"])


def test_values_are_taken_as_it_is_begun() -> None:
    """They go where the element sees such a variable."""
    run = start(working(ad_hoc()))
    begin(run, "a", N=7)
    assert run.values["N"] == 7

    with pytest.raises(BadValue, match="there is no parameter 'X'"):
        begin(run, "b", X=1)


def test_what_is_ready_has_no_incident_to_resolve() -> None:
    """CONTRACT 4: it is named by its state."""
    run = start(working(ad_hoc()))

    with pytest.raises(Rejected, match="element a has no incident; it is ready"):
        run.retry("a")


def test_flows_within_are_followed() -> None:
    """BPMN 2.0.2 §13.3.5: when an activity completes, the ones that its flows lead to begin."""
    run = start(working(ad_hoc()))
    do(run, "c")
    assert active(run) == ["work", "d"]

    run.execute("d")
    assert active(run) == ["after"]


def test_an_empty_one_is_left_at_once() -> None:
    """BPMN 2.0.2 §13.3.5: nothing can be done in it."""
    run = start(build("start → ad-hoc work → user after"))

    assert run.alive == ["after"]


# -- the end --------------------------------------------------------------------------------------


def test_without_a_condition_it_ends_when_nothing_runs_any_more() -> None:
    """BPMN 2.0.2 §13.3.5, which leaves it open: at least one activity has completed."""
    run = start(working(ad_hoc()))
    first, second = begin(run, "a"), begin(run, "b")
    run.ask(ExecuteElement(first, {}))
    assert active(run) == ["work", "b"]

    run.ask(ExecuteElement(second, {}))
    assert run.alive == ["after"]


def test_it_goes_on_until_its_completion_condition_holds() -> None:
    """BPMN 2.0.2 §13.3.5: the condition is evaluated each time an inner activity completes."""
    run = start(working(ad_hoc(until="N > 1")))
    do(run, "a", N=1)
    assert (active(run), ready(run)) == (["work"], ["b", "c", "a"])

    do(run, "b", N=2)
    assert run.alive == ["after"]


def test_what_still_runs_is_terminated() -> None:
    """BPMN 2.0.2 §13.3.5: cancelRemainingInstances, which is the default."""
    run = start(working(ad_hoc(until="N > 1")))
    begin(run, "b")
    do(run, "a", N=2)

    assert run.alive == ["after"]


def test_a_token_that_goes_on_within_does_not_keep_it() -> None:
    """BPMN 2.0.2 §13.3.5: it is complete when the condition holds."""
    run = start(working(ad_hoc(until="N > 1")))
    do(run, "c", N=2)

    assert (run.alive, run.visits("d")) == (["after"], 0)


def test_what_still_runs_may_be_completed() -> None:
    """BPMN 2.0.2 §13.3.5: without cancelRemainingInstances, but nothing new is begun."""
    run = start(working(ad_hoc(until="N > 1", cancel_remaining=False)))
    begin(run, "b")
    do(run, "a", N=2)
    assert (active(run), ready(run)) == (["work", "b"], [])

    run.execute("b", N=0)
    assert run.alive == ["after"]


def test_a_condition_that_fails_is_an_incident_of_the_sub_process() -> None:
    """BPMN 2.0.2 §13.3.5; a retry evaluates it again."""
    run = start(working(ad_hoc(until="6 / N > 1")))
    do(run, "a")
    assert run.incidents == {"work": "ExpressionError"}

    do(run, "b", N=1)
    assert run.incidents == {"work": "ExpressionError"}
    run.retry("work")
    assert run.alive == ["after"]


def test_a_condition_that_fails_while_something_runs_is_retried_with_the_next() -> None:
    """BPMN 2.0.2 §13.3.5."""
    run = start(working(ad_hoc(until="6 / N > 1")))
    begin(run, "b")
    do(run, "a")
    run.retry("work")
    assert (run.incidents, active(run)) == ({}, ["work", "b"])

    run.execute("b", N=1)
    assert run.alive == ["after"]


def test_an_event_sub_process_within_is_no_work_that_is_done() -> None:
    """BPMN 2.0.2 §13.3.5: it is left when an activity has completed."""
    drawing = WORK + "; work: event-sub asking; asking: start_ask → end_ask"
    run = start(working(ad_hoc(), drawing, start_ask=catch(message("ask"), interrupting=False)))
    run.send("ask")
    assert (active(run), ready(run)) == (["work"], ["a", "b", "c"])

    do(run, "a")
    assert run.alive == ["after"]


def test_an_activity_that_is_interrupted_has_not_completed() -> None:
    """BPMN 2.0.2 §13.3.5: the sub-process goes on."""
    drawing = "start → ad-hoc work → user after; work: service a; work: boundary bad"
    run = start(working(ad_hoc(), drawing, a=service(), bad=on("a", error("Bad"))))
    number = begin(run, "a")
    (job,) = run.instance.elements[number].jobs
    run.ask(ThrowError(job, "Bad", "no"))

    assert (active(run), ready(run)) == (["work"], ["a"])


def test_a_token_at_a_join_waits_for_what_can_still_be_begun() -> None:
    """BPMN 2.0.2 §13.4.1."""
    drawing = """
        start → ad-hoc work → user after; work: user a → and join → user c; work: user b → join
    """
    run = start(working(ad_hoc(), drawing))
    do(run, "a")
    assert (run.incidents, active(run), ready(run)) == ({}, ["work"], ["b", "a"])

    do(run, "b")
    assert active(run) == ["work", "c"]
    run.execute("c")
    assert run.alive == ["after"]


def test_what_is_thrown_for_its_boundary_is_caught_though_it_ends() -> None:
    """BPMN 2.0.2 §13.5.3."""
    drawing = """
        start → ad-hoc work → user after; boundary told → user hear; work: sub a
        a: task tell → end_tell
    """
    run = start(
        working(
            ad_hoc(until="True"),
            drawing,
            end_tell=throw(escalation("told")),
            told=on("work", escalation("told"), interrupting=False),
        )
    )
    begin(run, "a")

    assert sorted(run.alive) == ["after", "hear"]


# -- sequential -----------------------------------------------------------------------------------


def test_one_activity_is_done_after_the_other() -> None:
    """BPMN 2.0.2 table 10.22: ordering Sequential, only one activity at a time."""
    run = start(working(ad_hoc(sequential=True, until="N > 1")))
    number = begin(run, "a")
    with pytest.raises(Rejected, match="b is ready, but work does one thing after the other"):
        begin(run, "b")

    run.ask(ExecuteElement(number, {}))
    do(run, "b", N=2)
    assert run.alive == ["after"]


# -- what begins by itself ------------------------------------------------------------------------


def test_some_activities_may_begin_by_themselves() -> None:
    """A list of ids says which; each may be begun once more."""
    run = start(working(ad_hoc(begin_with="['c', 'a']")))
    assert (active(run), ready(run)) == (["work", "c", "a"], ["a", "b", "c"])

    complete(run, "a")
    complete(run, "c")
    run.execute("d")
    assert run.alive == ["after"]


def begun(run: Run) -> list[str]:
    return [each.element for each in unfolded(run.history) if isinstance(each, ElementActivated)]


def test_they_begin_one_after_the_other_where_order_matters() -> None:
    """BPMN 2.0.2 table 10.22: ordering Sequential."""
    drawing = "start → ad-hoc work → user after; work: task a; work: user b; work: task c"
    run = start(working(ad_hoc(sequential=True, begin_with="['a', 'b', 'c']"), drawing))
    assert active(run) == ["work", "b"]
    with pytest.raises(Rejected, match="a is ready, but work does one thing after the other"):
        begin(run, "a")

    complete(run, "b")
    assert begun(run)[2:] == ["a", "b", "c", "after"]


def test_all_that_begin_by_themselves_have_to_complete() -> None:
    """BPMN 2.0.2 §13.3.5, which leaves it open."""
    drawing = "start → ad-hoc work → user after; work: task a; work: task b"
    run = start(working(ad_hoc(begin_with="['a', 'b', 'b']"), drawing))

    assert begun(run)[2:] == ["a", "b", "b", "after"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("'a'", "must be a list of at most 1000 element ids"),
        ("['d']", "has 'd'; only what no flow leads to in it can be begun: a, b, c"),
        ("['x']", "has 'x'; only what no flow leads to in it can be begun: a, b, c"),
        ("[1]", "has 1; only what no flow leads to in it can be begun: a, b, c"),
    ],
)
def test_what_cannot_be_begun_is_an_incident(given: str, message: str) -> None:
    """The sub-process has not begun, and a retry begins it."""
    run = start(working(ad_hoc(begin_with=f"{given} if N == 0 else []")))

    assert run.incidents == {"work": "BadValue"}
    (incident,) = run.instance.incidents.values()
    assert message in incident.message


# -- with other constructs ------------------------------------------------------------------------


def test_a_looped_activity_completes_when_its_rounds_have() -> None:
    """BPMN 2.0.2 §13.3.7."""
    run = start(working(ad_hoc(until="True"), a=each(cardinality="2")))
    begin(run, "a")
    looping.execute(run, "a")
    assert active(run) == ["work", "a", "a"]

    looping.execute(run, "a")
    assert run.alive == ["after"]


def test_an_ad_hoc_sub_process_may_be_done_several_times() -> None:
    """BPMN 2.0.2 §13.3.6."""
    run = start(working(each(ad_hoc(), cardinality="2", sequential=True)))
    do(run, "a")
    assert active(run) == ["work", "work"]

    do(run, "b")
    assert run.alive == ["after"]


def test_what_is_done_in_it_can_be_undone() -> None:
    """BPMN 2.0.2 §10.7.2; a handler is no work of the sub-process."""
    drawing = """
        start → ad-hoc work → throw undo → user after; work: user a; work: user b
        work: boundary on_a; work: user no_a
    """
    run = start(
        working(
            ad_hoc(until="N > 1"),
            drawing,
            on_a=undone_by("a", "no_a"),
            no_a=for_compensation(),
            undo=throw(compensation()),
        )
    )
    assert ready(run) == ["a", "b"]
    do(run, "a")
    do(run, "b", N=2)
    assert run.alive == ["undo", "work", "a", "no_a"]

    run.execute("no_a")
    assert run.alive == ["after"]


def test_a_cancelled_run_ends_what_is_ready() -> None:
    """CONTRACT 4."""
    run = start(working(ad_hoc()))
    run.cancel()

    assert (run.status, run.alive) == (Status.CANCELED, [])
