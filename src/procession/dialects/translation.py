"""One file that is being translated: how vendor parts are found in it and ours written into it.

Rule: elements are changed in place, so that each keeps its line; what is added gets the line of
what it stands for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from procession.bpmn import NAMESPACE
from procession.bpmn.data import is_identifier
from procession.bpmn.extensions import EXTENSION_ELEMENTS, tag
from procession.bpmn.problems import Problems
from procession.bpmn.vocabulary import model, name_of, space_of
from procession.core.values import shown
from procession.dialects.vendors import NAMESPACES, Vendor

# What a vendor's text becomes in the language that the file then has.
Convert = Callable[[str], str]


class Said(NamedTuple):
    """An expression as it is written into the file; `language` None: the file's."""

    text: str
    language: str | None = None


@dataclass(slots=True)
class Translation:
    """`text` makes an expression of ours from a vendor's text, `name` from a variable's name.

    `forms`: the types and defaults that forms give to variables; `own`: the variables that an
    activity has of its own, by name, with their ids; `constants`: elements whose text is no
    expression; `ids`: those of the file; `added`: how many were made.
    """

    root: _Element
    problems: Problems
    vendor: Vendor
    text: Convert
    variable: Convert
    forms: dict[_Element, dict[str, Mapping[str, str]]] = field(default_factory=dict)
    own: dict[_Element, dict[str, str]] = field(default_factory=dict)
    constants: set[_Element] = field(default_factory=set)
    ids: frozenset[str] = frozenset()
    added: int = 0

    # -- finding ----------------------------------------------------------------------------------

    def elements(self, *names: str) -> list[_Element]:
        """The BPMN elements of these names in the file, as it stands now."""
        return list(self.root.iter(*map(model, names)))

    def get(self, element: _Element, name: str) -> str:
        """A vendor attribute of an element; "" where there is none."""
        for key, value in element.attrib.items():
            space, _, local = str(key)[1:].partition("}")
            if local == name and self.speaks(space):
                return str(value).strip()
        return ""

    def parts(self, element: _Element, *names: str) -> list[_Element]:
        """The vendor elements of these names in the extensionElements of an element."""
        return [
            part
            for holder in element.iterchildren(EXTENSION_ELEMENTS)
            for part in holder
            if name_of(part) in names and self.speaks(space_of(part))
        ]

    def part(self, element: _Element, name: str) -> _Element | None:
        """The first of them."""
        return next(iter(self.parts(element, name)), None)

    def children(self, part: _Element, *names: str) -> Iterator[_Element]:
        """The vendor elements of these names in one of a vendor's."""
        return (each for each in part if name_of(each) in names and self.speaks(space_of(each)))

    def speaks(self, namespace: str) -> bool:
        """Whether a namespace is the dialect's; Flowable reads what was written for Activiti."""
        vendor = NAMESPACES.get(namespace)
        both = {Vendor.FLOWABLE, Vendor.ACTIVITI}
        return vendor is self.vendor or {vendor, self.vendor} == both

    # -- telling ----------------------------------------------------------------------------------

    def refuse(self, code: str, message: str, at: _Element) -> None:
        """Notes that the file cannot run."""
        self.problems.add(code, message, at)

    def constant(self, text: str, what: str, at: _Element) -> str:
        """A text that must not be an expression; "" and a problem where it is one."""
        if not self.is_expression(text):
            return text
        message = f"{what} is the expression {shown(text)}; it has to be known beforehand: write it"
        self.refuse("dialect-expression", message, at)
        return ""

    def is_expression(self, text: str) -> bool:
        """Whether a vendor's text is more than a constant."""
        if self.vendor is Vendor.ZEEBE:
            return text.startswith("=")
        return "${" in text or "#{" in text

    def identifier(self, name: str, at: _Element) -> str:
        """A name that a variable of ours can have; "" and a problem where it cannot."""
        if is_identifier(name):
            return name
        message = f"{shown(name)} cannot be a variable here; write Latin letters, digits and _"
        self.refuse("dialect-name", message, at)
        return ""

    # -- writing ----------------------------------------------------------------------------------

    def set(self, element: _Element, name: str, value: str) -> None:
        """One of our attributes; a blank one is left out."""
        if value.strip():
            element.set(tag(name), value)

    def add(self, element: _Element, name: str, at: _Element, /, **attributes: str) -> _Element:
        """One of our elements in the extensionElements of an element."""
        return self.put(self.holder(element), tag(name), at, **attributes)

    def put(self, parent: _Element, name: str, at: _Element, /, **attributes: str) -> _Element:
        """A new element with the line of another."""
        added = etree.SubElement(parent, name, attributes, nsmap={"procession": NAMESPACE})
        added.sourceline = at.sourceline  # type: ignore[misc] # its stub knows no setter
        return added

    def holder(self, element: _Element) -> _Element:
        """The extensionElements of an element, made where there are none."""
        found = element.find(EXTENSION_ELEMENTS)
        if found is None:
            found = self.put(element, EXTENSION_ELEMENTS, element)
            element.insert(0, found)
        return found

    def rename(self, element: _Element, name: str) -> None:
        """The element becomes one of another of BPMN's names; of its attributes those stay that
        every flow node has."""
        element.tag = model(name)
        for key in ("messageRef", "operationRef", "implementation", "instantiate", "scriptFormat"):
            element.attrib.pop(key, None)

    def new_id(self) -> str:
        """An id that the file does not have."""
        self.added += 1
        while f"_procession.{self.added}" in self.ids:
            self.added += 1
        return f"_procession.{self.added}"

    def owned(self, activity: _Element, name: str, at: _Element) -> str:
        """The id of the variable of that name that an activity has of its own."""
        known = self.own.setdefault(activity, {})
        if name not in known:
            known[name] = self.new_id()
            self.put(activity, model("property"), at, id=known[name], name=name)
        return known[name]

    def give(self, activity: _Element, name: str, said: Said, at: _Element) -> None:
        """The activity's own variable begins with the value of an expression from around it."""
        target = self.owned(activity, name, at)
        self._associate(activity, ("dataInputAssociation", target), said, at)

    def take(self, activity: _Element, name: str, said: Said, at: _Element) -> None:
        """A variable around an activity takes the value of an expression within, at its end."""
        self._associate(activity, ("dataOutputAssociation", name), said, at)

    def _associate(self, activity: _Element, to: tuple[str, str], said: Said, at: _Element) -> None:
        kind, target = to
        association = self.put(activity, model(kind), at)
        self.put(association, model("targetRef"), at).text = target
        language = {} if said.language is None else {"language": said.language}
        self.put(association, model("transformation"), at, **language).text = said.text
