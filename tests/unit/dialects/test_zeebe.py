"""Camunda 8: `zeebe:` elements, FEEL after `=` and constants without it."""

import pytest

from procession.core.commands import CompleteJob
from procession.core.instance import Status
from procession.core.model import ScriptTask, ServiceTask
from tests.unit.dialects.dialect_builders import (
    SPACES,
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


# -- jobs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "scriptTask", "businessRuleTask"])
def test_a_job_is_a_handler_of_its_types_name(kind: str) -> None:
    work = element(zeebe(task(kind, "", JOB)))

    assert isinstance(work, ServiceTask)
    assert (work.inputs["name"], work.retries.attempts) == ("charge", 5)


@pytest.mark.parametrize("event", ["endEvent", "intermediateThrowEvent"])
def test_a_message_that_is_thrown_by_a_job_is_such_a_task(event: str) -> None:
    definition = '<messageEventDefinition id="md" messageRef="m"/>'
    begin = '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'

    content = begin + task(event, "", JOB, inside=definition)

    assert element(zeebe(content, root=MESSAGE)).inputs["name"] == "charge"


def test_a_type_that_is_an_expression_is_refused() -> None:
    job = '<zeebe:taskDefinition type="=which"/>'

    assert named(problems_of("zeebe", task("serviceTask", "", job))) == ["dialect-expression"]


def test_retries_that_are_an_expression_are_a_warning() -> None:
    job = '<zeebe:taskDefinition type="charge" retries="=n"/>'

    assert named(warnings_of("zeebe", task("serviceTask", "", job))) == ["dialect-not-done"]


def test_headers_are_given_to_the_handler() -> None:
    headers = '<zeebe:taskHeaders><zeebe:header key="queue" value="a&quot;b"/></zeebe:taskHeaders>'
    case = run(zeebe(task("serviceTask", "", JOB, headers)))

    assert case.job("t").values["arguments"]["headers"] == {"queue": 'a"b'}


# -- mappings -------------------------------------------------------------------------------------


def test_inputs_are_the_tasks_own_and_see_those_before_them() -> None:
    parts = mapping(
        given("=amount * 2", "x"), given("=x + 1", "y"), given("text", "z"), given("=x", "amount")
    )
    case = run(zeebe(task("serviceTask", "", JOB, parts)), amount=4)

    arguments = case.job("t").values["all"]

    assert (arguments["x"], arguments["y"], arguments["z"]) == (8, 9, "text")
    assert arguments["amount"] == 8
    assert case.values["amount"] == 4


def test_without_outputs_all_results_go_into_variables_of_their_names() -> None:
    case = run(zeebe(task("serviceTask", "", JOB)))

    case.answer("t", anything={"a": 1})

    assert case.values["anything"] == {"a": 1}


def test_with_outputs_only_they_leave_the_task() -> None:
    parts = mapping(taken("=receipt.number + old", "number"), taken("=old", "old"))
    case = run(zeebe(task("serviceTask", "", JOB, parts)), old=1)

    case.answer("t", receipt={"number": 41}, other=5)

    assert case.values["number"] == 42
    assert case.values["old"] == 1
    assert case.values["receipt"] is None


def test_a_sub_process_has_variables_of_its_own_too() -> None:
    inside = '<userTask id="u"/>'
    parts = mapping(given("=amount", "local"), taken("=local + 1", "after"))
    case = run(zeebe(task("subProcess", "", parts, inside=inside)), amount=1)

    case.execute("u", local=5)

    assert case.values["after"] == 6
    assert case.values["amount"] == 1
    assert "local" not in case.values


# -- user tasks, scripts, decisions ---------------------------------------------------------------


def test_a_user_task_tells_who_is_to_do_it() -> None:
    parts = (
        "<zeebe:userTask/>",
        '<zeebe:assignmentDefinition assignee="=boss" candidateGroups="sales, staff" '
        'candidateUsers="=[boss, &quot;Bob&quot;]"/>',
        '<zeebe:taskSchedule dueDate="=due" followUpDate="2026-02-01T00:00:00Z"/>',
        '<zeebe:formDefinition formId="approve" bindingType="latest"/>',
        '<zeebe:priorityDefinition priority="=10 + 1"/>',
    )
    values = {"boss": "Eve", "due": "2026-03-01"}

    assignment = element(zeebe(task("userTask", "", *parts))).assignment
    told = {
        name: said if isinstance(said, str) else said.evaluate(values)
        for name, said in assignment.items()
    }

    assert told == {
        "form": "approve",
        "assignee": "Eve",
        "groups": "sales, staff",
        "users": ["Eve", "Bob"],
        "dueDate": "2026-03-01",
        "followUpDate": "2026-02-01T00:00:00Z",
        "priority": 11,
    }
    assert warnings_of("zeebe", task("userTask", "", *parts)) == []


@pytest.mark.parametrize("name", ["formKey", "externalReference"])
def test_a_form_may_be_named_in_other_ways(name: str) -> None:
    form = f'<zeebe:formDefinition {name}="approve"/>'

    assert element(zeebe(task("userTask", "", form))).assignment == {"form": "approve"}


def test_a_script_is_a_formula() -> None:
    script = '<zeebe:script expression="=for i in items return i * 2" resultVariable="doubled"/>'
    process = zeebe(task("scriptTask", "", script))

    assert isinstance(element(process), ScriptTask)
    assert run(process, items=[1, 2]).values["doubled"] == [2, 4]


def test_a_decision_is_asked_by_its_id() -> None:
    called = '<zeebe:calledDecision decisionId="discount" resultVariable="percent"/>'

    work = element(zeebe(task("businessRuleTask", "", called)))

    assert (work.kind, work.inputs["decision"]) == ("decision", "discount")
    assert [(each.source, each.target) for each in work.outputs] == [("result", "percent")]


def test_a_decision_that_is_found_by_an_expression_is_refused() -> None:
    called = '<zeebe:calledDecision decisionId="=which" resultVariable="percent"/>'

    assert "dialect-expression" in named(problems_of("zeebe", task("businessRuleTask", "", called)))


# -- calls ----------------------------------------------------------------------------------------

CHILD = file_of("zeebe", '<userTask id="u"/>').replace(b'id="p"', b'id="child"')


def call(attributes: str = "", *parts: str) -> str:
    called = f'<zeebe:calledElement processId="child" {attributes}/>'
    return task("callActivity", "", called, *parts)


def test_a_call_gives_and_takes_all_variables() -> None:
    (child,) = read(CHILD).processes
    case = run(zeebe(call()), child, who="Ann")

    below = case.child("t")
    assert below.values["who"] == "Ann"
    below.execute("u", answer=42)
    case.world.settle()

    assert case.values["answer"] == 42


def test_a_call_may_give_its_inputs_and_take_its_outputs_only() -> None:
    (child,) = read(CHILD).processes
    parts = mapping(given("=who + &quot;!&quot;", "name"), taken("=answer + 1", "result"))
    flags = 'propagateAllParentVariables="false" propagateAllChildVariables="false"'
    case = run(zeebe(call(flags, parts)), child, who="Ann", secret=1)

    below = case.child("t")
    assert below.values == {"name": "Ann!"}
    below.execute("u", answer=41)
    case.world.settle()

    assert case.values["result"] == 42
    assert case.values["answer"] is None


def test_nothing_comes_back_where_nothing_is_to() -> None:
    assert not element(zeebe(call('propagateAllChildVariables="false"'))).all_outputs


def test_a_process_may_be_called_by_an_expression() -> None:
    called = '<zeebe:calledElement processId="=&quot;a&quot; + which"/>'

    assert element(zeebe(task("callActivity", "", called))).called_by.evaluate({"which": "b"}) == (
        "ab"
    )


# -- loops and ad-hoc -----------------------------------------------------------------------------


def test_each_item_is_done_and_the_results_are_collected() -> None:
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true">'
        + extended(
            '<zeebe:loopCharacteristics inputCollection="=orders" inputElement="order" '
            'outputCollection="results" outputElement="=result"/>'
        )
        + "</multiInstanceLoopCharacteristics>"
    )
    case = run(zeebe(task("serviceTask", "", JOB, inside=loop)), orders=[1, 2])
    counters = []

    for _ in range(2):
        number = max(case.instance.elements)
        me = case.instance.elements[number]
        counters.append(me.values["loopCounter"])
        (job,) = [case.instance.jobs[each] for each in me.jobs]
        case.ask(CompleteJob(job.id, {"result": job.values["all"]["order"] * 10}))

    assert counters == [1, 2]
    assert case.values["results"] == [10, 20]
    assert case.status is Status.COMPLETED


