"""Data associations: which value goes into which variable (clause 10.4.2).

Rule: without a transformation and assignments the value of the one source goes over as it is; a
transformation gives the whole value, an assignment the target or a member of it.
"""

import re
from collections.abc import Iterable, Iterator

from lxml.etree import _Element

from procession.bpmn.data import is_identifier
from procession.bpmn.draft import Node
from procession.bpmn.reading import Reading, View
from procession.bpmn.texts import variable
from procession.bpmn.vocabulary import local_id, model
from procession.core.model import Association, Expression
from procession.core.values import shown

_SEPARATOR = re.compile(r"[./]")
MEMBERS_MAX = 32


INPUT, OUTPUT = model("dataInputAssociation"), model("dataOutputAssociation")


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
    """The variable that an association puts one of an activity's data outputs into."""
    for association in node.xml.iterchildren(OUTPUT):
        target = reference(association, "targetRef")
        if end_of(association, "sourceRef") == id and target is not None:
            return reading.resolve(target, into)
    return ""


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
    target = reading.resolve(end, into)
    if target:
        yield from into_target(association, (target, local_id(end.text or "")), reading, seeing)


def into_target(
    association: _Element, own: tuple[str, str], reading: Reading, seeing: View
) -> Iterator[Association]:
    """What an association does with its target, which has a name and an id."""
    assignments = list(association.iterchildren(model("assignment")))
    if not assignments or association.find(model("transformation")) is not None:
        yield Association(own[0], whole_value(association, reading, seeing))
    for assignment in assignments:
        yield from _read_assignment(assignment, own, seeing)


def whole_value(association: _Element, reading: Reading, seeing: View) -> Expression:
    """What an association without assignments gives: its transformation, or its one source."""
    transformation = association.find(model("transformation"))
    if transformation is not None:
        if not (transformation.text or "").strip():
            message = "the transformation is empty; write an expression, or remove it"
            seeing.problems.add("bad-association", message, association)
        return seeing.compiler.value(transformation)
    sources = list(association.iterchildren(model("sourceRef")))
    if len(sources) != 1:
        message = (
            f"the data association has {len(sources) or 'no'} sourceRefs and nothing says how to "
            "make one value of them; write a transformation, or name one source"
        )
        seeing.problems.add("bad-association", message, association)
        return variable("")
    return variable(reading.resolve(sources[0], seeing))


def _read_assignment(
    assignment: _Element, own: tuple[str, str], seeing: View
) -> Iterator[Association]:
    """`from` is an expression; `to` the target, or the way to a member of it: `order.total`."""
    given, to = assignment.find(model("from")), assignment.find(model("to"))
    if given is None or to is None or not (given.text or "").strip():
        message = "the assignment needs `from`, an expression, and `to`, what takes its value"
        seeing.problems.add("bad-association", message, assignment)
        return
    first, *members = _SEPARATOR.split((to.text or "").strip())
    path = members if first.strip() in own else [first, *members]
    path = [each.strip() for each in path]
    if not all(map(is_identifier, path)) or len(path) > MEMBERS_MAX:
        message = (
            f"`to` is {shown(to.text or '')}; write the target {own[0]}, or the way to a member of "
            f"it, such as {own[0]}.total"
        )
        seeing.problems.add("bad-association", message, assignment)
        return
    yield Association(own[0], seeing.compiler.value(given), tuple(path))
