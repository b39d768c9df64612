"""What is wrong with a formula before it ever runs: the message, and where it stands."""

import pytest

from procession.core.values import DataType, Kind
from procession.errors import ExpressionError
from procession.expressions import LANGUAGES
from tests.unit.expressions.expression_builders import (
    KINDS,
    place,
    refused,
    refused_condition,
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Amuont > 5", "nothing is named 'Amuont'; did you mean Amount?"),
        ("amount > 5", "nothing is named 'amount'; did you mean Amount?"),
        ("lenn(Name)", "no function 'lenn'; did you mean len?"),
        ("Amount(5)", "Amount is a value, not a function"),
        ("len + 1", "len is a function; write len(…)"),
        ("Name.uper()", "no method 'uper'; did you mean upper, isupper?"),
        ("Any[0].Inner.gett()", "no method 'gett'; did you mean get?"),
        ("Amount.upper()", "Amount is Integer; upper() belongs to Text"),
        ("Rows[0].Nmae", "no column 'Nmae'; did you mean Name?"),
        ("Rows[0]['Nmae']", "no column 'Nmae'; did you mean Name?"),
        ("[row.Nmae for row in Rows]", "no column 'Nmae'; did you mean Name?"),
        ("sorted(Rows, key='Name')[0].Nmae", "no column 'Nmae'; did you mean Name?"),
        ("first(Rows).Nmae", "no column 'Nmae'; did you mean Name?"),
        ("{'a': 1}.b", "no column 'b'; there is a"),
        ("Rows.Name", "Rows is a List; take a row first, such as Rows[0].Name"),
        ("Name.Length", "Name is Text, which has no columns; only a Row has"),
        ("now()", "no function 'now'; the time of the run is not known to expressions"),
        ("print(1)", "no function 'print'; there is nothing to print to; assign a parameter"),
        ("Rows[0](1)", "Rows[0] is not a function"),
    ],
)
def test_an_unknown_name_is_refused_and_near_ones_are_suggested(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name + Amount", "Name is Text and Amount is Integer; write str(Amount)"),
        ("Amount + Name", "Amount is Integer and Name is Text; write str(Amount)"),
        ("'%s' % Name", "'%s' is Text and Name is Text; write an f-string"),
        ("Paid + 1", "Paid is Boolean and 1 is Integer"),
        ("Due + 1", "Due is DateTime and 1 is Integer"),
        ("Due - Day", "make both a date(…) or a datetime(…)"),
        ("Due < Day", "make both a date(…) or a datetime(…)"),
        ("Rows + 1", "Rows is List and 1 is Integer"),
        ("Name * 1.5", "Name is Text and 1.5 is Decimal"),
        ("None + 1", "None has no value (None), so + cannot be done"),
        ("Amount < None", "None has no value (None), so < cannot be done"),
        ("Name < 5", "< cannot be done: Name is Text and 5 is Integer"),
        ("Id < Owner", "< cannot be done: Id is Guid and Owner is Guid"),
        ("Paid > True", "> cannot be done"),
        ("Name == 5", "== cannot be done: Name is Text and 5 is Integer"),
        ("Paid != 1", "!= cannot be done: Paid is Boolean and 1 is Integer"),
        ("Id == 'x'", "'x' is not a Guid, so the two are never equal"),
        ("5 in Name", "in cannot be done: 5 is Integer and Name is Text"),
        ("5 in Amount", "in cannot be done: 5 is Integer and Amount is Integer"),
        ("Amount is 5", "is compares with None only; write == or !="),
        ("-Name", "Name is Text; only a number or a Duration has a sign"),
        ("-None", "None has no value (None), so it has no sign"),
        ("~Amount", "~ is not offered; write not"),
        ("Amount << 2", "bits (<< >> & | ^ @) are not offered"),
        ("len(5)", "5 is Integer; len() takes List, Text or Row"),
        ("round(Name)", "Name is Text; round() takes Integer, Float or Decimal"),
        ("round(None)", "None has no value (None); round() takes"),
        ("round(1.5, digits='x')", "'x' is Text; round() takes Integer"),
        ("Name.startswith(5)", "5 is Integer; startswith() takes Text"),
        ("Amount[0]", "Amount is Integer; only a List, a Text or a Row has items"),
        ("Name['x']", "Name is Text, which has no columns; only a Row has"),
        ("Rows[1.5]", "1.5 is Decimal; Rows is a List, which takes a whole number"),
        ("Rows[0][1]", "1 is Integer; Rows[0] is a Row, which takes the name of a column"),
        ("Amount[1:]", "Amount is Integer; only a List or a Text is cut"),
        ("{5: 1}", "a column's name is a text, not Integer"),
        ("[x for x in Amount]", "Amount is Integer; only a List, a Text or a Row can be gone"),
        ("[x for x in None]", "None has no value (None), so nothing can be taken from it"),
        ("[row.Amount + 'x' for row in Rows]", "row.Amount is Integer and 'x' is Text"),
        ("(Name if Paid else 'x') + 1", "is Text and 1 is Integer"),
    ],
)
def test_what_types_prove_wrong_is_refused(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("len()", "len() needs value"),
        ("len(Name, Name)", "len() takes at most 1 values; there are 2"),
        ("Name.replace('a')", "replace() needs new"),
        ("Name.upper(1)", "upper() takes at most 0 values; there are 1"),
        ("min()", "min() needs a value"),
        ("zip()", "zip() needs a value"),
        ("sorted(Rows, kye='Name')", "sorted() takes no kye=; did you mean key?"),
        ("sorted(Rows, 'Name', key='Name')", "sorted() takes no key=; there is reverse"),
        ("max(Rows, first=1)", "max() takes no first=; there is default, key"),
        ("len(*Rows)", "* before a value is not offered"),
        ("len(**Rows)", "** before a value is not offered"),
    ],
)
def test_calls_with_the_wrong_number_of_values_are_refused(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / 0", "a division by zero"),
        ("1 % 0.0", "a division by zero"),
        ("date('2026-02-30')", "date(): '2026-02-30' is not a Date"),
        ("guid('x')", "guid(): 'x' is not a Guid"),
        ("int('1.5')", "int(): '1.5' is not an Integer"),
        ("decimal('1_0')", "decimal(): '1_0' is not a Decimal"),
        ("'abc'[5]", "there is no item 5: the Text has 3"),
        ("[1, 2][2]", "there is no item 2: the List has 2"),
        ("round(1.5, 99)", "more than 30 digits"),
        ("'a'.split('')", "empty separator"),
        ("date(2026, 13, 1)", "month must be in 1..12"),
        ("'a'.ljust(5, 'xy')", "exactly one character"),
        ("[1, 2][::0]", "zero"),
        ("days(10 ** 20)", "too large"),
    ],
)
def test_what_always_fails_is_refused_at_deployment(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lambda: 1", "lambda is not offered"),
        ("(x := 1)", ":= is not offered"),
        ("{1, 2}", "a set is not offered; write a list"),
        ("{x for x in Rows}", "a set is not offered; write a list"),
        ("await Name", "await is not offered"),
        ("[*Rows]", "* before a value is not offered"),
        ("{**Rows[0]}", "** before a row is not offered"),
        ("(x for x in Rows)", "write it in brackets"),
        ("[x async for x in Rows]", "async is not offered"),
        ("b'x'", "b'x' is no value that a parameter can hold"),
        ("1j", "1j is no value that a parameter can hold"),
        ("...", "... is no value that a parameter can hold"),
        ("f'{Name!r}'", "!r and !a are not offered"),
        ("f'{Amount:{Amount}}'", "the format of Amount is not one such as .2f"),
        ("f'{Amount:>9999}'", "the format of Amount is not one such as .2f"),
        ("f'{Due:%c}'", "the format of Due is not one such as .2f"),
        ("[x.y for x.y in Rows]", "a loop gives its values to names only"),
        ("1e401", "1e309 is too large or too small"),
        ("Rows[0].__class__", "__class__ is not offered"),
        ("Rows[0]['Name', 1]", "is List; Rows[0] is a Row"),
        ("Rows[1:2, 3]", "is not offered here"),
    ],
)
def test_what_the_language_lacks_is_named(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Amuont > 5", (1, 1)),
        ("5 < Amuont", (1, 5)),
        ("   5 < Amuont", (1, 8)),
        ("\n\n  5 < Amuont", (3, 7)),
        ("Amount > 5\n  and Amuont < 3", (2, 7)),
        ("(Amount > 5\n  and Amuont < 3)", (2, 7)),
        ("Paid and\n Name + Amount == 'x'", (2, 2)),
        ("'ключ' + Naem", (1, 10)),
        ("len(Name, Name)", (1, 1)),
        ("[row.Nmae for row in Rows]", (1, 2)),
        ("Amount > > 5", (1, 10)),
        ("(Amount", (1, 1)),
        ("Amount = 5", (1, 8)),
        ("", (1, 1)),
    ],
)
def test_an_error_stands_at_its_line_and_column(text: str, at: tuple[int, int]) -> None:
    assert place(refused(text)) == at


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        (" \n ", "it is empty"),
        ("Amount = 5", "a single = is not a comparison; write =="),
        ("[x for x in Rows if x = 5]", "a single = is not a comparison; write =="),
        ("'abc", "unterminated string literal"),
        ("'\\d'", "invalid escape sequence"),
        ("1if Paid else 2", "invalid decimal literal"),
        ("Amount\0", "null byte"),
        ("'\ud800'", "it cannot be read"),
        ("import os", "invalid syntax"),
        ("9" * 5000, "limit"),
    ],
)
def test_what_is_not_an_expression_is_refused(text: str, message: str) -> None:
    assert message in str(refused(text))


@pytest.mark.parametrize(
    "text", ["Amount", "Name.upper()", "'yes'", "Rows", "Amount if Paid else 1"]
)
def test_a_condition_that_never_gives_a_boolean_is_refused(text: str) -> None:
    assert "a condition gives True or False" in str(refused_condition(text))
    assert LANGUAGES[""](text, KINDS)


def test_the_hint_for_an_unknown_name_lists_a_few_of_many() -> None:
    kinds = {f"Parameter{number:02}": Kind(DataType.TEXT) for number in range(30)}

    with pytest.raises(ExpressionError, match=r"there is Parameter00, .*Parameter11, …"):
        LANGUAGES[""]("zzz", kinds)
    with pytest.raises(ExpressionError, match="there is none"):
        LANGUAGES[""]("zzz", {})
