"""What a review finds is told as a file is checked or deployed, unless the file silences it."""

import pytest

from procession.bpmn import File, read_file
from procession.expressions import LANGUAGES, SCRIPTS
from procession.reviewing import AS_CHECKED, AS_DEPLOYED, Review, warnings_of
from tests.unit.bpmn.notation import definitions, flow

STARVING = (
    '<startEvent id="s"/><exclusiveGateway id="x" name="Which?" {at_gateway}/>'
    '<userTask id="a" name="A"/>'
    '<parallelGateway id="j" {at_join}/><endEvent id="e"/>'
    + flow("s_x", "s", "x")
    + flow("x_a", "x", "a", "true")
    + flow("a_j", "a", "j")
    + flow("x_j", "x", "j", "true")
    + flow("j_e", "j", "e")
)


def file_of(*, process: str = "", at_gateway: str = "", at_join: str = "") -> File:
    content = STARVING.format(at_gateway=at_gateway, at_join=at_join).replace("true", "1 == 1")
    xml = definitions(f'<process id="P" {process}>{content}</process>')
    return read_file(xml, languages=LANGUAGES, scripts=SCRIPTS)


def codes(file: File, reviews: tuple[Review, ...] = AS_DEPLOYED) -> set[tuple[str, str]]:
    return {(each.code, each.element) for each in warnings_of(file, "f.bpmn", reviews)}


def test_deployment_tells_what_may_go_wrong_and_checking_what_is_hard_to_read_too() -> None:
    file = file_of()

    assert codes(file) == {("starving-join", "j"), ("never-reached", "j"), ("never-reached", "e")}
    assert codes(file, AS_CHECKED) - codes(file) == {("no-default", "x")}


def test_a_warning_says_where_it_is() -> None:
    warning, *_ = warnings_of(file_of(), "f.bpmn", AS_DEPLOYED)

    assert str(warning).startswith("f.bpmn:2: warning: j: j may wait for ever")


@pytest.mark.parametrize("place", ["process", "at_join"])
def test_what_is_silenced_is_not_told(place: str) -> None:
    silence = 'p:silence="starving-join never-reached"'

    assert ("starving-join", "j") not in codes(file_of(**{place: silence}))


def test_what_is_silenced_elsewhere_is_told() -> None:
    assert ("starving-join", "j") in codes(file_of(at_gateway='p:silence="starving-join"'))
