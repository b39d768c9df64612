"""What a script sees, assigns and gives."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from procession.core.values import Value, Values
from procession.javascript import LANGUAGES, SCRIPTS
from tests.unit.javascript.javascript_builders import (
    KINDS,
    VALUES,
    assigned,
    failed,
    refused,
    run,
    value,
)

SEEN: list[tuple[str, Value]] = [
    ("amount + 1", 6),
    ("typeof price + price", "number1.1"),
    ("name.toUpperCase()", "ANN"),
    ("!paid", False),
    ("due.toISOString()", "2026-01-31T12:00:00.000Z"),
    ("due.getHours()", 12),
    ("day + ' ' + at", "2026-01-31 13:45:00"),
    ("owner", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ("rows.filter(row => row.count > 1).map(row => row.label)", ["b"]),
    ("any.first.second[1]", 20),
    ("nothing === null", True),
    ("execution.getVariable('amount')", 5),
    ("execution.getVariable('am' + 'ount')", 5),
    ("execution.getVariable('unheard')", None),
    ("execution.hasVariable('name')", True),
    ("execution.hasVariable('nothing')", False),
    ("Object.keys(execution.getVariables()).length", 11),
    ("globalThis['am' + 'ount']", 5),
    ("eval('am' + 'ount')", 5),
    ("new Date(2026, 0, 1).getTimezoneOffset()", 0),
]


@pytest.mark.parametrize(("text", "wanted"), SEEN, ids=[text for text, _ in SEEN])
def test_a_variable_is_seen_as_a_value_of_javascript(text: str, wanted: Value) -> None:
    assert value(text) == wanted


ASSIGNED: list[tuple[str, Values]] = [
    ("amount = amount * 2", {"amount": 10}),
    ("amount = amount", {"amount": 5}),
    ("var amount = 7;", {"amount": 7}),
    ("this.amount = 8", {"amount": 8}),
    ("let amount = 7; amount", {}),
    ("const total = 7; total", {}),
    ("other = 7", {}),
    ("execution.setVariable('amount', 9)", {"amount": 9}),
    ("execution.setVariable('other', [1]); other.push(2)", {"other": [1, 2]}),
    ("execution.setVariables({name: 'Bob', other: 1})", {"name": "Bob", "other": 1}),
    ("amount = 1; execution.getVariable('amount') + 1", {"amount": 1}),
    ("rows[0].count = 5", {"rows": [{"label": "a", "count": 5}, {"label": "b", "count": 2}]}),
    (
        "rows.push({label: name}); rows.shift()",
        {"rows": [{"label": "b", "count": 2}, {"label": "Ann"}]},
    ),
    ("any.first.second.reverse()", {"any": {"first": {"second": [20, 10]}}}),
    ("rows.map(row => row.label).join()", {}),
    ("due.setUTCFullYear(2027)", {"due": datetime(2027, 1, 31, 12, tzinfo=UTC)}),
    ("due = new Date(0)", {"due": datetime(1970, 1, 1, tzinfo=UTC)}),
    ("if (amount > 3) { name = 'big' } else { paid = false }", {"name": "big"}),
    ("function twice(x) { return x * 2 } amount = twice(amount)", {"amount": 10}),
    ("name = undefined", {"name": None}),
    ("name = null", {"name": None}),
]


@pytest.mark.parametrize(("text", "wanted"), ASSIGNED, ids=[text for text, _ in ASSIGNED])
def test_what_is_assigned_to_variables_is_the_result(text: str, wanted: Values) -> None:
    assert assigned(text) == wanted


GIVEN: list[tuple[str, Value]] = [
    ("1", 1),
    ("1.0", 1),
    ("-0", 0),
    ("0.1 + 0.2", Decimal("0.30000000000000004")),
    ("1e21", Decimal("1e21")),
    ("2 ** 53", 2**53),
    ("10n ** 20n", 10**20),
    ("'a' + 'é' + '\\u2028'", "aé\u2028"),
    ("[1, [2, 'x'], {a: null}]", [1, [2, "x"], {"a": None}]),
    ("({a: 1, f: () => 1, u: undefined})", {"a": 1, "u": None}),
    ("({['__proto__']: 1})", {"__proto__": 1}),
    ("new Map([['a', 1]])", {"a": 1}),
    ("new Set([1, [2]])", [1, [2]]),
    ("new Number(5)", 5),
    ("[new Date(0)]", [datetime(1970, 1, 1, tzinfo=UTC)]),
    ("['l', 'd', 5]", ["l", "d", 5]),
    ("let x = 1; if (x) { 'yes' } else { 'no' }", "yes"),
    ("(() => { return amount })()", 5),
    ("console.log('x'); print('y'); 'done'", "done"),
]


@pytest.mark.parametrize(("text", "wanted"), GIVEN, ids=[text for text, _ in GIVEN])
def test_the_last_expression_is_the_scripts_own_value(text: str, wanted: Value) -> None:
    found = value(text)

    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize("text", ["undefined", "let x = 1", "(() => 1)", "Symbol()", "NaN", "//"])
def test_a_script_without_a_value_that_can_be_kept_gives_none(text: str) -> None:
    assert run(text) == {}


def test_values_come_back_as_they_went() -> None:
    anything = {"__proto__": 1, "": "x", "l": ["l", ["d", 1]], "big": 2**62, "none": None}
    anything |= {"deep": [[[{"a": True}]]], "text": '"\\\n\u2028\U0001f600', "when": VALUES["due"]}
    given = {"any": anything}

    assert run("any = any", **given) == {**given, "": given["any"]}


def test_what_is_not_assigned_keeps_its_digits() -> None:
    digits = Decimal("0.12345678901234567890123")

    assert run("name = 'x' + (price < 1)", price=digits) == {"name": "xtrue", "": "xtrue"}


def test_a_decimal_that_is_assigned_is_written_as_javascript_writes_it() -> None:
    assert assigned("price = price * 3") == {"price": Decimal("3.3000000000000003")}
    assert assigned("price = 12.5") == {"price": Decimal("12.5")}


REFUSED = {
    "": ("it is empty", 1),
    " \n ": ("it is empty", 1),
    "let x = ;": ("SyntaxError", 1),
    "let a = 1;\nlet b = 2;\nlet c = };": ("SyntaxError", 3),
    "return 1": ("SyntaxError: return not in a function", 1),
    "import x from 'y'": ("SyntaxError", 1),
    "await 1": ("SyntaxError", 1),
    "let a = 1; let a = 2;": ("SyntaxError", 1),
    "/(/": ("SyntaxError", 0),
    "'" + "x" * 100_001 + "'": ("100003 characters; 100000 are allowed", 0),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30])
def test_a_script_that_cannot_be_read_is_refused_with_its_line(text: str) -> None:
    message, line = REFUSED[text]
    error = refused(text)

    assert message in str(error)
    assert error.line == line


def test_a_script_is_not_run_when_it_is_read() -> None:
    assert SCRIPTS["javascript"]("throw 1; for (;;);", KINDS)


FAILED = {
    "let a = 1;\n\nunheard + 1": ("ReferenceError: unheard is not defined", 3),
    "any.missing.more": ("TypeError: cannot read property 'more' of undefined", 1),
    "throw new Error('my own')": ("my own", 1),
    "throw 'text'": ("text", 0),
    "throw null": ("null", 0),
    "throw {message: 'x', name: 'Y'}": ("Y: x", 0),
    "name = NaN": ("name: NaN is not a number that can be kept", 0),
    "any.first = 1 / 0": ("any.first: Infinity is not a number", 0),
    "rows = [() => 1]": ("rows[0]: a function is no value", 0),
    "name = Symbol()": ("name: a symbol is no value", 0),
    "due = new Date(NaN)": ("due: the date is not a valid one", 0),
    "due = new Date(8.64e15)": ("due: a moment outside the years 1 to 9999", 0),
    "name = Promise.resolve(1)": ("name: a promise is no value; a script does not wait", 0),
    "any.self = any": ("nested more than 32 deep", 0),
    "amount = 10n ** 200n": ("amount: a whole number of 201 digits", 0),
    "Math.random()": ("Math.random() is not offered", 1),
    "Date.now()": ("Date.now() is not offered; the time of the run", 1),
    "new Date()": ("Date without a moment is not offered", 1),
    "Date()": ("Date without a moment is not offered", 1),
    "new (due.constructor)()": ("Date without a moment is not offered", 1),
    "new java.util.ArrayList()": ("java is not offered; there is no Java here", 1),
    "Java.type('java.lang.Runtime')": ("Java is not offered", 1),
    "S(name)": ("S is not offered", 1),
    "execution.processInstanceId": ("execution.processInstanceId is not offered", 1),
    "execution.getProcessInstanceId()": ("execution.getProcessInstanceId is not offered", 1),
    "execution.removeVariable('x')": ("execution.removeVariable is not offered", 1),
    "execution.amount = 1": ("execution.amount is not offered", 1),
    "require('fs')": ("ReferenceError: require is not defined", 1),
    "setTimeout(() => 1, 1)": ("ReferenceError: setTimeout is not defined", 1),
    "fetch('http://x')": ("ReferenceError: fetch is not defined", 1),
}


@pytest.mark.parametrize("text", FAILED, ids=lambda text: text[:40])
def test_a_script_that_fails_says_why_and_where(text: str) -> None:
    message, line = FAILED[text]
    error = failed(text)

    assert message in str(error)
    assert line in (0, error.line)


def test_a_value_that_javascript_cannot_hold_is_refused_by_name() -> None:
    assert "price: 1E+400 is too large" in str(failed("price", price=Decimal("1E+400")))
    assert "any: nested more than 32 deep" in str(failed("any", any=nested(40)))
    assert "any: a object is not known" in str(failed("any", any=object()))


def nested(depth: int) -> Value:
    whole: Value = []
    for _ in range(depth):
        whole = [whole]
    return whole


def test_a_condition_may_be_a_script() -> None:
    expression = LANGUAGES["javascript"]("amount > 3 && name !== ''", KINDS)

    assert expression.evaluate(VALUES) is True
    assert expression.evaluate({**VALUES, "amount": 1}) is False


def test_a_variable_may_have_a_builtins_name() -> None:
    kinds = {"Date": KINDS["amount"], "JSON": KINDS["name"], "S": KINDS["name"]}
    script = SCRIPTS["javascript"]("Date + JSON + S + ' ' + [1].map(x => x + 1)", kinds)

    assert script.run({"Date": 1, "JSON": "x", "S": "y"}) == {"": "1xy 2"}


def test_a_variable_whose_name_is_no_identifier_is_read_by_execution() -> None:
    script = SCRIPTS["js"]("execution.getVariable('first name')", {"first name": KINDS["name"]})

    assert script.run({"first name": "Ann"}) == {"": "Ann"}


def test_the_engine_is_read_with_the_first_script_only() -> None:
    code = "import procession.javascript, sys; sys.exit('wasmtime' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
