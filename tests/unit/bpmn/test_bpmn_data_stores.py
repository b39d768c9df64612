"""Data stores at the ends of associations."""

from collections.abc import Mapping

import pytest

from procession.core.model import (
    Activity,
    Association,
    CatchEvent,
    DataStore,
    MessageEventDefinition,
    MultiInstance,
    Output,
    Process,
)
from procession.core.values import DataType, Kind, Value
from tests.unit.bpmn.declarations import declared
from tests.unit.bpmn.notation import codes_of, definitions, problem_of, read_all, read_one

ANY = Kind(DataType.ANY)
REFERENCE = '<dataStoreReference id="r" dataStoreRef="s"/>'
ORDERS = DataStore("s", ANY)


def read(content: str, root: str = '<dataStore id="s"/>') -> Process:
    return read_one(declared(content, root))


def writing(content: str, target: str = "r") -> str:
    """A task that writes a data store."""
    association = f"{content}<targetRef>{target}</targetRef>"
    return f'<task id="e"><dataOutputAssociation>{association}</dataOutputAssociation></task>'


def copying(source: str = "Amount", target: str = "r") -> str:
    return writing(f"<sourceRef>{source}</sourceRef>", target)


def transforming(text: str, *sources: str) -> str:
    references = "".join(f"<sourceRef>{each}</sourceRef>" for each in sources)
    return (
        f'<task id="e"><dataOutputAssociation>{references}<targetRef>Score</targetRef>'
        f"<transformation>{text}</transformation></dataOutputAssociation></task>"
    )


def association_of(process: Process) -> Association:
    element = process.elements["e"]
    assert isinstance(element, Activity)
    (association,) = element.output_associations
    return association


def value_of(process: Process, values: Mapping[str, Value]) -> Value:
    return association_of(process).value.evaluate(values)


# -- which store ----------------------------------------------------------------------------------


def test_a_store_goes_by_the_id_of_its_data_store() -> None:
    process = read(REFERENCE + copying())

    assert process.data_stores == {ORDERS.key: ORDERS}
    assert association_of(process).target == ORDERS.key


def test_a_reference_to_nothing_is_a_store_of_its_own() -> None:
    found = read('<dataStoreReference id="r"/>' + copying())

    assert [store.id for store in found.data_stores.values()] == ["r"]


def test_an_association_may_name_the_data_store_itself() -> None:
    assert read(copying(target="s")).data_stores == {ORDERS.key: ORDERS}


def test_a_reference_may_be_drawn_in_another_process_or_scope() -> None:
    """Modelers put what lies between two pools into one of their processes."""
    xml = declared(
        REFERENCE + '<task id="a"/>',
        f'<dataStore id="s"/><process id="Other"><subProcess id="b">{copying("n")}'
        '<property id="n"/></subProcess></process>',
    )

    stores = {process.id: process.data_stores for process in read_all(xml)}

    assert stores == {"P": {}, "Other": {ORDERS.key: ORDERS}}


def test_a_store_that_is_only_drawn_is_not_used() -> None:
    assert read(f'{REFERENCE}<task id="e"/>').data_stores == {}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", DataStore("s", ANY)),
        ('name="The orders"', DataStore("s", ANY, "The orders")),
        ('itemSubjectRef="text"', DataStore("s", Kind(DataType.TEXT))),
        ('itemSubjectRef="other"', DataStore("s", ANY)),
        ('capacity="10"', DataStore("s", ANY, capacity=10)),
        ('capacity="10" isUnlimited="false"', DataStore("s", ANY, capacity=10)),
        ('capacity="10" isUnlimited="true"', DataStore("s", ANY)),
    ],
)
def test_what_a_data_store_says(attributes: str, expected: DataStore) -> None:
    found = read(REFERENCE + copying(), f'<dataStore id="s" {attributes}/>')

    assert [*found.data_stores.values()] == [expected]


def test_the_state_of_a_data_store_is_drawn() -> None:
    state = '<dataState name="full"/>'
    drawn = f'<dataStoreReference id="r" dataStoreRef="s">{state}</dataStoreReference>'

    assert read(drawn + copying(), f'<dataStore id="s">{state}</dataStore>').data_stores


# -- how its texts call it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "store", "name"),
    [
        ('id="r" name="Orders"', 'id="s" name="All"', "Orders"),
        ('id="r" name="The orders"', 'id="s" name="All"', "All"),
        ('id="r"', 'id="s" name="All orders"', "r"),
        ('id="r-1"', 'id="s"', "s"),
    ],
)
def test_a_text_calls_a_store_by_the_first_of_its_names(
    reference: str, store: str, name: str
) -> None:
    source = reference.split('"')[1]
    process = read(
        f'<dataStoreReference {reference} dataStoreRef="s"/>{transforming(f"{name} + 1", source)}',
        f"<dataStore {store}/>",
    )

    assert value_of(process, {ORDERS.key: 4}) == 5


