"""Whether an event has the definitions and the flows that its type and its place allow.

Rule: which definitions those are stands in events_allowed.py; this file finds the event's place and
says what is wrong. Clauses 10.5.2 to 10.5.6.
"""

from procession.bpmn.draft import Draft, Node, attached_to, kind_of
from procession.bpmn.events_allowed import (
    ALLOWED,
    BOUNDARY,
    BOUNDARY_BESIDE,
    BOUNDARY_OF_TRANSACTION,
    ENDING,
    EVENT_SUB_PROCESS,
    EVENT_SUB_PROCESS_BESIDE,
    FLOW,
    MULTIPLE,
    NONE,
    PARALLEL_MULTIPLE,
    PARTS_OF_MULTIPLE,
    PARTS_OF_PARALLEL_MULTIPLE,
    PROCESS,
    SUB_PROCESS,
    TRANSACTION,
)
from procession.bpmn.forms import boolean
from procession.bpmn.problems import Problems, near
from procession.bpmn.vocabulary import ACTIVITIES, SUB_PROCESSES, model
from procession.core.values import shown

_INTERMEDIATE = ("intermediateCatchEvent", "intermediateThrowEvent")
# BPMN has no none event of these types.
_CATCHING = ("intermediateCatchEvent", "boundaryEvent")
_REFERENCE = model("eventDefinitionRef")
_CLAUSES = {
    "startEvent": "10.5.2",
    "endEvent": "10.5.3",
    "intermediateCatchEvent": "10.5.4",
    "intermediateThrowEvent": "10.5.4",
    "boundaryEvent": "10.5.6",
}


def check_event(node: Node, draft: Draft, problems: Problems) -> None:
    """All that can be said about an event without reading what its definitions name."""
    # What is referred to and is not there is a problem already.
    if node.definitions or node.xml.find(_REFERENCE) is None:
        _check_definitions(node, draft, problems)
    if node.type == "boundaryEvent":
        _check_boundary(node, draft, problems)
    elif node.type in _INTERMEDIATE and not node.incoming and not _is_link_catch(node):
        message = f"no flow leads to the {node.type}; connect it, or remove it"
        problems.add("no-flow-into-event", message, node.xml)


def _is_link_catch(node: Node) -> bool:
    return node.type == "intermediateCatchEvent" and is_link(node)


def is_link(node: Node) -> bool:
    """Whether it is either end of a link (clause 10.5.5.6)."""
    return len(node.definitions) == 1 and node.has("link")


def is_parallel(node: Node) -> bool:
    """Whether all of its definitions must have been caught."""
    return len(node.definitions) > 1 and bool(boolean(node.xml.get("parallelMultiple", "")))


# -- definitions ----------------------------------------------------------------------------------


def _check_definitions(node: Node, draft: Draft, problems: Problems) -> None:
    if not node.definitions and node.type in _CATCHING:
        message = f"nothing says what the {node.type} catches; add a definition, a timer say"
        problems.add("no-definition", message, node.xml)
        return
    places = _places(node, draft)
    allowed = {name for place in places for name in ALLOWED.get((node.type, place), ())}
    shape = _shape(node)
    if shape not in allowed:
        _refuse(node, (shape, places[0]), allowed, problems)
    elif len(node.definitions) > 1:
        _check_parts(node, places[0], allowed, problems)


def _shape(node: Node) -> str:
    """What the table calls it: by its one definition, or by the number of them."""
    if len(node.definitions) < 2:
        return kind_of(node.definitions[0]) if node.definitions else NONE
    return PARALLEL_MULTIPLE if is_parallel(node) else MULTIPLE


def _check_parts(node: Node, place: str, allowed: set[str], problems: Problems) -> None:
    parts = PARTS_OF_PARALLEL_MULTIPLE if is_parallel(node) else PARTS_OF_MULTIPLE[node.type]
    kinds = [kind_of(each) for each in node.definitions]
    wrong = next((kind for kind in kinds if kind not in parts or kind not in allowed), None)
    if wrong is not None:
        _refuse(node, (f"several definitions, {wrong} among them,", place), allowed, problems)
    if sum(kind in ENDING for kind in kinds) > 1:
        message = f"an event throws one of {', '.join(ENDING)} at most; keep one"
        problems.add("many-definitions", message, node.xml)


def _refuse(node: Node, what: tuple[str, str], allowed: set[str], problems: Problems) -> None:
    shape, place = what
    if place == BOUNDARY_BESIDE and shape == "error":
        message = "an error ends the activity; remove cancelActivity, or use a timer"
        problems.add("non-interrupting-error", message, node.xml)
        return
    message = (
        f"a {node.type} with {shape} cannot stand here ({place}; clause {_CLAUSES[node.type]}); "
        f"allowed are {', '.join(sorted(allowed))}"
    )
    problems.add("definition-not-allowed", message, node.xml)


def _places(node: Node, draft: Draft) -> tuple[str, ...]:
    """Where the event stands, as the table has it."""
    around = draft.nodes.get(node.scope)
    if node.type == "startEvent":
        return (_start_place(node, around),)
    if node.type == "endEvent":
        within = around is not None and around.type == "transaction"
        return (FLOW, TRANSACTION) if within else (FLOW,)
    if node.type != "boundaryEvent":
        return (FLOW,)
    if not is_interrupting(node):
        return (BOUNDARY_BESIDE,)
    host = draft.nodes.get(attached_to(node))
    on_transaction = host is not None and host.type == "transaction"
    return (BOUNDARY, BOUNDARY_OF_TRANSACTION) if on_transaction else (BOUNDARY,)


def _start_place(node: Node, around: Node | None) -> str:
    if around is None:
        return PROCESS
    if not around.by_event:
        return SUB_PROCESS
    return EVENT_SUB_PROCESS if is_interrupting(node) else EVENT_SUB_PROCESS_BESIDE


def is_interrupting(node: Node) -> bool:
    """cancelActivity or isInterrupting, true by default (clauses 10.5.2 and 10.5.6)."""
    name = "isInterrupting" if node.type == "startEvent" else "cancelActivity"
    return boolean(node.xml.get(name, "")) is not False


# -- boundaries -----------------------------------------------------------------------------------


def _check_boundary(node: Node, draft: Draft, problems: Problems) -> None:
    wrong = _wrong_host(node, draft)
    if wrong:
        problems.add("bad-attachment", f"attachedToRef {wrong}", node.xml)
    if node.incoming:
        message = f"the flow {shown(node.incoming[0])} leads into a boundary event; none may"
        problems.add("flow-into-boundary", message, node.xml)
    if node.has("compensate"):
        _check_compensation_boundary(node, problems)
    elif not node.outgoing:
        message = "no flow leads out of the boundary event, so what it catches has no effect; add"
        problems.add("no-flow-out-of-boundary", f"{message} one", node.xml)


def _check_compensation_boundary(node: Node, problems: Problems) -> None:
    if node.outgoing:
        message = f"the flow {shown(node.outgoing[0])} leads out of an event that catches a "
        message += "compensation; draw an association to the handler instead"
        problems.add("flow-out-of-compensation", message, node.xml)


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
    if host.type in SUB_PROCESSES and host.by_event:
        return f"is {shown(name)}, an event sub-process, which has none"
    if host.scope != node.scope:
        return f"is {shown(name)}, which stands in another sub-process; draw the event there"
    return None
