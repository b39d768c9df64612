"""What all activities have: variables, data associations, a loop (clauses 10.3 and 10.4).

Rule: an activity that has none of them costs nothing: it sees what its scope sees.
"""

from typing import TypedDict

from procession.bpmn.associations import INPUT, OUTPUT, end_of, read_associations
from procession.bpmn.data import Variables, read_variables, required_sets
from procession.bpmn.draft import Node
from procession.bpmn.loops import (
    item_names,
    item_out,
    loop_ends,
    loop_names,
    output_item_kinds,
    read_loop,
)
from procession.bpmn.parameters import PARAMETERS_MAX, kinds
from procession.bpmn.reading import Reading, View
from procession.bpmn.vocabulary import GLOBAL_TASKS, name_of
from procession.core.model import Association, LoopCharacteristics, Parameter

_PARTS = frozenset(
    {
        *("ioSpecification", "property", "dataObject", "dataObjectReference"),
        *("dataInputAssociation", "dataOutputAssociation"),
        *("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"),
    }
)


class ActivityParts(TypedDict, total=False):
    """What `core.model.Activity` has."""

    loop: LoopCharacteristics | None
    variables: dict[str, Parameter]
    input_associations: tuple[Association, ...]
    output_associations: tuple[Association, ...]
    input_sets: tuple[tuple[str, ...], ...]
    output_sets: tuple[tuple[str, ...], ...]
    for_compensation: bool


def open_activity(node: Node, reading: Reading) -> View:
    """What the inside of an activity sees; its variables are kept in `reading`."""
    around = reading.around(node)
    # A global task's specification is that of its process.
    if name_of(node.xml) in GLOBAL_TASKS or not any(name_of(each) in _PARTS for each in node.xml):
        return around
    looping = around.compiler.also(loop_names(node, around))
    variables = read_variables(node.xml, looping.declared, looping.problems)
    _check_number(node, variables, around)
    _add_output_item(node, variables, around)
    reading.variables[node.id] = variables
    names = {**item_names(node), **variables.names}
    return View(looping.also(kinds(variables.parameters.values())), names, around)


def _add_output_item(node: Node, variables: Variables, around: View) -> None:
    for name, kind in output_item_kinds(node, around).items():
        variables.parameters.setdefault(name, Parameter(name, kind))


def _check_number(node: Node, variables: Variables, around: View) -> None:
    if len(variables.parameters) > PARAMETERS_MAX:
        message = f"{len(variables.parameters)} data elements; {PARAMETERS_MAX} are allowed"
        around.problems.add("too-many-parameters", message, node.xml)


def read_activity(node: Node, reading: Reading, inside: View) -> ActivityParts:
    """What an activity has, besides what its type says."""
    parts = ActivityParts(for_compensation=True) if node.for_compensation else ActivityParts()
    variables = reading.variables.get(node.id)
    if variables is None:
        return parts
    around = reading.around(node)
    parts["variables"] = variables.parameters
    parts["loop"] = read_loop(node, reading, around, inside)
    parts["input_associations"] = _inputs(node, reading, inside)
    parts["output_associations"] = _outputs(node, reading, inside)
    parts["input_sets"] = required_sets(node.xml, "inputSet", "Input", _needed(node, variables, 0))
    parts["output_sets"] = required_sets(
        node.xml, "outputSet", "Output", _needed(node, variables, 1)
    )
    return parts


def _needed(node: Node, variables: Variables, end: int) -> dict[str, str]:
    """The names that a set may require: what the loop takes as a whole stands in no round."""
    taken = loop_ends(node)[end]
    return {id: name for id, name in variables.names.items() if id != taken}


def _inputs(node: Node, reading: Reading, inside: View) -> tuple[Association, ...]:
    whole, _ = loop_ends(node)
    around = reading.around(node)
    found = [
        each
        for each in node.xml.iterchildren(INPUT)
        if not whole or end_of(each, "targetRef") != whole
    ]
    seeing = around.compiler.also(loop_names(node, around))
    return read_associations(found, reading, View(seeing, item_names(node), around), inside)


def _outputs(node: Node, reading: Reading, inside: View) -> tuple[Association, ...]:
    # What the loop itself sees to: the list that comes out, and the item of each round.
    _, whole = loop_ends(node)
    item = item_out(node)
    found = [
        each
        for each in node.xml.iterchildren(OUTPUT)
        if not (whole and end_of(each, "sourceRef") == whole)
        and not (item and end_of(each, "targetRef") == item)
    ]
    return read_associations(found, reading, inside, reading.around(node))
