"""The operators of an expression, from `or` down to the sign (DMN 1.3, 10.3.1.2, rules 2 to 4).

Rule: operators of one level are read in a loop and run in a loop, so that a long chain is no deep
one. `instance of` binds tighter than `-`, that tighter than `**`, which goes from left to right.
"""

from collections.abc import Callable, Mapping

from procession.core.values import Value
from procession.feel import comparing
from procession.feel.arithmetic import OPERATORS, negative
from procession.feel.budget import Frame
from procession.feel.parser import ADDITIVE, AND, COMPARISON, MULTIPLICATIVE, OR, POWER, Parser
from procession.feel.postfix import postfix
from procession.feel.scope import Code, Run
from procession.feel.typenames import read_type
from procession.feel.unary import any_of, tests_of_in

# A comparison of a comparison wraps the one before: a chain of them is a nesting.
COMPARISONS_MAX = 4

Step = Callable[[Frame, Value, Value], Value]


def climb(parser: Parser, level: int) -> Code:
    """Reads operands and operators that bind at least as tightly as `level`."""
    code = _signed(parser)
    for number in range(len(_LEVELS) - 1, level - 1, -1):
        symbols, read = _LEVELS[number]
        if parser.at(*symbols):
            code = read(parser, code)
    return code


def _logic(word: str, level: int) -> Callable[[Parser, Code], Code]:
    decides = word == "or"

    def read(parser: Parser, first: Code) -> Code:
        codes = [first]
        while parser.accept(word):
            codes.append(parser.operand(level + 1))
        runs = [code.run for code in codes]
        return parser.code(lambda frame: _decided(frame, runs, decides), *codes)

    return read


def _decided(frame: Frame, runs: list[Run], decides: bool) -> Value:
    # Three-valued logic (DMN 1.3, table 50): what is no boolean counts as null.
    answer: bool | None = not decides
    for run in runs:
        value = run(frame)
        if value is decides:
            return decides
        if value is decides or type(value) is not bool:
            answer = None
    return answer


def _comparison(parser: Parser, code: Code) -> Code:
    for _ in range(COMPARISONS_MAX):
        if not parser.at(*_COMPARING):
            return code
        code = _READERS[parser.next().text](parser, code)
    if parser.at(*_COMPARING):
        parser.refuse(f"more than {COMPARISONS_MAX} comparisons in a row; write brackets")
    return code


def _compared(operation: Callable[[Value, Value], Value]) -> Callable[[Parser, Code], Code]:
    def read(parser: Parser, left: Code) -> Code:
        right = parser.operand(ADDITIVE)
        run_left, run_right = left.run, right.run
        return parser.code(lambda frame: operation(run_left(frame), run_right(frame)), left, right)

    return read


def _between(parser: Parser, value: Code) -> Code:
    low = parser.operand(ADDITIVE)
    parser.expect("and", "write a between b and c")
    high = parser.operand(ADDITIVE)
    run, run_low, run_high = value.run, low.run, high.run
    between = comparing.between
    return parser.code(
        lambda frame: between(run(frame), run_low(frame), run_high(frame)), value, low, high
    )


def _in(parser: Parser, value: Code) -> Code:
    slot, tests = tests_of_in(parser, value.shape)
    run_value, runs = value.run, [test.run for test in tests]

    def run(frame: Frame) -> Value:
        frame.locals[slot] = run_value(frame)
        return any_of(runs, frame)

    return parser.code(run, value, *tests)


_READERS: Mapping[str, Callable[[Parser, Code], Code]] = {
    "=": _compared(comparing.equal),
    "!=": _compared(comparing.unequal),
    "<": _compared(comparing.less),
    "<=": _compared(comparing.less_or_equal),
    ">": _compared(comparing.greater),
    ">=": _compared(comparing.greater_or_equal),
    "between": _between,
    "in": _in,
}
_COMPARING = tuple(_READERS)


def _added(frame: Frame, left: Value, right: Value) -> Value:
    if type(left) is str and type(right) is str:
        frame.budget.make_text(len(left) + len(right))
        return left + right
    return _ADD(left, right)


def _step(symbol: str) -> Step:
    operation = OPERATORS[symbol]
    return lambda frame, left, right: operation(left, right)


_ADD = OPERATORS["+"]
_STEPS: Mapping[str, Step] = {symbol: _step(symbol) for symbol in OPERATORS} | {"+": _added}


def _arithmetic(symbols: tuple[str, ...], level: int) -> Callable[[Parser, Code], Code]:
    def read(parser: Parser, first: Code) -> Code:
        codes, steps = [first], []
        while parser.at(*symbols):
            steps.append(_STEPS[parser.next().text])
            codes.append(parser.operand(level + 1))
        return parser.code(_chain(steps, [code.run for code in codes]), *codes)

    return read


def _chain(steps: list[Step], runs: list[Run]) -> Run:
    first, *others = runs
    if len(others) == 1:
        step, other = steps[0], others[0]
        return lambda frame: step(frame, first(frame), other(frame))
    pairs = list(zip(steps, others, strict=True))

    def run(frame: Frame) -> Value:
        value = first(frame)
        for step, other in pairs:
            value = step(frame, value, other(frame))
        return value

    return run


_LEVELS: tuple[tuple[tuple[str, ...], Callable[[Parser, Code], Code]], ...] = (
    (("or",), _logic("or", OR)),
    (("and",), _logic("and", AND)),
    (_COMPARING, _comparison),
    (("+", "-"), _arithmetic(("+", "-"), ADDITIVE)),
    (("*", "/"), _arithmetic(("*", "/"), MULTIPLICATIVE)),
    (("**",), _arithmetic(("**",), POWER)),
)
assert _LEVELS[COMPARISON][0] is _COMPARING


def _signed(parser: Parser) -> Code:
    signs = 0
    while parser.accept("-"):
        signs += 1
    code = postfix(parser)
    if code.constant:
        # The sign of a literal belongs to it (rule 37).
        code, signs = _negated(parser, code, signs), 0
    if parser.accept("instance"):
        code = _instance(parser, code)
    return _negated(parser, code, signs)


def _instance(parser: Parser, value: Code) -> Code:
    parser.expect("of", "write a instance of number")
    conforms, run_value = read_type(parser).conforms, value.run
    return parser.code(lambda frame: conforms(run_value(frame)), value)


def _negated(parser: Parser, code: Code, signs: int) -> Code:
    if not signs:
        return code
    run_value, twice = code.run, signs % 2 == 0

    def run(frame: Frame) -> Value:
        value = negative(run_value(frame))
        return negative(value) if twice else value

    return parser.code(run, code)
