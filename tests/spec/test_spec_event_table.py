"""Every event that BPMN allows, in every place: it is read, waited for or thrown, and works.

docs/bpmn-coverage.md is made of the same table; what is in neither is refused by the reader.
"""

from collections.abc import Callable, Mapping

import pytest

from procession.bpmn.events_allowed import (
    BOUNDARY,
    BOUNDARY_OF_TRANSACTION,
    EVENT_SUB_PROCESS,
    EVENTS_ALLOWED,
    LOOP,
    MULTIPLE,
    PARALLEL_MULTIPLE,
    PROCESS,
    SUB_PROCESS,
)
from tests.post import starts_of
from tests.spec.event_table import xml_of
from tests.unit.bpmn.notation import read_one
from tests.world import Run, World

CATCHING = [
    each for each in EVENTS_ALLOWED if each[0] in ("intermediateCatchEvent", "boundaryEvent")
]
EVENT_STARTS = [
    each
    for each in EVENTS_ALLOWED
    if each[0] == "startEvent" and each[2] not in (PROCESS, SUB_PROCESS)
]
PROCESS_STARTS = [each for each in EVENTS_ALLOWED if each[2] == PROCESS]
THROWING = [each for each in EVENTS_ALLOWED if each[0] in ("intermediateThrowEvent", "endEvent")]
LOOPING = [each for each in EVENTS_ALLOWED if each[2] == LOOP]


def named(cases: list[tuple[str, str, str]]) -> list[str]:
    return ["-".join(case).replace(" ", "_") for case in cases]


def run_of(case: tuple[str, str, str]) -> Run:
    """A run of the process of a case, in a world of its own."""
    process = read_one(xml_of(*case))
    world = World(process)
    run = Run(world, world.start("P", {"Amount": 0}))
    world.settle()
    return run


def by_message(run: Run) -> None:
    run.send("M")


def by_signal(run: Run) -> None:
    run.throw("S")


def by_both(run: Run) -> None:
    run.send("M")
    assert run.visits("after") == 0
    run.throw("S")


def by_time(run: Run) -> None:
    run.wait(3_600)


def by_value(run: Run) -> None:
    run.execute("set", Amount=11)


def from_within(run: Run) -> None:
    run.execute("go")
    run.world.settle()


def by_itself(run: Run) -> None:
    """A link has been followed by now."""


OCCUR: Mapping[str, Callable[[Run], None]] = {
    "message": by_message,
    "signal": by_signal,
    MULTIPLE: by_signal,
    PARALLEL_MULTIPLE: by_both,
    "timer": by_time,
    "conditional": by_value,
    **dict.fromkeys(("error", "escalation", "cancel", "compensate"), from_within),
    "link": by_itself,
}


@pytest.mark.parametrize("case", CATCHING + EVENT_STARTS, ids=named(CATCHING + EVENT_STARTS))
def test_what_is_caught_leads_on_and_ends_what_it_interrupts(case: tuple[str, str, str]) -> None:
    """BPMN 2.0.2 §13.5.3, §13.5.4, tables 10.86 to 10.93."""
    _, definition, place = case
    run = run_of(case)

    OCCUR[definition](run)

    assert "after" in run.alive
    interrupts = place in (BOUNDARY, BOUNDARY_OF_TRANSACTION, EVENT_SUB_PROCESS)
    ended_by_itself = definition in ("error", "escalation", "cancel", "compensate")
    if interrupts:
        assert "go" not in run.alive
    elif place != "flow" and not ended_by_itself:
        assert "go" in run.alive
    assert not run.incidents


@pytest.mark.parametrize("case", PROCESS_STARTS, ids=named(PROCESS_STARTS))
def test_a_process_begins_by_each_of_its_start_events(case: tuple[str, str, str]) -> None:
    """BPMN 2.0.2 clause 13.2, table 10.84."""
    process = read_one(xml_of(*case))
    world = World(process)

    if case[1] == "none":
        world.start("P", {})
    else:
        for start in starts_of(process):
            world.begin_by(process, start)
            if case[1] != PARALLEL_MULTIPLE:
                break
            world.throw("S")
            break

    assert "after" in Run(world, next(iter(world.runs))).alive


def test_a_sub_process_begins_by_its_none_start_event() -> None:
    """BPMN 2.0.2 §13.3.4, table 10.85."""
    assert run_of(("startEvent", "none", SUB_PROCESS)).alive == ["box", "after"]


def kept_message(run: Run) -> bool:
    return [sent.name for sent in run.world.kept] == ["M"]


def signal_thrown(run: Run) -> bool:
    return run.world.thrown == ["S"]


def both_thrown(run: Run) -> bool:
    return kept_message(run) and signal_thrown(run)


def seen_outside(run: Run) -> bool:
    return "seen" in run.alive


def undone(run: Run) -> bool:
    return run.visits("undone") == 1


EFFECTS: Mapping[str, Callable[[Run], bool]] = {
    "none": lambda run: run.visits("event") == 1,
    "message": kept_message,
    "signal": signal_thrown,
    MULTIPLE: both_thrown,
    **dict.fromkeys(("error", "escalation", "cancel"), seen_outside),
    "compensate": undone,
    "terminate": lambda run: run.alive == ["set"],
    "link": lambda run: run.visits("landed") == 1,
}


@pytest.mark.parametrize("case", THROWING, ids=named(THROWING))
def test_what_is_thrown_has_its_effect(case: tuple[str, str, str]) -> None:
    """BPMN 2.0.2 §13.5.5, §13.5.6, tables 10.88 and 10.89."""
    run = run_of(case)

    assert EFFECTS[case[1]](run)
    assert not run.incidents


@pytest.mark.parametrize("case", LOOPING, ids=named(LOOPING))
def test_a_multi_instance_activity_throws_as_its_instances_complete(
    case: tuple[str, str, str],
) -> None:
    """BPMN 2.0.2 §10.3.8.2, table 10.30: behavior None throws for each instance."""
    run = run_of(case)
    instance = max(each.id for each in run.instance.elements.values() if each.element == "box")

    run.execute_number(instance)
    run.world.settle()

    assert EFFECTS[case[1]](run)
