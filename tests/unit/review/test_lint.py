"""What a modeler is told about a drawing that runs."""

import pytest

from procession.core.model import Process
from procession.review import RULES, check_drawing
from tests.building import build, catch, message, on, timer

CASES = {
    "no-label": ("start → user a → end", "a"),
    "no-condition": ("start → xor x →[N > 1] end; x → end_two; x →[else] end", "x"),
    "no-default": ("start → xor x →[N > 1] end; x →[N < 0] end_two", "x"),
    "join-and-split": ("start → and s → xor x →[N > 1] end; s → x; x →[else] end", "x"),
    "superfluous-gateway": ("start → and g → end", "g"),
    "implicit-split": ("start → task a → end; a → end_two", "a"),
    "implicit-end": ("start → and s → task a; s → end", "a"),
    "no-start-event": ("task a → end", "P"),
    "no-end-event": ("start → task a", "P"),
}


def found(process: Process) -> set[tuple[str, str]]:
    return {(each.code, each.element) for each in check_drawing(process)}


@pytest.mark.parametrize(("code", "case"), CASES.items(), ids=CASES.keys())
def test_each_rule_finds_its_case(code: str, case: tuple[str, str]) -> None:
    drawing, element = case

    assert (code, element) in found(build(drawing))


def test_every_rule_has_a_case() -> None:
    assert RULES.keys() <= CASES.keys()


def test_a_clean_drawing_needs_names_only() -> None:
    process = build("start → xor x →[N > 1] task a → xor y → end; x →[else] task b → y")

    assert found(process) == {("no-label", "x"), ("no-label", "a"), ("no-label", "b")}


def test_what_stands_aside_needs_no_way_out() -> None:
    process = build(
        "start → user work → end; event-sub undo; undo: start_u → end_u; boundary late → end_l",
        start_u=catch(message("Undo")),
        late=on("work", timer("P1D")),
    )

    assert {code for code, _ in found(process)} == {"no-label"}


def test_a_boundary_event_that_leads_nowhere_is_an_implicit_end() -> None:
    process = build("start → user work → end; boundary late", late=on("work", timer("P1D")))

    assert ("implicit-end", "late") in found(process)
