"""Whether an inclusive gateway must go on waiting (BPMN 2.0.2 §13.4.3).

The standard's rule: the gateway is activated when at least one incoming flow has a token and, for
every path that leads from a token to an incoming flow *without* a token, not visiting the gateway,
there is also a path from that token to an incoming flow *with* one, not visiting the gateway.

So a token holds the gateway up when it can reach an empty incoming flow and no filled one. Both
sets of places are found by walking the flows backwards from the gateway once: the cost is linear
in the size of the scope, whatever loops and other gateways it holds.
"""

from collections.abc import Collection, Iterable, Iterator

from procession.core.instance import (
    COMPENSATING,
    READY,
    ElementInstance,
    ProcessInstance,
)
from procession.core.model import BoundaryEvent, Element, Process


def still_coming(
    process: Process,
    instance: ProcessInstance,
    scope: ElementInstance,
    gateway: Element,
    *,
    filled: Collection[str],
) -> bool:
    """Whether a token of the scope can reach an empty incoming flow of the gateway, and no other.

    `filled`: those that are not empty. To be asked when no token of the scope is on its way.
    """
    empty = [flow for flow in gateway.incoming if flow not in filled]
    reach_empty = _elements_before(process, gateway.id, empty)
    if not reach_empty:
        return False
    reach_filled = _elements_before(process, gateway.id, filled)
    places = _places(process, instance, scope, gateway)
    return any(place in reach_empty and place not in reach_filled for place in places)


def _elements_before(process: Process, gateway: str, flows: Iterable[str]) -> set[str]:
    """The elements from which a path leads to one of the flows and does not visit the gateway."""
    waiting = [process.flows[flow].source for flow in flows]
    found: set[str] = set()
    while waiting:
        element = waiting.pop()
        if element == gateway or element in found:
            continue
        found.add(element)
        node = process.elements[element]
        waiting += [process.flows[flow].source for flow in node.incoming]
        if isinstance(node, BoundaryEvent):
            waiting.append(node.attached_to)  # A token in the activity may come out here.
    return found


def _places(
    process: Process, instance: ProcessInstance, scope: ElementInstance, gateway: Element
) -> Iterator[str]:
    """Where the other tokens of the scope are: at live elements, and at other joins."""
    for me in instance.elements.values():
        if me.scope == scope.id and me is not scope and me.state not in (READY, COMPENSATING):
            yield me.element
    for join in scope.arrived:
        if join != gateway.id:
            yield join
