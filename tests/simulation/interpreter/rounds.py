"""Activities that are done several times (§10.3.8, §13.3.6, §13.3.7)."""

from collections.abc import Iterator, Mapping

from procession.core.model import (
    Activity,
    EventDefinition,
    LoopBehavior,
    MultiInstance,
    StandardLoop,
)
from procession.core.values import COLLECTION_LENGTH_MAX, DataType, Kind, Value, convert, untyped
from procession.errors import BadValue
from tests.simulation.interpreter.activities import give_results
from tests.simulation.interpreter.board import Rounds, Token, Visit
from tests.simulation.interpreter.game import Game
from tests.simulation.interpreter.throwing import throw
from tests.simulation.interpreter.undoing import keep
from tests.simulation.interpreter.waiting import waits_of


def begin_loop(game: Game, element: Activity, visit: Visit) -> bool:
    """True: there is nothing to be done, not even once."""
    waits = waits_of(
        game, visit, (each.id for each in game.process.boundaries.get(visit.element, ()))
    )
    visit.loop = _planned(game, element, visit)
    if visit.loop.planned == 0:
        return True
    visit.tokens.append(Token("", element.id))
    game.wait(visit, waits)
    return False


def _planned(game: Game, element: Activity, visit: Visit) -> Rounds:
    loop = element.loop
    if isinstance(loop, StandardLoop):
        seen = game.visible(visit, {"loopCounter": 0})
        wanted = _again(game, loop, 0, seen) if loop.test_before else loop.maximum != 0
        return Rounds(None if wanted else 0, False, [])
    assert loop is not None, element
    if loop.items is not None:
        found = loop.items.evaluate(game.visible(visit))
        if not isinstance(found, list | tuple):
            raise BadValue(f"{found} is no list")
        variable = element.variables.get(loop.item or "")
        kind = Kind(DataType.ANY) if variable is None else variable.kind
        items = [convert("item", kind, each) for each in found]
        return Rounds(len(items), not loop.sequential, items)
    assert loop.cardinality is not None, element
    number = convert(
        "number", Kind(DataType.INTEGER), loop.cardinality.evaluate(game.visible(visit))
    )
    if number is None or not 0 <= number <= COLLECTION_LENGTH_MAX:
        raise BadValue(f"{number} times")
    return Rounds(int(number), not loop.sequential, [])


def _again(game: Game, loop: StandardLoop, rounds: int, seen: Mapping[str, Value]) -> bool:
    if loop.maximum is not None and rounds >= loop.maximum:
        return False
    return loop.condition is None or game.holds(loop.condition, seen)


def begin_round(game: Game, element: Activity, visit: Visit) -> None:
    """A round begins: it has its item and its number. One that is parallel lets the next begin."""
    if visit.round:
        return
    rounds, loop = visit.around.loop, element.loop
    assert rounds is not None, visit
    first = loop.first_counter if isinstance(loop, MultiInstance) else 1
    visit.values["loopCounter"] = first + rounds.started
    if isinstance(loop, MultiInstance) and loop.item is not None:
        visit.values[loop.item] = rounds.items[rounds.started]
    rounds.started += 1
    visit.round = rounds.started
    game.changed = True
    if rounds.parallel and rounds.started < (rounds.planned or 0):
        visit.around.tokens.append(Token("", element.id))


def give_collection(game: Game, element: Activity, visit: Visit) -> None:
    """A multi-instance activity is done: what its instances gave, in the order of the items."""
    loop, rounds = element.loop, visit.loop
    if isinstance(loop, MultiInstance) and loop.output is not None and rounds is not None:
        given = [rounds.given[each] for each in sorted(rounds.given)]
        game.assign(visit.around, {loop.output: given})


def end_round(game: Game, element: Activity, visit: Visit) -> None:
    """A round is done; there may be another one, or the loop has had enough."""
    rounds = visit.around.loop
    assert rounds is not None, visit
    if isinstance(element.loop, StandardLoop):
        give_results(game, element, visit)
        again = _again(game, element.loop, visit.round, game.visible(visit))
        _complete(game, element, visit)
        if again:
            visit.around.tokens.append(Token("", element.id))
        return
    assert element.loop is not None, element
    _end_instance(game, element, element.loop, visit)


def _end_instance(game: Game, element: Activity, loop: MultiInstance, visit: Visit) -> None:
    rounds, around = visit.around.loop, visit.around
    assert rounds is not None, visit
    given = None
    if loop.output is not None and loop.output_item is not None:
        given = untyped("output", loop.output_item.evaluate(game.visible(visit)))
    give_results(game, element, visit)
    seen = game.visible(visit, rounds.counters(rounds.completed + 1))
    condition = loop.completion_condition
    enough = condition is not None and game.holds(condition, seen)
    for event in list(_events(game, loop, rounds, seen)):
        throw(game, visit, event)
        if not visit.alive:
            return
    if loop.output is not None:
        rounds.given[visit.round] = given
    _complete(game, element, visit)
    if enough:
        game.empty(around)
    elif loop.sequential and rounds.started < (rounds.planned or 0):
        around.tokens.append(Token("", element.id))


def _complete(game: Game, element: Activity, visit: Visit) -> None:
    assert visit.around.loop is not None, visit
    visit.around.loop.completed += 1
    game.changed = True
    keep(game, element, visit)
    game.complete(visit)


def _events(
    game: Game, loop: MultiInstance, rounds: Rounds, seen: Mapping[str, Value]
) -> Iterator[EventDefinition]:
    """What an instance throws when it completes (table 10.30)."""
    if loop.behavior is LoopBehavior.COMPLEX:
        for each in loop.complex_behaviors:
            if game.holds(each.condition, seen):
                yield each.event
    elif loop.behavior is LoopBehavior.NONE and loop.none_event is not None:
        yield loop.none_event
    elif loop.behavior is LoopBehavior.ONE and loop.one_event is not None and not rounds.completed:
        yield loop.one_event
