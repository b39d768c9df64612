"""What an expression is made of: literals, names, lists, contexts, ranges, brackets, blocks.

Rule: DMN 1.3, 10.3.1.2, rules 6 to 35 and 55 to 60; a name is looked up while this is read, so that
a run finds its value at once.
"""

from collections.abc import Callable, Mapping

from procession.core.values import Value, shown
from procession.feel.blocks import BLOCKS
from procession.feel.budget import Frame
from procession.feel.comparing import compare, make_range
from procession.feel.iso import read_literal
from procession.feel.kinds import Builtin, Function, Range
from procession.feel.parser import ADDITIVE, Parser, literal
from procession.feel.scope import UNKNOWN, Code, Named, Run, Shape, local
from procession.feel.unary import INPUT

_WORDS = {"null": None, "true": True, "false": False}


def primary(parser: Parser) -> Code:
    """Reads what needs no operator. Raises ExpressionError."""
    token = parser.token
    if token.kind in ("number", "string"):
        parser.next()
        return literal(token.value)
    if token.kind == "symbol":
        reader = _SYMBOLS.get(token.text)
        if reader:
            return reader(parser)
    if token.kind == "word":
        return _word(parser)
    return parser.refuse(f"{parser.shown_token()} is not expected here; write a value")


def _word(parser: Parser) -> Code:
    token = parser.token
    found = parser.scope.match(parser.tokens, parser.position)
    if found and (found[0] > 1 or token.name_like):
        return _known_name(parser, found)
    if token.text in _WORDS:
        parser.next()
        return literal(_WORDS[token.text])
    if token.text in BLOCKS:
        parser.next()
        with parser.deeper():
            return BLOCKS[token.text](parser)
    name = parser.unknown_name()
    slots = parser.scope.items_above(-1)
    if not slots:
        parser.refuse_name(name, token)
    return Code(_item_entry(slots, name, lambda frame: None))


def _known_name(parser: Parser, found: tuple[int, str, int]) -> Code:
    size, name, index = found
    parser.position += size
    parser.input_read = parser.input_read or name == INPUT
    named = parser.scope.layers[index].names[name]
    called = parser.at("(")
    builtins = parser.scope.layers[0].names
    if index == 0:
        code = Code(named.run, named.shape, constant=True)
    elif called and name in builtins:
        code = Code(_function(named.run, builtins[name].run))
    else:
        code = Code(named.run, named.shape)
    slots = [] if index == 0 and called else parser.scope.items_above(index)
    return Code(_item_entry(slots, name, code.run), code.shape) if slots else code


def _function(run: Run, builtin: Run) -> Run:
    # A variable may have the name of a built-in function and still be no function.
    def function(frame: Frame) -> Value:
        value = run(frame)
        return value if isinstance(value, Function | Builtin) else builtin(frame)

    return function


def _item_entry(slots: list[int], name: str, otherwise: Run) -> Run:
    # Inside a filter the entries of the item come before all other names (10.3.2.5).
    def run(frame: Frame) -> Value:
        for slot in slots:
            item = frame.locals.get(slot)
            if type(item) is dict and name in item:
                return item[name]
        return otherwise(frame)

    return run


def _at_literal(parser: Parser) -> Code:
    parser.next()
    token = parser.next()
    value = read_literal(token.value) if token.kind == "string" else None
    if value is None:
        parser.refuse('no date, time or duration; write it as @"2026-01-31" or @"P1D"', token)
    return literal(value)


def _round(parser: Parser) -> Code:
    if parser.range_ahead():
        return _range(parser)
    parser.next()
    code = parser.expression()
    parser.expect(")", "each ( needs its )")
    return code


def _square(parser: Parser) -> Code:
    return _range(parser) if parser.range_ahead() else _list(parser)


def _range(parser: Parser) -> Code:
    low_closed = parser.next().text == "["
    low = parser.operand(ADDITIVE)
    parser.expect("..", "write a range as [1..5]")
    ends, parser.range_ends = parser.range_ends, True
    high = parser.operand(ADDITIVE)
    parser.range_ends = ends
    high_closed = parser.at("]")
    if not parser.accept("]", ")", "["):
        parser.refuse(f"] or ) is missing before {parser.shown_token()}; write [1..5]")
    run_low, run_high = low.run, high.run

    def run(frame: Frame) -> Value:
        return make_range(run_low(frame), run_high(frame), low_closed, high_closed)

    return parser.code(run, low, high)


def _list(parser: Parser) -> Code:
    parser.next()
    codes: list[Code] = []
    while not parser.accept("]"):
        codes.append(parser.expression())
        if not parser.at("]"):
            parser.expect(",", "write a list as [1, 2]")
    runs, size = [code.run for code in codes], len(codes)

    def run(frame: Frame) -> Value:
        frame.budget.make_list(size)
        return [part(frame) for part in runs]

    entries = {name: shape for code in codes for name, shape in code.shape.names.items()}
    return parser.code(run, *codes, shape=Shape(item=Shape(entries)))


def _context(parser: Parser) -> Code:
    parser.next()
    entries: list[tuple[str, int, Run]] = []
    shapes: dict[str, Shape] = {}
    with parser.knowing() as names:
        while not parser.accept("}"):
            name = _key(parser, shapes)
            slot = parser.scope.slot()
            # A function may call itself by the name that it is given here.
            if parser.at("function"):
                names.add(name, Named(local(slot)))
            code = parser.expression()
            names.add(name, Named(local(slot), code.shape))
            shapes[name] = code.shape
            entries.append((name, slot, code.run))
            if not parser.at("}"):
                parser.expect(",", "write a context as {a: 1, b: 2}")
    return Code(lambda frame: _made(frame, entries), Shape(shapes))


def _made(frame: Frame, entries: list[tuple[str, int, Run]]) -> Value:
    frame.budget.make_list(len(entries))
    context: dict[str, Value] = {}
    for name, slot, run in entries:
        value = frame.locals[slot] = context[name] = run(frame)
        if type(value) is Function:
            value.captured[slot] = value
    return context


def _key(parser: Parser, known: Mapping[str, Shape]) -> str:
    token = parser.token
    name = parser.next().value if token.kind == "string" else parser.new_name(":")
    parser.expect(":", "write a context as {a: 1, b: 2}")
    if name in known:
        parser.refuse(f"the entry {shown(name)} is there twice", token)
    return str(name)


def _half_range(parser: Parser) -> Code:
    symbol = parser.next().text
    end = parser.operand(ADDITIVE)
    run_end, closed = end.run, "=" in symbol
    below = symbol in ("<", "<=", "=")
    above = symbol in (">", ">=", "=")

    def run(frame: Frame) -> Value:
        value = run_end(frame)
        if compare(value, value) is None:
            return None
        low, high = value if above else None, value if below else None
        return Range(low, high, closed and above, closed and below)

    return parser.code(run, end, shape=UNKNOWN)


_SYMBOLS: Mapping[str, Callable[[Parser], Code]] = {
    "@": _at_literal,
    "(": _round,
    "[": _square,
    "]": _range,
    "{": _context,
    **dict.fromkeys(("<", "<=", ">", ">=", "="), _half_range),
}
