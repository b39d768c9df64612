"""Budgets: what would take too long or too much memory is refused before it is done."""

import tracemalloc

import pytest

from procession.core.values import Value
from procession.expressions import SCRIPTS, budget
from procession.expressions.budget import Frame, Refused, checked_integer, copied, same, weigh
from procession.expressions.lists import set_column
from tests.unit.expressions.expression_builders import (
    KINDS,
    failed,
    failed_script,
    refused,
    run,
)

STEPS = "it takes more than 1000000 steps"
MEMORY = "it makes values of more than 64 MB in all"
BITS = "a whole number of more than 256 bits"
CHARACTERS = "1000000 are allowed"
ITEMS = "100000 are allowed"


@pytest.fixture(autouse=True)
def _without_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that steps and memory decide, on a slow machine too.
    monkeypatch.setattr(budget, "SECONDS_MAX", 60)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9 ** 9 ** 9", BITS),
        ("9 ** 9 ** 9 ** 9", BITS),
        ("2 ** 10 ** 30", BITS),
        ("(-3) ** 999999999", BITS),
        ("10 ** 70 * 10 ** 70", BITS),
        ("-(2 ** 255) - 2 ** 255", BITS),
        ("1 << 10 ** 9", "bits (<< >> & | ^ @) are not offered"),
        ("0x" + "f" * 65, BITS),
        ("10.0 ** 10 ** 6", "an exponent of more than 10000"),
        ("10.0 ** 9999", "the result is too large"),
        ("int(1e400)", BITS),
        ("ceil(1e300)", BITS),
        ("'a' * 10 ** 9", CHARACTERS),
        ("10 ** 9 * 'a'", CHARACTERS),
        ("'a' * 10 ** 70", CHARACTERS),
        ("'abc' * 500000", CHARACTERS),
        ("[0] * 10 ** 9", ITEMS),
        ("10 ** 9 * [0]", ITEMS),
        ("[[0] * 100000] * 100001", ITEMS),
        ("range(10 ** 9)", ITEMS),
        ("range(10 ** 70)", ITEMS),
        ("range(0, -10 ** 70, -1)", ITEMS),
        ("list('a' * 1000000)", ITEMS),
        ("'a'.ljust(10 ** 9)", CHARACTERS),
        ("'a'.rjust(10 ** 70)", CHARACTERS),
        ("'a'.center(10 ** 9)", CHARACTERS),
        ("'1'.zfill(10 ** 9)", CHARACTERS),
        ("('a' * 1000000).replace('a', 'bbb')", CHARACTERS),
        ("('a' * 1000000).replace('', 'b')", CHARACTERS),
        ("('a' * 1000).join(['b'] * 10000)", CHARACTERS),
        ("','.join(['a' * 1000] * 10000)", CHARACTERS),
        ("(',' * 200000).split(',')", ITEMS),
        ("('a ' * 200000).split()", ITEMS),
        ("('a' * 1000000).strip('b' * 1000)", "more than 100 characters to strip"),
        ("('ŉ' * 500001).upper()", CHARACTERS),
        ("f\"{'a' * 600000}{'a' * 600000}\"", CHARACTERS),
        ("str([['a' * 1000] * 1000] * 1000)", "a value of more than 1000000 characters in all"),
        ("int('9' * 1000)", "is not an Integer"),
        ("decimal('9' * 1000)", "is not a Decimal"),
        ("float('9' * 1000)", "is not a Float"),
        ("date('9' * 1000)", "is not a Date"),
        ("guid('a' * 1000000)", "is not a Guid"),
        ("days(10 ** 70)", "too large"),
        ("[1] * 60000 + [1] * 60000", ITEMS),
        ("['a' * 1000000 == 'a' * 999999 + 'b'] * 100001", ITEMS),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_computed(text: str, message: str) -> None:
    tracemalloc.start()
    error = refused(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert message in str(error)
    assert peak < 64_000_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[x for x in range(1000) for y in range(1000) for z in range(1000)]",
            "a list of 100001 items",
        ),
        ("any(x < 0 for x in range(1000) for y in range(1000) for z in range(1000))", STEPS),
        ("sum(x for x in range(100000) for y in range(100000))", "a list of 100001 items"),
        ("list(range(60000)) + list(range(Amount * 3000))", "a list of 123000 items"),
        ("zip(range(60000), range(Amount * 3000))", "a list of 180000 items"),
        ("enumerate(range(Amount * 3000))", "a list of 189000 items"),
        ("[y for x in range(100000) for y in [x, x]]", "a list of 100001 items"),
        ("{str(x * 1000 + y): x for x in range(1000) for y in range(1000)}", STEPS),
        ("[Name * 10000 for x in range(10000)]", MEMORY),
        ("[[0] * 10000 for x in range(10000)]", MEMORY),
        (
            "[{'a': 1, 'b': 2, 'c': 3} for x in range(100) for y in range(100000)]",
            MEMORY,
        ),
        ("[x in Any * 100 for x in range(100000)]", STEPS),
        ("sorted(x % 7 for x in range(100000)) == [sorted(range(100000)) for x in Name]", STEPS),
        ("[[x for x in range(900)] for y in range(900)]", STEPS),
        ("[Name * 100000] * 100", "a value of more than 4000000 characters in all"),
        ("[[[Amount] * 1000] * 1000] * 1000", STEPS),
    ],
)
def test_a_formula_that_goes_on_for_too_long_is_ended(text: str, message: str) -> None:
    assert message in str(failed(text))


