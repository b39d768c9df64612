"""Embedded sub-processes."""

import pytest

from procession.core.commands import ExecuteElement
from procession.core.ids import ElementInstanceId
from procession.core.instance import Status
from tests.building import build
from tests.world import Run, start


def numbers(run: Run, element: str) -> list[ElementInstanceId]:
    """The live instances of an element, oldest first."""
    return [each.id for each in run.instance.elements.values() if each.element == element]


def test_sub_process_begins_at_its_none_start_event() -> None:
    """BPMN 2.0.2 §13.3.4: its empty start event gets a token when it is instantiated."""
    run = start(build("start → sub s → end; s: start_in → user a; s: task b → user c"))

    assert run.alive == ["s", "a"]


def test_sub_process_without_start_event_begins_at_all_that_no_flow_leads_to() -> None:
    """BPMN 2.0.2 §13.3.4: activities and gateways without incoming flows all get a token."""
    run = start(build("start → sub s → end; s: user a → user b; s: user c; s: xor g → user d"))

    assert run.alive == ["s", "a", "c", "d"]


def test_an_empty_sub_process_completes_at_once() -> None:
    """BPMN 2.0.2 §13.3.4: no token is in it and no activity is active."""
    run = start(build("start → sub s → end"))

    assert (run.status, run.taken) == (Status.COMPLETED, ["start→s", "s→end"])


def test_sub_process_completes_when_all_its_paths_have_ended() -> None:
    """BPMN 2.0.2 §13.3.4: no token remains and no activity is active."""
    run = start(build("start → sub s → user after; s: user a → end_a; s: user b"))

    run.execute("a")
    assert run.alive == ["s", "b"]

    run.execute("b")
    assert run.alive == ["after"]


def test_sub_processes_may_be_nested() -> None:
    """BPMN 2.0.2 §13.3.4."""
    drawing = "start → sub s → end; s: sub t → sub u; t: sub v; v: user a; u: user b"
    run = start(build(drawing))
    assert run.alive == ["s", "t", "v", "a"]

    run.execute("a")
    assert run.alive == ["s", "u", "b"]

    run.execute("b")
    assert run.status is Status.COMPLETED


def test_tokens_of_two_instances_of_a_sub_process_do_not_meet_in_a_join() -> None:
    """BPMN 2.0.2 §13.3.4, §13.4.1: each instance is a scope of its own."""
    drawing = "start → sub s; start → s; s: user a → and join → user c; s: user b → join"
    run = start(build(drawing))

    one, _ = numbers(run, "a")
    _, other = numbers(run, "b")

    run.ask(ExecuteElement(one, {}))
    run.ask(ExecuteElement(other, {}))
    assert run.alive == ["s", "s", "b", "a"]

    run.execute("b")
    assert run.alive == ["s", "s", "a", "c"]


def test_sub_process_leaves_by_all_its_flows_whose_condition_holds() -> None:
    """BPMN 2.0.2 §13.3.1: it is an activity like others."""
    run = start(build("start → sub s →[N > 0] user some; s →[else] user none; s: user a"))

    run.execute("a", N=1)

    assert run.alive == ["some"]


def test_sub_process_that_finds_no_way_on_is_an_incident_and_not_done_again() -> None:
    """BPMN 2.0.2 §13.3.1."""
    run = start(build("start → sub s →[N > 0] user b; s: user a; start → user fix"))
    run.execute("a")
    assert run.incidents == {"s": "ExpressionError"}

    run.execute("fix", N=1)
    run.retry("s")

    assert (run.alive, run.visits("a")) == (["b"], 1)


def test_a_failed_element_keeps_its_sub_process_alive() -> None:
    """BPMN 2.0.2 §13.3.4: an activity in it has not ended."""
    run = start(build("start → sub s → end; s: user a; s: service w"))

    run.fail("w")
    run.execute("a")
    assert run.alive == ["s", "w"]

    run.retry("w")
    run.answer("w")
    assert run.status is Status.COMPLETED


@pytest.mark.parametrize("ends", ["end", "stop"])
def test_a_loop_around_a_sub_process_begins_it_anew(ends: str) -> None:
    """BPMN 2.0.2 §13.3.4: each token that reaches it makes an instance."""
    run = start(build(f"start → sub s →[N < 2] s; s →[else] end_all; s: user a → {ends}"))

    run.execute("a", N=1)
    run.execute("a", N=2)

    assert (run.status, run.visits("s")) == (Status.COMPLETED, 2)
