"""What is wrong with a JUEL text is said at deployment, with its place; Java is refused by name."""

import pytest

from procession.errors import ExpressionError
from procession.juel import CONDITIONS, LANGUAGES, SCRIPTS
from tests.unit.juel.juel_builders import KINDS, VALUES, evaluate, failed, refused

REFUSED = {
    # Java
    "${bean.doIt()}": "bean.doIt(): nothing is named 'bean', so this is a Java bean; register",
    "${bean.doIt(amount, name)}": "this is a Java bean; register a handler",
    "${name.doIt()}": "doIt() is no method of a value (for one of a Java object, register",
    "${any.prop('x').value()}": "prop() is no method of a value",
    "${name.toUppercase()}": "did you mean toUpperCase, toLowerCase?",
    "${now()}": "now() is not offered: the time of the run is not known",
    "${dateTime().plusDays(1)}": "dateTime() is not offered: the time of the run",
    "${currentUser()}": "currentUser() is not offered; there are no functions",
    "${fn:length(name)}": "fn:length() is not offered",
    "${name.getClass()}": "getClass() is no method of a value",
    "${''.class.forName('x')}": "Text has no property 'class'",
    "${any['getClass']()}": "'(' is not expected here",
    "${T(java.lang.Runtime)}": "T() is not offered",
    "${name instanceof String}": "instanceof is not offered",
    # The engine's own objects
    "${execution.setVariable('amount', 1)}": "setVariable() would change a variable; do it in a",
    "${execution.processInstanceId}": "execution.processInstanceId is not known to an expression",
    "${execution.processBusinessKey}": "execution.processBusinessKey is not known",
    "${execution.getProcessInstanceId()}": "execution.getProcessInstanceId is not known",
    "${execution.getVariable}": "execution.getVariable is not known",
    "${execution.getVariable()}": "getVariable() takes the name of a variable",
    "${execution.getVariable('a', 'b')}": "getVariable() takes the name of a variable",
    "${execution.getVariable('amuont')}": "nothing is named 'amuont'; did you mean amount?",
    "${execution.getVariable(1)}": "a variable's name is a Text, not Integer",
    "${execution}": "execution is no value",
    "${task.assignee}": "the user task is not known to an expression",
    "${authenticatedUserId}": "the user is not known to an expression",
    # Names
    "${amuont > 5}": "nothing is named 'amuont' (for a Java bean, register a handler instead)",
    "${rows[0].lable}": "no column 'lable'; did you mean label?",
    "${rows[0]['lable']}": "no column 'lable'",
    "${name.first}": "Text has no property 'first'; only a Row has",
    "${name.length}": "length() is a method: write the brackets",
    "${rows.label}": "List has no property 'label'; take an item first, such as a[0].label",
    "${amount[0]}": "Integer has no items",
    "${amount.size()}": "Integer has no method size(); List and Row have",
    "${name.substring()}": "substring() takes 1 or 2 values; there are 0",
    "${rows.size(1)}": "size() takes 0 values; there are 1",
    "${any.size(1)}": "size() takes 0 values; there are 1",
    # Syntax
    "": "it is empty",
    " \n ": "it is empty",
    "${}": "it is empty",
    "${ }": "it is empty",
    "${amount": "${ does not end; write } after it",
    "a #{amount": "#{ does not end",
    "${'a}": "the text does not end",
    "${amount = 5}": "= assigns, and an expression changes nothing; to compare write ==",
    "${amount; 1}": "; is not offered",
    "${x -> x}": "nothing is named 'x'",
    "${[1, 2]}": "a list is not written in an expression",
    "${{'a': 1}}": "a map is not written in an expression",
    "${amount +}": "the end is not expected here",
    "${(amount}": ") is missing before the end",
    "${rows[0}": "] is missing before the end",
    "${amount ? 1}": ": is missing before the end",
    "${rows.get(1 2)}": ", is missing before '2'",
    "${amount.}": "a name is missing after the point",
    "${amount 5}": "'5' is not expected here",
    "${12abc}": "means nothing here",
    "${amount and}": "the end is not expected here",
    "${and}": "'and' is not expected here",
    "${1e999}": "the number is too large",
    "${" + "9" * 90 + "}": "a whole number of more than 256 bits",
    "${" + "9" * 900 + "}": "the number is too large",
    "${amount ~ 1}": "'~' means nothing here",
    "${" + "(" * 60 + "1" + ")" * 60 + "}": "nested more than 40 deep",
    "${" + "!" * 60 + "true}": "nested more than 40 deep",
    "${" + "1+" * 4000 + "1}": "more than 5000 words and symbols",
    "x" * 20_001: "20001 characters; 20000 are allowed",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_a_text_is_refused_at_deployment(text: str) -> None:
    error = refused(text)

    assert REFUSED[text] in str(error)
    assert (error.line, error.column) >= (1, 1)


def test_an_error_stands_at_the_line_and_column_of_the_whole_text() -> None:
    error = refused("Hello\n ${name} and\n  #{amuont}")

    assert (error.line, error.column) == (3, 5)


FAILED = {
    "${name + 1}": "'Ann' is Text, not a number; texts are joined by +=",
    "${paid * 2}": "True is Boolean, not a number",
    "${amount / 0}": "a division by zero",
    "${amount % 0}": "a division by zero",
    "${price % 0.0}": "a division by zero",
    "${amount ? 1 : 2}": "5 is Integer, neither true nor false; compare it",
    "${rows and true}": "neither true nor false",
    "${name < 5}": "Text and Integer have no order",
    "${any > any}": "Row and Row have no order",
    "${any.text.first}": "Text has no property 'first'",
    "${any.first.doubleValue()}": "Row has no method doubleValue()",
    "${nothing.size()}": "size() is called on null: the value is not set",
    "${any.text.substring(5)}": "there is no part from 5 to 2: the Text has 2",
    "${rows.get(9)}": "there is no item 9: the List has 2",
    "${name.substring('a')}": "substring() takes Integer, not Text",
    "${any.text.substring()}": "substring() takes 1 or 2 values",
    "${execution.getVariable(amount)}": "a variable's name is a Text, not Integer",
    "${" + "*".join(["99999999999999999999"] * 9) + "}": "a whole number of more than 256 bits",
}


@pytest.mark.parametrize("text", FAILED, ids=lambda text: text[:40])
def test_a_text_that_fails_says_why_and_where(text: str) -> None:
    if "substring()" in text:
        assert FAILED[text] in str(refused(text))
        return
    error = failed(text)

    assert FAILED[text] in str(error)
    assert (error.line, error.column) > (1, 1)


BOMBS = [
    "${" + " += ".join(["name"] * 2000) + "}",
    "${name}" * 2000,
    "${" + "name.replace('x', name)" + ".replace('x', name)" * 40 + ".length()}",
    "${name.lastIndexOf(name.replace('x', 'y'))}",
]


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:30])
def test_what_grows_is_ended_before_it_is_made(text: str) -> None:
    error = failed(text, name="x" * 60_000)

    assert any(word in str(error) for word in ("characters", "MB in all", "steps"))


