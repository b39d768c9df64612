"""Regular expressions, read as XPath writes them, into a program for `matching`.

Rule: what cannot be run in a time that is linear in the text is not offered: no back-references
and no look-around. What cannot be read raises ValueError, which FEEL turns into null (DMN 1.3,
10.3.4.3; XQuery 1.0 and XPath 2.0 Functions and Operators, 7.6.1).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

LENGTH_MAX = 1_000
INSTRUCTIONS_MAX = 3_000
COUNT_MAX = 1_000
DEPTH_MAX = 40

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step: `test` a character, `split` into two ways, `jump`, `save` a place, `assert`."""

    kind: str
    test: Test | None = None
    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A program, and how many groups it has. `literal`: it is a plain text, nothing else."""

    program: tuple[Instruction, ...]
    groups: int
    multiline: bool
    literal: str | None


# ("test", f), ("many", node, low, high, greedy), ("all" or "one", nodes), ("group", number, node)
Node = tuple[object, ...]

_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN = re.compile(r"[^\\.?*+{}()\[\]|^$]+")
_COUNTS = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")


def _word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _name_start(character: str) -> bool:
    return character.isalpha() or character in "_:"


def _name_part(character: str) -> bool:
    return character.isalnum() or character in "_:-.\u00b7"


_CLASSES: dict[str, Test] = {
    "s": lambda character: character in " \t\n\r",
    "d": lambda character: unicodedata.category(character) == "Nd",
    "w": _word,
    "i": _name_start,
    "c": _name_part,
}


def _negated(test: Test) -> Test:
    return lambda character: not test(character)


class _Reader:
    """Reads a pattern by recursive descent; nesting is bounded."""

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.flags = flags
        self.position = 0
        self.groups = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def next(self) -> str:
        character = self.peek()
        if not character:
            raise ValueError("the pattern ends too early")
        self.position += 1
        return character

    def alternatives(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise ValueError("nested too deep")
        branches = [self.branch()]
        while self.peek() == "|":
            self.position += 1
            branches.append(self.branch())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else ("one", branches)

    def branch(self) -> Node:
        pieces: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            if "x" in self.flags and self.peek() in " \t\n\r":
                self.position += 1
                continue
            pieces.append(self.piece())
        return ("all", pieces)

    def piece(self) -> Node:
        node = self.atom()
        low, high = self.counts()
        if (low, high) == (1, 1):
            return node
        greedy = self.peek() != "?"
        if not greedy:
            self.position += 1
        return ("many", node, low, high, greedy)

    def counts(self) -> tuple[int, int | None]:
        sign = self.peek()
        simple = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign)
        if simple:
            self.position += 1
            return simple
        match = _COUNTS.match(self.text, self.position) if sign == "{" else None
        if not match:
            return 1, 1
        self.position = match.end()
        low = int(match[1])
        high = low if not match[2] else int(match[3]) if match[3] else None
        if low > COUNT_MAX or (high is not None and not low <= high <= COUNT_MAX):
            raise ValueError("a count is out of order")
        return low, high

    def atom(self) -> Node:
        character = self.next()
        if character == "(":
            return self.group()
        if character == "[":
            return ("test", self.cased(self.brackets()))
        if character == "\\":
            return ("test", self.cased(self.escape()))
        if character == ".":
            return ("test", _anything if "s" in self.flags else _no_line_end)
        if character in "^$":
            return ("assert", character)
        if character in "?*+{}])":
            raise ValueError(f"{character} stands where it means nothing")
        return ("test", self.cased(_equal_to(character)))

    def group(self) -> Node:
        capturing = not self.text.startswith("?:", self.position)
        if not capturing:
            self.position += 2
        else:
            self.groups += 1
        number = self.groups
        node = self.alternatives()
        if self.next() != ")":
            raise ValueError("a ( has no )")
        return ("group", number, node) if capturing else node

    def cased(self, test: Test) -> Test:
        if "i" not in self.flags:
            return test
        return lambda character: (
            test(character) or test(character.lower()) or test(character.upper())
        )

    def escape(self) -> Test:
        character = self.next()
        if character in _SIMPLE_ESCAPES:
            return _equal_to(_SIMPLE_ESCAPES[character])
        if character.lower() in _CLASSES:
            test = _CLASSES[character.lower()]
            return test if character.islower() else _negated(test)
        if character in "pP":
            test = self.category()
            return test if character == "p" else _negated(test)
        if character.isalnum():
            raise ValueError(f"\\{character} is not offered")
        return _equal_to(character)

    def category(self) -> Test:
        end = self.text.find("}", self.position)
        name = self.text[self.position + 1 : end]
        if self.peek() != "{" or not re.fullmatch(r"[LMNPZSC][a-z]?", name):
            raise ValueError("write \\p{L}")
        self.position = end + 1
        return lambda character: unicodedata.category(character).startswith(name)

    def brackets(self) -> Test:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise ValueError("nested too deep")
        negative = self.peek() == "^"
        self.position += negative
        tests, subtracted = [self.member()], None
        while self.peek() != "]":
            if self.text.startswith("-[", self.position):
                self.position += 2
                subtracted = self.brackets()
                break
            tests.append(self.member())
        if self.next() != "]":
            raise ValueError("a [ has no ]")
        self.depth -= 1
        return _class_of(tests, negative, subtracted)

    def member(self) -> Test:
        first = self.next()
        if first == "\\":
            start = self.position
            test = self.escape()
            if self.text[start] not in "nrt-\\^[].|?*+{}()$":
                return test
            first = _SIMPLE_ESCAPES.get(self.text[start], self.text[start])
        if self.peek() != "-" or self.text[self.position + 1 : self.position + 2] in ("]", "[", ""):
            return _equal_to(first)
        self.position += 1
        last = self.next()
        if last == "\\":
            last = self.next()
            last = _SIMPLE_ESCAPES.get(last, last)
        if first > last:
            raise ValueError("a range is out of order")
        return lambda character: first <= character <= last


def _class_of(tests: list[Test], negative: bool, subtracted: Test | None) -> Test:
    def test(character: str) -> bool:
        if any(each(character) for each in tests) is negative:
            return False
        return subtracted is None or not subtracted(character)

    return test


def _anything(character: str) -> bool:
    return True


def _no_line_end(character: str) -> bool:
    return character not in "\n\r"


def _equal_to(wanted: str) -> Test:
    return lambda character: character == wanted


@lru_cache(maxsize=256)
def compiled_pattern(text: str, flags: str) -> Pattern:
    """The program of a pattern. Raises ValueError."""
    if len(text) > LENGTH_MAX or not set(flags) <= set("smixq"):
        raise ValueError("too long, or a flag that there is not")
    if "q" in flags or (_PLAIN.fullmatch(text) and not set(flags) & set("ix")):
        if "i" not in flags:
            return Pattern((), 0, False, text)
        text = re.sub(r"([\\.?*+{}()\[\]|^$])", r"\\\1", text)
    reader = _Reader(text, flags)
    node = reader.alternatives()
    if reader.peek():
        raise ValueError("a ) has no (")
    program: list[Instruction] = []
    _emit(program, ("group", 0, node))
    return Pattern(tuple(program), reader.groups, "m" in flags, None)


def _emit(program: list[Instruction], node: Node) -> None:
    if len(program) > INSTRUCTIONS_MAX:
        raise ValueError("the pattern is too large")
    _EMITTERS[str(node[0])](program, *node[1:])


def _emit_test(program: list[Instruction], test: Test) -> None:
    program.append(Instruction("test", test))


def _emit_assert(program: list[Instruction], sign: str) -> None:
    program.append(Instruction("start" if sign == "^" else "end"))


def _emit_all(program: list[Instruction], nodes: list[Node]) -> None:
    for node in nodes:
        _emit(program, node)


def _emit_group(program: list[Instruction], number: int, node: Node) -> None:
    program.append(Instruction("save", first=2 * number))
    _emit(program, node)
    program.append(Instruction("save", first=2 * number + 1))


def _emit_one(program: list[Instruction], nodes: list[Node]) -> None:
    ends = []
    for node in nodes[:-1]:
        split = len(program)
        program.append(Instruction("split"))
        _emit(program, node)
        ends.append(len(program))
        program.append(Instruction("jump"))
        program[split] = Instruction("split", first=split + 1, second=len(program))
    _emit(program, nodes[-1])
    for end in ends:
        program[end] = Instruction("jump", first=len(program))


def _emit_many(program: list[Instruction], node: Node, low: int, *rest: int | bool | None) -> None:
    high, greedy = rest
    for _ in range(low):
        _emit(program, node)
    splits = []
    if high is None:
        # (x+)? instead of x*: a round that took nothing ends the loop, as a backtracking
        # matcher has it; a jump back to the first split would drop that way instead.
        splits.append(len(program))
        program.append(Instruction("split"))
        _emit(program, node)
        again, over = splits[0] + 1, len(program) + 1
        ways = (again, over) if greedy else (over, again)
        program.append(Instruction("split", first=ways[0], second=ways[1]))
    else:
        for _ in range(high - low):
            splits.append(len(program))
            program.append(Instruction("split"))
            _emit(program, node)
    for split in splits:
        ways = (split + 1, len(program)) if greedy else (len(program), split + 1)
        program[split] = Instruction("split", first=ways[0], second=ways[1])


_EMITTERS: dict[str, Callable[..., None]] = {
    "test": _emit_test,
    "assert": _emit_assert,
    "all": _emit_all,
    "one": _emit_one,
    "many": _emit_many,
    "group": _emit_group,
}


def replacement_parts(text: str, groups: int) -> list[str | int]:
    """A replacement as pieces of text and numbers of groups. Raises ValueError."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "\\":
            if text[position : position + 1] not in ("\\", "$"):
                raise ValueError("write \\\\ or \\$")
            parts.append(text[position])
            position += 1
        elif character == "$":
            number, position = _group_number(text, position, groups)
            parts.append(number)
        else:
            parts.append(character)
    return parts


def _group_number(text: str, position: int, groups: int) -> tuple[int, int]:
    # The longest number that is a group; at least one digit (XPath, fn:replace).
    match = re.compile(r"[0-9]{1,3}").match(text, position)
    if not match:
        raise ValueError("write $1")
    digits = match[0]
    while len(digits) > 1 and int(digits) > groups:
        digits = digits[:-1]
    return (int(digits), position + len(digits))
