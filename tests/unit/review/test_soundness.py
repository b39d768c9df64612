"""Whether every instance can end, and by which elements it comes to what cannot."""

from typing import Any

import pytest

from procession.review import Finding, check_soundness
from tests.building import build, catch, error, having, message, on, receive, signal, throw, timer


def codes(drawing: str, **details: Any) -> list[str]:
    return [each.code for each in check_soundness(build(drawing, **details))]


def only(drawing: str, **details: Any) -> Finding:
    (found,) = check_soundness(build(drawing, **details))
    return found


SOUND = {
    "a sequence": "start → user a → end",
    "a choice": "start → xor x →[N > 1] task a → xor y → end; x →[else] task b → y",
    "parallel paths": "start → and s → task a → and j → end; s → task b → j",
    "an inclusive block": "start → or s →[N > 1] task a → or j → end; s →[else] task b → j",
    "a loop": "start → task a → xor x →[N > 1] task b → a; x →[else] end",
    "a loop through a gateway": "start → xor m → task a → xor x →[N > 1] m; x →[else] end",
    "ends of their own": "start → and s → task a → end; s → task b → end",
    "a terminate end": "start → and s → task a → stop; s → task b → and j; s → task c → j; j → end",
    "an inclusive join behind a parallel split": (
        "start → and s → task a → or j → end; s → task b → xor x →[N > 1] j; x →[else] end_two"
    ),
    "nested blocks": (
        "start → and s → xor x →[N > 1] task a → xor y → and j → end; x →[else] task b → y;"
        "s → and t → task c → and u → j; t → task d → u"
    ),
    "an implicit split into ends": "start → task a →[N > 1] end; a →[N > 2] end_two",
    "nothing to do": "task a",
}


@pytest.mark.parametrize("drawing", SOUND.values(), ids=SOUND.keys())
def test_what_is_sound_raises_no_alarm(drawing: str) -> None:
    assert codes(drawing) == []


def test_a_join_that_may_starve_is_shown_with_the_way_to_it() -> None:
    found = check_soundness(
        build("start → xor x →[N > 1] user a → and j → end; x →[else] user b → j")
    )

    assert (found[0].code, found[0].element) == ("starving-join", "j")
    assert found[0].path == ("start", "x", "a")
    assert "b→j" in found[0].message
    assert {each.element for each in found if each.code == "never-reached"} == {"j", "end"}


def test_tokens_that_meet_are_shown_where_they_do() -> None:
    found = only("start → and s → user a → task c → end; s → user b → c")

    assert (found.code, found.element) == ("tokens-meet", "c")
    assert found.path[:2] == ("start", "s")


def test_a_loop_without_a_way_out_cannot_end() -> None:
    assert only("start → user a → user b → a").code == "cannot-end"


def test_an_element_that_no_way_leads_to_is_never_reached() -> None:
    """Where there is a start event, an element without a flow into it does not begin by itself."""
    found = only("start → user a → end; user b → end")

    assert (found.code, found.element) == ("never-reached", "b")


def test_an_interrupting_boundary_event_is_a_choice_and_another_is_a_token_more() -> None:
    drawing = "start → user work → and j → end; boundary late → j"

    assert "starving-join" in codes(drawing, late=on("work", timer("P1D")))
    assert codes(drawing, late=on("work", timer("P1D"), interrupting=False)) == ["starving-join"]


def test_a_reminder_with_an_end_of_its_own_is_sound() -> None:
    drawing = "start → user work → end; boundary late → task remind → end_two"

    assert codes(drawing, late=on("work", timer("P1D"), interrupting=False)) == []


def test_a_sub_process_is_searched_by_itself() -> None:
    found = check_soundness(
        build("start → sub box → end; box: start_b → xor x →[N > 1] and j → end_b; x →[else] j")
    )

    assert found[0].element == "j"
    inner = "box: start_b → and s → task a → end_b; box: s → end_c"
    assert codes(f"start → sub box → end; {inner}") == []


def test_an_event_based_gateway_chooses() -> None:
    drawing = "start → event e → catch a → and j → end; e → catch b → j"
    details = {"a": catch(message("A")), "b": catch(signal("B"))}

    assert "starving-join" in codes(drawing, **details)


def test_each_way_to_start_is_searched() -> None:
    drawing = "start → and j → end; start_two → j"

    assert codes(drawing, start_two=catch(message("Go")))[:1] == ["starving-join"]
    assert codes("receive first → end", first=receive(message("Go"), instantiate=True)) == []


def test_an_error_end_event_ends_its_scope() -> None:
    """The token that waits at the join is gone with all the others."""
    drawing = (
        "start → sub box → end; box: start_b → and s → xor x →[N > 1] and j → end_b;"
        "box: s → task a → end_x; box: x →[else] end_b; box: s → j"
    )

    assert "starving-join" in codes(drawing)
    assert codes(drawing, end_x=throw(error("E"))) == []


def test_what_stands_aside_is_not_called_unreachable() -> None:
    drawing = (
        "start → sub box → end; box: start_b → user a → end_b; box: event-sub undo;"
        "undo: start_u → user fix → end_u"
    )

    assert codes(drawing, box=having("X: Integer"), start_u=catch(message("Undo"))) == []


def test_a_net_that_is_too_large_is_not_decided() -> None:
    """Not all ways of a very wide split are tried, and that is said."""
    ways = ";".join(f"s →[N > {number}] task t{number} → or j" for number in range(9))

    assert codes(f"start → or s; {ways}; j → end") == ["not-decided"]


def test_ten_thousand_elements_are_looked_at_in_one_pass() -> None:
    chain = " → ".join(f"task t{number}" for number in range(10_000))

    assert codes(f"start → {chain} → end") == []
