"""Ad-hoc sub-processes: those who do the work say what is done (§10.3.5, §13.3.5)."""

from procession.core.model import Activity, AdHocOrdering, AdHocSubProcess, SubProcess
from procession.core.values import Values
from procession.errors import BadValue, ExpressionError
from tests.simulation.interpreter.board import Token, Visit
from tests.simulation.interpreter.game import Game

READY = "ready"


def begin_ad_hoc(game: Game, element: AdHocSubProcess, visit: Visit) -> bool:
    """All that no flow leads to may be begun; some of it begins by itself."""
    starts = game.process.starts.get(element.id, ())
    begun: list[str] = []
    if element.begin_with is not None:
        found = element.begin_with.evaluate(game.visible(visit))
        if not isinstance(found, list | tuple) or any(each not in starts for each in found):
            raise BadValue(f"{element.id} cannot begin with {found}")
        begun = list(found)
    for each in starts:
        _make_ready(game, each, visit)
    at_once = begun
    if element.ordering is AdHocOrdering.SEQUENTIAL:
        at_once, visit.queued = begun[:1], begun[1:]
    visit.tokens += [Token("", each) for each in at_once]
    return False


def _make_ready(game: Game, element: str, scope: Visit) -> None:
    game.begin(element, scope).phase = READY


def begin_ready(game: Game, visit: Visit, values: Values) -> Visit:
    """Somebody begins an activity; it may be begun once more."""
    game.assign(visit, values)
    game.forget(visit)
    begun = game.begin(visit.element, visit.around)
    _make_ready(game, visit.element, visit.around)
    return begun


def activity_completed(game: Game, activity: Activity, scope: Visit) -> None:
    """Each time an activity completes, the completion condition says whether that is enough."""
    if isinstance(activity, SubProcess) and activity.triggered_by_event:
        return
    if scope.element != activity.scope or scope is game.root:
        return
    element = game.element(scope)
    if not isinstance(element, AdHocSubProcess):
        return
    scope.worked = True
    goes_on = scope.phase == "active" and scope.failure is None and scope.ready
    if goes_on and element.completion_condition is not None:
        end_if_complete(game, element, scope)


def end_if_complete(game: Game, element: AdHocSubProcess, scope: Visit) -> None:
    """Nothing more begins in it, if that was enough; what runs is ended or waited for."""
    condition = element.completion_condition
    try:
        if condition is not None and not game.holds(condition, game.visible(scope)):
            return
    except ExpressionError as error:
        game.fail(scope, error.code)
        return
    if element.cancel_remaining:
        game.empty(scope)
        return
    for each in scope.ready:
        game.terminate(each)
