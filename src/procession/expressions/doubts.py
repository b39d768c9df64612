"""What Python's parser reads but warns of: needless backslashes, numbers that run into words.

Rule: what may mean two things is refused. It is found before the parser sees it, since the filters
of warnings belong to the whole process, and files are read in threads.
"""

import re
from collections.abc import Iterator

# A text without an end goes to that of the line or file, so that no character is read twice.
_COMMENTS_AND_TEXTS = re.compile(
    r"""
    \#[^\n]*
    | (?P<prefix>\b[a-zA-Z]{1,2})? (?P<text>
        \"{3} (?:\\.|[^\\])*? (?:\"{3}|\Z) | '{3} (?:\\.|[^\\])*? (?:'{3}|\Z)
        | " (?:\\.|[^"\\\n])* "? | ' (?:\\.|[^'\\\n])* '?
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = re.compile(r"\\(?:([^\n\r\\'\"abfnrtvxNuU0-7])|([4-7][0-7]{2}))|\\.", re.DOTALL)
_NUMBERS = re.compile(
    r"""
    (?<![\w.])
    (?:0[xX][0-9a-fA-F_]+? | 0[oObB][0-7_]+ | [0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)
    (?=(?:and|else|for|if|in|is|not|or)\b)
    """,
    re.VERBOSE,
)


def first_doubt(text: str) -> tuple[int, str] | None:
    """Where the first of them stands, as an offset, and what to say of it; None: there is none."""
    return min((*_bad_escapes(text), *_bad_numbers(text)), default=None)


def _bad_escapes(text: str) -> Iterator[tuple[int, str]]:
    if "\\" not in text:
        return
    for found in _COMMENTS_AND_TEXTS.finditer(text):
        if found["text"] and "r" not in (found["prefix"] or "").lower():
            for escape in _ESCAPES.finditer(text, *found.span("text")):
                if escape[1] or escape[2]:
                    shown = escape[0]
                    message = f"invalid escape sequence {shown}; write \\{shown} for a backslash"
                    yield escape.start(), message


def _bad_numbers(text: str) -> Iterator[tuple[int, str]]:
    if not _NUMBERS.search(text):
        return
    # Texts are blanked, not cut out, so that the places stay.
    code = _COMMENTS_AND_TEXTS.sub(lambda found: " " * len(found[0]), text)
    for found in _NUMBERS.finditer(code):
        yield found.start(), f"invalid decimal literal; write a space after {found[0]}"
