"""Tasks of Camunda 7, Flowable and Activiti: their work, their people, their scripts."""

import pytest

from procession.core.instance import Status
from procession.core.model import BusinessRuleTask, ScriptTask, ServiceTask
from procession.core.values import DataType
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

EXTERNAL = 'camunda:type="external" camunda:topic="charge"'


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask"])
def test_external_work_is_a_handler_of_the_topics_name(kind: str) -> None:
    work = element(camunda(task(kind, EXTERNAL)))

    assert isinstance(work, ServiceTask)
    assert (work.kind, work.inputs["name"]) == ("handler", "charge")


def test_an_external_business_rule_task_stays_one() -> None:
    work = element(camunda(task("businessRuleTask", EXTERNAL)))

    assert isinstance(work, BusinessRuleTask)
    assert work.inputs["name"] == "charge"


def test_a_message_that_is_thrown_by_external_work_is_such_a_task() -> None:
    event = f'<endEvent id="t"><messageEventDefinition id="m" {EXTERNAL}/></endEvent>'

    assert element(camunda(event)).inputs["name"] == "charge"


def test_external_work_sees_all_variables_and_its_results_go_into_those_of_their_names() -> None:
    decision = "<userTask id='u' camunda:assignee='${receipt}'/>"
    flow = '<sequenceFlow id="f" sourceRef="t" targetRef="u"/>'
    case = run(camunda(task("serviceTask", EXTERNAL) + flow + decision), amount=5)

    given = case.job("t").values["all"]
    case.answer("t", receipt="R-1", unnamed=[1])

    assert given == {"receipt": None, "amount": 5}
    assert case.values["receipt"] == "R-1"
    assert case.values["unnamed"] == [1]
    assert case.values["amount"] == 5


def test_an_expression_in_the_topic_is_refused() -> None:
    what = task("serviceTask", 'camunda:type="external" camunda:topic="${topic}"')

    (problem,) = problems_of("camunda", what)

    assert problem.code == "dialect-expression"
    assert "topic" in problem.message


def test_external_work_without_a_topic_is_refused() -> None:
    what = task("serviceTask", 'camunda:type="external"')

    assert named(problems_of("camunda", what)) == ["dialect-task-type"]


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
@pytest.mark.parametrize(
    ("attribute", "code", "name"),
    [
        ("class", "java-class", "com.example.Charge"),
        ("delegateExpression", "java-bean", "${chargeDelegate}"),
    ],
)
@pytest.mark.parametrize("vendor", ["camunda", "flowable", "activiti"])
def test_java_is_refused_by_its_name(
    vendor: str, attribute: str, code: str, name: str, kind: str
) -> None:
    (problem,) = problems_of(vendor, task(kind, f'{vendor}:{attribute}="{name}"'))

    assert (problem.code, problem.element) == (code, "t")
    assert name in problem.message


def test_a_pure_expression_is_a_formula() -> None:
    what = task("serviceTask", 'camunda:expression="${amount * 2}" camunda:resultVariable="twice"')
    case = run(camunda(what), amount=4)

    assert (case.status, case.values["twice"]) == (Status.COMPLETED, 8)


def test_an_expression_without_a_variable_is_still_checked() -> None:
    assert run(camunda(task("serviceTask", 'camunda:expression="${a + 1}"'))).status is (
        Status.COMPLETED
    )
    (problem,) = problems_of("camunda", task("serviceTask", 'camunda:expression="${pay.now(a)}"'))
    assert "pay.now(): nothing is named 'pay', so this is a Java bean" in problem.message


def test_flowable_calls_the_result_variable_by_two_names() -> None:
    what = 'flowable:expression="${a + 1}" flowable:resultVariableName="b"'

    assert run(flowable(task("serviceTask", what)), a=1).values["b"] == 2


def test_connectors_are_refused_by_name() -> None:
    connector = (
        "<camunda:connector><camunda:connectorId>http-connector</camunda:connectorId>"
        "</camunda:connector>"
    )

    problems = problems_of("camunda", task("serviceTask", "", connector))

    assert "dialect-connector" in named(problems)
    assert "'http-connector'" in problems[0].message


# -- retries --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cycle", "attempts", "pause"),
    [
        ("R5/PT10M", 5, 600),
        ("R0/PT1M", 1, 60),
        ("PT1M,PT5M", 3, 60),
        ("PT30S", 2, 30),
    ],
)
def test_the_retry_cycle_says_attempts_and_pause(cycle: str, attempts: int, pause: int) -> None:
    retried = f"<camunda:failedJobRetryTimeCycle>{cycle}</camunda:failedJobRetryTimeCycle>"

    retries = element(camunda(task("serviceTask", EXTERNAL, retried))).retries

    assert (retries.attempts, retries.delay_seconds) == (attempts, pause)


