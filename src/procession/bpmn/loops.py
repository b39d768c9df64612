"""Loops: how often an activity is done (clauses 10.3.8.1, 10.3.8.2 and 13.3.6, 13.3.7).

Rule: a loop is read from outside, with what the scope around sees, except for what it says about
one round of it. The items of a multi-instance activity are a data element of the scope around, or a
data input of the activity that an association fills from there.
"""

import re
from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.associations import (
    OUTPUT,
    end_of,
    target_at,
    target_of,
    value_for,
    whole_value,
)
from procession.bpmn.data import kind_of_item, variable_name
from procession.bpmn.data_stores import source_at
from procession.bpmn.definitions import (
    Occasion,
    check_thrown_by_loop,
    read_definition,
    thrown_by,
)
from procession.bpmn.draft import Node, definitions_of
from procession.bpmn.extensions import tag
from procession.bpmn.forms import boolean
from procession.bpmn.mapping import check_target
from procession.bpmn.reading import Reading, View
from procession.bpmn.texts import ANY, Compiler, variable
from procession.bpmn.vocabulary import LOOPS, local_id, model
from procession.core.model import (
    ComplexBehavior,
    EventDefinition,
    Expression,
    LoopBehavior,
    LoopCharacteristics,
    MultiInstance,
    StandardLoop,
)
from procession.core.values import DataType, Kind, shown

_STANDARD = model("standardLoopCharacteristics")
_LOOPS = tuple(map(model, LOOPS))
_ITEMS = tuple(map(model, ("inputDataItem", "outputDataItem")))
_INTEGER = Kind(DataType.INTEGER)
_COUNTER = {"loopCounter": _INTEGER}
_COUNTS = {
    "numberOfInstances": _INTEGER,
    "numberOfActiveInstances": _INTEGER,
    "numberOfCompletedInstances": _INTEGER,
    "numberOfTerminatedInstances": _INTEGER,
    # As other engines call them.
    **dict.fromkeys(("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"), _INTEGER),
}
_WHOLE = re.compile("[1-9][0-9]{0,8}")


def loop_names(node: Node, view: View) -> Mapping[str, Kind]:
    """What the loop of an activity shows to its inside (clause 10.3.8)."""
    loop = node.loop
    if loop is None:
        return {}
    if loop.tag == _STANDARD:
        return _COUNTER
    names = {**_COUNTER, **_COUNTS}
    if item := _item(loop):
        element = loop.find(model("inputDataItem"))
        names[item] = ANY if element is None else _kind(element, view)
    return names


def item_names(node: Node) -> Mapping[str, str]:
    """The data elements of a loop by id: the item that goes in, and that which comes out."""
    loop = node.loop
    items = () if loop is None else loop.iterchildren(*_ITEMS)
    return {each.get("id", ""): variable_name(each) for each in items if variable_name(each)}


def output_item_kinds(node: Node, view: View) -> Mapping[str, Kind]:
    """The variable that each round leaves its own result in."""
    loop = node.loop
    item = None if loop is None else loop.find(model("outputDataItem"))
    name = "" if item is None else variable_name(item)
    return {name: _kind(item, view)} if item is not None and name else {}


def _kind(item: _Element, view: View) -> Kind:
    return kind_of_item(item, item.get("itemSubjectRef", ""), view.compiler.declared)


def _item(loop: _Element) -> str:
    """The name of the variable that has the item of a round."""
    item = loop.find(model("inputDataItem"))
    own = loop.get(tag("item"), "").strip()
    return own or ("" if item is None else variable_name(item))


def item_out(node: Node) -> str:
    """The id of the item that comes out of each round."""
    loop = node.loop
    item = None if loop is None else loop.find(model("outputDataItem"))
    return "" if item is None else item.get("id", "")


def loop_ends(node: Node) -> tuple[str, str]:
    """The ids of loopDataInputRef and loopDataOutputRef: the loop itself sees to them."""
    loop = node.loop
    if loop is None:
        return "", ""
    return _reference(loop, "loopDataInputRef"), _reference(loop, "loopDataOutputRef")


def _reference(loop: _Element, name: str) -> str:
    return local_id(loop.findtext(model(name), ""))


def read_loop(
    node: Node, reading: Reading, around: View, inside: View
) -> LoopCharacteristics | None:
    """The loop of an activity; `inside` is what each of its rounds sees."""
    loop = node.loop
    if loop is None:
        return None
    if len(list(node.xml.iterchildren(*_LOOPS))) > 1:
        message = "the activity has two loops; keep one, or put a sub-process around it"
        around.problems.add("bad-loop", message, node.xml)
    if loop.tag == _STANDARD:
        return _standard(loop, around)
    return _multiple(loop, node, reading, (around, inside))


def _standard(loop: _Element, around: View) -> StandardLoop:
    condition, maximum = _child(loop, "loopCondition"), loop.get("loopMaximum", "").strip()
    if maximum and not _WHOLE.fullmatch(maximum):
        message = f"loopMaximum is {shown(maximum)}; write a whole number from 1"
        around.problems.add("bad-number", message, loop)
    elif condition is None and not maximum:
        message = "nothing ends the loop; write a loopCondition, or a loopMaximum"
        around.problems.add("bad-loop", message, loop)
    return StandardLoop(
        condition=None if condition is None else _seeing(around, _COUNTER).condition(condition),
        test_before=bool(boolean(loop.get("testBefore", ""))),
        maximum=int(maximum) if _WHOLE.fullmatch(maximum) else None,
    )


