"""FEEL as the language of a process: it is asked for by name, and knows no clock there."""

import pytest

from procession.catalog import CONDITIONS, LANGUAGES
from procession.core.values import DataType, Kind
from procession.errors import ExpressionError
from procession.feel import compile_feel

AMOUNT = {"Amount": Kind(DataType.INTEGER)}


@pytest.mark.parametrize("name", ["feel", "https://www.omg.org/spec/DMN/20191111/FEEL/"])
def test_a_file_may_ask_for_feel_by_name(name: str) -> None:
    assert LANGUAGES[name]("Amount + 1", AMOUNT).evaluate({"Amount": 4}) == 5
    assert CONDITIONS[name]("Amount in [1..5]", AMOUNT).evaluate({"Amount": 4}) is True


@pytest.mark.parametrize("text", ["now()", "today ( ) > Amount", "Amount + now()"])
def test_a_process_cannot_ask_for_the_time(text: str) -> None:
    with pytest.raises(ExpressionError, match="give the moment as a parameter") as refused:
        compile_feel(text, AMOUNT)

    assert refused.value.column > 0


def test_a_parameter_may_have_the_name_of_a_function_of_time() -> None:
    moment = {"today": Kind(DataType.INTEGER)}

    assert compile_feel("today + 1", moment).evaluate({"today": 1}) == 2
