"""Texts: how a value is written, formatted and what can be done with a text.

Rule: the length of a result is known, and charged, before it is made. What is slow on long texts
(`rfind`, patterns) is not offered.
"""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from procession.core.values import (
    COLLECTION_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    DataType,
    Kind,
    Value,
    convert,
)
from procession.expressions.budget import LONG_TEXT, Frame, Refused, weigh
from procession.expressions.moments import FORMAT as MOMENT_FORMAT

STRIPPED_MAX = 100
NUMBER_FORMAT = re.compile(
    r"(?:.?[<>=^])?[-+ ]?#?0?[0-9]{0,3}[,_]?(?:\.[0-9]{1,2})?[bdeEfFgGosxX%]?", re.DOTALL
)
_TEXT = Kind(DataType.TEXT)


def text_of(frame: Frame, value: Value) -> str:
    """A value as a Text parameter would hold it; None gives the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if type(value) in (int, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        raise Refused("a Duration has no text; divide it, such as duration / hours(1)")
    if isinstance(value, list | dict):
        size = weigh(frame, value, TEXT_LENGTH_MAX)
        frame.make_text(size)
        frame.spend(size)
    text: str = convert("str()", _TEXT, value)
    return text


def formatted(frame: Frame, value: Value, pattern: str) -> str:
    """What `f"{value:pattern}"` gives. The pattern was checked at deployment."""
    if isinstance(value, date | time):
        if not is_moment_pattern(pattern):
            raise Refused(f"{pattern!r} does not format a date or time; write %Y-%m-%d")
        return value.strftime(pattern)
    if isinstance(value, list | dict | timedelta) or not NUMBER_FORMAT.fullmatch(pattern):
        raise Refused(f"{pattern!r} does not format this value")
    if value is None:
        return ""
    if isinstance(value, str):
        frame.make_text(len(value) + 1000)
    return format(value, pattern)


def is_pattern(pattern: str) -> bool:
    """Whether a format pattern is one that this language offers."""
    return bool(NUMBER_FORMAT.fullmatch(pattern)) or is_moment_pattern(pattern)


def is_moment_pattern(pattern: str) -> bool:
    """Whether a pattern formats dates and times, such as `%d.%m.%Y`."""
    return "%" in pattern and bool(MOMENT_FORMAT.fullmatch(pattern))


def concatenate(frame: Frame, left: str, right: str) -> str:
    frame.make_text(len(left) + len(right))
    return left + right


def repeat(frame: Frame, text: str, times: int) -> str:
    frame.make_text(len(text) * max(times, 0))
    return text * times


def repeat_by(frame: Frame, times: int, text: str) -> str:
    return repeat(frame, text, times)


def mapped(function: Callable[[str], str]) -> Callable[[Frame, str], str]:
    """A method that changes letters. One letter becomes three at most (such as "ŉ" and "ΐ")."""

    def run(frame: Frame, text: str) -> str:
        frame.make_text(len(text))
        result = function(text)
        if len(result) > len(text):
            frame.make_text(len(result))
        return result

    return run


def stripped(function: Callable[..., str]) -> Callable[..., str]:
    """`strip` and its kin; each character is looked for among `characters`."""

    def run(frame: Frame, text: str, characters: str | None = None) -> str:
        if characters is not None and len(characters) > STRIPPED_MAX:
            raise Refused(f"more than {STRIPPED_MAX} characters to strip")
        frame.make_text(len(text))
        return function(text, characters)

    return run


def tested(function: Callable[..., Value]) -> Callable[..., Value]:
    """A method that reads the text and answers a Boolean or a number."""

    def run(frame: Frame, text: str, *arguments: str) -> Value:
        if len(text) > LONG_TEXT:
            frame.read_text(text)
        return function(text, *arguments)

    return run


def find(frame: Frame, text: str, wanted: str, start: int = 0) -> int:
    frame.read_text(text)
    return text.find(wanted, start)


def without(function: Callable[[str, str], str]) -> Callable[[Frame, str, str], str]:
    """`removeprefix` and `removesuffix`."""

    def run(frame: Frame, text: str, part: str) -> str:
        frame.make_text(len(text))
        return function(text, part)

    return run


def replace(frame: Frame, text: str, old: str, new: str) -> str:
    frame.read_text(text)
    frame.make_text(len(text) + max(len(new) - len(old), 0) * text.count(old))
    return text.replace(old, new)


def split(frame: Frame, text: str, separator: str | None = None, most: int = -1) -> list[str]:
    frame.make_text(len(text))
    parts = text.split(
        separator, most if 0 <= most < COLLECTION_LENGTH_MAX else COLLECTION_LENGTH_MAX
    )
    frame.make_list(len(parts))
    return parts


def joined(frame: Frame, separator: str, parts: list[Value]) -> str:
    if not all(isinstance(part, str) for part in parts):
        raise Refused("join() takes texts only; write str(…) around the others")
    frame.spend(len(parts))
    frame.make_text(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def padded(function: Callable[..., str]) -> Callable[..., str]:
    """`ljust`, `rjust` and `zfill`."""

    def run(frame: Frame, text: str, width: int, *fill: str) -> str:
        frame.make_text(max(len(text), width))
        return function(text, width, *fill)

    return run
