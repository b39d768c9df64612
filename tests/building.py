"""Processes for tests, written as they are drawn.

    build("start → user approve → xor big →[N > 5] service pay → end; big →[else] end")

A line (or a part up to `;`) is a chain of elements. An element is its id, with its kind in front of
it where it is first met; ids that begin with `start`, `end` or `stop` need none, and whatever else
has none is an abstract task. `→[…]` carries a condition, `→[else]` is the default flow. A chain
that begins with `box:` stands in the sub-process `box`. What an element does beyond its kind is
given by its id: `build(…, pay=service("pay", outputs={"Paid": "Done"}))`.

A flow is called by its ends: `big→pay`; a second one between the same two, `big→pay·2`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from procession.core.model import (
    AbstractTask,
    CallActivity,
    Element,
    EndEvent,
    ExclusiveGateway,
    Expression,
    Input,
    ManualTask,
    Output,
    ParallelGateway,
    Parameter,
    Process,
    Retries,
    Script,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Template,
    TerminateEndEvent,
    UserTask,
)
from procession.core.values import DataType, Direction, Kind
from procession.expressions import LANGUAGES, SCRIPTS

ELEMENTS: Mapping[str, type[Element]] = {
    "start": StartEvent,
    "end": EndEvent,
    "stop": TerminateEndEvent,
    "task": AbstractTask,
    "manual": ManualTask,
    "user": UserTask,
    "script": ScriptTask,
    "service": ServiceTask,
    "call": CallActivity,
    "sub": SubProcess,
    "xor": ExclusiveGateway,
    "and": ParallelGateway,
}
USUAL_PARAMETERS = "N: Integer = 0, B: Boolean = False, T: Text, D: Decimal"

_ARROW = re.compile(r"\s*→(?:\[([^\]]*)\])?\s*")
_PARAMETER = re.compile(r"(\w+): (\w+)(?: (in|out|both|internal))?(?: = (.+))?")

Kinds = tuple[tuple[str, Kind], ...]
Detail = Callable[[Kinds], dict[str, Any]]


@cache
def expression(text: str, kinds: Kinds) -> Expression:
    """A compiled expression; the same text is compiled once."""
    return LANGUAGES[""](text, dict(kinds))


@cache
def _script(text: str, kinds: Kinds) -> Script:
    return SCRIPTS["python"](text, dict(kinds))


# -- what an element does beyond its kind ---------------------------------------------------------


def service(
    kind: str = "work",
    *,
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
    retries: Retries | None = None,
) -> Detail:
    """A job; each input is an expression, or an object or a list of such."""
    return lambda kinds: {
        "kind": kind,
        "inputs": {name: _template(each, kinds) for name, each in (inputs or {}).items()},
        "outputs": _outputs(outputs),
        "retries": retries or Retries(),
    }


def call(
    process: str,
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Detail:
    """A call; the inputs are expressions."""
    return lambda kinds: {
        "called": process,
        "inputs": tuple(
            Input(name, expression(text, kinds)) for name, text in (inputs or {}).items()
        ),
        "outputs": _outputs(outputs),
    }


def script(text: str) -> Detail:
    """A script of our own language."""
    return lambda kinds: {"script": _script(text, kinds)}


def formula(result: str, text: str) -> Detail:
    """A formula that gives one parameter its value."""
    return lambda kinds: {"formula": expression(text, kinds), "result": result}


def _template(given: Any, kinds: Kinds) -> Template:
    if isinstance(given, str):
        return expression(given, kinds)
    if isinstance(given, Mapping):
        return {name: _template(each, kinds) for name, each in given.items()}
    return tuple(_template(each, kinds) for each in given) if isinstance(given, list) else given


def _outputs(given: Mapping[str, str] | None) -> tuple[Output, ...]:
    return tuple(Output(source, target) for source, target in (given or {}).items())


_NEEDED: Mapping[type[Element], Detail] = {
    ServiceTask: service(),
    CallActivity: call("Child"),
}


# -- a process, part by part ----------------------------------------------------------------------


@dataclass(slots=True)
class Draft:
    """A process that is being drawn. `defaults` are the default flows by their source."""

    id: str
    parameters: Mapping[str, Parameter]
    elements: dict[str, tuple[type[Element], str, dict[str, Any]]] = field(default_factory=dict)
    flows: dict[str, SequenceFlow] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> Kinds:
        return tuple((code, parameter.kind) for code, parameter in self.parameters.items())

    def add(
        self, kind: type[Element], name: str, *, scope: str = "", detail: Detail | None = None
    ) -> str:
        described = detail or _NEEDED.get(kind)
        self.elements[name] = (kind, scope, described(self.kinds) if described else {})
        return name

    def connect(self, source: str, target: str, condition: str | None = None) -> str:
        """A flow; the condition "else" makes it the default flow of its source."""
        name, number = f"{source}→{target}", 2
        while name in self.flows:
            name, number = f"{source}→{target}·{number}", number + 1
        wanted = None if condition in (None, "else") else expression(condition or "", self.kinds)
        self.flows[name] = SequenceFlow(name, source, target, condition=wanted)
        if condition == "else":
            self.defaults[source] = name
        return name

    def process(self) -> Process:
        incoming: dict[str, list[str]] = {name: [] for name in self.elements}
        outgoing: dict[str, list[str]] = {name: [] for name in self.elements}
        for flow in self.flows.values():
            incoming[flow.target].append(flow.id)
            outgoing[flow.source].append(flow.id)
        elements = {
            name: self._element(name, tuple(incoming[name]), tuple(outgoing[name]))
            for name in self.elements
        }
        scopes = ["", *(name for name, each in elements.items() if isinstance(each, SubProcess))]
        return Process(
            id=self.id,
            uid=uuid5(NAMESPACE_OID, self.id),
            caption=self.id,
            parameters=self.parameters,
            elements=elements,
            flows=self.flows,
            starts={scope: _starts(scope, elements) for scope in scopes},
            version=1,
        )

    def _element(self, name: str, incoming: tuple[str, ...], outgoing: tuple[str, ...]) -> Element:
        kind, scope, fields = self.elements[name]
        return kind(
            id=name,
            uid=uuid5(NAMESPACE_OID, f"{self.id}/{name}"),
            scope=scope,
            incoming=incoming,
            outgoing=outgoing,
            default=self.defaults.get(name),
            **fields,
        )


def _starts(scope: str, elements: Mapping[str, Element]) -> tuple[str, ...]:
    within = [element for element in elements.values() if element.scope == scope]
    events = tuple(element.id for element in within if isinstance(element, StartEvent))
    return events or tuple(element.id for element in within if not element.incoming)


# -- the notation ---------------------------------------------------------------------------------


def build(
    drawing: str,
    *,
    name: str = "P",
    parameters: str = USUAL_PARAMETERS,
    **details: Detail,
) -> Process:
    """The process that is drawn; this module's docstring has the notation."""
    draft = Draft(name, parameters_of(parameters))
    for line in re.split(r"[\n;]", drawing):
        _draw(draft, line.strip(), details)
    assert details.keys() <= draft.elements.keys(), f"no such elements: {details.keys()}"
    return draft.process()


