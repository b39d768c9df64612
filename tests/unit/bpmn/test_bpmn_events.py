"""Events: timers, errors, boundaries, links; what each becomes, and why one is refused."""

import pytest

from procession.core.model import (
    BoundaryEvent,
    EndEvent,
    ErrorEventDefinition,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    TimerEventDefinition,
    TimerKind,
)
from procession.core.values import Value
from tests.unit.bpmn.notation import (
    boundary,
    caught,
    codes_of,
    definitions,
    flow,
    problem_of,
    problems_of,
    process,
    read_element,
    read_one,
    timer,
)

HOST = '<startEvent id="start"/><userTask id="host"/>' + flow("f", "start", "host")
ANY = "<errorEventDefinition/>"
NAMED = '<errorEventDefinition errorRef="E"/>'
FORMAL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="tFormalExpression"'
DUE = '<p:parameter code="Due" type="DateTime"/><p:parameter code="Wait" type="Text"/>'


def with_error(
    content: str, error: str = '<error id="E" name="Sold out" errorCode="sold"/>'
) -> bytes:
    return definitions(f'{error}<process id="P">{content}</process>')


def definition(xml: bytes, event: str = "e") -> TimerEventDefinition:
    found = read_one(xml).elements[event]
    assert isinstance(found, IntermediateCatchEvent | BoundaryEvent)
    (timer,) = found.definitions
    assert isinstance(timer, TimerEventDefinition)
    return timer


def when(xml: bytes, **values: Value) -> Value:
    return definition(xml).when.evaluate(values)


# -- timers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("timeDate", "2026-01-31T13:45:00Z", TimerKind.DATE),
        ("timeDate", "2026-01-31", TimerKind.DATE),
        ("timeDuration", "PT5M", TimerKind.DURATION),
        ("timeDuration", "P1Y2M3DT4H5M6.5S", TimerKind.DURATION),
    ],
)
@pytest.mark.parametrize("attributes", ["", FORMAL])
def test_a_text_of_iso_8601_is_a_constant_whatever_type_it_has(
    kind: str, text: str, read: TimerKind, attributes: str
) -> None:
    time = f"<{kind} {attributes}> {text}\n</{kind}>"
    xml = process(caught(f"<timerEventDefinition>{time}</timerEventDefinition>"))

    assert definition(xml).kind is read
    assert when(xml) == text


def test_another_text_is_an_expression_over_the_parameters() -> None:
    assert when(process(caught(timer("Wait")), DUE), Wait="PT5M") == "PT5M"
    assert when(process(caught(timer("'PT' + Wait + 'H'")), DUE), Wait="2") == "PT2H"
    assert when(process(caught(timer("Due", "timeDate")), DUE), Due="2026-01-31") == "2026-01-31"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("5 minutes", "timeDuration: '5 minutes' is not a duration; write it as P1DT12H or PT5M"),
        ("PT5X", "nor is it an expression: nothing is named 'PT5X'"),
        ("Wiat", "nothing is named 'Wiat'; did you mean Wait?"),
        ("'five'", "timeDuration: 'five' is not a duration"),
        ("5", "a duration must be a text such as PT5M, not 5"),
        ("R/PT5M", "'R/PT5M' is not a duration"),
        ("", "timeDuration: '' is not a duration"),
    ],
)
def test_a_timer_that_is_wrong_is_found_when_the_file_is_read(text: str, says: str) -> None:
    problem = problem_of(process(caught(timer(text)), DUE))

    assert (problem.code, problem.element) == ("bad-timer", "e")
    assert says.lower() in problem.message.lower()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDate", "2026-13-31"),
        ("timeDate", "PT5M"),
        ("timeCycle", "PT5M"),
        ("timeCycle", "R0/PT5M"),
    ],
)
def test_each_timer_has_a_form_of_its_own(kind: str, text: str) -> None:
    assert codes_of(process(HOST + boundary(timer(text, kind)))) == ["bad-timer"]


