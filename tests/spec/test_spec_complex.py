"""The complex gateway (BPMN 2.0.2 §10.6.5, §13.4.5)."""

from procession.core.instance import Status
from procession.core.model import Process
from tests.building import USUAL_PARAMETERS, build, on, service, terminate, throw, timer
from tests.details import Detail, activated
from tests.world import Run, start

THREE = """
    start → and split → user a → complex join; split → user b → join; split → user c → join
    join → user after
"""


def two_of(drawing: str = THREE, **details: Detail) -> Process:
    """A gateway that opens with two tokens."""
    drawn = {"join": activated("activationCount >= 2"), **details}
    return build(drawing, name="P", parameters=USUAL_PARAMETERS, **drawn)


def run_of(process: Process, *executed: str, **values: object) -> Run:
    run = start(process, **values)
    for element in executed:
        run.execute(element)
    return run


# -- waiting for start ----------------------------------------------------------------------------


def test_it_opens_when_its_activation_condition_holds() -> None:
    """BPMN 2.0.2 §13.4.5: two of three tokens."""
    run = run_of(two_of(), "a")
    assert run.alive == ["b", "c"]

    run.execute("c")
    assert run.alive == ["b", "after"]


def test_without_a_condition_it_opens_with_the_first_token() -> None:
    """BPMN 2.0.2 §13.4.5: a discriminator (workflow pattern 9)."""
    run = run_of(build(THREE), "b")

    assert run.alive == ["a", "c", "after"]


def test_several_tokens_on_one_flow_are_counted() -> None:
    """BPMN 2.0.2 table 10.112: activationCount is the number of tokens that wait."""
    drawing = "start → and split → xor way; split → way; way → complex join → user after"
    run = run_of(two_of(drawing))

    # One token of each flow goes through; the other waits for a second one (§13.4.5).
    assert run.alive == ["after"]


def test_its_condition_may_read_the_values_of_the_process() -> None:
    """BPMN 2.0.2 §13.4.5: activationCondition refers to data and to activationCount."""
    run = run_of(two_of(join=activated("activationCount >= N")), "a", N=1)

    assert run.alive == ["b", "c", "after"]


def test_the_flows_whose_condition_holds_get_tokens() -> None:
    """BPMN 2.0.2 §13.4.5: as in the split of an inclusive gateway."""
    drawing = THREE.replace("join → user after", "join →[N > 0] user x; join →[N > 1] user y")
    run = run_of(two_of(drawing), "a", "b", N=2)

    assert run.alive == ["c", "x", "y"]


def test_the_default_flow_is_taken_when_no_condition_holds() -> None:
    """BPMN 2.0.2 §13.4.5."""
    drawing = THREE.replace("join → user after", "join →[N > 0] user x; join →[else] user y")
    run = run_of(two_of(drawing), "a", "b")

    assert run.alive == ["c", "y"]


def test_no_way_on_is_an_exception_when_it_opens() -> None:
    """BPMN 2.0.2 §13.4.5, exception issues; a retry finds its way."""
    drawing = THREE.replace("join → user after", "join →[N > 0] user x; join →[N > 1] user y")
    run = run_of(two_of(drawing + "; split → user other"), "a", "b")
    assert run.incidents == {"join": "ExpressionError"}

    run.execute("other", N=1)
    run.retry("join")
    assert run.alive == ["c", "x"]


def test_a_condition_that_never_holds_blocks_the_tokens() -> None:
    """BPMN 2.0.2 §13.4.5: that may be a deadlock; here it is an incident."""
    run = run_of(two_of(join=activated("activationCount > N")), "a", "b", "c", N=5)
    assert run.incidents == {"": "JoinStarved"}
    (incident,) = run.instance.incidents.values()
    assert "activation condition of join does not hold with the tokens" in incident.message


def test_a_condition_that_fails_is_an_incident_of_the_gateway() -> None:
    """BPMN 2.0.2 §13.4.5; further tokens wait until it is retried."""
    run = run_of(two_of(join=activated("activationCount / N > 1")), "a", N=0)
    assert run.incidents == {"join": "ExpressionError"}

    run.execute("b", N=1)
    assert run.alive == ["c", "join"]
    run.retry("join")
    assert run.alive == ["c", "after"]


def test_a_condition_that_does_not_hold_after_all_waits_on() -> None:
    """BPMN 2.0.2 §13.4.5: it is waiting for start still."""
    run = run_of(two_of(join=activated("activationCount / N > 1")), "a", N=0)
    run.execute("b", N=4)
    run.retry("join")
    assert run.alive == ["c"]

    run.execute("c", N=1)
    assert run.alive == ["after"]


def test_a_condition_may_hold_later_when_a_value_has_changed() -> None:
    """BPMN 2.0.2 §13.4.5: it is looked at whenever a token of the scope has come to rest."""
    drawing = THREE + "; split → user other"
    run = run_of(two_of(drawing, join=activated("activationCount > N")), "a", N=1)
    run.execute("other", N=0)

    assert run.alive == ["b", "c", "after"]


def test_one_that_no_flow_leads_to_begins_with_its_scope() -> None:
    """BPMN 2.0.2 §13.3.4."""
    run = start(build("complex g →[waitingForStart] user a; g →[not waitingForStart] user b"))

    assert run.alive == ["a"]


