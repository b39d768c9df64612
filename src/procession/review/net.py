"""A scope as a net: where tokens may be, and what each element may do with them.

Values are left out: a condition may hold or not, an event may occur or not. A place is a sequence
flow, or the beginning of the scope ("→id": a token that starts at `id`). A move takes a token from
each place of one of its sets and puts one on each of its results.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from procession.core.model import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CompensateEventDefinition,
    Element,
    EndEvent,
    ErrorEventDefinition,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    Process,
    SubProcess,
    TerminateEventDefinition,
)

Places = tuple[str, ...]

# Of a split with more ways than this, not all subsets are tried.
SUBSETS_OF_MAX = 6


@dataclass(frozen=True, slots=True)
class Move:
    """What elements may do in one step: take these tokens, put those.

    `passes`: the elements that act, in order; `also`: those that might act instead, to the same
    end. `ends`: all else in the scope ends.
    """

    passes: Places
    takes: Places
    puts: Places
    ends: bool = False
    also: Places = ()

    @property
    def acting(self) -> Places:
        """All that acts, or might act instead."""
        return (*self.passes, *self.also)


@dataclass(slots=True)
class Net:
    """One scope, and the places in which its tokens `begin`.

    `single`: the moves of a place that needs no other; `joins`: those of a parallel join; for an
    inclusive one its places, and its `outcomes`. Several flows into an element that passes each
    token on by itself are one place, called by the first. `before` leads from a place to those
    before it. `exact` False: not all that may happen is in the net.
    """

    scope: str
    begins: Places
    exact: bool = True
    single: dict[str, list[Move]] = field(default_factory=dict)
    joins: dict[str, list[Move]] = field(default_factory=dict)
    inclusive: dict[str, Places] = field(default_factory=dict)
    outcomes: dict[str, list[Move]] = field(default_factory=dict)
    before: dict[str, tuple[str, ...]] = field(default_factory=dict)
    origins: Counter[str] = field(default_factory=Counter)

    def merges(self, place: str) -> bool:
        """Whether several steps lead to a place."""
        return self.origins[place] > 1

    def count_origins(self) -> None:
        """See anew how many steps lead to each place."""
        self.origins = Counter(self.begins)
        for moves in (*self.single.values(), *self.joins.values(), *self.outcomes.values()):
            self.origins.update(place for move in moves for place in move.puts)


def begin_place(element: str) -> str:
    """The place of a token that starts at an element without a flow."""
    return f"→{element}"


def within_scopes(process: Process) -> Mapping[str, list[Element]]:
    """The elements of each scope."""
    found: dict[str, list[Element]] = {"": []}
    for element in process.elements.values():
        found.setdefault(element.scope, []).append(element)
    return found


def net_of(process: Process, scope: str, starts: Iterable[str], within: list[Element]) -> Net:
    """The net of one scope with its elements, begun at some of them."""
    begun = tuple(starts)
    net = Net(scope, tuple(begin_place(each) for each in begun))
    for element in within:
        _add(net, process, element, begun=element.id in begun)
    one = {flow: places[0] for element in within for places in _merging(element) for flow in places}
    _call_by_first(net, one)
    net.before = _before(process, within, one)
    return net


def _merging(element: Element) -> Iterator[Places]:
    """The flows into an element that passes each token on by itself."""
    waits = isinstance(element, ParallelGateway | InclusiveGateway)
    if len(element.incoming) > 1 and not waits and not isinstance(element, EndEvent):
        yield element.incoming


def _call_by_first(net: Net, one: dict[str, str]) -> None:
    def called(moves: list[Move]) -> list[Move]:
        return [replace(m, puts=tuple(one.get(place, place) for place in m.puts)) for m in moves]

    net.single = {
        place: called(m) for place, m in net.single.items() if one.get(place, place) == place
    }
    net.joins = {join: called(moves) for join, moves in net.joins.items()}
    net.outcomes = {join: called(moves) for join, moves in net.outcomes.items()}


def _before(
    process: Process, within: list[Element], one: dict[str, str]
) -> dict[str, tuple[str, ...]]:
    """For each place, the places before the elements that may put a token there."""
    found: dict[str, list[str]] = {}
    for element in within:
        for flow in element.incoming:
            source = process.elements[process.flows[flow].source]
            if isinstance(source, BoundaryEvent):
                source = process.elements[source.attached_to]
            places = [one.get(each, each) for each in source.incoming] or [begin_place(source.id)]
            found.setdefault(one.get(flow, flow), []).extend(places)
    return {place: tuple(places) for place, places in found.items()}


def _add(net: Net, process: Process, element: Element, *, begun: bool) -> None:
    results = list(_results(net, process, element))
    places = element.incoming + ((begin_place(element.id),) if begun else ())
    if isinstance(element, ParallelGateway) and len(element.incoming) > 1:
        net.joins[element.id] = [Move((element.id,), element.incoming, each) for each in results]
        places = places[len(element.incoming) :]
    elif isinstance(element, InclusiveGateway) and len(element.incoming) > 1:
        net.inclusive[element.id] = element.incoming
        net.outcomes[element.id] = [Move((element.id,), (), each) for each in results]
        places = places[len(element.incoming) :]
    for place in places:
        ends = _ends_scope(element)
        net.single[place] = [Move((element.id,), (place,), each, ends) for each in results]


def _ends_scope(element: Element) -> bool:
    """A terminate or an error end event: nothing else in the scope is alive after it."""
    ending = TerminateEventDefinition | ErrorEventDefinition
    definitions = element.definitions if isinstance(element, EndEvent) else ()
    return any(isinstance(each, ending) for each in definitions)


def _results(net: Net, process: Process, element: Element) -> Iterator[Places]:
    """On which flows an element may put tokens when it is done."""
    out = element.outgoing
    if isinstance(element, ExclusiveGateway | EventBasedGateway):
        yield from ((flow,) for flow in out) if out else [()]
    elif isinstance(element, ParallelGateway):
        yield out
    else:
        yield from _after_activity(net, process, element)


def _after_activity(net: Net, process: Process, element: Element) -> Iterator[Places]:
    """An implicit split: flows without a condition always, the others as they hold (§13.3.1)."""
    flows = process.flows
    free = tuple(
        each for each in element.outgoing if flows[each].condition or each == element.default
    )
    always = tuple(each for each in element.outgoing if each not in free)
    normal = [always + each for each in _subsets(net, free)] if free else [always]
    if always and free:
        normal.append(always)
    yield from normal
    for boundary in _caught(process, element):
        if boundary.interrupting:
            yield boundary.outgoing
        else:
            yield from (each + boundary.outgoing for each in normal)


def _caught(process: Process, element: Element) -> Iterator[BoundaryEvent]:
    for boundary in process.boundaries.get(element.id, ()):
        if not any(isinstance(each, CompensateEventDefinition) for each in boundary.definitions):
            yield boundary


def _subsets(net: Net, flows: Places) -> Iterator[Places]:
    """Every choice of at least one flow; of very many flows, each one and all together."""
    if len(flows) <= SUBSETS_OF_MAX:
        for size in range(1, len(flows) + 1):
            yield from combinations(flows, size)
        return
    net.exact = False
    yield from ((flow,) for flow in flows)
    yield flows


def scopes_of(process: Process) -> Iterator[tuple[str, Places]]:
    """Each scope in which tokens run, and the elements with which it may begin."""
    yield from ((process_scope, each) for process_scope, each in _ways_in(process))
    for element in process.elements.values():
        if isinstance(element, SubProcess) and not isinstance(element, AdHocSubProcess):
            yield element.id, process.starts.get(element.id, ())


def _ways_in(process: Process) -> Iterator[tuple[str, Places]]:
    if process.starts.get(""):
        yield "", process.starts[""]
    for start in process.triggered_starts:
        yield "", (start,)


def is_driven(element: Element) -> bool:
    """Whether tokens reach an element by flows: no handler, no event sub-process, no boundary."""
    if isinstance(element, BoundaryEvent):
        return False
    if isinstance(element, SubProcess) and element.triggered_by_event:
        return False
    return not (isinstance(element, Activity) and element.for_compensation)
