"""Mappings, calls, loops, events and listeners of Camunda 7, Flowable and Activiti."""

import pytest

from procession.core.commands import ExecuteElement
from procession.core.instance import Status
from tests.unit.dialects.dialect_builders import (
    camunda,
    element,
    file_of,
    flowable,
    named,
    problems_of,
    read,
    run,
    task,
    warnings_of,
)


def mapping(*parameters: str) -> str:
    return f"<camunda:inputOutput>{''.join(parameters)}</camunda:inputOutput>"


def given(name: str, content: str) -> str:
    return f'<camunda:inputParameter name="{name}">{content}</camunda:inputParameter>'


def taken(name: str, content: str) -> str:
    return f'<camunda:outputParameter name="{name}">{content}</camunda:outputParameter>'


# -- inputs and outputs ---------------------------------------------------------------------------


def test_inputs_are_the_tasks_own_and_outputs_leave_it() -> None:
    parts = mapping(given("x", "${amount * 2}"), taken("sum", "${x + bonus}"))
    case = run(camunda(task("userTask", "", parts)), amount=4)

    case.execute("t", bonus=1)

    assert case.status is Status.COMPLETED
    assert case.values == {"amount": 4, "bonus": 1, "sum": 9}


def test_an_input_may_hide_a_variable_of_its_name() -> None:
    case = run(camunda(task("userTask", "", mapping(given("x", "${x + 1}")))), x=1)

    assert case.instance.elements[case.number("t")].values["x"] == 2
    assert case.values["x"] == 1


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("plain text", "plain text"),
        ("Dear ${name}", "Dear Ann"),
        ("", None),
        ("<camunda:list><camunda:value>a</camunda:value></camunda:list>", ["a"]),
        (
            '<camunda:map><camunda:entry key="who">${order.name}</camunda:entry>'
            '<camunda:entry key="a b"><camunda:list><camunda:value>1</camunda:value>'
            "</camunda:list></camunda:entry></camunda:map>",
            {"who": "Bob", "a b": ["1"]},
        ),
        ('<camunda:script scriptFormat="javascript">1 + 2</camunda:script>', 3),
        ('<camunda:script scriptFormat="python">execution.getVariable("n")</camunda:script>', 7),
    ],
)
def test_an_input_is_a_text_an_expression_a_list_a_map_or_a_script(
    content: str, value: object
) -> None:
    process = camunda(task("userTask", "", mapping(given("x", content))))
    case = run(process, name="Ann", order={"name": "Bob"}, n=7)

    assert case.incidents == {}
    assert case.instance.elements[case.number("t")].values["x"] == value


@pytest.mark.parametrize(
    "content",
    [
        "<camunda:list><camunda:value>${a + 1}</camunda:value></camunda:list>",
        '<camunda:list><camunda:script scriptFormat="javascript">1</camunda:script></camunda:list>',
        "<camunda:map>" * 10
        + '<camunda:entry key="a">' * 1
        + "</camunda:entry>"
        + "</camunda:map>" * 10,
    ],
)
def test_what_a_list_or_map_cannot_hold_is_refused_or_empty(content: str) -> None:
    problems = problems_of("camunda", task("userTask", "", mapping(given("x", content))))

    assert set(named(problems)) <= {"dialect-input"}
    assert problems or "<camunda:map><camunda:map>" in content


def test_an_input_that_names_another_input_is_refused() -> None:
    parts = mapping(given("x", "1"), given("y", "${x}"))

    (problem,) = problems_of("camunda", task("userTask", "", parts))

    assert problem.code == "dialect-input"
    assert "'x'" in problem.message


def test_a_name_that_no_variable_can_have_is_refused() -> None:
    (problem,) = problems_of("camunda", task("userTask", "", mapping(given("a-b", "1"))))

    assert problem.code == "dialect-name"


# -- calls ----------------------------------------------------------------------------------------

CHILD = file_of("camunda", '<userTask id="u" camunda:assignee="${who}"/>').replace(
    b'id="p"', b'id="child"'
)


def call(attributes: str, *parts: str) -> str:
    return task("callActivity", f'calledElement="child" {attributes}', *parts)


def test_variables_go_into_a_call_and_come_out_of_it() -> None:
    parts = (
        '<camunda:in source="name" target="who"/>',
        '<camunda:in sourceExpression="${n + 1}" target="more"/>',
        '<camunda:out source="done" target="result"/>',
        '<camunda:out sourceExpression="${count * 2}" target="twice"/>',
    )
    (child,) = read(CHILD).processes
    case = run(camunda(call("", *parts)), child, name="Ann", n=1)

    below = case.child("t")
    assert (below.values["who"], below.values["more"]) == ("Ann", 2)
    below.execute("u", done="yes", count=3)
    case.world.settle()

    assert case.status is Status.COMPLETED
    assert (case.values["result"], case.values["twice"]) == ("yes", 6)
    assert "count" not in case.values


