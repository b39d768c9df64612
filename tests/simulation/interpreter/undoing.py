"""Compensation, and the cancellation of transactions (§10.7, §13.5.5)."""

from collections.abc import Iterator

from procession.core.model import (
    Activity,
    CancelEventDefinition,
    CatchEvent,
    CompensateEventDefinition,
    SubProcess,
    Transaction,
)
from tests.simulation.interpreter.board import Done, Occurrence, Token, Visit
from tests.simulation.interpreter.game import Game

COMPENSATING, TERMINATING = "compensating", "terminating"


def keep(game: Game, element: Activity, visit: Visit) -> None:
    """An activity completes: what can undo it, or something within it, may be asked for."""
    if visit.around.phase == COMPENSATING:
        return
    as_a_whole = element.loop is None or visit.is_round
    handler = _handler(game, element.id) if as_a_whole else None
    if handler or visit.done or (as_a_whole and _event_sub_process(game, element.id)):
        within = [] if handler else [*visit.done, *visit.undoing]
        visit.around.done.append(Done(element.id, visit.values, within))
        if not handler:
            visit.undoing = []


def _handler(game: Game, activity: str) -> str | None:
    """The activity that undoes another one, by an association from its boundary."""
    for event in game.process.boundaries.get(activity, ()):
        if any(isinstance(each, CompensateEventDefinition) for each in event.definitions):
            return event.handler
    return None


def _event_sub_process(game: Game, activity: str) -> str | None:
    """The event sub-process that undoes the sub-process around it."""
    for start in game.process.event_starts.get(activity, ()):
        event = game.process.elements[start]
        assert isinstance(event, CatchEvent), event
        if any(isinstance(each, CompensateEventDefinition) for each in event.definitions):
            return event.scope
    return None


def undone_by(game: Game, done: Done) -> str | None:
    """What undoes a completed activity; None: what is within it is undone."""
    has_rounds = any(each.element == done.element for each in done.within)
    if has_rounds or not done.finished:
        return None
    return _handler(game, done.element) or _event_sub_process(game, done.element)


def compensate(game: Game, visit: Visit, thrown: CompensateEventDefinition) -> bool:
    """The thrower takes over what its scope has done, all or one activity (§10.7)."""
    scopes = [visit.around]
    while scopes[-1] is not game.root:
        element = game.element(scopes[-1])
        if not (isinstance(element, SubProcess) and element.triggered_by_event):
            break
        scopes.append(scopes[-1].around)
    _take_over(visit, scopes, thrown.activity)
    visit.undoes = bool(visit.undoing)
    return not (visit.undoing and thrown.wait)


def _take_over(visit: Visit, scopes: list[Visit], activity: str | None) -> None:
    visit.undoes = True
    for scope in reversed(scopes):
        visit.undoing += [done for done in scope.done if activity in (None, done.element)]
        scope.done = [done for done in scope.done if activity not in (None, done.element)]


def undo_next(game: Game, visit: Visit) -> None:
    """What completed last is undone first; its handler sees the variables as they were then."""
    done = visit.undoing.pop()
    undone = game.begin(done.element, visit)
    undone.phase, undone.values = COMPENSATING, done.values
    handler = undone_by(game, done)
    if handler is None:
        undone.undoing = done.within
    else:
        undone.done = done.within
        undone.tokens.append(Token("", handler))


# -- transactions ---------------------------------------------------------------------------------


def cancel(game: Game, visit: Visit, thrown: CancelEventDefinition) -> bool:
    """A transaction ends: all that is active in it, and what it has done is undone (§10.3.5)."""
    around = list(_up_to_transaction(game, visit))
    _keep_unfinished(around)
    _end_all_but(game, around[-1], {visit, *around})
    for scope in around:
        game.stop_waiting(scope)
        scope.failure = None
        scope.phase = TERMINATING
    _take_over(visit, around, None)
    return False


def _up_to_transaction(game: Game, visit: Visit) -> Iterator[Visit]:
    scope = visit.around
    while not isinstance(game.element(scope), Transaction):
        yield scope
        scope = scope.around
    yield scope
    if scope.is_round:
        yield scope.around


def _keep_unfinished(around: list[Visit]) -> None:
    for scope in reversed(list(around[-1].everything_within())):
        if (scope.done or scope.undoing) and scope not in around:
            within = [*scope.done, *scope.undoing]
            scope.around.done.append(Done(scope.element, scope.values, within, finished=False))


def _end_all_but(game: Game, scope: Visit, kept: set[Visit]) -> None:
    game.drop_tokens(scope)
    for inner in tuple(scope.inside):
        if inner in kept:
            _end_all_but(game, inner, kept)
        else:
            game.terminate(inner)


def end_canceled(game: Game, visit: Visit) -> None:
    """All is undone: from the transaction a token leaves by its cancel event (§13.5.5)."""
    if visit.around.phase != TERMINATING:
        for event in game.process.boundaries.get(visit.element, ()):
            for number, each in enumerate(event.definitions):
                if isinstance(each, CancelEventDefinition):
                    game.occur([Occurrence(visit, event.id, number, {})])
                    return
    game.terminate(visit)
