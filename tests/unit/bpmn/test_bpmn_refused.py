"""What is refused when a file is read, by which name, and why."""

from collections.abc import Callable

import pytest

from tests.unit.bpmn.notation import (
    codes_of,
    definitions,
    extended,
    flow,
    problem_of,
    problems_of,
    process,
    read_element,
    read_one,
)


@pytest.mark.parametrize(
    "name",
    [
        *("callChoreography", "choreographyTask", "subChoreography", "implicitThrowEvent"),
        "event",
    ],
)
def test_a_node_that_does_not_run_is_refused_by_its_name(name: str) -> None:
    xml = process(f'<task id="a"/><{name} id="e"/>' + flow("f", "a", "e"))

    problem = problem_of(xml)

    assert problem.code == "unsupported-element"
    assert problem.message.startswith(f"{name} is not supported yet")


@pytest.mark.parametrize(
    ("owner", "child"),
    [
        *(("manualTask", "potentialOwner"), ("serviceTask", "performer"), ("task", "resourceRole")),
        *(("userTask", "loopCharacteristics"), ("endEvent", "property")),
    ],
)
def test_a_child_that_says_something_about_the_run_is_refused(owner: str, child: str) -> None:
    work = '<extensionElements><p:addData table="T"/></extensionElements>'
    inner = work if owner == "serviceTask" else ""

    problem = problem_of(process(f'<{owner} id="e">{inner}<{child}/></{owner}>'))

    assert problem.code == "unsupported-element"
    assert child in problem.message
    assert problem.element == "e"


def test_a_choreography_is_refused() -> None:
    xml = definitions('<choreography id="c"/><process id="P"><task id="e"/></process>')

    assert problem_of(xml).message.startswith("choreography is not supported")


@pytest.mark.parametrize(
    ("element", "attribute"),
    [
        ("task", 'startQuantity="2"'),
        ("task", 'completionQuantity="3"'),
        ("transaction", 'method="##Image"'),
    ],
)
def test_an_attribute_with_a_meaning_that_is_not_supported_is_refused(
    element: str, attribute: str
) -> None:
    assert codes_of(extended(element, "", attribute)) == ["unsupported-attribute"]


def test_the_defaults_of_such_attributes_are_accepted() -> None:
    xml = process(
        '<subProcess id="e" triggeredByEvent="false" isForCompensation="0" startQuantity="1" '
        'completionQuantity="1"/>'
    )

    assert problems_of(xml) == []


def test_a_name_that_is_nearly_right_is_corrected() -> None:
    element = problem_of(process('<task id="a"/><userTsk id="e"/>'))
    attribute = problem_of(process('<task id="e" deafult="f"/>'))
    reference = problem_of(process('<task id="first"/>' + flow("f", "first", "frist")))

    assert element.message.endswith("Did you mean 'userTask'?")
    assert attribute.message.endswith("Did you mean 'default'?")
    assert reference.message.endswith("Did you mean 'first'?")


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("", "a", "no sourceRef"),
        ("a", "", "no targetRef"),
        ("a", "note", "a textAnnotation, to which no flow can lead"),
    ],
)
def test_a_flow_that_does_not_join_two_nodes_says_why(source: str, target: str, says: str) -> None:
    problem = problem_of(
        process('<task id="a"/><textAnnotation id="note"/>' + flow("f", source, target))
    )

    assert problem.code == "dangling-flow"
    assert says in problem.message


def test_a_flow_into_another_process_is_refused() -> None:
    xml = definitions(
        '<process id="P"><task id="a"/>' + flow("f", "a", "b") + "</process>"
        '<process id="Q"><task id="b"/></process>'
    )

    problem = problem_of(xml)

    assert problem.code == "flow-crosses-scope"
    assert "another process" in problem.message


def test_a_flow_may_stand_anywhere_in_its_process() -> None:
    xml = process(
        '<task id="a"/><task id="b"/><subProcess id="s">' + flow("f", "a", "b") + "</subProcess>"
    )

    assert read_one(xml).elements["b"].incoming == ("f",)


def test_elements_without_an_id_do_not_hide_one_another() -> None:
    xml = process("<task/><task/><userTask/>" + "<sequenceFlow/>" * 2)

    assert codes_of(xml).count("missing-id") == 5


def test_a_process_without_an_id_is_refused() -> None:
    assert codes_of(process('<task id="e"/>', attributes="")) == ["missing-id"]


@pytest.mark.parametrize(
    "id", ["a/b", "a b", "1a", "", "a\tb", "Größe", "a&#10;X-Header: 1", "x" * 256, "..", "-a"]
)
def test_a_process_id_can_stand_in_an_address(id: str) -> None:
    assert "bad-process-id" in codes_of(process('<task id="e"/>', attributes=f'id="{id}"'))


@pytest.mark.parametrize(
    "build",
    [
        lambda text: process(f'<task id="{text}"/>'),
        lambda text: extended("serviceTask", f'<p:addData table="T{text}"/>'),
        lambda text: process('<task id="e"/>', f'<p:parameter code="A{text}" type="Text"/>'),
        lambda text: extended("callActivity", "", f'calledElement="P{text}"'),
    ],
)
@pytest.mark.parametrize("character", ["&#10;", "&#13;", "&#9;", "\x85", "\x7f", "\u2028"])
def test_a_name_with_a_control_character_is_refused(
    build: Callable[[str], bytes], character: str
) -> None:
    assert set(codes_of(build(f"a{character}b"))) & {"bad-id", "control-character"}


def test_a_caption_may_break_lines_but_hold_no_other_control_character() -> None:
    assert read_element(process('<task id="e" name=" a&#13;&#10;&#9; b "/>')).name == "a b"
    assert codes_of(process('<task id="e" name="a\x9bb"/>')) == ["control-character"]


def test_a_long_id_is_refused() -> None:
    assert codes_of(process(f'<task id="{"x" * 256}"/>')) == ["too-long"]
    assert codes_of(process(f'<task id="{"x" * 255}"/>')) == []


def test_an_extension_that_must_be_understood_may_be_ours() -> None:
    ours = '<extension mustUnderstand="true" definition="p:all"/>'
    free = '<extension definition="x:y"/>'

    assert problems_of(definitions(f'{ours}{free}<process id="P"><task id="e"/></process>')) == []


def test_the_calls_between_the_processes_of_a_file_are_checked() -> None:
    xml = definitions(
        '<process id="P"><callActivity id="c" name="Call" calledElement="Q"><extensionElements>'
        '<p:input target="In" expression="1"/><p:input target="Inn" expression="1"/>'
        '<p:input target="Out" expression="1"/><p:output source="In" target="A"/>'
        '<p:output source="Out" target="B"/></extensionElements></callActivity>'
        "</process>"
        '<process id="Q"><extensionElements><p:parameter code="In" type="Text" direction="in"/>'
        '<p:parameter code="Out" type="Text" direction="out"/></extensionElements>'
        '<task id="t"/></process>'
    ).replace(
        b'<process id="P">',
        b'<process id="P"><extensionElements><p:parameter code="A" type="Text"/>'
        b'<p:parameter code="B" type="Text"/></extensionElements>',
    )

    problems = problems_of(xml, file="calls.bpmn")

    assert [problem.code for problem in problems] == [
        "unknown-parameter",
        "wrong-direction",
        "wrong-direction",
    ]
    assert "Did you mean 'In'?" in problems[0].message
    assert "Out of Q cannot be given" in problems[1].message
    assert "In of Q cannot be taken" in problems[2].message
    assert {(each.element, each.name, each.file) for each in problems} == {
        ("c", "Call", "calls.bpmn")
    }