# -- waiting for reset ----------------------------------------------------------------------------


def test_a_late_token_is_taken_and_does_not_go_on_by_a_flow_without_a_condition() -> None:
    """BPMN 2.0.2 §13.4.5: those and only those flows whose condition evaluates to true."""
    run = run_of(two_of(), "a", "b", "c")

    assert (run.alive, run.visits("after")) == (["after"], 1)


LATE = THREE.replace(
    "join → user after", "join →[waitingForStart] user after; join →[not waitingForStart] user late"
)


def test_a_late_token_may_take_a_way_of_its_own() -> None:
    """BPMN 2.0.2 §13.4.5: the conditions may refer to waitingForStart."""
    run = run_of(two_of(LATE), "a", "b")
    assert run.alive == ["c", "after"]

    run.execute("c")
    assert run.alive == ["after", "late"]


def test_the_default_flow_is_taken_by_the_reset_too() -> None:
    """BPMN 2.0.2 §13.4.5: if no condition evaluates to true, the default flow receives a token."""
    drawing = THREE.replace(
        "join → user after", "join →[waitingForStart] user after; join →[else] user late"
    )
    run = run_of(two_of(drawing), "a", "b", "c")

    assert run.alive == ["after", "late"]


def test_the_reset_waits_for_all_tokens_that_can_still_come() -> None:
    """BPMN 2.0.2 §13.4.5: by the join behaviour of the inclusive gateway."""
    run = run_of(build(LATE), "a")
    assert run.alive == ["b", "c", "after"]

    run.execute("b")
    assert run.alive == ["c", "after"]
    run.execute("c")
    assert run.alive == ["after", "late"]


def test_the_reset_does_not_wait_for_what_cannot_come() -> None:
    """BPMN 2.0.2 §13.4.5: then it takes no token, and the conditions are evaluated all the same."""
    drawing = """
        start → and split → user a → complex join; split → user b → xor way →[B] join
        way →[else] end; join →[waitingForStart] user after; join →[not waitingForStart] user late
    """
    run = run_of(build(drawing), "a")
    assert run.alive == ["b", "after"]

    run.execute("b")
    assert run.alive == ["after", "late"]


def test_after_the_reset_it_opens_anew() -> None:
    """BPMN 2.0.2 §13.4.5: it changes its state back to waiting for start."""
    drawing = """
        start → xor again → and split → user a → complex join; split → user b → join
        join → xor more →[B] again; more →[else] end
    """
    run = start(build(drawing))
    run.execute("a", B=True)
    run.execute("b")
    assert run.alive == ["a", "b"]

    run.execute("a", B=False)
    run.execute("b")
    assert (run.status, run.visits("more")) == (Status.COMPLETED, 2)


def test_a_second_token_on_a_flow_waits_for_the_next_start() -> None:
    """BPMN 2.0.2 §13.4.5: the first phase takes one token from each flow."""
    drawing = """
        start → and split → user a → xor way; split → user b → way; way → complex join
        split → user c → join; join → user after
    """
    run = run_of(build(drawing), "a")
    assert run.alive == ["b", "c", "after"]

    run.execute("b")
    assert run.alive == ["c", "after"]
    run.execute("c")
    assert (run.alive, run.visits("after")) == (["after", "after"], 2)


def test_a_condition_that_fails_in_the_reset_is_an_incident_of_the_gateway() -> None:
    """BPMN 2.0.2 §13.4.5; a retry goes on in the same phase."""
    drawing = THREE.replace("join → user after", "join →[waitingForStart or 6 / N > 1] user after")
    run = run_of(two_of(drawing), "a", "b", "c")
    assert run.incidents == {"join": "ExpressionError"}

    run.execute("after", N=1)
    run.retry("join")
    assert run.alive == ["after"]


# -- the scope around -----------------------------------------------------------------------------


def test_a_scope_ends_when_its_gateway_has_begun_anew() -> None:
    """BPMN 2.0.2 §13.3.4: nothing hangs on a gateway that waits for nothing more."""
    drawing = """
        start → sub box → user after; box: user a → complex join → end
        box: user b → xor way →[B] join; box: way →[else] end_b
    """
    run = run_of(build(drawing), "a", "b")

    assert run.alive == ["after"]


def test_a_terminated_scope_forgets_how_far_its_gateway_was() -> None:
    """BPMN 2.0.2 §13.5.6: the tokens are gone, and so is what was taken."""
    drawing = """
        start → sub box → user again → box; boundary late → user sorry
        box: user a → complex join → user c; box: user b → join
    """
    run = run_of(build(drawing, late=on("box", timer("PT1H"))), "a")
    assert run.alive == ["box", "b", "c"]
    run.wait(7_200)

    assert run.alive == ["sorry"]


def test_a_terminate_end_event_ends_it_with_its_scope() -> None:
    """BPMN 2.0.2 §13.5.6."""
    drawing = THREE + "; split → service s → end_all"
    run = run_of(two_of(drawing, s=service(), end_all=throw(terminate())), "a", "b")
    run.answer("s")

    assert run.status is Status.COMPLETED
