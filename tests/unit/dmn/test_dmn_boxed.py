"""Boxed expressions, each with its result."""

from datetime import date

import pytest

from procession.core.values import Value
from procession.errors import DecisionError, InvalidProcess
from tests.unit.dmn.dmn_builders import (
    component,
    computed,
    decision,
    entry,
    formals,
    input_data,
    invocation,
    item,
    knowledge,
    literal,
    model_of,
    result_of,
    table,
    value_of,
)

PERSON = item("tPerson", inner=component("name", "string") + component("age", "number"))
PEOPLE = [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 12}, {"name": "Cy", "age": 70}]


def each(name: str, logic: str) -> str:
    return f"<{name}>{logic}</{name}>"


def test_a_literal_expression_sees_the_inputs_that_it_requires() -> None:
    assert computed(literal("Amount * 2"), Amount=4) == 8


def test_names_may_hold_spaces_and_signs() -> None:
    parts = [input_data("Net price", "number"), input_data("tax-rate", "number")]
    logic = decision("D", literal("Net price * (1 + tax-rate)"), needs="Net price, tax-rate")

    assert value_of("D", *parts, logic, **{"Net price": 10, "tax-rate": 0.5}) == 15


def test_an_empty_literal_is_null() -> None:
    assert computed("<literalExpression><text> </text></literalExpression>") is None
    assert computed("<literalExpression/>") is None


def test_a_context_is_its_entries_and_each_sees_those_before() -> None:
    logic = each(
        "context",
        entry("a", literal("1")) + entry("b", literal("a + 1")) + entry("a b", literal("b")),
    )

    assert computed(logic) == {"a": 1, "b": 2, "a b": 2}


def test_an_entry_without_a_name_is_the_result_of_the_context() -> None:
    logic = each("context", entry("a", literal("Amount + 1")) + entry("", literal("a * 10")))

    assert computed(logic, Amount=1) == 20


def test_a_context_without_entries_is_empty() -> None:
    assert computed("<context/>") == {}


def test_the_entries_of_a_nested_context_are_reached_by_their_names() -> None:
    inner = each("context", entry("net price", literal("5")))
    logic = each("context", entry("order", inner) + entry("", literal("order.net price * 2")))

    assert computed(logic) == 10


def test_a_list_and_a_relation_hold_expressions() -> None:
    row = each("row", literal("Amount") + literal('"x"'))
    relation = f'<relation><column name="n"/><column name="s"/>{row}{row}</relation>'

    assert computed(each("list", literal("Amount") + literal("2 + 3")), Amount=1) == [1, 5]
    assert computed(relation, Amount=1) == [{"n": 1, "s": "x"}] * 2


@pytest.mark.parametrize(("given", "expected"), [(1, "low"), (9, "high"), (None, "high")])
def test_a_conditional_takes_the_first_branch_only_if_its_condition_is_true(
    given: Value, expected: str
) -> None:
    logic = each(
        "conditional",
        each("if", literal("Amount < 5"))
        + each("then", literal('"low"'))
        + each("else", literal('"high"')),
    )

    assert computed(logic, Amount=given) == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("item.age > 30", [PEOPLE[0], PEOPLE[2]]),
        ("age > 30 and name != Limit", [PEOPLE[0], PEOPLE[2]]),
        ("1", PEOPLE[0]),
        ("-1", PEOPLE[2]),
        ("false", []),
    ],
)
def test_a_filter_keeps_the_items_for_which_its_match_holds(match: str, expected: Value) -> None:
    people = item("tPeople", "tPerson", many=True)
    logic = each("filter", each("in", literal("People")) + each("match", literal(match)))
    parts = [PERSON, people, input_data("People", "tPeople"), input_data("Limit")]

    value = value_of(
        "D", *parts, decision("D", logic, needs="People, Limit"), People=PEOPLE, Limit="x"
    )

    assert value == expected


def test_a_filter_takes_what_is_no_list_as_a_list_of_it() -> None:
    logic = each("filter", each("in", literal("Amount")) + each("match", literal("item > 3")))

    assert computed(logic, Amount=4) == [4]


def loop(name: str, inner: str, body: str, source: str = "[1, 2, 3]") -> str:
    head = f'<{name} iteratorVariable="n">'
    return f"{head}{each('in', literal(source))}{each(inner, literal(body))}</{name}>"


def test_for_makes_a_list_and_sees_what_it_has_made() -> None:
    assert computed(loop("for", "return", "n * Amount"), Amount=2) == [2, 4, 6]
    assert computed(loop("for", "return", "count(partial) + n")) == [1, 3, 5]


def test_some_and_every_ask_all_items() -> None:
    assert computed(loop("some", "satisfies", "n > 2")) is True
    assert computed(loop("some", "satisfies", "n > 3")) is False
    assert computed(loop("every", "satisfies", "n > 0")) is True
    assert computed(loop("every", "satisfies", "n > 1")) is False


def test_an_iterator_sees_the_entries_of_its_items_by_their_names() -> None:
    relation = f'<relation><column name="net price"/>{each("row", literal("3"))}</relation>'
    body = each("return", literal("n.net price"))
    logic = f'<for iteratorVariable="n">{each("in", relation)}{body}</for>'

    assert computed(logic) == [3]


