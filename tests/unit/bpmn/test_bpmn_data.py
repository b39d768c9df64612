"""BPMN's own data: data elements as variables, associations, and the data of events."""

import pytest

from procession.core.model import (
    Activity,
    Association,
    CatchEvent,
    MessageEventDefinition,
    Output,
    Process,
    ReceiveTask,
    SendTask,
    SubProcess,
    ThrowEvent,
)
from procession.core.values import DataType, Direction, Kind, Value
from tests.unit.bpmn.declarations import declared
from tests.unit.bpmn.notation import (
    codes_of,
    definitions,
    flow,
    problem_of,
    read_element,
    read_one,
)

ANY = Kind(DataType.ANY)


def typed(structure: str, attributes: str = "") -> str:
    return f'<itemDefinition id="i" structureRef="{structure}" {attributes}/>'


def read(content: str, root: str = "") -> Process:
    return read_one(declared(content, root))


def activity_of(content: str, around: str = "") -> Activity:
    element = read_element(declared(f"{around}{content}"))
    assert isinstance(element, Activity)
    return element


def value(association: Association, **values: Value) -> Value:
    return association.value.evaluate(values)


# -- types and names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        *(("xsd:string", DataType.TEXT), ("xs:int", DataType.INTEGER)),
        *(("xsd:decimal", DataType.DECIMAL), ("xsd:double", DataType.FLOAT)),
        *(("xsd:boolean", DataType.BOOLEAN), ("xsd:dateTime", DataType.DATE_TIME)),
        *(("xsd:date", DataType.DATE), ("xsd:time", DataType.TIME), ("p:Guid", DataType.GUID)),
        *(("Money", DataType.MONEY), ("xsd:duration", DataType.ANY), ("tns:Order", DataType.ANY)),
        ("", DataType.ANY),
    ],
)
def test_a_data_object_has_the_type_of_its_item_definition(
    structure: str, expected: DataType
) -> None:
    content = '<dataObject id="order" itemSubjectRef="i"/><task id="e"/>'

    assert read(content, typed(structure)).parameters["order"].kind == Kind(expected)


@pytest.mark.parametrize(
    ("item", "element"), [('isCollection="true"', ""), ("", 'isCollection="true"')]
)
def test_a_collection_holds_anything(item: str, element: str) -> None:
    content = f'<dataObject id="order" itemSubjectRef="i" {element}/><task id="e"/>'

    assert read(content, typed("xsd:string", item)).parameters["order"].kind == ANY


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('<property id="p1" name="order"/>', "order"),
        ('<property id="p1" name="The order"/>', "p1"),
        ('<property id="p1"/>', "p1"),
        ('<dataObject id="d"/><dataObjectReference name="order" dataObjectRef="d"/>', "order"),
        ('<dataObject id="d"/><dataObjectReference name="An order" dataObjectRef="d"/>', "d"),
    ],
)
def test_a_data_element_goes_by_its_name_else_by_its_id(data: str, name: str) -> None:
    parameters = read(data + '<task id="e"/>').parameters

    assert parameters[name].direction is Direction.INTERNAL


def test_a_data_element_that_nothing_can_name_is_only_drawn() -> None:
    drawn = '<dataObject id="order-1" name="The order"/><dataObject/>'

    assert len(read(drawn + '<task id="e"/>').parameters) == 5


def test_a_reference_may_have_a_state() -> None:
    state = '<dataObjectReference id="r" dataObjectRef="d"><dataState name="paid"/>'

    assert (
        codes_of(declared(f'<dataObject id="d"/>{state}</dataObjectReference><task id="e"/>')) == []
    )


def test_one_name_is_one_variable() -> None:
    twice = '<property id="a" name="order"/><dataObject id="b" name="order"/><task id="e"/>'

    assert "order" in read(twice).parameters


def test_a_parameter_of_ours_wins_over_a_data_element() -> None:
    parameter = read('<property id="Amount" itemSubjectRef="i"/><task id="e"/>').parameters[
        "Amount"
    ]

    assert (parameter.kind, parameter.direction) == (Kind(DataType.INTEGER), Direction.IN)


def test_the_specification_of_a_process_is_what_callers_give_and_take() -> None:
    specification = (
        '<ioSpecification><dataInput id="a"/><dataOutput id="b"/><dataInput id="c"/>'
        '<dataOutput id="d" name="c"/></ioSpecification>'
    )

    parameters = read(specification + '<task id="e"/>').parameters

    assert {code: parameters[code].direction for code in "abc"} == {
        "a": Direction.IN,
        "b": Direction.OUT,
        "c": Direction.BOTH,
    }


# -- scopes ---------------------------------------------------------------------------------------


