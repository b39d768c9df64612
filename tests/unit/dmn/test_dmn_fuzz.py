"""Whatever the bytes and texts are, declared errors are all that comes out."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from procession.core.values import Value
from procession.dmn import evaluate, read
from procession.dmn.vocabulary import CHILDREN, NAMES, NAMESPACES
from procession.errors import DecisionError, InvalidProcess
from tests.unit.dmn.bad_files import BAD_FILES
from tests.unit.dmn.dmn_builders import (
    MODEL,
    decision,
    definitions,
    input_data,
    problems_of,
    table,
)

ROOT = Path(__file__).parents[3]
FILES = [
    path.read_bytes()
    for path in (
        *sorted(ROOT.glob("examples/*.dmn")),
        *sorted(Path(__file__).parent.glob("files/*.dmn")),
    )
]
SMALL_BAD_FILES = [xml for xml in BAD_FILES.values() if len(xml) < 10_000]
ATTRIBUTES = (
    *("id", "name", "href", "typeRef", "hitPolicy", "aggregation", "isCollection", "kind"),
    *("iteratorVariable", "expressionLanguage", "outputTypeRef", "label"),
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "-", "1", "null", "Amount", "Verdict", "[1..5]", "not(1)", "< 5, > 7", "?"),
            *("number", "tVerdict", "#Amount", "#UsrClaimVerdict", "COLLECT", "PRIORITY", "SUM"),
            *("true", "function(a) a", "for i in 1..9999999 return i", "f(", '"', "{a: 1}", "𝒳"),
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20),
)
VALUES = st.sampled_from([None, True, 5, 1.5, "approved", [], [1, "a"], {"a": 1}, "2026-01-31"])


def decides_or_refuses(xml: bytes, values: list[Value]) -> None:
    """Reads the bytes and makes every decision of them."""
    problems = problems_of(xml)
    assert all(problem.code and problem.message for problem in problems)
    assert "\n" not in str(InvalidProcess(problems))
    if problems:
        return
    model = read(xml)
    given = {one.name: value for one, value in zip(model.inputs.values(), values, strict=False)}
    for one in model.all:
        with suppress(DecisionError):
            evaluate(model, one.id, given, moment=0)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_file_with_broken_bytes_is_read_or_refused(xml: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(xml)))
    piece = data.draw(st.one_of(st.binary(max_size=20), st.sampled_from([b"", b"<", b"&", b"\0"])))

    decides_or_refuses(xml[:at] + piece + xml[at + data.draw(st.integers(0, 40)) :], [])


def rename(element: etree._Element, data: st.DataObject) -> None:
    namespace = data.draw(st.sampled_from([MODEL, "urn:x"]))
    element.tag = f"{{{namespace}}}{data.draw(st.sampled_from(sorted(NAMES)))}"


def set_attribute(element: etree._Element, data: st.DataObject) -> None:
    element.set(data.draw(st.sampled_from(ATTRIBUTES)), data.draw(TEXTS))


def drop_attribute(element: etree._Element, data: st.DataObject) -> None:
    if element.attrib:
        del element.attrib[data.draw(st.sampled_from(sorted(map(str, element.attrib))))]


def set_text(element: etree._Element, data: st.DataObject) -> None:
    element.text = data.draw(TEXTS)


def drop(element: etree._Element, data: st.DataObject) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def add_child(element: etree._Element, data: st.DataObject) -> None:
    namespace = etree.QName(element).namespace
    name = data.draw(st.sampled_from(sorted(CHILDREN)))
    etree.SubElement(element, f"{{{namespace}}}{name}")


def repeat(element: etree._Element, data: st.DataObject) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.append(etree.fromstring(etree.tostring(element)))


MUTATIONS = (rename, set_attribute, drop_attribute, set_text, drop, add_child, repeat)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([*FILES, *SMALL_BAD_FILES]), st.lists(VALUES, max_size=4), st.data())
def test_a_file_with_changed_elements_is_decided_or_refused(
    xml: bytes, values: list[Value], data: st.DataObject
) -> None:
    try:
        root = etree.fromstring(xml)
    except etree.XMLSyntaxError:
        return
    for _ in range(data.draw(st.integers(1, 4))):
        element = data.draw(st.sampled_from(list(root.iter(etree.Element))))
        data.draw(st.sampled_from(MUTATIONS))(element, data)

    decides_or_refuses(etree.tostring(root), values)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4),
    st.sampled_from(["UNIQUE", "ANY", "FIRST", "PRIORITY", "COLLECT", "OUTPUT ORDER"]),
    TEXTS,
    VALUES,
)
def test_any_text_in_the_cells_of_a_table_is_decided_or_refused(
    rows: list[tuple[str, str]], policy: str, values: str, given: Value
) -> None:
    lines = [f"{cell.replace(';', '')} -> {result.replace(';', '')}" for cell, result in rows]
    output = f"::{values.replace(':', '')}"
    logic = table(policy, ["Amount"], lines, outputs=[output])

    decides_or_refuses(
        definitions(input_data("Amount"), decision("D", logic, needs="Amount")), [given]
    )


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_version_of_dmn_is_read(namespace: str) -> None:
    xml = definitions(decision("D", table("UNIQUE", [], ["-> 1"])), namespace=namespace)

    assert evaluate(read(xml), "D", {}).value == 1
