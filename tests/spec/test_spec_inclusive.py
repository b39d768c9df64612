"""Inclusive gateways split by conditions and wait for what may come (BPMN 2.0.2 §13.4.3)."""

from procession.core.instance import Status
from procession.errors import ExpressionError
from tests.spec.snippets import HOUR, Run, chain, start, sub, user
from tests.unit.bpmn.notation import boundary, flow, link, timer

BEGIN = '<startEvent id="start"/>'
JOIN = '<inclusiveGateway id="join"/>' + user("after") + chain("join", "after")
# `a` above 0, `b` above 10, both above 10; neither: the default.
CHOICE = (
    '<inclusiveGateway id="split" default="none"/>'
    + user("a", "b", "c")
    + flow("some", "split", "a", "Amount &gt; 0")
    + flow("many", "split", "b", "Amount &gt; 10")
    + flow("none", "split", "c")
)
SPLIT = BEGIN + CHOICE + chain("start", "split")
JOINED = SPLIT + chain("a", "join") + chain("b", "join") + chain("c", "join") + JOIN


# -- splitting ------------------------------------------------------------------------------------


def test_every_flow_whose_condition_holds_is_taken() -> None:
    """BPMN 2.0.2 §13.4.3, §10.6.3."""
    assert start(SPLIT, Amount=5).alive == ["a"]
    assert start(SPLIT, Amount=50).alive == ["a", "b"]


def test_the_default_flow_is_taken_only_if_no_condition_holds() -> None:
    """BPMN 2.0.2 §13.4.3."""
    assert start(SPLIT, Amount=0).alive == ["c"]


def test_a_flow_without_a_condition_is_always_taken() -> None:
    """Ours, as for activities."""
    content = SPLIT.replace('default="none"', "")

    assert start(content, Amount=5).alive == ["a", "c"]


def test_no_condition_and_no_default_is_an_incident_that_can_be_resolved() -> None:
    """BPMN 2.0.2 §10.6.3: a runtime exception."""
    none = flow("none", "split", "c")
    content = SPLIT.replace('default="none"', "").replace(none, none.replace("split", "a"))
    run = start(content + user("fix") + chain("start", "fix"), Amount=0)
    assert run.incidents == {"split": ExpressionError.code}

    run.execute("fix", Amount=5)
    run.retry("split")

    assert run.alive == ["a"]


# -- joining --------------------------------------------------------------------------------------


def test_it_waits_for_all_tokens_that_can_come() -> None:
    """BPMN 2.0.2 §13.4.3."""
    run = start(JOINED, Amount=50)

    run.execute("a")
    assert run.alive == ["b"]

    run.execute("b")
    assert (run.alive, run.visits("join")) == (["after"], 1)


def test_it_does_not_wait_for_ways_that_were_not_taken() -> None:
    """BPMN 2.0.2 §13.4.3."""
    run = start(JOINED, Amount=5)

    run.execute("a")

    assert run.alive == ["after"]


def test_it_goes_on_when_the_token_that_it_waited_for_has_gone_another_way() -> None:
    """BPMN 2.0.2 §13.4.3: then no path leads from it to the gateway any more."""
    way_out = '<exclusiveGateway id="x" default="on"/>' + user("away")
    content = BEGIN + user("a", "b") + JOIN + way_out + chain("start", "a", "join")
    content += chain("start", "b", "x") + flow("out", "x", "away", "Done") + flow("on", "x", "join")
    run = start(content)
    run.execute("a")
    assert run.alive == ["b"]

    run.execute("b", Done=True)

    assert run.alive == ["away", "after"]


def test_it_goes_on_when_the_token_that_it_waited_for_has_ended() -> None:
    """BPMN 2.0.2 §13.4.3."""
    box = sub("box", user("inner"))
    content = BEGIN + user("a") + box + JOIN + chain("start", "a", "join")
    content += chain("start", "box", "join") + boundary(timer("PT1H")).replace("host", "box")
    run = start(content)
    run.execute("a")

    run.wait(HOUR)

    assert run.alive == ["after"]


def test_it_goes_on_without_being_reached_again() -> None:
    """BPMN 2.0.2 §13.4.3: a token on its own flow is enough, whenever the others are gone."""
    content = BEGIN + user("a", "b") + JOIN + '<endEvent id="end"/>' + chain("start", "a", "join")
    content += '<exclusiveGateway id="x" default="x_end"/>' + chain("start", "b", "x", "end")
    run = start(content + flow("on", "x", "join", "Done"))
    run.execute("a")

    run.execute("b", Done=False)

    assert run.alive == ["after"]


def test_it_waits_for_a_token_that_comes_round_a_loop() -> None:
    """BPMN 2.0.2 §13.4.3: every path counts, however long."""
    loop = '<exclusiveGateway id="x" default="on"/>' + user("more") + chain("more", "x")
    content = BEGIN + user("a", "b") + JOIN + loop + chain("start", "a", "join")
    content += chain("start", "b", "x") + flow("out", "x", "more", "Done") + flow("on", "x", "join")
    run = start(content)
    run.execute("a")
    run.execute("b", Done=True)
    assert run.alive == ["more"]

    run.execute("more", Done=False)

    assert run.alive == ["after"]


