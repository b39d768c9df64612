"""Inclusive joins, held against a slow and simple reading of BPMN 2.0.2 §13.4.3.

The standard speaks of paths; here they are walked one by one, from each token on, on graphs with
loops, joins, boundary events and sub-processes that nobody would draw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from hypothesis import event, given, settings
from hypothesis import strategies as st

from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ElementInstance, ProcessInstance
from procession.core.joins import still_coming
from procession.core.model import (
    AbstractTask,
    BoundaryEvent,
    Element,
    ErrorEventDefinition,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    Process,
    SequenceFlow,
    SubProcess,
)

CASES = 2_000
NOBODY = UUID(int=0)
GATEWAY = "join"
OTHERS_MAX = 7
FLOWS_MAX = 14


def process_of(elements: Mapping[str, Element], flows: list[tuple[str, str]]) -> Process:
    """The process of these elements, joined by flows between (source, target)."""
    found = {f"{number}": SequenceFlow(f"{number}", *ends) for number, ends in enumerate(flows)}
    return Process(
        id="P",
        uid=NOBODY,
        caption="P",
        parameters={},
        elements={
            name: replace(
                element,
                incoming=tuple(each.id for each in found.values() if each.target == name),
                outgoing=tuple(each.id for each in found.values() if each.source == name),
            )
            for name, element in elements.items()
        },
        flows=found,
        starts={"": ()},
    )


@dataclass(frozen=True)
class Case:
    process: Process
    instance: ProcessInstance

    @property
    def waits(self) -> bool:
        root, gateway = self.instance.root, self.process.elements[GATEWAY]
        filled = root.arrived[GATEWAY]
        return still_coming(self.process, self.instance, root, gateway, filled=filled)


# -- the simple reading ---------------------------------------------------------------------------


def must_wait(case: Case) -> bool:
    """Whether a path leads from a token to an empty flow, and none from it to a filled one."""
    gateway = case.process.elements[GATEWAY]
    filled = case.instance.root.arrived[GATEWAY]
    for token in tokens(case.instance):
        ends = {path[-1] for path in paths(case.process, token)}
        reached = ends.intersection(gateway.incoming)
        if reached and reached.isdisjoint(filled):
            return True
    return False


def tokens(instance: ProcessInstance) -> Iterator[str]:
    """The elements of the gateway's scope at which a token is, or before which one waits.

    A token within a sub-process is one at the sub-process: no path crosses its border.
    """
    for element in instance.elements.values():
        if element.id != ROOT and element.scope == ROOT:
            yield element.element
    yield from (join for join in instance.root.arrived if join != GATEWAY)


def paths(process: Process, start: str) -> Iterator[tuple[str, ...]]:
    """Every path of flows from an element on that does not visit the gateway, nor a node twice."""

    def walk(
        element: str, seen: frozenset[str], taken: tuple[str, ...]
    ) -> Iterator[tuple[str, ...]]:
        if element == GATEWAY or element in seen:
            return
        for flow in ways_out(process, element):
            yield (*taken, flow)
            yield from walk(process.flows[flow].target, seen | {element}, (*taken, flow))

    yield from walk(start, frozenset(), ())


def ways_out(process: Process, element: str) -> Iterator[str]:
    """The flows out of an element, and those out of the events on its boundary."""
    yield from process.elements[element].outgoing
    for other in process.elements.values():
        if isinstance(other, BoundaryEvent) and other.attached_to == element:
            yield from other.outgoing


# -- random cases ---------------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn) -> Case:
    elements = draw(graphs())
    within = [name for name in elements if name != "inner"]
    ends = st.tuples(
        st.sampled_from(within),
        # Flows into the gateway are what matters, so there are many.
        st.sampled_from([*within, *[GATEWAY] * (len(within) // 2)]),
    )
    flows = draw(st.lists(ends, min_size=1, max_size=FLOWS_MAX))
    into = [(draw(st.sampled_from(within)), GATEWAY) for _ in range(2)]
    process = process_of(
        elements,
        [(one, other) for one, other in flows + into if not _is_boundary(elements[other])],
    )
    return Case(process, draw(instances(process)))


def _is_boundary(element: Element) -> bool:
    return isinstance(element, BoundaryEvent)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Element]:
    kinds = [AbstractTask, SubProcess, ExclusiveGateway, ParallelGateway, InclusiveGateway]
    elements: dict[str, Element] = {GATEWAY: InclusiveGateway(id=GATEWAY, uid=NOBODY)}
    for number in range(draw(st.integers(1, OTHERS_MAX))):
        name, kind = f"n{number}", draw(st.sampled_from([*kinds, BoundaryEvent]))
        hosts = [each for each in elements.values() if isinstance(each, AbstractTask | SubProcess)]
        if kind is not BoundaryEvent:
            elements[name] = kind(id=name, uid=NOBODY)
        elif hosts:
            elements[name] = BoundaryEvent(
                id=name,
                uid=NOBODY,
                attached_to=draw(st.sampled_from(hosts)).id,
                definitions=(ErrorEventDefinition(None),),
            )
    subs = [each for each in elements.values() if isinstance(each, SubProcess)]
    if subs:
        elements["inner"] = AbstractTask(id="inner", uid=NOBODY, scope=subs[0].id)
    return elements


@st.composite
def instances(draw: st.DrawFn, process: Process) -> ProcessInstance:
    """Tokens anywhere: in elements, within a sub-process, before joins, and before the gateway."""
    root = ElementInstance(ROOT, "", ROOT)
    elements = {ROOT: root}
    for name in draw(st.lists(st.sampled_from(sorted(process.elements)), max_size=4)):
        scope = ROOT
        if name == "inner":
            sub = _add(elements, process.elements[name].scope, ROOT)
            scope = sub.id
        _add(elements, name, scope)
    incoming = process.elements[GATEWAY].incoming
    filled = draw(st.sets(st.sampled_from(incoming), min_size=1))
    root.arrived = {GATEWAY: dict.fromkeys(sorted(filled), 1)}
    joins = [each for each in process.elements.values() if len(each.incoming) > 1]
    for join in joins:
        if isinstance(join, ParallelGateway | InclusiveGateway) and draw(st.booleans()):
            root.arrived.setdefault(join.id, {join.incoming[0]: 1})
    return ProcessInstance(NOBODY, "P", 1, "", None, elements)


def _add(
    elements: dict[ElementInstanceId, ElementInstance], name: str, scope: ElementInstanceId
) -> ElementInstance:
    number = ElementInstanceId(len(elements))
    elements[number] = ElementInstance(number, name, scope)
    return elements[number]


@settings(max_examples=CASES, deadline=None)
@given(cases())
def test_the_gateway_waits_exactly_when_the_standard_says_so(case: Case) -> None:
    expected = must_wait(case)

    event(f"waits: {expected}")
    assert case.waits is expected


# -- how long it takes ----------------------------------------------------------------------------


class Counted(dict[str, Element]):
    """Counts how often an element is looked up."""

    asked = 0

    def __getitem__(self, name: str) -> Element:
        self.asked += 1
        return super().__getitem__(name)


def ladder(steps: int) -> Case:
    """From each step two ways to the next, so that the paths are 2 to the power of `steps`."""
    names = [f"n{number}" for number in range(steps)]
    elements: dict[str, Element] = {name: AbstractTask(id=name, uid=NOBODY) for name in names}
    elements[GATEWAY] = InclusiveGateway(id=GATEWAY, uid=NOBODY)
    doubled = [(one, other) for one, other in pairwise(names) for _ in "12"]
    process = process_of(elements, [*doubled, (names[-1], GATEWAY), (names[0], GATEWAY)])
    root = ElementInstance(ROOT, "", ROOT)
    root.arrived = {GATEWAY: {process.elements[GATEWAY].incoming[0]: 1}}
    instance = ProcessInstance(NOBODY, "P", 1, "", None, {ROOT: root})
    _add(instance.elements, names[0], ROOT)
    return Case(replace(process, elements=Counted(process.elements)), instance)


def test_each_element_is_visited_at_most_twice_however_many_paths_there_are() -> None:
    case = ladder(500)

    assert not case.waits

    assert isinstance(case.process.elements, Counted)
    assert case.process.elements.asked <= 2 * len(case.process.elements) + 1
