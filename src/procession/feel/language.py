"""FEEL as an expression language of processes, and as DMN needs it.

Rule: a text is compiled once, at deployment; what is wrong with it then is an error with line and
column. What fails when it runs is null, as the standard says; only the budget ends a run.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from procession.core.model import Expression
from procession.core.values import Kind, Value
from procession.errors import ExpressionError
from procession.feel import (
    context_functions,
    conversions,
    list_functions,
    moment_functions,
    number_functions,
    range_functions,
    text_functions,
    zeebe_functions,
)
from procession.feel.budget import Frame, Refused
from procession.feel.builtins import BUILTINS
from procession.feel.comparing import negated
from procession.feel.exchange import from_feel, to_feel
from procession.feel.operators import climb
from procession.feel.parser import Parser
from procession.feel.scope import Code, Layer, Named, Names, Run, Scope, Shape, shape_of
from procession.feel.tokens import error_at, tokens_of
from procession.feel.unary import INPUT, any_of, positive_tests

LANGUAGE = "feel"

# They fill the table of built-in functions.
_LIBRARY = (
    context_functions,
    conversions,
    list_functions,
    moment_functions,
    number_functions,
    range_functions,
    text_functions,
    zeebe_functions,
)


def _constant(value: Value) -> Run:
    return lambda frame: value


_BUILTIN_NAMES = Names({name: Named(_constant(value)) for name, value in BUILTINS.items()})


def compile_feel(text: str, names: Mapping[str, Kind]) -> Expression:
    """The expression that `text` writes, over parameters of these kinds. Raises ExpressionError.

    It reads and answers values of a process: whole numbers are int, others Decimal, and what a
    process does not know (durations, ranges) is its text. `now()` and `today()` are refused: a
    turn knows no clock, so that the same input always gives the same run.
    """
    _refuse_the_clock(text, names)
    run = _compiled(text, _seen(text, names), names, lambda parser: parser.expression()).run

    def evaluate(values: Mapping[str, Value]) -> Value:
        frame = Frame(values)
        return _bounded(lambda: from_feel(frame.budget, run(frame)))

    return Expression(text=text, language=LANGUAGE, evaluate=evaluate)


def _refuse_the_clock(text: str, names: Mapping[str, Kind]) -> None:
    for token, after in pairwise(tokens_of(text)):
        if token.text in ("now", "today") and after.text == "(" and token.text not in names:
            message = f"{token.text}() is not known to a process; give the moment as a parameter"
            raise error_at(text, token.start, message)


def compile_unary_tests(
    text: str, names: Mapping[str, Kind]
) -> Callable[[Value, Mapping[str, Value]], bool | None]:
    """Whether an input passes the tests that `text` writes (rule 17). Raises ExpressionError."""
    run = _unary_tests(text, _seen(text, names), names, Shape())

    def passes(given: Value, values: Mapping[str, Value]) -> bool | None:
        frame = Frame(values)
        return _passed(_bounded(lambda: run(frame, to_feel(frame.budget, given))))

    return passes


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled text over FEEL's own values, functions among them; for DMN.

    `run` takes a frame with the values of the names; frames that share a budget count together.
    Raises ExpressionError where the budget ends.
    """

    text: str
    shape: Shape
    _run: Run

    def run(self, frame: Frame) -> Value:
        """The FEEL value of the text."""
        return _bounded(lambda: self._run(frame))


@dataclass(frozen=True, slots=True)
class Tests:
    """Compiled unary tests over FEEL's own values; for DMN."""

    text: str
    _run: Callable[[Frame, Value], Value]

    def passes(self, frame: Frame, given: Value) -> bool | None:
        """Whether an input passes. Raises ExpressionError where the budget ends."""
        return _passed(_bounded(lambda: self._run(frame, given)))