def test_it_does_not_wait_for_what_can_come_only_through_itself() -> None:
    """BPMN 2.0.2 §13.4.3: paths that visit the gateway do not count."""
    content = BEGIN + user("a") + JOIN + '<task id="t"/>' + chain("start", "a", "join")
    content += chain("after", "t", "join")
    run = start(content)

    run.execute("a")
    assert run.alive == ["after"]

    run.execute("after")
    assert (run.alive, run.visits("join")) == (["after"], 2)


def test_a_token_that_can_reach_a_filled_flow_as_well_does_not_hold_it_up() -> None:
    """BPMN 2.0.2 §13.4.3: there is also a path to an incoming flow that has a token."""
    content = BEGIN + user("a", "b") + '<exclusiveGateway id="x" default="x_m"/><task id="m"/>'
    content += JOIN + chain("start", "a", "m", "join") + chain("start", "b", "x", "m")
    run = start(content + flow("direct", "x", "join", "Done"))

    run.execute("a")

    assert run.alive == ["b", "after"]


def test_of_several_tokens_on_one_flow_it_takes_one_and_goes_on_again_for_the_next() -> None:
    """BPMN 2.0.2 §13.4.3: one token from each incoming flow that has one."""
    content = BEGIN + user("a", "b", "c") + '<task id="m"/>' + JOIN + chain("m", "join")
    content += chain("start", "a", "m") + chain("start", "b", "m") + chain("start", "c", "join")
    run = start(content)
    run.execute("a")
    run.execute("b")
    assert run.alive == ["c"]

    run.execute("c")

    assert run.alive == ["after", "after"]


def test_a_token_in_a_sub_process_is_one_at_the_sub_process() -> None:
    """BPMN 2.0.2 §13.4.3: no path crosses the border of a sub-process."""
    inner = user("b", "d") + chain("b", "d")
    content = BEGIN + user("a") + sub("box", inner) + JOIN
    run = start(content + chain("start", "a", "join") + chain("start", "box", "join"))
    run.execute("a")
    run.execute("b")
    assert run.alive == ["box", "d"]

    run.execute("d")

    assert run.alive == ["after"]


def test_a_join_within_a_sub_process_does_not_wait_for_tokens_outside() -> None:
    """BPMN 2.0.2 §13.4.3."""
    inner = JOINED.replace('id="start"', 'id="s"').replace('Ref="start"', 'Ref="s"')
    run = start(
        BEGIN + user("beside") + sub("box", inner),
        chain("start", "beside"),
        chain("start", "box"),
        Amount=5,
    )

    run.execute("a")

    assert run.alive == ["beside", "box", "after"]


def with_event(cancel: str) -> Run:
    """A join of `a` and of what the event on the boundary of `host` leads to."""
    content = BEGIN + user("a", "host", "other", "late") + JOIN + chain("start", "a", "join")
    event = boundary(timer("PT1H"), f'cancelActivity="{cancel}"')
    content += event.replace('targetRef="after_b"', 'targetRef="late"') + chain("late", "join")
    return start(content + chain("start", "host", "other"))


def test_it_waits_for_what_an_event_on_a_boundary_may_still_send() -> None:
    """Ours: the standard speaks of flows only, but a token may leave an activity by its events."""
    run = with_event("true")
    run.execute("a")
    assert run.alive == ["host"]

    run.wait(HOUR)
    assert run.alive == ["late"]

    run.execute("late")
    assert run.alive == ["after"]


def test_it_goes_on_when_an_event_on_a_boundary_can_happen_no_more() -> None:
    """Ours."""
    run = with_event("false")
    run.execute("a")

    run.execute("host")

    assert run.alive == ["other", "after"]


def test_it_waits_for_tokens_that_come_over_a_link() -> None:
    """BPMN 2.0.2 §10.5.5.6: a link is a flow that is not drawn."""
    content = BEGIN + user("a", "b") + JOIN + chain("start", "a", "join") + link("out") + link("in")
    run = start(content + chain("start", "b", "out") + chain("in", "join"))
    run.execute("a")
    assert run.alive == ["b"]

    run.execute("b")

    assert (run.alive, run.visits("join")) == (["after"], 1)


def test_two_joins_that_wait_for_each_other_are_an_incident() -> None:
    """BPMN 2.0.2 §13.4.3: a deadlock by its rule; ours: it is seen, not waited out."""
    joins = (
        '<inclusiveGateway id="j"/><inclusiveGateway id="k"/>' + chain("j", "k") + chain("k", "j")
    )
    content = BEGIN + user("a", "b") + joins + chain("start", "a", "j") + chain("start", "b", "k")
    run = start(content)
    run.execute("a")

    run.execute("b")

    assert (run.incidents, run.status) == ({"": "JoinStarved"}, Status.ERROR)
