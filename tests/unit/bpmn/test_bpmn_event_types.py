"""Every event type with every definition, in every place: what is read, and what is refused."""

import pytest

from procession.bpmn.events_allowed import (
    ALLOWED,
    BOUNDARY,
    BOUNDARY_BESIDE,
    BOUNDARY_OF_TRANSACTION,
    EVENT_SUB_PROCESS,
    EVENT_SUB_PROCESS_BESIDE,
    EVENTS_ALLOWED,
    FLOW,
    LOOP,
    MULTIPLE,
    NONE,
    PARALLEL_MULTIPLE,
    PROCESS,
    TRANSACTION,
)
from procession.core.model import (
    BoundaryEvent,
    CancelEventDefinition,
    CatchEvent,
    CompensateEventDefinition,
    ConditionalEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MessageEventDefinition,
    SignalEventDefinition,
    StartEvent,
    TerminateEventDefinition,
    ThrowEvent,
    TimerEventDefinition,
)
from tests.unit.bpmn.declarations import DEFINITIONS, LOOP_EVENTS, declared, event_at
from tests.unit.bpmn.notation import codes_of, flow, problem_of, problems_of, read_one

MODELS = {
    "message": MessageEventDefinition,
    "timer": TimerEventDefinition,
    "conditional": ConditionalEventDefinition,
    "signal": SignalEventDefinition,
    "error": ErrorEventDefinition,
    "escalation": EscalationEventDefinition,
    "compensate": CompensateEventDefinition,
    "cancel": CancelEventDefinition,
    "terminate": TerminateEventDefinition,
}
IN_FLOWS = [row for row in EVENTS_ALLOWED if row[2] != LOOP]
EVERY = {*DEFINITIONS, MULTIPLE, PARALLEL_MULTIPLE}
# Those that the table has elsewhere in the same spot: a cancel stands where any end event may.
SAME_SPOT = {
    ("endEvent", TRANSACTION): FLOW,
    ("boundaryEvent", BOUNDARY_OF_TRANSACTION): BOUNDARY,
}
REFUSED = [
    (element, definition, place)
    for (element, place), allowed in ALLOWED.items()
    if place != LOOP
    for definition in sorted(EVERY)
    if definition not in allowed
    and definition not in ALLOWED.get((element, SAME_SPOT.get((element, place), "")), ())
    # An event that throws has no such attribute.
    and not (definition == PARALLEL_MULTIPLE and element in ("endEvent", "intermediateThrowEvent"))
]


@pytest.mark.parametrize(("element", "definition", "place"), IN_FLOWS)
def test_an_event_that_the_table_has_is_read(element: str, definition: str, place: str) -> None:
    event = read_one(declared(event_at(element, definition, place))).elements["e"]

    assert isinstance(event, CatchEvent | ThrowEvent)
    if definition in MODELS:
        (only,) = event.definitions
        assert type(only) is MODELS[definition]
    elif definition in (NONE, "link"):
        assert event.definitions == ()
    else:
        assert len(event.definitions) == 2
    if isinstance(event, CatchEvent):
        assert event.parallel is (definition == PARALLEL_MULTIPLE)
    if isinstance(event, StartEvent | BoundaryEvent):
        assert event.interrupting is (place not in (EVENT_SUB_PROCESS_BESIDE, BOUNDARY_BESIDE))


@pytest.mark.parametrize(("element", "definition", "place"), REFUSED)
def test_an_event_that_the_table_does_not_have_is_refused(
    element: str, definition: str, place: str
) -> None:
    codes = codes_of(declared(event_at(element, definition, place)))

    assert {
        *("definition-not-allowed", "no-definition", "non-interrupting-error", "no-trigger"),
    } & {*codes}


def test_a_refusal_says_the_place_the_clause_and_what_is_allowed() -> None:
    problem = problem_of(declared(event_at("startEvent", "error", PROCESS)))

    assert problem.code == "definition-not-allowed"
    assert problem.message == (
        "a startEvent with error cannot stand here (process; clause 10.5.2); allowed are "
        "conditional, message, multiple, none, parallelMultiple, signal, timer"
    )


def test_of_several_definitions_each_must_be_allowed() -> None:
    both = DEFINITIONS["timer"] + DEFINITIONS["compensate"]
    xml = declared(f'<startEvent id="e">{both}</startEvent>')
    beside = declared(
        event_at("boundaryEvent", "error", BOUNDARY_BESIDE).replace(
            "<error", DEFINITIONS["timer"] + "<error"
        )
    )

    assert codes_of(xml) == ["definition-not-allowed"]
    assert codes_of(beside) == ["definition-not-allowed"]