def test_a_problem_in_a_timer_is_its_events_and_stands_in_its_line() -> None:
    event = (
        '<boundaryEvent id="b" name="Late" attachedToRef="host"><timerEventDefinition id="d">\n'
        "<timeDuration>never</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    xml = process(HOST + event + '<task id="t"/>' + flow("g", "b", "t"))

    problem = problem_of(xml)

    assert (problem.element, problem.name) == ("b", "Late")
    assert problem.line == xml[: xml.index(b"<timeDuration")].count(b"\n") + 1


@pytest.mark.parametrize(
    "times",
    [
        "",
        "<timeDate>2026-01-31</timeDate><timeDuration>PT5M</timeDuration>",
        "<timeDuration>PT5M</timeDuration><timeDuration>PT5M</timeDuration>",
    ],
)
def test_a_timer_has_one_of_its_three_children(times: str) -> None:
    xml = process(caught(f"<timerEventDefinition>{times}</timerEventDefinition>"))

    assert codes_of(xml) == ["no-timer"]


def test_a_timers_language_must_be_known_unless_the_text_is_a_constant() -> None:
    unknown, constant = (
        timer(text).replace("<timeDuration", '<timeDuration language="urn:feel"')
        for text in ("Wait", "PT5M")
    )

    assert codes_of(process(caught(unknown), DUE)) == ["unknown-language"]
    assert codes_of(process(caught(constant))) == []


def test_a_timer_in_a_file_of_an_unknown_language_is_no_second_problem() -> None:
    xml = definitions(
        f'<process id="P">{caught(timer("Wait"))}</process>', 'expressionLanguage="urn:feel"'
    )

    assert codes_of(xml) == ["unknown-language"]


def test_a_cycle_is_for_boundary_events() -> None:
    cycle = timer("R3/PT10M", "timeCycle")

    assert codes_of(process(caught(cycle))) == ["cycle-not-allowed"]
    assert definition(process(HOST + boundary(cycle)), "b").kind is TimerKind.CYCLE


# -- boundary events ------------------------------------------------------------------------------


def test_a_boundary_event_interrupts_unless_the_file_says_otherwise() -> None:
    later = boundary(timer("PT5M"), 'cancelActivity="false"', id="c")

    read = read_one(process(HOST + boundary(timer("PT1H")) + later))

    deadline, reminder = read.boundaries["host"]
    assert (deadline.id, deadline.attached_to, deadline.interrupting) == ("b", "host", True)
    assert (reminder.id, reminder.interrupting) == ("c", False)


def test_a_boundary_event_does_not_begin_with_its_scope() -> None:
    read = read_one(process('<userTask id="host"/>' + boundary(timer("PT5M"))))

    assert read.starts[""] == ("host",)


def test_the_activity_may_be_named_with_a_prefix() -> None:
    xml = process(HOST + boundary(timer("PT5M")))

    assert problems_of(xml.replace(b'attachedToRef="host"', b'attachedToRef=" x:host "')) == []


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("", "is not there"),
        ("hots", "which is not in this process. Did you mean 'host'?"),
        ("start", "a startEvent; only activities"),
        ("inner", "stands in another sub-process"),
        ("f", "which is not in this process"),
    ],
)
def test_a_boundary_event_stands_on_an_activity_of_its_scope(host: str, says: str) -> None:
    inner = '<subProcess id="sub"><userTask id="inner"/></subProcess>'
    event = boundary(timer("PT5M")).replace('attachedToRef="host"', f'attachedToRef="{host}"')

    problem = problem_of(process(HOST + inner + event))

    assert (problem.code, problem.element) == ("bad-attachment", "b")
    assert says in problem.message


def test_a_flow_out_of_an_event_has_no_condition() -> None:
    conditional = flow("g", "b", "t", "Done")
    xml = process(HOST + boundary(timer("PT5M")) + '<task id="t"/>' + conditional)

    assert codes_of(xml) == ["condition-not-allowed"]


def test_an_intermediate_event_needs_a_flow_that_leads_to_it_wherever_it_stands() -> None:
    event = f'<intermediateCatchEvent id="e">{timer("PT5M")}</intermediateCatchEvent>'

    assert codes_of(process('<task id="a"/>' + event)) == ["no-flow-into-event"]
    assert codes_of(process('<startEvent id="a"/>' + event)) == ["no-flow-into-event"]


def test_an_intermediate_throw_event_may_have_no_definition() -> None:
    event = '<task id="a"/><intermediateThrowEvent id="e"/>' + flow("f", "a", "e")

    assert isinstance(read_element(process(event)), IntermediateThrowEvent)


# -- errors ---------------------------------------------------------------------------------------


def test_an_error_is_caught_by_its_code_and_without_one_every_error_is() -> None:
    xml = with_error(HOST + boundary(NAMED) + boundary(ANY, id="c"))

    named, every = read_one(xml).boundaries["host"]

    assert named.definitions == (ErrorEventDefinition("sold"),)
    assert every.definitions == (ErrorEventDefinition(None),)


def test_an_error_without_a_code_is_caught_as_any() -> None:
    (event,) = read_one(with_error(HOST + boundary(NAMED), '<error id="E"/>')).boundaries["host"]

    assert event.definitions == (ErrorEventDefinition(None),)


@pytest.mark.parametrize("references", [("", ""), ("E", "E"), ("E", "F")])
def test_an_error_is_caught_once_on_an_activity(references: tuple[str, str]) -> None:
    first, second = (f'<errorEventDefinition errorRef="{each}"/>' for each in references)
    errors = '<error id="E" errorCode="sold"/><error id="F" errorCode="sold"/>'

    problem = problem_of(with_error(HOST + boundary(first) + boundary(second, id="c"), errors))

    assert (problem.code, problem.element) == ("duplicate-error", "c")
    assert "'b' on the same activity catches" in problem.message


def test_the_same_error_may_be_caught_on_two_activities() -> None:
    other = boundary(ANY, id="c").replace("host", "other")

    assert problems_of(process(f'{HOST}<userTask id="other"/>{boundary(ANY)}{other}')) == []


def test_an_error_end_event_throws_a_code() -> None:
    end = read_element(with_error(f'<endEvent id="e">{NAMED}</endEvent>'))

    assert isinstance(end, EndEvent)
    assert end.definitions == (ErrorEventDefinition("sold"),)


@pytest.mark.parametrize(
    ("reference", "error", "code"),
    [
        ("", "", "no-error-code"),
        ('errorRef="E"', '<error id="E"/>', "no-error-code"),
        ('errorRef="E"', '<error id="E" errorCode=" "/>', "no-error-code"),
        ('errorRef="E"', '<error id="F" errorCode="sold"/>', "unknown-error"),
        ('errorRef="P"', '<error errorCode="sold"/>', "unknown-error"),
    ],
)
def test_an_error_end_event_without_a_code_is_refused(
    reference: str, error: str, code: str
) -> None:
    end = f'<endEvent id="e"><errorEventDefinition id="d" {reference}/></endEvent>'

    problem = problem_of(with_error(end, error))

    assert (problem.code, problem.element) == (code, "e")
