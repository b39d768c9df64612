"""Where things begin: triggered starts, event, ad-hoc and compensating sub-processes, gateways."""

import pytest

from procession.core.model import (
    AdHocOrdering,
    AdHocSubProcess,
    BoundaryEvent,
    CompensateEventDefinition,
    ComplexGateway,
    EventBasedGateway,
    EventGatewayType,
    ReceiveTask,
    SubProcess,
    ThrowEvent,
    Transaction,
)
from tests.unit.bpmn.declarations import DEFINITIONS, declared
from tests.unit.bpmn.notation import codes_of, flow, problem_of, read_element, read_one

SIGNAL, MESSAGE, TIMER = DEFINITIONS["signal"], DEFINITIONS["message"], DEFINITIONS["timer"]


def start(id: str, definition: str = "") -> str:
    return f'<startEvent id="{id}">{definition}</startEvent>'


def catch(id: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{id}">{definition}</intermediateCatchEvent>'


def by_event(id: str, *content: str) -> str:
    return f'<subProcess id="{id}" triggeredByEvent="true">{"".join(content)}</subProcess>'


# -- starts ---------------------------------------------------------------------------------------


def test_a_process_that_only_events_start_cannot_be_started_by_a_caller() -> None:
    read = read_one(declared(start("s", SIGNAL) + start("t", TIMER) + '<task id="a"/>'))

    assert read.triggered_starts == ("s", "t")
    assert read.starts[""] == ()
    assert read.startable is False


def test_a_process_may_be_started_by_a_caller_and_by_events() -> None:
    read = read_one(declared(start("s", SIGNAL) + start("n")))

    assert read.triggered_starts == ("s",)
    assert read.starts[""] == ("n",)
    assert read.startable is True


def test_what_instantiates_is_a_triggered_start() -> None:
    receive = '<receiveTask id="r" messageRef="paid" instantiate="true"/>'
    gateway = '<eventBasedGateway id="g" instantiate="true"/>'
    events = catch("c", MESSAGE) + catch("d", SIGNAL) + flow("f", "g", "c") + flow("h", "g", "d")

    read = read_one(declared(receive + gateway + events))

    assert read.triggered_starts == ("r", "g")
    assert (read.starts[""], read.startable) == ((), False)
    assert isinstance(read.elements["r"], ReceiveTask)
    assert read.elements["r"].instantiate is True


def test_event_sub_processes_and_handlers_do_not_begin_with_their_scope() -> None:
    handler = (
        '<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<task id="undo" isForCompensation="true"/><association sourceRef="c" targetRef="undo"/>'
    )

    read = read_one(declared('<task id="a"/>' + by_event("e", start("s", SIGNAL)) + handler))

    assert read.starts == {"": ("a",), "e": ("s",)}
    assert read.event_starts == {"": ("s",)}


def test_event_sub_processes_may_stand_in_one_another() -> None:
    inner = by_event("inner", start("s2", TIMER))

    read = read_one(declared('<task id="a"/>' + by_event("outer", start("s1", SIGNAL), inner)))

    assert read.event_starts == {"": ("s1",), "outer": ("s2",)}
    outer = read.elements["outer"]
    assert isinstance(outer, SubProcess)
    assert outer.triggered_by_event is True


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (by_event("e"), "no-trigger"),
        (by_event("e", start("s")), "no-trigger"),
        (by_event("e", start("s", SIGNAL), start("t", TIMER)), "no-trigger"),
        (by_event("e", start("s", SIGNAL)) + flow("f", "e", "a"), "flow-at-event-sub-process"),
        (
            by_event("e", "<standardLoopCharacteristics loopMaximum='3'/>", start("s", SIGNAL)),
            "bad-event-sub-process",
        ),
    ],
)
def test_an_event_sub_process_has_one_trigger_and_no_flow(content: str, code: str) -> None:
    assert code in codes_of(declared('<task id="a"/>' + content))


def test_two_event_sub_processes_do_not_catch_the_same_error() -> None:
    error = DEFINITIONS["error"]
    two = by_event("x", start("s", error)) + by_event("y", start("t", error))

    problem = problem_of(declared('<task id="a"/>' + two))

    assert (problem.code, problem.element) == ("duplicate-error", "t")
    assert "in the same scope" in problem.message


