"""The variables that a file names: vendor files declare none, so each becomes a parameter.

Rule: what a text names is a parameter of the process, of any type, unless an activity around the
text has it of its own. A form says more: type and default.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn import NAMESPACE
from procession.bpmn.data import is_identifier, variable_name
from procession.bpmn.extensions import ELEMENTS, ON_BPMN, tag
from procession.bpmn.forms import EXPRESSION
from procession.bpmn.vocabulary import ACTIVITIES, TIMES, model, name_of, space_of
from procession.core.values import DataType
from procession.dialects.names import (
    OF_SCRIPTS,
    names_in_feel,
    names_in_juel,
    names_in_python,
)
from procession.dialects.translation import Translation
from procession.dialects.vendors import Vendor

_PROCESS = model("process")
_LOOPS = tuple(map(model, ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")))
_IN, _OUT = model("dataInputAssociation"), model("dataOutputAssociation")
_TEXTS = (
    *("conditionExpression", "condition", "completionCondition", "loopCardinality"),
    *("loopCondition", "activationCondition", "transformation", "from", "formalExpression"),
    *TIMES,
)
_COUNTS = frozenset(
    {
        *("loopCounter", "numberOfInstances", "numberOfActiveInstances"),
        *("numberOfCompletedInstances", "numberOfTerminatedInstances"),
        *("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
    }
)
_TARGETS: Mapping[str, tuple[str, ...]] = {"output": ("target",)}
_ON_BPMN_TARGETS: tuple[str, ...] = ("result", "output")
_LANGUAGES: Mapping[str, Callable[[str], set[str]]] = {**OF_SCRIPTS, "": names_in_python}


def declare_variables(it: Translation) -> None:
    """Each process gets a parameter for each variable that it names, and takes others as well."""
    owners = Owners()
    for process in it.elements("process"):
        names: dict[str, None] = {}
        for element, found in _named(it, process):
            names.update(dict.fromkeys(sorted(found - owners.around(element))))
        _declare(it, process, names)
        it.set(process, "open", "true")


def _declare(it: Translation, process: _Element, names: Mapping[str, None]) -> None:
    declared = _declared_in(process)
    for name, form in it.forms.get(process, {}).items():
        it.add(process, "parameter", process, code=name, **form)
    for name in names:
        known = name in declared or name in it.forms.get(process, {})
        if not known and is_identifier(name):
            it.add(process, "parameter", process, code=name, type=DataType.ANY.value)


_DECLARATIONS = tuple(map(model, ("property", "dataObject", "dataInput", "dataOutput")))


def _named(it: Translation, process: _Element) -> Iterator[tuple[_Element, set[str]]]:
    """Each element with what it names."""
    names = names_in_feel if it.vendor is Vendor.ZEEBE else names_in_juel
    for element in process.iter(f"{{{NAMESPACE}}}*", *map(model, _WITH_TEXT), *_WITH_OURS):
        found: set[str] = set()
        for attribute, text in _expressions(element):
            found |= names(text) if attribute else {text}
        found |= _in_content(it, element, names)
        if found:
            yield element, found


_WITH_TEXT = (*_TEXTS, "script", "targetRef", "loopDataInputRef")
_WITH_OURS = tuple(model(name) for name in ON_BPMN)


def _expressions(element: _Element) -> Iterator[tuple[bool, str]]:
    """The expressions in our attributes, and the variables that take something."""
    if space_of(element) == NAMESPACE:
        parent = element.getparent()
        forms = ELEMENTS.get((_owner(parent), name_of(element)), {})
        prefix, targets = "", _TARGETS.get(name_of(element), ())
    else:
        forms, prefix, targets = ON_BPMN.get(name_of(element), {}), tag(""), _ON_BPMN_TARGETS
    for name, attribute in forms.items():
        text = element.get(prefix + name, "").strip()
        if text and attribute.form is EXPRESSION:
            yield True, text
        elif text and name in targets:
            yield False, text


def _owner(parent: _Element | None) -> str:
    if parent is not None and name_of(parent) == "extensionElements":
        parent = parent.getparent()
    return "" if parent is None else name_of(parent)


def _in_content(it: Translation, element: _Element, names: Callable[[str], set[str]]) -> set[str]:
    text, name = (element.text or "").strip(), name_of(element)
    if not text or element in it.constants or space_of(element) == NAMESPACE:
        return set()
    if name in ("targetRef", "loopDataInputRef"):
        return {text} if is_identifier(text) and text not in it.ids else set()
    if name == "script":
        task = element.getparent()
        form = "" if task is None else task.get("scriptFormat", "").strip()
        reads = OF_SCRIPTS.get(form)
        return set() if reads is None else reads(text)
    if name not in _TEXTS:
        return set()
    language = element.get("language")
    return names(text) if language is None else _LANGUAGES.get(language, names)(text)


# -- what is not the process's --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Own:
    """What an activity has of its own: its loop, what each round shows, and its variables."""

    loop: _Element | None
    of_round: frozenset[str]
    variables: frozenset[str]


@dataclass(slots=True)
class Owners:
    """The activities that have been looked at: many texts stand in one sub-process."""

    known: dict[_Element, Own] = field(default_factory=dict)

    def around(self, element: _Element) -> set[str]:
        """The variables that the activities around a text have of their own."""
        found: set[str] = set()
        below = element
        for around in (element, *element.iterancestors()):
            if space_of(around) != NAMESPACE and name_of(around) in ACTIVITIES:
                found |= _seen(self._own(around), below, element)
            below = around
        return found

    def _own(self, activity: _Element) -> Own:
        if activity not in self.known:
            self.known[activity] = _own(activity)
        return self.known[activity]


def _seen(own: Own, below: _Element, element: _Element) -> frozenset[str]:
    """What is seen of an activity's own variables where `element` stands within it, in `below`."""
    target = name_of(element) == "targetRef"
    if below.tag == _OUT and target:
        return frozenset()
    # Inputs see what is around, and the round's item; only their targets are the activity's own.
    if below is own.loop or (below.tag == _IN and not target):
        return own.of_round
    return own.of_round | own.variables


def _own(activity: _Element) -> Own:
    loop = next(activity.iterchildren(*_LOOPS), None)
    of_round: set[str] = set()
    if loop is not None:
        item = loop.find(model("inputDataItem"))
        names = {loop.get(tag("item"), "").strip(), "" if item is None else variable_name(item)}
        of_round = {*_COUNTS, *names} - {""}
    return Own(loop, frozenset(of_round), frozenset(_declared_in(activity)))


def _declared_in(owner: _Element) -> set[str]:
    """What BPMN's own data elements of a process or an activity are called."""
    found = {variable_name(each) for each in owner.iterchildren(*_DECLARATIONS)}
    for specification in owner.iterchildren(model("ioSpecification")):
        found |= {variable_name(each) for each in specification.iterchildren(*_DECLARATIONS)}
    return found - {""}
