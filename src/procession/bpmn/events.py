"""Events as the model has them: their definitions, and the data that goes into or out of them.

Rule: what an event catches before its scope is there, the start of a process say, is read with what
is there by then. Clauses 10.4.2 (data of events) and 10.5.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lxml.etree import _Element

from procession.bpmn.associations import (
    INPUT,
    OUTPUT,
    Target,
    end_of,
    into_target,
    reference,
    target_at,
)
from procession.bpmn.data import variable_name
from procession.bpmn.definitions import Occasion, read_definition
from procession.bpmn.draft import Draft, Node, kind_of
from procession.bpmn.event_checks import is_link
from procession.bpmn.problems import Problems
from procession.bpmn.reading import Reading, View
from procession.bpmn.vocabulary import model
from procession.core.model import (
    PROCESS_SCOPE,
    BoundaryEvent,
    CancelEventDefinition,
    CompensateEventDefinition,
    Element,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventDefinition,
    Expression,
    MessageEventDefinition,
    Output,
    SignalEventDefinition,
    StartEvent,
)
from procession.core.values import shown

Carrying = (
    MessageEventDefinition
    | SignalEventDefinition
    | ErrorEventDefinition
    | EscalationEventDefinition
)


def caught_by(node: Node, reading: Reading) -> tuple[EventDefinition, ...]:
    """What a catching event waits for."""
    occasion = Occasion(node, reading, _seen_before(node, reading), reading.around(node), False)
    definitions = _read(node, occasion)
    return tuple(_carrying(definitions, _caught_values(node, reading)))


def thrown_by_event(node: Node, reading: Reading) -> tuple[EventDefinition, ...]:
    """What a throwing event throws."""
    around = reading.around(node)
    definitions = _read(node, Occasion(node, reading, around, around, True))
    return tuple(_carrying(definitions, _thrown_values(node, reading)))


def _read(node: Node, occasion: Occasion) -> list[EventDefinition]:
    if is_link(node):
        return []
    found = (read_definition(each, occasion) for each in node.definitions)
    return [each for each in found if each is not None]


def _seen_before(node: Node, reading: Reading) -> View:
    """What is there when the event begins to be waited for."""
    around = reading.draft.nodes.get(node.scope)
    if node.type == "startEvent" and around is not None:
        return reading.around(around)
    if starts_process(node, reading.draft):
        return View(reading.process.compiler.seeing({}))
    return reading.around(node)


def starts_process(node: Node, draft: Draft) -> bool:
    """Whether an instance of the process is there only when the event has been caught.

    So its texts cannot name the process's own values (clause 10.5.2, conditional start event).
    """
    if node.scope != PROCESS_SCOPE:
        return False
    sources = [draft.nodes[draft.flows[flow].source] for flow in node.incoming]
    before = any(each.type == "eventBasedGateway" and each.instantiates for each in sources)
    return before or node.type == "startEvent" or (node.type == "receiveTask" and node.instantiates)


# -- data -----------------------------------------------------------------------------------------


def _carried_ends(node: Node, name: str, reading: Reading) -> list[tuple[str, str]]:
    """Id and name of the data inputs or outputs of an event: one for each that carries data."""
    found = [
        (each.get("id", ""), variable_name(each) or each.get("id", ""))
        for each in node.xml.iterchildren(model(name))
    ]
    if len(found) > sum(kind_of(each) in _CARRYING for each in node.definitions):
        message = f"the event has {len(found)} {name}s and fewer definitions that carry values"
        reading.process.problems.add("bad-event-data", f"{message}; remove some", node.xml)
    side, end = (INPUT, "targetRef") if name == "dataInput" else (OUTPUT, "sourceRef")
    known = [id for id, _ in found]
    for association in node.xml.iterchildren(side):
        if end_of(association, end) not in known:
            message = f"{end} of the data association is no {name} of the event; add it"
            reading.process.problems.add("bad-event-data", message, association)
    return found


def _thrown_values(node: Node, reading: Reading) -> Iterator[Mapping[str, Expression]]:
    """What each data input of a throwing event carries: "" is the value as a whole."""
    around = reading.around(node)
    for id, name in _carried_ends(node, "dataInput", reading):
        carried: dict[str, Expression] = {}
        for association in node.xml.iterchildren(INPUT):
            if end_of(association, "targetRef") == id:
                for each in into_target(association, Target(name, name, id), reading, around):
                    if len(each.path) > 1:
                        message = "an event carries values by one name; shorten `to`"
                        around.problems.add("bad-event-data", message, association)
                    carried["".join(each.path[:1])] = each.value
        yield carried


def _caught_values(node: Node, reading: Reading) -> Iterator[tuple[Output, ...]]:
    """The variables and data stores that take the data output of a catching event, as it came."""
    around = reading.around(node)
    for id, _ in _carried_ends(node, "dataOutput", reading):
        yield tuple(
            Output("", target)
            for association in node.xml.iterchildren(OUTPUT)
            if end_of(association, "sourceRef") == id
            and (target := _taker(association, reading, around))
        )


def _taker(association: _Element, reading: Reading, around: View) -> str:
    end = reference(association, "targetRef")
    changes = next(association.iterchildren(*_CHANGES), None) is not None
    if end is None or changes:
        message = "what an event catches goes into one variable as it is; write a targetRef alone, "
        message += "or procession:output for its parts"
        around.problems.add("bad-event-data", message, association)
        return ""
    return target_at(end, reading, around).takes


_CHANGES = (model("transformation"), model("assignment"))
_CARRYING = ("message", "signal", "error", "escalation")


def _carrying(
    definitions: list[EventDefinition],
    carried: Iterable[Mapping[str, Expression] | tuple[Output, ...]],
) -> Iterator[EventDefinition]:
    """The first data input or output is that of the first definition that carries data, and so on.

    What our own elements say by name stays beside it.
    """
    ends = iter(carried)
    for definition in definitions:
        end = next(ends, ()) if isinstance(definition, Carrying) else ()
        if isinstance(definition, Carrying) and isinstance(end, Mapping):
            yield replace(definition, payload={**end, **definition.payload})
        elif isinstance(definition, Carrying) and end:
            yield replace(definition, outputs=(*end, *definition.outputs))
        else:
            yield definition
    # What is left over is read as well, so that its problems are found.
    for _ in ends:
        pass


# -- boundaries -----------------------------------------------------------------------------------


def boundaries_of(elements: Iterable[Element]) -> Mapping[str, tuple[BoundaryEvent, ...]]:
    """The events on each activity, in file order."""
    found: dict[str, list[BoundaryEvent]] = {}
    for event in elements:
        if isinstance(event, BoundaryEvent):
            found.setdefault(event.attached_to, []).append(event)
    return {activity: tuple(events) for activity, events in found.items()}


def check_catches(elements: Mapping[str, Element], draft: Draft, problems: Problems) -> None:
    """Of the events on one activity, or of a scope's event sub-processes, each catches its own."""
    first: dict[tuple[str, object], str] = {}
    for event in elements.values():
        place = _catching_place(event, draft)
        if place is None or not isinstance(event, BoundaryEvent | StartEvent):
            continue
        for definition in event.definitions:
            what = _caught_once(definition)
            other = first.setdefault((place, what), event.id) if what else event.id
            if other != event.id:
                _refuse_second(event, other, (definition, draft), problems)


