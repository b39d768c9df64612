"""What scripts do: statements, functions, and which parameters they answer."""

from decimal import Decimal

import pytest

from procession.core.values import Value, Values
from procession.expressions import SCRIPTS
from tests.unit.expressions.expression_builders import (
    KINDS,
    VALUES,
    failed_script,
    place,
    refused_script,
    run,
)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Score = Amount * 2", {"Score": 42}),
        ("Score = Amount / 2", {"Score": Decimal("10.5")}),
        ("Score = x = 1\nLabel = x", {"Score": 1, "Label": 1}),
        ("Score, Label = 1, 'a'", {"Score": 1, "Label": "a"}),
        ("a, (b, c) = 1, [2, 3]\nScore = a * 100 + b * 10 + c", {"Score": 123}),
        ("a, b = 1, 2\na, b = b, a\nScore = a * 10 + b", {"Score": 21}),
        ("Amount += 1\nAmount *= 2", {"Amount": 44}),
        ("Name += '!'", {"Name": "Ann Lee!"}),
        ("x = [1, 2]\nx[0] += 5\nx[-1] = 0\nAny = x", {"Any": [6, 0]}),
        (
            "x = {'a': {'b': 1}}\nx.a.b += 1\nx['c'] = 2\nAny = [x]",
            {"Any": [{"a": {"b": 2}, "c": 2}]},
        ),
        ("if Amount > 20:\n    Label = 'big'\nelse:\n    Label = 'small'", {"Label": "big"}),
        ("if Amount > 30:\n    Label = 'big'", {}),
        ("if 0: Score = 1\nelif Paid: Score = 2\nelse: Score = 3", {"Score": 2}),
        ("i = 0\nwhile i < 10:\n    i += 1\nScore = i", {"Score": 10}),
        ("i = 0\nwhile True:\n    i += 1\n    if i == 7: break\nScore = i", {"Score": 7}),
        ("x = 0\nfor i in range(5):\n    if i % 2: continue\n    x += i\nScore = x", {"Score": 6}),
        ("x = 0\nfor row in Rows:\n    x += row.Amount\nScore = x", {"Score": 45}),
        ("for Score in [1, 2, 3]:\n    if Score == 2: break", {"Score": 2}),
        ("for a, b in [[1, 2], [3, 4]]: Score = a * b", {"Score": 12}),
        ("for x in [1]:\n    for y in [5, 6]:\n        break\n    Score = y", {"Score": 5}),
        ("for _ in range(3): pass", {}),
        ("pass", {}),
        ("Score = None", {"Score": None}),
        ("Score = sum([x.a for x in Any])", {"Score": 6}),
        ("x = 5\nAny = [x for x in [1, 2]]\nScore = x", {"Any": [1, 2], "Score": 5}),
        ("len = 3\nScore = len", {"Score": 3}),
        ("Имя = 1\nScore = Имя", {"Score": 1}),
    ],
)
def test_a_script_answers_the_parameters_that_it_assigned(text: str, result: Values) -> None:
    assert run(text, Any=[{"a": 1}, {"a": 5}]) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("def double(x):\n    return x * 2\nScore = double(double(Amount))", 84),
        ("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\nScore = fact(10)", 3628800),
        (
            "def even(n):\n    return n == 0 or odd(n - 1)\n"
            "def odd(n):\n    return n > 0 and even(n - 1)\n"
            "Score = even(10)",
            True,
        ),
        ("Score = later()\ndef later():\n    return 5", 5),
        ("def nothing():\n    pass\nScore = nothing()", None),
        ("def stop():\n    return\nScore = stop()", None),
        (
            "def find(rows, least):\n"
            "    for row in rows:\n"
            "        while row.Amount > least:\n"
            "            return row.Name\n"
            "    return None\n"
            "Score = find(Rows, 20)",
            "nut",
        ),
        ("x = 1\ndef f(x):\n    x += 1\n    return x\ny = f(10)\nScore = x * 100 + y", 111),
        ("def f(x):\n    return [f(y - 1) for y in range(x)]\nScore = len(f(3))", 3),
        ("x = 3\ndef f():\n    return x\nx = 4\nScore = f()", 4),
        ("def f(a):\n    a.append(1)\nb = []\nf(b)\nScore = len(b)", 1),
    ],
)
def test_a_script_may_define_functions(text: str, result: Value) -> None:
    assert run(text) == {"Score": result}