def _draw(draft: Draft, line: str, details: Mapping[str, Detail]) -> None:
    prefix = re.match(r"(\w+):\s*", line)
    scope = prefix[1] if prefix else ""
    before = condition = None
    for item, next_condition in _items(line[prefix.end() :] if prefix else line):
        name = _met(draft, item, scope, details)
        if before is not None:
            draft.connect(before, name, condition)
        before, condition = name, next_condition


def _items(chain: str) -> Iterator[tuple[str, str | None]]:
    """Each element of a chain, with the condition on the flow out of it."""
    position = 0
    for arrow in _ARROW.finditer(chain):
        yield chain[position : arrow.start()], arrow[1]
        position = arrow.end()
    if chain:
        yield chain[position:], None


def _met(draft: Draft, item: str, scope: str, details: Mapping[str, Detail]) -> str:
    *kind, name = item.split()
    if name not in draft.elements:
        word = kind[0] if kind else next((k for k in ("start", "end", "stop") if k in name), "task")
        draft.add(ELEMENTS[word], name, scope=scope, detail=details.get(name))
    return name


def parameters_of(text: str) -> dict[str, Parameter]:
    """Parameters as `N: Integer out = 0, T: Text`; without a direction they go both ways."""
    found: dict[str, Parameter] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        match = _PARAMETER.fullmatch(part)
        assert match, part
        code, kind, direction, default = match.groups()
        before = tuple((each.code, each.kind) for each in found.values())
        found[code] = Parameter(
            code,
            Kind(DataType(kind)),
            Direction(direction or "both"),
            default=expression(default, before) if default else None,
        )
    return found
