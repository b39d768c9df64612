"""One DMN file while it is read: finding its elements, compiling its texts.

Rule: what is wrong is noted where it stands and replaced by nothing, so that the reader goes on and
finds the rest. A text is compiled once, over the names that it may see.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lxml.etree import _Element

from procession.bpmn.forms import EXPRESSION_LENGTH_MAX, one_line
from procession.bpmn.problems import line_of
from procession.bpmn.vocabulary import name_of
from procession.core.values import shown
from procession.dmn.logic import NOTHING, Logic
from procession.dmn.problems import DmnProblems
from procession.dmn.types import ANY, ItemType, typed
from procession.dmn.vocabulary import EXPRESSIONS
from procession.errors import ExpressionError
from procession.feel import LANGUAGES, Program, Shape, Tests, compile_program, compile_tests

# Boxed expressions in boxed expressions: deeper ones nobody reads, and each level takes stack.
BOXED_DEPTH_MAX = 25
# Compiling a text costs time in proportion to the names that it sees.
NAMES_MAX = 500

T = TypeVar("T")
FindType = Callable[[str, _Element], ItemType]


@dataclass(slots=True)
class File:
    """`find_type` knows the item definitions; `readers` the boxed expressions by name."""

    root: _Element
    namespace: str
    problems: DmnProblems
    readers: "Mapping[str, Callable[[_Element, Visible], Logic]]"
    find_type: FindType = lambda text, at: ANY

    def children(self, element: _Element, *names: str) -> Iterator[_Element]:
        """The children of these names, in file order."""
        return element.iterchildren(*(f"{{{self.namespace}}}{name}" for name in names))

    def child(self, element: _Element, name: str) -> _Element | None:
        """The first child of a name."""
        return next(self.children(element, name), None)

    def text(self, element: _Element | None) -> str:
        """What stands in its `text` child, trimmed."""
        text = None if element is None else self.child(element, "text")
        return "" if text is None else (text.text or "").strip()

    def type_of(self, element: _Element | None) -> ItemType:
        """The type that its `typeRef` names."""
        if element is None:
            return ANY
        return self.find_type(element.get("typeRef", ""), element)

    def program(self, element: _Element, names: Mapping[str, Shape], what: str) -> Program | None:
        """The compiled `text` of an element; None where that is a problem or there is none."""
        self._check_language(element)
        self._check_names(element, names, what)
        return self._compiled(element, what, lambda text: compile_program(text, names))

    def tests(
        self, element: _Element, names: Mapping[str, Shape], given: Shape, *, what: str
    ) -> Tests | None:
        """The same of unary tests."""
        self._check_language(element)
        self._check_names(element, names, what)
        return self._compiled(element, what, lambda text: compile_tests(text, names, given))

    def _compiled(self, element: _Element, what: str, compiles: Callable[[str], T]) -> T | None:
        text = self.child(element, "text")
        written = "" if text is None else text.text or ""
        if text is None or not written.strip():
            return None
        if len(written) > EXPRESSION_LENGTH_MAX:
            message = (
                f"{what} is {len(written)} characters long; {EXPRESSION_LENGTH_MAX} are allowed"
            )
            self.problems.add("too-long", message, text)
            return None
        try:
            return compiles(written)
        except ExpressionError as error:
            self.note(what, error, text)
            return None

    def note(self, what: str, error: ExpressionError, text: _Element) -> None:
        """Notes that a text cannot be compiled."""
        place = f" (line {error.line}, column {error.column} of its text)" if error.line else ""
        line = line_of(text) + max(error.line - 1, 0)
        self.problems.add("bad-expression", f"{what}: {one_line(str(error))}{place}", text, line)

    def _check_names(self, element: _Element, names: Mapping[str, Shape], what: str) -> None:
        if len(names) > NAMES_MAX:
            message = f"{what} sees {len(names)} names; {NAMES_MAX} are allowed; split the decision"
            self.problems.add("too-many-names", message, element)

    def _check_language(self, element: _Element) -> None:
        language = element.get("expressionLanguage") or self.root.get("expressionLanguage") or ""
        if language.strip() and language.strip().lower() not in _LANGUAGES:
            message = f"the language {shown(language)} is not read; write the text in FEEL"
            self.problems.add("unknown-language", message, element)


_LANGUAGES = {language.lower() for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Visible:
    """Where an expression stands: in which file, whose it is, which names it sees."""

    file: File
    owner: str
    names: Mapping[str, Shape] = field(default_factory=dict)
    depth: int = 0

    def knowing(self, names: Mapping[str, Shape]) -> "Visible":
        """The same with more names, which hide others."""
        return replace(self, names={**self.names, **names})

    def called(self, owner: str) -> "Visible":
        """The same for a part that has a name of its own."""
        return replace(self, owner=owner)

    def expressions_in(self, parent: _Element) -> list[_Element]:
        """The boxed expressions that stand in an element."""
        return list(self.file.children(parent, *EXPRESSIONS))

    def read_in(self, parent: _Element, what: str) -> Logic:
        """The one expression that stands in an element; a problem where there is not one."""
        found = self.expressions_in(parent)
        if len(found) == 1:
            return self.called(what).read(found[0])
        message = f"{what} has no expression; write a literalExpression, a decisionTable or another"
        if found:
            message = f"{what} has {len(found)} expressions; keep one of them"
        code = "several-expressions" if found else "missing-expression"
        self.file.problems.add(code, message, parent)
        return NOTHING

    def read(self, expression: _Element) -> Logic:
        """A boxed expression, its result as its `typeRef` says."""
        if self.depth >= BOXED_DEPTH_MAX:
            message = f"expressions are nested more than {BOXED_DEPTH_MAX} deep; split the decision"
            self.file.problems.add("too-deep", message, expression)
            return NOTHING
        read = self.file.readers[name_of(expression)]
        logic = read(expression, replace(self, depth=self.depth + 1))
        return typed(logic, self.file.type_of(expression), self.owner)