def test_an_event_that_waits_for_all_of_several_awaits_no_error() -> None:
    both = DEFINITIONS["error"] + DEFINITIONS["timer"]
    event = event_at("boundaryEvent", "timer", BOUNDARY).replace(DEFINITIONS["timer"], both)

    assert codes_of(declared(event)) == []
    assert codes_of(declared(event.replace('"host" ', '"host" parallelMultiple="true"'))) == [
        "definition-not-allowed"
    ]


def test_an_event_throws_one_of_error_cancel_and_terminate() -> None:
    both = DEFINITIONS["error"] + DEFINITIONS["terminate"]

    assert codes_of(declared(f'<endEvent id="e">{both}</endEvent>')) == ["many-definitions"]


@pytest.mark.parametrize("definition", ALLOWED["implicitThrowEvent", LOOP])
def test_a_loop_may_throw_an_event_of_the_root(definition: str) -> None:
    xml = declared(event_at("implicitThrowEvent", definition, LOOP), LOOP_EVENTS)

    assert problems_of(xml) == []


def test_a_loop_throws_no_error() -> None:
    xml = declared(event_at("implicitThrowEvent", "error", LOOP), LOOP_EVENTS)

    assert codes_of(xml) == ["definition-not-allowed"]


# -- by reference ---------------------------------------------------------------------------------


def test_an_event_may_refer_to_a_definition_of_the_root() -> None:
    xml = declared(
        '<endEvent id="e"><eventDefinitionRef>tns:d</eventDefinitionRef></endEvent>',
        '<signalEventDefinition id="d" signalRef="closed"/>',
    )

    event = read_one(xml).elements["e"]

    assert isinstance(event, ThrowEvent)
    assert event.definitions == (SignalEventDefinition("Shop closed"),)


def test_a_problem_in_a_definition_of_the_root_is_that_of_the_event_that_uses_it() -> None:
    xml = declared(
        '<endEvent id="e"><eventDefinitionRef>d</eventDefinitionRef></endEvent>',
        '<signalEventDefinition id="d"/>',
    )

    assert [(each.code, each.element) for each in problems_of(xml)] == [("no-signal", "e")]


# -- what the definitions say ---------------------------------------------------------------------


def test_a_message_and_a_signal_go_by_their_name_else_by_their_id() -> None:
    xml = declared(
        '<startEvent id="a"><messageEventDefinition messageRef="paid"/></startEvent>'
        '<startEvent id="b"><messageEventDefinition messageRef="ordered"/></startEvent>'
    )

    read = read_one(xml)

    assert [each.definitions[0].message for each in read.elements.values()] == [  # type: ignore[attr-defined]
        "Invoice paid",
        "ordered",
    ]


def test_a_message_may_be_named_by_an_operation() -> None:
    def event(operation: str) -> bytes:
        definition = f"<messageEventDefinition><operationRef>{operation}</operationRef>"
        return declared(f'<endEvent id="e">{definition}</messageEventDefinition></endEvent>')

    thrown = read_one(event("pay")).elements["e"]

    assert isinstance(thrown, ThrowEvent)
    assert thrown.definitions == (MessageEventDefinition("Invoice paid"),)
    assert codes_of(event("ask")) == ["no-message"]
    assert codes_of(event("play")) == ["unknown-operation"]


def test_an_escalation_without_a_code_catches_all_of_them() -> None:
    event = event_at("boundaryEvent", "escalation", BOUNDARY)

    caught = read_one(declared(event.replace('escalationRef="late"', ""))).elements["e"]

    assert isinstance(caught, BoundaryEvent)
    assert caught.definitions == (EscalationEventDefinition(None),)


def test_a_condition_that_is_caught_is_compiled_as_a_condition() -> None:
    event = event_at("intermediateCatchEvent", "conditional", FLOW)

    caught = read_one(declared(event.replace("1 &gt; 2", "Amount > 5"))).elements["e"]

    assert isinstance(caught, IntermediateCatchEvent)
    (definition,) = caught.definitions
    assert isinstance(definition, ConditionalEventDefinition)
    assert definition.condition.evaluate({"Amount": 6}) is True
    assert codes_of(declared(event.replace("1 &gt; 2", " "))) == ["no-condition"]


