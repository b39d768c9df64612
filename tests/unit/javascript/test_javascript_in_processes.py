"""JavaScript and JUEL as languages of a process: a file asks for them by name."""

import pytest

from procession.bpmn import read
from procession.catalog import CONDITIONS, LANGUAGES, SCRIPTS
from procession.core.values import DataType, Kind
from procession.errors import InvalidProcess

AMOUNT = {"amount": Kind(DataType.INTEGER)}
FILE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
    xmlns:p="urn:procession:bpmn:1.0" expressionLanguage="juel">
  <process id="Order" isExecutable="true">
    <extensionElements><p:parameter code="amount" type="Integer"/></extensionElements>
    <startEvent id="s"/>
    <sequenceFlow id="a" sourceRef="s" targetRef="g"/>
    <exclusiveGateway id="g" default="c"/>
    <sequenceFlow id="b" sourceRef="g" targetRef="t">
      <conditionExpression>${{amount &gt; 3}}</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="c" sourceRef="g" targetRef="e"/>
    <endEvent id="e"/>
    <scriptTask id="t" scriptFormat="{language}"><script>{script}</script></scriptTask>
  </process>
</definitions>"""


@pytest.mark.parametrize(
    "name", ["javascript", "js", "ecmascript", "application/javascript", "text/ecmascript"]
)
def test_a_file_may_ask_for_javascript_by_name(name: str) -> None:
    assert SCRIPTS[name]("amount = 7", AMOUNT).run({"amount": 4}) == {"amount": 7, "": 7}
    assert CONDITIONS[name]("amount > 3", AMOUNT).evaluate({"amount": 4}) is True


def test_a_file_may_ask_for_juel_by_name() -> None:
    assert LANGUAGES["juel"]("${amount + 1}", AMOUNT).evaluate({"amount": 4}) == 5
    assert CONDITIONS["juel"]("${amount > 3}", AMOUNT).evaluate({"amount": 4}) is True
    assert SCRIPTS["juel"]("${amount + 1}", AMOUNT).run({"amount": 4}) == {"": 5}


def problems(language: str, script: str) -> list[tuple[str, str, int]]:
    """What is wrong with the file: code, message and line."""
    xml = FILE.format(language=language, script=script).encode()
    try:
        read(xml, languages=LANGUAGES, scripts=SCRIPTS, conditions=CONDITIONS)
    except InvalidProcess as error:
        return [(each.code, each.message, each.line) for each in error.problems]
    return []


def test_a_process_with_scripts_and_conditions_is_read() -> None:
    assert problems("javascript", "amount = amount * 2;") == []
    assert problems("feel", "{amount: amount * 2}") == []
    assert problems("juel", "${amount * 2}") == []


def test_a_mistake_in_a_script_has_the_line_of_the_file() -> None:
    ((code, message, line),) = problems("javascript", "let a = 1;\nlet b = ;")

    assert (code, line) == ("bad-script", FILE[: FILE.index("{script}")].count("\n") + 2)
    assert "SyntaxError" in message