@pytest.mark.parametrize(
    "text", ["${name}!", "yes", "${'yes'}", "${5}", "${rows}", "${name += 'x'}", "${null}"]
)
def test_a_condition_that_is_never_a_boolean_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="a condition is true or false, not"):
        CONDITIONS["juel"](text, KINDS)


@pytest.mark.parametrize("text", ["${paid}", "${any.paid}", "${amount > 5}", "${empty name}"])
def test_a_condition_may_be_what_can_be_a_boolean(text: str) -> None:
    assert CONDITIONS["juel"](text, KINDS).language == "juel"


def test_a_file_may_ask_for_juel_by_name() -> None:
    assert LANGUAGES["juel"]("${amount + 1}", KINDS).evaluate({"amount": 4}) == 5
    assert SCRIPTS["juel"]("${amount + 1}", KINDS).run({"amount": 4}) == {"": 5}


def test_a_variable_hides_what_the_other_engines_put_beside_it() -> None:
    kinds = {"execution": KINDS["any"], "task": KINDS["name"]}
    text = "${execution.id}${task}"

    assert LANGUAGES["juel"](text, kinds).evaluate({"execution": {"id": 7}, "task": "x"}) == "7x"


def test_nothing_is_read_of_a_python_object() -> None:
    class Trap:
        secret = "x"

    for text in ("${any.secret}", "${any['__class__']}", "${any.__dict__}"):
        assert "has no property" in str(failed(text, any=Trap()))
    assert evaluate("${any.__class__}") is None
    assert VALUES["any"] is not None
