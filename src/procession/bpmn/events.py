"""What events catch and throw, and the activities on whose boundary they stand.

Rule: an event has one event definition, or none where BPMN allows that; what it names is there.
"""

from collections.abc import Iterable, Mapping

from lxml.etree import _Element

from procession.bpmn.document import check_children
from procession.bpmn.draft import Draft, Node
from procession.bpmn.forms import boolean
from procession.bpmn.problems import Problems, near
from procession.bpmn.texts import Compiler
from procession.bpmn.timers import NO_TIMER, read_timer
from procession.bpmn.vocabulary import ACTIVITIES, EVENT_DEFINITIONS, local_id, model, name_of
from procession.core.model import (
    BoundaryEvent,
    Element,
    ErrorEventDefinition,
    TimerEventDefinition,
    TimerKind,
)
from procession.core.values import shown

_DEFINITIONS = tuple(map(model, EVENT_DEFINITIONS))
_INTERMEDIATE = ("intermediateCatchEvent", "intermediateThrowEvent")
# BPMN has no none event of these types.
_CATCHING = ("intermediateCatchEvent", "boundaryEvent")


def definition_of(node: Node) -> _Element | None:
    """The event definition of an event; the first, if there are several."""
    return next(node.xml.iterchildren(*_DEFINITIONS), None)


def check_event(node: Node, draft: Draft, problems: Problems) -> None:
    """Whether an event has the definition and the flows that its type must have (10.5.3 to 6)."""
    definitions = list(node.xml.iterchildren(*_DEFINITIONS))
    if len(definitions) > 1:
        message = f"the event has {len(definitions)} definitions; keep one"
        problems.add("many-definitions", message, node.xml)
    if not definitions and node.type in _CATCHING:
        message = f"nothing says what the {node.type} catches; add a definition, a timer say"
        problems.add("no-definition", message, node.xml)
    if node.type == "boundaryEvent":
        _check_boundary(node, draft, problems)
    elif node.type in _INTERMEDIATE and not node.incoming and not _is_link_catch(node):
        message = f"no flow leads to the {node.type}; connect it, or remove it"
        problems.add("no-flow-into-event", message, node.xml)


def _is_link_catch(node: Node) -> bool:
    return node.type == "intermediateCatchEvent" and is_link(node)


def is_link(node: Node) -> bool:
    """Whether it is either end of a link (clause 10.5.5.6)."""
    definition = definition_of(node)
    return definition is not None and name_of(definition) == "linkEventDefinition"


def begins_with_scope(node: Node) -> bool:
    """Whether a node that no flow leads to begins when its scope does; some events never do."""
    return node.type not in ("boundaryEvent", *_INTERMEDIATE)


def _check_boundary(node: Node, draft: Draft, problems: Problems) -> None:
    wrong = _wrong_host(node, draft)
    if wrong:
        problems.add("bad-attachment", f"attachedToRef {wrong}", node.xml)
    if node.incoming:
        message = f"the flow {shown(node.incoming[0])} leads into a boundary event; none may"
        problems.add("flow-into-boundary", message, node.xml)
    if not node.outgoing:
        message = "no flow leads out of the boundary event, so what it catches has no effect; add"
        problems.add("no-flow-out-of-boundary", f"{message} one", node.xml)


def _wrong_host(node: Node, draft: Draft) -> str | None:
    """What is wrong about the activity that a boundary event stands on (clause 10.5.6)."""
    name = attached_to(node)
    host = draft.nodes.get(name)
    if not name:
        return "is not there; name the activity that the event stands on"
    if host is None:
        activities = [each.id for each in draft.nodes.values() if each.type in ACTIVITIES]
        return f"is {shown(name)}, which is not in this process.{near(name, activities)}"
    if host.type not in ACTIVITIES:
        return f"is {shown(name)}, a {host.type}; only activities have a boundary for events"
    if host.scope != node.scope:
        return f"is {shown(name)}, which stands in another sub-process; draw the event there"
    return None


