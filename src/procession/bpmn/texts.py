"""Expressions and scripts: the texts of a file, compiled when it is read.

Rule: a text is handed to its language as it stands, so that lines and columns mean what the author
sees. One that cannot be compiled is a problem with the line of the file; reading goes on with a
stand-in, so that the other problems are found too.
"""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from procession.bpmn.declared import Declared, read_declared
from procession.bpmn.forms import one_line
from procession.bpmn.problems import Problems, line_of
from procession.bpmn.vocabulary import XPATH, local_name, name_of
from procession.core.model import Expression, Script
from procession.core.values import DataType, Kind, Value, shown
from procession.errors import ExpressionError

CompileExpression = Callable[[str, Mapping[str, Kind]], Expression]
CompileScript = Callable[[str, Mapping[str, Kind]], Script]
Languages = Mapping[str, CompileExpression]
Scripts = Mapping[str, CompileScript]

DEFAULT_LANGUAGE = ""
ANY = Kind(DataType.ANY)

# A name that is not called and is no member of another.
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*\b(?!\s*\()", re.ASCII)
# Words of the languages, which name nothing in a message.
_WORDS = frozenset(
    {
        *keyword.kwlist,
        *("true", "false", "null", "then", "some", "every", "satisfies", "between", "instance"),
        *("of", "function"),
    }
)


class _Variable:
    """Evaluates to the value of one variable."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, values: Mapping[str, Value]) -> Value:
        return values.get(self.name)


def variable(name: str) -> Expression:
    """The expression that is a variable's name."""
    return Expression(name, "", _Variable(name))


@dataclass(slots=True)
class Texts:
    """What was compiled for texts that see the same names: many flows share a dozen conditions."""

    expressions: dict[tuple[str, str], Expression] = field(default_factory=dict)
    conditions: dict[tuple[str, str], Expression] = field(default_factory=dict)
    # Those that see the same and more.
    wider: dict[tuple[tuple[str, Kind], ...], "Compiler"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the texts of one file. `visible` are the variables that they may name.

    `language` is what the file says for expressions that do not name one of their own; `conditions`
    compiles, by the same names, a text that must give true or false; `declared` is what the root of
    the file holds. `known` are the compilers of this file, by what they see.
    """

    problems: Problems
    languages: Languages
    scripts: Scripts
    conditions: Languages
    language: str = DEFAULT_LANGUAGE
    declared: Declared = field(default_factory=Declared)
    visible: Mapping[str, Kind] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    known: dict[frozenset[tuple[str, Kind]], "Compiler"] = field(default_factory=dict)

    def seeing(self, visible: Mapping[str, Kind]) -> "Compiler":
        """The same compiler for texts that may name these variables."""
        names = frozenset(visible.items())
        found = self.known.get(names)
        if found is None:
            found = self.known[names] = replace(self, visible=visible, texts=Texts())
        return found

    def also(self, names: Mapping[str, Kind]) -> "Compiler":
        """The same compiler for texts that may name these variables, too; they hide others."""
        if not names:
            return self
        key = tuple(names.items())
        found = self.texts.wider.get(key)
        if found is None:
            found = self.texts.wider[key] = self.seeing({**self.visible, **names})
        return found

    def attribute(self, element: _Element, name: str) -> Expression:
        """The expression in an attribute of ours."""
        return self._expression(element.get(name, ""), self.language, element, local_name(name))

    def constant(self, element: _Element, name: str) -> Expression | None:
        """The expression in an attribute of ours, if it is right without any parameter."""
        compiles = self.languages.get(self.language)
        try:
            return compiles(element.get(name, ""), {}) if compiles else None
        except ExpressionError:
            return None

    def condition(self, element: _Element) -> Expression:
        """The expression in an element's text that is true or false (clause 8.4.6)."""
        deciding = replace(self, languages=self.conditions, texts=Texts(self.texts.conditions))
        return deciding._content(element, "the condition")

    def value(self, element: _Element) -> Expression:
        """The expression in an element's text."""
        return self._content(element, name_of(element))

    def message_path(self, element: _Element) -> Expression:
        """The expression in an element's text over what a message carries, whatever its names."""
        names = dict.fromkeys(set(_NAME.findall(element.text or "")) - _WORDS)
        path = self.seeing(dict.fromkeys(names, ANY)).value(element)

        def evaluate(carried: Mapping[str, Value]) -> Value:
            return path.evaluate({**names, **carried})

        return Expression(path.text, path.language, evaluate)

    def _content(self, element: _Element, what: str) -> Expression:
        return self._expression(element.text or "", self._language_of(element), element, what)

    def attempt(self, element: _Element) -> Expression | None:
        """The expression in an element's text. Raises ExpressionError where the text is none.

        None: its language is not known, which is a problem of its own.
        """
        language = self._language_of(element)
        compiles = self._language(language, element)
        return compiles(element.text or "", self.visible) if compiles else None

    def is_fixed(self, element: _Element) -> bool:
        """Whether the expression in an element's text is right without any parameter."""
        compiles = self.languages.get(self._language_of(element))
        try:
            return compiles is not None and compiles(element.text or "", {}) is not None
        except ExpressionError:
            return False

    def script(self, element: _Element, language: str, task: _Element) -> Script:
        """The script in an element's text."""
        text = element.text or ""
        compiles = self.scripts.get(language)
        if compiles is None:
            message = f"the script format {shown(language)} is not known; {_known(self.scripts)}"
            self.problems.add("unknown-script-format", message, task)
            return Script(text, language, _never)
        try:
            return compiles(text, self.visible)
        except ExpressionError as error:
            self._note("bad-script", "the script", error, element)
            return Script(text, language, _never)

    def _expression(self, text: str, language: str, element: _Element, what: str) -> Expression:
        compiled = self.texts.expressions
        found = compiled.get((language, text))
        if found is not None:
            return found
        compiles = self._language(language, element)
        # A text that is not there is its reader's problem.
        if compiles is None or not text.strip():
            return Expression(text, language, _never)
        try:
            found = compiled[language, text] = compiles(text, self.visible)
        except ExpressionError as error:
            self._note("bad-expression", what, error, element)
            return Expression(text, language, _never)
        return found

    def _language_of(self, element: _Element) -> str:
        return element.get("language", self.language).strip()

    def _language(self, language: str, element: _Element) -> CompileExpression | None:
        compiles = self.languages.get(language)
        # The file's own language was refused once, at its root.
        if compiles is None and language != self.language:
            self.unknown_language(language, element)
        return compiles

    def unknown_language(self, language: str, element: _Element) -> None:
        """Notes that nobody compiles this language."""
        message = f"the language {shown(language)} is not known; {_known(self.languages)}"
        self.problems.add("unknown-language", message, element)

    def _note(self, code: str, what: str, error: ExpressionError, element: _Element) -> None:
        place = f" (line {error.line}, column {error.column} of its text)" if error.line else ""
        # An attribute is one line of XML, however its text is broken.
        after = max(error.line - 1, 0) if (element.text or "").strip() else 0
        line = line_of(element) + after
        self.problems.add(code, f"{what}: {one_line(str(error))}{place}", element, line)


def compiler_for(
    root: _Element,
    problems: Problems,
    languages: Languages,
    scripts: Scripts,
    *,
    conditions: Languages,
) -> Compiler:
    """The compiler of one file, in the language that its definitions name (clause 8.2.1)."""
    declared = root.get("expressionLanguage", DEFAULT_LANGUAGE).strip()
    language = DEFAULT_LANGUAGE if declared == XPATH else declared
    compiler = Compiler(problems, languages, scripts, conditions, language, read_declared(root))
    if language not in languages:
        compiler.unknown_language(language, root)
    return compiler


def _known(names: Mapping[str, object]) -> str:
    known = ", ".join(sorted(name for name in names if name))
    return f"known are {known}" if known else "leave it out"


def _never(values: Mapping[str, Value]) -> Value:
    raise ExpressionError("this text was not compiled")
