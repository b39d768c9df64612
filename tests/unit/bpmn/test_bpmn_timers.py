"""What stands in a timer: ISO 8601, cron or an expression; and by which clocks it goes."""

import pytest

from procession.core.model import BoundaryEvent, IntermediateCatchEvent, TimerEventDefinition
from tests.unit.bpmn.notation import (
    boundary,
    caught,
    problem_of,
    process,
    read_element,
    read_one,
    timer,
)

BERLIN = 'p:timeZone="Europe/Berlin"'
HOST = '<startEvent id="start"/><userTask id="host"/>'


def zoned(text: str, attributes: str, kind: str = "timeDate") -> str:
    return timer(text, kind).replace(
        "<timerEventDefinition>", f"<timerEventDefinition {attributes}>"
    )


def timer_of(event: object) -> TimerEventDefinition:
    """The only definition of an event."""
    assert isinstance(event, IntermediateCatchEvent | BoundaryEvent)
    (definition,) = event.definitions
    assert isinstance(definition, TimerEventDefinition)
    return definition


def cycle(text: str) -> bytes:
    return process(HOST + boundary(timer(text, "timeCycle"), 'cancelActivity="false"', id="e"))


@pytest.mark.parametrize(
    "text",
    [
        *("R3/PT10M", "R/PT1H", "R3/2026-01-31T08:00/P1D", "R3/PT10M/2026-03-01T08:00"),
        *("R3/2026-01-31T08:00/2026-01-31T09:00", "0 9 * * *", "0 0 9-17 * * MON-FRI", "@daily"),
        *("0 0 12 ? * FRI#2", "0 0 L-3 * ?", "0 0 15W * ?", "0 0/5 * * * ?"),
    ],
)
def test_a_cycle_is_a_constant(text: str) -> None:
    when = timer_of(read_element(cycle(text))).when

    assert (when.evaluate({}), when.text) == (text, text)


def test_a_cycle_may_be_an_expression_that_gives_a_pattern() -> None:
    when = timer_of(read_element(cycle("'0 9 * * ' + Name"))).when

    assert when.evaluate({"Name": "MON"}) == "0 9 * * MON"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 0 30 2 *", "the cron pattern '0 0 30 2 *' never comes true"),
        ("0 25 * * *", "the hour '25' is not known; write 0 to 23"),
        ("R3/PT10M/soon", "'soon' is not a moment"),
        ("R/PT1H/2020-01-01", "is over since"),
        ("'@' + 'never'", "'@never' is not a cron pattern"),
    ],
)
def test_a_wrong_cycle_is_refused_when_the_file_is_read(text: str, says: str) -> None:
    problem = problem_of(cycle(text))

    assert problem.code == "bad-timer"
    assert says in problem.message


@pytest.mark.parametrize(
    ("on_process", "on_timer", "zone"),
    [
        ("", "", "UTC"),
        (BERLIN, "", "Europe/Berlin"),
        ("", BERLIN, "Europe/Berlin"),
        (BERLIN, 'p:timeZone="Asia/Kathmandu"', "Asia/Kathmandu"),
        (BERLIN, 'p:timeZone=" "', "Europe/Berlin"),
    ],
)
def test_a_timer_goes_by_the_clocks_of_its_own_zone_or_of_its_processs(
    on_process: str, on_timer: str, zone: str
) -> None:
    content = caught(zoned("2026-03-01T08:00", on_timer))
    read = read_one(process(content, attributes=f'id="P" {on_process}'))

    assert timer_of(read.elements["e"]).zone == zone


def test_a_timer_in_a_sub_process_goes_by_the_clocks_of_the_process() -> None:
    content = f'<subProcess id="s">{caught(timer("PT5M"))}</subProcess>'
    read = read_one(process(content, attributes=f'id="P" {BERLIN}'))

    assert timer_of(read.elements["e"]).zone == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Berlin", "Europe/Nowhere", "../UTC", "europe/berlin x"])
def test_a_zone_that_is_not_known_is_refused(name: str) -> None:
    problem = problem_of(process(caught(zoned("PT5M", f'p:timeZone="{name}"', "timeDuration"))))

    assert problem.code == "unknown-time-zone"
    assert f"timeZone is not known: '{name}' is not a time zone" in problem.message


def test_a_zone_on_another_element_is_refused() -> None:
    problem = problem_of(process(f'<task id="e" {BERLIN}/>'))

    assert problem.code == "misplaced-attribute"
