"""Links: two events become the ends of a flow, and why one is refused."""

from procession.core.model import IntermediateThrowEvent
from tests.unit.bpmn.notation import (
    codes_of,
    flow,
    link,
    problem_of,
    problems_of,
    process,
    read_one,
)

LINKED = '<task id="a"/>' + link("out") + link("in") + '<task id="b"/>'
FLOWS = flow("f", "a", "out") + flow("g", "in", "b")


def test_a_flow_joins_the_two_ends_of_a_link() -> None:
    read = read_one(process(LINKED + FLOWS))

    (joining,) = read.elements["out"].outgoing
    assert isinstance(read.elements["out"], IntermediateThrowEvent)
    assert isinstance(read.elements["in"], IntermediateThrowEvent)
    assert read.elements["in"].incoming == (joining,)
    assert (read.flows[joining].source, read.flows[joining].target) == ("out", "in")
    assert (joining, read.flows[joining].name) == ("out/in", "L")


def test_a_links_target_does_not_begin_with_its_scope() -> None:
    assert read_one(process(LINKED + FLOWS)).starts[""] == ("a",)
    assert read_one(process('<task id="a"/>' + link("in"))).starts[""] == ("a",)


def test_several_sources_lead_to_one_target() -> None:
    read = read_one(process(LINKED + FLOWS + link("out2") + flow("h", "a", "out2")))

    assert read.elements["in"].incoming == ("out/in", "out2/in")


def test_links_of_one_name_in_two_scopes_are_two_links() -> None:
    inner = (LINKED + FLOWS).replace('id="', 'id="i_').replace('Ref="', 'Ref="i_')
    read = read_one(process(f'{LINKED}{FLOWS}<subProcess id="s">{inner}</subProcess>'))

    assert read.elements["i_in"].incoming == ("i_out/i_in",)
    assert read.starts["s"] == ("i_a",)


def test_a_link_without_its_other_end_says_which_one_may_be_meant() -> None:
    ends = link("out", 'name="To pay"') + link("in", 'name="To pya"')

    problem = problem_of(process('<task id="a"/>' + ends + flow("f", "a", "out")))

    assert problem.code == "no-link-target"
    assert problem.message.endswith("Did you mean 'To pya'?")


def test_the_other_end_may_be_named_by_its_id() -> None:
    named = LINKED.replace(
        'id="out"><linkEventDefinition name="L"/>',
        'id="out"><linkEventDefinition id="s" name="L"><target>t</target></linkEventDefinition>',
    ).replace(
        'id="in"><linkEventDefinition name="L"/>',
        'id="in"><linkEventDefinition id="t" name="L"><source>x:s</source></linkEventDefinition>',
    )

    assert problems_of(process(named + FLOWS)) == []
    assert codes_of(process(named.replace(">t<", ">s<") + FLOWS)) == ["link-mismatch"]
