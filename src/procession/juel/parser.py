"""From the tokens of one `${…}` to a closure (JSR 341 §1.20, §1.26).

Rule: a chain of operators is a loop, not nesting; what nests is counted. A name is resolved at
deployment, and what would call Java is refused there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from procession.core.values import Kind, Value, shown
from procession.expressions.budget import Frame
from procession.expressions.scope import Code, Run, constant
from procession.expressions.source import FAILURES, Source, reason
from procession.expressions.types import BOOLEAN, TEXT, UNKNOWN, Type, join, type_of_kind
from procession.juel.access import Step, index_step, method_step, property_step
from procession.juel.coercions import OPERATORS, is_empty, negated, to_boolean
from procession.juel.execution import EXECUTION, execution_call, foreign_name
from procession.juel.tokens import Token

DEPTH_MAX = 40

_OR, _AND = ("||", "or"), ("&&", "and")
# From the loosest to the tightest; all of them group to the left (§1.16).
_LEVELS: Sequence[tuple[str, ...]] = (
    _OR,
    _AND,
    ("==", "!=", "eq", "ne"),
    ("<", "<=", ">", ">=", "lt", "le", "gt", "ge"),
    ("+=",),
    ("+", "-"),
    ("*", "/", "%", "div", "mod"),
)
_CALCULATING = frozenset(("+", "-", "*", "/", "%", "div", "mod"))
_LITERALS: Mapping[str, Value] = {"true": True, "false": False, "null": None}
_RESERVED = frozenset(
    (*(word for level in _LEVELS for word in level), *("not", "empty", "instanceof"), *_LITERALS)
)
_NOT_OFFERED: Mapping[str, str] = {
    "=": "= assigns, and an expression changes nothing; to compare write ==",
    ";": "; is not offered; write one expression",
    "->": "-> (a function of your own) is not offered",
    "::": ":: is not offered",
    "[": "a list is not written in an expression; make it in a script task",
    "{": "a map is not written in an expression; make it in a script task",
    "instanceof": "instanceof is not offered; there are no Java classes here",
}


class Parser:
    """The place in the tokens of one expression. `kinds`: the variables that it may name."""

    def __init__(self, source: Source, tokens: list[Token], kinds: Mapping[str, Kind]) -> None:
        self.source = source
        self.tokens = tokens
        self.kinds = kinds
        self.position = 0
        self.depth = 0

    def whole(self) -> Code:
        """Reads the expression up to its end. Raises ExpressionError."""
        if self.token.kind == "end":
            self.refuse("it is empty; write an expression such as ${amount > 5}")
        code = self.expression()
        if self.token.kind != "end":
            self.refuse(self._unexpected())
        return code

    # -- tokens -----------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The next one."""
        return self.tokens[self.position]

    def ahead(self, count: int) -> str:
        """The text of one after the next; "" past the end and for texts in quotes."""
        at = self.position + count
        token = self.tokens[at] if at < len(self.tokens) else self.tokens[-1]
        return "" if token.kind == "string" else token.text

    def next(self) -> Token:
        """Reads a token."""
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        """Reads one of these words or symbols, if it comes next."""
        token = self.token
        if token.kind not in ("word", "symbol") or token.text not in texts:
            return None
        self.position += 1
        return token

    def expect(self, text: str, hint: str) -> None:
        """Reads a symbol that must come next."""
        if not self.accept(text):
            self.refuse(f"{text} is missing before {self._shown()}; {hint}")

    def refuse(self, message: str, token: Token | None = None) -> NoReturn:
        """Raises the error that stands at a token, by default at the next one."""
        raise self.source.error_at_offset((token or self.token).start, message)

    def _shown(self) -> str:
        return "the end" if self.token.kind == "end" else shown(self.token.text)

    def _unexpected(self) -> str:
        known = _NOT_OFFERED.get("" if self.token.kind == "string" else self.token.text)
        return known or f"{self._shown()} is not expected here"

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            self.refuse(f"it is nested more than {DEPTH_MAX} deep; split it")
        yield
        self.depth -= 1

    def guarded(self, token: Token, run: Run) -> Run:
        """The closure with the place added to what goes wrong in it."""
        source, start = self.source, token.start

        def guarded(frame: Frame) -> Value:
            try:
                return run(frame)
            except FAILURES as error:
                raise source.error_at_offset(start, reason(error)) from None

        return guarded

    # -- operators --------------------------------------------------------------------------------

    def expression(self) -> Code:
        """An expression of any operators, a level deeper."""
        with self._deeper():
            test = self._chain(0)
            question = self.accept("?")
            return self._choice(question, test) if question else test

    def _choice(self, question: Token, test: Code) -> Code:
        """`a ? b : c` (§1.12)."""
        first = self.expression()
        self.expect(":", "write a ? b : c")
        second = self.expression()
        run_test, run_first, run_second = test.run, first.run, second.run

        def run(frame: Frame) -> Value:
            return run_first(frame) if holds(frame) else run_second(frame)

        holds = self.guarded(question, lambda frame: to_boolean(run_test(frame)))
        return Code(run, join(first.type, second.type))

    def _chain(self, level: int) -> Code:
        """Operands of one level with the operators between them."""
        if level == len(_LEVELS):
            return self._unary()
        first = self._chain(level + 1)
        rest: list[tuple[Token, Run]] = []
        while token := self.accept(*_LEVELS[level]):
            rest.append((token, self._chain(level + 1).run))
        if not rest:
            return first
        if _LEVELS[level] in (_OR, _AND):
            return self._logic(_LEVELS[level] is _OR, first, rest)
        return self._calculation(first, rest)

    def _logic(self, stops_at: bool, first: Code, rest: list[tuple[Token, Run]]) -> Code:
        """`and` and `or` (§1.10): what comes after the decision is not computed."""
        runs = [(rest[0][0], first.run), *rest]
        tests = [self.guarded(token, _truth_of(run)) for token, run in runs]

        def run(frame: Frame) -> Value:
            for test in tests:
                if test(frame) is stops_at:
                    return stops_at
            return not stops_at

        return Code(run, BOOLEAN)

    def _calculation(self, first: Code, rest: list[tuple[Token, Run]]) -> Code:
        run_first = first.run
        steps = [(OPERATORS[token.text], run, self.source, token.start) for token, run in rest]

        def run(frame: Frame) -> Value:
            value = run_first(frame)
            for operate, run_other, source, start in steps:
                other = run_other(frame)
                try:
                    value = operate(frame, value, other)
                except FAILURES as error:
                    raise source.error_at_offset(start, reason(error)) from None
            return value

        symbol = rest[-1][0].text
        if symbol in _CALCULATING:
            return Code(run, UNKNOWN)
        return Code(run, TEXT if symbol == "+=" else BOOLEAN)

    def _unary(self) -> Code:
        token = self.accept("-", "!", "not", "empty")
        if token is None:
            return self._value()
        with self._deeper():
            operand = self._unary().run
        operate = _UNARY[token.text]
        run = self.guarded(token, lambda frame: operate(frame, operand(frame)))
        return Code(run, UNKNOWN if token.text == "-" else BOOLEAN)

    # -- values -----------------------------------------------------------------------------------

    def _value(self) -> Code:
        """A literal, a name or brackets, and what is reached from there by `.` and `[…]`."""
        token = self.token
        if token.kind in ("number", "string"):
            return self._suffixes(constant(self.next().value))
        if self.accept("("):
            inner = self.expression()
            self.expect(")", "each ( needs one")
            return self._suffixes(inner)
        if token.kind != "word" or token.text in _NOT_OFFERED:
            self.refuse(self._unexpected())
        if token.text in _LITERALS:
            return constant(_LITERALS[self.next().text])
        if token.text in _RESERVED:
            self.refuse(self._unexpected())
        return self._suffixes(self._named())

    def _named(self) -> Code:
        token = self.next()
        name = token.text
        if name in self.kinds:
            return Code(lambda frame: frame.values.get(name), type_of_kind(self.kinds[name]))
        if name == EXECUTION:
            return execution_call(self, token)
        after = (self.ahead(0), self.ahead(1), self.ahead(2))
        raise self.source.error_at_offset(token.start, foreign_name(name, after, self.kinds))

    def _suffixes(self, code: Code) -> Code:
        """`a.b`, `a["b"]`, `a[0]` and `a.size()`, one after the other (§1.6)."""
        steps: list[Step] = []
        known = code.type
        while token := self.accept(".", "["):
            step, known = self._suffix(token, known)
            steps.append(step)
        if not steps:
            return code
        run_first = code.run

        def run(frame: Frame) -> Value:
            value = run_first(frame)
            for step in steps:
                value = step(frame, value)
            return value

        return Code(run, known)

    def _suffix(self, token: Token, known: Type) -> tuple[Step, Type]:
        if token.text == "[":
            key = self.expression()
            self.expect("]", "each [ needs one")
            return index_step(self, token, key, known)
        name = self.next()
        if name.kind != "word":
            self.refuse("a name is missing after the point", name)
        if not self.accept("("):
            return property_step(self, name, known)
        return method_step(self, name, self.arguments(), known)

    def arguments(self) -> list[Code]:
        """The values of a call, up to its `)`."""
        codes: list[Code] = []
        while not self.accept(")"):
            if codes:
                self.expect(",", "values are separated by commas")
            codes.append(self.expression())
        return codes


def _truth_of(run: Run) -> Callable[[Frame], bool]:
    return lambda frame: to_boolean(run(frame))


_UNARY: Mapping[str, Callable[[Frame, Value], Value]] = {
    "-": negated,
    "!": lambda frame, value: not to_boolean(value),
    "not": lambda frame, value: not to_boolean(value),
    "empty": lambda frame, value: is_empty(value),
}
