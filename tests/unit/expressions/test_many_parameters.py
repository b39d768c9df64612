"""A process may have a thousand parameters, and thousands of texts that name one or two of them."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from procession.core.values import DataType, Kind
from procession.errors import ExpressionError
from procession.expressions.formula import compile_formula
from procession.expressions.script import compile_script
from procession.feel.language import compile_feel

NUMBER = Kind(DataType.INTEGER)


class Asked(dict[str, Kind]):
    """The kinds of many parameters, which nobody may go through one by one."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a text looks at every parameter")

    def items(self) -> object:  # type: ignore[override]
        raise AssertionError("a text looks at every parameter")


def many() -> dict[str, Kind]:
    return {f"Number{number}": NUMBER for number in range(1_000)}


def test_a_formula_looks_only_at_the_parameters_that_it_names() -> None:
    formula = compile_formula("Number7 * 2 + Number8", Asked(many()))

    assert formula.evaluate({"Number7": 3, "Number8": 4}) == 10


@pytest.mark.parametrize("compiles", [compile_formula, compile_script, compile_feel])
def test_a_name_that_is_none_of_many_is_refused_with_those_that_are_near(
    compiles: Callable[[str, Mapping[str, Kind]], object],
) -> None:
    text = "Number1 = Nunber999" if compiles is compile_script else "Nunber999 + 1"

    with pytest.raises(ExpressionError, match="did you mean Number999"):
        compiles(text, many())


def test_a_script_gives_what_it_changes_in_the_order_of_the_parameters() -> None:
    kinds = {code: Kind(DataType.ANY) for code in ("Third", "First", "Second")}
    script = compile_script("First.append(1)\nSecond.append(2)\nThird.append(3)", kinds)

    assert list(script.run({code: [] for code in kinds})) == list(kinds)


def test_a_code_that_python_reads_in_another_form_is_found() -> None:
    formula = compile_formula("\ufb01le + 1", {"\ufb01le": NUMBER})

    assert formula.evaluate({"\ufb01le": 4}) == 5
