"""Each function and method of the language by example; the tables and the manual are complete."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from procession.core.values import Value
from procession.expressions.functions import CHANGING_METHODS, FUNCTIONS, METHODS
from tests.unit.expressions.expression_builders import GUID, evaluate, failed, refused, run

MANUAL = Path(__file__).parents[3] / "docs" / "expressions.md"

FUNCTION_EXAMPLES: dict[str, list[tuple[str, Value]]] = {
    "abs": [("abs(-2)", 2), ("abs(-2.5)", Decimal("2.5")), ("abs(float(-2))", 2.0)],
    "add_months": [("add_months(date(2024, 1, 31), 1)", date(2024, 2, 29))],
    "all": [("all([True, 1])", True), ("all([True, 0])", False)],
    "any": [("any([0, 1])", True), ("any(x == 'n' for x in Name)", True)],
    "bool": [("bool('False')", False), ("bool(Amount)", True), ("bool(None)", False)],
    "ceil": [("ceil(1.2)", 2), ("ceil(-1.2)", -1), ("ceil(Amount)", 21)],
    "coalesce": [("coalesce(Score, None, 7, 8)", 7), ("coalesce(None)", None)],
    "date": [
        ("date('2026-01-31')", date(2026, 1, 31)),
        ("date(Due)", date(2026, 1, 31)),
        ("date(Day)", date(2026, 1, 31)),
        ("date(2026, 2, 3)", date(2026, 2, 3)),
        ("date(2026, month=2)", date(2026, 2, 1)),
    ],
    "datetime": [
        ("datetime('2026-01-31T13:45:00+02:00')", datetime(2026, 1, 31, 11, 45, tzinfo=UTC)),
        ("datetime(Day)", datetime(2026, 1, 31, tzinfo=UTC)),
        ("datetime(2026, 2, 3, 4, 5, 6)", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("datetime(2026, 2, 3, minute=5)", datetime(2026, 2, 3, 0, 5, tzinfo=UTC)),
    ],
    "day": [("day(Due)", 31)],
    "days": [("days(2)", timedelta(days=2)), ("days(0.5)", timedelta(hours=12))],
    "decimal": [("decimal('12.50')", Decimal("12.50")), ("decimal(Ratio)", Decimal("0.1"))],
    "distinct": [
        ("distinct([1, 1.0, 1.00, '1', None, None, True])", [1, "1", None, True]),
        ("distinct([Id, Owner, 'a', 'a'])", [UUID(GUID), "a"]),
    ],
    "enumerate": [("enumerate(['a', 'b'], 1)", [[1, "a"], [2, "b"]])],
    "fail": [],
    "first": [("first([3, 4])", 3), ("first([])", None)],
    "float": [("float('1.5')", 1.5), ("float(1.5)", 1.5)],
    "floor": [("floor(1.8)", 1), ("floor(-1.2)", -2)],
    "guid": [(f"guid('{GUID}')", UUID(GUID)), ("guid(Id)", UUID(GUID))],
    "hour": [("hour(Due)", 13), ("hour(At)", 13)],
    "hours": [("hours(24)", timedelta(days=1))],
    "int": [("int('42')", 42), ("int(-1.9)", -1), ("int(True)", 1), ("int(float(3.7))", 3)],
    "last": [("last([3, 4])", 4), ("last([])", None)],
    "len": [("len(Name)", 7), ("len(Rows)", 3), ("len(Rows[0])", 2)],
    "list": [("list('ab')", ["a", "b"]), ("list({'x': 1})", ["x"]), ("list()", [])],
    "max": [
        ("max(1, 2.5, Ratio)", Decimal("2.5")),
        ("max([3, 9, 9.0])", 9),
        ("max(Rows, key='Amount').Name", "nut"),
        ("max([], default=None)", None),
        ("max('b', 'a')", "b"),
    ],
    "min": [
        ("min(Due, datetime(Day))", datetime(2026, 1, 31, tzinfo=UTC)),
        ("min(Rows, key='Amount').Name", "bolt"),
        ("min([], default=0)", 0),
        ("min([2])", 2),
    ],
    "minute": [("minute(At)", 45)],
    "minutes": [("minutes(60)", timedelta(hours=1))],
    "month": [("month(Day)", 1)],
    "range": [
        ("range(3)", [0, 1, 2]),
        ("range(1, 3)", [1, 2]),
        ("range(5, 0, -2)", [5, 3, 1]),
        ("range(5, 5)", []),
        ("range(-3)", []),
    ],
    "reversed": [("reversed([1, 2])", [2, 1])],
    "round": [
        ("round(2.5)", 2),
        ("round(2.675, 2)", Decimal("2.68")),
        ("round(Ratio, 0)", 0.0),
        ("round(Amount, -1)", 20),
        ("round(25.5, -1)", Decimal("3E+1")),
    ],
    "second": [("second(datetime('2026-01-31T13:45:07Z'))", 7)],
    "seconds": [("seconds(1.5)", timedelta(seconds=1.5))],
    "sorted": [
        ("sorted([3, Ratio, 2.5])", [0.1, Decimal("2.5"), 3]),
        ("sorted('ba')", ["a", "b"]),
        ("[row.Name for row in sorted(Rows, key='Amount', reverse=True)]", ["nut", "axle", "bolt"]),
        ("[row.Name for row in sorted(Rows, 'Name')]", ["axle", "bolt", "nut"]),
        ("sorted([])", []),
    ],
    "str": [("str(1.50)", "1.50"), ("str(Day)", "2026-01-31"), ("str('a')", "a")],
    "sum": [
        ("sum([1, 2], 3)", 6),
        ("sum(row.Amount for row in Rows)", 45),
        ("sum(row.Amount > 5 for row in Rows)", 2),
        ("sum([0.1, Ratio, 1])", Decimal("1.2")),
        ("sum([Ratio, Ratio, 1])", 1.2),
        ("sum([])", 0),
    ],
    "time": [
        ("time('13:45')", time(13, 45)),
        ("time(Due)", time(13, 45)),
        ("time(13, 45)", time(13, 45)),
        ("time(13, second=5)", time(13, 0, 5)),
    ],
    "weekday": [("weekday(Day)", 6), ("weekday(Day + days(1))", 7)],
    "weeks": [("weeks(1)", timedelta(days=7))],
    "year": [("year(Due)", 2026)],
    "zip": [("zip([1, 2], ['a', 'b', 'c'])", [[1, "a"], [2, "b"]])],
}

METHOD_EXAMPLES: dict[str, list[tuple[str, Value]]] = {
    "Text.capitalize": [("'aB'.capitalize()", "Ab")],
    "Text.casefold": [("'Straße'.casefold()", "strasse")],
    "Text.center": [("'a'.center(3, '-')", "-a-")],
    "Text.count": [("'banana'.count('an')", 2)],
    "Text.endswith": [("Name.endswith('Lee')", True)],
    "Text.find": [("'abab'.find('b', 2)", 3), ("'abab'.find('x')", -1)],
    "Text.isalnum": [("'a1'.isalnum()", True)],
    "Text.isalpha": [("'a1'.isalpha()", False)],
    "Text.isdigit": [("'12'.isdigit()", True)],
    "Text.islower": [("'ab'.islower()", True)],
    "Text.isspace": [("' '.isspace()", True)],
    "Text.isupper": [("'aB'.isupper()", False)],
    "Text.join": [("', '.join(row.Name for row in Rows)", "bolt, nut, axle"), ("''.join([])", "")],
    "Text.ljust": [("'a'.ljust(3)", "a  ")],
    "Text.lower": [("Name.lower()", "ann lee")],
    "Text.lstrip": [("' a '.lstrip()", "a ")],
    "Text.removeprefix": [("Name.removeprefix('Ann ')", "Lee")],
    "Text.removesuffix": [("Name.removesuffix(' Lee')", "Ann")],
    "Text.replace": [("'banana'.replace('an', 'x')", "bxxa"), ("'ab'.replace('', '-')", "-a-b-")],
    "Text.rjust": [("'a'.rjust(3, '0')", "00a")],
    "Text.rstrip": [("'a--'.rstrip('-')", "a")],
    "Text.split": [
        ("'a, b,c'.split(',')", ["a", " b", "c"]),
        ("' a  b '.split()", ["a", "b"]),
        ("'a-b-c'.split('-', 1)", ["a", "b-c"]),
    ],
    "Text.startswith": [("Name.startswith('Ann')", True)],
    "Text.strip": [("' a '.strip()", "a"), ("'-a-'.strip('-')", "a")],
    "Text.title": [("'ann lee'.title()", "Ann Lee")],
    "Text.upper": [("'straße'.upper()", "STRASSE")],
    "Text.zfill": [("'7'.zfill(3)", "007")],
    "List.count": [("[1, 1.0, '1'].count(1)", 2)],
    "List.index": [("['a', 'b'].index('b')", 1)],
    "Row.get": [("Rows[0].get('Name')", "bolt"), ("Rows[0].get('x', 5)", 5)],
    "Row.items": [("Rows[0].items()", [["Name", "bolt"], ["Amount", 5]])],
    "Row.keys": [("Rows[0].keys()", ["Name", "Amount"])],
    "Row.values": [("Rows[0].values()", ["bolt", 5])],
}

# Each is run on List = [1, 3, 2] or Row = {'a': 1, 'b': 2}; what it becomes, and what is given.
CHANGE_EXAMPLES: dict[str, list[tuple[str, Value, Value]]] = {
    "List.append": [("append(4)", [1, 3, 2, 4], None)],
    "List.clear": [("clear()", [], None)],
    "List.extend": [
        ("extend([4, 5])", [1, 3, 2, 4, 5], None),
        ("extend('a')", [1, 3, 2, "a"], None),
    ],
    "List.insert": [("insert(0, 9)", [9, 1, 3, 2], None)],
    "List.pop": [("pop()", [1, 3], 2), ("pop(0)", [3, 2], 1)],
    "List.remove": [("remove(3)", [1, 2], None)],
    "List.reverse": [("reverse()", [2, 3, 1], None)],
    "List.sort": [("sort()", [1, 2, 3], None), ("sort(reverse=True)", [3, 2, 1], None)],
    "Row.pop": [("pop('a')", {"b": 2}, 1), ("pop('x', 7)", {"a": 1, "b": 2}, 7)],
    "Row.setdefault": [
        ("setdefault('a', 9)", {"a": 1, "b": 2}, 1),
        ("setdefault('c', 9)", {"a": 1, "b": 2, "c": 9}, 9),
    ],
    "Row.update": [("update({'b': 3, 'c': 4})", {"a": 1, "b": 3, "c": 4}, None)],
}
CHANGED = {"List": "[1, 3, 2]", "Row": "{'a': 1, 'b': 2}"}


def examples(table: dict[str, list[tuple[str, Value]]]) -> Iterator[tuple[str, Value]]:
    return (example for group in table.values() for example in group)


@pytest.mark.parametrize(
    ("text", "result"), [*examples(FUNCTION_EXAMPLES), *examples(METHOD_EXAMPLES)]
)
def test_a_function_gives_what_its_example_says(text: str, result: Value) -> None:
    found = evaluate(text)

    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("owner", "call", "after", "result"),
    [
        (name.split(".")[0], *example)
        for name, group in CHANGE_EXAMPLES.items()
        for example in group
    ],
)
def test_a_changing_method_does_what_its_example_says(
    owner: str, call: str, after: Value, result: Value
) -> None:
    script = f"x = {CHANGED[owner]}\nAny = [x.{call}, x]"

    assert run(script) == {"Any": [result, after]}


def test_every_function_and_method_has_an_example() -> None:
    assert FUNCTION_EXAMPLES.keys() == FUNCTIONS.keys()
    assert METHOD_EXAMPLES.keys() == qualified(METHODS)
    assert CHANGE_EXAMPLES.keys() == qualified(CHANGING_METHODS)


def qualified(tables: object) -> set[str]:
    assert isinstance(tables, dict)
    return {f"{owner}.{name}" for owner, table in tables.items() for name in table}


def test_every_function_and_method_stands_in_the_manual() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    names = {*FUNCTIONS, *(name.split(".")[1] for name in qualified(METHODS))}
    names |= {name.split(".")[1] for name in qualified(CHANGING_METHODS)}

    assert [name for name in sorted(names) if not re.search(rf"`[^`\n]*\b{name}\(", manual)] == []


def test_the_examples_of_the_manual_work() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    formula, script = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)

    assert evaluate(formula) is True
    assert run(script) == {"Score": 60, "Label": "low"}


def test_fail_ends_a_run_with_the_authors_own_words() -> None:
    assert str(failed("fail('no ' + Name)")) == "no Ann Lee"


def test_a_changing_method_is_not_offered_in_a_formula() -> None:
    assert "no method 'append'" in str(refused("Rows.append(1)"))
