"""Builders for BPMN files: a test shows what matters, the rest is here."""

from pathlib import Path

from procession.bpmn import NAMESPACE, read
from procession.bpmn.vocabulary import MODEL
from procession.core.model import Element, Process
from procession.errors import InvalidProcess, Problem
from procession.expressions import LANGUAGES, SCRIPTS

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.bpmn"))

PARAMETERS = """
<p:parameter code="Name" type="Text" direction="in"/>
<p:parameter code="Amount" type="Integer" direction="in" default="0"/>
<p:parameter code="Score" type="Integer" direction="out"/>
<p:parameter code="Done" type="Boolean"/>
<p:parameter code="List" type="Collection" direction="out">
  <p:column code="Id" type="Guid"/><p:column code="Name" type="Text"/>
</p:parameter>
"""


def definitions(content: str, attributes: str = "") -> bytes:
    """A file; `bpmn` is the default namespace, `p` ours."""
    return (
        f'<definitions xmlns="{MODEL}" xmlns:p="{NAMESPACE}" '
        f'targetNamespace="urn:test" {attributes}>\n{content}\n</definitions>'
    ).encode()


def process(content: str, parameters: str = PARAMETERS, attributes: str = 'id="P"') -> bytes:
    """A file with one process of these flow elements and parameters."""
    extensions = f"<extensionElements>{parameters}</extensionElements>" if parameters else ""
    return definitions(f"<process {attributes}>{extensions}\n{content}\n</process>")


def extended(name: str, extensions: str, attributes: str = "") -> bytes:
    """A file with one element, which has the id `e` and these extensions."""
    inner = f"<extensionElements>{extensions}</extensionElements>"
    return process(f'<{name} id="e" {attributes}>{inner}</{name}>')


def flow(id: str, source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
    )


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def caught(definition: str) -> str:
    """A task and after it an intermediate catch event, which has the id `e`."""
    event = f'<intermediateCatchEvent id="e">{definition}</intermediateCatchEvent>'
    return f'<task id="before"/>{event}' + flow("into", "before", "e")


def boundary(definition: str, attributes: str = "", id: str = "b") -> str:
    """An event on the boundary of the user task `host`, which is to be there, and its way on."""
    event = (
        f'<boundaryEvent id="{id}" attachedToRef="host" {attributes}>{definition}</boundaryEvent>'
    )
    return f'{event}<endEvent id="after_{id}"/>' + flow(f"from_{id}", id, f"after_{id}")


def link(name: str, definition: str = 'name="L"') -> str:
    """One end of a link: `out` throws, `in` catches."""
    event = "intermediateThrowEvent" if name.startswith("out") else "intermediateCatchEvent"
    return f'<{event} id="{name}"><linkEventDefinition {definition}/></{event}>'


def read_all(xml: bytes) -> list[Process]:
    return read(xml, languages=LANGUAGES, scripts=SCRIPTS)


def read_one(xml: bytes) -> Process:
    (only,) = read_all(xml)
    return only


def read_element(xml: bytes) -> Element:
    """The element with the id `e`."""
    return read_one(xml).elements["e"]


def problems_of(xml: bytes, file: str = "") -> list[Problem]:
    """What is wrong in a file; nothing is, if it can be read."""
    try:
        read(xml, languages=LANGUAGES, scripts=SCRIPTS, file=file)
    except InvalidProcess as error:
        return error.problems
    return []


def problem_of(xml: bytes) -> Problem:
    """The one problem of a file."""
    (only,) = problems_of(xml)
    return only


def codes_of(xml: bytes) -> list[str]:
    return [problem.code for problem in problems_of(xml)]