def test_what_stands_in_a_sub_process_is_its_variable_and_seen_within() -> None:
    script = '<scriptTask id="t" p:formula="order" p:result="total"/>'
    data = '<property id="total"/><dataObject id="order"/>'

    element = read_one(declared(f'<subProcess id="e">{data}{script}</subProcess>')).elements["e"]

    assert isinstance(element, SubProcess)
    assert set(element.variables) == {"total", "order"}
    outside = declared(f'<subProcess id="e">{data}<task id="u"/></subProcess>{script}')
    assert codes_of(outside) == ["unknown-parameter", "bad-expression"]


def test_an_inner_variable_hides_an_outer_one() -> None:
    inner = '<property id="Amount" itemSubjectRef="i"/>'
    condition = flow("f", "g", "t", "Amount &gt; 1")
    content = f'{inner}<exclusiveGateway id="g"/><task id="t"/>{condition}'
    root = typed("xsd:string")

    # Texts and numbers are not compared, which is found as the inner one is a text.
    assert codes_of(declared(f'<subProcess id="e">{content}</subProcess>', root)) == [
        "bad-expression"
    ]


def test_what_is_hidden_or_elsewhere_cannot_be_referred_to() -> None:
    outer = '<property id="out" name="order"/>'
    hiding = '<property id="in" name="order"/>'
    association = task(into("in1", "<sourceRef>{}</sourceRef>"))
    elsewhere = '<subProcess id="s"><property id="Amount"/><task id="t"/></subProcess>'

    def within(content: str) -> bytes:
        return declared(f'{outer}<subProcess id="p">{content}</subProcess>')

    assert codes_of(within(association.format("out"))) == []
    assert codes_of(within(hiding + association.format("in"))) == []
    assert codes_of(within(hiding + association.format("out"))) == ["unknown-data"]
    assert codes_of(declared(elsewhere + association.format("Amount"))) == ["unknown-data"]


# -- associations ---------------------------------------------------------------------------------

IN_OUT = (
    '<ioSpecification><dataInput id="in1" name="given"/><dataInput id="in2"/>'
    '<dataOutput id="out1" name="made"/>'
    "<inputSet><dataInputRefs>in1</dataInputRefs><dataInputRefs>in2</dataInputRefs>"
    "<optionalInputRefs>in2</optionalInputRefs></inputSet>"
    "<outputSet><dataOutputRefs>out1</dataOutputRefs></outputSet></ioSpecification>"
)
ORDER = '<dataObject id="order"/>'


def task(*associations: str, specification: str = IN_OUT) -> str:
    return f'<userTask id="e">{specification}{"".join(associations)}</userTask>'


def into(target: str, *content: str) -> str:
    inner = "".join(content) + f"<targetRef>{target}</targetRef>"
    return f"<dataInputAssociation>{inner}</dataInputAssociation>"


def out_of(source: str, target: str, *content: str) -> str:
    inner = f"<sourceRef>{source}</sourceRef><targetRef>{target}</targetRef>{''.join(content)}"
    return f"<dataOutputAssociation>{inner}</dataOutputAssociation>"


SOURCE = "<sourceRef>order</sourceRef>"


def test_an_activity_has_variables_and_associations_that_fill_them() -> None:
    element = activity_of(task(into("in1", SOURCE), out_of("out1", "order")), ORDER)

    assert set(element.variables) == {"given", "in2", "made"}
    (given,), (made,) = element.input_associations, element.output_associations
    assert (given.target, given.path, value(given, order=7)) == ("given", (), 7)
    assert (made.target, made.path, value(made, made=8)) == ("order", (), 8)
    assert (element.input_sets, element.output_sets) == ((("given",),), (("made",),))


def test_an_association_may_name_a_parameter_by_its_code() -> None:
    source = "<sourceRef>Amount</sourceRef>"

    (given,) = activity_of(task(into("in1", source))).input_associations

    assert value(given, Amount=3) == 3


def test_a_transformation_gives_the_value() -> None:
    text = "<transformation>Amount * 2</transformation>"

    (given,) = activity_of(task(into("in1", SOURCE, text)), ORDER).input_associations

    assert value(given, Amount=4) == 8


@pytest.mark.parametrize(
    ("to", "path"),
    [
        *(("in1", ()), ("given", ()), ("given.total", ("total",)), ("total", ("total",))),
        ("in1/total/net", ("total", "net")),
    ],
)
def test_an_assignment_goes_into_the_target_or_a_member_of_it(
    to: str, path: tuple[str, ...]
) -> None:
    assignment = f"<assignment><from>Amount + 1</from><to>{to}</to></assignment>"

    (given,) = activity_of(task(into("in1", assignment))).input_associations

    assert (given.target, given.path, value(given, Amount=1)) == ("given", path, 2)