def test_a_collection_that_was_changed_in_place_counts_as_assigned() -> None:
    result = run("for row in Rows:\n    row.Amount = row.Amount * 2\n    row['Total'] = row.Amount")

    assert [row["Total"] for row in result["Rows"]] == [10, 60, 20]
    assert VALUES["Rows"][0] == {"Name": "bolt", "Amount": 5}


def test_a_collection_that_was_only_read_is_no_result() -> None:
    assert run("x = []\nfor row in Rows:\n    x.append(row)\nAny = x").keys() == {"Any"}


def test_a_change_is_seen_even_if_the_new_value_equals_the_old_one() -> None:
    rows = [{"Price": Decimal("1.0"), "Inner": [1]}]

    assert run("Any[0].Price = 1.00", Any=rows) == {
        "Any": [{"Price": Decimal("1.00"), "Inner": [1]}]
    }
    assert str(run("Any[0].Price = 1.00", Any=rows)["Any"][0]["Price"]) == "1.00"
    assert run("Any[0].Inner[0] = True", Any=rows)["Any"][0]["Inner"] == [True]
    assert run("Any[0].Price = 1.0", Any=rows) == {}


def test_what_was_assigned_comes_in_the_order_of_assignment() -> None:
    assert list(run("Label = 'a'\nScore = 1\nAmount = 2\nLabel = 'b'")) == [
        "Label",
        "Score",
        "Amount",
    ]


def test_a_script_may_be_indented_as_a_whole() -> None:
    assert run("\n        Score = 1\n        if Paid:\n            Score = 2\n    ") == {"Score": 2}


