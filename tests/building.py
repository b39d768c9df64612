"""Processes for tests, written as they are drawn.

    build("start → user approve → xor big →[N > 5] service pay → end; big →[else] end")

A line (or a part up to `;`) is a chain of elements. An element is its id, with its kind in front of
it where it is first met (ELEMENTS has the words); ids that begin with `start`, `end` or `stop` need
none, and whatever else has none is an abstract task. `→[…]` carries a condition, `→[else]` is the
default flow. A chain that begins with `box:` stands in the sub-process `box`. What an element does
beyond its kind (details.py) is given by its id: `build(…, pay=service("pay"))`.

A flow is called by its ends: `big→pay`; a second one between the same two, `big→pay·2`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from procession.core.model import (
    AbstractTask,
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CallActivity,
    ComplexGateway,
    Element,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    Parameter,
    Process,
    ReceiveTask,
    ScriptTask,
    SendTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)
from procession.core.values import DataType, Kind
from tests.details import (
    NEEDED,
    STOP,
    Detail,
    Kinds,
    call,
    catch,
    condition,
    error,
    escalation,
    expression,
    formula,
    having,
    message,
    on,
    parameters_of,
    receive,
    script,
    send,
    service,
    signal,
    terminate,
    throw,
    timer,
    triggered_by_event,
)

__all__ = [
    "ELEMENTS",
    "USUAL_PARAMETERS",
    "Draft",
    "build",
    "call",
    "catch",
    "condition",
    "error",
    "escalation",
    "expression",
    "formula",
    "having",
    "message",
    "on",
    "parameters_of",
    "receive",
    "script",
    "send",
    "service",
    "signal",
    "terminate",
    "throw",
    "timer",
]

ELEMENTS: Mapping[str, type[Element]] = {
    "start": StartEvent,
    "end": EndEvent,
    "stop": EndEvent,
    "task": AbstractTask,
    "manual": ManualTask,
    "user": UserTask,
    "script": ScriptTask,
    "service": ServiceTask,
    "call": CallActivity,
    "send": SendTask,
    "receive": ReceiveTask,
    "sub": SubProcess,
    "event-sub": SubProcess,
    "transaction": Transaction,
    "ad-hoc": AdHocSubProcess,
    "catch": IntermediateCatchEvent,
    "throw": IntermediateThrowEvent,
    "boundary": BoundaryEvent,
    "xor": ExclusiveGateway,
    "and": ParallelGateway,
    "or": InclusiveGateway,
    "complex": ComplexGateway,
    "event": EventBasedGateway,
}
USUAL_PARAMETERS = "N: Integer = 0, B: Boolean = False, T: Text, D: Decimal"

_ARROW = re.compile(r"\s*→(?:\[([^\]]*)\])?\s*")

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
        described = detail or NEEDED.get(kind)
        if kind is EndEvent and "stop" in name and not described:
            described = STOP
        self.elements[name] = (kind, scope, described(self.kinds) if described else {})
        return name

    def connect(self, source: str, target: str, condition: str | None = None) -> str:
        """A flow; the condition "else" makes it the default flow of its source."""
        name, number = f"{source}→{target}", 2
        while name in self.flows:
            name, number = f"{source}→{target}·{number}", number + 1
        seen = self.kinds
        if self.elements[source][0] is ComplexGateway:
            seen = (*seen, ("waitingForStart", Kind(DataType.BOOLEAN)))
        wanted = None if condition in (None, "else") else expression(condition or "", seen)
        self.flows[name] = SequenceFlow(name, source, target, condition=wanted)
        if condition == "else":
            self.defaults[source] = name
        return name

    def change(self, name: str, **fields: Any) -> None:
        """What an element does, beside what it does already."""
        kind, scope, before = self.elements[name]
        self.elements[name] = kind, scope, {**before, **fields}

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
            boundaries=_boundaries(elements),
            event_starts={scope: found for scope in scopes if (found := _events(scope, elements))},
            triggered_starts=tuple(_triggered(elements)),
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
    """Its none start event; an event sub-process's own; else all that no flow leads to."""
    within = [element for element in elements.values() if element.scope == scope]
    events = [element for element in within if isinstance(element, StartEvent)]
    if events:
        plain = tuple(each.id for each in events if not each.definitions)
        return plain or (tuple(each.id for each in events) if scope else ())
    return tuple(each.id for each in within if _begins_by_itself(each))


def _begins_by_itself(element: Element) -> bool:
    if isinstance(element, BoundaryEvent) or (
        isinstance(element, SubProcess) and element.triggered_by_event
    ):
        return False
    instantiates = isinstance(element, ReceiveTask | EventBasedGateway) and element.instantiate
    handler = isinstance(element, Activity) and element.for_compensation
    return not (element.incoming or instantiates or handler)


def _boundaries(elements: Mapping[str, Element]) -> dict[str, tuple[BoundaryEvent, ...]]:
    found: dict[str, tuple[BoundaryEvent, ...]] = {}
    for each in elements.values():
        if isinstance(each, BoundaryEvent):
            found[each.attached_to] = (*found.get(each.attached_to, ()), each)
    return found


def _events(scope: str, elements: Mapping[str, Element]) -> tuple[str, ...]:
    """The starts of the event sub-processes that stand in the scope."""
    inner = [
        each.id
        for each in elements.values()
        if isinstance(each, SubProcess) and each.triggered_by_event and each.scope == scope
    ]
    return tuple(
        each.id
        for each in elements.values()
        if isinstance(each, StartEvent) and each.scope in inner
    )


def _triggered(elements: Mapping[str, Element]) -> Iterator[str]:
    """What starts the process without a caller."""
    for each in elements.values():
        starts = isinstance(each, StartEvent) and not each.scope and bool(each.definitions)
        receives = isinstance(each, ReceiveTask | EventBasedGateway) and each.instantiate
        if starts or receives:
            yield each.id


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
        detail = details.get(name, triggered_by_event if word == "event-sub" else None)
        draft.add(ELEMENTS[word], name, scope=scope, detail=detail)
    return name
