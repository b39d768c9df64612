"""How completed activities are undone (BPMN 2.0.2 §10.7, §13.5.5), and transactions cancelled.

Theory of operation
-------------------
An activity that can be undone is kept in its scope when it completes: with its own variables as
they are then, and with what was kept within it. It can be undone if it has a compensation handler
(an activity, behind the event on its boundary, or an event sub-process within) or if something
within it can. What is terminated takes along all that was kept in it: only what has completed is
undone.

A thrown compensation takes over what its scope has kept. So nothing is undone twice. The last one
comes first, one after the other: each is alive again while it is undone, in the state
`compensating`, as a child of the thrower. It is the scope of its handler, which so sees the
variables as they were, and around them what the thrower sees. An activity without a handler undoes
what is within it, in the same way.

Who throws waits for that, or (`wait` False) is left at once and stays alive, as `compensating`,
until all is undone: its scope waits for it, and ends it when it is ended itself.

A cancel end event does the same for all that its transaction has kept, when everything else in the
transaction has been terminated; the transaction then ends by the event on its boundary.
"""

from collections.abc import Iterator, Sequence

from procession.core.changes import Compensable, Occur
from procession.core.ids import ROOT
from procession.core.instance import COMPENSATING, TERMINATING, ElementInstance
from procession.core.model import (
    Activity,
    CancelEventDefinition,
    CatchEvent,
    CompensateEventDefinition,
    Process,
    SubProcess,
    Transaction,
)
from procession.core.scope_changes import (
    ActivityKept,
    CompensationBegun,
    CompensationDetached,
    CompensationThrown,
    ScopeCanceled,
)
from procession.core.turn import Turn

# -- what can be undone ---------------------------------------------------------------------------


def keep(turn: Turn, element: Activity, me: ElementInstance) -> None:
    """An activity is about to complete: it is kept in its scope if it can be undone."""
    if turn.instance.elements[me.scope].state is COMPENSATING:
        return  # It has undone something, and that is not undone.
    looped = element.loop is not None and not turn.instance.is_round(me)
    by_activity = not looped and _handler(turn.process, element.id) is not None
    by_event = not looped and _event_sub_process(turn.process, element.id) is not None
    if by_activity or by_event or me.compensable:
        # The activity behind a boundary sees to the whole, whatever is within (§13.5.5).
        turn.record(ActivityKept(me.id, within=not by_activity))


def _handler(process: Process, activity: str) -> str | None:
    """The activity that undoes another one, behind the event on its boundary."""
    for event in process.boundaries.get(activity, ()):
        if any(isinstance(each, CompensateEventDefinition) for each in event.definitions):
            return event.handler
    return None


def _event_sub_process(process: Process, activity: str) -> str | None:
    """The event sub-process that undoes the sub-process in which it stands."""
    for start in process.event_starts.get(activity, ()):
        event = process.elements[start]
        assert isinstance(event, CatchEvent), f"{event.label} starts an event sub-process"
        if any(isinstance(each, CompensateEventDefinition) for each in event.definitions):
            return event.scope
    return None


def _undone_by(process: Process, entry: Compensable) -> str | None:
    """What undoes an activity as a whole; None: all that is within it is undone."""
    rounds = any(each.element == entry.element for each in entry.within)
    if rounds or not entry.completed:
        return None
    return _handler(process, entry.element) or _event_sub_process(process, entry.element)


# -- throwing -------------------------------------------------------------------------------------


def compensate(turn: Turn, me: ElementInstance, thrown: CompensateEventDefinition) -> bool:
    """Take over what is to be undone; True: the thrower goes on at once."""
    _take_over(turn, me, _visible_scopes(turn, me), thrown.activity)
    if not me.compensating or not thrown.wait:
        return True
    turn.finish_later(me.id)
    return False


def _visible_scopes(turn: Turn, me: ElementInstance) -> list[ElementInstance]:
    """The scopes whose activities the thrower sees, from the inside out.

    Its own, and, from an event sub-process, the one in which that stands (table 10.88, §10.7: an
    error handler compensates what its scope has done).
    """
    elements = turn.instance.elements
    scopes = [elements[me.scope]]
    while scopes[-1].id != ROOT:
        element = turn.process.elements[scopes[-1].element]
        if not (isinstance(element, SubProcess) and element.triggered_by_event):
            break
        scopes.append(elements[scopes[-1].scope])
    return scopes