def test_an_event_sub_process_has_no_boundary() -> None:
    event = f'<boundaryEvent id="b" attachedToRef="e">{TIMER}</boundaryEvent>'
    xml = declared(
        '<task id="a"/><task id="z"/>'
        + by_event("e", start("s", SIGNAL))
        + event
        + flow("f", "b", "z")
    )

    assert codes_of(xml) == ["bad-attachment"]


# -- transactions and compensation ----------------------------------------------------------------


def test_a_transaction_is_a_sub_process() -> None:
    element = read_element(declared('<transaction id="e" method="##Compensate"/>'))

    assert type(element) is Transaction
    assert element.triggered_by_event is False


def compensated(handler: str = "undo", event: str = "c") -> str:
    return (
        '<startEvent id="s"/><task id="a"/>'
        f'<boundaryEvent id="{event}" attachedToRef="a"><compensateEventDefinition/>'
        f'</boundaryEvent><task id="{handler}" isForCompensation="true"/>' + flow("f", "s", "a")
    )


@pytest.mark.parametrize("ends", [("c", "undo"), ("undo", "c")])
def test_an_association_leads_from_a_compensation_event_to_its_handler(
    ends: tuple[str, str],
) -> None:
    association = f'<association sourceRef="{ends[0]}" targetRef="{ends[1]}"/>'

    read = read_one(declared(compensated() + association))

    event = read.elements["c"]
    assert isinstance(event, BoundaryEvent)
    assert event.handler == "undo"
    assert event.outgoing == ()
    assert read.elements["undo"].for_compensation is True  # type: ignore[attr-defined]


def test_a_handler_stands_in_the_scope_of_the_activity() -> None:
    inner = '<task id="q"/><task id="undo" isForCompensation="true"/>'
    elsewhere = f'<subProcess id="p">{inner}</subProcess>'
    content = compensated().replace('<task id="undo" isForCompensation="true"/>', elsewhere)
    xml = declared(content + '<association sourceRef="c" targetRef="undo"/>')

    assert codes_of(xml) == ["no-handler"]


def throw(activity: str = "", wait: str = "") -> str:
    definition = f"<compensateEventDefinition {activity} {wait}/>"
    return (
        f'<intermediateThrowEvent id="t">{definition}</intermediateThrowEvent>'
        '<association sourceRef="c" targetRef="undo"/>' + flow("g", "a", "t")
    )


def test_a_compensation_that_is_thrown_names_an_activity_of_its_scope_or_none() -> None:
    every = read_one(declared(compensated() + throw())).elements["t"]
    one = read_one(
        declared(compensated() + throw('activityRef="a"', 'waitForCompletion="false"'))
    ).elements["t"]

    assert isinstance(every, ThrowEvent)
    assert isinstance(one, ThrowEvent)
    assert every.definitions == (CompensateEventDefinition(None, wait=True),)
    assert one.definitions == (CompensateEventDefinition("a", wait=False),)


@pytest.mark.parametrize(
    ("activity", "says"),
    [("b", "no activity of this scope"), ("s", "no activity"), ("undo", "nothing compensates")],
)
def test_what_cannot_be_compensated_is_refused(activity: str, says: str) -> None:
    problem = problem_of(declared(compensated() + throw(f'activityRef="{activity}"')))

    assert problem.code == "bad-compensation"
    assert says in problem.message


def test_a_compensation_sub_process_undoes_activities_of_the_scope_that_it_is_for() -> None:
    undoing = by_event(
        "e",
        start("begin", "<compensateEventDefinition/>"),
        '<endEvent id="end"><compensateEventDefinition activityRef="a"/></endEvent>',
        flow("h", "begin", "end"),
    )
    association = '<association sourceRef="c" targetRef="undo"/>'
    whole = f'<subProcess id="whole">{compensated()}{association}{undoing}</subProcess>'

    assert codes_of(declared(whole)) == []


def test_who_catches_a_compensation_names_no_activity() -> None:
    content = compensated().replace(
        "<compensateEventDefinition/>", '<compensateEventDefinition activityRef="a"/>'
    )

    assert codes_of(declared(content + '<association sourceRef="c" targetRef="undo"/>')) == [
        "bad-compensation"
    ]


# -- ad-hoc ---------------------------------------------------------------------------------------


