"""The reader, the XSD and the moddle descriptor say the same about our namespace."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml.etree import _Element

import procession.bpmn
from procession.bpmn import NAMESPACE, forms
from procession.bpmn.extensions import (
    ELEMENTS,
    EXTENSION_ELEMENTS,
    ON_BPMN,
    UID,
    WITH_UID,
    Attribute,
)
from procession.bpmn.vocabulary import FLOW_NODES, GLOBAL_TASKS, MODEL
from procession.core.model import Retries
from procession.core.values import COLLECTION_LENGTH_MAX, TYPE_NAMES, Direction
from procession.core.zones import DEFAULT_ZONE
from tests.unit.bpmn.bad_files import BAD_FILES
from tests.unit.bpmn.notation import (
    EXAMPLES,
    ROOT,
    codes_of,
    definitions,
    extended,
    problems_of,
    process,
)

FOLDER = Path(procession.bpmn.__file__).parent
XS = "{http://www.w3.org/2001/XMLSchema}"
OURS = f"{{{NAMESPACE}}}"
XSD = etree.parse(FOLDER / "procession.xsd").getroot()
MODDLE: Any = json.loads((FOLDER / "procession.moddle.json").read_text())

Shape = dict[tuple[str, str], dict[str, bool]]


def schema_for(extra: str = "") -> etree.XMLSchema:
    """Our schema, with what only a test needs added to it."""
    text = etree.tostring(XSD).decode().replace("</xs:schema>", f"{extra}</xs:schema>")
    return etree.XMLSchema(etree.fromstring(text))


# XSD checks attributes on elements that it knows: this one takes any attribute of ours.
ANY_OF_OURS = (
    '<xs:element name="any"><xs:complexType><xs:anyAttribute namespace="##targetNamespace" '
    'processContents="strict"/></xs:complexType></xs:element>'
)
SCHEMA = schema_for(ANY_OF_OURS)


def extensions_of(xml: bytes) -> Iterator[_Element]:
    """Every element of ours in extensionElements, and an element with the attributes of ours."""
    for element in etree.fromstring(xml).iter("{*}*"):
        parent = element.getparent()
        attributes = {key: text for key, text in element.attrib.items() if key.startswith(OURS)}
        if attributes:
            yield etree.Element(f"{OURS}any", attributes)
        extends = parent is not None and parent.tag == EXTENSION_ELEMENTS
        if extends and str(element.tag).startswith(OURS):
            yield element


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_accepts_the_extensions_of_every_example(path: Path) -> None:
    extensions = list(extensions_of(path.read_bytes()))

    assert extensions
    for extension in extensions:
        SCHEMA.assertValid(extension)


# What a schema cannot say, or what is wrong about more than one element.
BEYOND_A_SCHEMA = {
    *("duplicate-uid", "duplicate-parameter", "too-many-parameters", "columns-without-collection"),
    *("nested-collection", "duplicate-column", "bad-default", "many-works", "duplicate-header"),
    *("duplicate-value", "unknown-parameter", "unknown-result", "unknown-column", "wrong-type"),
    *("duplicate-input", "duplicate-output", "wrong-direction", "script-and-formula"),
    *("half-formula", "misplaced-extension", "misplaced-attribute", "no-columns"),
}


@pytest.mark.parametrize(
    "code",
    [
        code
        for code, xml in BAD_FILES.items()
        if code not in BEYOND_A_SCHEMA and NAMESPACE.encode() in xml and b" p:" in xml
    ],
)
def test_the_schema_refuses_what_the_reader_refuses_in_our_namespace(code: str) -> None:
    assert not all(SCHEMA.validate(extension) for extension in extensions_of(BAD_FILES[code]))


def from_reader() -> Shape:
    return {
        place: {name: attribute.required for name, attribute in attributes.items()}
        for place, attributes in ELEMENTS.items()
    }


def _type_named(name: str) -> _Element:
    return next(each for each in XSD.iterchildren(f"{XS}complexType") if each.get("name") == name)


def _attributes(kind: _Element) -> dict[str, bool]:
    return {
        each.get("name", ""): each.get("use") == "required"
        for each in kind.iterchildren(f"{XS}attribute")
    }


def from_schema() -> Shape:
    """(what it stands in, its name): attributes and whether each is required."""
    found: Shape = {}
    for kind in XSD.iterchildren(f"{XS}complexType"):
        for child in kind.iter(f"{XS}element"):
            inner = child.find(f"{XS}complexType")
            shape = _attributes(_type_named(child.get("type", "")) if inner is None else inner)
            found[kind.get("name", ""), child.get("name", "")] = shape
    roots = [each.get("name", "") for each in XSD.iterchildren(f"{XS}element")]
    for owner, names in OWNERS.items():
        found.update({(owner, name): _attributes(_type_named(name)) for name in names})
    assert sorted(roots) == sorted({name for names in OWNERS.values() for name in names})
    return found


OWNERS = {
    "process": ["parameter"],
    "serviceTask": ["addData", "readData", "http", "handler"],
    "businessRuleTask": ["decision", "handler"],
    "globalBusinessRuleTask": ["decision", "handler"],
    "callActivity": ["input", "output"],
    "sendTask": ["payload"],
    "receiveTask": ["output"],
    "messageEventDefinition": ["payload", "output"],
    "signalEventDefinition": ["payload", "output"],
    "errorEventDefinition": ["payload", "output"],
    "escalationEventDefinition": ["payload", "output"],
}


def test_reader_and_schema_know_the_same_elements_and_attributes() -> None:
    assert from_schema() == from_reader()


def moddle_types() -> Mapping[str, Any]:
    return {each["name"]: each for each in MODDLE["types"]}


def moddle_name(name: str) -> str:
    return name[0].upper() + name[1:]


def moddle_attributes(kind: Any) -> set[str]:
    return {each["name"] for each in kind["properties"] if each.get("isAttr")}


def test_the_descriptor_has_our_namespace_and_usual_prefix() -> None:
    assert (MODDLE["uri"], MODDLE["prefix"]) == (NAMESPACE, "procession")
    assert XSD.get("targetNamespace") == NAMESPACE


def test_reader_and_descriptor_know_the_same_elements_and_attributes() -> None:
    types = moddle_types()
    # In the descriptor an element has one type, wherever it stands.
    union: dict[str, set[str]] = {}
    for (_, name), attributes in ELEMENTS.items():
        union.setdefault(moddle_name(name), set()).update(attributes)

    elements = {name: kind for name, kind in types.items() if "superClass" in kind}

    assert {name: moddle_attributes(kind) for name, kind in elements.items()} == union


def test_reader_and_descriptor_agree_on_what_stands_in_what() -> None:
    children = {
        (name, each["type"])
        for name, kind in moddle_types().items()
        for each in kind["properties"]
        if each.get("isMany")
    }
    allowed = {
        (owner.removeprefix("bpmn:").removeprefix("procession:"), name)
        for name, kind in moddle_types().items()
        for owner in kind.get("meta", {}).get("allowedIn", ())
    }

    places = {(moddle_name(place), moddle_name(name)) for place, name in ELEMENTS}

    assert allowed == places
    assert children == {
        (place, name)
        for place, name in places
        if place in {moddle_name(each) for _, each in ELEMENTS}
    }


def test_reader_schema_and_descriptor_know_the_same_attributes_on_bpmn() -> None:
    on_bpmn: dict[str, set[str]] = {}
    for kind in MODDLE["types"]:
        for owner in kind.get("extends", ()):
            names = moddle_attributes(kind)
            on_bpmn.setdefault(owner.removeprefix("bpmn:"), set()).update(names)
    in_schema = {each.get("name") for each in XSD.iterchildren(f"{XS}attribute")}

    named = {moddle_name(owner): {*names} for owner, names in ON_BPMN.items()}

    assert on_bpmn == {
        **named,
        "Process": named["Process"] | UID.keys(),
        "FlowNode": {*UID},
        "SequenceFlow": {*UID},
    }
    assert in_schema == set().union(*on_bpmn.values())
    assert FLOW_NODES | GLOBAL_TASKS.keys() | {"process", "sequenceFlow"} == WITH_UID


def enumeration(name: str) -> list[str]:
    simple = next(each for each in XSD.iterchildren(f"{XS}simpleType") if each.get("name") == name)
    return [each.get("value", "") for each in simple.iter(f"{XS}enumeration")]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("type", sorted(TYPE_NAMES)),
        ("direction", sorted(Direction)),
        ("mode", sorted(forms.MODES)),
        ("operator", sorted(forms.OPERATORS)),
        ("method", sorted(forms.METHODS)),
        ("sortDirection", sorted(forms.SORT_DIRECTIONS)),
    ],
)
def test_the_schema_has_every_value_of_a_closed_list(name: str, values: list[str]) -> None:
    assert sorted(enumeration(name)) == values


@pytest.mark.parametrize("kind", MODDLE["enumerations"], ids=lambda kind: kind["name"])
def test_the_descriptor_has_the_closed_lists_of_the_schema(kind: Any) -> None:
    names = [each["name"] for each in kind["literalValues"]]

    assert names == enumeration(kind["name"].lower())


def limits(name: str) -> set[int]:
    simple = next(each for each in XSD.iterchildren(f"{XS}simpleType") if each.get("name") == name)
    facets = simple.iter(f"{XS}maxLength", f"{XS}maxInclusive")
    return {int(each.get("value", "0")) for each in facets}


def test_the_schema_has_the_limits_of_the_reader() -> None:
    assert limits("code") == {forms.CODE_LENGTH_MAX}
    assert limits("label") == {forms.ID_LENGTH_MAX}
    assert limits("caption") == {forms.NAME_LENGTH_MAX}
    assert limits("expression") == {forms.EXPRESSION_LENGTH_MAX}
    assert limits("retries") == {forms.ATTEMPTS_MAX}
    assert limits("version") == {forms.VERSION_MAX}
    assert limits("limit") == {COLLECTION_LENGTH_MAX}


def test_the_descriptor_has_the_defaults_of_the_reader() -> None:
    defaults = {
        f"{name}.{each['name']}": each["default"]
        for name, kind in moddle_types().items()
        for each in kind["properties"]
        if "default" in each
    }
    usual = Retries()

    assert defaults == {
        "Backgrounded.background": False,
        "Zoned.timeZone": DEFAULT_ZONE,
        "Retried.retries": usual.attempts,
        "Retried.retryDelay": f"PT{usual.delay_seconds:g}S",
        "Parameter.direction": Direction.BOTH,
        "ReadData.mode": forms.MODES[0],
        "Sort.direction": forms.SORT_DIRECTIONS[0],
        "Http.method": forms.METHODS[0],
        "Http.timeout": f"PT{forms.TIMEOUT_SECONDS:g}S",
    }


@pytest.mark.parametrize(
    "text", ["P1D", "PT0.5S", "P1DT2H3M4S", "P", "PT", "P1DT", "P1Y", "P1M", "P1W", "-PT1S", "PT1"]
)
def test_reader_and_schema_agree_on_durations(text: str) -> None:
    element = etree.Element(f"{OURS}any", {f"{OURS}retryDelay": text})

    codes = codes_of(extended("serviceTask", '<p:addData table="T"/>', f'p:retryDelay="{text}"'))

    assert SCHEMA.validate(element) == (codes == [])


@pytest.mark.parametrize("text", ["A", "_a", "a_1", "_1", "__a", "1a", "a-b", "", "x" * 129])
def test_reader_and_schema_agree_on_codes(text: str) -> None:
    element = etree.Element(f"{OURS}parameter", {"code": text, "type": "Text"})

    codes = codes_of(process('<task id="e"/>', f'<p:parameter code="{text}" type="Text"/>'))

    assert SCHEMA.validate(element) == (codes == [])


def test_every_required_attribute_is_one_of_the_reader() -> None:
    required = [
        attribute
        for attributes in ELEMENTS.values()
        for attribute in attributes.values()
        if attribute.required
    ]

    assert all(isinstance(attribute, Attribute) for attribute in required)
    assert len(required) > 10


DOCS = (ROOT / "docs" / "extension.md").read_text()
IN_DOCS = (
    '<p:parameter code="FullName" type="Text"/><p:parameter code="Amount" type="Money"/>'
    '<p:parameter code="Score" type="Integer"/><p:parameter code="ContactId" type="Guid"/>'
    '<p:parameter code="Contacts" type="Collection"/>'
)


@pytest.mark.parametrize("example", re.findall(r"```xml\n(.*?)```", DOCS, re.DOTALL))
def test_every_example_in_the_docs_can_be_deployed(example: str) -> None:
    names = f'xmlns:bpmn="{MODEL}" xmlns:procession="{NAMESPACE}"'
    declared = re.sub(r"(<bpmn:[A-Za-z]+)", rf"\1 {names}", example)

    whole = "<bpmn:process" in declared

    assert problems_of(definitions(declared) if whole else process(declared, IN_DOCS)) == []


def test_every_element_and_attribute_is_shown_in_the_docs() -> None:
    examples = "".join(re.findall(r"```xml\n(.*?)```", DOCS, re.DOTALL))
    on_bpmn = {name for names in ON_BPMN.values() for name in names} | UID.keys()

    for (_, name), attributes in ELEMENTS.items():
        shown = "".join(re.findall(rf"<procession:{name}\s([^>]*)>", examples))
        assert [each for each in attributes if f'{each}="' not in shown] == [], name
    assert [name for name in on_bpmn if f'procession:{name}="' not in examples] == []
