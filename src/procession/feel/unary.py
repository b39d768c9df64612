"""Unary tests: what a cell of a decision table asks of its input (DMN 1.3, 10.3.1.2, rule 17).

Rule: the input stands in a local slot that `?` names. A test that says `?` gives its own answer;
any other asks whether the input is the value, or is in the list or range.
"""

from procession.core.values import Value
from procession.feel import comparing
from procession.feel.budget import Frame
from procession.feel.parser import ADDITIVE, Parser
from procession.feel.scope import Code, Run, Shape

INPUT = "?"
_COMPARISONS = {
    "<": comparing.less,
    "<=": comparing.less_or_equal,
    ">": comparing.greater,
    ">=": comparing.greater_or_equal,
    "=": comparing.equal,
    "!=": comparing.unequal,
}


def any_of(runs: list[Run], frame: Frame) -> bool | None:
    """Whether one of the tests holds, in three-valued logic."""
    answer: bool | None = False
    for run in runs:
        value = run(frame)
        if value is True:
            return True
        if value is None:
            answer = None
    return answer


def tests_of_in(parser: Parser, shape: Shape) -> tuple[int, list[Code]]:
    """What stands after `in`, and the slot of what stands before it."""
    slot, named = parser.variable(shape)
    with parser.knowing((INPUT, named)):
        if parser.at("(") and not parser.range_ahead():
            parser.next()
            with parser.deeper():
                tests = positive_tests(parser, slot)
            parser.expect(")", "write a in (1, 2, 3)")
        else:
            tests = [_test(parser, slot, ADDITIVE)]
    return slot, tests


def positive_tests(parser: Parser, slot: int) -> list[Code]:
    """Tests with commas between them."""
    tests = [_test(parser, slot)]
    while parser.accept(","):
        tests.append(_test(parser, slot))
    return tests


def _test(parser: Parser, slot: int, level: int | None = None) -> Code:
    if parser.at(*_COMPARISONS):
        compare = _COMPARISONS[parser.next().text]
        end = parser.operand(ADDITIVE)
        run_end = end.run
        return Code(lambda frame: compare(frame.locals[slot], run_end(frame)))
    read_before, parser.input_read = parser.input_read, False
    code = parser.expression() if level is None else parser.operand(level)
    own_answer, parser.input_read = parser.input_read, read_before
    return Code(_answer(code, slot, own_answer))


def _answer(code: Code, slot: int, own_answer: bool) -> Run:
    run_value, constant = code.run, code.constant
    if constant:
        value = run_value(Frame({}))
        return lambda frame: comparing.member(frame.locals[slot], value)

    def run(frame: Frame) -> Value:
        value = run_value(frame)
        given = frame.locals[slot]
        # A condition on other names, such as `total > 5`, is an answer as well.
        if type(value) is bool and (own_answer or type(given) is not bool):
            return value
        return None if own_answer and value is None else comparing.member(given, value)

    return run
