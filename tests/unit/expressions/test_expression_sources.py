"""Texts that are long, deep or strange: none exhausts the parser or the stack."""

import ast
import contextlib
import subprocess
import sys

import pytest

from procession.errors import ExpressionError
from procession.expressions import LANGUAGES, SCRIPTS
from procession.expressions.source import parse_expression, shown_code, weight_of
from tests.unit.expressions.expression_builders import (
    KINDS,
    evaluate,
    failed_script,
    refused,
    refused_script,
    run,
)

N = 6_000
DEEP = {
    "brackets": "(" * N + "1" + ")" * N,
    "brackets that Python would read": "(" * 150 + "1" + ")" * 150,
    "open brackets": "(" * N,
    "lists": "[" * 150 + "]" * 150,
    "rows": "{'a':" * 150 + "1" + "}" * 150,
    "minus": "-" * N + "1",
    "minus with spaces": "- " * N + "1",
    "mixed signs": "-+~" * (N // 3) + "1",
    "not": "not " * (N // 4) + "1",
    "powers": "2" + "**2" * (N // 3),
    "sums": "1" + "+1" * (N // 2),
    "sums that Python would read": "1" + "+1" * 1_490,
    "attributes that Python would read": "Name" + ".x" * 1_490,
    "calls that Python would read": "len" + "()" * 1_490,
    "products": "Amount" + "*1" * (N // 2),
    "comparisons": "1" + "<1" * (N // 2),
    "and": "1" + " and 1" * (N // 6),
    "choices": "1" + " if 1 else 1" * (N // 12),
    "lambdas": "lambda:" * (N // 7) + "1",
    "attributes": "Name" + ".x" * (N // 2),
    "items": "Rows" + "[0]" * (N // 3),
    "calls": "len" + "()" * (N // 2),
    "methods": "Name" + ".upper()" * (N // 8),
    "functions": "len(" * 150 + "Name" + ")" * 150,
    "comprehensions": "[x for x in " * 80 + "Rows" + "]" * 80,
    "f-strings": 'f"{' * 50 + "1" + '}"' * 50,
    "nested f-strings": "f'{f\"{1}\"}'" * 500,
    "awaits": "await " * (N // 6) + "1",
    "walrus": "(a:=" * 150 + "1" + ")" * 150,
    "stars": "*" * N,
    "texts": "''" * (N // 2) + "+",
    "long": "1 + " * N + "1",
    "very long": "1" + " " * 20_000 + "+ 1",
}
DEEP_SCRIPTS = {
    "ifs": "".join(" " * n + "if 1:\n" for n in range(99)) + " " * 99 + "pass",
    "elifs": "if 0:\n    pass\n" + "elif 0:\n    pass\n" * 600,
    "loops": "".join(" " * n + "for x in [1]:\n" for n in range(60)) + " " * 60 + "pass",
    "statements": "Score = 1\n" * 1_900 + "Scroe = 1",
    "targets": "(" * 60 + "a" + ",)" * 60 + " = 1",
    "assignments": "Score = " * 2_000 + "x",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_deep_formula_is_refused_or_works(name: str) -> None:
    try:
        LANGUAGES[""](DEEP[name], KINDS)
    except ExpressionError:
        return
    evaluate(DEEP[name])


@pytest.mark.parametrize("name", [*DEEP, *DEEP_SCRIPTS])
def test_a_deep_script_is_refused(name: str) -> None:
    text = DEEP_SCRIPTS.get(name) or f"Score = {DEEP[name]}"

    try:
        script = SCRIPTS["python"](text, KINDS)
    except ExpressionError:
        return
    script.run({})


def test_formulas_of_ordinary_depth_work() -> None:
    assert evaluate("+".join(["Amount"] * 90)) == 90 * 21
    assert evaluate("(" * 60 + "Amount" + ")" * 60) == 21
    assert evaluate(" or ".join(["Score"] * 500 + ["1"])) == 1
    assert evaluate("not " * 90 + "1") is True
    assert evaluate("abs(" * 40 + "-5" + ")" * 40) == 5
    assert evaluate("f'" + "-" * 90 + "{Amount}'") == "-" * 90 + "21"


def test_functions_that_are_deep_and_call_each_other_end_with_an_error() -> None:
    text = f"def f(n):\n    return {'abs(' * 40}f(n + 1){')' * 40}\nScore = f(1)"

    assert "deep" in str(failed_script(text))


def test_a_formula_at_the_end_of_the_stack_is_an_error() -> None:
    expression = LANGUAGES[""]("+".join(["Amount"] * 90), KINDS)

    def descend() -> object:
        try:
            return descend()
        except RecursionError:
            return expression.evaluate({"Amount": 1})

    with pytest.raises(ExpressionError, match="it is nested too deep"):
        descend()
    assert expression.evaluate({"Amount": 1}) == 90


def test_a_compilation_at_the_end_of_the_stack_is_an_error() -> None:
    def descend() -> object:
        try:
            return descend()
        except RecursionError:
            return LANGUAGES[""]("Amount > 5 and Paid", KINDS)

    with pytest.raises(ExpressionError, match="it is nested too deep"):
        descend()


def test_code_too_deep_to_quote_is_not_quoted() -> None:
    node: ast.expr = ast.Constant(1)
    for _ in range(5_000):
        node = ast.UnaryOp(ast.USub(), node)

    assert shown_code(node) == "this"


def test_no_formula_ends_a_thread_with_a_small_stack() -> None:
    program = (
        "import threading\n"
        "from tests.unit.expressions.test_expression_sources import DEEP, DEEP_SCRIPTS, attempt\n"
        "threading.stack_size(512 * 1024)\n"
        "texts = [*DEEP.values(), *DEEP_SCRIPTS.values()]\n"
        "thread = threading.Thread(target=lambda: [attempt(text) for text in texts])\n"
        "thread.start()\n"
        "thread.join()\n"
        "print('survived')\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert ended.stdout == "survived\n"


def attempt(text: str) -> None:
    """Compiles a text in both languages, whatever comes of it."""
    for compile_text in (LANGUAGES[""], SCRIPTS["python"]):
        with contextlib.suppress(ExpressionError):
            compile_text(text, KINDS)


def test_the_message_of_a_deep_mistake_is_still_a_message() -> None:
    text = "+".join(["Amount"] * 90 + ["Name"])

    assert "is Integer and Name is Text; write str(" in str(refused(text))
    assert "whole number of more than 256 bits" in str(refused_script("0x" + "f" * 9_000))


@pytest.mark.parametrize(
    "piece", ["'\\", '"\\', "9", "9_", "'''a", '"""\\', "1if ", "0x", "\\", "- "]
)
def test_no_text_is_slow_to_read(piece: str) -> None:
    # One of them once took seconds: every quote looked for its end anew.
    attempt(piece * (19_000 // len(piece)))


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\ufeff1",
        "\ud800",
        "'\udfff'",
        "\x0c1",
        "1\r\n+ 1",
        "1\r+ 1",
        "\u2028",
        "'\u2028' == Name",
        "\\",
        "'''",
        "0777",
        "1__0",
        "１",
        "a\u0301",
        "\u202ename",
        "# coding: utf-16\n1",
        "\t1",
        "1;",
        "$",
        "?",
        "!",
        "`1`",
        "<>",
        "1 <> 2",
        "f'{'",
        "f'{}'",
        "f'{1!}'",
        "f'{1:{}}'",
        "'\\N{no such}'",
        "'\\x'",
        "0x",
        "1e",
        "1.e5",
        "None = 1",
        "True + 1",
        "print 1",
    ],
)
def test_a_strange_text_gives_an_expression_error_or_a_value(text: str) -> None:
    for compile_text in (LANGUAGES[""], SCRIPTS["python"]):
        with contextlib.suppress(ExpressionError):
            compile_text(text, KINDS)


def test_line_ends_of_all_systems_count_as_lines() -> None:
    for end in ("\n", "\r\n", "\r"):
        with pytest.raises(ExpressionError) as caught:
            SCRIPTS["python"](f"Score = 1{end}Label = x", KINDS)
        assert (caught.value.line, caught.value.column) == (2, 9)


def test_code_weighs_what_it_does() -> None:
    _, node = parse_expression("row.Amount + 1 > Amount")

    assert weight_of([node]) == 5


def test_tabs_indent_a_script_as_spaces_do() -> None:
    assert run("\tif Paid:\n\t\tScore = 1\n\telse:\n\t\tScore = 2") == {"Score": 1}