def test_an_ad_hoc_sub_process_begins_with_what_the_file_says() -> None:
    part = '<zeebe:adHoc activeElementsCollection="=[&quot;b&quot;]"/>'
    inside = '<userTask id="a"/><userTask id="b"/>'

    case = run(zeebe(task("adHocSubProcess", "", part, inside=inside)))

    assert case.alive.count("b") == case.alive.count("a") + 1


def test_a_version_that_a_tag_names_is_not_known_here() -> None:
    called = '<zeebe:calledElement processId="child" bindingType="{}"/>'

    tagged = warnings_of("zeebe", task("callActivity", "", called.format("versionTag")))
    newest = warnings_of("zeebe", task("callActivity", "", called.format("latest")))

    assert (named(tagged), named(newest)) == (["dialect-not-done"], [])


def test_inputs_of_parts_of_a_context_are_one_variable() -> None:
    """As the templates of Camunda's connectors write them."""
    part = (
        "<zeebe:ioMapping>"
        '<zeebe:input source="bearer" target="authentication.type"/>'
        '<zeebe:input source="=token" target="authentication.token"/>'
        '<zeebe:input source="=type" target="body.order.kind"/>'
        '<zeebe:input source="=authentication.token" target="secret"/>'
        "</zeebe:ioMapping>"
    )
    case = run(zeebe(task("serviceTask", "", JOB, part)), token="abc", type="b2b")
    (job,) = case.instance.jobs.values()

    given = job.values["all"]

    assert given["authentication"] == {"type": "bearer", "token": "abc"}
    assert given["body"] == {"order": {"kind": "b2b"}}
    assert given["secret"] == "abc"