def test_a_variable_may_come_out_beside_a_calculation_with_it() -> None:
    parts = (
        '<camunda:out source="count" target="count"/>',
        '<camunda:out sourceExpression="${count * 2}" target="twice"/>',
    )
    (child,) = read(CHILD).processes
    case = run(camunda(call("", *parts)), child)

    case.child("t").execute("u", count=3)
    case.world.settle()

    assert (case.values["count"], case.values["twice"]) == (3, 6)


def test_all_variables_may_go_in_and_come_out() -> None:
    parts = ('<camunda:in variables="all"/>', '<camunda:out variables="all"/>')
    (child,) = read(CHILD).processes
    case = run(camunda(call("", *parts)), child, who="Ann", other=1)

    below = case.child("t")
    assert (below.values["who"], below.values["other"]) == ("Ann", 1)
    below.execute("u", answer=42)
    case.world.settle()

    assert case.values["answer"] == 42


def test_flowable_gives_all_variables_by_an_attribute() -> None:
    assert element(flowable(call('flowable:inheritVariables="true"'))).all_inputs


def test_a_process_may_be_called_by_an_expression_and_in_a_version() -> None:
    what = 'camunda:calledElementBinding="version" camunda:calledElementVersion="{version}"'
    by_expression = task("callActivity", 'calledElement="${which}"')

    assert element(camunda(by_expression)).called_by.evaluate({"which": "x"}) == "x"
    assert element(camunda(call(what.format(version="2")))).version == 2
    versioned = element(camunda(call(what.format(version="${v}"))))
    assert versioned.version.evaluate({"v": 3}) == 3


@pytest.mark.parametrize(
    "what",
    [
        call("", '<camunda:in businessKey="${execution.processBusinessKey}"/>'),
        call('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="1.0"'),
        call('camunda:calledElementTenantId="one"'),
    ],
)
def test_what_a_call_does_otherwise_here_is_a_warning(what: str) -> None:
    assert set(named(warnings_of("camunda", what))) == {"dialect-not-done"}


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ("variableMappingClass", "java-class"),
        ("variableMappingDelegateExpression", "java-class"),
        ("caseRef", "dialect-task-type"),
    ],
)
def test_java_and_cases_of_a_call_are_refused(attribute: str, code: str) -> None:
    problems = problems_of("camunda", call(f'camunda:{attribute}="something"'))

    assert code in named(problems)


# -- loops ----------------------------------------------------------------------------------------


def loop(attributes: str, inside: str = "", vendor: str = "camunda") -> str:
    what = f"<multiInstanceLoopCharacteristics {attributes}>{inside}"
    return task(
        "userTask",
        f'{vendor}:assignee="${{person}}"',
        inside=f"{what}</multiInstanceLoopCharacteristics>",
    )


@pytest.mark.parametrize("collection", ["people", "${people}"])
def test_a_task_is_done_for_each_of_a_collection(collection: str) -> None:
    what = loop(f'camunda:collection="{collection}" camunda:elementVariable="person"')
    case = run(camunda(what), people=["Ann", "Bob"])

    items = [each.values.get("person") for each in case.instance.elements.values()]
    assert sorted(filter(None, items)) == ["Ann", "Bob"]
    assert "person" not in case.values


def test_rounds_are_counted_from_0_and_their_number_goes_by_the_engines_names() -> None:
    done = (
        "<completionCondition>${nrOfCompletedInstances / nrOfInstances >= 0.5}"
        "</completionCondition>"
    ).replace(">=", "&gt;=")
    what = loop(
        'isSequential="true" camunda:collection="people" camunda:elementVariable="person"', done
    )
    case = run(camunda(what), people=["Ann", "Bob", "Eve"])

    counters = [each.values.get("loopCounter") for each in case.instance.elements.values()]
    assert [each for each in counters if each is not None] == [0]
    for _ in range(2):
        case.ask(ExecuteElement(max(case.instance.elements), {}))

    assert case.status is Status.COMPLETED


def test_flowable_may_name_its_collection_as_bpmn_does() -> None:
    inside = '<loopDataInputRef>people</loopDataInputRef><inputDataItem name="person"/>'
    case = run(flowable(loop("", inside, "flowable")), people=["Ann", "Bob"])

    assert case.alive.count("t") == 3


def test_a_number_of_rounds_may_be_an_expression() -> None:
    case = run(camunda(loop("", "<loopCardinality>${n}</loopCardinality>")), n=2)

    assert case.alive.count("t") == 3
