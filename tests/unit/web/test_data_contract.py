"""Answers as XML: what any text becomes in them can be read by an XML parser, and is the text."""

from decimal import Decimal
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.web.data_contract import NAMESPACE, xml_object
from procession.web.wire import ErrorInfo, ProcessRun, prefers_xml


class Sample(msgspec.Struct, rename="camel"):
    """A contract with a member of each kind."""

    some_text: str = ""
    number: Decimal = Decimal("1.50")
    flag: bool = True
    nothing: None = None
    inner: ErrorInfo | None = None


def read(document: bytes, *path: str) -> str | None:
    root = ElementTree.fromstring(document.decode())
    found = root.find("/".join(f"{{{NAMESPACE}}}{step}" for step in path))
    assert found is not None
    text: str | None = found.text
    return text


def test_members_stand_in_the_order_of_the_alphabet_and_nothing_is_nil() -> None:
    document = xml_object("Get", Sample("a"))

    assert document.decode() == (
        f'<GetResponse xmlns="{NAMESPACE}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        '<flag>true</flag><inner i:nil="true"/><nothing i:nil="true"/><number>1.50</number>'
        "<someText>a</someText></GetResponse>"
    )


def test_a_wrapped_answer_stands_in_the_methods_result() -> None:
    assert read(xml_object("Get", Sample("a"), wrapped=True), "GetResult", "someText") == "a"


@given(text=st.text())
def test_any_text_is_read_as_it_was_but_for_what_xml_cannot_hold(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    found = read(xml_object("Get", Sample(text, inner=ErrorInfo("x", text))), "inner", "message")

    kept = "".join(letter if _in_xml(letter) else "\ufffd" for letter in text)
    assert (found or "") == kept


def _in_xml(letter: str) -> bool:
    return letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")


@given(values=st.dictionaries(st.text(min_size=1), st.one_of(st.none(), st.text(), st.integers())))
def test_values_by_their_names_are_pairs_of_texts(values: dict[str, object]) -> None:
    names = {name: value for name, value in values.items() if name.isprintable()}

    root = ElementTree.fromstring(xml_object("Run", ProcessRun(result_parameter_values=names)))

    pairs = root.findall(f".//{{{NAMESPACE}}}KeyValueOfstringanyType")
    assert {pair[0].text: msgspec.json.decode(pair[1].text or "") for pair in pairs} == names


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/xml", True),
        ("text/xml; charset=utf-8", True),
        ("application/json, application/xml", False),
        ("application/xml, application/json", True),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*", True),
    ],
)
def test_the_first_that_accept_names_is_given(accept: str, xml: bool) -> None:
    assert prefers_xml(accept) is xml
