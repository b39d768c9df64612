"""The way out of an element whose work is done (§13.3.2)."""

from procession.core.model import Activity
from tests.simulation.interpreter.activities import give_results
from tests.simulation.interpreter.ad_hoc import activity_completed
from tests.simulation.interpreter.board import Visit
from tests.simulation.interpreter.game import MISTAKES, Game
from tests.simulation.interpreter.gateways import ways
from tests.simulation.interpreter.rounds import end_round, give_collection
from tests.simulation.interpreter.undoing import COMPENSATING, keep


def leave(game: Game, visit: Visit) -> None:
    """Its results go out, and a token along each flow that is open."""
    element = game.element(visit)
    try:
        if isinstance(element, Activity):
            if visit.is_round:
                end_round(game, element, visit)
                return
            _give(game, element, visit)
        flows = ways(game, visit)
    except MISTAKES as error:
        game.fail(visit, error.code, leaving=True)
        return
    if isinstance(element, Activity):
        keep(game, element, visit)
    if visit.undoing:
        # It does not wait for what it undoes: a token goes on, and it stays alive meanwhile.
        visit.phase = COMPENSATING
        for flow in flows:
            game.put_on(flow, visit.around)
    else:
        game.complete(visit, flows)
        if isinstance(element, Activity):
            activity_completed(game, element, visit.around)


def _give(game: Game, element: Activity, visit: Visit) -> None:
    if visit.loop is None:
        give_results(game, element, visit)
    else:
        give_collection(game, element, visit)