def test_a_text_over_two_stores_and_a_variable() -> None:
    two = '<dataStoreReference id="a"/><dataStoreReference id="b"/>'

    process = read(two + transforming("a + b + Amount", "a", "b"))

    values = {store.key: 10 for store in process.data_stores.values()}
    assert value_of(process, {**values, "Amount": 1}) == 21


def test_two_stores_of_one_name_cannot_be_told_apart() -> None:
    two = '<dataStoreReference id="a" name="Orders"/><dataStoreReference id="b" name="Orders"/>'

    assert codes_of(declared(two + transforming("Orders", "a", "b"))) == ["bad-association"]


def test_a_store_without_a_usable_name_can_be_copied() -> None:
    process = read('<dataStoreReference id="r-1"/>' + copying("r-1", "Score"))

    (store,) = process.data_stores.values()
    assert value_of(process, {store.key: 3}) == 3
    assert codes_of(declared('<dataStoreReference id="r-1"/>' + transforming("r", "r-1"))) == [
        "bad-expression"
    ]


@pytest.mark.parametrize(
    ("to", "path"), [("Orders", ()), ("r", ()), ("Orders.last", ("last",)), ("a/b", ("a", "b"))]
)
def test_an_assignment_names_the_store_or_a_member(to: str, path: tuple[str, ...]) -> None:
    named = '<dataStoreReference id="r" name="Orders" dataStoreRef="s"/>'
    assignment = f"<assignment><from>Amount</from><to>{to}</to></assignment>"

    association = association_of(
        read(named + writing("").replace("</targetRef>", f"</targetRef>{assignment}"))
    )

    assert (association.target, association.path) == (ORDERS.key, path)


# -- loops and events -----------------------------------------------------------------------------


def test_a_loop_may_be_over_a_store_and_into_one() -> None:
    loop = (
        '<task id="e"><multiInstanceLoopCharacteristics><loopDataInputRef>r</loopDataInputRef>'
        '<loopDataOutputRef>r</loopDataOutputRef><inputDataItem id="i"/><outputDataItem id="o"/>'
        "</multiInstanceLoopCharacteristics></task>"
    )

    element = read(REFERENCE + loop).elements["e"]

    assert isinstance(element, Activity)
    assert isinstance(element.loop, MultiInstance)
    assert element.loop.items is not None
    assert element.loop.items.evaluate({ORDERS.key: [1]}) == [1]
    assert element.loop.output == ORDERS.key


def test_what_an_event_catches_may_go_into_a_store() -> None:
    event = (
        '<startEvent id="e"><dataOutput id="d"/><dataOutputAssociation><sourceRef>d</sourceRef>'
        "<targetRef>r</targetRef></dataOutputAssociation><outputSet/>"
        '<messageEventDefinition messageRef="paid"/></startEvent>'
    )

    element = read(REFERENCE + event).elements["e"]

    assert isinstance(element, CatchEvent)
    (definition,) = element.definitions
    assert isinstance(definition, MessageEventDefinition)
    assert definition.outputs == (Output("", ORDERS.key),)


# -- what is wrong --------------------------------------------------------------------------------


def test_a_reference_to_a_store_that_is_not_there_says_what_is() -> None:
    wrong = '<dataStoreReference id="r" dataStoreRef="order"/>'

    problem = problem_of(declared(wrong + copying(), '<dataStore id="orders"/>'))

    assert (problem.code, problem.element) == ("unknown-data-store", "e")
    assert "dataStoreRef of 'r' is 'order'" in problem.message
    assert "orders" in problem.message


def test_a_data_input_association_writes_no_store() -> None:
    task = (
        '<task id="e"><dataInputAssociation><sourceRef>Amount</sourceRef><targetRef>r</targetRef>'
        "</dataInputAssociation></task>"
    )

    problem = problem_of(declared(REFERENCE + task, '<dataStore id="s"/>'))

    assert problem.code == "bad-association"
    assert "write a dataOutputAssociation" in problem.message


@pytest.mark.parametrize("capacity", ["0", "-1", "many", "1.5"])
def test_a_capacity_is_a_whole_number_from_one(capacity: str) -> None:
    root = f'<dataStore id="s" capacity="{capacity}"/>'

    assert codes_of(declared(REFERENCE + copying(), root)) == ["bad-number"]


@pytest.mark.parametrize(
    ("store", "code"),
    [
        ('<dataStore id="s" colour="red"/>', "unknown-attribute"),
        ('<dataStore id="s" isUnlimited="maybe"/>', "bad-boolean"),
        ('<dataStore id="s"><task id="t"/></dataStore>', "misplaced-element"),
    ],
)
def test_a_data_store_is_checked_though_nothing_uses_it(store: str, code: str) -> None:
    assert codes_of(definitions(f'{store}<process id="P"><task id="e"/></process>')) == [code]
