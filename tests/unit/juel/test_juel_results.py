"""What JUEL texts give: the operators, coercions and paths of Unified EL over our types."""

from decimal import Decimal

import pytest

from procession.core.values import Value
from tests.unit.juel.juel_builders import evaluate

RESULTS: list[tuple[str, Value]] = [
    # Literals and composites
    ("${42}", 42),
    ("${1.50}", Decimal("1.50")),
    ("${1e3}", Decimal("1e3")),
    ("${.5}", Decimal("0.5")),
    ("${'it\\'s'}", "it's"),
    ('${"a\\\\b"}', "a\\b"),
    ("${true}", True),
    ("${null}", None),
    ("text alone", "text alone"),
    ("Hello ${name}!", "Hello Ann!"),
    ("${name}-${amount}-${paid}-${nothing}", "Ann-5-true-"),
    ("#{amount}", 5),
    ("\n  ${amount}\n ", 5),
    ("\\${amount} is ${amount}", "${amount} is 5"),
    ("${'}'}", "}"),
    # Arithmetic
    ("${1 + 2 * 3}", 7),
    ("${(1 + 2) * 3}", 9),
    ("${10 - 3 - 2}", 5),
    ("${1 / 4}", Decimal("0.25")),
    ("${7 div 2}", Decimal("3.5")),
    ("${7 % 3}", 1),
    ("${-7 % 3}", -1),
    ("${7 mod -3}", 1),
    ("${7.5 % 2}", Decimal("1.5")),
    ("${ratio % 0.2}", Decimal("0.1")),
    ("${ratio % ratio}", 0.0),
    ("${0.1 + 0.2}", Decimal("0.3")),
    ("${price * 3}", Decimal("3.30")),
    ("${ratio + ratio}", 1.0),
    ("${ratio + price}", Decimal("1.60")),
    ("${'2' + 3}", 5),
    ("${'1.5' * 2}", Decimal("3.0")),
    ("${null + 1}", 1),
    ("${'' + 1}", 1),
    ("${-amount}", -5),
    ("${- -amount}", 5),
    ("${-'2'}", -2),
    ("${'a' += 1 += true}", "a1true"),
    # Comparison
    ("${amount == 5}", True),
    ("${amount eq 5.0}", True),
    ("${amount != 5}", False),
    ("${amount ne 4}", True),
    ("${amount < 6 && amount gt 4}", True),
    ("${amount <= 5 and amount ge 5}", True),
    ("${amount lt 5 or amount >= 6}", False),
    ("${'5' == amount}", True),
    ("${'x' == amount}", False),
    ("${name == 'Ann'}", True),
    ("${name < 'Bob'}", True),
    ("${'10' > 9}", True),
    ("${null == null}", True),
    ("${nothing == null}", True),
    ("${amount != null}", True),
    ("${nothing < 1}", False),
    ("${nothing <= nothing}", True),
    ("${paid == 'TRUE'}", True),
    ("${paid == 1}", False),
    ("${due >= due}", True),
    ("${owner == '6F9619FF-8B86-D011-B42D-00C04FC964FF'}", True),
    ("${any == any}", True),
    # Logic
    ("${paid}", True),
    ("${!paid}", False),
    ("${not paid or 'true'}", True),
    ("${not not paid}", True),
    ("${true or 1 / 0 > 1}", True),
    ("${false and 1 / 0 > 1}", False),
    ("${nothing and true}", False),
    ("${empty nothing}", True),
    ("${empty ''}", True),
    ("${empty rows}", False),
    ("${not empty name}", True),
    ("${empty any.missing}", True),
    ("${paid ? 'yes' : 'no'}", "yes"),
    ("${amount > 9 ? 'a' : amount > 4 ? 'b' : 'c'}", "b"),
    ("${nothing ? 1 : 2}", 2),
    # Paths
    ("${rows[0].label}", "a"),
    ("${rows[1]['count'] + 1}", 3),
    ("${rows['1'].label}", "b"),
    ("${rows[9]}", None),
    ("${rows[9].label}", None),
    ("${any.first.second[1]}", 20),
    ("${any['key with space']}", "x"),
    ("${any[1]}", "one"),
    ("${any.missing.more}", None),
    ("${nothing.more}", None),
    ("${due.time}", 1769860800000),
    ("${any.first.second.empty}", False),
    # execution
    ("${execution.getVariable('amount') + 1}", 6),
    ("${execution.getVariable('any').first.second[0]}", 10),
    ("${execution.getVariable(name += 'x')}", None),
    ("${execution.hasVariable('amount')}", True),
    ("${execution.hasVariable('nothing')}", False),
    ("${execution.hasVariable('unheard')}", False),
    ("${execution.hasVariable(name)}", False),
]


