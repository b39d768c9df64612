"""Loops and multi-instance activities: what is read, and what their texts see."""

import pytest

from procession.core.model import (
    Activity,
    EscalationEventDefinition,
    LoopBehavior,
    MessageEventDefinition,
    MultiInstance,
    ScriptTask,
    SignalEventDefinition,
    StandardLoop,
)
from procession.core.values import Value
from tests.unit.bpmn.declarations import LOOP_EVENTS, declared
from tests.unit.bpmn.notation import codes_of, problem_of, read_element, read_one


def looped(loop: str, inner: str = "", around: str = "", name: str = "scriptTask") -> bytes:
    formula = 'p:formula="loopCounter" p:result="Score"' if name == "scriptTask" else ""
    return declared(f'{around}<{name} id="e" {formula}>{inner}{loop}</{name}>', LOOP_EVENTS)


def standard(attributes: str = "", condition: str = "") -> str:
    inner = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    return f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"


def multiple(inner: str, attributes: str = "") -> str:
    return (
        f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"
    )


def loop_of(xml: bytes) -> Activity:
    element = read_element(xml)
    assert isinstance(element, Activity)
    return element


def standard_of(xml: bytes) -> StandardLoop:
    loop = loop_of(xml).loop
    assert isinstance(loop, StandardLoop)
    return loop


def multiple_of(xml: bytes) -> MultiInstance:
    loop = loop_of(xml).loop
    assert isinstance(loop, MultiInstance)
    return loop


def value(expression: object, **values: Value) -> Value:
    return expression.evaluate(values)  # type: ignore[attr-defined]


CARDINALITY = "<loopCardinality>Amount + 1</loopCardinality>"


def test_a_standard_loop_has_a_condition_a_bound_and_a_place_of_its_test() -> None:
    loop = standard_of(looped(standard('testBefore="true" loopMaximum="5"', "loopCounter &lt; 3")))

    assert (loop.test_before, loop.maximum) == (True, 5)
    assert value(loop.condition, loopCounter=2) is True


def test_a_standard_loop_may_have_a_bound_only() -> None:
    loop = standard_of(looped(standard('loopMaximum="5"')))

    assert loop == StandardLoop(None, test_before=False, maximum=5)


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        (standard(), "bad-loop"),
        (standard('loopMaximum="0"'), "bad-number"),
        (standard('loopMaximum="many"', "Done"), "bad-number"),
        (standard('loopMaximum="2"') + multiple(CARDINALITY), "bad-loop"),
        (multiple(""), "bad-loop"),
        (multiple(CARDINALITY, 'p:items="List"'), "bad-loop"),
        (multiple(CARDINALITY, 'p:output="List"'), "bad-loop"),
        (multiple(CARDINALITY, 'p:item="row"'), "bad-loop"),
        (multiple(CARDINALITY, 'p:output="Lost" p:outputItem="1"'), "unknown-parameter"),
        (multiple(CARDINALITY, 'behavior="One"'), "bad-loop"),
        (multiple(CARDINALITY, 'behavior="Some"'), "unknown-value"),
        (
            multiple(CARDINALITY, 'behavior="One" oneBehaviorEventRef="x"'),
            "unknown-definition",
        ),
        (multiple(CARDINALITY + "<complexBehaviorDefinition/>"), "bad-loop"),
        (multiple("<loopDataInputRef>Lost</loopDataInputRef>"), "unknown-data"),
    ],
)
def test_a_loop_that_makes_no_sense_is_refused(loop: str, code: str) -> None:
    problem = problem_of(looped(loop))

    assert (problem.code, problem.element) == (code, "e")


def test_a_multi_instance_activity_may_have_a_number() -> None:
    loop = multiple_of(looped(multiple(CARDINALITY, 'isSequential="true"')))

    assert loop.sequential is True
    assert value(loop.cardinality, Amount=2) == 3
    assert (loop.items, loop.item, loop.output, loop.output_item) == (None, None, None, None)
    assert loop.behavior is LoopBehavior.ALL


def test_a_multi_instance_activity_may_be_said_by_our_attributes() -> None:
    item = "{'Id': row, 'n': loopCounter}"
    attributes = f'p:items="List" p:item="row" p:output="List" p:outputItem="{item}"'

    loop = multiple_of(looped(multiple("", attributes)))

    assert value(loop.items, List=[1]) == [1]
    assert (loop.item, loop.output) == ("row", "List")
    assert value(loop.output_item, row=1, loopCounter=2) == {"Id": 1, "n": 2}


def test_the_item_and_the_counts_are_seen_within_the_activity_only() -> None:
    names = "numberOfInstances + numberOfActiveInstances + numberOfCompletedInstances + "
    names += "numberOfTerminatedInstances + loopCounter + row"
    task = f'<scriptTask id="t" p:formula="{names}" p:result="Score"/>'
    loop = multiple("", 'p:items="List" p:item="row"')

    assert codes_of(looped(loop, task, name="subProcess")) == []
    assert codes_of(looped(loop, name="subProcess", around=task)) == ["bad-expression"]


