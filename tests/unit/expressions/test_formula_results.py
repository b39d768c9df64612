"""What formulas give."""

from collections import ChainMap
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from procession.core.values import DataType, Kind, Value
from procession.expressions import CONDITIONS, LANGUAGES
from tests.unit.expressions.expression_builders import GUID, KINDS, VALUES, evaluate


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("2 ** 10", 1024),
        ("+Amount - -Amount", 42),
        ("Amount * 2", 42),
        ("1_000", 1000),
        ("0xff", 255),
        ("(-1) ** 1000001", -1),
        ("1 ** 10 ** 20", 1),
    ],
)
def test_whole_numbers_stay_whole(text: str, result: int) -> None:
    assert evaluate(text) == result
    assert type(evaluate(text)) is int


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1 / 4", "0.25"),
        ("Amount / 2", "10.5"),
        ("Price * 2", "25.00"),
        ("Price + Ratio", "12.60"),
        ("Ratio + Price", "12.60"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("-7.5 // 2", "-4"),
        ("-7.5 % 2", "0.5"),
        ("7.5 % -2", "-0.5"),
        ("2 ** -1", "0.5"),
        ("1.5 ** 2", "2.25"),
        ("-Price", "-12.50"),
        ("12345678901234567.89", "12345678901234567.89"),
        ("1_0.5", "10.5"),
        ("1e3", "1E+3"),
    ],
)
def test_money_is_exact(text: str, result: str) -> None:
    assert str(evaluate(text)) == result
    assert type(evaluate(text)) is Decimal


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Ratio * 2", 0.2),
        ("Ratio + Amount", 21.1),
        ("Amount / Ratio", 21 / 0.1),
        ("float(2) ** 2", 4.0),
        ("float(7) // 2", 3.0),
        ("float(7) % 4", 3.0),
    ],
)
def test_floats_among_themselves_and_whole_numbers_stay_floats(text: str, result: float) -> None:
    assert evaluate(text) == result
    assert type(evaluate(text)) is float


@pytest.mark.parametrize(
    "text",
    [
        "Amount > 5",
        "5 < Amount <= 21 < 22.5",
        "not 5 < Amount < 20",
        "Ratio == 0.1",
        "0.1 == Ratio",
        "Ratio <= 0.1 and Ratio >= 0.1",
        "0.1 + 0.2 == 0.3",
        "Price == 12.5",
        "float(21) == Amount",
        "Name == 'Ann Lee'",
        "'Ann' < Name",
        "Id == Owner",
        f"Id == '{GUID}'",
        f"'{{{GUID.upper()}}}' == Id",
        f"guid('{GUID}') == Id",
        "Id != '00000000-0000-0000-0000-000000000006'",
        "Score == None",
        "Amount != None",
        "None == None",
        "Score is None",
        "Amount is not None",
        "'Lee' in Name",
        "'lee' not in Name",
        "Amount in [1, 21.0]",
        "Amount in (20, 21)",
        "Name in [row.Name for row in Rows] or True",
        f"Id in ['{GUID}']",
        "'Name' in Rows[0]",
        "5 not in Rows[0]",
        "[1, [2, 'x']] == [1.0, [2, 'x']]",
        "[1] != [1, 2]",
        "{'a': 1} == {'a': 1.0}",
        "{'a': 1} != {'b': 1}",
        "Rows[0] == {'Amount': 5, 'Name': 'bolt'}",
        "Rows == Rows",
        "Due > datetime('2026-01-31T13:44:00Z')",
        "Day == date(2026, 1, 31)",
        "At >= time('13:45')",
        "days(1) == hours(24)",
        "[Amount] != [Name]",
        "any(row.Amount > 20 for row in Rows)",
        "not all(row.Amount > 20 for row in Rows)",
        "all([row.Amount > 1 for row in Rows])",
        "any([0, '', None, 3])",
        "not any([])",
        "all([])",
    ],
)
def test_conditions_that_hold(text: str) -> None:
    assert evaluate(text) is True
    assert CONDITIONS[""](text, KINDS).evaluate(VALUES) is True


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Name and Amount", 21),
        ("Score or 5", 5),
        ("'' or 0 or 'x'", "x"),
        ("Score and Score + 1", None),
        ("0 and 1 and 2", 0),
        ("'big' if Amount > 20 else 'small'", "big"),
        ("'big' if Amount > 30 else 'small'", "small"),
        ("not Name", False),
    ],
)
def test_and_or_if_are_pythons(text: str, result: Value) -> None:
    assert evaluate(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("'a' + \"b\" 'c'", "abc"),
        ("'ab' * 2 + 2 * '-'", "abab--"),
        ("'ab' * -1", ""),
        ("Name[0]", "A"),
        ("Name[-3:]", "Lee"),
        ("Name[::2]", "AnLe"),
        ("f'{Name}: {Amount}'", "Ann Lee: 21"),
        ("f'{Price:.1f}|{Amount:05d}|{Name:>9}|{Ratio:%}'", "12.5|00021|  Ann Lee|10.000000%"),
        ("f'{Due:%d.%m.%Y %H:%M} {Day:%Y} {At:%H}'", "31.01.2026 13:45 2026 13"),
        ("f'{Due} {Day} {At} {Id}'", f"2026-01-31T13:45:00Z 2026-01-31 13:45:00 {GUID}"),
        ("f'{Score}|{Score:5d}|{Paid}|{{}}'", "||True|{}"),
        ("f'{Name!s}'", "Ann Lee"),
        ("f'{1.50 * 2}'", "3.00"),
        ("str(Price) + str(Score) + str(Paid)", "12.50True"),
        ("f\"{('x' * 600).startswith('x')}\"", "True"),
        ("str(Rows[0])", '{"Name": "bolt", "Amount": 5}'),
        ("f'{[1, Id]}'", f'[1, "{GUID}"]'),
    ],
)
def test_texts(text: str, result: str) -> None:
    assert evaluate(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("[1, Amount, 'x']", [1, 21, "x"]),
        ("(1, 2)", [1, 2]),
        ("[]", []),
        ("[1] + [2] * 2", [1, 2, 2]),
        ("[None, 1][1] + [1, None][0]", 2),
        ("2 * [0]", [0, 0]),
        ("Rows[0].Name", "bolt"),
        ("Rows[-1]['Name']", "axle"),
        ("Rows[Amount - 20].Name", "nut"),
        ("Any[0].Inner[0].Deep", "x"),
        ("Any[0]['Inner'][0]['De' + 'ep']", "x"),
        ("Rows[1:][0].Amount", 30),
        ("[row.Name for row in Rows if row.Amount < 20]", ["bolt", "axle"]),
        ("[x for row in Rows for x in row.Name if x > 't' if x < 'v']", ["u"]),
        ("[x * y for x in range(3) for y in range(x)]", [0, 0, 2]),
        ("[[x for x in range(n)] for n in range(3)]", [[], [0], [0, 1]]),
        ("[x for x in range(2)] + [x for x in 'ab']", [0, 1, "a", "b"]),
        ("[Amount for Amount in [1]] + [Amount]", [1, 21]),
        ("[name for name in Rows[0]]", ["Name", "Amount"]),
        ("[a + b for a, b in [[1, 2], [3, 4]]]", [3, 7]),
        ("[a + b + c for a, (b, c) in [[1, [2, 3]]]]", [6]),
        ("{row.Name: row.Amount for row in Rows}", {"bolt": 5, "nut": 30, "axle": 10}),
        ("{'a': 1, 'b': [Amount]}", {"a": 1, "b": [21]}),
        ("{'a': Amount}.a", 21),
        ("{}", {}),
    ],
)
def test_lists_and_rows(text: str, result: Value) -> None:
    assert evaluate(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Due + days(1)", datetime(2026, 2, 1, 13, 45, tzinfo=UTC)),
        ("Due - hours(0.5)", datetime(2026, 1, 31, 13, 15, tzinfo=UTC)),
        ("Day + weeks(2)", date(2026, 2, 14)),
        ("Day - days(31)", date(2025, 12, 31)),
        ("Due - datetime(Day)", timedelta(hours=13, minutes=45)),
        ("Day - date('2026-01-01')", timedelta(days=30)),
        ("(Day - date('2026-01-01')) / days(1)", Decimal(30)),
        ("hours(25) // days(1)", 1),
        ("days(1) / 4 + minutes(30) * 2 - seconds(60)", timedelta(hours=6, minutes=59)),
        ("2 * days(1.5)", timedelta(days=3)),
        ("-days(1)", timedelta(days=-1)),
        ("abs(days(-1))", timedelta(days=1)),
        ("add_months(Day, 1)", date(2026, 2, 28)),
        ("add_months(Due, -13)", datetime(2024, 12, 31, 13, 45, tzinfo=UTC)),
        ("add_months(Day, 11)", date(2026, 12, 31)),
    ],
)
def test_dates_and_durations(text: str, result: Value) -> None:
    assert evaluate(text) == result
    assert type(evaluate(text)) is type(result)


