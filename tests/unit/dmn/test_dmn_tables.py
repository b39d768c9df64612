"""Decision tables: hit policies, aggregations, cells, defaults."""

import pytest

from procession.core.values import Value
from procession.dmn import evaluate
from procession.errors import DecisionError, InvalidProcess
from procession.feel import Budget
from procession.feel.budget import STEPS_MAX
from tests.unit.dmn.dmn_builders import (
    decision,
    input_data,
    model_of,
    result_of,
    table,
    value_of,
)

AGE = input_data("Age", "number")
ROWS = ["< 10 -> 1", "< 20 -> 2", "< 20 -> 2", "< 30 -> 4"]


def of(age: Value, rows: list[str], policy: str, aggregation: str = "", output: str = "") -> Value:
    logic = table(policy, ["Age"], rows, outputs=[output], aggregation=aggregation)
    return value_of("D", AGE, decision("D", logic, needs="Age"), Age=age)


def test_unique_takes_the_one_rule_that_holds() -> None:
    rows = ["< 10 -> 1", "[10..20) -> 2"]

    assert [of(age, rows, "UNIQUE") for age in (5, 15, 25)] == [1, 2, None]


def test_unique_is_the_policy_where_none_is_written() -> None:
    with pytest.raises(DecisionError, match="UNIQUE"):
        of(5, ROWS, "")


def test_a_broken_unique_names_the_table_and_the_rules() -> None:
    with pytest.raises(DecisionError, match=r"^D: the rules 2, 3 and 4 hold at once.*UNIQUE"):
        of(15, ROWS, "UNIQUE")


def test_any_takes_the_output_that_all_rules_agree_on() -> None:
    rows = ["< 10 -> 1", "< 20 -> 2", "> 10 -> 1 + 1"]

    assert of(15, rows, "ANY") == 2


def test_a_broken_any_names_the_table_and_the_rules() -> None:
    with pytest.raises(DecisionError, match=r"^D: the rules 1, 2, 3 and 4 .*different.*ANY"):
        of(5, ROWS, "ANY")


def test_many_rules_that_break_a_policy_are_counted() -> None:
    with pytest.raises(DecisionError, match=r"the rules 1, 2, .*, 10 and 5 more hold"):
        of(5, ["- -> 1"] * 15, "UNIQUE")


def test_first_takes_the_first_rule_and_looks_no_further() -> None:
    assert of(5, [*ROWS, "- -> 9"], "FIRST") == 1
    assert of(25, [*ROWS, "- -> 9"], "FIRST") == 4


def test_priority_takes_the_output_that_stands_first_in_the_output_values() -> None:
    rows = ['< 20 -> "low"', '< 15 -> "high"', '< 30 -> "middle"']
    output = ':string:"high", "middle", "low"'

    found = [of(age, rows, "PRIORITY", output=output) for age in (5, 17, 25)]

    assert found == ["high", "middle", "middle"]


def test_priority_goes_through_several_outputs_from_left_to_right() -> None:
    outputs = ['a::"x", "y"', "b", "c::2, 1"]
    rows = ['- -> "y"; 7; 2', '- -> "x"; 8; 1', '- -> "x"; 9; 2']
    logic = table("PRIORITY", ["Age"], rows, outputs=outputs)

    value = value_of("D", AGE, decision("D", logic, needs="Age"), Age=1)

    assert value == {"a": "x", "b": 9, "c": 2}


def test_priority_may_take_its_order_from_the_type_of_the_output() -> None:
    types = (
        '<itemDefinition name="t"><typeRef>string</typeRef><allowedValues><text>"b", "a"</text>'
        "</allowedValues></itemDefinition>"
    )
    logic = table("PRIORITY", ["Age"], ['- -> "a"', '- -> "b"'], outputs=[":t"])

    assert value_of("D", types, AGE, decision("D", logic, needs="Age"), Age=1) == "b"


def test_output_order_lists_all_outputs_by_the_output_values() -> None:
    rows = ['< 20 -> "low"', '< 15 -> "high"', '< 30 -> "low"']

    assert of(5, rows, "OUTPUT ORDER", output=':string:"high", "low"') == ["high", "low", "low"]


def test_rule_order_and_collect_list_all_outputs_as_the_rules_stand() -> None:
    assert of(5, ROWS, "RULE ORDER") == [1, 2, 2, 4]
    assert of(15, ROWS, "COLLECT") == [2, 2, 4]


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("SUM", 9), ("MIN", 1), ("MAX", 4), ("COUNT", 4)]
)
def test_collect_with_an_aggregation_makes_one_number(aggregation: str, expected: int) -> None:
    assert of(5, ROWS, "COLLECT", aggregation) == expected


def test_a_sum_of_what_is_no_number_is_null() -> None:
    assert of(5, ["- -> 1", '- -> "a"'], "COLLECT", "SUM") is None