@pytest.mark.parametrize(
    ("association", "code"),
    [
        (into("in1", SOURCE, SOURCE), "bad-association"),
        ("<dataInputAssociation/>", "bad-association"),
        (into("in1", "<assignment><from>1</from></assignment>"), "bad-association"),
        (into("in1", "<assignment><from>1</from><to>a b</to></assignment>"), "bad-association"),
        (into("nothing", SOURCE), "unknown-data"),
        (into("in1", "<transformation>Amont</transformation>"), "bad-expression"),
        (out_of("out1", "nothing"), "unknown-data"),
    ],
)
def test_an_association_that_makes_no_sense_is_refused(association: str, code: str) -> None:
    problem = problem_of(declared(ORDER + task(association)))

    assert (problem.code, problem.element) == (code, "e")


def test_a_set_that_needs_nothing_makes_the_others_needless() -> None:
    free = IN_OUT.replace("</ioSpecification>", "<inputSet/></ioSpecification>")

    assert activity_of(task(specification=free)).input_sets == ()


# -- tasks with messages, and events --------------------------------------------------------------


def test_the_data_input_of_a_send_task_is_its_message() -> None:
    content = f'<sendTask id="e" messageRef="paid">{IN_OUT}</sendTask>'.replace(
        '<dataInput id="in2"/>', ""
    )

    element = read_element(declared(content))

    assert isinstance(element, SendTask)
    whole = element.message.payload[""]
    assert whole.evaluate({"given": 5}) == 5  # type: ignore[union-attr]


def test_the_data_output_of_a_receive_task_takes_its_message() -> None:
    content = f'<receiveTask id="e" messageRef="paid">{IN_OUT}</receiveTask>'

    element = read_element(declared(content))

    assert isinstance(element, ReceiveTask)
    assert element.message.outputs == (Output("", "made"),)


MESSAGE = '<messageEventDefinition messageRef="paid"/>'


def test_the_data_input_of_an_event_is_what_it_carries() -> None:
    association = into("d", "<sourceRef>Amount</sourceRef>")
    content = f'<endEvent id="e">{MESSAGE}<dataInput id="d"/>{association}</endEvent>'

    element = read_element(declared(content))

    assert isinstance(element, ThrowEvent)
    (definition,) = element.definitions
    assert isinstance(definition, MessageEventDefinition)
    assert definition.payload[""].evaluate({"Amount": 1}) == 1  # type: ignore[union-attr]


def test_an_assignment_of_an_event_carries_a_value_by_its_name() -> None:
    assignment = "<assignment><from>Amount</from><to>d/total</to></assignment>"
    content = f'<endEvent id="e">{MESSAGE}<dataInput id="d"/>{into("d", assignment)}</endEvent>'

    element = read_element(declared(content))

    assert isinstance(element, ThrowEvent)
    assert list(element.definitions[0].payload) == ["total"]  # type: ignore[union-attr]
    deep = content.replace("d/total", "d/a/b")
    assert codes_of(declared(deep)) == ["bad-event-data"]


def test_the_data_output_of_an_event_goes_into_a_variable() -> None:
    content = f'<startEvent id="e">{MESSAGE}<dataOutput id="d"/>{out_of("d", "Score")}</startEvent>'

    element = read_element(declared(content))

    assert isinstance(element, CatchEvent)
    assert element.definitions[0].outputs == (Output("", "Score"),)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "association",
    [
        out_of("d", "Score", "<transformation>1</transformation>"),
        out_of("x", "Score"),
        "<dataOutputAssociation><sourceRef>d</sourceRef></dataOutputAssociation>",
    ],
)
def test_what_an_event_catches_goes_over_as_it_is(association: str) -> None:
    content = f'<startEvent id="e">{MESSAGE}<dataOutput id="d"/>{association}</startEvent>'

    assert codes_of(declared(content)) == ["bad-event-data"]


def test_the_first_data_input_is_that_of_the_first_definition() -> None:
    signal = '<signalEventDefinition signalRef="closed"/>'
    inputs = '<dataInput id="a"/><dataInput id="b"/>'
    associations = into("a", "<sourceRef>Amount</sourceRef>") + into(
        "b", "<sourceRef>Name</sourceRef>"
    )
    content = f'<endEvent id="e">{MESSAGE}{signal}{inputs}{associations}</endEvent>'

    element = read_element(declared(content))

    assert isinstance(element, ThrowEvent)
    texts = [each.payload[""].text for each in element.definitions]  # type: ignore[union-attr]
    assert texts == ["Amount", "Name"]


def test_a_file_with_too_many_data_elements_is_refused() -> None:
    many = "".join(f'<property id="p{i}"/>' for i in range(1_001))
    xml = definitions(f'<process id="P">{many}<task id="e"/></process>')

    assert codes_of(xml) == ["too-many-parameters"]
    inner = definitions(f'<process id="P"><task id="e">{many}</task></process>')
    assert codes_of(inner) == ["too-many-parameters"]
