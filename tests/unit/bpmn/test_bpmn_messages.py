"""Messages: tasks that send and receive them, correlation, collaborations."""

import pytest

from procession.core.model import (
    CatchEvent,
    CorrelationKey,
    MessageEventDefinition,
    Output,
    ReceiveTask,
    SendTask,
    ServiceTask,
    ThrowEvent,
)
from procession.core.values import Value
from tests.unit.bpmn.declarations import declared
from tests.unit.bpmn.notation import (
    codes_of,
    definitions,
    problem_of,
    problems_of,
    read_all,
    read_element,
)


def value(expression: object, **values: Value) -> Value:
    return expression.evaluate(values)  # type: ignore[attr-defined]


# -- messages -------------------------------------------------------------------------------------


def test_a_send_task_sends_its_message_with_a_key_and_values() -> None:
    payload = '<extensionElements><p:payload name="total" expression="Amount"/></extensionElements>'
    attributes = 'messageRef="paid" p:correlationKey="Name" p:timeToLive="{}"'

    for written, seconds in (("PT1H", 3600), ("90", 90)):
        task = f'<sendTask id="e" {attributes.format(written)}>{payload}</sendTask>'
        element = read_element(declared(task))

        assert isinstance(element, SendTask)
        assert element.message.message == "Invoice paid"
        assert element.message.live_seconds == seconds
        assert value(element.message.key, Name="n") == "n"
        assert value(element.message.payload["total"], Amount=2) == 2


def test_a_receive_task_waits_for_its_message_and_keeps_values() -> None:
    output = '<extensionElements><p:output source="total" target="Score"/></extensionElements>'
    attributes = 'messageRef="paid" p:correlationKey="Name"'

    element = read_element(declared(f'<receiveTask id="e" {attributes}>{output}</receiveTask>'))

    assert isinstance(element, ReceiveTask)
    assert element.instantiate is False
    assert value(element.message.key, Name="n") == "n"
    assert element.message.outputs == (Output("total", "Score"),)


def test_a_task_may_have_its_message_from_an_operation() -> None:
    sent = read_element(declared('<sendTask id="e" operationRef="pay"/>'))
    received = read_element(declared('<receiveTask id="e" operationRef="tns:pay"/>'))

    assert isinstance(sent, SendTask)
    assert isinstance(received, ReceiveTask)
    assert sent.message.message == received.message.message == "Invoice paid"


def test_a_service_task_may_name_an_operation_that_is_there() -> None:
    work = '<extensionElements><p:handler name="h"/></extensionElements>'

    assert isinstance(
        read_element(declared(f'<serviceTask id="e" operationRef="ask">{work}</serviceTask>')),
        ServiceTask,
    )
    assert codes_of(declared(f'<serviceTask id="e" operationRef="x">{work}</serviceTask>')) == [
        "unknown-operation"
    ]


@pytest.mark.parametrize("task", ["sendTask", "receiveTask"])
def test_a_task_needs_a_message(task: str) -> None:
    problem = problem_of(declared(f'<{task} id="e"/>'))

    assert (problem.code, problem.element) == ("no-message", "e")


def test_what_instantiates_has_no_flow_into_it_and_a_key_without_values() -> None:
    receive = '<receiveTask id="e" messageRef="paid" instantiate="true" p:correlationKey="{}"/>'

    assert codes_of(declared(receive.format("Name"))) == ["bad-expression"]
    assert codes_of(declared(receive.format("'all'"))) == []
    inner = f'<subProcess id="s">{receive.format("1")}<task id="t"/></subProcess>'
    assert codes_of(declared(inner)) == ["bad-instantiation"]


def test_only_who_throws_says_how_long_a_message_is_kept() -> None:
    event = '<messageEventDefinition messageRef="paid" p:timeToLive="PT1H"/>'

    assert codes_of(declared(f'<endEvent id="e">{event}</endEvent>')) == []
    assert codes_of(declared(f'<startEvent id="e">{event}</startEvent>')) == ["misplaced-attribute"]


@pytest.mark.parametrize("text", ["1 hour", "P1Y", "-5", "P500D"])
def test_a_time_to_live_is_seconds_or_a_duration(text: str) -> None:
    task = f'<sendTask id="e" messageRef="paid" p:timeToLive="{text}"/>'

    assert codes_of(declared(task)) == ["bad-duration"]


# -- correlation ----------------------------------------------------------------------------------