def _catching_place(event: Element, draft: Draft) -> str | None:
    if isinstance(event, BoundaryEvent):
        return f"on {event.attached_to}"
    around = draft.nodes.get(event.scope)
    return f"in {around.scope}" if around is not None and around.by_event else None


def _caught_once(definition: EventDefinition) -> tuple[str, str | None] | None:
    """What can be caught by one event only; None: several may catch it."""
    match definition:
        case ErrorEventDefinition(code):
            return "error", code
        case EscalationEventDefinition(code):
            return "escalation", code
        case CompensateEventDefinition():
            return "compensation", ""
        case CancelEventDefinition():
            return "cancel", ""
    return None


def _refuse_second(
    event: Element, first: str, what: tuple[EventDefinition, Draft], problems: Problems
) -> None:
    definition, draft = what
    caught = _caught_once(definition)
    assert caught is not None, definition
    kind, code = caught
    named = f"every {kind}" if code is None else f"the {kind} {shown(code)}".removesuffix(" ''")
    problem = "duplicate-error" if kind == "error" else "duplicate-catch"
    place = "on the same activity" if isinstance(event, BoundaryEvent) else "in the same scope"
    message = f"{shown(first)} {place} catches {named} already; keep one"
    problems.add(problem, message, draft.nodes[event.id].xml)
