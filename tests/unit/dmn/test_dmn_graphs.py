"""Requirements graphs: decisions that require each other, services, what is evaluated when."""

import pytest

from procession.dmn import evaluate_decision
from procession.errors import UnknownDecision
from tests.unit.dmn.dmn_builders import (
    decision,
    input_data,
    item,
    knowledge,
    literal,
    model_of,
    result_of,
    value_of,
    variable,
)

AMOUNT = input_data("Amount", "number")


def service(name: str, *references: str, type_: str = "") -> str:
    """A decision service; a reference is `output A`, `input B` or `given C` for input data."""
    kinds = {
        "output": "outputDecision",
        "inside": "encapsulatedDecision",
        "input": "inputDecision",
        "given": "inputData",
    }
    pairs = (each.split(" ", 1) for each in references)
    inner = "".join(f'<{kinds[kind]} href="#{to}"/>' for kind, to in pairs)
    head = f'<decisionService id="{name}" name="{name}">{variable(name, type_)}'
    return f"{head}{inner}</decisionService>"


def test_a_decision_sees_the_values_of_those_that_it_requires() -> None:
    parts = [
        decision("Total", literal("Net + Tax"), needs="!Net, !Tax"),
        decision("Tax", literal("Net * 0.2"), needs="!Net"),
        decision("Net", literal("Amount * 10"), needs="Amount"),
    ]

    assert value_of("Total", AMOUNT, *parts, Amount=5) == 60


def test_a_decision_is_found_by_its_id_its_name_or_its_variable() -> None:
    model = model_of(
        f'<decision id="d1" name="What to pay?">{variable("payment")}{literal("7")}</decision>'
    )

    assert [evaluate_decision(model, name, {}) for name in ("d1", "What to pay?", "payment")] == [
        7
    ] * 3


def test_an_unknown_decision_is_refused_with_a_near_name() -> None:
    with pytest.raises(UnknownDecision, match="there is no decision 'Totl'; did you mean Total"):
        result_of("Totl", decision("Total", literal("1")))


def test_others_see_a_decision_by_the_name_of_its_variable() -> None:
    first = f'<decision id="d1" name="Dish">{variable("dish")}{literal("7")}</decision>'
    second = (
        f'<decision id="d2" name="Drink">{variable("drink")}'
        '<informationRequirement><requiredDecision href="#d1"/></informationRequirement>'
        f"{literal('dish + 1')}</decision>"
    )

    assert value_of("d2", first, second) == 8


def test_the_entries_of_a_required_decision_are_known_by_name() -> None:
    context = (
        f"<context><contextEntry>{variable('net price')}{literal('5')}</contextEntry></context>"
    )
    parts = [decision("A", context), decision("B", literal("A.net price + 1"), needs="!A")]

    assert value_of("B", *parts) == 6


def test_a_decision_is_evaluated_once_however_many_require_it() -> None:
    parts = [decision("L0", literal("[1, 2]"))]
    parts += [
        decision(f"L{n}", literal(f"if L{n - 1} = L{n - 1} then 1 else 0"), needs=f"!L{n - 1}")
        for n in range(1, 60)
    ]
    diamonds = [decision("D0", literal("1"))]
    for n in range(1, 40):
        diamonds += [
            decision(f"A{n}", literal(f"D{n - 1}"), needs=f"!D{n - 1}"),
            decision(f"B{n}", literal(f"D{n - 1}"), needs=f"!D{n - 1}"),
            decision(f"D{n}", literal(f"A{n} + B{n}"), needs=f"!A{n}, !B{n}"),
        ]

    assert value_of("L59", *parts) == 1
    assert value_of("D39", *diamonds) == 2**39


def test_a_chain_of_a_thousand_decisions_needs_no_stack() -> None:
    parts = [decision("D0", literal("1"))]
    parts += [
        decision(f"D{n}", literal(f"D{n - 1} + 1"), needs=f"!D{n - 1}") for n in range(1, 1_000)
    ]

    assert value_of("D999", *parts) == 1_000


