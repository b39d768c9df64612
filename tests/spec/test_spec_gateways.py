"""Exclusive and parallel gateways."""

import pytest

from procession.core.instance import Status
from tests.building import build, script
from tests.world import start

CHOICE = "start → xor g →[N > 5] user big; g →[N > 0] user small; g →[else] user none"
JOIN = "start → user a → and join → user after; start → user b → join"


@pytest.mark.parametrize(("n", "chosen"), [(9, "big"), (3, "small"), (0, "none")])
def test_exclusive_gateway_takes_the_first_flow_whose_condition_holds(n: int, chosen: str) -> None:
    """BPMN 2.0.2 §13.4.2: conditions are evaluated in order; the first that is true is taken."""
    assert start(build(CHOICE), N=n).alive == [chosen]


def test_exclusive_gateway_takes_the_default_flow_last_wherever_it_stands() -> None:
    """BPMN 2.0.2 §13.4.2: the default flow is taken only if no condition is true."""
    drawing = "start → xor g →[else] user none; g →[N > 0] user some"

    assert start(build(drawing), N=1).alive == ["some"]
    assert start(build(drawing), N=0).alive == ["none"]


def test_exclusive_gateway_does_not_evaluate_conditions_after_the_first_true_one() -> None:
    """BPMN 2.0.2 §13.4.2: once a condition is true, the remaining ones are not evaluated."""
    run = start(build("start → xor g →[N == 0] user a; g →[1 // N == 1] user b"))

    assert (run.alive, run.incidents) == (["a"], {})


def test_exclusive_gateway_without_a_true_condition_and_default_is_an_incident() -> None:
    """BPMN 2.0.2 §13.4.2: an exception is thrown; ours is kept as an incident to be resolved."""
    run = start(
        build("start → xor g →[N > 5] user big; start → user fix → script s", s=script("N = 9"))
    )
    assert run.incidents == {"g": "ExpressionError"}

    run.execute("fix", N=9)
    run.retry("g")

    assert (run.alive, run.incidents) == (["big"], {})


def test_exclusive_gateway_passes_each_token_at_once() -> None:
    """BPMN 2.0.2 §13.4.2: a merge is a pass-through, it never waits."""
    run = start(build("start → user a → xor merge → user c; start → user b → merge"))

    run.execute("a")
    assert run.alive == ["b", "c"]

    run.execute("b")
    assert run.alive == ["c", "c"]


def test_a_flow_without_condition_out_of_an_exclusive_gateway_is_always_open() -> None:
    """BPMN 2.0.2 §13.4.2."""
    assert start(build("start → xor g →[N > 5] user big; g → user a")).alive == ["a"]


def test_parallel_gateway_sends_a_token_along_each_outgoing_flow() -> None:
    """BPMN 2.0.2 §13.4.1: exactly one token is produced on each outgoing flow."""
    run = start(build("start → and fork → user a; fork → user b; fork → user c"))

    assert run.alive == ["a", "b", "c"]


def test_parallel_gateway_waits_for_one_token_on_each_incoming_flow() -> None:
    """BPMN 2.0.2 §13.4.1: it is activated when there is a token on each incoming flow."""
    run = start(build(JOIN))

    run.execute("a")
    assert run.alive == ["b"]

    run.execute("b")
    assert run.alive == ["after"]


def test_two_tokens_on_one_flow_do_not_open_a_parallel_gateway() -> None:
    """BPMN 2.0.2 §13.4.1: one token per incoming flow is consumed, not any two tokens."""
    run = start(build("start → user a; start → a → and join → user after; start → user b → join"))

    run.execute("a")
    run.execute("a")
    assert run.alive == ["b"]

    run.execute("b")
    assert run.alive == ["after"]


def test_excess_tokens_stay_at_a_parallel_gateway_for_its_next_activation() -> None:
    """BPMN 2.0.2 §13.4.1: excess tokens remain after an execution of the gateway."""
    drawing = "start → user a; start → a → and join → user after; start → user b; start → b → join"
    run = start(build(drawing))
    for element in ("a", "a", "b"):
        run.execute(element)
    assert run.alive == ["b", "after"]

    run.execute("b")

    assert run.alive == ["after", "after"]


def test_parallel_gateway_may_join_and_fork_at_once() -> None:
    """BPMN 2.0.2 §13.4.1."""
    run = start(build(JOIN + "; join → user other"))

    run.execute("a")
    run.execute("b")

    assert run.alive == ["after", "other"]


def test_a_join_in_a_loop_waits_anew_each_time() -> None:
    """BPMN 2.0.2 §13.4.1."""
    drawing = "start → xor top → and fork → user a → and join → xor g →[N < 2] top; fork → user b; "
    run = start(build(drawing + "b → join; g →[else] end"))

    for turn in (1, 2):
        run.execute("a", N=turn)
        assert run.alive == ["b"]
        run.execute("b")

    assert run.status is Status.COMPLETED


def test_a_join_that_can_never_be_completed_is_an_incident() -> None:
    """BPMN 2.0.2 §13.4.1: a token is left for ever; we say so instead of waiting for ever."""
    run = start(build("start → xor g →[N > 0] and join → end; g →[else] task t → join"))

    assert (run.status, run.incidents) == (Status.ERROR, {"": "JoinStarved"})
    assert (
        "join waits for a token on g→join" in run.instance.incidents[run.instance.root.id].message
    )


def test_a_starved_join_in_a_sub_process_is_an_incident_of_the_sub_process() -> None:
    """BPMN 2.0.2 §13.4.1, §13.3.4."""
    run = start(
        build("start → sub s → end; s: start_in → and join; s: user a → join; start → user b")
    )
    assert run.alive == ["s", "b"]

    assert run.incidents == {"s": "JoinStarved"}


def test_a_starved_join_can_be_retried_but_only_cancelling_helps() -> None:
    """BPMN 2.0.2 §13.4.1."""
    run = start(build("start → xor g →[N > 0] and join → end; g →[else] task t → join"))

    run.retry_root()
    assert run.incidents == {"": "JoinStarved"}

    run.cancel()
    assert run.status is Status.CANCELED


def test_a_join_with_a_token_waits_while_something_in_its_scope_can_still_happen() -> None:
    """BPMN 2.0.2 §13.4.1."""
    run = start(
        build("start → user a → and join → end; start → user b →[N > 0] join; b →[else] end")
    )

    run.execute("a")

    assert (run.status, run.incidents) == (Status.RUNNING, {})
