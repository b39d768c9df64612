"""What is wrong with a file is found when it is read: all of it, with place, code and help."""

import pytest

from procession.errors import InvalidProcess
from tests.unit.dmn.bad_files import BAD_FILES
from tests.unit.dmn.dmn_builders import (
    decision,
    definitions,
    input_data,
    literal,
    problems_of,
    table,
)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_mistake_is_one_problem_with_its_code(name: str) -> None:
    problems = problems_of(BAD_FILES[name])

    assert {problem.code for problem in problems} == {name.partition(":")[0]}
    assert all(problem.file == "a.dmn" for problem in problems)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_problem_is_one_line_that_says_what_would_help(name: str) -> None:
    for problem in problems_of(BAD_FILES[name]):
        assert "\n" not in str(problem)
        assert len(str(problem)) < 500
        assert len(problem.message.split()) > 3


def test_all_problems_of_a_file_are_found_at_once() -> None:
    xml = definitions(
        input_data("A", "nunber"),
        decision("D", literal("1 +")),
        decision("E", table("UNIQ", ["1"], ["[1.. -> 2 *"])),
        "<desicion/>",
    )

    assert sorted(problem.code for problem in problems_of(xml)) == [
        *("bad-expression", "bad-expression", "bad-expression"),
        *("unknown-element", "unknown-hit-policy", "unknown-type"),
    ]


def test_a_problem_names_its_decision_and_line() -> None:
    (problem,) = problems_of(definitions(input_data("A"), decision("Fine print", literal("1 +"))))

    assert (problem.element, problem.name, problem.line) == ("Fine_print", "Fine print", 3)
    assert str(problem).startswith("a.dmn:3: Fine_print (Fine print): Fine print: ")


def test_the_line_is_that_within_the_text() -> None:
    xml = definitions(decision("D", literal("if true\nthen 1\nelse +")))
    (problem,) = problems_of(xml)

    assert problem.line == 4
    assert "(line 3, column 6 of its text)" in problem.message


def test_a_problem_of_a_cell_names_its_rule_and_column() -> None:
    (problem,) = problems_of(
        definitions(decision("D", table("UNIQUE", ["1"], ["1 -> 1", "[2.. -> 1"])))
    )

    assert problem.message.startswith("input 1 of rule 2 of D: ")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("not-dmn: DMN 1.0", "the file is DMN 1.0; save it as DMN 1.1 to 1.6"),
        ("unknown-type: of an input", "there is no type 'nunber'. Did you mean 'number'?"),
        ("unknown-element: a slip", "Did you mean 'decision'?"),
        ("unknown-hit-policy: a slip", "the hit policy 'UNIQ' is not known; there is UNIQUE, ANY"),
        ("requirement-cycle: of two decisions", "it requires itself: 'D' → 'E' → 'D'"),
        ("type-cycle: of two", "the type is made of itself: 't' → 'u' → 't'"),
        ("wrong-entries: an input too many", "rule 1 of D has 2 input entries and the table 1"),
        ("unsupported-function-kind: Java", "a function of kind 'Java'; write it in FEEL"),
        ("unsupported-import: of a model", "the import 'other' is not read"),
        ("incomplete-service: an input is missing", "the service S needs 'A'"),
    ],
)
def test_a_message_says_what_is_true(name: str, message: str) -> None:
    assert message in str(problems_of(BAD_FILES[name])[0])


def test_a_hostile_file_gives_a_bounded_number_of_problems() -> None:
    problems = problems_of(definitions(*["<x/>"] * 2_000))

    assert len(problems) == 501
    assert problems[-1].code == "too-many-problems"
    assert len(str(InvalidProcess(problems))) < 100_000


def test_nested_deeper_than_xml_may_be_is_refused() -> None:
    deep = "<list>" * 300 + "</list>" * 300

    assert [p.code for p in problems_of(definitions(decision("D", deep)))] == ["too-deep"]
