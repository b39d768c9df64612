"""From text to parts: what stands outside of `${…}`, and the tokens of what stands inside.

Rule: a token knows its place; no text is too long for what comes after (JSR 341 §1.19).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from procession.core.values import Value, shown
from procession.expressions.arithmetic import CONTEXT, EXPONENT_MAX
from procession.expressions.budget import Refused, checked_integer
from procession.expressions.source import Source

LENGTH_MAX = 20_000
TOKENS_MAX = 5_000

# `$` is a letter in Java's names.
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w$]))
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<word>(?:[^\W\d]|\$)(?:\w|\$)*)
    |(?P<symbol>&&|\|\||==|!=|<=|>=|\+=|->|::|[-+*/%<>!?:.,()\[\]{}=;])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = re.compile(r"\\?[$#]\{")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `kind`: word, number, string, symbol or end; `value` of a literal."""

    kind: str
    text: str
    start: int
    value: Value = None


# A text outside of `${…}`, or the tokens of one, the last of which is its end.
Part = str | list[Token]


def parts_of(text: str) -> list[Part]:
    """The parts of a text, in order. Raises ExpressionError with line and column."""
    source = Source(text)
    if len(text) > LENGTH_MAX:
        raise source.error_at_offset(0, f"{len(text)} characters; {LENGTH_MAX} are allowed")
    parts = _joined(_parts(source))
    if sum(len(part) for part in parts if isinstance(part, list)) > TOKENS_MAX:
        raise source.error_at_offset(0, f"it has more than {TOKENS_MAX} words and symbols")
    return parts


def _parts(source: Source) -> Iterator[Part]:
    text, position = source.text, 0
    while found := _OPENING.search(text, position):
        yield text[position : found.start()]
        position = found.end()
        if found[0].startswith("\\"):
            yield found[0][1:]
            continue
        tokens = list(_inside(source, position))
        yield tokens
        position = tokens[-1].start + 1
    yield text[position:]


def _joined(parts: Iterator[Part]) -> list[Part]:
    """The parts without empty texts, and texts that meet as one."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        elif part:
            joined.append(part)
    return joined


def _inside(source: Source, start: int) -> Iterator[Token]:
    """The tokens up to the `}` that ends the expression, which becomes the end."""
    text, position = source.text, start
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise source.error_at_offset(position, _unreadable(text, position))
        kind = found.lastgroup or ""
        if found[0] == "}":
            yield Token("end", "", position)
            return
        if kind != "space":
            yield Token(kind, found[0], position, _value(source, kind, found))
        position = found.end()
    raise source.error_at_offset(start - 2, f"{text[start - 2]}{{ does not end; write }} after it")


def _unreadable(text: str, position: int) -> str:
    if text[position] in "\"'":
        return f"the text does not end; write {text[position]} after it"
    return f"{shown(text[position])} means nothing here"


def _value(source: Source, kind: str, found: re.Match[str]) -> Value:
    if kind == "string":
        return _ESCAPE.sub(r"\1", found[0][1:-1])
    if kind != "number":
        return None
    try:
        return _number(found[0])
    except Refused as error:
        raise source.error_at_offset(found.start(), str(error)) from None


def _number(text: str) -> int | Decimal:
    if text.isdigit():
        if len(text) > LENGTH_MAX // 100:
            raise Refused("the number is too large")
        return checked_integer(int(text))
    number = Decimal(text)
    if abs(number.adjusted()) > EXPONENT_MAX:
        raise Refused("the number is too large or too small")
    return CONTEXT.plus(number)