def test_a_condition_that_starts_a_process_is_over_values_for_its_parameters() -> None:
    event = event_at("startEvent", "conditional", PROCESS)

    assert codes_of(declared(event.replace("1 &gt; 2", "Amount > 5"))) == []
    assert codes_of(declared(event.replace("1 &gt; 2", "Unknown > 5"))) == ["bad-expression"]


def test_what_triggers_an_event_sub_process_names_what_the_scope_around_sees() -> None:
    event = event_at("startEvent", "conditional", EVENT_SUB_PROCESS)
    inner = '<property id="own"/>'

    assert codes_of(declared(event.replace("1 &gt; 2", "Amount > 5"))) == []
    assert codes_of(
        declared(event.replace("1 &gt; 2", "own").replace("<startEvent", f"{inner}<startEvent"))
    ) == ["bad-expression"]


def test_a_cycle_may_start_a_process_but_not_stand_in_a_flow() -> None:
    cycle = "<timeCycle>R/PT1H</timeCycle>"
    start, catch = (
        event.replace("<timeDuration>PT5M</timeDuration>", cycle)
        for event in (
            event_at("startEvent", "timer", PROCESS),
            event_at("intermediateCatchEvent", "timer", FLOW),
        )
    )

    assert codes_of(declared(start)) == []
    assert codes_of(declared(catch)) == ["cycle-not-allowed"]


# -- what is carried ------------------------------------------------------------------------------


def carrying(kind: str, inner: str) -> str:
    start, _, _ = DEFINITIONS[kind].partition("/>")
    name = start[1:].partition(" ")[0]
    return f"{start}><extensionElements>{inner}</extensionElements></{name}>"


@pytest.mark.parametrize("kind", ["message", "signal", "error", "escalation"])
def test_a_thrown_event_carries_values_by_name(kind: str) -> None:
    payload = '<p:payload name="total" expression="Amount + 1"/>'

    event = read_one(declared(f'<endEvent id="e">{carrying(kind, payload)}</endEvent>')).elements[
        "e"
    ]

    assert isinstance(event, ThrowEvent)
    given = event.definitions[0].payload["total"]  # type: ignore[union-attr]
    assert given.evaluate({"Amount": 1}) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["message", "signal", "error", "escalation"])
def test_what_a_caught_event_carries_goes_into_variables(kind: str) -> None:
    output = carrying(kind, '<p:output source="total" target="Score"/>')
    event = event_at("boundaryEvent", kind, BOUNDARY).replace(DEFINITIONS[kind], output)

    caught = read_one(declared(event)).elements["e"]

    assert isinstance(caught, BoundaryEvent)
    (output_read,) = caught.definitions[0].outputs  # type: ignore[union-attr]
    assert (output_read.source, output_read.target) == ("total", "Score")


def test_who_throws_takes_nothing_and_who_catches_carries_nothing() -> None:
    thrown = carrying("signal", '<p:output source="a" target="Score"/>')
    caught = carrying("signal", '<p:payload name="a" expression="1"/>')

    assert codes_of(declared(f'<endEvent id="e">{thrown}</endEvent>')) == ["misplaced-extension"]
    assert codes_of(declared(f'<startEvent id="e">{caught}</startEvent>')) == [
        "misplaced-extension"
    ]


def test_a_value_is_carried_once_by_each_name() -> None:
    twice = carrying("signal", '<p:payload name="a" expression="1"/>' * 2)

    assert codes_of(declared(f'<endEvent id="e">{twice}</endEvent>')) == ["duplicate-input"]


def test_two_events_on_one_activity_catch_different_errors_and_escalations() -> None:
    event = event_at("boundaryEvent", "escalation", BOUNDARY)
    second = event.partition("<boundaryEvent")[2].partition("<task")[0].replace('"e"', '"e2"')
    after = '<task id="after2"/>' + flow("f2", "e2", "after2")

    problem = problem_of(declared(f"{event}<boundaryEvent{second}{after}"))

    assert (problem.code, problem.element) == ("duplicate-catch", "e2")
    assert problem.message.startswith("'e' on the same activity catches the escalation 'late'")


def test_a_link_that_is_caught_has_become_a_flow() -> None:
    read = read_one(declared(event_at("intermediateCatchEvent", "link", FLOW)))

    assert isinstance(read.elements["e"], IntermediateThrowEvent)
    assert read.flows["o/e"].target == "e"