def test_loops_within_loops_keep_their_own_items() -> None:
    inner = (
        f'<for iteratorVariable="m">{each("in", literal("[10, 20]"))}'
        f"{each('return', literal('n + m'))}</for>"
    )
    logic = (
        f'<for iteratorVariable="n">{each("in", literal("[1, 2]"))}{each("return", inner)}</for>'
    )

    assert computed(logic) == [[11, 21], [12, 22]]


def test_an_entry_named_item_hides_nothing_else() -> None:
    source = literal("[{item: 3, a: 1}, {item: 4, a: 2}]")
    logic = each("filter", each("in", source) + each("match", literal("item.a = 2 and a = 2")))

    assert computed(logic) == [{"item": 4, "a": 2}]


# -- functions ------------------------------------------------------------------------------------

DOUBLE = knowledge("double", ["n:number"], literal("n * 2"))


def test_a_function_definition_sees_what_is_around_it() -> None:
    function = f"<functionDefinition>{formals(['n'])}{literal('n * rate')}</functionDefinition>"
    logic = each(
        "context",
        entry("rate", literal("3")) + entry("times", function) + entry("", literal("times(2)")),
    )

    assert computed(logic) == 6


def test_a_function_is_no_result() -> None:
    function = f"<functionDefinition>{literal('1')}</functionDefinition>"
    with pytest.raises(DecisionError, match="D: a function is no value"):
        computed(function)


def test_a_knowledge_model_is_invoked_by_the_names_of_its_parameters() -> None:
    logic = decision("D", invocation("double", n="Amount + 1"), needs="Amount", uses="double")

    assert value_of("D", DOUBLE, input_data("Amount"), logic, Amount=4) == 10


@pytest.mark.parametrize("text", ["double(5)", "double(n: 5)", "[1, 5][double(item) = 10][1] * 2"])
def test_a_knowledge_model_is_called_in_a_text_as_well(text: str) -> None:
    assert value_of("D", DOUBLE, decision("D", literal(text), uses="double")) == 10


def test_a_knowledge_model_may_be_a_table_and_use_others() -> None:
    fee = knowledge(
        "fee", ["n"], table("FIRST", ["n"], ["> 10 -> double(n)", "- -> 1"]), uses="double"
    )
    logic = decision("D", literal("[fee(20), fee(5)]"), uses="fee")

    assert value_of("D", DOUBLE, fee, logic) == [40, 1]


def test_an_argument_that_does_not_fit_becomes_null_and_the_function_runs() -> None:
    logic = decision("D", invocation("f", n='"x"'), uses="f")
    result = result_of("D", knowledge("f", ["n:number"], literal("n = null")), logic)

    assert result.value is True
    assert "the argument n of f is 'x', which is no number" in result.warnings[0]


def test_the_wrong_number_of_arguments_gives_null() -> None:
    assert value_of("D", DOUBLE, decision("D", literal("double()"), uses="double")) is None
    assert value_of("D", DOUBLE, decision("D", literal("double(1, 2)"), uses="double")) is None


def test_a_binding_that_the_function_does_not_take_gives_null_with_a_warning() -> None:
    logic = decision("D", invocation("double", n="1", m="2"), uses="double")
    result = result_of("D", DOUBLE, logic)

    assert result.value is None
    assert result.warnings == ("D binds 'm', which double does not take",)


def test_invoking_what_is_no_function_gives_null() -> None:
    assert computed(invocation("Amount", n="1"), Amount=5) is None
    assert computed(invocation("sum", list="[1, 2]")) == 3


def test_the_result_of_a_knowledge_model_has_the_type_of_its_variable() -> None:
    strings = item("tFunction", inner='<functionItem outputTypeRef="string"/>')
    for type_ in ("string", "tFunction"):
        model = knowledge("f", [], literal("5"), type_=type_)
        result = result_of("D", strings, model, decision("D", literal("f()"), uses="f"))
        assert result.value is None
        assert "which is no string" in result.warnings[0]


def test_functions_that_call_each_other_without_end_are_stopped() -> None:
    logic = each(
        "context",
        entry("f", literal("function(g, n) g(g, n + 1)")) + entry("", literal("f(f, 0)")),
    )
    with pytest.raises(DecisionError, match=r"^D: "):
        computed(logic)


def test_a_loop_of_a_table_ends_with_the_budget() -> None:
    slow = knowledge("slow", ["n"], table("COLLECT", ["n"], ["> 0 -> 1"] * 1_000))
    logic = decision("D", literal("for i in 1..100000 return slow(i)"), uses="slow")
    with pytest.raises(DecisionError, match="D: it takes more than"):
        value_of("D", slow, logic)


def test_now_is_the_moment_that_is_given() -> None:
    assert computed(literal("today()")) == date(2026, 1, 1)


def test_expressions_are_nested_up_to_a_bound() -> None:
    fine = each("list", "<list>" * 20 + "</list>" * 20)
    deep = each("list", "<list>" * 40 + "</list>" * 40)

    assert computed(fine) is not None
    with pytest.raises(InvalidProcess, match="too-deep"):
        model_of(decision("D", deep))
