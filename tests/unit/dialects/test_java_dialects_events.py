"""Events of Camunda 7, Flowable and Activiti, and the names that are passed over."""

import pytest

from procession.core.instance import Status
from tests.unit.dialects.dialect_builders import (
    camunda,
    element,
    extended,
    file_of,
    flowable,
    named,
    problems_of,
    read,
    run,
    task,
    warnings_of,
)


def call(attributes: str, *parts: str) -> str:
    return task("callActivity", f'calledElement="child" {attributes}', *parts)


def loop(attributes: str, inside: str = "", vendor: str = "camunda") -> str:
    what = f"<multiInstanceLoopCharacteristics {attributes}>{inside}"
    return task(
        "userTask",
        f'{vendor}:assignee="${{person}}"',
        inside=f"{what}</multiInstanceLoopCharacteristics>",
    )


# -- events ---------------------------------------------------------------------------------------

ERRORS = '<error id="e" errorCode="E1" camunda:errorMessage="no ${what}"/>'
THROWS = (
    '<subProcess id="box"><startEvent id="bs"/><sequenceFlow id="b1" sourceRef="bs" '
    'targetRef="be"/><endEvent id="be"><errorEventDefinition id="bd" errorRef="e"/></endEvent>'
    '</subProcess><boundaryEvent id="c" attachedToRef="box"><errorEventDefinition id="cd" '
    'camunda:errorCodeVariable="code" camunda:errorMessageVariable="text"/></boundaryEvent>'
    '<sequenceFlow id="c1" sourceRef="c" targetRef="u"/><userTask id="u"/>'
)


def test_code_and_message_of_an_error_go_into_variables() -> None:
    case = run(camunda(THROWS, root=ERRORS), what="money")

    assert case.alive == ["u"]
    assert (case.values["code"], case.values["text"]) == ("E1", "no money")


def test_the_code_of_an_escalation_goes_into_a_variable() -> None:
    content = (
        THROWS.replace("errorEventDefinition", "escalationEventDefinition")
        .replace("errorRef", "escalationRef")
        .replace("camunda:errorMessageVariable", "camunda:unknown")
        .replace("errorCodeVariable", "escalationCodeVariable")
    )

    case = run(camunda(content, root='<escalation id="e" escalationCode="E2"/>'))

    assert case.values["code"] == "E2"


def test_flowable_keeps_an_error_in_a_variable() -> None:
    content = THROWS.replace("camunda:errorCodeVariable", "flowable:errorVariableName").replace(
        'camunda:errorMessageVariable="text"', ""
    )

    assert run(flowable(content, root='<error id="e" errorCode="E1"/>')).values["code"] == "E1"


def test_a_signal_carries_the_variables_that_are_named() -> None:
    parts = extended(
        '<camunda:in source="a" target="b"/>',
        '<camunda:in sourceExpression="${a + 1}" target="c"/>',
    )
    event = f'<endEvent id="t"><signalEventDefinition signalRef="s">{parts}'
    process = camunda(
        event + "</signalEventDefinition></endEvent>", root='<signal id="s" name="S"/>'
    )

    (thrown,) = element(process).definitions

    values = {name: each.evaluate({"a": 1}) for name, each in thrown.payload.items()}
    assert values == {"b": 1, "c": 2}


def test_a_signal_that_carries_everything_is_a_warning() -> None:
    parts = extended('<camunda:in variables="all"/>')
    event = f'<endEvent id="t"><signalEventDefinition signalRef="s">{parts}'
    content = event + "</signalEventDefinition></endEvent>"

    warnings = warnings_of("camunda", content, root='<signal id="s" name="S"/>')

    assert named(warnings) == ["dialect-not-done"]


@pytest.mark.parametrize(
    "root",
    [
        '<message id="m" name="order-${id}"/>',
        '<signal id="m" name="order-${id}"/>',
        '<error id="m" errorCode="${code}"/>',
        '<escalation id="m" escalationCode="${code}"/>',
    ],
)
def test_a_name_that_is_an_expression_is_refused(root: str) -> None:
    assert named(problems_of("camunda", task("task", ""), root=root)) == ["dialect-expression"]


