"""Whatever the bytes are, InvalidProcess is all that comes out."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from procession.bpmn import NAMESPACE
from procession.bpmn.extensions import ELEMENTS, ON_BPMN
from procession.bpmn.vocabulary import ATTRIBUTES, BPMN_NAMES, MODEL
from procession.errors import InvalidProcess
from tests.unit.bpmn.bad_files import BAD_FILES
from tests.unit.bpmn.notation import EXAMPLES, problems_of, read_all

CASES = 300
FILES = [path.read_bytes() for path in EXAMPLES]
SMALL_BAD_FILES = [xml for xml in BAD_FILES.values() if len(xml) < 10_000]
NAMES = sorted(BPMN_NAMES)
ATTRIBUTE_NAMES = sorted(
    {name for names in ATTRIBUTES.values() for name in names}
    | {name for attributes in ELEMENTS.values() for name in attributes}
    | {f"{{{NAMESPACE}}}{name}" for attributes in ON_BPMN.values() for name in attributes}
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "true", "0", "1", "-1", "9" * 5_000, "P1D", "a b", "../..", "Amount", "\n"),
            *(
                "PT5M",
                "R3/P1D",
                "2026-01-31",
                "OutOfStockError",
                "Approve",
                "CheckOrder",
                "Reminder",
            ),
            *("ToReadContacts", "HasName", "__import__('os')", "{}", "[", "é", "\u2028", "𝒳"),
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20),
)


def reads_or_refuses(xml: bytes) -> None:
    """Reads the bytes; each refusal has problems with code and text."""
    problems = problems_of(xml)

    assert all(problem.code and problem.message for problem in problems)
    assert "\n" not in str(InvalidProcess(problems))


@settings(max_examples=CASES, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xff\xfe<")
@example(b"<\0")
@example(b"<?xml encoding='utf-16'?>")
def test_random_bytes_are_read_or_refused(xml: bytes) -> None:
    reads_or_refuses(xml)


@settings(max_examples=CASES, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_file_with_broken_bytes_is_read_or_refused(xml: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(xml)))
    length = data.draw(st.integers(0, 40))
    piece = data.draw(st.one_of(st.binary(max_size=20), st.sampled_from([b"", b"<", b"&", b"\0"])))

    reads_or_refuses(xml[:at] + piece + xml[at + length :])


def rename(element: etree._Element, data: st.DataObject) -> None:
    element.tag = f"{{{MODEL}}}{data.draw(st.sampled_from(NAMES))}"


def set_attribute(element: etree._Element, data: st.DataObject) -> None:
    element.set(data.draw(st.sampled_from(ATTRIBUTE_NAMES)), data.draw(TEXTS))


def drop_attribute(element: etree._Element, data: st.DataObject) -> None:
    if element.attrib:
        del element.attrib[data.draw(st.sampled_from(sorted(map(str, element.attrib))))]


def set_text(element: etree._Element, data: st.DataObject) -> None:
    element.text = data.draw(TEXTS)


def remove(element: etree._Element, data: st.DataObject) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def move(element: etree._Element, data: st.DataObject) -> None:
    everywhere = list(element.getroottree().getroot().iter("{*}*"))
    target = data.draw(st.sampled_from(everywhere))
    if element not in {target, *target.iterancestors()}:
        target.append(element)


MUTATIONS: list[Callable[[etree._Element, st.DataObject], None]] = [
    *(rename, set_attribute, drop_attribute, set_text, remove, move),
]


@settings(max_examples=CASES, deadline=None)
@given(st.sampled_from(FILES + SMALL_BAD_FILES), st.data())
def test_a_file_with_other_contents_is_read_or_refused(xml: bytes, data: st.DataObject) -> None:
    try:
        root = etree.fromstring(xml)
    except etree.XMLSyntaxError:
        return
    for _ in range(data.draw(st.integers(1, 5))):
        element = data.draw(st.sampled_from(list(root.iter("{*}*"))))
        data.draw(st.sampled_from(MUTATIONS))(element, data)

    reads_or_refuses(etree.tostring(root))


@pytest.mark.parametrize("length", range(0, 2_000, 37))
def test_a_file_that_ends_too_early_is_refused(length: int) -> None:
    with pytest.raises(InvalidProcess):
        read_all(FILES[0][:length])