def test_the_inputs_of_one_context_have_a_bound() -> None:
    inputs = "".join(f'<zeebe:input source="=1" target="a.b{n}"/>' for n in range(31))
    part = f"<zeebe:ioMapping>{inputs}</zeebe:ioMapping>"

    (problem,) = problems_of("zeebe", task("serviceTask", "", JOB, part))

    assert problem.code == "dialect-input"


def test_listeners_are_warned_of_with_the_types_of_their_jobs() -> None:
    part = (
        "<zeebe:executionListeners>"
        '<zeebe:executionListener eventType="start" type="audit"/>'
        "</zeebe:executionListeners>"
    )

    (warning,) = warnings_of("zeebe", task("userTask", "", part))

    assert warning.code == "dialect-not-done"
    assert "zeebe:executionListeners (audit)" in warning.message


def test_what_stands_in_a_mapping_and_is_not_known_is_a_warning() -> None:
    part = (
        "<zeebe:ioMapping>"
        '<zeebe:input source="=1" target="a" transform="x"/><zeebe:merge/>'
        "</zeebe:ioMapping>"
    )

    told = warnings_of("zeebe", task("userTask", "", part))

    assert named(told) == ["dialect-unknown"] * 2
    assert "zeebe:merge in zeebe:ioMapping" in told[0].message
    assert "zeebe:input has transform" in told[1].message


def test_a_plain_start_may_name_what_a_run_is_started_with() -> None:
    same = mapping('<zeebe:output source="= age" target="age"/>')
    other = mapping('<zeebe:output source="= age + 1" target="age"/>')

    assert problems_of("zeebe", task("startEvent", "", same)) == []
    assert named(problems_of("zeebe", task("startEvent", "", other))) == ["dialect-output"]


def test_what_makes_no_difference_to_another_engine_makes_none_here() -> None:
    """Camunda's web modeler writes such an attribute into each file for Camunda 8."""
    space = f'xmlns:camunda="{SPACES["camunda"]}"'
    attributes = f'{space} camunda:asyncBefore="true" camunda:assignee="ann"'
    content = task("userTask", attributes, "<zeebe:userTask/>")

    (warning,) = warnings_of("zeebe", content)

    assert "camunda:assignee" in warning.message
