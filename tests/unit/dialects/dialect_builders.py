"""Files of other vendors' modelers: a test shows what matters, the rest is here."""

from collections.abc import Sequence
from typing import Any

from procession.bpmn import File, read_file
from procession.bpmn.vocabulary import MODEL
from procession.catalog import CONDITIONS, LANGUAGES, SCRIPTS
from procession.core.model import Element, Process
from procession.dialects import translate
from procession.errors import InvalidProcess, Problem
from tests.world import Run, start

SPACES = {
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "flowable": "http://flowable.org/bpmn",
    "activiti": "http://activiti.org/bpmn",
}


def file_of(vendor: str, content: str, *, root: str = "", attributes: str = "") -> bytes:
    """A file with one process `p` of these elements; `root` stands beside it."""
    return (
        f'<definitions xmlns="{MODEL}" xmlns:{vendor}="{SPACES[vendor]}" targetNamespace="urn:t" '
        f'expressionLanguage="http://www.w3.org/1999/XPath">\n{root}\n'
        f'<process id="p" isExecutable="true" {attributes}>{content}</process></definitions>'
    ).encode()


def read(xml: bytes) -> File:
    return read_file(
        xml, languages=LANGUAGES, scripts=SCRIPTS, conditions=CONDITIONS, translate=translate
    )


def camunda(content: str, *, root: str = "", attributes: str = "") -> Process:
    return _only(file_of("camunda", content, root=root, attributes=attributes))


def zeebe(content: str, *, root: str = "") -> Process:
    return _only(file_of("zeebe", content, root=root))


def flowable(content: str, *, root: str = "") -> Process:
    return _only(file_of("flowable", content, root=root))


def _only(xml: bytes) -> Process:
    (process,) = read(xml).processes
    return process


def problems_of(
    vendor: str, content: str, *, root: str = "", attributes: str = ""
) -> list[Problem]:
    """The problems of a file, without its warnings."""
    try:
        read(file_of(vendor, content, root=root, attributes=attributes))
    except InvalidProcess as error:
        return [each for each in error.problems if not each.warning]
    return []


def warnings_of(
    vendor: str, content: str, *, root: str = "", attributes: str = ""
) -> list[Problem]:
    return read(file_of(vendor, content, root=root, attributes=attributes)).warnings


def extended(*parts: str) -> str:
    return f"<extensionElements>{''.join(parts)}</extensionElements>"


def task(kind: str, attributes: str, *parts: str, inside: str = "") -> str:
    """An element with the id `t`; `parts` are its extensions."""
    extensions = extended(*parts) if parts else ""
    return f'<{kind} id="t" {attributes}>{extensions}{inside}</{kind}>'


def element(process: Process, id: str = "t") -> Any:
    """An element; a test says what it is by what it asks of it."""
    found: Element = process.elements[id]
    return found


def run(process: Process, *called: Process, **values: Any) -> Run:
    return start(process, *called, **values)


def named(problems: Sequence[Problem]) -> list[str]:
    return [each.code for each in problems]