def test_an_ad_hoc_sub_process_says_how_it_is_done() -> None:
    inner = '<task id="a"/><task id="b"/><task id="c"/>' + flow("f", "a", "b")
    plain = read_element(declared(f'<adHocSubProcess id="e">{inner}</adHocSubProcess>'))
    full = read_one(
        declared(
            '<adHocSubProcess id="e" ordering="Sequential" cancelRemainingInstances="false" '
            f"p:beginWith=\"['a']\">{inner}<completionCondition>Done</completionCondition>"
            "</adHocSubProcess>"
        )
    )

    assert isinstance(plain, AdHocSubProcess)
    assert (plain.ordering, plain.cancel_remaining) == (AdHocOrdering.PARALLEL, True)
    assert (plain.completion_condition, plain.begin_with) == (None, None)
    element = full.elements["e"]
    assert isinstance(element, AdHocSubProcess)
    assert (element.ordering, element.cancel_remaining) == (AdHocOrdering.SEQUENTIAL, False)
    assert element.begin_with is not None
    assert element.begin_with.evaluate({}) == ["a"]
    assert element.completion_condition is not None
    assert element.completion_condition.evaluate({"Done": True}) is True
    assert full.starts["e"] == ("a", "c")


# -- gateways -------------------------------------------------------------------------------------


def test_a_complex_gateway_counts_tokens_and_its_flows_know_the_late_ones() -> None:
    gateway = (
        '<complexGateway id="e" default="no"><activationCondition>activationCount >= 2'
        '</activationCondition></complexGateway><task id="x"/><task id="y"/>'
    )
    condition = "waitingForStart and activationCount > 1"

    read = read_one(
        declared(
            gateway + flow("yes", "e", "x", condition.replace(">", "&gt;")) + flow("no", "e", "y")
        )
    )

    element = read.elements["e"]
    assert isinstance(element, ComplexGateway)
    assert element.activation_condition is not None
    assert element.activation_condition.evaluate({"activationCount": 2}) is True
    yes = read.flows["yes"].condition
    assert yes is not None
    assert yes.evaluate({"waitingForStart": True, "activationCount": 2}) is True


def test_no_other_flow_sees_the_counts_of_a_complex_gateway() -> None:
    gateway = '<exclusiveGateway id="e"/><task id="x"/>'

    assert codes_of(declared(gateway + flow("f", "e", "x", "activationCount > 1"))) == [
        "bad-expression"
    ]


def waiting(attributes: str = "", *more: str) -> str:
    begin = "" if "instantiate" in attributes else '<startEvent id="s"/>' + flow("b", "s", "e")
    gateway = f'<eventBasedGateway id="e" {attributes}/>'
    events = catch("c", MESSAGE) + catch("d", TIMER) + flow("f", "e", "c") + flow("g", "e", "d")
    return begin + gateway + events + "".join(more)


def test_an_event_based_gateway_waits_for_its_events() -> None:
    plain = read_element(declared(waiting()))
    parallel = read_element(declared(waiting('instantiate="true" eventGatewayType="Parallel"')))

    assert isinstance(plain, EventBasedGateway)
    assert (plain.instantiate, plain.type) == (False, EventGatewayType.EXCLUSIVE)
    assert isinstance(parallel, EventBasedGateway)
    assert (parallel.instantiate, parallel.type) == (True, EventGatewayType.PARALLEL)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (waiting('eventGatewayType="Parallel"'), "starts a process"),
        (waiting("", '<task id="t"/>', flow("h", "e", "t")), "a task; it may lead to"),
        (waiting("", '<task id="t"/>', flow("h", "t", "c")), "to which another flow leads"),
        (
            waiting("", '<receiveTask id="r" messageRef="paid"/>', flow("h", "e", "r")),
            "by receive tasks and by events",
        ),
    ],
)
def test_an_event_based_gateway_leads_to_events_of_its_own(content: str, says: str) -> None:
    problem = problem_of(declared(content))

    assert (problem.code, problem.element) == ("bad-event-gateway", "e")
    assert says in problem.message


def test_a_receive_task_after_a_gateway_has_no_boundary() -> None:
    task = '<receiveTask id="r" messageRef="paid"/>'
    event = f'<boundaryEvent id="b" attachedToRef="r">{TIMER}</boundaryEvent><task id="t"/>'
    gateway = '<startEvent id="s"/><eventBasedGateway id="e"/>' + flow("a", "s", "e")
    content = gateway + task + event + flow("f", "e", "r") + flow("g", "b", "t")

    assert "with an event on its boundary" in problem_of(declared(content)).message


def test_a_flow_out_of_an_event_based_gateway_has_no_condition() -> None:
    content = waiting().replace(flow("f", "e", "c"), flow("f", "e", "c", "Done"))

    assert codes_of(declared(content)) == ["condition-not-allowed"]
