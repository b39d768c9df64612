"""Activities that are done several times (BPMN 2.0.2 §10.3.8, §13.3.6, §13.3.7).

Theory of operation
-------------------
Such an activity has an element instance of its own, as every activity has: its flows lead there,
the events on its boundary belong to it, and it says how far the loop has got (`instance.Loop`). It
is the scope of its rounds: element instances of the same element, each with variables, associations
and event sub-processes of its own.

Rounds begin through the agenda. One that goes after another is asked for when that one ends; those
that are parallel ask for the next as they begin, so the agenda never holds more than one that has
not begun. A round costs the same whatever the number of items: the items are written down once, and
what each round gives once with it.

What a round needs to be left (its output, the conditions that see it, the events that it throws) is
found out before anything is counted. So a mistake there is an incident of that round, and the
others go on.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from procession.core.activities import begin_activity, end_activity
from procession.core.catching import begin_waits, waits_on_boundary
from procession.core.changes import (
    LoopBegan,
    LoopStopped,
    Occur,
    OutputCollected,
    RoundBegan,
    RoundCompleted,
)
from procession.core.compensating import keep
from procession.core.ids import element_uid
from procession.core.instance import ElementInstance, Loop
from procession.core.model import (
    Activity,
    Element,
    EventDefinition,
    Expression,
    LoopBehavior,
    MultiInstance,
    StandardLoop,
)
from procession.core.throwing import throw
from procession.core.turn import Turn
from procession.core.values import (
    COLLECTION_LENGTH_MAX,
    DataType,
    Kind,
    Value,
    convert,
    shown,
    untyped,
)
from procession.core.variables import visible
from procession.errors import BadValue

_ROUNDS_SHOWN = 3


def begin(turn: Turn, element: Activity, me: ElementInstance) -> bool:
    """An activity begins, all rounds of one, or one of them; True: its work is done.

    Raises ExpressionError and BadValue.
    """
    if element.loop is None:
        return begin_activity(turn, element, me)
    if turn.instance.is_round(me):
        _begin_round(turn, element, me)
        return begin_activity(turn, element, me)
    return _begin_loop(turn, element, me)


def end(turn: Turn, element: Activity, me: ElementInstance) -> None:
    """An activity is about to be left: it gives the scope around what it has. Raises BadValue."""
    if me.loop is None:
        end_activity(turn, element, me)
    elif isinstance(element.loop, MultiInstance) and element.loop.output is not None:
        outputs = me.loop.outputs
        turn.put(me.scope, {element.loop.output: [outputs[each] for each in sorted(outputs)]})


def end_round(turn: Turn, element: Activity, me: ElementInstance) -> None:
    """The work of one round is done. Raises ExpressionError and BadValue, and then it is not left.

    Its loop goes on or is over; it is left when none of its rounds is alive or to come.
    """
    _ROUND_ENDED[type(element.loop)](turn, element, element.loop, me)


def rounds_instead(turn: Turn, element: Element, me: ElementInstance) -> str:
    """Why the loop itself cannot be executed, and what can."""
    alive = [each for each in turn.instance.elements.values() if each.scope == me.id]
    uids = [str(element_uid(turn.instance.instance_id, each.id)) for each in alive[:_ROUNDS_SHOWN]]
    more = ", …" if len(alive) > _ROUNDS_SHOWN else ""
    return (
        f"element {element.label} is done several times, and each time is executed by its own "
        f"GUID; alive are {len(alive)}: {', '.join(uids)}{more}"
    )


# -- the loop begins ------------------------------------------------------------------------------


def _begin_loop(turn: Turn, element: Activity, me: ElementInstance) -> bool:
    waits = waits_on_boundary(turn, me)
    began = _PLANNED[type(element.loop)](turn, element, element.loop, me)
    turn.record(began)
    if began.planned == 0:
        return True
    turn.begin_at(element.id, me.id)
    begin_waits(turn, waits)
    return False


def _standard(turn: Turn, element: Activity, loop: StandardLoop, me: ElementInstance) -> LoopBegan:
    """The condition sees in `loopCounter` how many rounds there were (§10.3.8.1)."""
    seen = visible(turn.instance, me.id, {"loopCounter": 0})
    wanted = _again(turn, loop, 0, seen) if loop.test_before else loop.maximum != 0
    return LoopBegan(me.id, None if wanted else 0)


def _multiple(turn: Turn, element: Activity, loop: MultiInstance, me: ElementInstance) -> LoopBegan:
    """As many rounds as there are items, or as the cardinality says (§10.3.8.2)."""
    if loop.items is None:
        assert loop.cardinality is not None, f"nothing says how often {element.label} is done"
        planned, items = _cardinality(turn, element, loop.cardinality, me), []
    else:
        items = _items(turn, element, loop, me)
        planned = len(items)
    parallel, kept = not loop.sequential, items if loop.item is not None else []
    return LoopBegan(me.id, planned, parallel, loop.first_counter, loop.item, kept)


def _cardinality(
    turn: Turn, element: Activity, cardinality: Expression, me: ElementInstance
) -> int:
    name = f"the cardinality {shown(cardinality.text)} of {element.label}"
    number = convert(name, Kind(DataType.INTEGER), cardinality.evaluate(turn.visible(me.id)))
    if number is None or number < 0:
        raise BadValue(f"{name} is {shown(number)}; it must be a whole number from 0")
    _check_length(name, number)
    return int(number)


def _items(turn: Turn, element: Activity, loop: MultiInstance, me: ElementInstance) -> list[Value]:
    """The items as their variable holds them, if the activity says of which type it is."""
    assert loop.items is not None, element.label
    name = f"the collection {shown(loop.items.text)} of {element.label}"
    found = loop.items.evaluate(turn.data_stores.beside(turn.visible(me.id)))
    if not isinstance(found, list | tuple):
        raise BadValue(f"{name} is {shown(found)}; it must be a list, which may be empty")
    _check_length(name, len(found))
    variable = element.variables.get(loop.item or "")
    kind = Kind(DataType.ANY) if variable is None else variable.kind
    return [convert(f"{name}, item {index}", kind, item) for index, item in enumerate(found, 1)]


def _check_length(name: str, length: int) -> None:
    if length > COLLECTION_LENGTH_MAX:
        raise BadValue(f"{name} asks for {length} rounds; {COLLECTION_LENGTH_MAX} are allowed")


# -- a round --------------------------------------------------------------------------------------


def _begin_round(turn: Turn, element: Activity, me: ElementInstance) -> None:
    if me.round:
        return  # It is tried once more.
    turn.record(RoundBegan(me.id))
    turn.values_changed = True
    loop = _loop_of(turn, me)
    if loop.parallel and loop.started < loop.created:
        turn.begin_at(element.id, me.scope)


def _standard_round(turn: Turn, element: Activity, loop: StandardLoop, me: ElementInstance) -> None:
    """Once more, if the condition holds (§13.3.6); before or after it are the same by now."""
    end_activity(turn, element, me)
    again = _again(turn, loop, me.round, turn.visible(me.id))
    _complete(turn, element, me)
    if again:
        turn.begin_at(element.id, me.scope)


def _again(turn: Turn, loop: StandardLoop, rounds: int, seen: Mapping[str, Value]) -> bool:
    if loop.maximum is not None and rounds >= loop.maximum:
        return False
    return loop.condition is None or turn.holds_of(loop.condition, seen)


def _instance(turn: Turn, element: Activity, loop: MultiInstance, me: ElementInstance) -> None:
    """An instance completes: it may throw events and may be the last that is wanted (§13.3.7)."""
    output = _output(turn, element, loop, me)
    end_activity(turn, element, me)
    state = _loop_of(turn, me)
    # The conditions see this instance as completed, though it is counted only after them.
    counted = replace(state, completed=state.completed + 1).counters()
    seen = visible(turn.instance, me.id, counted)
    condition = loop.completion_condition
    enough = condition is not None and turn.holds_of(condition, seen)
    if not _throw(turn, me, list(_events(turn, loop, state, seen))):
        turn.data_stores.settle()
        return
    if loop.output is not None:
        turn.record(OutputCollected(me.id, output))
    _complete(turn, element, me)
    if enough and state.parallel:
        _stop(turn, turn.instance.elements[me.scope])
    elif not enough and not state.parallel and state.started < (state.planned or 0):
        turn.begin_at(element.id, me.scope)


def _output(turn: Turn, element: Activity, loop: MultiInstance, me: ElementInstance) -> Value:
    if loop.output is None or loop.output_item is None:
        return None
    name = f"the output {shown(loop.output_item.text)} of {element.label}"
    return untyped(name, loop.output_item.evaluate(turn.visible(me.id)))


def _complete(turn: Turn, element: Activity, me: ElementInstance) -> None:
    turn.record(RoundCompleted(me.id))
    turn.values_changed = True
    keep(turn, element, me)
    turn.complete(me)


def _stop(turn: Turn, me: ElementInstance) -> None:
    """The loop has enough: the rounds that have not completed are terminated, it is left (§13.3.7).

    What its last round has thrown for an event on its boundary is seen to before that.
    """
    thrown = [step for step in turn.agenda if isinstance(step, Occur) and step.scope == me.id]
    turn.terminate_within(me)
    turn.agenda.extendleft(reversed(thrown))
    turn.record(LoopStopped(me.id))
    turn.finish_later(me.id)


def _loop_of(turn: Turn, me: ElementInstance) -> Loop:
    loop = turn.instance.elements[me.scope].loop
    assert loop is not None, f"{me} is no round of a loop"
    return loop


# -- events ---------------------------------------------------------------------------------------


def _events(
    turn: Turn, loop: MultiInstance, state: Loop, seen: Mapping[str, Value]
) -> Iterator[EventDefinition]:
    """What an instance throws as it completes, by the behavior of its loop (table 10.30)."""
    if loop.behavior is LoopBehavior.COMPLEX:
        for each in loop.complex_behaviors:
            if turn.holds_of(each.condition, seen):
                yield each.event
    elif loop.behavior is LoopBehavior.NONE and loop.none_event is not None:
        yield loop.none_event
    elif loop.behavior is LoopBehavior.ONE and loop.one_event is not None and not state.completed:
        yield loop.one_event


def _throw(turn: Turn, me: ElementInstance, events: list[EventDefinition]) -> bool:
    """Throw them for the events on the loop's boundary; False: the whole run has ended by one.

    An instance that throws has completed already, so it does not wait for what comes of it.
    """
    for event in events:
        throw(turn, me, event)
        if me.id not in turn.instance.elements:
            return False
    return True


_PLANNED: Mapping[type[Any], Callable[[Turn, Activity, Any, ElementInstance], LoopBegan]] = {
    StandardLoop: _standard,
    MultiInstance: _multiple,
}
_ROUND_ENDED: Mapping[type[Any], Callable[[Turn, Activity, Any, ElementInstance], None]] = {
    StandardLoop: _standard_round,
    MultiInstance: _instance,
}
