"""One process for each event that BPMN allows: element, definition, place (tables 10.84 to 10.93).

Each process has a sub-process `box` with a user task `go`, whose end event throws what the event is
to catch, and beside it a user task `set`, which changes values. The event leads to a user task
`after`. So a test sees by what is alive whether the event has occurred, and whether it interrupted.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

from procession.bpmn.events_allowed import (
    BOUNDARY,
    BOUNDARY_BESIDE,
    BOUNDARY_OF_TRANSACTION,
    EVENT_SUB_PROCESS,
    EVENT_SUB_PROCESS_BESIDE,
    FLOW,
    LOOP,
    MULTIPLE,
    NONE,
    PARALLEL_MULTIPLE,
    PROCESS,
    SUB_PROCESS,
    TRANSACTION,
)
from tests.unit.bpmn.notation import definitions, flow

ROOTS = """
<message id="M" name="M"/><signal id="S" name="S"/>
<error id="E" errorCode="E"/><escalation id="X" escalationCode="X"/>
<messageEventDefinition id="LoopMessage" messageRef="M"/>
<signalEventDefinition id="LoopSignal" signalRef="S"/>
<escalationEventDefinition id="LoopEscalation" escalationRef="X"/>
"""
DEFINITIONS: Mapping[str, str] = {
    NONE: "",
    "message": '<messageEventDefinition messageRef="M"/>',
    "signal": '<signalEventDefinition signalRef="S"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "conditional": (
        "<conditionalEventDefinition><condition>Amount > 10</condition>"
        "</conditionalEventDefinition>"
    ),
    "error": '<errorEventDefinition errorRef="E"/>',
    "escalation": '<escalationEventDefinition escalationRef="X"/>',
    "compensate": "<compensateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "terminate": "<terminateEventDefinition/>",
    "link": '<linkEventDefinition name="away"/>',
}
DEFINITIONS = {
    **DEFINITIONS,
    MULTIPLE: DEFINITIONS["message"] + DEFINITIONS["signal"],
    PARALLEL_MULTIPLE: DEFINITIONS["message"] + DEFINITIONS["signal"],
}
PARAMETERS = (
    '<extensionElements><p:parameter code="Amount" type="Integer" default="0"/></extensionElements>'
)
SET = '<userTask id="set"/>'
# What the end event in the box throws, where the event is to be triggered from within.
THROWN_WITHIN = ("error", "escalation", "cancel")


def xml_of(element: str, definition: str, place: str) -> bytes:
    """The file whose event is under test; it has the id `event`."""
    content = _PLACES[element, place](definition)
    return definitions(f'{ROOTS}<process id="P">{PARAMETERS}{content}</process>')


def event(name: str, definition: str, attributes: str = "") -> str:
    """The event under test."""
    several = ' parallelMultiple="true"' if definition == PARALLEL_MULTIPLE else ""
    inner = DEFINITIONS[definition]
    return f'<{name} id="event" {attributes}{several}>{inner}</{name}>'


def chain(*names: str) -> str:
    return "".join(flow(f"{a}_{b}", a, b) for a, b in pairwise(names))


def box(definition: str = "", *, inner: str = "", name: str = "subProcess") -> str:
    """The sub-process, with an end event that throws, and what else stands in it."""
    thrown = DEFINITIONS[definition] if definition in THROWN_WITHIN else ""
    return (
        f'<{name} id="box"><startEvent id="in"/><userTask id="go"/>'
        f'<endEvent id="out">{thrown}</endEvent>{chain("in", "go", "out")}{inner}</{name}>'
    )


def around(box_: str, *beside: str) -> str:
    """A process with a box, and a user task beside it that sets values."""
    content = '<startEvent id="start"/><parallelGateway id="fork"/><endEvent id="end"/>'
    ways = chain("start", "fork", "box", "end") + chain("fork", "set")
    return f"{content}{SET}{box_}{ways}{''.join(beside)}"


AFTER = '<userTask id="after"/>' + chain("event", "after")


def _process_start(definition: str) -> str:
    return event("startEvent", definition) + AFTER


def _sub_process_start(definition: str) -> str:
    inner = f"{event('startEvent', definition)}{AFTER}"
    return (
        f'<startEvent id="start"/><subProcess id="box">{inner}</subProcess>{chain("start", "box")}'
    )


def _event_sub_process(attributes: str) -> Callable[[str], str]:
    def content(definition: str) -> str:
        handler = (
            f'<subProcess id="handler" triggeredByEvent="true">'
            f"{event('startEvent', definition, attributes)}{AFTER}</subProcess>"
        )
        if definition == "compensate":
            return _compensated(box(inner=handler))
        return around(box(definition, inner=handler))

    return content


def _compensated(box_: str, *beside: str) -> str:
    """The box completes, and then what it has done is undone."""
    undo = f'<intermediateThrowEvent id="undo">{DEFINITIONS["compensate"]}</intermediateThrowEvent>'
    ways = chain("start", "box", "undo", "end")
    return f'<startEvent id="start"/><endEvent id="end"/>{box_}{undo}{ways}{"".join(beside)}'


def _catch(definition: str) -> str:
    if definition == "link":
        source = f'<intermediateThrowEvent id="jump">{DEFINITIONS["link"]}</intermediateThrowEvent>'
        return (
            f'<startEvent id="start"/>{source}{event("intermediateCatchEvent", definition)}'
            f"{chain('start', 'jump')}{AFTER}"
        )
    content = f'<startEvent id="start"/><parallelGateway id="fork"/>{SET}'
    ways = chain("start", "fork", "event") + chain("fork", "set")
    return f"{content}{event('intermediateCatchEvent', definition)}{ways}{AFTER}"


def _throw(name: str) -> Callable[[str], str]:
    """The event throws within the box, on whose boundary what it throws may be caught."""

    def content(definition: str) -> str:
        after = '<userTask id="after"/>' if name == "intermediateThrowEvent" else ""
        way = chain("in", "work", "event", "after") if after else chain("in", "work", "event")
        if definition == "link":
            link = DEFINITIONS["link"]
            after += f'<intermediateCatchEvent id="landed">{link}</intermediateCatchEvent>'
            way = chain("in", "work", "event") + chain("landed", "after")
        inner = (
            f'<startEvent id="in"/><task id="work"/>{event(name, definition)}{after}{way}'
            f"{_undoing()}"
        )
        kind = "transaction" if definition == "cancel" else "subProcess"
        caught = definition if definition in THROWN_WITHIN else "escalation"
        host = f'<{kind} id="box">{inner}</{kind}>'
        return around(host, _boundary_of(caught))

    return content


def _undoing() -> str:
    return (
        f'<boundaryEvent id="undoing" attachedToRef="work">{DEFINITIONS["compensate"]}'
        '</boundaryEvent><task id="undone" isForCompensation="true"/>'
        '<association id="as" sourceRef="undoing" targetRef="undone"/>'
    )


def _boundary_of(definition: str) -> str:
    return (
        f'<boundaryEvent id="caught" attachedToRef="box">{DEFINITIONS[definition]}</boundaryEvent>'
        f'<userTask id="seen"/>{chain("caught", "seen")}'
    )


def _boundary(attributes: str) -> Callable[[str], str]:
    def content(definition: str) -> str:
        on_box = f'attachedToRef="box" {attributes}'
        if definition == "compensate":
            handler = (
                f"{event('boundaryEvent', definition, on_box)}"
                '<userTask id="after" isForCompensation="true"/>'
                '<association id="as" sourceRef="event" targetRef="after"/>'
            )
            return _compensated(box(), handler)
        kind = "transaction" if definition == "cancel" else "subProcess"
        return around(box(definition, name=kind), event("boundaryEvent", definition, on_box), AFTER)

    return content


def _loop(definition: str) -> str:
    reference = f"Loop{definition.capitalize()}"
    host = (
        '<userTask id="box"><multiInstanceLoopCharacteristics behavior="None" '
        f'noneBehaviorEventRef="{reference}"><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>"
    )
    return around(host, _boundary_of("escalation"))


_PLACES: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("startEvent", PROCESS): _process_start,
    ("startEvent", SUB_PROCESS): _sub_process_start,
    ("startEvent", EVENT_SUB_PROCESS): _event_sub_process(""),
    ("startEvent", EVENT_SUB_PROCESS_BESIDE): _event_sub_process('isInterrupting="false"'),
    ("intermediateCatchEvent", FLOW): _catch,
    ("intermediateThrowEvent", FLOW): _throw("intermediateThrowEvent"),
    ("boundaryEvent", BOUNDARY): _boundary(""),
    ("boundaryEvent", BOUNDARY_BESIDE): _boundary('cancelActivity="false"'),
    ("boundaryEvent", BOUNDARY_OF_TRANSACTION): _boundary(""),
    ("endEvent", FLOW): _throw("endEvent"),
    ("endEvent", TRANSACTION): _throw("endEvent"),
    ("implicitThrowEvent", LOOP): _loop,
}
