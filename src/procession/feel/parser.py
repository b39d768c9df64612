"""The compiler's place in a text: tokens that were not read yet, names, and how deep it stands.

Rule: whoever reads a construct calls the handler of the next level by `expression`; nesting is
counted there, so that no text can exhaust the stack.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from procession.core.values import Value, shown
from procession.feel.budget import Refused
from procession.feel.scope import UNKNOWN, Code, Layer, Named, Names, Run, Scope, Shape, local
from procession.feel.tokens import Token, error_at, tokens_of

DEPTH_MAX = 50

# How tightly operators bind, the loosest first.
OR, AND, COMPARISON, ADDITIVE, MULTIPLICATIVE, POWER = range(6)


class Parser:
    """A text that is being compiled; `climb` reads an expression of operators of some level on."""

    def __init__(self, text: str, scope: Scope, climb: Callable[["Parser", int], Code]) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.position = 0
        self.scope = scope
        self.depth = 0
        # Whether `?` was read, and whether a `[` may be the end of a range.
        self.input_read = False
        self.range_ends = False
        self._climb = climb

    @property
    def token(self) -> Token:
        """The next one."""
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> Token:
        """One after the next."""
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def expression(self) -> Code:
        """Reads one expression, a level deeper. Raises ExpressionError."""
        ends, self.range_ends = self.range_ends, False
        with self.deeper():
            code = self._climb(self, OR)
        self.range_ends = ends
        return code

    def operand(self, level: int) -> Code:
        """Reads an expression of operators that bind at least so tightly."""
        return self._climb(self, level)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Counts a level of nesting."""
        self.depth += 1
        if self.depth > DEPTH_MAX:
            self.refuse(f"it is nested more than {DEPTH_MAX} deep; split it")
        try:
            yield
        finally:
            self.depth -= 1

    def next(self) -> Token:
        """Reads a token."""
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether a word or symbol comes next."""
        token = self.token
        return token.text in texts and token.kind in ("word", "symbol")

    def accept(self, *texts: str) -> bool:
        """Reads one of these words or symbols, if it comes next."""
        if not self.at(*texts):
            return False
        self.position += 1
        return True

    def expect(self, text: str, hint: str) -> None:
        """Reads a word or symbol that must come next."""
        if not self.accept(text):
            self.refuse(f"{text} is missing before {self.shown_token()}; {hint}")

    def shown_token(self) -> str:
        """The next token as a message quotes it."""
        return "the end" if self.token.kind == "end" else shown(self.token.text)

    def refuse(self, message: str, token: Token | None = None) -> NoReturn:
        """Raises the error that stands at a token, by default at the next one."""
        raise error_at(self.text, (token or self.token).start, message)

    def refuse_name(self, name: str, token: Token) -> NoReturn:
        """Raises the error of a name that is not known, with a hint."""
        self.refuse(f"{shown(name)} is not known; {did_you_mean(name, self.scope.known())}", token)

    def range_ahead(self) -> bool:
        """Whether the bracket that comes next begins a range: a `..` of its own stands in it."""
        depth, loops = 0, 0
        for token in self.tokens[self.position :]:
            text = token.text if token.kind in ("symbol", "word") else ""
            depth += (text in _OPENING) - (text in _CLOSING)
            if depth == 0:
                return False
            if depth == 1:
                # The `..` of `for i in 1..3` belongs to the loop.
                loops += (text in _LOOPS) - (text in _LOOPS_END)
                if text == ".." and loops == 0:
                    return True
        return False

    def new_name(self, *stops: str) -> str:
        """Reads a name that is new here, up to one of these words or symbols."""
        first = self.token
        while not self.at(*stops):
            if self.token.kind in ("end", "string") or self.token.text in _NEVER_IN_NAMES:
                self.refuse(f"{' or '.join(stops)} is missing before {self.shown_token()}")
            self.position += 1
        if first.kind != "word" or first is self.token:
            self.refuse("a name is missing here; it begins with a letter", first)
        return _spaced(self.text[first.start : self.tokens[self.position - 1].end])

    def unknown_name(self) -> str:
        """Reads a name that nobody declared: words up to what cannot be part of it."""
        first = self.token
        if not first.name_like:
            self.refuse(f"{self.shown_token()} is not expected here; write a name")
        while self.token.name_like or (self.token.kind == "number" and self.token is not first):
            self.position += 1
        return _spaced(self.text[first.start : self.tokens[self.position - 1].end])

    @contextmanager
    def knowing(self, *named: tuple[str, Named], item: int | None = None) -> Iterator[Names]:
        """A layer of names for what is read within."""
        names = Names(dict(named))
        self.scope.layers.append(Layer(names, item))
        try:
            yield names
        finally:
            self.scope.layers.pop()

    def variable(self, shape: Shape = UNKNOWN) -> tuple[int, Named]:
        """A new local value and what its name stands for."""
        slot = self.scope.slot()
        return slot, Named(local(slot), shape)

    def code(self, run: Run, *parts: Code, shape: Shape = UNKNOWN) -> Code:
        """The closure of a construct; it is computed now if all its parts were."""
        if not all(part.constant for part in parts):
            return Code(run, shape)
        return literal(self._computed(run), shape)

    def _computed(self, run: Run) -> Value:
        try:
            return run(self.scope.folding)
        except Refused as error:
            self.refuse(str(error))


_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_LOOPS, _LOOPS_END = frozenset(("for", "some", "every")), frozenset(("return", "satisfies"))
_NEVER_IN_NAMES = frozenset("()[]{},:=<>@")


def _spaced(text: str) -> str:
    return " ".join(text.split())


def literal(value: Value, shape: Shape = UNKNOWN) -> Code:
    """A value that is known."""
    return Code(lambda frame: value, shape, constant=True)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names what is near, or what there is."""
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    near = near or [other for other in sorted(known) if other.lower() == name.lower()]
    if near:
        return f"did you mean {', '.join(near)}?"
    return "it is neither a variable nor a function of FEEL"