@pytest.mark.parametrize("cycle", ["${cycle}", "R500/PT1M", "R3/P1Y"])
def test_a_cycle_that_cannot_be_kept_is_a_warning(cycle: str) -> None:
    retried = f"<camunda:failedJobRetryTimeCycle>{cycle}</camunda:failedJobRetryTimeCycle>"
    content = task("serviceTask", EXTERNAL, retried)

    assert named(warnings_of("camunda", content)) == ["dialect-not-done"]
    assert element(camunda(content)).retries.attempts == 3


# -- decisions ------------------------------------------------------------------------------------


def test_a_decision_is_asked_by_its_id_and_version() -> None:
    what = (
        'camunda:decisionRef="discount" camunda:decisionRefBinding="version" '
        'camunda:decisionRefVersion="3" camunda:mapDecisionResult="singleEntry" '
        'camunda:resultVariable="percent"'
    )

    work = element(camunda(task("businessRuleTask", what)))

    assert work.kind == "decision"
    assert (work.inputs["decision"], work.inputs["version"]) == ("discount", 3)
    assert [(each.source, each.target) for each in work.outputs] == [("result", "percent")]


def test_the_newest_version_of_a_decision_is_usual() -> None:
    what = 'camunda:decisionRef="discount" camunda:mapDecisionResult="collectEntries"'

    assert element(camunda(task("businessRuleTask", what))).inputs["version"] is None
    assert warnings_of("camunda", task("businessRuleTask", what)) == []


@pytest.mark.parametrize(
    "more",
    [
        'camunda:decisionRefBinding="versionTag"',
        'camunda:mapDecisionResult="resultList"',
        'camunda:resultVariable="all"',
        'camunda:decisionRefTenantId="one"',
    ],
)
def test_what_a_decision_does_otherwise_here_is_a_warning(more: str) -> None:
    what = task("businessRuleTask", f'camunda:decisionRef="discount" {more}')

    assert named(warnings_of("camunda", what)) == ["dialect-not-done"]


def test_a_decision_that_is_found_by_an_expression_is_refused() -> None:
    what = task("businessRuleTask", 'camunda:decisionRef="${which}"')

    assert "dialect-expression" in named(problems_of("camunda", what))


# -- user tasks -----------------------------------------------------------------------------------


def test_a_user_task_tells_who_is_to_do_it() -> None:
    what = (
        'camunda:assignee="${boss}" camunda:candidateUsers="ann, bob" '
        'camunda:candidateGroups="sales" camunda:dueDate="${due}" camunda:priority="50" '
        'camunda:followUpDate="2026-02-01T00:00:00" camunda:formKey="embedded:app:form.html"'
    )
    values = {"boss": "Eve", "due": "2026-03-01"}

    assignment = element(camunda(task("userTask", what))).assignment
    told = {
        name: said if isinstance(said, str) else said.evaluate(values)
        for name, said in assignment.items()
    }

    assert told == {
        "form": "embedded:app:form.html",
        "assignee": "Eve",
        "users": "ann, bob",
        "groups": "sales",
        "dueDate": "2026-03-01",
        "followUpDate": "2026-02-01T00:00:00",
        "priority": "50",
    }


def test_a_form_reference_names_the_form() -> None:
    what = 'camunda:formRef="approve" camunda:formRefBinding="latest" camunda:formRefVersion="2"'

    assert element(camunda(task("userTask", what))).assignment == {"form": "approve"}
    assert warnings_of("camunda", task("userTask", what)) == []


def test_form_fields_are_variables_with_types_and_defaults() -> None:
    fields = (
        '<camunda:formData><camunda:formField id="amount" type="long" defaultValue="42"/>'
        '<camunda:formField id="sure" type="boolean"/><camunda:formField id="why" type="string"/>'
        '<camunda:formField id="how" type="enum"><camunda:value id="a" name="A"/>'
        '</camunda:formField><camunda:formField id="when" type="date"/></camunda:formData>'
    )
    process = camunda(f'<startEvent id="s">{extended(fields)}</startEvent>')

    types = {code: parameter.kind.type for code, parameter in process.parameters.items()}

    assert types == {
        "amount": DataType.INTEGER,
        "sure": DataType.BOOLEAN,
        "why": DataType.TEXT,
        "how": DataType.TEXT,
        "when": DataType.ANY,
    }
    assert run(process).values["amount"] == 42


def test_a_field_that_two_forms_type_differently_is_of_any_type() -> None:
    one, two = (
        f'<userTask id="{id}">'
        + extended(f'<camunda:formData><camunda:formField id="x" type="{of}"/></camunda:formData>')
        + "</userTask>"
        for id, of in (("a", "long"), ("b", "string"))
    )

    assert camunda(one + two).parameters["x"].kind.type is DataType.ANY


