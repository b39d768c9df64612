"""FEEL in script tasks: a context assigns its entries, anything else is the script's value."""

import pytest

from procession.core.values import Value, Values
from procession.errors import ExpressionError
from procession.feel import LANGUAGES, SCRIPTS
from tests.unit.feel.feel_builders import KINDS


def run(text: str, **values: Value) -> Values:
    return SCRIPTS["feel"](text, KINDS).run(values)


def test_the_entries_of_a_context_are_assigned_to_the_variables_of_their_names() -> None:
    answer = run("{Amount: 5, Name: string(Amount + 1), twice: Amount * 2}", Amount=1)

    assert answer == {"Amount": 5, "Name": "6", "": {"Amount": 5, "Name": "6", "twice": 10}}


def test_a_name_with_spaces_is_assigned_as_well() -> None:
    assert run('{first name: "Ann"}')["first name"] == "Ann"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Amount + 1", 5),
        ("if Amount > 3 then {Amount: 1} else null", {"Amount": 1}),
        ("{a: {Amount: 1}}.a", {"Amount": 1}),
        ('[{Amount: "}"}, {Amount: 2}][2]', {"Amount": 2}),
        ("1 / 0", None),
    ],
)
def test_any_other_value_is_the_scripts_own_and_assigns_nothing(text: str, wanted: Value) -> None:
    assert run(text, Amount=4) == {"": wanted}


def test_braces_in_texts_do_not_end_a_context() -> None:
    assert run('{Name: "}{", Amount: 1} // {')["Name"] == "}{"


def test_what_is_wrong_is_refused_at_deployment() -> None:
    with pytest.raises(ExpressionError, match="Amuont") as refused:
        SCRIPTS["feel"]("{Name: Amuont}", KINDS)

    assert refused.value.line == 1


def test_feel_has_the_same_names_for_scripts_as_for_expressions() -> None:
    assert SCRIPTS.keys() == LANGUAGES.keys()
