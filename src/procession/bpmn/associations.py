"""Data associations: which value goes into which variable (clause 10.4.2).

Rule: without a transformation and assignments the value of the one source goes over as it is; a
transformation gives the whole value, an assignment the target or a member of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from procession.bpmn.data import is_identifier
from procession.bpmn.data_stores import source_at, store_at, text_over_sources
from procession.bpmn.draft import Node
from procession.bpmn.reading import Reading, View
from procession.bpmn.texts import variable
from procession.bpmn.vocabulary import local_id, model
from procession.core.model import Association, Expression
from procession.core.values import shown

_SEPARATOR = re.compile(r"[./]")
MEMBERS_MAX = 32


INPUT, OUTPUT = model("dataInputAssociation"), model("dataOutputAssociation")


@dataclass(frozen=True, slots=True)
class Target:
    """What takes the value: a variable, or a data store by its key. `to` calls it by name or id."""

    takes: str
    name: str
    id: str


def reference(association: _Element, name: str) -> _Element | None:
    """The first sourceRef or targetRef."""
    return association.find(model(name))


def end_of(association: _Element, name: str) -> str:
    """The id of the data element at one end."""
    end = reference(association, name)
    return "" if end is None else local_id(end.text or "")


def value_for(node: Node, id: str, reading: Reading, seeing: View) -> Expression | None:
    """The value that an association gives to one of an activity's data inputs."""
    for association in node.xml.iterchildren(INPUT):
        if end_of(association, "targetRef") == id:
            return whole_value(association, reading, seeing)
    return None


def target_of(node: Node, id: str, reading: Reading, into: View) -> str:
    """The variable or data store that an association puts one of an activity's outputs into."""
    for association in node.xml.iterchildren(OUTPUT):
        target = reference(association, "targetRef")
        if end_of(association, "sourceRef") == id and target is not None:
            return target_at(target, reading, into).takes
    return ""


def target_at(end: _Element, reading: Reading, into: View) -> Target:
    """What a targetRef means; it takes "" where that is a problem."""
    id, found = local_id(end.text or ""), store_at(end, reading, into)
    if found is not None:
        return Target(found.store.key, found.name or id, id)
    name = reading.resolve(end, into)
    return Target(name, name, id)


def read_associations(
    associations: Iterable[_Element], reading: Reading, seeing: View, into: View
) -> tuple[Association, ...]:
    """What associations do: `seeing` is what their texts see, `into` has the variables they set."""
    return tuple(
        each for association in associations for each in _read(association, reading, seeing, into)
    )


def _read(
    association: _Element, reading: Reading, seeing: View, into: View
) -> Iterator[Association]:
    end = reference(association, "targetRef")
    if end is None:
        message = "the data association has no targetRef; name the data element that takes a value"
        seeing.problems.add("bad-association", message, association)
        return
    target = target_at(end, reading, into)
    if association.tag == INPUT and target.takes in reading.data_stores:
        message = f"a data input of the activity takes the value, and {shown(target.id)} is a data "
        message += "store; write a dataOutputAssociation"
        seeing.problems.add("bad-association", message, association)
    elif target.takes:
        yield from into_target(association, target, reading, seeing)


def into_target(
    association: _Element, target: Target, reading: Reading, seeing: View
) -> Iterator[Association]:
    """What an association does with its target."""
    assignments = list(association.iterchildren(model("assignment")))
    if not assignments or association.find(model("transformation")) is not None:
        yield Association(target.takes, whole_value(association, reading, seeing))
    for assignment in assignments:
        found = _way(assignment, target, seeing)
        if found is not None:
            text, path = found
            value = text_over_sources(text, association, reading, seeing)
            yield Association(target.takes, value, path)


def whole_value(association: _Element, reading: Reading, seeing: View) -> Expression:
    """What an association without assignments gives: its transformation, or its one source."""
    transformation = association.find(model("transformation"))
    if transformation is not None:
        if not (transformation.text or "").strip():
            message = "the transformation is empty; write an expression, or remove it"
            seeing.problems.add("bad-association", message, association)
        return text_over_sources(transformation, association, reading, seeing)
    sources = list(association.iterchildren(model("sourceRef")))
    if len(sources) != 1:
        message = (
            f"the data association has {len(sources) or 'no'} sourceRefs and nothing says how to "
            "make one value of them; write a transformation, or name one source"
        )
        seeing.problems.add("bad-association", message, association)
        return variable("")
    return source_at(sources[0], reading, seeing)


def _way(
    assignment: _Element, target: Target, seeing: View
) -> tuple[_Element, tuple[str, ...]] | None:
    """`from` is an expression; `to` the target, or the way to a member of it: `order.total`."""
    given, to = assignment.find(model("from")), assignment.find(model("to"))
    if given is None or to is None or not (given.text or "").strip():
        message = "the assignment needs `from`, an expression, and `to`, what takes its value"
        seeing.problems.add("bad-association", message, assignment)
        return None
    first, *members = _SEPARATOR.split((to.text or "").strip())
    path = members if first.strip() in (target.name, target.id) else [first, *members]
    path = [each.strip() for each in path]
    if not all(map(is_identifier, path)) or len(path) > MEMBERS_MAX:
        message = (
            f"`to` is {shown(to.text or '')}; write the target {target.name}, or the way to a "
            f"member of it, such as {target.name}.total"
        )
        seeing.problems.add("bad-association", message, assignment)
        return None
    return given, tuple(path)