def attached_to(node: Node) -> str:
    """The id of the activity: attachedToRef is a qualified name."""
    return local_id(node.xml.get("attachedToRef", ""))


# -- what is built --------------------------------------------------------------------------------


def read_timer_of(node: Node, compiler: Compiler) -> TimerEventDefinition:
    """The timer of an event in a flow: it happens once for each token (clause 10.5.4)."""
    definition = definition_of(node)
    timer = _timer_in(definition, compiler)
    if timer.kind is TimerKind.CYCLE:
        message = "the event lets each token go on once, so its timer has no timeCycle; write a "
        compiler.problems.add("cycle-not-allowed", f"{message}timeDuration", definition)
    return timer


def read_boundary_definition(
    node: Node, compiler: Compiler
) -> TimerEventDefinition | ErrorEventDefinition:
    """What a boundary event catches."""
    definition = definition_of(node)
    if definition is None or name_of(definition) != "errorEventDefinition":
        return _timer_in(definition, compiler)
    if not is_interrupting(node):
        message = "an error ends the activity; remove cancelActivity, or use a timer"
        compiler.problems.add("non-interrupting-error", message, node.xml)
    return read_error(definition, compiler)


def _timer_in(definition: _Element | None, compiler: Compiler) -> TimerEventDefinition:
    if definition is None or name_of(definition) != "timerEventDefinition":
        return NO_TIMER  # It was refused.
    return read_timer(definition, compiler)


def is_interrupting(node: Node) -> bool:
    """cancelActivity, true by default (clause 10.5.6)."""
    return boolean(node.xml.get("cancelActivity", "")) is not False


def read_error(definition: _Element, compiler: Compiler) -> ErrorEventDefinition:
    """The error of an errorEventDefinition: without a code it is any (clause 10.5.5.4)."""
    check_children(definition, compiler.problems)
    name = local_id(definition.get("errorRef", ""))
    declared = compiler.errors.get(name)
    if declared is None:
        if name:
            message = f"errorRef is {shown(name)}, and the file declares no such error"
            hint = near(name, compiler.errors)
            compiler.problems.add("unknown-error", f"{message}; add it.{hint}", definition)
        return ErrorEventDefinition(None)
    return ErrorEventDefinition(declared.get("errorCode", "").strip() or None)


def read_thrown_error(node: Node, definition: _Element, compiler: Compiler) -> ErrorEventDefinition:
    """The error that an end event throws, which has a code (clause 10.5.3)."""
    error = read_error(definition, compiler)
    name = local_id(definition.get("errorRef", ""))
    if error.code is None and (not name or name in compiler.errors):
        message = "the error that is thrown has no code; name an error that has an errorCode"
        compiler.problems.add("no-error-code", message, node.xml)
    return error


def boundaries_of(
    elements: Iterable[Element], draft: Draft, problems: Problems
) -> Mapping[str, tuple[BoundaryEvent, ...]]:
    """The events on each activity, in file order; each error is caught once."""
    found: dict[str, list[BoundaryEvent]] = {}
    catches: dict[tuple[str, str | None], BoundaryEvent] = {}
    for event in elements:
        if isinstance(event, BoundaryEvent):
            found.setdefault(event.attached_to, []).append(event)
            if isinstance(event.definition, ErrorEventDefinition):
                first = catches.setdefault((event.attached_to, event.definition.code), event)
                if first is not event:
                    _refuse_second(event, first, draft, problems)
    return {activity: tuple(events) for activity, events in found.items()}


def _refuse_second(
    event: BoundaryEvent, first: BoundaryEvent, draft: Draft, problems: Problems
) -> None:
    assert isinstance(first.definition, ErrorEventDefinition), first
    code = first.definition.code
    what = "every error" if code is None else f"the error {shown(code)}"
    message = f"{shown(first.id)} on the same activity catches {what} already; keep one"
    problems.add("duplicate-error", message, draft.nodes[event.id].xml)