def test_a_script_sees_a_missing_parameter_as_none() -> None:
    script = SCRIPTS["text/x-python"]("Label = 'none' if Score is None else 'some'", KINDS)

    assert script.run({}) == {"Label": "none"}
    assert script.language == "python"


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("Scroe = 1", "Scroe is no parameter and never read; did you mean Score?", (1, 1)),
        ("Score = 1\nif Paid:\n    x += 1", "x is no parameter and never read", (3, 5)),
        (
            "def f(x):\n    Score = x\n    return x\nAmount = f(1)",
            "Score: a function has names of its own; return the value and assign it outside",
            (2, 5),
        ),
        ("Score = Amuont", "nothing is named 'Amuont'; did you mean Amount?", (1, 9)),
        ("Score = Name + 1", "Name is Text and 1 is Integer", (1, 9)),
        ("for row in Rows:\n    Score = row.Nmae", "no column 'Nmae'; did you mean Name?", (2, 13)),
        ("x = 'a'\nScore = x + 1", "x is Text and 1 is Integer", (2, 9)),
        ("    Score = 1\n    Label = Nmae", "nothing is named 'Nmae'", (2, 13)),
        ("Amount", "the value of Amount is not used; assign it", (1, 1)),
        ("'docs'", "the value of 'docs' is not used; assign it", (1, 1)),
        ("import os", "import is not offered; work outside belongs in a service task", (1, 1)),
        ("try:\n    pass\nexcept: pass", "try is not offered; ask beforehand", (1, 1)),
        ("raise x", "raise is not offered; write fail('why')", (1, 1)),
        ("x: int = 1", "types are not written in scripts", (1, 1)),
        ("del Name", "del is not offered; write row.pop('Name')", (1, 1)),
        ("return 1", "return stands outside of a function", (1, 1)),
        ("if 1:\n    break", "break stands outside of a loop", (2, 5)),
        ("continue", "continue stands outside of a loop", (1, 1)),
        ("def f():\n    break\nf()", "break stands outside of a loop", (2, 5)),
        ("while 1:\n    pass\nelse:\n    pass", "else after a loop is not offered", (4, 5)),
        ("if 1:\n    def f():\n        pass", "a function stands at the left margin", (2, 5)),
        ("def f(x=1):\n    return x\nScore = f()", "a function takes plain values only", (1, 1)),
        ("def sum(x):\n    return x\nScore = sum(1)", "there is a function sum() already", (1, 1)),
        ("def f():\n    pass\ndef f():\n    pass\nf()", "there is a function f() already", (3, 1)),
        ("def Name():\n    pass\nName()", "Name is a value already; take another name", (1, 1)),
        ("def f(a, a):\n    return a\nf(1, 2)", "f() names two of its values alike", (1, 1)),
        ("def f(a):\n    return a\nScore = f()", "f() takes 1 values by position", (3, 9)),
        ("def f(a):\n    return a\nScore = f(a=1)", "f() takes 1 values by position", (3, 9)),
        ("def f(a):\n    return a\nScore = f", "f is a function; write f(…)", (3, 9)),
        ("x = [1]\nx[0:1] = [2]\nAny = x", "a slice cannot be assigned", (2, 1)),
        ("x = []\nx[len(x)] += 1\nAny = x", "no call may stand in x[len(x)] here", (2, 1)),
        ("x = []\nx.__len__ = 1", "__len__ is not offered", (2, 1)),
        ("Score = 1 +", "invalid syntax", (1, 12)),
        ("if 1:\nScore = 1", "expected an indented block", (2, 1)),
        ("", "it is empty", (1, 1)),
        ("# nothing", "it is empty", (1, 1)),
    ],
)
def test_what_is_wrong_with_a_script_is_refused(
    text: str, message: str, at: tuple[int, int]
) -> None:
    error = refused_script(text)

    assert message in str(error)
    assert place(error) == at


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("if not Paid:\n    x = 1\nScore = x", "x is used before it is given a value", (3, 9)),
        (
            "def f():\n    if not Paid:\n        x = 1\n    return x\nScore = f()",
            "x is used before it is given a value",
            (4, 12),
        ),
        ("Amount = Label.upper()", "Label has no value (None), so upper()", (1, 10)),
        ("x = [1]\nx[1] = 2\nAny = x", "there is no item 1: the List has 1; use append()", (2, 1)),
        (
            "x = [1]\nx['a'] = 2\nAny = x",
            "x is a List; its items have whole numbers, not Text",
            (2, 1),
        ),
        (
            "x = 5\nx.y = 2",
            "x is Integer; only the items of a List or the columns of a Row",
            (2, 1),
        ),
        ("Label.y = 2", "Label has no value (None), so nothing can be put into it", (1, 1)),
        ("Rows[0][5] = 2", "a column's name is a text, not Integer", (1, 1)),
        ("Rows[0].x += 2", "no column 'x'; there is Amount, Name", (1, 1)),
        ("a, b = [1]\nScore = a + b", "a list of 1 items goes to 2 names", (1, 1)),
        ("a, b = Amount\nScore = a + b", "Integer goes to 2 names; only a List can", (1, 1)),
        ("for x in Label:\n    Score = 1", "Label has no value (None), so nothing", (1, 10)),
        ("x = []\nx.pop()\nAny = x", "pop(-1) of a list of 0 items", (2, 1)),
        ("x = []\nx.remove(1)\nAny = x", "index() of an item that is not in the list", (2, 1)),
        ("if Paid:\n    fail('not ' + Name)", "not Ann Lee", (2, 5)),
    ],
)
def test_what_goes_wrong_in_a_script_stands_at_its_line(
    text: str, message: str, at: tuple[int, int]
) -> None:
    error = failed_script(text)

    assert message in str(error)
    assert place(error) == at


def test_a_method_of_several_types_is_chosen_by_the_value() -> None:
    text = "x = Any[0]\nAny = [x.list.pop(), x.row.pop('a'), x.list.count(1), x.text.count('a')]"

    assert run(text, Any=[{"list": [1, 2], "row": {"a": 3}, "text": "aba"}]) == {
        "Any": [2, 3, 1, 2]
    }
    assert "x.list is Row; pop() belongs to List" in str(failed_script(text, Any=[{"list": {}}]))
    assert "pop() takes at most 1 values" in str(refused_script("x = Any[0]\nx.pop(1, 2, 3)"))


def test_a_script_that_changes_rows_may_add_columns_and_read_them() -> None:
    text = "for row in Rows:\n    row.Total = 1\n    row.Total = row.Total + row.Amount"

    assert [row["Total"] for row in run(text)["Rows"]] == [6, 31, 11]
