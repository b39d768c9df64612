"""FEEL by its standard, case by case: cases.txt names the clause (DMN 1.3, clause 10)."""

import pytest

from procession.feel.builtins import BUILTINS
from tests.unit.feel.feel_builders import Case, cases, evaluate, plain, read, refused

ALL = list(cases())


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text)
def test_an_expression_gives_what_the_standard_says(case: Case) -> None:
    if case.answer == "error":
        refused(case.text)
        return

    answer = plain(case.text)

    assert answer == read(case.answer)
    assert isinstance(answer, bool) is isinstance(read(case.answer), bool)


def test_the_cases_call_every_built_in_function() -> None:
    """10.3.4: none is left out."""
    written = "\n".join(case.text for case in ALL)

    assert [name for name in BUILTINS if f"{name}(" not in written] == ["range"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('range("[18..21)")', "[18..21)"),
        ('range("[2..)")', "[2..)"),
        ('range("(..2)")', "(..2)"),
        ('range("[..2)")', None),
        ('range("[3..2]")', None),
        ('range("[1..")', None),
        ('range("")', None),
        ('range("[@\\"2020-01-01\\"..@\\"2020-02-01\\"]")', "[2020-01-01..2020-02-01]"),
        ('range("[date(\\"2020-01-01\\")..date(\\"2020-02-01\\")]")', "[2020-01-01..2020-02-01]"),
        ('range("[\\"a\\"..\\"z\\"]")', '["a".."z"]'),
    ],
)
def test_a_range_is_read_from_a_string(text: str, answer: str | None) -> None:
    """DMN 1.4, 10.3.4.1: range(from)."""
    assert evaluate(text) == answer
