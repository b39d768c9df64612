"""What may follow an expression: `.name`, `[filter]`, `(arguments)` (DMN 1.3, 10.3.2.5, 10.3.2.13).

Rule: a chain of them is read and run in a loop. A path that leads nowhere is null.
"""

from collections.abc import Callable
from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.filters import filtered, positioned
from procession.feel.invoking import call, call_named
from procession.feel.kinds import Builtin
from procession.feel.parser import Parser
from procession.feel.primaries import primary
from procession.feel.properties import entry
from procession.feel.scope import UNKNOWN, Code, Named, Names, Shape, local
from procession.feel.tokens import words_of

Step = Callable[[Frame, Value], Value]
# A range's open end, as in `]1..5[`, is not followed by what a filter begins with.
_AFTER_RANGE = frozenset((")", "]", "}", ",", "and", "or", "then", "else", "return", "satisfies"))


def postfix(parser: Parser) -> Code:
    """Reads a primary expression and all that is applied to it."""
    code = primary(parser)
    steps: list[Step] = []
    parts, shape = [code], code.shape
    while True:
        if parser.accept("."):
            step, shape = _path(parser, shape)
        elif parser.at("[") and not _ends_range(parser):
            step, part = _filter(parser, shape)
            parts.append(part)
        elif parser.at("("):
            step, more = _invocation(parser, code if not steps else None)
            parts += more
            shape = UNKNOWN
        else:
            break
        steps.append(step)
    if not steps:
        return code
    return parser.code(_applied(code, steps), *parts, shape=shape)


def _applied(code: Code, steps: list[Step]) -> Callable[[Frame], Value]:
    first = code.run
    if len(steps) == 1:
        step = steps[0]
        return lambda frame: step(frame, first(frame))

    def run(frame: Frame) -> Value:
        value = first(frame)
        for step in steps:
            value = step(frame, value)
        return value

    return run


def _ends_range(parser: Parser) -> bool:
    after = parser.ahead()
    return parser.range_ends and (after.kind == "end" or after.text in _AFTER_RANGE)


def _path(parser: Parser, shape: Shape) -> tuple[Step, Shape]:
    entries = shape.names
    names = Names({name: Named(local(0), inner) for name, inner in entries.items()})
    found = names.match(parser.tokens, parser.position)
    if found:
        parser.position += found[0]
        name = found[1]
    else:
        name = parser.unknown_name()
    return (lambda frame, value: entry(frame, value, name)), entries.get(name, UNKNOWN)


def _filter(parser: Parser, shape: Shape) -> tuple[Step, Code]:
    parser.next()
    start = parser.position
    item = shape.item or shape
    slot, named = parser.variable(item)
    entries = {name: Named(_entry_of(slot, name), inner) for name, inner in item.names.items()}
    with parser.knowing(*{"item": named, **entries}.items(), item=slot):
        code = parser.expression()
    parser.expect("]", "write list[item > 5] or list[1]")
    if code.constant and type(position := code.run(Frame({}))) is Decimal:
        return (lambda frame, value: positioned(value, position)), code
    weight, run = 1 + (parser.position - start) // 2, code.run
    return (lambda frame, value: filtered(frame, value, (slot, run, weight))), code


def _entry_of(slot: int, name: str) -> Callable[[Frame], Value]:
    def run(frame: Frame) -> Value:
        item = frame.locals[slot]
        return item.get(name) if type(item) is dict else None

    return run


def _invocation(parser: Parser, callee: Code | None) -> tuple[Step, list[Code]]:
    parser.next()
    if _named_ahead(parser):
        return _by_name(parser)
    codes = []
    while not parser.accept(")"):
        codes.append(parser.expression())
        if not parser.at(")"):
            parser.expect(",", "write f(a, b)")
    runs = [code.run for code in codes]
    parts = [*codes, *_impure(callee)]
    return (lambda frame, value: call(frame, value, [run(frame) for run in runs])), parts


def _by_name(parser: Parser) -> tuple[Step, list[Code]]:
    codes: dict[tuple[str, ...], Code] = {}
    while not parser.accept(")"):
        token = parser.token
        name = words_of(parser.new_name(":"))
        if name in codes:
            parser.refuse("an argument is given twice", token)
        parser.next()
        codes[name] = parser.expression()
        if not parser.at(")"):
            parser.expect(",", "write f(a: 1, b: 2)")
    runs = {name: code.run for name, code in codes.items()}

    def step(frame: Frame, value: Value) -> Value:
        return call_named(frame, value, {name: run(frame) for name, run in runs.items()})

    return step, list(codes.values())


def _impure(callee: Code | None) -> list[Code]:
    # What `now()` gives is not known beforehand.
    if callee and callee.constant:
        function = callee.run(Frame({}))
        if type(function) is Builtin and function.pure:
            return []
    return [Code(local(0))]


def _named_ahead(parser: Parser) -> bool:
    count = 0
    while parser.ahead(count).kind in ("word", "number") or (
        count and parser.ahead(count).text in ("-", "+", "/", "*", ".", "'")
    ):
        count += 1
    return count > 0 and parser.ahead(count).text == ":"