def _take_over(
    turn: Turn, me: ElementInstance, scopes: list[ElementInstance], activity: str | None
) -> None:
    # What an inner scope has kept came later, and is undone before.
    for scope in reversed(scopes):
        if any(activity in (None, each.element) for each in scope.compensable):
            turn.record(CompensationThrown(me.id, scope.id, activity))


def leave_meanwhile(turn: Turn, me: ElementInstance, flows: Sequence[str]) -> None:
    """The thrower does not wait: a token goes on, while what it undoes is undone."""
    turn.record(CompensationDetached(me.id))
    turn.take(flows, me.scope)
    turn.finish_later(me.id)
    turn.finish_later(me.scope)


# -- undoing --------------------------------------------------------------------------------------


def undo_next(turn: Turn, me: ElementInstance) -> None:
    """Begin to undo what was completed last."""
    entry = me.compensating[-1]
    handler = _undone_by(turn.process, entry)
    number = turn.instance.next_element
    turn.record(CompensationBegun(number, entry.element, me.id, handler is not None))
    if handler is None:
        turn.finish_later(number)
    else:
        turn.begin_at(handler, number)


def finish_undoing(turn: Turn, me: ElementInstance) -> None:
    """Nothing is alive in what is being undone, or in a scope that was cancelled: what is next?"""
    if me.compensating:
        undo_next(turn, me)
    elif me.state is COMPENSATING:
        turn.complete(me)
    else:
        _end_canceled(turn, me)


# -- transactions ---------------------------------------------------------------------------------


def cancel_transaction(turn: Turn, me: ElementInstance, thrown: CancelEventDefinition) -> bool:
    """End all else in the transaction, and undo what has completed in it (§10.3.5, §13.5.6)."""
    around = list(_up_to_transaction(turn, me))
    _keep_what_is_unfinished(turn, around)
    turn.terminate_within(around[-1], keep={me.id, *(each.id for each in around)})
    for scope in around:
        turn.stop_waiting(scope)
        turn.record(ScopeCanceled(scope.id))
    _take_over(turn, me, around, None)
    turn.finish_later(me.id)
    return False


def _up_to_transaction(turn: Turn, me: ElementInstance) -> Iterator[ElementInstance]:
    """The scopes around the cancel end event, up to the transaction with all of its rounds."""
    elements = turn.instance.elements
    scope = elements[me.scope]
    while not isinstance(turn.process.elements[scope.element], Transaction):
        yield scope
        scope = elements[scope.scope]
        assert scope.id != ROOT, f"{me} cancels no transaction"
    while turn.instance.is_round(scope):
        yield scope
        scope = elements[scope.scope]
    yield scope


def _keep_what_is_unfinished(turn: Turn, around: list[ElementInstance]) -> None:
    """What had completed within scopes that are still active is undone, too."""
    going_on = {each.id for each in around}
    for scope in reversed(turn.descendants(around[-1].id)):
        if (scope.compensable or scope.compensating) and scope.id not in going_on:
            turn.record(ActivityKept(scope.id, within=True, completed=False))


def _end_canceled(turn: Turn, me: ElementInstance) -> None:
    """A scope that was cancelled ends, and from a transaction a token leaves by its boundary.

    Without a cancel event there, its token is consumed.
    """
    scope = turn.instance.elements[me.scope]
    event = _cancel_event(turn, me) if scope.state is not TERMINATING else None
    if event is None:
        turn.terminate(me)
        turn.finish_later(scope.id)
    else:
        turn.occur_next([event])


def _cancel_event(turn: Turn, transaction: ElementInstance) -> Occur | None:
    for event in turn.process.boundaries.get(transaction.element, ()):
        for number, each in enumerate(event.definitions):
            if isinstance(each, CancelEventDefinition):
                return Occur(transaction.id, event.id, number, {})
    return None