@pytest.mark.parametrize(("text", "wanted"), RESULTS, ids=[text for text, _ in RESULTS])
def test_a_text_gives_its_value(text: str, wanted: Value) -> None:
    found = evaluate(text)

    assert found == wanted
    assert type(found) is type(wanted)


METHODS: list[tuple[str, Value]] = [
    ("${name.length()}", 3),
    ("${name.isEmpty()}", False),
    ("${name.contains('n')}", True),
    ("${name.startsWith('A')}", True),
    ("${name.endsWith('A')}", False),
    ("${name.indexOf('n')}", 1),
    ("${name.indexOf('n', 2)}", 2),
    ("${name.lastIndexOf('n')}", 2),
    ("${name.toLowerCase()}", "ann"),
    ("${name.toUpperCase()}", "ANN"),
    ("${' x '.trim()}", "x"),
    ("${name.substring(1)}", "nn"),
    ("${name.substring(0, 1)}", "A"),
    ("${name.charAt(0)}", "A"),
    ("${name.concat('!')}", "Ann!"),
    ("${name.replace('n', 'm')}", "Amm"),
    ("${name.equals('Ann')}", True),
    ("${name.equalsIgnoreCase('ANN')}", True),
    ("${name.toString()}", "Ann"),
    ("${rows.size()}", 2),
    ("${rows.isEmpty()}", False),
    ("${rows.get(1).label}", "b"),
    ("${any.first.second.contains(20)}", True),
    ("${any.first.second.indexOf(20)}", 1),
    ("${any.first.second.indexOf(21)}", -1),
    ("${any.containsKey('first')}", True),
    ("${any.get('text')}", "12"),
    ("${any.getOrDefault('none', 7)}", 7),
    ("${any.size()}", 4),
    ("${price.intValue()}", 1),
    ("${price.longValue() + 1}", 2),
    ("${amount.doubleValue()}", 5.0),
    ("${amount.toString()}", "5"),
    ("${(-amount).abs()}", 5),
    ("${paid.booleanValue()}", True),
    ("${paid.toString()}", "true"),
    ("${due.getTime()}", 1769860800000),
    ("${due.before(due)}", False),
    ("${due.after(due)}", False),
    ("${owner.toString()}", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ("${name.toUpperCase().substring(1).toLowerCase()}", "nn"),
    ("${execution.getVariable('name').length()}", 3),
]


@pytest.mark.parametrize(("text", "wanted"), METHODS, ids=[text for text, _ in METHODS])
def test_a_method_of_the_allow_list_answers_as_in_java(text: str, wanted: Value) -> None:
    found = evaluate(text)

    assert found == wanted
    assert type(found) is type(wanted)


def test_an_unset_variable_is_null() -> None:
    assert evaluate("${amount}", amount=None) is None
    assert evaluate("${empty amount}", amount=None) is True
    assert evaluate("n: ${amount}", amount=None) == "n: "


def test_long_chains_need_no_stack() -> None:
    assert evaluate("${" + " + ".join(["1"] * 2000) + "}") == 2000
    assert evaluate("${" + " or ".join(["false"] * 2000) + "}") is False
    assert evaluate("${any" + ".x" * 2000 + "}") is None
