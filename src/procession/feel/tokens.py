"""From text to tokens (DMN 1.3, 10.3.1.2, rules 27 to 66).

Rule: a token knows its place; no text is too long or too deep for what comes after.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from procession.core.values import Value, shown
from procession.errors import ExpressionError
from procession.feel.numbers import read_number

LENGTH_MAX = 20_000
TOKENS_MAX = 6_000

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(
    rf"""
    (?P<space>[{_SPACE}]+|//[^\r\n]*|/\*.*?\*/)
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![{_PART}])|[0-9]+|(?<!\.)\.[0-9]+)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<word>[{_START}][{_PART}]*)
    |(?P<symbol>\*\*|\.\.|->|<=|>=|!=|/(?!\*)|[-+*=<>()\[\]{{}},:.@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}

KEYWORDS = frozenset(
    (
        *("for", "return", "in", "if", "then", "else", "some", "every", "satisfies"),
        *("instance", "of", "between", "and", "or", "null", "true", "false"),
        *("function", "external"),
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `kind`: word, number, string, symbol or end; `value` of a literal."""

    kind: str
    text: str
    start: int
    end: int
    value: Value = None

    @property
    def name_like(self) -> bool:
        """Whether it may go on a name that is not known before."""
        return self.kind == "word" and self.text not in KEYWORDS


def error_at(text: str, position: int, message: str) -> ExpressionError:
    """An error at a position of a text; lines and columns count from 1."""
    before = text[:position]
    line_start = max(before.rfind("\n"), before.rfind("\r")) + 1
    line = 1 + len(re.findall(r"\r\n|\r|\n", before))
    return ExpressionError(message, line, position - line_start + 1)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, the last of which is its end. Raises ExpressionError."""
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"{len(text)} characters; {LENGTH_MAX} are allowed")
    tokens = list(_scanned(text))
    if len(tokens) > TOKENS_MAX:
        raise ExpressionError(f"it has more than {TOKENS_MAX} words and symbols; split it")
    return [*tokens, Token("end", "", len(text), len(text))]


def _scanned(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise error_at(text, position, _unreadable(text, position))
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match[0], position, match.end(), _value(text, kind, match))
        position = match.end()


def _unreadable(text: str, position: int) -> str:
    if text[position] == '"':
        return 'the string does not end; write " after it'
    if text.startswith("/*", position):
        return "the comment does not end; write */ after it"
    return f"{shown(text[position])} means nothing here"


def _value(text: str, kind: str, match: re.Match[str]) -> Value:
    if kind == "number":
        number = read_number(match[0])
        if number is None:
            raise error_at(text, match.start(), "the number is too large")
        return number
    if kind == "string":
        return _ESCAPE.sub(lambda part: _unescaped(text, match.start(), part), match[0][1:-1])
    return None


def _unescaped(text: str, position: int, part: re.Match[str]) -> str:
    code = part[1] or part[2]
    if code is None:
        # Any other backslash is a character like each (rule 33): "\d" needs no second one.
        return _ESCAPES.get(part[3], part[0])
    character = int(code, 16)
    if not 0 < character < 0x110000 or (part[2] and 0xD800 <= character < 0xE000):
        raise error_at(
            text, position + 1 + part.start(), f"{part[0]} is no escape; write \\\\ for a backslash"
        )
    return chr(character)


def words_of(name: str) -> tuple[str, ...]:
    """A name as the tokens that it is written with; spaces between them do not count."""
    return tuple(match[0] for match in _TOKEN.finditer(name) if match.lastgroup != "space")
