"""docs/bpmn-coverage.md: which test shows which part of BPMN.

`python -m scripts.coverage` writes the page.
The events come from the table by which the reader accepts them, the rest from the tests of
tests/spec: each names its clause in its docstring, or its module does for all of them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from procession.bpmn.events_allowed import ALLOWED
from procession.bpmn.vocabulary import NODES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "bpmn-coverage.md"
SPEC = ROOT / "tests" / "spec"
EVENT_TABLE = "test_spec_event_table.py"

# What runs besides events: where its tests are. Events have a table of their own.
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "task": ("test_spec_tasks.py",),
    "manualTask": ("test_spec_tasks.py",),
    "userTask": ("test_spec_tasks.py",),
    "serviceTask": ("test_spec_tasks.py",),
    "scriptTask": ("test_spec_tasks.py",),
    "businessRuleTask": ("test_spec_tasks.py",),
    "sendTask": ("test_spec_messages.py",),
    "receiveTask": ("test_spec_messages.py", "test_spec_event_gateways.py"),
    "callActivity": ("test_spec_calls.py",),
    "subProcess": (
        "test_spec_subprocess.py",
        "test_spec_event_sub_processes.py",
        "test_spec_data.py",
    ),
    "transaction": ("test_spec_transaction.py",),
    "adHocSubProcess": ("test_spec_ad_hoc.py",),
    "exclusiveGateway": ("test_spec_gateways.py",),
    "inclusiveGateway": ("test_spec_inclusive.py",),
    "parallelGateway": ("test_spec_gateways.py",),
    "complexGateway": ("test_spec_complex.py",),
    "eventBasedGateway": ("test_spec_event_gateways.py",),
    "sequenceFlow": ("test_spec_flows.py",),
    "standardLoopCharacteristics": ("test_spec_loops.py",),
    "multiInstanceLoopCharacteristics": ("test_spec_multi_instance.py",),
    "isForCompensation": ("test_spec_compensation.py",),
    "dataObject, property, ioSpecification": ("test_spec_data.py",),
    "dataStore, dataStoreReference": ("test_spec_data_stores.py",),
    "correlation": ("test_spec_messages.py",),
}
_CLAUSE = re.compile(r"(?:§|clause |table )(\d+(?:\.\d+)*)")
_HEAD = """# What of BPMN is tested, and where

This page is made by `python -m scripts.coverage` from the tables of the reader and from the
tests; a test fails when it is out of date. Clauses are those of BPMN 2.0.2 (formal/13-12-09).
"""


_EVENTS = f"""## Events

✓ is the case *element-definition-place* of [{EVENT_TABLE}](../tests/spec/{EVENT_TABLE}):
a file with that event is read, the event is triggered or throws, and its effect is seen. A dash is
a combination that the standard does not allow (tables 10.84 to 10.93); the reader refuses it.
"""


class SpecTest(NamedTuple):
    """One test of tests/spec, and the clauses that it names."""

    file: str
    name: str
    clauses: tuple[str, ...]


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_events(), *_elements(), *_clauses()]) + "\n"


def _events() -> Iterator[str]:
    definitions = list(dict.fromkeys(each for row in ALLOWED.values() for each in row))
    yield _EVENTS
    yield f"| element | place | {' | '.join(definitions)} |"
    yield f"|---|---|{'---|' * len(definitions)}"
    for (element, place), allowed in ALLOWED.items():
        cells = " | ".join("✓" if each in allowed else "–" for each in definitions)
        yield f"| {element} | {place} | {cells} |"
    yield ""


def _elements() -> Iterator[str]:
    yield "## Activities, gateways, data"
    yield ""
    yield "| element | tests |"
    yield "|---|---|"
    for element, files in ELEMENTS.items():
        links = ", ".join(f"[{each}](../tests/spec/{each})" for each in files)
        yield f"| {element} | {links} |"
    yield ""


def _clauses() -> Iterator[str]:
    yield "## By clause"
    yield ""
    yield "| clause | tests |"
    yield "|---|---|"
    found: dict[str, list[SpecTest]] = {}
    for test in spec_tests():
        for clause in test.clauses:
            found.setdefault(clause, []).append(test)
    for clause in sorted(found, key=lambda text: [int(part) for part in text.split(".")]):
        tests = "; ".join(_sentence(test) for test in found[clause])
        yield f"| {clause} | {tests} |"


def _sentence(test: SpecTest) -> str:
    return f"[{test.name.removeprefix('test_').replace('_', ' ')}](../tests/spec/{test.file})"


def spec_tests() -> Iterator[SpecTest]:
    """All tests of tests/spec, in the order of their files."""
    for path in sorted(SPEC.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        of_module = _clauses_in(ast.get_docstring(tree))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                clauses = _clauses_in(ast.get_docstring(node)) or of_module
                yield SpecTest(path.name, node.name, clauses)


def _clauses_in(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_CLAUSE.findall(text or "")))


def missing() -> list[str]:
    """What runs and has no row on the page."""
    events = {element for element, _ in ALLOWED}
    return [name for name in NODES if name not in events and name not in ELEMENTS]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
