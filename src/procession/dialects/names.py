"""Which variables a text names, as far as its words show it.

Rule: a name too many is a variable that nobody sets; a name too few is refused when the text is
compiled. What calls Java is no variable: the compiler refuses it by its name.
"""

import ast
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from procession.errors import ExpressionError
from procession.feel.builtins import BUILTINS
from procession.feel.tokens import KEYWORDS, tokens_of
from procession.feel.tokens import Token as FeelToken
from procession.juel.methods import NAMES as METHODS
from procession.juel.tokens import Token, parts_of

NAMES_MAX = 1_000

_JUEL_WORDS = frozenset(
    {
        *("and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "div", "mod", "empty"),
        *("true", "false", "null", "instanceof", "execution", "task", "T"),
    }
)
_BY_NAME = frozenset({"getVariable", "hasVariable", "getVariableLocal", "hasVariableLocal"})
_LONGEST_BUILTIN = max(len(name.split()) for name in BUILTINS)
_FEEL_WORDS = KEYWORDS | {"not", "item", "partial"}

_CALLED = re.compile(
    r"""(?:execution\s*\.\s*)?\b(?:[gs]et|has)Variable(?:Local)?\s*\(\s*["'](\w+)["']"""
)
_JS_SKIPPED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
_JS_NAME = re.compile(r"(?<![\w$.])([A-Za-z_]\w*)(?![\w$])(?!\s*[(:])", re.ASCII)
_JS_DECLARED = re.compile(r"\b(?:let|const|var|function|class)\s+([A-Za-z_]\w*)|\(?(\w+)\)?\s*=>")
_JS_WORDS = frozenset(
    {
        *("var", "let", "const", "function", "class", "return", "if", "else", "for", "while"),
        *("do", "break", "continue", "new", "delete", "typeof", "instanceof", "in", "of"),
        *("this", "null", "true", "false", "undefined", "switch", "case", "default", "try"),
        *("catch", "finally", "throw", "void", "with", "yield", "async", "await", "super"),
        *("import", "export", "extends", "static", "NaN", "Infinity", "Math", "JSON", "Object"),
        *("Array", "String", "Number", "Boolean", "Date", "RegExp", "Error", "Map", "Set"),
        *("execution", "console", "print", "Java", "S", "BigInt", "Symbol", "Promise"),
    }
)


def names_in_juel(text: str) -> set[str]:
    """The variables that the `${…}` of a text name."""
    try:
        parts = parts_of(text)
    except ExpressionError:
        return set()  # Whoever compiles it says what is wrong.
    return {name for part in parts if not isinstance(part, str) for name in _juel(part)}


def _juel(tokens: list[Token]) -> set[str]:
    padded = [Token("end", "", 0), *tokens, *[Token("end", "", 0)] * 4]
    found = set()
    for at in range(1, len(tokens) + 1):
        before, token, *after = padded[at - 1 : at + 4]
        if token.kind == "word" and before.text != "." and _is_variable(token, after):
            found.add(token.text)
        named = after[1] if token.text in _BY_NAME and after[0].text == "(" else None
        if named is not None and named.kind == "string" and isinstance(named.value, str):
            found.add(named.value)
    return found


def _is_variable(token: Token, after: list[Token]) -> bool:
    symbol, member, bracket = after[:3]
    calls = bracket.text == "("
    if token.text in _JUEL_WORDS or symbol.text == "(" or (symbol.text == ":" and calls):
        return False
    # A method that no value has is one of a Java bean.
    return not (symbol.text == "." and calls and member.text not in METHODS)


def names_in_feel(text: str) -> set[str]:
    """The variables that a FEEL expression names; entries of contexts and iterators are not."""
    try:
        tokens = tokens_of(text)
    except ExpressionError:
        return set()
    own = {after.text for word, after in pairwise(tokens) if word.text in ("for", "some", "every")}
    found: set[str] = set()
    at = 0
    while at < len(tokens):
        skipped = _builtin(tokens, at)
        if skipped:
            at += skipped
            continue
        if _is_name(tokens, at):
            found.add(tokens[at].text)
        at += 1
    return found - own - _parameters(tokens)


def _builtin(tokens: list[FeelToken], at: int) -> int:
    """How many tokens the name of a function has that is called here; 0: none is."""
    for length in range(min(_LONGEST_BUILTIN, len(tokens) - at - 1), 0, -1):
        name = " ".join(token.text for token in tokens[at : at + length])
        if name in BUILTINS and tokens[at + length].text == "(":
            return length
    return 0


def _is_name(tokens: list[FeelToken], at: int) -> bool:
    token, after = tokens[at], tokens[min(at + 1, len(tokens) - 1)].text
    before = tokens[at - 1].text if at else ""
    if token.kind != "word" or token.text in _FEEL_WORDS or before in (".", "of"):
        return False
    key = after == ":" and before in ("{", ",", "(")
    return not key and after != "("


def _parameters(tokens: list[FeelToken]) -> set[str]:
    """The parameters of functions that are written out."""
    found: set[str] = set()
    for at, token in enumerate(tokens):
        if token.text == "function":
            end = next((n for n in range(at, len(tokens)) if tokens[n].text == ")"), at)
            found |= {each.text for each in tokens[at + 1 : end] if each.kind == "word"}
    return found


def names_in_javascript(text: str) -> set[str]:
    """The globals of a script, and the variables that it reads or sets by name."""
    bare = _JS_SKIPPED.sub(" ", text)
    declared = {name for pair in _JS_DECLARED.findall(bare) for name in pair}
    named = set(_JS_NAME.findall(bare)) - _JS_WORDS - declared
    return named | set(_CALLED.findall(text))


def names_in_python(text: str) -> set[str]:
    """The names that a script reads and does not assign, and those that it assigns last."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {each.id for each in names if id(each) not in called}


Names = Callable[[str], set[str]]
OF_SCRIPTS: Mapping[str, Names] = {
    **dict.fromkeys(("python", "text/x-python", "application/x-python"), names_in_python),
    **dict.fromkeys(
        (
            *("javascript", "js", "ecmascript", "application/javascript", "text/javascript"),
            "application/ecmascript",
        ),
        names_in_javascript,
    ),
    "feel": names_in_feel,
    "juel": names_in_juel,
}