SCRIPTS_WITHOUT_END = {
    "while": "while True: pass",
    "nested loops": "for a in range(99999):\n    for b in range(99999): pass",
    "growing text": "x = 'a'\nwhile True: x += x",
    "growing text slowly": "x = 'a'\nwhile True: x = x + 'a'",
    "growing list": "x = [1]\nwhile True: x += x",
    "growing list slowly": "x = []\nwhile True: x.append(1)",
    "list of itself": "x = [1]\nwhile True: x.extend(x)",
    "list while it is gone through": "x = [1]\nfor y in x: x.append(y)",
    "row while it is gone through": "x = {}\ni = 0\nwhile True:\n    i += 1\n    x[str(i)] = x",
    "growing number": "x = 3\nwhile True: x *= x",
    "growing number slowly": "x = 3\nwhile True: x += x",
    "growing decimal": "x = 3.5\nwhile True: x *= x",
    "growing float": "x = float(3.5)\nwhile True: x *= x",
    "shrinking decimal": "x = 0.5\nwhile True: x *= x",
    "texts": "x = []\nwhile True: x.append(f'{1:>999}')",
    "recursion": "def f(n):\n    return f(n + 1)\nScore = f(0)",
    "mutual recursion": "def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nScore = f(0)",
    "recursion in a comprehension": "def f(n):\n    return [f(x) for x in [n]]\nAny = f(0)",
    "tree of calls": "def f(n):\n    return f(n - 1) + f(n - 1) if n else 1\nScore = f(23)",
    "sorting": "x = range(50000)\nwhile True: x = sorted(x, reverse=True)",
    "sorting long texts": "x = ['a' * 90000 + str(i) for i in range(50)]\nwhile True: x.sort()",
    "searching": "x = range(50000)\nwhile True: Score = 1 if -1 in x else 0",
    "searching a text": "x = 'ab' * 400000\nwhile True: Score = x.find('ba' * 1000 + 'c')",
    "comparing texts": "x = 'a' * 999999\ny = x + 'b'\nwhile True: Paid = x + 'a' == y",
    "comparing lists": "x = [[1] * 99] * 999\nwhile True: Score = 1 if x == x + [] else 0",
    "replacing": "x = 'ab' * 400000\nwhile True: x = x.replace('ab', 'ba')",
    "splitting": "x = 'a,' * 40000\nwhile True: Score = len(x.split(','))",
    "joining": "x = ['a'] * 90000\nwhile True: Score = len(','.join(x))",
    "casing": "x = 'ß' * 400000\nwhile True: Score = len(x.upper())",
    "slicing": "x = range(90000)\nwhile True: x = x[::-1]",
    "popping": "x = range(100000)\nwhile True:\n    x.pop(0)\n    x.append(1)",
    "inserting": "x = range(90000)\nwhile True: x.insert(0, x.pop())",
    "clearing": "x = [1]\nwhile True:\n    x.clear()\n    x.extend('ab' * 40000)",
    "distinct": "x = range(50000)\nwhile True: Score = len(distinct(x))",
    "powers": "while True: Score = 1.0000001 ** 9999.99",
    "formats": "while True: Label = f'{1.5:>999.99f}'",
    "dates": "x = date(1, 1, 1)\nwhile True: x = x + days(1)",
    "durations": "x = days(1)\nwhile True: x = x * 2",
    "JSON": "x = [[1, 'é']] * 9999\nwhile True: Label = str(x)",
}


