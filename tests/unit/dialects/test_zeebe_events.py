"""Camunda 8: messages, conditions and timers, and the names that are passed over."""

import pytest

from procession.core.instance import Status
from procession.core.model import IntermediateCatchEvent, ReceiveTask
from tests.unit.dialects.dialect_builders import (
    element,
    extended,
    file_of,
    named,
    problems_of,
    read,
    run,
    task,
    warnings_of,
    zeebe,
)

JOB = '<zeebe:taskDefinition type="charge" retries="5"/>'
MESSAGE = (
    '<message id="m" name="Paid"><extensionElements><zeebe:subscription correlationKey="=orderId"/>'
    "</extensionElements></message>"
)


def mapping(*lines: str) -> str:
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>"


def given(source: str, target: str) -> str:
    return f'<zeebe:input source="{source}" target="{target}"/>'


def taken(source: str, target: str) -> str:
    return f'<zeebe:output source="{source}" target="{target}"/>'


# -- messages, events, texts ----------------------------------------------------------------------


def caught(*parts: str) -> str:
    return '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>' + task(
        "intermediateCatchEvent",
        "",
        *parts,
        inside='<messageEventDefinition id="md" messageRef="m"/>',
    )


def test_a_message_finds_its_run_by_the_key_that_stands_on_it() -> None:
    case = run(zeebe(caught(), root=MESSAGE), orderId=7)

    case.send("Paid", "[8]")
    assert case.alive == ["t"]
    case.send("Paid", "[7]", amount=1)

    assert case.status is Status.COMPLETED


def test_a_receive_task_has_the_key_too() -> None:
    process = zeebe(task("receiveTask", 'messageRef="m"'), root=MESSAGE)

    assert element(process).message.key.evaluate({"orderId": 7}) == 7


def test_a_message_that_starts_a_process_has_no_key() -> None:
    event = '<startEvent id="t"><messageEventDefinition messageRef="m"/></startEvent>'

    assert element(zeebe(event, root=MESSAGE)).definitions[0].key is None


def test_outputs_of_a_message_are_its_parts_by_name() -> None:
    process = zeebe(caught(mapping(taken("=amount", "paid"))), root=MESSAGE)
    case = run(process, orderId=7)

    case.send("Paid", "[7]", amount=5)

    assert isinstance(element(process), IntermediateCatchEvent)
    assert case.values["paid"] == 5
    assert "amount" not in case.values


def test_outputs_that_calculate_are_done_too() -> None:
    process = zeebe(caught(mapping(taken("=payment.amount * 2", "paid"))), root=MESSAGE)
    case = run(process, orderId=7)

    case.send("Paid", "[7]", payment={"amount": 5})

    assert isinstance(element(process), ReceiveTask)
    assert case.values["paid"] == 10


def test_outputs_that_calculate_are_refused_where_a_process_starts() -> None:
    parts = extended(mapping(taken("=payment.amount", "paid")))
    event = f'<startEvent id="t">{parts}<messageEventDefinition messageRef="m"/></startEvent>'

    assert named(problems_of("zeebe", event, root=MESSAGE)) == ["dialect-output"]


def test_a_messages_name_may_be_written_as_a_constant_of_feel() -> None:
    root = MESSAGE.replace('"Paid"', '"=&quot;Paid&quot;"')

    assert element(zeebe(caught(), root=root)).definitions[0].message == "Paid"


def test_a_messages_name_that_is_an_expression_is_refused() -> None:
    root = MESSAGE.replace('"Paid"', '"=name"')

    assert named(problems_of("zeebe", caught(), root=root)) == ["dialect-expression"]


def test_conditions_and_timers_are_feel() -> None:
    content = (
        '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="x"/>'
        '<exclusiveGateway id="x" default="f3"/>'
        '<sequenceFlow id="f2" sourceRef="x" targetRef="w"><conditionExpression>'
        "=amount &gt; 5 and string length(name) = 3</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="f3" sourceRef="x" targetRef="e"/><endEvent id="e"/>'
        '<intermediateCatchEvent id="w"><timerEventDefinition id="td"><timeDuration>=duration('
        "pause)</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f4" sourceRef="w" targetRef="v"/>'
        '<intermediateCatchEvent id="v"><timerEventDefinition id="vd"><timeDuration>PT1H'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f5" sourceRef="v" targetRef="e"/>'
    )
    process = zeebe(content)
    case = run(process, amount=6, name="Ann", pause="PT5M")

    assert set(process.parameters) == {"amount", "name", "pause"}
    assert case.alive == ["w"]
    case.wait(300)
    assert case.alive == ["v"]
    case.wait(3_600)
    assert case.status is Status.COMPLETED


# -- what makes no difference, and what is not done -----------------------------------------------


def test_what_makes_no_difference_is_passed_over_without_a_word() -> None:
    parts = (
        '<zeebe:properties><zeebe:property name="a" value="b"/></zeebe:properties>',
        '<zeebe:versionTag value="1"/>',
        '<zeebe:userTaskForm id="f">{}</zeebe:userTaskForm>',
        JOB,
    )
    attributes = (
        'zeebe:modelerTemplate="x" zeebe:modelerTemplateVersion="1" zeebe:modelerTemplateIcon="i"'
    )

    assert warnings_of("zeebe", task("serviceTask", attributes, *parts)) == []


@pytest.mark.parametrize("name", ["executionListeners", "taskListeners", "linkedResources"])
def test_listeners_are_warnings(name: str) -> None:
    (warning,) = warnings_of("zeebe", task("userTask", "", f"<zeebe:{name}/>"))

    assert (warning.code, warning.message.split()[0]) == ("dialect-not-done", f"zeebe:{name}")


def test_what_is_not_understood_is_a_warning_that_names_it() -> None:
    parts = ("<zeebe:teleport/>", '<zeebe:formDefinition formId="a" mood="good"/>')

    warnings = warnings_of("zeebe", task("userTask", "", *parts))

    assert named(warnings) == ["dialect-unknown"] * 2
    assert "zeebe:teleport" in warnings[0].message
    assert "mood" in warnings[1].message


def test_the_modeler_says_which_platform_a_file_is_for() -> None:
    xml = file_of("camunda", task("userTask", 'camunda:assignee="x"')).replace(
        b"<definitions",
        b'<definitions xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
        b'modeler:executionPlatform="Camunda Cloud"',
    )

    (warning,) = read(xml).warnings

    assert warning.code == "dialect-unknown"
    assert "camunda:assignee" in warning.message


def test_of_two_dialects_the_one_that_is_used_counts() -> None:
    xml = file_of("zeebe", task("serviceTask", "", JOB)).replace(
        b"<definitions", b'<definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    )

    assert element(read(xml).processes[0]).inputs["name"] == "charge"
