"""Sequence flows straight from and to activities: implicit split and merge, conditions."""

from procession.core.instance import Status
from tests.building import build
from tests.world import start

SPLIT = "start → user a →[N > 0] user some; a →[N > 5] user many; a →[else] user none"


def test_several_flows_out_of_an_activity_are_all_taken() -> None:
    """BPMN 2.0.2 §13.3.1: multiple outgoing flows behave as a parallel split."""
    run = start(build("start → user a → user b; a → user c"))

    run.execute("a")

    assert run.alive == ["b", "c"]


def test_conditional_flows_out_of_an_activity_are_taken_where_their_condition_holds() -> None:
    """BPMN 2.0.2 §13.3.1: conditional outgoing flows behave as an inclusive split."""
    run = start(build(SPLIT))

    run.execute("a", N=9)

    assert run.alive == ["some", "many"]


def test_the_default_flow_of_an_activity_is_taken_only_if_no_condition_holds() -> None:
    """BPMN 2.0.2 §8.4.13, §13.3.1."""
    run = start(build(SPLIT))

    run.execute("a", N=0)

    assert run.alive == ["none"]


def test_plain_flows_are_taken_beside_conditional_ones() -> None:
    """BPMN 2.0.2 §13.3.1: a mix combines both; a plain flow is always taken."""
    drawing = "start → user a → user always; a →[N > 0] user some"

    run = start(build(drawing))
    run.execute("a", N=0)
    assert run.alive == ["always"]

    run = start(build(drawing))
    run.execute("a", N=1)
    assert run.alive == ["always", "some"]


def test_a_default_flow_alone_is_taken() -> None:
    """BPMN 2.0.2 §8.4.13."""
    run = start(build("start → user a →[else] user b"))

    run.execute("a")

    assert run.alive == ["b"]


def test_an_activity_none_of_whose_conditions_holds_is_an_incident_and_not_done_again() -> None:
    """BPMN 2.0.2 §13.3.1, as for gateways; its work is done, so a retry looks for a way only."""
    run = start(build("start → service a →[N > 0] user b; start → user fix"))
    run.answer("a")
    assert run.incidents == {"a": "ExpressionError"}

    run.execute("fix", N=1)
    run.retry("a")

    assert (run.alive, run.incidents, run.visits("a")) == (["b"], {}, 1)


def test_an_activity_with_several_incoming_flows_begins_once_for_each_token() -> None:
    """BPMN 2.0.2 §13.3.1: uncontrolled flow; each token enables the activity on its own."""
    run = start(build("start → user a → user c; start → user b → c"))

    run.execute("a")
    run.execute("b")

    assert run.alive == ["c", "c"]


def test_each_instance_of_an_activity_is_executed_on_its_own() -> None:
    """BPMN 2.0.2 §13.3.1."""
    run = start(build("start → user a → user b; start → a"))

    run.execute("a")
    assert run.alive == ["a", "b"]

    run.execute("a")
    assert run.alive == ["b", "b"]


def test_a_condition_that_is_not_true_or_false_is_an_incident() -> None:
    """BPMN 2.0.2 §10.4.1: a condition is a Boolean expression; ours is never guessed."""
    run = start(build("start → xor g →[N] user a; g →[else] end"))

    assert run.incidents == {"g": "ExpressionError"}


def test_an_activity_may_flow_back_to_itself() -> None:
    """BPMN 2.0.2 §13.3.1."""
    run = start(build("start → user a →[N < 2] a; a →[else] end"))

    run.execute("a", N=1)
    assert run.alive == ["a"]

    run.execute("a", N=2)
    assert (run.status, run.visits("a")) == (Status.COMPLETED, 2)
