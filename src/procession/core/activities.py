"""What surrounds the work of an activity: its variables, the events that it waits for meanwhile.

Only a demanding activity (model.Process) comes here; for all others there is nothing to see to.
"""

from collections.abc import Mapping

from procession.core.behaviours import BEHAVIOURS
from procession.core.catching import begin_waits, waits_in_scope, waits_on_boundary
from procession.core.ids import ElementInstanceId
from procession.core.instance import ElementInstance
from procession.core.model import Activity, Association, Element, SubProcess
from procession.core.turn import Turn
from procession.core.values import Value, Values, convert, shown
from procession.core.variables import visible
from procession.errors import BadValue


def begin_activity(turn: Turn, element: Activity, me: ElementInstance) -> bool:
    """The activity begins; True: its work is done.

    While it waits, the events on its boundary and the event sub-processes in it are waited for;
    for a round of a loop, the loop has seen to its boundary (loops.py).
    Raises ExpressionError and BadValue; what it has written by then does not hurt a second try.
    """
    waits = [] if turn.instance.is_round(me) else waits_on_boundary(turn, me)
    open_variables(turn, element, me)
    if isinstance(element, SubProcess):
        waits += waits_in_scope(turn, me)
    if BEHAVIOURS[type(element)].activate(turn, element, me):
        return True
    begin_waits(turn, waits)
    return False


def open_scope(turn: Turn, element: SubProcess, me: ElementInstance) -> None:
    """An event sub-process begins: its variables, and the event sub-processes in it."""
    open_variables(turn, element, me)
    begin_waits(turn, waits_in_scope(turn, me))


def end_activity(turn: Turn, element: Activity, me: ElementInstance) -> None:
    """The activity is about to be left: what it gives to the scope around. Raises BadValue."""
    _check_sets(element, me, element.output_sets, "output")
    _associate(turn, element.output_associations, sees=turn.visible(me.id), into=me.scope)


# -- variables ------------------------------------------------------------------------------------


def open_variables(turn: Turn, element: Activity, me: ElementInstance) -> None:
    """The activity's own variables come to be: by default, then by its input associations."""
    fresh: Values = {}
    for code, variable in element.variables.items():
        default = variable.default
        value = None if default is None else default.evaluate(turn.visible(me.id))
        fresh[code] = convert(code, variable.kind, value)
    # A loop gives its rounds variables before they begin, the item say.
    if fresh := {code: value for code, value in fresh.items() if me.values.get(code) is None}:
        turn.set_values(me.id, fresh)
    _associate(turn, element.input_associations, sees=_around(turn, me), into=me.id)
    _check_sets(element, me, element.input_sets, "input")


def _around(turn: Turn, me: ElementInstance) -> Mapping[str, Value]:
    """What stands around an activity; for a round of a loop its item and its counter, too."""
    loop = turn.instance.elements[me.scope].loop
    if loop is None:
        return turn.visible(me.scope)
    of_round = {name: me.values[name] for name in ("loopCounter", loop.item) if name in me.values}
    return visible(turn.instance, me.scope, of_round)


def _associate(
    turn: Turn,
    associations: tuple[Association, ...],
    *,
    sees: Mapping[str, Value],
    into: ElementInstanceId,
) -> None:
    if not associations:
        return
    seen = turn.data_stores.beside(sees)
    for association in associations:
        value = association.value.evaluate(seen)
        if association.path:
            whole = turn.data_stores.beside(turn.visible(into)).get(association.target)
            value = with_member(whole, association.path, value)
        turn.put(into, {association.target: value})


def with_member(whole: Value, path: tuple[str, ...], value: Value) -> Value:
    """An object with the member at the path set; the given one is not changed."""
    name, *rest = path
    members = dict(whole) if isinstance(whole, dict) else {}
    members[name] = with_member(members.get(name), tuple(rest), value) if rest else value
    return members


def _check_sets(
    element: Element, me: ElementInstance, sets: tuple[tuple[str, ...], ...], what: str
) -> None:
    """One of the sets must have all of its values (BPMN 2.0.2 §13.3.2)."""
    if not sets or any(all(me.values.get(name) is not None for name in each) for each in sets):
        return
    missing = sorted({name for each in sets for name in each if me.values.get(name) is None})
    raise BadValue(
        f"{element.label} has no complete {what} set: {shown(', '.join(missing))} has no value; "
        "set it and retry"
    )