CORRELATION = """
<correlationProperty id="order" name="Order" type="text">
  <correlationPropertyRetrievalExpression messageRef="paid"><messagePath>orderId</messagePath>
  </correlationPropertyRetrievalExpression>
  <correlationPropertyRetrievalExpression messageRef="ordered"><messagePath>id</messagePath>
  </correlationPropertyRetrievalExpression>
</correlationProperty>
<collaboration id="k"><conversation id="c"><correlationKey id="key" name="ByOrder">
<correlationPropertyRef>order</correlationPropertyRef></correlationKey></conversation>
</collaboration>
"""
SUBSCRIPTION = """
<correlationSubscription correlationKeyRef="key"><correlationPropertyBinding
correlationPropertyRef="order"><dataPath>Name</dataPath></correlationPropertyBinding>
</correlationSubscription>
"""


def keys_of(content: str) -> tuple[CorrelationKey, ...]:
    element = read_element(declared(content, CORRELATION))
    assert isinstance(element, CatchEvent | ThrowEvent)
    (definition,) = element.definitions
    assert isinstance(definition, MessageEventDefinition)
    return definition.keys


def thrown(message: str) -> str:
    return f'<endEvent id="e"><messageEventDefinition messageRef="{message}"/></endEvent>'


def test_a_message_has_the_keys_whose_properties_can_be_read_from_it() -> None:
    (paid,), (ordered,) = keys_of(thrown("paid")), keys_of(thrown("ordered"))

    assert paid.name == ordered.name == "ByOrder"
    assert value(paid.properties[0].message_path, orderId=1, id=2) == 1
    assert value(ordered.properties[0].message_path, orderId=1, id=2) == 2
    assert paid.properties[0].data_path is None


def test_a_value_that_a_message_does_not_carry_is_not_set() -> None:
    (key,) = keys_of(thrown("paid"))

    assert value(key.properties[0].message_path) is None


def test_a_subscription_says_what_the_key_is_in_the_process() -> None:
    (key,) = keys_of(SUBSCRIPTION + thrown("paid"))

    assert value(key.properties[0].data_path, Name="n") == "n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('Ref="key"', 'Ref="kee"', "unknown-correlation"),
        ('PropertyRef="order"', 'PropertyRef="odrer"', "unknown-correlation"),
        ("<dataPath>Name</dataPath>", "", "no-correlation-path"),
    ],
)
def test_a_subscription_names_what_is_there(old: str, new: str, code: str) -> None:
    content = SUBSCRIPTION.replace(old, new) + '<task id="e"/>'

    assert codes_of(declared(content, CORRELATION)) == [code]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (">order<", ">odrer<", "unknown-correlation"),
        ('messageRef="paid"', 'messageRef="payed"', "unknown-message"),
        ("<messagePath>id</messagePath>", "", "no-correlation-path"),
    ],
)
def test_a_correlation_property_names_what_is_there(old: str, new: str, code: str) -> None:
    assert codes_of(declared('<task id="e"/>', CORRELATION.replace(old, new))) == [code]


# -- collaborations -------------------------------------------------------------------------------


def collaborating(flow: str) -> bytes:
    return definitions(
        '<message id="m" name="M"/><collaboration id="k"><participant id="one" processRef="P"/>'
        f'<participant id="two" processRef="Q"/><participant id="black"/>{flow}</collaboration>'
        '<process id="P"><sendTask id="send"/></process>'
        '<process id="Q"><startEvent id="start"><messageEventDefinition/></startEvent></process>'
    )


def test_a_message_flow_gives_its_ends_their_message() -> None:
    flow = '<messageFlow id="f" sourceRef="send" targetRef="start" messageRef="m"/>'

    sender, receiver = read_all(collaborating(flow))

    send, start = sender.elements["send"], receiver.elements["start"]
    assert isinstance(send, SendTask)
    assert isinstance(start, CatchEvent)
    assert send.message.message == "M"
    assert start.definitions == (MessageEventDefinition("M"),)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (("start", "send"), "dangling-message-flow"),
        (("send", "f"), "dangling-message-flow"),
        (("send", "lost"), "dangling-message-flow"),
        (("send", "one"), "message-flow-in-pool"),
    ],
)
def test_a_message_flow_leads_from_one_pool_to_another(ends: tuple[str, str], code: str) -> None:
    flow = f'<messageFlow id="f" sourceRef="{ends[0]}" targetRef="{ends[1]}"/>'

    assert code in codes_of(collaborating(flow))


def test_a_message_flow_to_a_black_box_is_fine() -> None:
    flow = '<messageFlow id="f" sourceRef="{}" targetRef="{}" messageRef="m"/>'
    both = flow.format("send", "black") + flow.format("black", "start").replace('"f"', '"g"')

    assert problems_of(collaborating(both)) == []