def compile_program(text: str, names: Mapping[str, Shape]) -> Program:
    """The same as `compile_feel` over FEEL's own values. Raises ExpressionError."""
    known = {name: (_own(name), shape) for name, shape in names.items()}
    code = _compiled(text, known, (), lambda parser: parser.expression())
    return Program(text, code.shape, code.run)


def compile_tests(text: str, names: Mapping[str, Shape], given: Shape) -> Tests:
    """The same as `compile_unary_tests` over FEEL's own values. Raises ExpressionError."""
    known = {name: (_own(name), shape) for name, shape in names.items()}
    return Tests(text, _unary_tests(text, known, (), given))


_Known = Mapping[str, tuple[Run, Shape]]


def _seen(text: str, names: Mapping[str, Kind]) -> _Known:
    """The parameters that may stand in a text: there may be many, and it names a few of them."""
    return {
        name: (_given(name), shape_of(kind))
        for name, kind in names.items()
        # What is more than one word may be written with other spaces.
        if name in text or not name.isidentifier()
    }


def _scope(known: _Known, others: Iterable[str]) -> Scope:
    names = Names({name: Named(run, shape) for name, (run, shape) in known.items()}, others)
    return Scope([Layer(_BUILTIN_NAMES), Layer(names)])


def _compiled(
    text: str, known: _Known, others: Iterable[str], read: Callable[[Parser], Code]
) -> Code:
    """`others`: names that do not stand in the text, for messages."""

    def compiled() -> Code:
        parser = Parser(text, _scope(known, others), climb)
        if parser.token.kind == "end":
            raise ExpressionError("it is empty; write an expression such as a > 5", 1, 1)
        code = read(parser)
        if parser.token.kind != "end":
            parser.refuse(f"{parser.shown_token()} is not expected here")
        return code

    code: Code = _bounded(compiled)
    return code


def _unary_tests(
    text: str, known: _Known, others: Iterable[str], given: Shape
) -> Callable[[Frame, Value], Value]:
    slots: list[int] = []

    def read(parser: Parser) -> Code:
        slot, named = parser.variable(given)
        slots.append(slot)
        with parser.knowing((INPUT, named)):
            return Code(_tests(parser, slot))

    run = _compiled(text, known, others, read).run

    def passes(frame: Frame, value: Value) -> Value:
        frame.locals[slots[0]] = value
        return run(frame)

    return passes


def _tests(parser: Parser, slot: int) -> Run:
    if parser.at("-") and parser.ahead().kind == "end":
        parser.next()
        return _constant(True)
    tests = _negated_tests(parser, slot)
    if tests is not None:
        runs = [code.run for code in tests]
        return lambda frame: negated(any_of(runs, frame))
    runs = [code.run for code in positive_tests(parser, slot)]
    return lambda frame: any_of(runs, frame)


def _negated_tests(parser: Parser, slot: int) -> list[Code] | None:
    """The tests of `not(…)`, if that is all there is; `not(a) and b` is an expression."""
    if not (parser.at("not") and parser.ahead().text == "("):
        return None
    start = parser.position
    parser.position += 2
    try:
        tests = positive_tests(parser, slot)
    except ExpressionError:
        tests = []
    if tests and parser.accept(")") and parser.token.kind == "end":
        return tests
    parser.position = start
    return None


def _given(name: str) -> Run:
    def run(frame: Frame) -> Value:
        value = frame.values.get(name)
        if type(value) is str or value is None:
            return value
        if name not in frame.converted:
            frame.converted[name] = to_feel(frame.budget, value)
        return frame.converted[name]

    return run


def _own(name: str) -> Run:
    return lambda frame: frame.values.get(name)


def _passed(value: Value) -> bool | None:
    return value if type(value) is bool else None


def _bounded(run: Callable[[], Value]) -> Value:
    try:
        return run()
    except Refused as error:
        raise ExpressionError(str(error)) from None
    except RecursionError:
        raise ExpressionError("it is nested too deep") from None
    except (MemoryError, OverflowError):
        raise ExpressionError("the memory does not suffice") from None
