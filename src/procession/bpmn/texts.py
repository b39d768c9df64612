"""Expressions and scripts: the texts of a file, compiled when it is read.

Rule: a text is handed to its language as it stands, so that lines and columns mean what the author
sees. One that cannot be compiled is a problem with the line of the file; reading goes on with a
stand-in, so that the other problems are found too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from procession.bpmn.forms import one_line
from procession.bpmn.problems import Problems, line_of
from procession.bpmn.vocabulary import XPATH, local_name, model
from procession.core.model import Expression, Script
from procession.core.values import Kind, Value, shown
from procession.errors import ExpressionError

CompileExpression = Callable[[str, Mapping[str, Kind]], Expression]
CompileScript = Callable[[str, Mapping[str, Kind]], Script]
Languages = Mapping[str, CompileExpression]
Scripts = Mapping[str, CompileScript]

DEFAULT_LANGUAGE = ""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the texts of one file. `visible` are the parameters that they may name.

    `language` is what the file says for expressions that do not name one of their own; `conditions`
    compiles, by the same names, a text that must give true or false; `errors` are the errors that
    the file declares, by id.
    """

    problems: Problems
    languages: Languages
    scripts: Scripts
    conditions: Languages
    language: str = DEFAULT_LANGUAGE
    errors: Mapping[str, _Element] = field(default_factory=dict)
    visible: Mapping[str, Kind] = field(default_factory=dict)
    # 10,000 flows often share a dozen conditions.
    compiled: dict[tuple[str, str], Expression] = field(default_factory=dict)
    compiled_conditions: dict[tuple[str, str], Expression] = field(default_factory=dict)

    def seeing(self, visible: Mapping[str, Kind]) -> "Compiler":
        """The same compiler for texts that may name these parameters."""
        return replace(self, visible=visible, compiled={}, compiled_conditions={})

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

    def content(self, element: _Element) -> Expression:
        """The expression in an element's text, such as a conditionExpression's (clause 8.4.6)."""
        language = self._language_of(element)
        deciding = replace(self, languages=self.conditions, compiled=self.compiled_conditions)
        return deciding._expression(element.text or "", language, element, "the condition")

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
        found = self.compiled.get((language, text))
        if found is not None:
            return found
        compiles = self._language(language, element)
        # A text that is not there is its reader's problem.
        if compiles is None or not text.strip():
            return Expression(text, language, _never)
        try:
            found = self.compiled[language, text] = compiles(text, self.visible)
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
    errors = {each.get("id", ""): each for each in root.iterchildren(model("error"))}
    errors.pop("", None)
    compiler = Compiler(problems, languages, scripts, conditions, language, errors)
    if language not in languages:
        compiler.unknown_language(language, root)
    return compiler


def _known(names: Mapping[str, object]) -> str:
    known = ", ".join(sorted(name for name in names if name))
    return f"known are {known}" if known else "leave it out"


def _never(values: Mapping[str, Value]) -> Value:
    raise ExpressionError("this text was not compiled")