def test_flowable_form_properties_are_variables_too() -> None:
    properties = (
        '<flowable:formProperty id="days" type="long" default="3"/>'
        '<flowable:formProperty id="other" variable="reason" type="string" required="true"/>'
    )
    process = flowable(task("userTask", 'flowable:assignee="ann"', properties))

    assert run(process).values == {"days": 3, "reason": None}


def test_a_data_object_may_have_a_value() -> None:
    content = (
        '<dataObject id="d1" name="limit" itemSubjectRef="xsd:int">'
        + extended("<flowable:value>5</flowable:value>")
        + '</dataObject><scriptTask id="t" scriptFormat="juel" flowable:resultVariable="out">'
        "<script>${limit + 1}</script></scriptTask>"
    )

    assert run(flowable(content)).values["out"] == 6


# -- scripts --------------------------------------------------------------------------------------


def script(form: str, text: str, more: str = "") -> str:
    attributes = f'scriptFormat="{form}" {more}'
    return task("scriptTask", attributes, inside=f"<script>{text}</script>")


@pytest.mark.parametrize(
    "what",
    [
        script("JavaScript", 'execution.setVariable("b", execution.getVariable("a") + 1)'),
        script("javascript", "a + 1", 'camunda:resultVariable="b"'),
        script("python", 'execution.setVariable("b", execution.getVariable("a") + 1)'),
        script("Jython", "execution.setVariable('b',\n  a + 1)"),
        script("feel", "a + 1", 'camunda:resultVariable="b"'),
        script("juel", "${a + 1}", 'camunda:resultVariable="b"'),
    ],
)
def test_scripts_read_and_set_variables(what: str) -> None:
    case = run(camunda(what), a=1)

    assert (case.status, case.incidents) == (Status.COMPLETED, {})
    assert case.values["b"] == 2


def test_a_script_in_another_file_is_refused() -> None:
    what = task("scriptTask", 'scriptFormat="javascript" camunda:resource="deployment://a.js"')

    problems = problems_of("camunda", what)

    assert "dialect-resource" in named(problems)
    assert "deployment://a.js" in problems[0].message


def test_groovy_is_refused_by_the_formats_that_are_known() -> None:
    (problem,) = problems_of("camunda", script("groovy", "x = 1"))

    assert problem.code == "unknown-script-format"


# -- Flowable's own tasks -------------------------------------------------------------------------


def field(name: str, value: str, kind: str = "string") -> str:
    inner = f"<flowable:{kind}><![CDATA[{value}]]></flowable:{kind}>"
    return f'<flowable:field name="{name}">{inner}</flowable:field>'


def test_flowables_http_task_is_ours() -> None:
    fields = (
        field("requestMethod", "POST"),
        field("requestUrl", "https://example.org/orders/${id}", "expression"),
        field("requestHeaders", "Content-Type: application/json\nX-One: ${id}"),
        field("requestBody", '{"a": 1}'),
        field("requestTimeout", "5000"),
        field("responseVariableName", "answer"),
        field("saveResponseVariableAsJson", "true"),
        field("saveResponseParameters", "true"),
    )
    work = element(flowable(task("serviceTask", 'flowable:type="http"', *fields)))

    assert work.kind == "http"
    assert (work.inputs["method"], work.inputs["timeout_seconds"]) == ("POST", 5)
    assert work.inputs["url"].evaluate({"id": 7}) == "https://example.org/orders/7"
    assert work.inputs["headers"]["X-One"].evaluate({"id": 7}) == 7
    assert work.inputs["body"].evaluate({}) == '{"a": 1}'
    results = [(each.source, each.target) for each in work.outputs]
    assert results == [("json", "answer"), ("status", "tResponseStatusCode")]


def test_flowables_decision_task_asks_a_decision() -> None:
    key = '<flowable:field name="decisionTableReferenceKey" stringValue="discount"/>'

    work = element(flowable(task("serviceTask", 'flowable:type="dmn"', key)))

    assert (work.kind, work.inputs["decision"], work.all_outputs) == ("decision", "discount", True)


@pytest.mark.parametrize("kind", ["mail", "shell", "camel", "mule"])
def test_other_kinds_of_tasks_are_refused_by_name(kind: str) -> None:
    (problem,) = problems_of("flowable", task("serviceTask", f'flowable:type="{kind}"'))

    assert problem.code == "dialect-task-type"
    assert repr(kind) in problem.message


def test_a_file_of_ours_is_not_translated() -> None:
    xml = file_of("camunda", '<userTask id="t" camunda:assignee="${a}"/>').replace(
        b"<definitions", b'<definitions xmlns:procession="urn:procession:bpmn:1.0"'
    )

    found = read(xml)

    assert named(found.warnings) == ["dialect-mixed"]
    task = found.processes[0].elements["t"]
    assert not getattr(task, "assignment", None)
    assert not isinstance(task, ScriptTask)
