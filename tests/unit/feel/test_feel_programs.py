"""What DMN uses: FEEL's own values, functions among them, and shapes that give names."""

from decimal import Decimal

import pytest

from procession.feel import (
    TYPES,
    UNKNOWN,
    Budget,
    Frame,
    Function,
    Parameter,
    Shape,
    call,
    call_named,
    compile_program,
    compile_tests,
    lend,
)
from procession.feel.kinds import DaysTime, Range

APPLICANT = Shape({"monthly income": UNKNOWN, "name": UNKNOWN})


def test_a_program_answers_values_of_feel() -> None:
    frame = Frame({})

    assert compile_program("[1..5)", {}).run(frame) == Range(Decimal(1), Decimal(5), True, False)
    assert compile_program('@"PT1S"', {}).run(frame) == DaysTime(1_000_000_000)


def test_a_shape_gives_names_with_spaces() -> None:
    program = compile_program("applicant.monthly income * 12", {"applicant": APPLICANT})

    assert program.run(Frame({"applicant": {"monthly income": Decimal(100)}})) == 1200


def test_a_programs_shape_says_what_comes_out() -> None:
    program = compile_program("{a b: 1, c: [{d e: 2}]}", {})

    assert set(program.shape.names) == {"a b", "c"}
    assert set(program.shape.names["c"].names) == {"d e"}


def test_a_function_is_a_value_that_other_programs_call() -> None:
    """10.3.2.13: a function still sees the names of the place where it was defined."""
    budget = Budget()
    defined = compile_program("function(x: number) x * rate", {"rate": UNKNOWN})
    function = defined.run(Frame({"rate": Decimal(2)}, budget))
    caller = compile_program("double(rate) + 1", {"double": UNKNOWN, "rate": UNKNOWN})

    assert isinstance(function, Function)
    assert caller.run(Frame({"double": function, "rate": Decimal(10)}, budget)) == 21
    assert call(Frame({}), function, [Decimal(4)]) == 8
    assert call_named(Frame({}), function, {("x",): Decimal(5)}) == 10
    assert call(Frame({}), function, ["x"]) is None
    assert call_named(Frame({}), function, {("y",): Decimal(5)}) is None
    assert call(Frame({}), "no function", []) is None
    assert call_named(Frame({}), "no function", {}) is None


def test_a_function_of_dmn_is_called_like_any_other() -> None:
    """10.3.2.13.3: arguments by position or by name; null where they do not fit."""
    parameters = [Parameter("a", TYPES["number"].accepts), Parameter("b c", TYPES["Any"].accepts)]
    table = lend("table", parameters, lambda frame, a, b: [a, b])

    def run(text: str) -> object:
        return compile_program(text, {"table": UNKNOWN}).run(Frame({"table": table}))

    assert run('table(1, "x")') == [1, "x"]
    assert run("table(b c: null, a: 1)") == [1, None]
    assert run('table("x", 1)') is None
    assert run("table(1)") is None
    assert run("for t in [table] return t(1, 2)") == [[1, 2]]


def test_a_variable_of_a_functions_name_hides_it_if_it_is_a_function() -> None:
    counting = compile_program("function(list) 42", {}).run(Frame({}))
    program = compile_program("count([1])", {"count": UNKNOWN})

    assert program.run(Frame({"count": counting})) == 42
    assert program.run(Frame({"count": Decimal(3)})) == 1


@pytest.mark.parametrize(("income", "passes"), [(50, False), (500, True), (None, None)])
def test_tests_ask_of_a_part_of_their_input(income: int | None, passes: bool | None) -> None:
    tests = compile_tests("?.monthly income > limit", {"limit": UNKNOWN}, APPLICANT)
    given = None if income is None else Decimal(income)

    assert tests.passes(Frame({"limit": Decimal(100)}), {"monthly income": given}) is passes


def test_a_parameter_takes_a_date_as_a_date_and_time_and_a_list_of_one_as_its_item() -> None:
    """10.3.2.9.4: implicit conversions."""
    text = "{f: function(x: %s) x, r: f(%s)}.r"

    def run(kind: str, argument: str) -> object:
        return compile_program(f"string({text % (kind, argument)})", {}).run(Frame({}))

    assert run("date and time", '@"2020-01-01"') == "2020-01-01T00:00:00Z"
    assert run("number", "[5]") == "5"
    assert run("list<number>", "5") == "[5]"
    assert run("list<string>", "5") is None
    assert run("number", '"5"') is None
    assert run("number", "null") is None
