"""What happens when an event comes that was waited for (§13.5)."""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.model import (
    BoundaryEvent,
    CatchEvent,
    Element,
    EventBasedGateway,
    EventDefinition,
    EventGatewayType,
    IntermediateCatchEvent,
    ReceiveTask,
    StartEvent,
    SubProcess,
)
from procession.core.values import Values
from tests.simulation.interpreter.activities import open_variables
from tests.simulation.interpreter.board import Occurrence, Visit
from tests.simulation.interpreter.game import MISTAKES, Game
from tests.simulation.interpreter.leaving import leave
from tests.simulation.interpreter.waiting import definitions_of, waits_of


def see_to(game: Game, occurred: Occurrence) -> None:
    """An event has occurred; if nobody waits there any more, nothing happens."""
    owner = occurred.owner
    if not owner.alive:
        return
    event = game.process.elements[occurred.target or owner.element]
    if isinstance(event, CatchEvent) and event.parallel:
        _one_of_several(game, event, occurred)
    else:
        _as_a_whole(game, event, occurred)


def _one_of_several(game: Game, event: CatchEvent, occurred: Occurrence) -> None:
    """A parallel multiple event needs all of its definitions (§10.5.5.11)."""
    owner, target, definition, carried = occurred
    mistake = None
    try:
        take_carried(game, owner, event.definitions[definition], carried)
    except MISTAKES as error:
        if target:
            return  # Its sender is refused, for the owner has not failed in its own work.
        mistake = error
    owner.waits = [
        w for w in owner.waits if w.stays or (w.target, w.definition) != (target, definition)
    ]
    if mistake is not None:
        game.fail(owner, mistake.code, occurred=occurred)
        return
    caught = owner.caught.setdefault(target, [])
    if definition not in caught:
        caught.append(definition)
    if len(caught) == len(event.definitions):
        del owner.caught[target]
        _as_a_whole(game, event, Occurrence(owner, target, definition, {}))


def _as_a_whole(game: Game, event: Element, occurred: Occurrence) -> None:
    if occurred.target:
        _OCCURS[type(event)](game, event, occurred)
        return
    game.stop_waiting(occurred.owner)
    go_on(game, occurred.owner, occurred)


def go_on(game: Game, visit: Visit, occurred: Occurrence) -> None:
    """The event takes what was carried, and its token goes on."""
    definitions = definitions_of(game.element(visit))
    try:
        if definitions:
            take_carried(game, visit, definitions[occurred.definition], occurred.carried)
    except MISTAKES as error:
        game.fail(visit, error.code, occurred=occurred._replace(owner=visit, target=""))
        return
    leave(game, visit)


def take_carried(game: Game, visit: Visit, definition: EventDefinition, carried: Values) -> None:
    """What an event carries goes into the variables that it names, or those of the same name."""
    outputs = getattr(definition, "outputs", ())
    if not carried:
        return
    if outputs:
        game.take_results(visit, outputs, carried)
        return
    seen = game.visible(visit)
    game.assign(visit, {name: value for name, value in carried.items() if name in seen})


def _boundary(game: Game, event: BoundaryEvent, occurred: Occurrence) -> None:
    """A token starts at the event; an interrupting one ends its activity (§13.5.3)."""
    host = occurred.owner
    if event.interrupting:
        game.terminate(host)
    go_on(game, game.begin(event.id, host.around), occurred)


def _event_sub_process(game: Game, event: StartEvent, occurred: Occurrence) -> None:
    """An event sub-process begins; an interrupting one ends all else in its scope (§13.5.4)."""
    scope = occurred.owner
    if event.interrupting:
        game.empty(scope)
        starts = game.process.event_starts[scope.element]
        scope.waits = [wait for wait in scope.waits if wait.target not in starts]
        scope.failure = None
    begin_event_sub_process(game, game.begin(event.scope, scope), occurred)


def begin_event_sub_process(game: Game, visit: Visit, occurred: Occurrence) -> None:
    element = game.element(visit)
    assert isinstance(element, SubProcess), element
    try:
        open_variables(game, element, visit)
        waits = waits_of(game, visit, game.process.event_starts.get(visit.element, ()))
    except MISTAKES as error:
        game.fail(visit, error.code, occurred=occurred)
        return
    game.wait(visit, waits)
    go_on(game, game.begin(occurred.target, visit), occurred)


def _behind_gateway(game: Game, event: Element, occurred: Occurrence) -> None:
    """The first event decides (§13.4.4); behind a parallel gateway all have to come (§10.6.6)."""
    gateway = occurred.owner
    element = game.element(gateway)
    assert isinstance(element, EventBasedGateway), element
    (flow, *_) = (f for f in element.outgoing if game.process.flows[f].target == event.id)
    game.taken[gateway.around.number, flow] += 1
    came = gateway.caught.setdefault("", [])
    came.append(len(came))
    if element.type is EventGatewayType.EXCLUSIVE or len(came) == len(element.outgoing):
        game.complete(gateway)
    go_on(game, game.begin(event.id, gateway.around), occurred)


def retry_occurred(game: Game, visit: Visit, occurred: Occurrence) -> None:
    """Take once more what could not be taken."""
    event = game.process.elements[occurred.target or visit.element]
    if isinstance(event, CatchEvent) and event.parallel:
        _one_of_several(game, event, occurred)
    elif occurred.target:
        begin_event_sub_process(game, visit, occurred)
    else:
        go_on(game, visit, occurred)


_OCCURS: Mapping[type[Any], Callable[[Game, Any, Occurrence], None]] = {
    BoundaryEvent: _boundary,
    StartEvent: _event_sub_process,
    IntermediateCatchEvent: _behind_gateway,
    ReceiveTask: _behind_gateway,
}
