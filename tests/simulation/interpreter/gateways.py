"""Which flows a token leaves by, and when a join lets its tokens through (§13.3.1, §13.4)."""

from collections.abc import Iterator

from procession.core.model import (
    ComplexGateway,
    Element,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from procession.errors import ExpressionError
from tests.simulation.interpreter.board import Visit
from tests.simulation.interpreter.game import Game


def ways(game: Game, visit: Visit) -> list[str]:
    """The flows that a token leaves by; no way where there should be one is an exception."""
    element = game.element(visit)
    if isinstance(element, ParallelGateway):
        return list(element.outgoing)
    if isinstance(element, ComplexGateway):
        return _complex_ways(game, element, visit)
    found = list(_open(game, element, visit))
    return found if found or not element.outgoing else [_default(element)]


def _open(game: Game, element: Element, visit: Visit) -> Iterator[str]:
    seen = game.visible(visit)
    for flow in element.outgoing:
        condition = game.process.flows[flow].condition
        if flow != element.default and (condition is None or game.holds(condition, seen)):
            yield flow
            if isinstance(element, ExclusiveGateway):
                return


def joins(element: Element) -> bool:
    """Whether tokens wait on the flows into the element."""
    several = len(element.incoming) > 1 and isinstance(element, ParallelGateway | InclusiveGateway)
    return several or isinstance(element, ComplexGateway)


def flows_through(game: Game, scope: Visit, element: Element) -> list[str]:
    """From which flows a parallel or inclusive join takes a token each now; none: it waits."""
    waiting = {token.flow for token in scope.tokens if token.element == element.id}
    if isinstance(element, ParallelGateway):
        return list(element.incoming) if waiting >= set(element.incoming) else []
    if scope.failure is not None or not waiting:
        return []
    if may_still_come(game, scope, element, waiting):
        return []
    return [flow for flow in element.incoming if flow in waiting]


def may_still_come(game: Game, scope: Visit, join: Element, filled: set[str]) -> bool:
    """Whether a token may come to a flow that has had none, and to no flow that has (§13.4.3)."""
    empty = set(join.incoming) - filled
    every = _reached(game, scope, join)
    return any(reached & empty and not reached & filled for reached in every)


def _reached(game: Game, scope: Visit, join: Element) -> Iterator[set[str]]:
    """For each other token of the scope, the incoming flows of the join that it may come to."""
    for token in set(scope.tokens):
        on_it = token.element == join.id
        yield {token.flow} if on_it else flows_reached(game, token.element, join)
    for gateway in scope.gathered:
        if gateway != join.id:
            yield flows_reached(game, gateway, join)
    active = (visit for visit in scope.inside if visit.phase in ("active", "terminating"))
    for element in {visit.element for visit in active}:
        yield flows_reached(game, element, join)


# -- complex gateways -----------------------------------------------------------------------------


def may_begin(game: Game, scope: Visit, element: ComplexGateway) -> bool:
    """Whether a complex gateway opens, or begins anew when no late token can come (§13.4.5)."""
    waiting = scope.gathered.get(element.id, [])
    if element.id in scope.opened:
        filled = scope.opened[element.id] | set(waiting)
        return scope.failure is None and not may_still_come(game, scope, element, filled)
    stuck = any(visit.element == element.id for visit in scope.inside)
    if stuck or not waiting:
        return False
    try:
        return is_activated(game, scope, element)
    except ExpressionError:
        return True  # It then says why it cannot be found out.


def is_activated(game: Game, scope: Visit, element: ComplexGateway) -> bool:
    if element.activation_condition is None:
        return True
    count = len(scope.gathered.get(element.id, []))
    return game.holds(element.activation_condition, game.visible(scope, {"activationCount": count}))


def pass_complex(game: Game, element: ComplexGateway, visit: Visit) -> bool:
    """One token of each flow goes through; later those that are late."""
    scope = visit.around
    waiting = scope.gathered.get(element.id, [])
    start = element.id not in scope.opened
    if start and waiting and not is_activated(game, scope, element):
        game.complete(visit)  # It was tried again, and waits on.
        return False
    visit.values["waitingForStart"] = start
    game.changed = True
    through = set(waiting) if start else set(waiting) - scope.opened.pop(element.id)
    for flow in through:
        waiting.remove(flow)
    if not waiting:
        scope.gathered.pop(element.id, None)
    if start and through:
        scope.opened[element.id] = through
    return True


def _complex_ways(game: Game, element: ComplexGateway, visit: Visit) -> list[str]:
    """When it begins anew, a flow without a condition does not let a second token through."""
    start, seen = visit.values["waitingForStart"], game.visible(visit)
    found = []
    for flow in element.outgoing:
        condition = game.process.flows[flow].condition
        holds = start if condition is None else game.holds(condition, seen)
        if holds and flow != element.default:
            found.append(flow)
    if found or not element.outgoing or not (start or element.default):
        return found
    return [_default(element)]


def _default(element: Element) -> str:
    if element.default is None:
        raise ExpressionError(f"no way leads on from {element.id}")
    return element.default


def flows_reached(game: Game, place: str, join: Element) -> set[str]:
    """The incoming flows of a join to which paths from a place lead that do not visit the join."""
    process = game.process
    reached, visited, waiting = set(), {join.id}, [place]
    while waiting:
        element = waiting.pop()
        if element in visited:
            continue
        visited.add(element)
        # What an event on its boundary catches may take a token there, too.
        waiting += [event.id for event in process.boundaries.get(element, ())]
        for flow in process.elements[element].outgoing:
            target = process.flows[flow].target
            waiting.append(target)
            if target == join.id:
                reached.add(flow)
    return reached