@pytest.mark.parametrize(
    "policy",
    [
        *("UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"),
        *("COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "COLLECT COUNT"),
    ],
)
def test_where_no_rule_holds_the_default_comes_out_or_nothing(policy: str) -> None:
    name, _, aggregation = policy.partition(" ") if policy[:2] == "CO" else (policy, "", "")
    nothing = {"RULE ORDER": [], "OUTPUT ORDER": [], "COLLECT": [], "COLLECT COUNT": 0}

    assert of(99, ROWS, name, aggregation, output="::1, 2, 4") == nothing.get(policy)
    assert of(99, ROWS, name, aggregation, output="::1, 2, 4:0") == 0


def test_several_outputs_make_a_context_and_so_do_their_defaults() -> None:
    logic = table("UNIQUE", ["Age"], ["< 10 -> 1; 2"], outputs=["a", "b:::7"])
    parts = [AGE, decision("D", logic, needs="Age")]

    assert value_of("D", *parts, Age=1) == {"a": 1, "b": 2}
    assert value_of("D", *parts, Age=11) == {"a": None, "b": 7}


@pytest.mark.parametrize("cell", ["-", "", " - "])
def test_a_dash_and_an_empty_cell_hold_for_everything(cell: str) -> None:
    rows = [f"{cell} ; -> 1"]
    logic = table("UNIQUE", ["Age", "Age"], rows)

    assert result_of("D", AGE, decision("D", logic, needs="Age")).value == 1


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ("18", 18, True),
        (">= 18, null", None, True),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False),
        ("[1..3)", 3, False),
        ("< Limit", 4, True),
        ("< Limit", 5, False),
        ("even(?)", 4, True),
        ("? > Limit and even(?)", 6, True),
        ("< Limit", None, False),
    ],
)
def test_cells_are_unary_tests_that_see_what_the_decision_sees(
    cell: str, value: Value, holds: bool
) -> None:
    logic = table("UNIQUE", ["Age"], [f"{cell} -> true"], outputs=[":boolean::false"])
    parts = [AGE, input_data("Limit"), decision("D", logic, needs="Age, Limit")]

    assert value_of("D", *parts, Age=value, Limit=5) is holds


def test_outputs_and_inputs_are_expressions() -> None:
    logic = table("UNIQUE", ["Age * 2"], ["10 -> Age + 1"])

    assert value_of("D", AGE, decision("D", logic, needs="Age"), Age=5) == 6


def test_a_table_without_inputs_has_rules_that_always_hold() -> None:
    assert value_of("D", decision("D", table("UNIQUE", [], [" -> 7"]))) == 7


def test_an_input_outside_its_input_values_becomes_null_with_a_warning() -> None:
    """As in the published conformance tests (TCK 1157)."""
    logic = table("UNIQUE", ['Kind:string:"a", "b"'], ['"c" -> 1', "null -> 2"])
    result = result_of("D", input_data("Kind"), decision("D", logic, needs="Kind"), Kind="c")

    assert result.value == 2
    assert result.warnings == (
        "the input Kind of D is 'c', none of its input values; it became null",
    )


def test_an_output_outside_its_output_values_becomes_null_with_a_warning() -> None:
    logic = table("UNIQUE", ["Age"], ["- -> 3"], outputs=["n::1, 2"])
    result = result_of("D", AGE, decision("D", logic, needs="Age"), Age=1)

    assert result.value is None
    assert result.warnings == (
        "the output n of D of rule 1 is 3, none of its output values; it became null",
    )


def test_an_output_of_another_type_becomes_null_with_a_warning() -> None:
    logic = table("UNIQUE", ["Age"], ['- -> "x"'], outputs=["n:number"])
    result = result_of("D", AGE, decision("D", logic, needs="Age"), Age=1)

    assert result.value is None
    assert "'x', which is no number" in result.warnings[0]


def test_an_input_that_nobody_draws_is_one_all_the_same() -> None:
    logic = table("UNIQUE", ["season:string", "guests:integer"], ['"Winter"; > 8 -> "Roast"'])

    assert value_of("D", decision("D", logic), season="Winter", guests=9) == "Roast"


def test_a_name_that_is_drawn_needs_its_requirement() -> None:
    logic = table("UNIQUE", ["Age"], ["- -> 1"])
    with pytest.raises(InvalidProcess, match="'Age' is not known"):
        model_of(AGE, decision("D", logic))


def test_a_table_of_a_thousand_rules_costs_little_of_the_budget() -> None:
    rows = [f'[{n}..{n + 1}); "a", "k{n}" -> {n}' for n in range(1_000)]
    logic = table("UNIQUE", ["Age:number", "Kind:string"], rows)
    model = model_of(AGE, input_data("Kind"), decision("D", logic, needs="Age, Kind"))
    budget = Budget()

    result = evaluate(model, "D", {"Age": 999, "Kind": "a"}, budget=budget)

    assert result.value == 999
    assert STEPS_MAX - budget.steps_reserve - budget.steps_left < 5_000