def _child(loop: _Element, name: str) -> _Element | None:
    """A child with an expression; one that is blank says nothing."""
    child = loop.find(model(name))
    return child if child is not None and (child.text or "").strip() else None


def _seeing(view: View, names: Mapping[str, Kind]) -> Compiler:
    return view.compiler.also(names)


def _multiple(
    loop: _Element, node: Node, reading: Reading, views: tuple[View, View]
) -> MultiInstance:
    around, inside = views
    cardinality, ends = _child(loop, "loopCardinality"), _child(loop, "completionCondition")
    items = _items(loop, node, reading, around)
    if (cardinality is None) == (items is None):
        message = "a multi-instance activity has a loopCardinality or items (loopDataInputRef, or "
        around.problems.add("bad-loop", f"{message}procession:items); write one of them", loop)
    if items is None and _item(loop):
        message = "the loop has an item and no items; say which list they are of"
        around.problems.add("bad-loop", message, loop)
    behavior = loop.get("behavior", "").strip()
    known = behavior in set(LoopBehavior)
    return MultiInstance(
        sequential=bool(boolean(loop.get("isSequential", ""))),
        cardinality=None if cardinality is None else around.compiler.value(cardinality),
        items=items,
        item=_item(loop) or None,
        output=_output(loop, node, reading, around),
        output_item=_output_item(loop, node, reading, inside),
        completion_condition=None if ends is None else _seeing(around, _COUNTS).condition(ends),
        behavior=LoopBehavior(behavior) if known else LoopBehavior.ALL,
        none_event=_event(loop, "noneBehaviorEventRef", LoopBehavior.NONE, (node, reading, around)),
        one_event=_event(loop, "oneBehaviorEventRef", LoopBehavior.ONE, (node, reading, around)),
        complex_behaviors=_complex(loop, node, reading, around),
        first_counter=0 if loop.get(tag("firstCounter"), "").strip() == "0" else 1,
    )


# -- what goes in and comes out -------------------------------------------------------------------


def _items(loop: _Element, node: Node, reading: Reading, around: View) -> Expression | None:
    own, end = loop.get(tag("items"), "").strip(), loop.find(model("loopDataInputRef"))
    if own:
        return around.compiler.attribute(loop, tag("items"))
    if end is None:
        return None
    given = value_for(node, local_id(end.text or ""), reading, around)
    return given or source_at(end, reading, around)


def _output(loop: _Element, node: Node, reading: Reading, around: View) -> str | None:
    own, end = loop.get(tag("output"), "").strip(), loop.find(model("loopDataOutputRef"))
    if own:
        check_target(loop, own, around.compiler)
        return own
    if end is None:
        return None
    name = target_of(node, local_id(end.text or ""), reading, around)
    return name or target_at(end, reading, around).takes or None


def _output_item(loop: _Element, node: Node, reading: Reading, inside: View) -> Expression | None:
    if loop.get(tag("outputItem"), "").strip():
        return inside.compiler.attribute(loop, tag("outputItem"))
    item = loop.find(model("outputDataItem"))
    name = "" if item is None else variable_name(item)
    given = None if item is None else value_given(node, item.get("id", ""), reading, inside)
    if given is not None or name:
        return given or variable(name)
    has_output = loop.find(model("loopDataOutputRef")) is not None or loop.get(tag("output"))
    if has_output:
        message = "nothing says what each instance gives; write an outputDataItem with a name, or "
        inside.problems.add("bad-loop", f"{message}procession:outputItem", loop)
    return None


def value_given(node: Node, id: str, reading: Reading, inside: View) -> Expression | None:
    """What an association of the activity puts into the item that comes out of a round."""
    for association in node.xml.iterchildren(OUTPUT):
        if id and end_of(association, "targetRef") == id:
            return whole_value(association, reading, inside)
    return None


# -- events ---------------------------------------------------------------------------------------

_Where = tuple[Node, Reading, View]


def _event(
    loop: _Element, attribute: str, wanted: LoopBehavior, where: _Where
) -> EventDefinition | None:
    """The event that the attribute names, if the behavior throws one (table 10.30)."""
    around = where[2]
    name = loop.get(attribute, "").strip()
    if not name:
        if loop.get("behavior", "").strip() == wanted:
            message = f"behavior {wanted} throws an event, and {attribute} does not say which"
            around.problems.add("bad-loop", message, loop)
        return None
    definition = thrown_by(loop, name, around)
    if definition is None:
        return None
    check_thrown_by_loop(definition, loop, around)
    return read_definition(definition, Occasion(*where, around, True))


def _complex(
    loop: _Element, node: Node, reading: Reading, around: View
) -> tuple[ComplexBehavior, ...]:
    found = []
    for each in loop.iterchildren(model("complexBehaviorDefinition")):
        condition, event = _child(each, "condition"), each.find(model("event"))
        declared = around.compiler.declared
        events = [] if event is None else definitions_of(event, declared, around.problems)
        if condition is None or len(events) != 1:
            message = "a complexBehaviorDefinition has a condition and an event with one definition"
            around.problems.add("bad-loop", message, each)
            continue
        check_thrown_by_loop(events[0], loop, around)
        thrown = read_definition(events[0], Occasion(node, reading, around, around, True))
        if thrown is not None:
            seeing = _seeing(around, _COUNTS)
            found.append(ComplexBehavior(seeing.condition(condition), thrown))
    return tuple(found)
