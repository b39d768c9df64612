"""Event definitions: what an event catches or throws (clause 10.5.5).

Rule: one table says how each kind is read. What a definition names must be there; a text of it sees
what `Occasion.seeing` does, and what is caught goes into variables that `Occasion.into` sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from procession.bpmn.compensation import compensated_activity
from procession.bpmn.correlation import keys_for
from procession.bpmn.draft import Node, kind_of
from procession.bpmn.events_allowed import ALLOWED, LOOP
from procession.bpmn.extensions import extensions, tag
from procession.bpmn.forms import boolean, one_line, seconds_of
from procession.bpmn.mapping import Results, read_outputs
from procession.bpmn.problems import near
from procession.bpmn.reading import Reading, View
from procession.bpmn.timers import read_timer
from procession.bpmn.vocabulary import EVENT_DEFINITIONS, local_id, model
from procession.core.model import (
    CancelEventDefinition,
    CompensateEventDefinition,
    ConditionalEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventDefinition,
    Expression,
    MessageEventDefinition,
    Output,
    SignalEventDefinition,
    TerminateEventDefinition,
    TimerEventDefinition,
    TimerKind,
)
from procession.core.values import shown

_UNKNOWN = {
    "message": "unknown-message",
    "signal": "unknown-signal",
    "error": "unknown-error",
    "escalation": "unknown-escalation",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where a definition is read: the node that it belongs to, and what can be seen there.

    `throwing`: it is thrown, not caught.
    """

    node: Node
    reading: Reading
    seeing: View
    into: View
    throwing: bool

    def refuse(self, code: str, message: str, at: _Element) -> None:
        """Notes a problem. A definition of the file's root says nothing about who uses it."""
        here = at if self.node.xml in (at, *at.iterancestors()) else self.node.xml
        self.seeing.problems.add(code, message, here)


def read_definition(definition: _Element, occasion: Occasion) -> EventDefinition | None:
    """What a definition of an event says; None: it is refused elsewhere."""
    reads = READERS.get(kind_of(definition))
    return None if reads is None else reads(definition, occasion)


def thrown_by(loop: _Element, reference: str, view: View) -> _Element | None:
    """The event definition of the root that a loop throws."""
    declared, id = view.compiler.declared, local_id(reference)
    for kind in EVENT_DEFINITIONS:
        definition = declared.named(kind).get(id)
        if definition is not None:
            return definition
    message = f"{shown(id)} is no event definition of the file's root; add it"
    view.problems.add("unknown-definition", message, loop)
    return None


def check_thrown_by_loop(definition: _Element, loop: _Element, view: View) -> None:
    """Whether a loop may throw a definition of this kind."""
    allowed = ALLOWED["implicitThrowEvent", LOOP]
    if kind_of(definition) not in allowed:
        message = f"a loop throws no {kind_of(definition)}; allowed are {', '.join(allowed)}"
        view.problems.add("definition-not-allowed", message, loop)


# -- what it names --------------------------------------------------------------------------------


def referred(definition: _Element, kind: str, occasion: Occasion) -> tuple[str, _Element | None]:
    """The reference of a definition, and what it refers to; an unknown one is a problem."""
    reference = local_id(definition.get(f"{kind}Ref", ""))
    return reference, _declared(reference, kind, definition, occasion)


def _declared(id: str, kind: str, at: _Element, occasion: Occasion) -> _Element | None:
    known = occasion.seeing.compiler.declared.named(kind)
    if id and id not in known:
        message = f"{kind}Ref is {shown(id)}, and the file declares no such {kind}; add it."
        occasion.refuse(_UNKNOWN[kind], message + near(id, known), at)
    return known.get(id)


def _called(declared: _Element) -> str:
    """The name of a message or signal, by which it is known outside of the file."""
    return one_line(declared.get("name", "")) or declared.get("id", "")


def _payload(definition: _Element, occasion: Occasion) -> Mapping[str, Expression]:
    """What procession:payload elements say that is carried."""
    found: dict[str, Expression] = {}
    for each in extensions(definition, "payload"):
        name = each.get("name", "")
        if not occasion.throwing:
            message = "what is caught carries what its thrower said; write procession:output"
            occasion.refuse("misplaced-extension", message, each)
        elif name in found:
            occasion.refuse("duplicate-input", f"{shown(name)} is carried twice; keep one", each)
        found[name] = occasion.seeing.compiler.attribute(each, "expression")
    return found


def _outputs(definition: _Element, occasion: Occasion) -> tuple[Output, ...]:
    """What procession:output elements say that is kept of what is caught."""
    elements = list(extensions(definition, "output"))
    if elements and occasion.throwing:
        message = "nothing comes back from what is thrown; write procession:payload"
        occasion.refuse("misplaced-extension", message, elements[0])
    return read_outputs(elements, Results(), occasion.into.compiler)


# -- messages -------------------------------------------------------------------------------------


def read_message(element: _Element, occasion: Occasion) -> MessageEventDefinition:
    """The message of a messageEventDefinition, a send task or a receive task (clause 10.5.5.7)."""
    declared = _message(element, occasion)
    key = element.get(tag("correlationKey"), "").strip()
    compiler = occasion.seeing.compiler
    return MessageEventDefinition(
        message="" if declared is None else _called(declared),
        key=compiler.attribute(element, tag("correlationKey")) if key else None,
        keys=() if declared is None else keys_for(declared.get("id", ""), occasion.reading),
        live_seconds=_live_seconds(element, occasion),
        payload=_payload(element, occasion),
        outputs=_outputs(element, occasion),
    )


