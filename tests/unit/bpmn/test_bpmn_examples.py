"""The examples: each can be deployed, is drawn, and does what its caption says."""

from pathlib import Path

import pytest
from lxml import etree

from procession.bpmn.vocabulary import MODEL
from procession.core.model import (
    CallActivity,
    ExclusiveGateway,
    Process,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    UserTask,
)
from procession.core.values import Value
from tests.unit.bpmn.notation import EXAMPLES, read_all

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
NAMES = {
    *("UsrAddNewExternalContact", "UsrApproveDiscount", "UsrApproveExpense", "UsrBookTrip"),
    *("UsrBuyGoods", "UsrCallTechnician", "UsrCleanUp", "UsrDeliverOrder", "UsrEscalateOrder"),
    *("UsrFiveSteps", "UsrFourEyes", "UsrFulfilOrder", "UsrGetAllContacts", "UsrHandleClaim"),
    *("UsrOnboardEmployee", "UsrRunInvoices", "UsrScoreCustomer", "UsrTakePayment"),
    *("UsrWatchMachine", "UsrWriteInvoice"),
}
# What is drawn and is no flow node.
DRAWN = ("participant", "dataObjectReference", "textAnnotation")
LINES = ("messageFlow", "association", "dataInputAssociation", "dataOutputAssociation")
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def example(name: str) -> Process:
    return read_all(next(path for path in EXAMPLES if path.stem == name).read_bytes())[0]


def condition(flow: SequenceFlow, **values: Value) -> Value:
    assert flow.condition is not None
    return flow.condition.evaluate(values)


def formula(process: Process, task: str, **values: Value) -> Value:
    element = process.elements[task]
    assert isinstance(element, ScriptTask)
    assert element.formula is not None
    return element.formula.evaluate(values)


def test_the_examples_are_all_there() -> None:
    assert {path.stem for path in EXAMPLES} == NAMES


@each_example
def test_an_example_holds_the_process_of_its_name(path: Path) -> None:
    processes = read_all(path.read_bytes())

    assert processes[0].id == path.stem
    assert [each.id for each in processes if each.caption == each.id] == []
    assert [each.id for each in processes if not each.id.startswith("Usr")] == []


@each_example
def test_everything_in_an_example_has_a_name(path: Path) -> None:
    unnamed = [
        element.id
        for process in read_all(path.read_bytes())
        for element in process.elements.values()
        if not element.name
    ]

    assert unnamed == []


@each_example
def test_an_example_is_drawn_completely(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    processes = read_all(path.read_bytes())
    beside = {each.get("id") for name in DRAWN for each in root.iter(f"{{{MODEL}}}{name}")}
    lines = {each.get("id") for each in root.iter(*(f"{{{MODEL}}}{name}" for name in LINES))}

    shapes = {each.get("bpmnElement") for each in root.iter(f"{DI}BPMNShape")}
    edges = {each.get("bpmnElement") for each in root.iter(f"{DI}BPMNEdge")}

    assert shapes == beside.union(*(each.elements for each in processes))
    assert edges == lines.union(*(each.flows for each in processes))


@each_example
def test_an_example_says_what_it_is_for(path: Path) -> None:
    for process in etree.fromstring(path.read_bytes()).iter(f"{{{MODEL}}}process"):
        assert len(process.findtext(f"{{{MODEL}}}documentation", "").strip()) > 30


def test_a_contact_without_a_name_is_not_added() -> None:
    process = example("UsrAddNewExternalContact")

    named = process.flows["WithName"]

    assert condition(named, ContactName="Ann Lee") is True
    assert condition(named, ContactName="  ") is False
    assert condition(named, ContactName=None) is False
    assert process.elements["HasName"].default == "WithoutName"


def test_a_contact_is_added_with_all_that_is_known() -> None:
    task = example("UsrAddNewExternalContact").elements["AddContact"]

    assert isinstance(task, ServiceTask)
    assert task.kind == "add-data"
    assert task.inputs["table"] == "Contact"
    values = task.inputs["values"]
    assert isinstance(values, dict)
    assert list(values) == ["Name", "Email", "Phone", "Type"]


def test_contacts_are_read_sorted_by_name() -> None:
    task = example("UsrGetAllContacts").elements["ReadContacts"]

    assert isinstance(task, ServiceTask)
    assert task.inputs["columns"] == ("Id", "Name", "Email", "Phone")
    assert task.inputs["sort"] == ({"column": "Name", "descending": False},)


def test_a_large_discount_waits_for_somebody() -> None:
    process = example("UsrApproveDiscount")

    assert condition(process.flows["Large"], DiscountPercent=11) is True
    assert condition(process.flows["Large"], DiscountPercent=10) is False
    assert isinstance(process.elements[process.flows["Large"].target], UserTask)
    assert formula(process, "GiveDiscount", Amount=200, DiscountPercent=25) == 150


def test_a_customer_is_scored_by_script_formula_and_another_process() -> None:
    process = example("UsrScoreCustomer")

    script = process.elements["ScoreTurnover"]
    call = process.elements["ScoreOrder"]

    assert isinstance(script, ScriptTask)
    assert script.script is not None
    assert script.script.run({"Turnover": 20_000})["TurnoverScore"] == 30
    assert isinstance(call, CallActivity)
    assert call.called == "UsrFiveSteps"
    assert formula(process, "RatePayments", LatePayments=1) == 30
    assert [formula(process, "GradeScore", Score=each) for each in (120, 60, 59)] == [*"ABC"]


def test_the_process_of_the_benchmark_has_five_elements_in_a_row() -> None:
    process = example("UsrFiveSteps")

    assert len(process.elements) == 5
    assert isinstance(process.elements["IsHigh"], ExclusiveGateway)
    assert (
        condition(process.flows["High"], Score=formula(process, "ScoreAmount", Amount=60)) is True
    )
    assert formula(process, "CapScore", Score=120) == 100
