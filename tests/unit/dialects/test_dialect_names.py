"""Which variables a text names, and what a Python script is written as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.dialects.names import (
    names_in_feel,
    names_in_javascript,
    names_in_juel,
    names_in_python,
)
from procession.dialects.scripts import without_execution


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("plain text", ""),
        ("${a}", "a"),
        ("Dear ${a.b.c} and #{d}", "a d"),
        ("${a > 5 and not empty b or c eq 'd'}", "a b c"),
        ("${items.size() > n}", "items n"),
        ("${bean.pay(amount)}", "amount"),
        ("${now()}", ""),
        ("${fn:trim(a)}", "a"),
        ("${a ? b : c}", "a b c"),
        ("${execution.getVariable('x') + execution.hasVariable('y')}", "x y"),
        ("${execution.getVariable(name)}", "name"),
        ("${task.id}", ""),
        ("${broken", ""),
        ("${a['b']}", "a"),
    ],
)
def test_names_in_juel(text: str, names: str) -> None:
    assert names_in_juel(text) == set(names.split())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", "a b"),
        ('if a then "b" else c', "a c"),
        ("for x in list return x + y", "list y"),
        ("some x in list satisfies x > limit", "list limit"),
        ("string length(a)", "a"),
        ("date and time(a)", "a"),
        ("count(list[price > 2])", "list price"),
        ("{a: b, c: a}", "a b"),
        ("f(x: y)", "y"),
        ("function(p) p + q", "q"),
        ("a instance of number", "a"),
        ('"open', ""),
        ("not(a)", "a"),
    ],
)
def test_names_in_feel(text: str, names: str) -> None:
    assert names_in_feel(text) == set(names.split())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", "a b"),
        ("let x = a; var y = x;", "a"),
        ("rows.map(row => row.price * rate)", "rows rate"),
        ("({key: value})", "value"),
        ('execution.setVariable("x", execution.getVariable("y"))', "x y"),
        ("// a comment with words\nb /* and c */ + 'd' + `e`", "b"),
        ("function f() { return Math.max(a, 1); } f()", "a"),
    ],
)
def test_names_in_javascript(text: str, names: str) -> None:
    assert names_in_javascript(text) == set(names.split())


@pytest.mark.parametrize(
    ("text", "names"),
    [("x = a + len(b)", "x a b"), ("x = ", ""), ("a.b = c", "a c")],
)
def test_names_in_python(text: str, names: str) -> None:
    assert names_in_python(text) == set(names.split())


@given(st.text())
def test_any_text_has_names_or_none(text: str) -> None:
    for names in (names_in_juel, names_in_feel, names_in_javascript, names_in_python):
        assert all(isinstance(name, str) for name in names(text))
    assert isinstance(without_execution(text), str)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('x = execution.getVariable("a")', "x = a"),
        ('execution.setVariable("b", 1 + 2)', "b = (1 + 2)"),
        ('execution.setVariable("ä", execution.getVariable("ö"))', "ä = (ö)"),
        ("execution.setVariable(name, 1)", "execution.setVariable(name, 1)"),
        ("other.setVariable('a', 1)", "other.setVariable('a', 1)"),
        ("if execution.getVariable('a'):\n  execution.setVariable('b', [\n 1])", None),
        ("this is no python", "this is no python"),
    ],
)
def test_a_python_script_is_written_without_execution(text: str, written: str | None) -> None:
    expected = "if a:\n  b = ([\n 1])" if written is None else written

    assert without_execution(text) == expected
