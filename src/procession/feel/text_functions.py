"""Built-in functions of strings (DMN 1.3 and 1.4, 10.3.4.3).

Rule: positions count characters from 1, and from -1 at the end; what is made is charged before.
"""

from decimal import Decimal

from procession.core.values import TEXT_LENGTH_MAX, Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.kinds import whole
from procession.feel.matching import first_match, matches
from procession.feel.patterns import Pattern, compiled_pattern, replacement_parts


@builtin("substring(string: string, start position: number, length?: number)")
def _substring(frame: Frame, text: str, start: Decimal, length: Decimal | None = None) -> Value:
    first = whole(start)
    count = len(text) if length is None else whole(length)
    if first is None or count is None or count < 1 or not 1 <= abs(first) <= len(text):
        return None
    first = first - 1 if first > 0 else len(text) + first
    return text[first : first + count]


@builtin("string length(string: string)")
def _length(frame: Frame, text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def _upper(frame: Frame, text: str) -> Value:
    frame.budget.make_text(len(text))
    return text.upper()


@builtin("lower case(string: string)")
def _lower(frame: Frame, text: str) -> Value:
    frame.budget.make_text(len(text))
    return text.lower()


@builtin("substring before(string: string, match: string)")
def _before(frame: Frame, text: str, match: str) -> Value:
    index = text.find(match)
    return text[:index] if index > 0 else ""


@builtin("substring after(string: string, match: string)")
def _after(frame: Frame, text: str, match: str) -> Value:
    index = text.find(match)
    return text[index + len(match) :] if index >= 0 else ""


@builtin("contains(string: string, match: string)")
def _contains(frame: Frame, text: str, match: str) -> Value:
    return match in text


@builtin("starts with(string: string, match: string)")
def _starts(frame: Frame, text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends(frame: Frame, text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string)")
def _matches(frame: Frame, text: str, pattern: str, flags: str = "") -> Value:
    return first_match(frame.budget, compiled_pattern(pattern, flags), text, 0) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)")
def _replace(frame: Frame, text: str, pattern: str, *others: str) -> Value:
    replacement, flags = (*others, "")[:2]
    compiled = consuming(frame, pattern, flags)
    parts = replacement_parts(replacement, compiled.groups)
    pieces, position, size = [], 0, 0
    for groups in matches(frame.budget, compiled, text):
        put = [part if isinstance(part, str) else _group(text, groups, part) for part in parts]
        pieces += [text[position : groups[0]], *put]
        grown = groups[0] - position + sum(map(len, put))
        position, size = groups[1], size + grown
        # The whole is checked, but each part is charged once.
        frame.budget.make_text(size if size > TEXT_LENGTH_MAX else grown)
    frame.budget.make_text(size + len(text) - position)
    return "".join([*pieces, text[position:]])


def _group(text: str, groups: tuple[int, ...], number: int) -> str:
    return text[groups[2 * number] : groups[2 * number + 1]] if groups[2 * number] >= 0 else ""


def consuming(frame: Frame, pattern: str, flags: str) -> Pattern:
    """A pattern that takes at least one character wherever it is found."""
    # XPath refuses a pattern that matches nothing at all (err:FORX0003), so FEEL gives null.
    compiled = compiled_pattern(pattern, flags)
    if first_match(frame.budget, compiled, "", 0) is not None:
        raise ValueError(pattern)
    return compiled


@builtin("split(string: string, delimiter: string)")
def _split(frame: Frame, text: str, delimiter: str) -> Value:
    pieces, position = [], 0
    for groups in matches(frame.budget, consuming(frame, delimiter, ""), text):
        pieces.append(text[position : groups[0]])
        position = groups[1]
    pieces.append(text[position:])
    frame.budget.make_list(len(pieces))
    return pieces


@builtin("string join(list: list, delimiter?: Any, prefix?: Any, suffix?: Any)")
def _join(
    frame: Frame,
    items: list[Value],
    delimiter: Value = None,
    *around: Value,
) -> Value:
    texts = [item for item in items if item is not None]
    marks = ["" if mark is None else mark for mark in (delimiter, *around)]
    if not all(type(text) is str for text in (*texts, *marks)):
        return None
    frame.budget.make_text(sum(map(len, texts)) + len(marks[0]) * len(texts))
    prefix, suffix = (*marks[1:], "", "")[:2]
    return f"{prefix}{marks[0].join(texts)}{suffix}"