def test_a_completion_condition_sees_the_counts_but_no_single_instance() -> None:
    def ending(text: str) -> bytes:
        return looped(multiple(f"{CARDINALITY}<completionCondition>{text}</completionCondition>"))

    loop = multiple_of(ending("numberOfCompletedInstances &gt; Amount"))

    assert value(loop.completion_condition, numberOfCompletedInstances=2, Amount=1) is True
    assert codes_of(ending("loopCounter &gt; 1")) == ["bad-expression"]


# -- BPMN's own data ------------------------------------------------------------------------------

ORDERS = (
    '<dataObject id="orders" isCollection="true"/><dataObject id="totals" isCollection="true"/>'
)


def test_the_items_may_be_a_data_object_and_so_may_the_results() -> None:
    loop = multiple(
        "<loopDataInputRef>orders</loopDataInputRef><loopDataOutputRef>totals</loopDataOutputRef>"
        '<inputDataItem id="i" name="order"/><outputDataItem id="o" name="total"/>'
    )

    element = loop_of(looped(loop, around=ORDERS))

    assert isinstance(element, ScriptTask)
    read = element.loop
    assert isinstance(read, MultiInstance)
    assert value(read.items, orders=[1, 2]) == [1, 2]
    assert (read.item, read.output) == ("order", "totals")
    assert value(read.output_item, total=3) == 3
    assert "total" in element.variables


def test_the_items_may_be_a_data_input_that_an_association_fills() -> None:
    specification = (
        '<ioSpecification><dataInput id="list"/><dataInput id="one" name="single"/>'
        '<dataOutput id="made"/><dataOutput id="all"/>'
        "<inputSet><dataInputRefs>list</dataInputRefs><dataInputRefs>one</dataInputRefs></inputSet>"
        "<outputSet><dataOutputRefs>made</dataOutputRefs></outputSet></ioSpecification>"
    )
    associations = (
        "<dataInputAssociation><sourceRef>orders</sourceRef><targetRef>list</targetRef>"
        "</dataInputAssociation>"
        "<dataInputAssociation><sourceRef>i</sourceRef><targetRef>one</targetRef>"
        "</dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>made</sourceRef><targetRef>o</targetRef>"
        "</dataOutputAssociation>"
        "<dataOutputAssociation><sourceRef>all</sourceRef><targetRef>totals</targetRef>"
        "</dataOutputAssociation>"
    )
    loop = multiple(
        "<loopDataInputRef>list</loopDataInputRef><loopDataOutputRef>all</loopDataOutputRef>"
        '<inputDataItem id="i" name="order"/><outputDataItem id="o"/>'
    )

    element = loop_of(looped(loop, specification + associations, ORDERS))

    read = element.loop
    assert isinstance(read, MultiInstance)
    assert value(read.items, orders=[1]) == [1]
    assert read.output == "totals"
    assert value(read.output_item, made=7) == 7
    (single,) = element.input_associations
    assert (single.target, value(single.value, order=4)) == ("single", 4)
    assert element.output_associations == ()
    assert (element.input_sets, element.output_sets) == ((("single",),), (("made",),))


# -- events that a loop throws --------------------------------------------------------------------


def test_a_loop_may_throw_an_event_with_its_first_instance_or_with_each() -> None:
    one = multiple_of(
        looped(multiple(CARDINALITY, 'behavior="One" oneBehaviorEventRef="thrown-signal"'))
    )
    none = multiple_of(
        looped(multiple(CARDINALITY, 'behavior="None" noneBehaviorEventRef="thrown-message"'))
    )

    assert (one.behavior, one.one_event) == (
        LoopBehavior.ONE,
        SignalEventDefinition("Shop closed"),
    )
    assert (none.behavior, none.none_event) == (
        LoopBehavior.NONE,
        MessageEventDefinition("Invoice paid"),
    )


def test_a_loop_may_throw_events_on_conditions() -> None:
    complex_behavior = (
        "<complexBehaviorDefinition><condition>numberOfCompletedInstances == 2</condition>"
        '<event id="v"><escalationEventDefinition escalationRef="late"/></event>'
        "</complexBehaviorDefinition>"
    )

    loop = multiple_of(looped(multiple(CARDINALITY + complex_behavior, 'behavior="Complex"')))

    (behavior,) = loop.complex_behaviors
    assert behavior.event == EscalationEventDefinition("late")
    assert value(behavior.condition, numberOfCompletedInstances=2) is True


def test_a_receive_task_may_be_repeated() -> None:
    task = '<receiveTask id="e" messageRef="paid">' + multiple(
        CARDINALITY, 'behavior="One" oneBehaviorEventRef="thrown-escalation"'
    )

    assert "e" in read_one(declared(task + "</receiveTask>", LOOP_EVENTS)).elements