def test_timers_and_conditions_are_juel() -> None:
    content = (
        '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="x"/>'
        '<exclusiveGateway id="x" default="f3"/>'
        '<sequenceFlow id="f2" sourceRef="x" targetRef="w"><conditionExpression>'
        "${amount gt 5 and not empty name}</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="f3" sourceRef="x" targetRef="e"/><endEvent id="e"/>'
        '<intermediateCatchEvent id="w"><timerEventDefinition id="td"><timeDuration>${pause}'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f4" sourceRef="w" targetRef="e"/>'
    )
    case = run(camunda(content), amount=6, name="Ann", pause="PT5M")

    assert case.alive == ["w"]
    case.wait(300)
    assert case.status is Status.COMPLETED


# -- what makes no difference, and what is not done -----------------------------------------------


def test_what_makes_no_difference_is_passed_over_without_a_word() -> None:
    attributes = (
        'camunda:asyncBefore="true" camunda:asyncAfter="true" camunda:exclusive="false" '
        'camunda:jobPriority="5" camunda:taskPriority="1"'
    )
    process = (
        'camunda:historyTimeToLive="P30D" camunda:versionTag="1.0" '
        'camunda:isStartableInTasklist="false" camunda:candidateStarterGroups="a" '
        'camunda:candidateStarterUsers="b"'
    )
    properties = '<camunda:properties><camunda:property name="a" value="b"/></camunda:properties>'
    content = task("userTask", attributes, properties)

    assert warnings_of("camunda", content, attributes=process) == []


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ('<camunda:executionListener class="com.example.L" event="start"/>', "com.example.L"),
        ('<camunda:taskListener expression="${bean.on(task)}" event="create"/>', "bean.on"),
        (
            '<camunda:executionListener event="end"><camunda:script scriptFormat="javascript">1'
            "</camunda:script></camunda:executionListener>",
            "camunda:executionListener",
        ),
    ],
)
def test_listeners_are_warnings_that_name_what_they_would_call(part: str, shown: str) -> None:
    (warning,) = warnings_of("camunda", task("userTask", "", part))

    assert (warning.code, warning.element, warning.warning) == ("dialect-not-done", "t", True)
    assert shown in warning.message


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (task("userTask", 'camunda:asignee="x"'), "camunda:asignee"),
        (task("serviceTask", 'camunda:type="external" camunda:topic="x" camunda:assignee="y"'), ""),
        (task("userTask", "", "<camunda:teleport/>"), "camunda:teleport"),
        (task("userTask", "", '<camunda:in source="a" target="b"/>'), "camunda:in"),
    ],
)
def test_what_is_not_understood_is_a_warning_that_names_it(content: str, shown: str) -> None:
    (warning,) = warnings_of("camunda", content)

    assert warning.code == "dialect-unknown"
    assert shown in warning.message


def test_an_attribute_that_is_not_understood_within_an_element_is_a_warning() -> None:
    parts = ('<camunda:in source="a" target="b" mood="good"/>',)

    (warning,) = warnings_of("camunda", call("", *parts))

    assert "mood" in warning.message


def test_of_another_dialect_nothing_is_read() -> None:
    xml = file_of("camunda", task("userTask", 'f:assignee="x" camunda:assignee="y"')).replace(
        b"<definitions", b'<definitions xmlns:f="http://flowable.org/bpmn"'
    )

    found = read(xml)

    assert named(found.warnings) == ["dialect-unknown"]
    assert element(found.processes[0]).assignment["assignee"].evaluate({}) == "y"


def test_flowable_reads_what_was_written_for_activiti() -> None:
    xml = file_of("activiti", task("userTask", 'activiti:assignee="${boss}"'))

    (process,) = read(xml).processes

    assert element(process).assignment["assignee"].evaluate({"boss": "Eve"}) == "Eve"


def test_who_started_the_process_is_not_known() -> None:
    (warning,) = warnings_of("flowable", '<startEvent id="s" flowable:initiator="starter"/>')

    assert "flowable:initiator" in warning.message


def test_a_language_that_the_file_names_holds_for_bpmns_own_expressions() -> None:
    xml = file_of("camunda", loop("", "<loopCardinality>1 + 1</loopCardinality>")).replace(
        b"http://www.w3.org/1999/XPath", b"feel"
    )

    (process,) = read(xml).processes

    assert element(process).loop.cardinality.evaluate({}) == 2
    assert element(process).assignment["assignee"].evaluate({"person": 1}) == 1
