"""Business rules, global tasks, calls by version, what is told about people."""

import pytest

from procession.core.model import (
    BusinessRuleTask,
    CallActivity,
    Input,
    Output,
    Retries,
    ScriptTask,
    UserTask,
)
from procession.core.values import Direction, Value
from tests.unit.bpmn.declarations import declared
from tests.unit.bpmn.notation import (
    codes_of,
    definitions,
    extended,
    read_all,
    read_element,
    read_one,
)


def value(expression: object, **values: Value) -> Value:
    return expression.evaluate(values)  # type: ignore[attr-defined]


# -- business rules -------------------------------------------------------------------------------


def test_a_business_rule_task_evaluates_a_decision() -> None:
    decision = (
        '<p:decision decision="Discount" version="2" result="Done"><p:input target="amount" '
        'expression="Amount"/><p:output source="percent" target="Score"/></p:decision>'
    )

    task = read_element(extended("businessRuleTask", decision, 'p:retries="1"'))

    assert isinstance(task, BusinessRuleTask)
    assert (task.kind, task.inputs["decision"], task.inputs["version"]) == (
        "decision",
        "Discount",
        2,
    )
    assert value(task.inputs["values"]["amount"], Amount=4) == 4  # type: ignore[index,call-overload]
    assert task.outputs == (Output("percent", "Score"), Output("result", "Done"))
    assert task.retries == Retries(attempts=1)


def test_a_decision_without_inputs_is_given_all_that_the_task_sees() -> None:
    task = read_element(extended("businessRuleTask", '<p:decision decision="D"/>'))

    assert isinstance(task, BusinessRuleTask)
    assert value(task.inputs["values"], Name="Ann", Amount=5) == {"Name": "Ann", "Amount": 5}


def test_a_business_rule_task_may_be_a_handler_but_not_nothing() -> None:
    task = read_element(extended("businessRuleTask", '<p:handler name="score"/>'))

    assert isinstance(task, BusinessRuleTask)
    assert task.kind == "handler"
    assert codes_of(extended("businessRuleTask", "")) == ["no-work"]
    assert codes_of(extended("businessRuleTask", '<p:addData table="T"/>')) == [
        "misplaced-extension",
        "no-work",
    ]


# -- global tasks ---------------------------------------------------------------------------------


def test_a_global_task_is_a_process_that_only_calls_start() -> None:
    specification = '<ioSpecification><dataInput id="a"/><dataOutput id="b"/></ioSpecification>'
    script = '<globalScriptTask id="Half" scriptLanguage="python">' + specification
    script += "<script>b = 1</script></globalScriptTask>"

    task, main = read_all(definitions(script + '<process id="P"><task id="e"/></process>'))

    assert (task.id, task.startable, task.starts) == ("Half", False, {"": ("Half",)})
    assert {code: each.direction for code, each in task.parameters.items()} == {
        "a": Direction.IN,
        "b": Direction.OUT,
    }
    only = task.elements["Half"]
    assert isinstance(only, ScriptTask)
    assert (only.variables, only.uid != task.uid) == ({}, True)
    assert main.startable is True


@pytest.mark.parametrize("name", ["globalTask", "globalManualTask", "globalUserTask"])
def test_every_global_task_is_read(name: str) -> None:
    assert read_one(definitions(f'<{name} id="G" name="Do it"/>')).caption == "Do it"


def test_a_global_business_rule_task_evaluates_a_decision() -> None:
    inner = '<extensionElements><p:decision decision="D"/></extensionElements>'

    read = read_one(definitions(f'<globalBusinessRuleTask id="G">{inner}</globalBusinessRuleTask>'))

    assert isinstance(read.elements["G"], BusinessRuleTask)


# -- calls ----------------------------------------------------------------------------------------


def call(attributes: str, inner: str = "") -> CallActivity:
    element = read_element(declared(f'<callActivity id="e" {attributes}>{inner}</callActivity>'))
    assert isinstance(element, CallActivity)
    return element


def test_a_call_may_name_a_version_or_an_expression_that_gives_it() -> None:
    assert call('calledElement="Q"').version is None
    assert call('calledElement="Q" p:version="3"').version == 3
    given = call('calledElement="Q" p:versionExpression="Amount"').version
    assert value(given, Amount=2) == 2


def test_a_call_may_be_of_a_process_that_an_expression_names() -> None:
    element = call("p:calledBy=\"'Usr' + Name\"")

    assert element.called == ""
    assert value(element.called_by, Name="A") == "UsrA"


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('calledElement="Q" p:calledBy="Name"', "misplaced-attribute"),
        ('calledElement="Q" p:version="1" p:versionExpression="1"', "misplaced-attribute"),
        ('calledElement="Q" p:version="0"', "bad-number"),
        ("", "no-called-element"),
    ],
)
def test_a_call_says_once_what_is_called(attributes: str, code: str) -> None:
    assert codes_of(declared(f'<callActivity id="e" {attributes}/>')) == [code]


def test_a_call_may_give_and_take_everything() -> None:
    element = call('calledElement="Q" p:allInputs="true" p:allOutputs="1"')

    assert (element.all_inputs, element.all_outputs) == (True, True)


def test_the_data_of_a_call_goes_by_its_names() -> None:
    specification = '<ioSpecification><dataInput id="a"/><dataOutput id="b"/></ioSpecification>'
    element = call('calledElement="Q"', specification)

    ((target, given),) = [(each.target, each.value) for each in element.inputs]
    assert element.inputs == (Input("a", given),)
    assert (target, value(given, a=1)) == ("a", 1)
    assert element.outputs == (Output("b", "b"),)
    assert set(element.variables) == {"a", "b"}


# -- people and scripts ---------------------------------------------------------------------------


def test_a_user_task_says_who_does_it() -> None:
    attributes = 'p:form="approve" p:assignee="Name" p:groups="[\'sales\']" p:priority="1"'
    roles = (
        "<potentialOwner><resourceAssignmentExpression><formalExpression>Name</formalExpression>"
        "</resourceAssignmentExpression></potentialOwner>"
        "<potentialOwner><resourceRef>boss</resourceRef></potentialOwner>"
    )
    task = f'<userTask id="e" {attributes}>{roles}</userTask>'

    element = read_element(declared(task, '<resource id="boss" name="The boss"/>'))

    assert isinstance(element, UserTask)
    assert list(element.assignment) == ["form", "assignee", "groups", "priority", "potentialOwner"]
    assert element.assignment["form"] == "approve"
    assert value(element.assignment["groups"]) == ["sales"]
    owners = element.assignment["potentialOwner"]
    assert isinstance(owners, tuple)
    assert (value(owners[0], Name="n"), owners[1]) == ("n", "The boss")


def test_the_own_value_of_a_script_may_be_kept() -> None:
    task = '<scriptTask id="e" scriptFormat="python" p:result="Score"><script>Done = True</script>'

    element = read_element(declared(f"{task}</scriptTask>"))

    assert isinstance(element, ScriptTask)
    assert element.script is not None
    assert (element.result, element.formula) == ("Score", None)