def test_a_decision_that_nobody_needs_is_not_evaluated() -> None:
    parts = [decision("A", literal("1")), decision("B", literal("for i in 1..99999999 return i"))]

    assert value_of("A", *parts) == 1


def test_an_input_that_is_not_given_is_null_with_a_warning() -> None:
    logic = decision("D", literal("Amount"), needs="Amount")

    assert result_of("D", AMOUNT, logic).warnings == ("the input Amount is not given; it is null",)
    assert result_of("D", AMOUNT, logic, Amount=None).warnings == ()


def test_an_input_that_only_others_need_is_not_missed() -> None:
    parts = [AMOUNT, decision("A", literal("1")), decision("B", literal("Amount"), needs="Amount")]

    assert value_of("A", *parts) == 1


def test_an_input_may_be_given_by_its_id() -> None:
    parts = [input_data("Net price"), decision("D", literal("Net price"), needs="Net price")]

    assert value_of("D", *parts, Net_price=5) == 5


def test_a_name_that_is_no_input_is_warned_of() -> None:
    result = result_of("D", AMOUNT, decision("D", literal("1")), Amunt=1)

    assert result.warnings == ("there is no input 'Amunt'; did you mean Amount?",)


def test_a_decision_without_logic_is_null_with_a_warning() -> None:
    result = result_of("D", decision("D", ""))

    assert result.value is None
    assert result.warnings == ("D has no logic; it is null",)


# -- services -------------------------------------------------------------------------------------

PARTS = [
    AMOUNT,
    decision("Net", literal("Amount * 2"), needs="Amount"),
    decision("Rate", literal("0.5")),
    decision("Tax", literal("Net * Rate"), needs="!Net, !Rate"),
    decision("Total", literal("Net + Tax"), needs="!Net, !Tax"),
]


def test_a_service_with_one_output_gives_its_value() -> None:
    parts = [
        *PARTS,
        service("S", "output Total", "inside Tax", "inside Net", "inside Rate", "given Amount"),
    ]

    assert value_of("S", *parts, Amount=5) == 15


def test_a_service_with_several_outputs_gives_a_context() -> None:
    parts = [*PARTS, service("S", "output Total", "output Tax", "given Amount")]

    assert value_of("S", *parts, Amount=5) == {"Total": 15, "Tax": 5}


def test_an_input_decision_is_given_and_never_evaluated() -> None:
    parts = [*PARTS, service("S", "output Tax", "input Net", "given Amount")]

    assert value_of("S", *parts, Net=8) == 4
    assert result_of("S", *parts).warnings == ("the input Net is not given; it is null",)


def test_a_service_is_called_with_its_inputs_first_and_then_its_input_decisions() -> None:
    other = input_data("Factor", "number")
    scaled = decision("Scaled", literal("Net - Factor"), needs="!Net, Factor")
    parts = [*PARTS, other, scaled, service("S", "output Scaled", "input Net", "given Factor")]

    assert value_of("D", *parts, decision("D", literal("S(1, 10)"), uses="S")) == 9
    assert value_of("D", *parts, decision("D", literal("S(Net: 3, Factor: 1)"), uses="S")) == 2
    assert value_of("D", *parts, decision("D", literal("S(1)"), uses="S")) is None


def test_a_service_called_twice_is_evaluated_with_each_of_its_inputs() -> None:
    parts = [*PARTS, service("S", "output Net", "given Amount")]
    logic = decision("D", literal("for n in [1, 2] return S(n)"), uses="S")

    assert value_of("D", *parts, logic) == [2, 4]


def test_a_knowledge_model_may_call_a_service() -> None:
    parts = [*PARTS, service("S", "output Net", "given Amount")]
    twice = knowledge("twice", ["n"], literal("S(S(n))"), uses="S")

    assert value_of("D", *parts, twice, decision("D", literal("twice(1)"), uses="twice")) == 4


def test_the_result_of_a_service_has_the_type_of_its_variable() -> None:
    function = item("tS", inner='<functionItem outputTypeRef="string"/>')
    result = result_of("S", function, *PARTS, service("S", "output Rate", type_="tS"))

    assert result.value is None
    assert result.warnings == ("the result of S is 0.5, which is no string; it became null",)
