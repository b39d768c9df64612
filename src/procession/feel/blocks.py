"""`if`, `for`, `some`, `every` and function definitions (DMN 1.3, 10.3.2.7, 10.3.2.14, 10.3.2.16).

Rule: each turn of a loop is charged by the length of what it runs, before it runs.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from procession.core.values import COLLECTION_LENGTH_MAX, Value
from procession.feel.budget import Frame, Refused
from procession.feel.calendar import date_of, days_of
from procession.feel.filters import as_list
from procession.feel.kinds import Date, Function, Parameter, Range, whole
from procession.feel.numbers import ZERO
from procession.feel.parser import Parser
from procession.feel.scope import UNKNOWN, Code, Named, Run, Shape, local
from procession.feel.typenames import read_type

LOOPS_MAX = 12
Domain = Callable[[Frame], list[Value] | None]


def _if(parser: Parser) -> Code:
    arms: list[tuple[Code, Code]] = []
    while True:
        test = parser.expression()
        parser.expect("then", "write if a then b else c")
        arms.append((test, parser.expression()))
        parser.expect("else", "write if a then b else c")
        if not parser.accept("if"):
            break
    other = parser.expression()
    pairs, run_other = [(test.run, arm.run) for test, arm in arms], other.run

    def run(frame: Frame) -> Value:
        for test, arm in pairs:
            if test(frame) is True:
                return arm(frame)
        return run_other(frame)

    codes = [code for arm in arms for code in arm]
    entries = {
        name: shape
        for code in (*(arm for _, arm in arms), other)
        for name, shape in code.shape.names.items()
    }
    return parser.code(run, *codes, other, shape=Shape(entries, arms[0][1].shape.item))


def _loops(parser: Parser, layers: ExitStack, last: str) -> list[tuple[int, Domain]]:
    loops: list[tuple[int, Domain]] = []
    while True:
        name = parser.new_name("in")
        parser.next()
        domain, shape = _domain(parser)
        slot, named = parser.variable(shape)
        layers.enter_context(parser.knowing((name, named)))
        loops.append((slot, domain))
        if len(loops) > LOOPS_MAX:
            parser.refuse(f"more than {LOOPS_MAX} variables in one {last}; split it")
        if not parser.accept(","):
            return loops


def _domain(parser: Parser) -> tuple[Domain, Shape]:
    first = parser.expression()
    run_first = first.run
    if not parser.accept(".."):
        return (lambda frame: _items(frame, run_first(frame))), first.shape.item or first.shape
    run_last = parser.expression().run
    return (lambda frame: _span(frame, run_first(frame), run_last(frame))), UNKNOWN


def _items(frame: Frame, value: Value) -> list[Value] | None:
    if type(value) is Range:
        items = _span(frame, value.low, value.high)
        if not items or (items[0] == value.low and not value.low_closed):
            items = items and items[1:]
        return items[:-1] if items and items[-1] == value.high and not value.high_closed else items
    return None if value is None else as_list(value)


def _span(frame: Frame, first: Value, last: Value) -> list[Value] | None:
    """The whole numbers, or the dates, from one to another: upwards or downwards."""
    if type(first) is Date and type(last) is Date:
        steps = _steps(frame, days_of(first), days_of(last))
        return [date_of(day) for day in steps]
    low, high = whole(first), whole(last)
    if low is None or high is None:
        return None
    return [ZERO + number for number in _steps(frame, low, high)]


def _steps(frame: Frame, first: int, last: int) -> range:
    count = abs(last - first) + 1
    frame.budget.make_list(min(count, COLLECTION_LENGTH_MAX + 1))
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _turns(frame: Frame, loops: list[tuple[int, Domain]], weight: int) -> Iterator[bool]:
    """Sets the variables to each combination; False where a domain is null."""
    (slot, domain), *inner = loops
    items = domain(frame)
    if items is None:
        yield False
        return
    for item in items:
        frame.budget.spend(weight)
        frame.locals[slot] = item
        if inner:
            yield from _turns(frame, inner, weight)
        else:
            yield True


def _for(parser: Parser) -> Code:
    start = parser.position
    with ExitStack() as layers:
        loops = _loops(parser, layers, "for")
        parser.expect("return", "write for x in list return x + 1")
        slot = parser.scope.slot()
        partial = _Partial(slot)
        layers.enter_context(parser.knowing(("partial", Named(partial.read))))
        body = parser.expression()
    run_body, weight = body.run, 1 + (parser.position - start) // 2

    def run(frame: Frame) -> Value:
        results: list[Value] = []
        frame.locals[slot] = results
        for there in _turns(frame, loops, weight):
            if not there:
                return None
            results.append(run_body(frame))
            frame.locals[slot] = results
            if len(results) > COLLECTION_LENGTH_MAX:
                raise Refused(f"a list of more than {COLLECTION_LENGTH_MAX} items")
        frame.budget.make_list(len(results))
        return results

    return Code(run, Shape(item=body.shape))


class _Partial:
    """`partial`: the results so far, copied, since they grow while a value stays as it is."""

    def __init__(self, slot: int) -> None:
        self.slot = slot

    def read(self, frame: Frame) -> Value:
        """The results up to now."""
        results = frame.locals[self.slot]
        frame.budget.spend(len(results) // 16)
        return list(results)


def _quantified(decides: bool) -> Callable[[Parser], Code]:
    word = "some" if decides else "every"

    def read(parser: Parser) -> Code:
        start = parser.position
        with ExitStack() as layers:
            loops = _loops(parser, layers, word)
            parser.expect("satisfies", f"write {word} x in list satisfies x > 5")
            body = parser.expression()
        run_body, weight = body.run, 1 + (parser.position - start) // 2

        def run(frame: Frame) -> Value:
            answer: bool | None = not decides
            for there in _turns(frame, loops, weight):
                value = run_body(frame) if there else None
                if value is decides:
                    return decides
                if type(value) is not bool:
                    answer = None
            return answer

        return Code(run)

    return read


def _function(parser: Parser) -> Code:
    parser.expect("(", "write function(a, b) a + b")
    parameters: list[Parameter] = []
    named: list[tuple[str, Named]] = []
    slots: list[int] = []
    while not parser.accept(")"):
        name = parser.new_name(":", ",", ")")
        slot = parser.scope.slot()
        accepts = read_type(parser).accepts if parser.accept(":") else _anything
        parameters.append(Parameter(name, accepts))
        named.append((name, Named(local(slot))))
        slots.append(slot)
        if not parser.at(")"):
            parser.expect(",", "write function(a, b) a + b")
    if parser.at("external"):
        parser.refuse("functions of Java and PMML are not offered; write the function in FEEL")
    start = parser.position
    with parser.knowing(*named):
        body = parser.expression()
    weight = 4 + parser.position - start
    return Code(_definition(tuple(parameters), tuple(slots), (body.run, weight)))


def _anything(value: Value) -> Value:
    return value


def _definition(
    parameters: tuple[Parameter, ...], slots: tuple[int, ...], body: tuple[Run, int]
) -> Run:
    run_body, weight = body

    def run(frame: Frame) -> Value:
        frame.budget.spend(1 + len(frame.locals) // 8)
        return Function(parameters, slots, run_body, frame, dict(frame.locals), weight)

    return run


BLOCKS: Mapping[str, Callable[[Parser], Code]] = {
    "if": _if,
    "for": _for,
    "some": _quantified(True),
    "every": _quantified(False),
    "function": _function,
}
