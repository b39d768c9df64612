"""What Python would only warn of is refused, without touching the process's warning filters."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from procession.expressions import LANGUAGES, SCRIPTS
from procession.expressions.doubts import first_doubt
from tests.unit.expressions.expression_builders import KINDS, evaluate, place, refused, run


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        (r"'\d'", r"invalid escape sequence \d; write \\d for a backslash", (1, 2)),
        (r"'\\\d'", r"invalid escape sequence \d", (1, 4)),
        (r"'a' + f'{Name}\.'", r"invalid escape sequence \.", (1, 15)),
        (r"Name == " + r"'''\'\q'''", r"invalid escape sequence \q", (1, 14)),
        (r"b'\д'", r"invalid escape sequence \д", (1, 3)),
        (r"'\400'", r"invalid escape sequence \400", (1, 2)),
        ("Paid and\n  '\\w' == Name", r"invalid escape sequence \w", (2, 4)),
        ("1if Paid else 2", "invalid decimal literal; write a space after 1", (1, 1)),
        ("Amount in [1] and 0xfor 1", "invalid decimal literal; write a space after 0xf", (1, 19)),
        ("[1for x in Rows]", "invalid decimal literal", (1, 2)),
        ("1.5and 2e3or 3", "invalid decimal literal; write a space after 1.5", (1, 1)),
    ],
)
def test_what_may_mean_two_things_is_refused(text: str, message: str, at: tuple[int, int]) -> None:
    error = refused(text)

    assert message in str(error)
    assert place(error) == at


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (r"r'\d' + R'\w'", r"\d\w"),
        (
            r"'\\d\n\'\"\x41\u0042\101\
'",
            "\\d\n'\"ABA",
        ),
        ("'1if' + \"2or\" + '''3and'''", "1if2or3and"),
        ("f'{1}if'", "1if"),
        ("'a' # \\d 1if '", "a"),
        (r"'#\\' + '\t'", "#\\\t"),
        (r"'\N{LATIN SMALL LETTER A}'", "a"),
    ],
)
def test_what_python_reads_without_a_doubt_is_read(text: str, result: str) -> None:
    assert evaluate(text) == result


@pytest.mark.parametrize("text", ["x1if", "1 if", "0x1f", "1.5", "a.b1if", "1_0", "1_0iffy", "1e5"])
def test_numbers_and_names_are_told_apart(text: str) -> None:
    assert first_doubt(text) is None


def test_scripts_are_looked_at_too() -> None:
    assert run("Label = 'a\\\\b' # c:\\dir") == {"Label": "a\\b"}


def test_threads_that_compile_leave_the_warning_filters_alone() -> None:
    before = list(warnings.filters)
    texts = [f"Amount > {number} and Name != 'a\\\\b'" for number in range(200)]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda text: LANGUAGES[""](text, KINDS), texts))
        list(threads.map(lambda text: SCRIPTS["python"](f"Paid = {text}", KINDS), texts))

    assert warnings.filters == before