def _message(element: _Element, occasion: Occasion) -> _Element | None:
    """By its messageRef, by its operation, or by the message flow that is drawn to it."""
    reference, found = referred(element, "message", occasion)
    if reference:
        return found
    operation = _reference_to_operation(element)
    if operation:
        declared = operation_of(element, occasion.seeing)
        if declared is None:
            return None
        reference = local_id(declared.findtext(model("inMessageRef"), ""))
    drawn = occasion.seeing.compiler.declared.flow_messages.get(occasion.node.id, "")
    if not (reference or drawn):
        message = "nothing says which message; write messageRef, and the message into the root"
        occasion.refuse("no-message", message, element)
    return _declared(reference or drawn, "message", element, occasion)


def _reference_to_operation(element: _Element) -> str:
    child = element.findtext(model("operationRef"), "")
    return local_id(element.get("operationRef", "") or child)


def operation_of(element: _Element, view: View) -> _Element | None:
    """The operation of an interface that a task or a message event names."""
    reference, known = _reference_to_operation(element), view.compiler.declared.operations
    if reference and reference not in known:
        message = f"operationRef is {shown(reference)}, and no interface has such an operation; "
        hint = near(reference, known)
        view.problems.add("unknown-operation", f"{message}add it.{hint}", element)
    return known.get(reference)


def _live_seconds(element: _Element, occasion: Occasion) -> float | None:
    text = element.get(tag("timeToLive"), "").strip()
    if text and not occasion.throwing:
        message = "who catches a message cannot say how long it is kept; remove timeToLive"
        occasion.refuse("misplaced-attribute", message, element)
    return seconds_of(text)


# -- the other kinds ------------------------------------------------------------------------------


def _signal(definition: _Element, occasion: Occasion) -> SignalEventDefinition:
    reference, declared = referred(definition, "signal", occasion)
    if not reference:
        message = "nothing says which signal; write signalRef, and the signal into the root"
        occasion.refuse("no-signal", message, definition)
    return SignalEventDefinition(
        "" if declared is None else _called(declared),
        _payload(definition, occasion),
        _outputs(definition, occasion),
    )


def _code(definition: _Element, kind: str, occasion: Occasion) -> str | None:
    """The code of an error or an escalation: whoever catches without one catches all of them."""
    reference, declared = referred(definition, kind, occasion)
    code = "" if declared is None else declared.get(f"{kind}Code", "").strip()
    if occasion.throwing and not code and (declared is not None or not reference):
        problem = "no-error-code" if kind == "error" else "no-escalation-code"
        message = f"the {kind} that is thrown has no code; name an {kind} that has an {kind}Code"
        occasion.refuse(problem, message, definition)
    return code or None


def _error(definition: _Element, occasion: Occasion) -> ErrorEventDefinition:
    code = _code(definition, "error", occasion)
    payload, outputs = _payload(definition, occasion), _outputs(definition, occasion)
    return ErrorEventDefinition(code, payload, outputs)


def _escalation(definition: _Element, occasion: Occasion) -> EscalationEventDefinition:
    code = _code(definition, "escalation", occasion)
    payload, outputs = _payload(definition, occasion), _outputs(definition, occasion)
    return EscalationEventDefinition(code, payload, outputs)


def _conditional(definition: _Element, occasion: Occasion) -> ConditionalEventDefinition | None:
    condition = definition.find(model("condition"))
    if condition is None or not (condition.text or "").strip():
        message = "the conditional event has no condition; write an expression"
        occasion.refuse("no-condition", message, definition)
        return None
    # Where it starts the process it sees what it is asked about: values for the parameters.
    seeing = occasion.seeing if occasion.seeing.compiler.visible else occasion.reading.process
    return ConditionalEventDefinition(seeing.compiler.condition(condition))


def _timer(definition: _Element, occasion: Occasion) -> TimerEventDefinition:
    """A timer in a flow happens once for each token (clause 10.5.4)."""
    timer = read_timer(definition, occasion.seeing.compiler)
    if timer.kind is TimerKind.CYCLE and occasion.node.type == "intermediateCatchEvent":
        message = "the event lets each token go on once, so its timer has no timeCycle; write a "
        occasion.refuse("cycle-not-allowed", f"{message}timeDuration", definition)
    return timer


def _compensate(definition: _Element, occasion: Occasion) -> CompensateEventDefinition:
    name = definition.get("activityRef", "")
    if name and not occasion.throwing:
        message = "who catches a compensation names no activity: it is the one around; remove "
        occasion.refuse("bad-compensation", f"{message}activityRef", definition)
        return CompensateEventDefinition()
    node, reading = occasion.node, occasion.reading
    activity = compensated_activity(node, name, reading.draft, occasion.seeing.problems)
    wait = boolean(definition.get("waitForCompletion", "")) is not False
    return CompensateEventDefinition(activity, wait)


Reader = Callable[[_Element, Occasion], EventDefinition | None]
READERS: Mapping[str, Reader] = {
    "message": read_message,
    "signal": _signal,
    "error": _error,
    "escalation": _escalation,
    "conditional": _conditional,
    "timer": _timer,
    "compensate": _compensate,
    "cancel": lambda definition, occasion: CancelEventDefinition(),
    "terminate": lambda definition, occasion: TerminateEventDefinition(),
}
