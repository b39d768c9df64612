"""What modelers are told about a drawing that runs and is hard to read, or may surprise.

Each rule looks at one element and says at most one thing; its code is the name by which it can be
silenced.
"""

from collections.abc import Callable, Iterator, Mapping

from procession.core.model import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CatchEvent,
    CompensateEventDefinition,
    ComplexGateway,
    Element,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    Process,
    StartEvent,
    SubProcess,
    ThrowEvent,
)
from procession.review.finding import Finding
from procession.review.net import within_scopes

Gateway = ExclusiveGateway | InclusiveGateway | ParallelGateway | ComplexGateway | EventBasedGateway
Rule = Callable[[Process, Element], str | None]


def check_drawing(process: Process) -> list[Finding]:
    """All that is to be said of a process, element by element, then scope by scope."""
    findings = []
    for element in process.elements.values():
        for code, rule in RULES.items():
            message = rule(process, element)
            if message is not None:
                findings.append(Finding(code, message, element.id, element.line))
    return [*findings, *_scopes(process)]


def _no_label(process: Process, element: Element) -> str | None:
    is_split = isinstance(element, ExclusiveGateway | InclusiveGateway) and _splits(element)
    is_event = isinstance(element, CatchEvent | ThrowEvent) and bool(element.definitions)
    if element.name or not (is_split or is_event or isinstance(element, Activity)):
        return None
    return f"{element.id} has no name; say what is done, has happened or is decided there"


def _no_condition(process: Process, element: Element) -> str | None:
    if not isinstance(element, ExclusiveGateway | InclusiveGateway) or not _splits(element):
        return None
    bare = [
        each
        for each in element.outgoing
        if process.flows[each].condition is None and each != element.default
    ]
    if not bare:
        return None
    return f"{', '.join(bare)} out of {element.label} has no condition, so it is always taken"


def _no_default(process: Process, element: Element) -> str | None:
    if not isinstance(element, ExclusiveGateway | InclusiveGateway) or not _splits(element):
        return None
    if element.default or any(process.flows[each].condition is None for each in element.outgoing):
        return None
    return f"{element.label} has no default flow; an instance for which no condition holds is stuck"


def _join_and_split(process: Process, element: Element) -> str | None:
    if not isinstance(element, Gateway) or not _splits(element) or len(element.incoming) < 2:
        return None
    return f"{element.label} joins and splits; draw two gateways"


def _superfluous_gateway(process: Process, element: Element) -> str | None:
    if not isinstance(element, Gateway) or isinstance(element, EventBasedGateway):
        return None
    if len(element.incoming) != 1 or len(element.outgoing) != 1:
        return None
    return f"{element.label} has one flow in and one out; it decides and joins nothing"


def _implicit_split(process: Process, element: Element) -> str | None:
    if isinstance(element, Gateway) or not _splits(element):
        return None
    return f"{element.label} has {len(element.outgoing)} flows out; draw a gateway behind it"


def _implicit_end(process: Process, element: Element) -> str | None:
    if element.outgoing or isinstance(element, EndEvent) or not _is_on_a_way(process, element):
        return None
    return f"no flow leads out of {element.label}; draw an end event behind it"


def _is_on_a_way(process: Process, element: Element) -> bool:
    """Whether a token that reaches the element is expected to go on: not in an ad-hoc one, say."""
    if isinstance(process.elements.get(element.scope), AdHocSubProcess):
        return False
    if isinstance(element, BoundaryEvent):
        kinds = element.definitions
        return not any(isinstance(each, CompensateEventDefinition) for each in kinds)
    if isinstance(element, SubProcess) and element.triggered_by_event:
        return False
    return not (isinstance(element, Activity) and element.for_compensation)


def _splits(element: Element) -> bool:
    return len(element.outgoing) > 1


RULES: Mapping[str, Rule] = {
    "no-label": _no_label,
    "no-condition": _no_condition,
    "no-default": _no_default,
    "join-and-split": _join_and_split,
    "superfluous-gateway": _superfluous_gateway,
    "implicit-split": _implicit_split,
    "implicit-end": _implicit_end,
}


def _scopes(process: Process) -> Iterator[Finding]:
    """A process or a sub-process without a start or an end event."""
    for scope, elements in within_scopes(process).items():
        owner = process.elements.get(scope)
        if isinstance(owner, AdHocSubProcess) or len(elements) < 2:
            continue
        label, name = (owner.label, owner.id) if owner else (process.id, process.id)
        line = owner.line if owner else 0
        if not any(_starts(each) for each in elements):
            yield Finding("no-start-event", f"{label} has no start event", name, line)
        if not any(isinstance(each, EndEvent) for each in elements):
            yield Finding("no-end-event", f"{label} has no end event", name, line)


def _starts(element: Element) -> bool:
    return isinstance(element, StartEvent) or bool(getattr(element, "instantiate", False))
