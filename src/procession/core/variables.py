"""Which values an element instance sees, and where a value that it sets goes (BPMN 2.0.2 §10.4.1).

Variables stand in the process, in a sub-process or in an activity: properties, data objects, data
inputs and outputs, the item of a loop. Whoever stands within sees them; the innermost of a name
hides those around it, and it is the one that is set.
"""

from collections import ChainMap
from collections.abc import Mapping

from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ProcessInstance
from procession.core.model import Activity, Process
from procession.core.values import DataType, Kind, Value, Values, shown
from procession.errors import BadValue

_ANY = Kind(DataType.ANY)


def visible(
    instance: ProcessInstance, number: ElementInstanceId, first: Values | None = None
) -> Mapping[str, Value]:
    """What expressions see at an element instance: its own variables and all those around it.

    Within a loop that is the loop's counters, too. `first`: what hides all of that.
    """
    elements = instance.elements
    layers: list[Values] = [] if first is None else [first]
    while number != ROOT:
        me = elements[number]
        if me.values:
            layers.append(me.values)
        if me.loop is not None:
            layers.append(me.loop.counters())
        number = me.scope
    root = elements[ROOT].values
    return ChainMap(*layers, root) if layers else root


def place(
    process: Process, instance: ProcessInstance, number: ElementInstanceId, name: str
) -> tuple[ElementInstanceId, Kind]:
    """The scope that has the variable, seen from an element instance, and its type.

    Raises BadValue where there is no such variable.
    """
    while number != ROOT:
        me = instance.elements[number]
        if name in me.values:
            return number, _kind(process, me.element, name)
        number = me.scope
    parameter = process.parameters.get(name)
    if parameter is None and process.open:
        return ROOT, _ANY
    if parameter is None:
        raise BadValue(f"{process.id}: there is no parameter {shown(name)}")
    return ROOT, parameter.kind


def _kind(process: Process, element: str, name: str) -> Kind:
    """The type of a variable of an element; a loop's item, say, is of any type."""
    activity = process.elements[element]
    if isinstance(activity, Activity) and name in activity.variables:
        return activity.variables[name].kind
    return _ANY
