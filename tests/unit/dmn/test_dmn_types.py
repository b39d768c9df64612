"""Types: what fits, what is converted, what becomes null (DMN 1.5, 10.3.2.9.4)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from procession.core.values import Value
from procession.dmn import input_from_text
from procession.errors import BadValue
from procession.feel.kinds import Date
from tests.unit.dmn.dmn_builders import (
    allowed,
    component,
    decision,
    input_data,
    item,
    literal,
    model_of,
    result_of,
    value_of,
)

TYPES = [
    item("tAge", "number", inner=allowed("[0..120]")),
    item("tColour", "string", inner=allowed('"red", "green"')),
    item("tColours", "tColour", many=True),
    item("tNumbers", "number", many=True),
    item("tPerson", inner=component("name", "string") + component("age", "tAge")),
    item("tPeople", "tPerson", many=True),
    item(
        "tFew",
        "number",
        inner="<typeConstraint><text>count(?) &lt; 3</text></typeConstraint>",
        many=True,
    ),
    item(
        "tNested",
        inner=f'<itemComponent name="person">{component("x y", "number")}</itemComponent>',
    ),
]


def fits(type_: str, value: Value) -> Value:
    """The value of a decision of this type; null where it does not fit, which is warned of."""
    parts = [
        *TYPES,
        input_data("Given"),
        decision("D", literal("Given"), type_=type_, needs="Given"),
    ]
    result = result_of("D", *parts, Given=value)
    assert bool(result.warnings) == (result.value is None and value is not None)
    return result.value


ADA = {"name": "Ada", "age": 36}


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("number", 5, 5),
        ("number", "5", None),
        ("number", [5], 5),
        ("number", [[5]], 5),
        ("number", [5, 6], None),
        ("number", [[]], None),
        ("number", None, None),
        ("string", ["a"], "a"),
        ("string", [1], None),
        ("boolean", True, True),
        ("Any", "x", "x"),
        ("", "x", "x"),
        ("feel:number", 5, 5),
        ("integer", 5, 5),
        ("date", date(2026, 1, 31), date(2026, 1, 31)),
        ("date and time", date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)),
        ("dateTime", datetime(2026, 1, 31, 5), datetime(2026, 1, 31, 5)),
        ("tAge", 36, 36),
        ("tAge", 121, None),
        ("tColour", "red", "red"),
        ("tColour", "blue", None),
        ("tColours", ["red", "green"], ["red", "green"]),
        ("tColours", ["red", "blue"], None),
        ("tColours", "red", ["red"]),
        ("tColours", [], []),
        ("tNumbers", 5, [5]),
        ("tNumbers", "x", None),
        ("tNumbers", [1, None], [1, None]),
        ("tFew", [1, 2], [1, 2]),
        ("tFew", [1, 2, 3], None),
        ("tPerson", ADA, ADA),
        ("tPerson", {**ADA, "more": 1}, {**ADA, "more": 1}),
        ("tPerson", {"name": "Ada"}, None),
        ("tPerson", {"name": "Ada", "age": None}, {"name": "Ada", "age": None}),
        ("tPerson", {"name": "Ada", "age": 999}, None),
        ("tPerson", [ADA], ADA),
        ("tPeople", ADA, [ADA]),
        ("tPeople", [ADA, ADA], [ADA, ADA]),
        ("tNested", {"person": {"x y": 1}}, {"person": {"x y": 1}}),
        ("tNested", {"person": 1}, None),
    ],
)
def test_a_result_is_as_its_type_says_or_null(type_: str, value: Value, expected: Value) -> None:
    assert fits(type_, value) == expected


def test_an_input_that_does_not_fit_becomes_null_and_says_so() -> None:
    parts = [*TYPES, input_data("Given", "tAge"), decision("D", literal("Given"), needs="Given")]
    result = result_of("D", *parts, Given=121)

    assert result.value is None
    assert result.warnings == ("the input Given is 121, which is no tAge; it became null",)


def test_the_type_of_an_expression_counts_before_that_of_the_decision() -> None:
    logic = decision("D", literal("5", type_="tNumbers"), type_="number")

    assert value_of("D", *TYPES, logic) == 5


def test_the_components_of_a_type_are_known_by_name() -> None:
    parts = [
        *TYPES,
        input_data("N", "tNested"),
        decision("D", literal("N.person.x y + 1"), needs="N"),
    ]

    assert value_of("D", *parts, N={"person": {"x y": 1}}) == 2


def test_numbers_come_out_whole_where_they_are_whole() -> None:
    assert [value_of("D", decision("D", literal(text))) for text in ("4 / 2", "1 / 4")] == [
        2,
        Decimal("0.25"),
    ]


# -- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("number", "12.50", Decimal("12.5")),
        ("number", "", None),
        ("number", "null", None),
        ("string", "12", "12"),
        ("string", "", ""),
        ("boolean", "true", True),
        ("date", "2026-01-31", Date(2026, 1, 31)),
        ("tColour", "red", "red"),
        ("tColours", '["red"]', ["red"]),
        ("tNumbers", "[1, 2]", [1, 2]),
        ("tPerson", '{"name": "Ada", "age": 36}', ADA),
        ("tPerson", '{name: "Ada", age: 36}', ADA),
        ("", "true", True),
        ("", "-1.5", Decimal("-1.5")),
        ("", "Ada Lovelace", "Ada Lovelace"),
        ("", "2026-01-31", "2026-01-31"),
        ("", '@"2026-01-31"', Date(2026, 1, 31)),
        ("", "[1]", [1]),
        ("", '"1"', "1"),
    ],
)
def test_a_text_is_read_by_the_type_of_its_input(type_: str, text: str, expected: Value) -> None:
    model = model_of(*TYPES, input_data("Given", type_), decision("D", literal("1")))

    assert input_from_text(model, "Given", text) == expected


@pytest.mark.parametrize(
    ("type_", "text", "message"),
    [
        ("number", "x", "Given: 'x' is no number; write it as 12.5"),
        ("boolean", "yes", "Given: 'yes' cannot be read.*write true or false"),
        ("date", "31.01.2026", "is no date; write it as 2026-01-31"),
        ("date and time", "x", "is no date and time; write it as 2026-01-31T13:45:00"),
        ("time", "x", "write it as 13:45:00"),
        ("days and time duration", "P1Y", "write it as P1DT2H"),
        ("tColour", "blue", 'is no tColour; allowed are "red", "green"'),
        ("tNumbers", "[1, true]", r"write it as \[1, 2, 3\]"),
        ("tPerson", "{name: 1}", "is no tPerson; write it as {name"),
        ("tPerson", "{name", "cannot be read"),
        ("string", "\0", "NUL"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_with_one_that_would(
    type_: str, text: str, message: str
) -> None:
    model = model_of(*TYPES, input_data("Given", type_), decision("D", literal("1")))
    with pytest.raises(BadValue, match=message):
        input_from_text(model, "Given", text)


def test_an_unknown_input_is_refused_with_a_near_name() -> None:
    model = model_of(input_data("Amount"), decision("D", literal("1")))
    with pytest.raises(BadValue, match="there is no input 'Amunt'; did you mean Amount"):
        input_from_text(model, "Amunt", "1")


def test_a_types_own_allowed_values_stand_instead_of_those_of_the_type_it_is_made_of() -> None:
    """As in the published conformance tests (TCK 0104)."""
    types = [
        item("tColour", "string", inner=allowed('"red", "green"')),
        item("tSame", "tColour"),
        item("tSide", "tColour", inner=allowed('"left", "right"')),
    ]

    def result(type_: str, text: str) -> Value:
        return result_of("D", *types, decision("D", literal(text), type_=type_)).value

    assert [result("tSide", '"left"'), result("tSide", '"red"')] == ["left", None]
    assert [result("tSame", '"left"'), result("tSame", '"red"')] == [None, "red"]
