"""What becomes of a file that is right: elements, flows, scopes, names."""

from uuid import UUID

import pytest

from procession.bpmn import NAMESPACE
from procession.bpmn.elements import ACTIVITY_BUILDERS, BUILDERS
from procession.bpmn.vocabulary import MODEL, NODES
from procession.core.model import (
    AbstractTask,
    CallActivity,
    Element,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    Input,
    ManualTask,
    Output,
    ParallelGateway,
    ScriptTask,
    StartEvent,
    SubProcess,
    TerminateEventDefinition,
    UserTask,
)
from tests.unit.bpmn.notation import (
    codes_of,
    definitions,
    extended,
    flow,
    problem_of,
    problems_of,
    process,
    read_all,
    read_element,
    read_one,
)

GATEWAY = '<exclusiveGateway id="e" default="no"/><task id="a"/><task id="b"/>'


def test_every_name_that_is_said_to_run_has_its_builder() -> None:
    assert BUILDERS.keys() | ACTIVITY_BUILDERS.keys() == NODES.keys()
    assert BUILDERS.keys() & ACTIVITY_BUILDERS.keys() == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("startEvent", StartEvent),
        ("endEvent", EndEvent),
        ("task", AbstractTask),
        ("manualTask", ManualTask),
        ("userTask", UserTask),
        ("subProcess", SubProcess),
        ("exclusiveGateway", ExclusiveGateway),
        ("parallelGateway", ParallelGateway),
    ],
)
def test_a_plain_element_is_read_by_its_name(name: str, kind: type[Element]) -> None:
    element = read_element(process(f'<{name} id="e" name="Caption"/>'))

    assert type(element) is kind
    assert element.name == "Caption"
    assert element.label == "e (Caption)"
    assert element.line > 0


def test_a_terminate_end_event_is_told_from_a_none_end_event() -> None:
    xml = process('<endEvent id="e"><terminateEventDefinition id="t"/></endEvent>')

    end = read_element(xml)

    assert isinstance(end, EndEvent)
    assert end.definitions == (TerminateEventDefinition(),)


@pytest.mark.parametrize("prefix", ["bpmn:", "bpmn2:", "semantic:", ""])
def test_names_are_known_by_namespace_whatever_the_prefix(prefix: str) -> None:
    declares = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    xml = (
        f'<{prefix}definitions {declares}="{MODEL}" xmlns:crt="{NAMESPACE}">'
        f'<{prefix}process id="P" crt:background="true"><b:task xmlns:b="{MODEL}" id="e"/>'
        f"</{prefix}process></{prefix}definitions>"
    )

    read = read_one(xml.encode())

    assert read.background is True
    assert type(read.elements["e"]) is AbstractTask


def test_the_same_prefix_for_another_namespace_is_another_element() -> None:
    xml = process('<task id="e"/><x:task xmlns:x="urn:other" id="f"/>')

    assert problem_of(xml).code == "foreign-element"


def test_a_process_has_id_caption_and_uid() -> None:
    uid = UUID("11111111-2222-3333-4444-555555555555")

    read = read_one(
        process('<task id="e"/>', attributes=f'id="UsrA.b-1" name="Add&#10; one" p:uid="{uid}"')
    )

    assert (read.id, read.caption, read.uid) == ("UsrA.b-1", "Add one", uid)
    assert (read.startable, read.background, read.version) == (True, False, 0)


def test_a_process_without_a_caption_is_called_by_its_id() -> None:
    assert read_one(process('<task id="e"/>')).caption == "P"


def test_a_uid_that_the_file_leaves_out_is_the_same_on_every_reading() -> None:
    first, again = read_one(process('<task id="e"/>')), read_one(process('<task id="e"/>'))
    other = read_one(process('<task id="e"/>', attributes='id="Q"'))

    assert first.uid == again.uid != other.uid
    assert first.elements["e"].uid == again.elements["e"].uid != other.elements["e"].uid
    uids = [parameter.uid for parameter in first.parameters.values()]
    assert len({first.uid, first.elements["e"].uid, *uids}) == 2 + len(uids)


def test_a_uid_in_the_file_is_obeyed() -> None:
    xml = process('<task id="e" p:uid="{11111111-2222-3333-4444-555555555555}"/>')

    assert read_element(xml).uid == UUID("11111111-2222-3333-4444-555555555555")


