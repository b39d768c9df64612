"""Expressions and scripts: which language, and where a mistake stands."""

import ast
from collections.abc import Mapping

import pytest

from procession.bpmn import read
from procession.core.model import Expression
from procession.core.values import Kind, Value
from procession.errors import ExpressionError, InvalidProcess, Problem
from tests.unit.bpmn.notation import codes_of, definitions, flow, problem_of, problems_of, process

FLOWS = '<exclusiveGateway id="e"/><task id="a"/>'


def compile_shouting(text: str, visible: Mapping[str, Kind]) -> Expression:
    """A language of one name in capitals."""
    name = text.strip()
    if not name.isupper():
        raise ExpressionError(f"{name} is not in capitals", 1, 1)

    def evaluate(values: Mapping[str, Value]) -> Value:
        return values[name]

    return Expression(text, "shouting", evaluate)


def shouted(xml: bytes) -> list[Problem]:
    try:
        read(xml, languages={"": compile_shouting, "urn:shout": compile_shouting}, scripts={})
    except InvalidProcess as error:
        return error.problems
    return []


def conditioned(condition: str, attributes: str = "") -> bytes:
    inner = f"<conditionExpression>{condition}</conditionExpression>"
    return definitions(
        f'<process id="P">{FLOWS}<sequenceFlow id="f" sourceRef="e" targetRef="a">{inner}'
        "</sequenceFlow></process>",
        attributes,
    )


@pytest.mark.parametrize(
    "declared",
    ["", 'expressionLanguage=""', 'expressionLanguage="http://www.w3.org/1999/XPath"'],
)
def test_without_a_language_of_its_own_a_file_speaks_the_default_one(declared: str) -> None:
    assert shouted(conditioned("LOUD", declared)) == []
    assert [each.code for each in shouted(conditioned("quiet", declared))] == ["bad-expression"]


def test_a_file_may_name_its_language() -> None:
    assert shouted(conditioned("LOUD", 'expressionLanguage="urn:shout"')) == []


def test_an_unknown_language_of_the_file_is_one_problem_that_names_the_known_ones() -> None:
    (problem,) = shouted(conditioned("LOUD", 'expressionLanguage="urn:feel"'))

    assert problem.code == "unknown-language"
    assert problem.message == "the language 'urn:feel' is not known; known are urn:shout"


def test_an_expression_may_name_a_language_of_its_own() -> None:
    xml = conditioned("LOUD", 'expressionLanguage="urn:feel"').replace(
        b"<conditionExpression>", b'<conditionExpression language="urn:shout">'
    )

    assert [each.element for each in shouted(xml)] == [""]


def test_an_expression_that_says_it_is_xpath_is_not_taken_for_a_formula() -> None:
    xml = conditioned("LOUD").replace(
        b"<conditionExpression>",
        b'<conditionExpression language="http://www.w3.org/1999/XPath">',
    )

    (problem,) = shouted(xml)

    assert problem.code == "unknown-language"
    assert problem.element == "f"


def test_a_script_format_that_nobody_runs_names_the_known_ones() -> None:
    script = '<scriptTask id="e"{}><script>x = 1</script></scriptTask>'

    unknown = problem_of(process(script.format(' scriptFormat="javascript"')))
    absent = problem_of(process(script.format("")))

    assert unknown.code == absent.code == "unknown-script-format"
    assert "'javascript' is not known; known are" in unknown.message
    assert "python" in absent.message


def test_a_mistake_in_a_text_of_several_lines_has_the_line_of_the_file() -> None:
    xml = process(FLOWS + flow("f", "e", "a", "\n   Amount > 5\n   and Amont &lt; 7\n"))

    problem = problem_of(xml)

    assert problem.code == "bad-expression"
    assert problem.line == xml[: xml.index(b"Amont")].count(b"\n") + 1
    assert "(line 3, column 8 of its text)" in problem.message


def test_a_mistake_in_an_attribute_has_the_line_of_its_element() -> None:
    xml = process('\n<scriptTask id="e" p:result="Score" p:formula="1 +&#10;Amont"/>')

    problem = problem_of(xml)

    assert problem.message.startswith("formula: ")
    assert problem.line == xml[: xml.index(b"<scriptTask")].count(b"\n") + 1


def test_a_mistake_in_a_script_has_the_line_of_the_file() -> None:
    xml = process(
        '<scriptTask id="e" scriptFormat="python"><script>\n'
        "    Score = 1\n    Score = Amont\n    </script></scriptTask>"
    )

    problem = problem_of(xml)

    assert problem.code == "bad-script"
    assert problem.line == xml[: xml.index(b"Amont")].count(b"\n") + 1
    assert problem.element == "e"


def test_a_message_of_several_lines_becomes_one() -> None:
    def refusing(text: str, visible: Mapping[str, Kind]) -> Expression:
        raise ExpressionError("one\n  two")

    with pytest.raises(InvalidProcess) as caught:
        read(conditioned("LOUD"), languages={"": refusing}, scripts={})

    assert caught.value.problems[0].message == "the condition: one two"


def test_the_same_mistake_in_two_places_is_told_twice() -> None:
    xml = process(
        FLOWS + '<task id="b"/>' + flow("f", "e", "a", "Amont") + flow("g", "e", "b", "Amont")
    )

    assert [problem.element for problem in problems_of(xml)] == ["f", "g"]


def test_the_same_condition_in_two_places_is_compiled_once() -> None:
    compiled = []

    def counting(text: str, visible: Mapping[str, Kind]) -> Expression:
        compiled.append(text)
        return Expression(text, "", lambda values: ast.literal_eval(text))

    xml = process(
        FLOWS + '<task id="b"/>' + flow("f", "e", "a", "True") + flow("g", "e", "b", "True"), ""
    )

    read(xml, languages={"": counting}, scripts={})

    assert compiled == ["True"]


def test_two_processes_of_a_file_do_not_see_each_others_parameters() -> None:
    xml = definitions(
        '<process id="P"><extensionElements><p:parameter code="A" type="Boolean"/>'
        f"</extensionElements>{FLOWS}{flow('f', 'e', 'a', 'A')}</process>"
        f'<process id="Q"><task id="x"/><task id="y"/>{flow("g", "x", "y", "A")}</process>'
    )

    assert [(each.element, each.code) for each in problems_of(xml)] == [("g", "bad-expression")]


def test_an_expression_with_elements_in_it_is_refused() -> None:
    xml = process(FLOWS + flow("f", "e", "a", "Done<b>x</b>"))

    assert "unknown-element" in codes_of(xml)
