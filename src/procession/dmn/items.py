"""Reads item definitions: the types that a file gives names to (DMN 1.5, 7.3.3).

Rule: a definition is read when somebody asks for it and once; one that leads back to itself is a
problem, for no value could be told to have it.
"""

from collections.abc import Iterable
from dataclasses import replace

from lxml.etree import _Element

from procession.bpmn.forms import boolean
from procession.bpmn.problems import near
from procession.core.values import Value, shown
from procession.dmn.file import File
from procession.dmn.types import (
    ANY,
    PLAIN_TYPES,
    ItemType,
    context_of,
    function_of,
    list_of,
    with_tests,
)
from procession.feel import Budget, Frame

TYPES_DEEP_MAX = 30


class Items:
    """The item definitions of a file, by name."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._known: dict[str, ItemType] = {}
        self._open: list[str] = []
        self._components_open = 0
        self._elements: dict[str, _Element] = {}
        for element in file.children(file.root, "itemDefinition"):
            self._add(element)

    def _add(self, element: _Element) -> None:
        name = (element.get("name") or "").strip()
        if not name:
            message = "an itemDefinition without a name; give it one"
            self._file.problems.add("missing-name", message, element)
        elif name in self._elements:
            message = f"there are two types {shown(name)}; give one another name"
            self._file.problems.add("duplicate-name", message, element)
        else:
            self._elements[name] = element

    def read_all(self) -> None:
        """Reads all of them, so that their problems are found though nobody asks for them."""
        for name, element in self._elements.items():
            self.find(name, element)

    def find(self, text: str, at: _Element) -> ItemType:
        """The type of this name; of none at all, any. Notes a problem where there is no such."""
        name = text.strip().removeprefix("feel:")
        if not name:
            return ANY
        if name in self._elements:
            return self._defined(name, at)
        if name in PLAIN_TYPES:
            return PLAIN_TYPES[name]
        hint = near(name, [*self._elements, *PLAIN_TYPES])
        message = f"there is no type {shown(name)}.{hint or ' Add an itemDefinition of that name'}"
        self._file.problems.add("unknown-type", message, at)
        return ANY

    def _defined(self, name: str, at: _Element) -> ItemType:
        if name in self._known:
            return self._known[name]
        if name in self._open or self._deep:
            self._refuse_loop(name, at)
            return ANY
        self._open.append(name)
        self._known[name] = self._read(self._elements[name], name)
        self._open.pop()
        return self._known[name]

    @property
    def _deep(self) -> bool:
        """Whether one level more would be too deep: of types, of components, or of both."""
        return len(self._open) + self._components_open >= TYPES_DEEP_MAX

    def _refuse_loop(self, name: str, at: _Element) -> None:
        if name in self._open:
            path = " → ".join(map(shown, [*self._open[self._open.index(name) :], name]))
            message = f"the type is made of itself: {path}; leave the typeRef of one of them out"
            self._file.problems.add("type-cycle", message, at)
        else:
            message = f"types refer to each other more than {TYPES_DEEP_MAX} deep; use fewer levels"
            self._file.problems.add("too-deep", message, at)

    def _read(self, element: _Element, name: str) -> ItemType:
        type_ = self._base(element, name)
        allowed = self._file.child(element, "allowedValues")
        if allowed is not None:
            # Those of the type that it is made of do not count beside them (TCK 0104).
            type_ = self._tested(type_, allowed, self._file.text(allowed), instead=True)
        if boolean(element.get("isCollection", "false")):
            type_ = list_of(name, type_)
        constraint = self._file.child(element, "typeConstraint")
        return type_ if constraint is None else self._tested(type_, constraint, type_.allowed)

    def _base(self, element: _Element, name: str) -> ItemType:
        components = list(self._file.children(element, "itemComponent"))
        function = self._file.child(element, "functionItem")
        if components:
            return context_of(name, self._components(components))
        if function is not None:
            count = len(list(self._file.children(function, "parameters")))
            result = self.find(function.get("outputTypeRef", ""), function)
            return function_of(name, count, result)
        reference = self._file.child(element, "typeRef")
        found = self.find("" if reference is None else reference.text or "", element)
        if found is ANY:
            return ANY
        return replace(found, name=name)

    def _components(self, components: Iterable[_Element]) -> dict[str, ItemType]:
        found: dict[str, ItemType] = {}
        for component in components:
            name = (component.get("name") or "").strip()
            if not name or name in found:
                message = f"a type with two components {shown(name)}; give one another name"
                code = "duplicate-name" if name else "missing-name"
                if not name:
                    message = "an itemComponent without a name; give it one"
                self._file.problems.add(code, message, component)
            elif self._deep:
                message = f"components are nested more than {TYPES_DEEP_MAX} deep; use fewer levels"
                self._file.problems.add("too-deep", message, component)
            else:
                self._components_open += 1
                found[name] = self._read(component, name)
                self._components_open -= 1
        return found

    def _tested(
        self, type_: ItemType, element: _Element, allowed: str, *, instead: bool = False
    ) -> ItemType:
        tests = self._file.tests(element, {}, type_.shape, what=f"the values of {type_.name}")
        if tests is None:
            return type_

        def passes(budget: Budget, value: Value) -> bool:
            budget.spend(1)
            return tests.passes(Frame({}, budget), value) is True

        return with_tests(type_, passes, allowed, instead=instead)
