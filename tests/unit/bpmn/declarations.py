"""A file whose root declares one of each thing that events name; a test adds processes to it."""

from procession.bpmn.events_allowed import (
    BOUNDARY_BESIDE,
    BOUNDARY_OF_TRANSACTION,
    EVENT_SUB_PROCESS,
    EVENT_SUB_PROCESS_BESIDE,
    LOOP,
    MULTIPLE,
    NONE,
    PARALLEL_MULTIPLE,
    PARTS_OF_MULTIPLE,
    PROCESS,
    SUB_PROCESS,
    TRANSACTION,
)
from tests.unit.bpmn.notation import PARAMETERS, definitions, flow, timer

ROOT = """
<itemDefinition id="text" structureRef="xsd:string"/>
<message id="paid" name="Invoice paid" itemRef="text"/>
<message id="ordered"/>
<signal id="closed" name="Shop closed"/>
<error id="sold" errorCode="sold"/>
<escalation id="late" escalationCode="late"/>
<interface id="face" name="Face"><operation id="pay" name="Pay"><inMessageRef>paid</inMessageRef>
</operation><operation id="ask" name="Ask"/></interface>
"""

DEFINITIONS = {
    "message": '<messageEventDefinition messageRef="paid"/>',
    "timer": timer("PT5M"),
    "conditional": "<conditionalEventDefinition><condition>1 &gt; 2</condition>"
    "</conditionalEventDefinition>",
    "signal": '<signalEventDefinition signalRef="closed"/>',
    "error": '<errorEventDefinition errorRef="sold"/>',
    "escalation": '<escalationEventDefinition escalationRef="late"/>',
    "compensate": "<compensateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "terminate": "<terminateEventDefinition/>",
    "link": '<linkEventDefinition name="L"/>',
    NONE: "",
}
LOOP_EVENTS = """
<messageEventDefinition id="thrown-message" messageRef="paid"/>
<signalEventDefinition id="thrown-signal" signalRef="closed"/>
<escalationEventDefinition id="thrown-escalation" escalationRef="late"/>
<errorEventDefinition id="thrown-error" errorRef="sold"/>
"""


def declared(content: str, root: str = "", parameters: str = PARAMETERS) -> bytes:
    """A file with one process of these flow elements, and a root that declares things."""
    extensions = f"<extensionElements>{parameters}</extensionElements>"
    return definitions(f'{ROOT}{root}<process id="P">{extensions}{content}</process>')


def defined(definition: str, element: str) -> str:
    """What an event of a row of the table has in it."""
    if definition == MULTIPLE:
        first, second = PARTS_OF_MULTIPLE[element][:2]
        return DEFINITIONS[first] + DEFINITIONS[second]
    if definition == PARALLEL_MULTIPLE:
        return DEFINITIONS["message"] + DEFINITIONS["signal"]
    return DEFINITIONS[definition]


def event_at(element: str, definition: str, place: str) -> str:
    """Flow elements with an event `e` as a row of the table has it."""
    inner = defined(definition, element)
    parallel = 'parallelMultiple="true"' if definition == PARALLEL_MULTIPLE else ""
    if element == "startEvent":
        return _start(inner, parallel, place)
    if element == "boundaryEvent":
        return _boundary(inner, parallel, place)
    if place == LOOP:
        return _loop(definition)
    if element == "endEvent":
        event = f'<task id="a"/><endEvent id="e">{inner}</endEvent>' + flow("f", "a", "e")
        return f'<transaction id="t">{event}</transaction>' if place == TRANSACTION else event
    return _intermediate(element, inner, parallel, definition)


def _start(inner: str, parallel: str, place: str) -> str:
    beside = 'isInterrupting="false"' if place == EVENT_SUB_PROCESS_BESIDE else ""
    event = f'<startEvent id="e" {parallel} {beside}>{inner}</startEvent>'
    if place == PROCESS:
        return event
    by_event = place in (EVENT_SUB_PROCESS, EVENT_SUB_PROCESS_BESIDE)
    assert by_event or place == SUB_PROCESS
    triggered = f'triggeredByEvent="{str(by_event).lower()}"'
    return f'<task id="a"/><subProcess id="s" {triggered}>{event}</subProcess>'


def _boundary(inner: str, parallel: str, place: str) -> str:
    host = "transaction" if place == BOUNDARY_OF_TRANSACTION else "subProcess"
    beside = 'cancelActivity="false"' if place == BOUNDARY_BESIDE else ""
    event = (
        f'<boundaryEvent id="e" attachedToRef="host" {parallel} {beside}>{inner}</boundaryEvent>'
    )
    if "compensateEventDefinition" in inner:
        after = '<task id="undo" isForCompensation="true"/>'
        after += '<association sourceRef="e" targetRef="undo"/>'
    else:
        after = '<task id="after"/>' + flow("f", "e", "after")
    return f'<{host} id="host"><task id="in"/></{host}>{event}{after}'


def _loop(definition: str) -> str:
    return (
        '<task id="e"><multiInstanceLoopCharacteristics behavior="One" '
        f'oneBehaviorEventRef="thrown-{definition}"><loopCardinality>3</loopCardinality>'
        "</multiInstanceLoopCharacteristics></task>"
    )


def _intermediate(element: str, inner: str, parallel: str, definition: str) -> str:
    event = f'<{element} id="e" {parallel}>{inner}</{element}>'
    if definition != "link":
        return f'<task id="a"/>{event}<task id="b"/>' + flow("f", "a", "e") + flow("g", "e", "b")
    link = DEFINITIONS["link"]
    if element == "intermediateThrowEvent":
        other = f'<intermediateCatchEvent id="o">{link}</intermediateCatchEvent>'
        return (
            f'<task id="a"/>{event}{other}<task id="b"/>'
            + flow("f", "a", "e")
            + flow("g", "o", "b")
        )
    other = f'<intermediateThrowEvent id="o">{link}</intermediateThrowEvent>'
    return f'<task id="a"/>{event}{other}<task id="b"/>' + flow("f", "a", "o") + flow("g", "e", "b")
