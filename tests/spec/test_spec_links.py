"""Links: two events that stand for a flow which is not drawn."""

from tests.spec.snippets import chain, start, sub, user
from tests.unit.bpmn.notation import flow, link

BEGIN = '<startEvent id="start"/>'
LINK = link("out") + link("in")


def test_a_token_goes_from_the_source_of_a_link_to_its_target() -> None:
    """BPMN 2.0.2 §10.5.5.6."""
    run = start(BEGIN + user("b") + LINK + chain("start", "out") + chain("in", "b"))

    assert run.alive == ["b"]
    assert run.taken == ["start_out", "out/in", "in_b"]


def test_several_sources_lead_to_one_target() -> None:
    """BPMN 2.0.2 §10.5.5.6: there can be multiple sources, but one target."""
    content = BEGIN + user("a", "b") + LINK + link("out2") + chain("in", "b")
    run = start(content + chain("start", "a", "out") + chain("start", "out2"))
    assert run.alive == ["a", "b"]

    run.execute("a")

    assert run.alive == ["b", "b"]


def test_a_link_may_lead_back() -> None:
    """BPMN 2.0.2 §10.5.5.6: a loop is one of its uses."""
    gateway = '<exclusiveGateway id="x" default="on"/>' + flow("again", "x", "out", "Done != True")
    content = BEGIN + user("a", "b") + LINK + gateway + flow("on", "x", "b")
    run = start(content + chain("start", "a", "x") + chain("in", "a"))

    run.execute("a", Done=False)
    assert run.alive == ["a"]

    run.execute("a", Done=True)
    assert run.alive == ["b"]


def test_the_target_of_a_link_does_not_begin_by_itself() -> None:
    """BPMN 2.0.2 §10.5.5.6: what its scope begins with are other elements."""
    run = start(user("a", "b") + LINK + chain("a", "out") + chain("in", "b"))

    assert run.alive == ["a"]


def test_each_sub_process_has_links_of_its_own() -> None:
    """BPMN 2.0.2 §10.5.5.6: a link stays within one level."""
    inner = link("out_2") + link("in_2") + user("c", "d") + chain("c", "out_2") + chain("in_2", "d")
    content = BEGIN + user("b") + LINK + sub("box", inner)
    run = start(content + chain("start", "box", "out") + chain("in", "b"))

    run.execute("c")
    assert run.alive == ["box", "d"]

    run.execute("d")
    assert run.alive == ["b"]


def test_a_none_event_passes_its_token_on() -> None:
    """BPMN 2.0.2 §10.5.4."""
    event = '<intermediateThrowEvent id="e"/>'

    assert start(BEGIN + event + user("b") + chain("start", "e", "b")).alive == ["b"]