def test_flows_join_their_elements_in_the_order_of_the_file() -> None:
    xml = process(
        '<startEvent id="s"/>'
        + GATEWAY
        + flow("z", "e", "a", "Amount &gt; 5")
        + flow("no", "e", "b")
        + flow("m", "e", "a", "Amount > 1")
        + flow("back", "a", "e")
    )

    read = read_one(xml)

    assert read.elements["e"].outgoing == ("z", "no", "m")
    assert read.elements["e"].incoming == ("back",)
    assert read.elements["e"].default == "no"
    assert read.elements["a"].incoming == ("z", "m")
    assert read.flows["no"].condition is None
    condition = read.flows["z"].condition
    assert condition is not None
    assert condition.text == "Amount > 5"
    assert condition.evaluate({"Amount": 6}) is True


def test_the_order_of_the_flows_counts_not_that_of_the_outgoing_elements() -> None:
    xml = process(
        '<exclusiveGateway id="e"><outgoing>g</outgoing><outgoing>q:f</outgoing></exclusiveGateway>'
        '<task id="a"><incoming>f</incoming></task>' + flow("f", "e", "a") + flow("g", "e", "a")
    )

    assert read_element(xml).outgoing == ("f", "g")


def test_an_activity_may_have_conditional_flows_and_a_default_one() -> None:
    xml = process(
        '<userTask id="e" default="no"/><task id="a"/><task id="b"/>'
        + flow("yes", "e", "a", "Done")
        + flow("no", "e", "b")
    )

    task = read_element(xml)

    assert task.default == "no"
    assert task.outgoing == ("yes", "no")


def test_a_condition_may_be_typed_and_have_a_language_of_its_own() -> None:
    condition = (
        '<conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="tFormalExpression" language="python">Done</conditionExpression>'
    )
    xml = process(GATEWAY + flow("yes", "e", "a", "X") + flow("no", "e", "b"))

    read = read_one(
        xml.replace(b"<conditionExpression>X</conditionExpression>", condition.encode())
    )

    assert read.flows["yes"].condition is not None


def test_a_gateway_may_have_flows_without_condition_and_default() -> None:
    xml = process(
        GATEWAY.replace('default="no"', "") + flow("yes", "e", "a") + flow("no", "e", "b")
    )

    assert problems_of(xml) == []


def test_a_converging_gateway_may_call_its_one_flow_the_default() -> None:
    xml = process('<exclusiveGateway id="e" default="f"/><task id="a"/>' + flow("f", "e", "a"))

    assert read_element(xml).default == "f"


def test_an_empty_default_is_none() -> None:
    assert read_element(process('<task id="e" default=""/>')).default is None


def test_a_sub_process_is_a_scope_with_its_own_start() -> None:
    xml = process(
        '<startEvent id="s"/><subProcess id="outer"><startEvent id="s1"/><subProcess id="inner">'
        '<task id="t1"/><task id="t2"/><task id="t3"/>' + flow("f", "t1", "t2") + "</subProcess>"
        "</subProcess>" + flow("g", "s", "outer")
    )

    read = read_one(xml)

    assert {id: element.scope for id, element in read.elements.items()} == {
        "s": "",
        "outer": "",
        "s1": "outer",
        "inner": "outer",
        "t1": "inner",
        "t2": "inner",
        "t3": "inner",
    }
    assert read.starts == {"": ("s",), "outer": ("s1",), "inner": ("t1", "t3")}


def test_without_a_start_event_all_begin_to_which_no_flow_leads() -> None:
    xml = process('<task id="a"/><task id="b"/><task id="c"/>' + flow("f", "a", "b"))

    assert read_one(xml).starts == {"": ("a", "c")}


def test_with_a_start_event_nothing_else_begins() -> None:
    assert read_one(process('<task id="a"/><startEvent id="s"/>')).starts == {"": ("s",)}


def test_an_empty_sub_process_is_read_and_has_nothing_to_begin() -> None:
    assert read_one(process('<subProcess id="e"/>')).starts == {"": ("e",), "e": ()}


def test_sub_processes_may_be_nested_as_deep_as_xml_may() -> None:
    levels = 240
    xml = process(
        "".join(f'<subProcess id="s{i}">' for i in range(levels)) + "</subProcess>" * levels
    )

    assert len(read_one(xml).elements) == levels


def test_a_script_task_compiles_its_script() -> None:
    xml = process(
        '<scriptTask id="e" scriptFormat="python"><script>\n'
        "      if Amount &gt; 5:\n          Score = 1\n      else:\n          Score = 2\n"
        "    </script></scriptTask>"
    )

    task = read_element(xml)

    assert isinstance(task, ScriptTask)
    assert task.script is not None
    assert task.script.run({"Amount": 6}) == {"Score": 1}
    assert (task.formula, task.result) == (None, None)


