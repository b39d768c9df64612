"""Data that BPMN itself declares: properties, data objects, data inputs and outputs (clause 10.4).

Rule: a data element is a variable of the process, sub-process or activity that it stands in. It
goes by its name if that is an identifier, else by its id; one that has neither can only be drawn.
Two data elements of one place with one name are one variable, if their types agree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from procession.bpmn.declared import Declared
from procession.bpmn.extensions import NAMESPACE
from procession.bpmn.forms import IDENTIFIER, boolean, one_line
from procession.bpmn.problems import Problems, line_of
from procession.bpmn.texts import ANY
from procession.bpmn.vocabulary import local_id, model, name_of
from procession.core.model import Parameter
from procession.core.values import TYPE_NAMES, DataType, Direction, Kind, shown

_XSD_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
# Files write `xsd:string` without saying what the prefix stands for.
_XSD_PREFIXES = ("xsd", "xs")
_WHOLE = (
    *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort"),
    "unsignedByte",
)
_XSD_TYPES: Mapping[str, DataType] = {
    **dict.fromkeys(("string", "normalizedString", "token", "anyURI", "language"), DataType.TEXT),
    **dict.fromkeys(_WHOLE, DataType.INTEGER),
    "decimal": DataType.DECIMAL,
    **dict.fromkeys(("float", "double"), DataType.FLOAT),
    "boolean": DataType.BOOLEAN,
    **dict.fromkeys(("dateTime", "dateTimeStamp"), DataType.DATE_TIME),
    "date": DataType.DATE,
    "time": DataType.TIME,
}
_OF_SCOPES = ("property", "dataObject")
_DIRECTIONS = {"dataInput": Direction.IN, "dataOutput": Direction.OUT}


@dataclass(slots=True)
class Variables:
    """The variables of one place by name, and the names of its data elements by id."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def kind_of_item(element: _Element, reference: str, declared: Declared) -> Kind:
    """The type of a data element by its item definition; where that says nothing, it is any."""
    item = declared.named("itemDefinition").get(local_id(reference))
    several = boolean(element.get("isCollection", ""))
    if item is None or several or boolean(item.get("isCollection", "")):
        return ANY
    structure = item.get("structureRef", "").strip()
    prefix, _, name = structure.rpartition(":")
    namespace = item.nsmap.get(prefix or None, "")
    if namespace == _XSD_NAMESPACE or (not namespace and prefix in _XSD_PREFIXES):
        return _kind(_XSD_TYPES.get(name))
    if not prefix or namespace == NAMESPACE:
        return _kind(TYPE_NAMES.get(name))
    return ANY


def _kind(of: DataType | None) -> Kind:
    return ANY if of is None else Kind(of)


def specified(owner: _Element, *names: str) -> Iterator[_Element]:
    """The parts of an element's ioSpecification, in file order."""
    for specification in owner.iterchildren(model("ioSpecification")):
        yield from specification.iterchildren(*map(model, names))


def read_variables(container: _Element, declared: Declared, problems: Problems) -> Variables:
    """The variables of a process, a sub-process or an activity, in file order."""
    found = Variables()
    captions = _captions(container)
    own = container.iterchildren(*map(model, _OF_SCOPES))
    elements = [*specified(container, *_DIRECTIONS), *own]
    for element in elements:
        name = variable_name(element, captions)
        if name:
            _add(found, name, _parameter(element, name, declared), (element, problems))
    for reference in container.iterchildren(model("dataObjectReference")):
        target = local_id(reference.get("dataObjectRef", ""))
        if target in found.names:
            found.names[reference.get("id", "")] = found.names[target]
    return found


def _captions(container: _Element) -> Mapping[str, str]:
    """What the references call each data object: modelers write the name there."""
    found: dict[str, str] = {}
    for reference in container.iterchildren(model("dataObjectReference")):
        target, name = local_id(reference.get("dataObjectRef", "")), reference.get("name", "")
        if is_identifier(name.strip()):
            found.setdefault(target, name.strip())
    return found


def variable_name(element: _Element, captions: Mapping[str, str] | None = None) -> str:
    """The variable that a data element is; "" where nothing of it can be a name."""
    id = element.get("id", "").strip()
    names = (element.get("name", "").strip(), (captions or {}).get(id, ""), id)
    return next((name for name in names if is_identifier(name)), "")


def is_identifier(text: str) -> bool:
    """Whether a text can name a variable."""
    return bool(text) and IDENTIFIER.check(text) is None


def _parameter(element: _Element, name: str, declared: Declared) -> Parameter:
    return Parameter(
        code=name,
        kind=kind_of_item(element, element.get("itemSubjectRef", ""), declared),
        direction=_DIRECTIONS.get(name_of(element), Direction.INTERNAL),
        caption=one_line(element.get("name", "")) or name,
    )


def _add(
    found: Variables, name: str, parameter: Parameter, where: tuple[_Element, Problems]
) -> None:
    element, problems = where
    first = found.parameters.setdefault(name, parameter)
    if first.kind != parameter.kind:
        message = (
            f"{shown(name)} is a {first.kind.type} and here, in line {line_of(element)}, a "
            f"{parameter.kind.type}; give one of the two another name"
        )
        problems.add("duplicate-data", message, element)
    elif {first.direction, parameter.direction} == {Direction.IN, Direction.OUT}:
        found.parameters[name] = replace(first, direction=Direction.BOTH)
    if id := element.get("id", ""):
        found.names[id] = name


def required_sets(
    owner: _Element, set_name: str, prefix: str, names: Mapping[str, str]
) -> tuple[tuple[str, ...], ...]:
    """The sets of which one must have all its values; () where one of them needs none.

    What is optional or read while the activity runs need not be there (clause 10.4.2).
    """
    sets = []
    for each in specified(owner, set_name):
        spared = {
            *_references(each, f"optional{prefix}Refs"),
            *_references(each, f"whileExecuting{prefix}Refs"),
        }
        needed = dict.fromkeys(_references(each, f"data{prefix}Refs"))
        sets.append(tuple(names[id] for id in needed if id not in spared and id in names))
    return tuple(sets) if all(sets) else ()


def _references(element: _Element, name: str) -> Iterable[str]:
    return [local_id(each.text or "") for each in element.iterchildren(model(name))]