@pytest.mark.parametrize("number", [("1", 1), ("0.5", Decimal("0.5"))])
def test_a_constant_is_computed_once_and_a_list_each_time(number: tuple[str, Value]) -> None:
    text, value = number

    expression = LANGUAGES[""](f"[{text}]", KINDS)

    assert expression.evaluate({}) == [value]
    assert expression.evaluate({}) is not expression.evaluate({})


def test_an_expression_may_go_over_several_lines_without_brackets() -> None:
    text = """
        Amount > 5          # more than a few
        and Paid
    """

    assert evaluate(text) is True


def test_a_parameter_without_a_value_is_none() -> None:
    assert LANGUAGES[""]("Score", KINDS).evaluate({}) is None
    assert LANGUAGES[""]("Score", KINDS).evaluate(ChainMap({}, {"Score": 3})) == 3


def test_a_parameters_own_value_is_passed_on_as_it_stands() -> None:
    rows = [{"Name": "x" * 1000, "Amount": 1}] * 10_000

    assert evaluate("Rows", Rows=rows) is rows


def test_parameters_may_be_named_in_any_script_and_like_functions() -> None:
    kinds = {"Имя": Kind(DataType.TEXT), "len": Kind(DataType.INTEGER), "ﬁx": Kind(DataType.TEXT)}
    values = {"Имя": "Анна", "len": 3, "ﬁx": "x"}

    assert LANGUAGES[""]("len(Имя) + len", kinds).evaluate(values) == 7
    # Python reads the ligature as two letters, in the text and so in the parameter too.
    assert LANGUAGES[""]("ﬁx + fix", kinds).evaluate(values) == "xx"


def test_expressions_of_one_text_are_the_same() -> None:
    first, second = (LANGUAGES[name]("Amount + 1", KINDS) for name in ("", "python"))

    assert first == second
    assert first.language == "formula"
    assert first != LANGUAGES[""]("Amount + 2", KINDS)


def test_values_are_never_changed() -> None:
    before = [dict(row) for row in VALUES["Rows"]]

    evaluate("sorted(Rows, key='Amount') + reversed(Rows) + [{'Name': 'x'}]")

    assert VALUES["Rows"] == before


def test_guids_are_guids() -> None:
    assert evaluate(f"guid('{GUID.replace('-', '')}')") == UUID(GUID)