@pytest.mark.parametrize("name", SCRIPTS_WITHOUT_END)
def test_no_script_goes_on_for_ever(name: str) -> None:
    failed_script(SCRIPTS_WITHOUT_END[name])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x = [0]\nfor i in range(40): x = [x, x]\nAny = x",
            "Any: a value nested more than 32 deep",
        ),
        ("x = [0]\nfor i in range(25): x = [x, x]\nAny = x", f"Any: {STEPS}"),
        ("x = [0]\nfor i in range(25): x = [x, x]\nLabel = str(x)", "a value of more than 1000000"),
        (
            "x = [0]\nfor i in range(25): x = [x, x]\ny = [0]\n"
            "for i in range(25): y = [y, y]\nScore = 1 if x == y else 0",
            STEPS,
        ),
        ("x = []\nx.append(x)\nAny = x", "nested more than 32 deep"),
        ("x = {}\nx.a = x\nAny = [x]", "nested more than 32 deep"),
        (
            "x = []\nx.append(x)\ny = []\ny.append(y)\nScore = 1 if x == y else 0",
            "nested more than",
        ),
        (
            "x = {}\nx.a = x\ny = {}\ny.a = y\nScore = 1 if x == y else 0",
            "nested more than 32 deep",
        ),
        ("x = []\nx.append(x)\nLabel = str(x)", "nested more than 32 deep"),
        ("x = []\nx.append(x)\nLabel = f'{x}'", "nested more than 32 deep"),
        ("Rows[0].Name = Rows", "Rows: a value nested more than 32 deep"),
        ("x = 'a' * 1000000\nAny = [x] * 100000", "Any: a value of more than 4000000 characters"),
    ],
)
def test_a_value_that_is_small_in_memory_but_endless_on_paper_is_refused(
    text: str, message: str
) -> None:
    assert message in str(failed_script(text))


def test_a_small_budget_is_enough_for_ordinary_work() -> None:
    rows: Value = [{"Name": f"row {number}", "Amount": number} for number in range(20_000)]
    text = (
        "x = 0\nfor row in Rows:\n    if row.Amount % 2 == 0:\n        x += row.Amount\nScore = x"
    )

    assert run(text, Rows=rows) == {"Score": sum(range(0, 20_000, 2))}


def test_each_run_has_a_budget_of_its_own() -> None:
    script = SCRIPTS["python"]("x = 0\nfor i in range(70000): x += i\nScore = x", KINDS)

    assert [script.run({})["Score"] for _ in range(2)] == [sum(range(70_000))] * 2


def test_time_ends_a_run_whatever_the_steps_say() -> None:
    frame = Frame({})
    frame.refill()
    frame.deadline -= 100

    with pytest.raises(Refused, match="it takes more than 60 seconds"):
        frame.spend(3_000)


def test_numbers_up_to_the_bound_are_allowed() -> None:
    assert checked_integer(2**256 - 1) == 2**256 - 1
    for number in (2**256, -(2**256)):
        with pytest.raises(Refused, match=BITS):
            checked_integer(number)


def test_a_value_weighs_what_it_takes_on_paper() -> None:
    assert weigh(Frame({}), "abc") == 3
    assert weigh(Frame({}), [1, "abc", {"a": [5]}]) == 5 + 3 + 3 + 3
    with pytest.raises(Refused, match="a value of more than 5 characters in all"):
        weigh(Frame({}), "abcdef", 5)


def test_a_copy_is_the_same_and_apart() -> None:
    rows = [{"a": [1, 2.0, None]}]

    copy = copied(Frame({}), rows)

    assert same(copy, rows)
    assert copy[0]["a"] is not rows[0]["a"]
    assert not same([1], [True])
    assert not same({"a": 1}, {"b": 1})
    assert not same([1], [1, 1])


def test_a_row_has_a_bounded_number_of_columns() -> None:
    full: Value = dict.fromkeys(map(str, range(100_000)), 1)

    with pytest.raises(Refused, match="a row of 100001 columns; 100000 are allowed"):
        Frame({}).make_row(100_001)
    with pytest.raises(Refused, match="a row of more than 100000 columns"):
        set_column(Frame({}), full, "one more", 1)
    set_column(Frame({}), full, "0", 2)


def test_an_instances_value_that_is_too_deep_to_copy_is_refused() -> None:
    deep: Value = []
    for _ in range(40):
        deep = [deep]

    assert "a value nested more than 32 deep" in str(failed_script("Any.append(1)", Any=deep))


def test_memory_is_counted_over_a_whole_run() -> None:
    row = ", ".join(["0"] * 90)

    assert MEMORY in str(failed(f"[[{row}] for x in range(Amount * 900)]"))