def test_a_script_task_may_be_a_formula() -> None:
    task = read_element(process('<scriptTask id="e" p:result="Score" p:formula="Amount * 2"/>'))

    assert isinstance(task, ScriptTask)
    assert task.script is None
    assert task.result == "Score"
    assert task.formula is not None
    assert task.formula.evaluate({"Amount": 21}) == 42


def test_a_call_activity_maps_parameters() -> None:
    xml = extended(
        "callActivity",
        '<p:input target="Given" expression="Amount + 1"/><p:output source="Sum" target="Score"/>',
        'calledElement="tns:UsrChild"',
    )

    call = read_element(xml)

    assert isinstance(call, CallActivity)
    assert call.called == "UsrChild"
    assert call.outputs == (Output("Sum", "Score"),)
    (given,) = call.inputs
    assert given == Input("Given", given.value)
    assert given.value.evaluate({"Amount": 1}) == 2


def test_a_file_may_hold_several_processes_in_its_order() -> None:
    xml = definitions(
        '<process id="B"><task id="b"/></process>'
        '<process id="Drawn" isExecutable="false"><boundaryEvent id="x"/></process>'
        '<process id="A" isExecutable="true"><task id="a"/></process>'
    )

    assert [read.id for read in read_all(xml)] == ["B", "A"]


def test_a_blank_is_executable_is_absent_and_a_wrong_one_is_a_problem() -> None:
    blank = process('<task id="e"/>', attributes='id="P" isExecutable=""')
    wrong = process('<task id="e"/>', attributes='id="P" isExecutable="yes"')

    assert read_one(blank).id == "P"
    assert codes_of(wrong) == ["bad-boolean"]


def test_a_file_with_drawings_only_has_nothing_to_run() -> None:
    problem = problem_of(process('<task id="e"/>', attributes='id="P" isExecutable="false"'))

    assert problem.code == "no-process"
    assert "isExecutable" in problem.message


def test_what_its_author_says_of_a_process_is_kept_for_people() -> None:
    """Clause 8.4.1: an element may have several; those that are no plain text are left out."""
    said = (
        "<documentation>\n    Sends the order.\n    Then waits.\n  </documentation>"
        "<documentation/><documentation textFormat='text/html'>&lt;b></documentation>"
        "<documentation textFormat='text/plain'>Twice.</documentation>"
    )

    told = read_one(process(said + '<task id="e"><documentation>Of e</documentation></task>'))

    assert told.documentation == "Sends the order.\nThen waits.\n\nTwice."
    assert read_one(process('<task id="e"/>')).documentation == ""


def test_what_is_only_drawn_is_no_trouble() -> None:
    xml = definitions(
        """
        <import importType="x" location="y" namespace="z"/><itemDefinition id="i"/><message id="m"/>
        <signal id="s"/><error id="r"/><interface id="n" name="x"><operation id="o"/></interface>
        <category id="c"/><dataStore id="d"/><timerEventDefinition id="te"/>
        <collaboration id="k"><participant id="pa" processRef="P"/><participant id="black"/>
        <messageFlow id="mf" sourceRef="black" targetRef="t"/></collaboration>
        <process id="P"><documentation>Text</documentation><auditing/><monitoring/>
        <extensionElements><camunda:x xmlns:camunda="urn:c" y="&#10;"/></extensionElements>
        <laneSet id="l"><lane id="l1"><flowNodeRef>t</flowNodeRef></lane></laneSet>
        <userTask id="t" xmlns:camunda="urn:c" camunda:assignee="you" name="T">
        <documentation/><rendering/><categoryValueRef>c</categoryValueRef></userTask>
        <dataObject id="do"/><dataObjectReference id="dr"/><dataStoreReference id="ds"/>
        <textAnnotation id="ta"><text>x</text></textAnnotation>
        <association id="as" sourceRef="t" targetRef="ta"/><group id="g"/></process>
        <di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" id="P"><di:BPMNPlane/>
        </di:BPMNDiagram>"""
    )

    assert list(read_one(xml).elements) == ["t"]


def test_an_inclusive_gateway_has_conditions_and_a_default_flow() -> None:
    gateway = '<inclusiveGateway id="e" default="no"/><task id="a"/><task id="b"/>'

    read = read_one(process(gateway + flow("yes", "e", "a", "Done") + flow("no", "e", "b")))

    assert isinstance(read.elements["e"], InclusiveGateway)
    assert read.elements["e"].default == "no"
    assert read.flows["yes"].condition is not None
