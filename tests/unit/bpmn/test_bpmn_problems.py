"""Problems: each code has a file that shows it, and says where and what would help."""

import re

import pytest

from procession.bpmn.problems import LISTED_MAX, PROBLEMS_MAX, listed, near, plain
from tests.unit.bpmn.bad_files import BAD_FILES
from tests.unit.bpmn.notation import ROOT, codes_of, flow, problem_of, problems_of, process


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_has_its_problem_and_no_other(code: str) -> None:
    assert {*codes_of(BAD_FILES[code])} <= {code, *OTHERS.get(code, ())}
    assert code in codes_of(BAD_FILES[code])


# A list that is cut short is full of other problems.
OTHERS = {"too-many-problems": {"unknown-element"}}


def test_every_code_has_a_bad_file_and_a_line_in_the_docs() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/procession/bpmn").glob("*.py"))
    in_source = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source)) - {"add-data", "read-data"}
    page = (ROOT / "docs" / "bpmn.md").read_text().partition("## Problems")[2]

    documented = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))

    assert in_source - documented == set()
    assert documented == BAD_FILES.keys()


def test_all_problems_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    xml = process(
        '<startEvent id="s"/>\n<choreographyTask id="g"/>\n<serviceTask id="t"/>\n'
        + flow("f", "s", "nowhere")
        + '\n<exclusiveGateway id="x"/>\n'
        + flow("h", "x", "t", "Amont > 5")
    )

    assert codes_of(xml) == ["unsupported-element", "no-work", "dangling-flow", "bad-expression"]
    lines = [problem.line for problem in problems_of(xml)]
    assert lines == [lines[0] + step for step in (0, 1, 2, 4)]


def test_a_problem_tells_file_line_element_and_caption() -> None:
    xml = process('\n\n<serviceTask id="Add" name="Add the&#10;contact"/>')

    (problem,) = problems_of(xml, file="a.bpmn")

    assert problem.file == "a.bpmn"
    assert problem.line == xml[: xml.index(b"<serviceTask")].count(b"\n") + 1
    assert problem.element == "Add"
    assert problem.name == "Add the contact"
    assert str(problem).startswith(f"a.bpmn:{problem.line}: Add (Add the contact): nothing says")
    assert str(problem).endswith("[no-work]")


def test_a_problem_in_an_extension_names_the_element_that_it_extends() -> None:
    xml = process(
        '<serviceTask id="Add" name="Add"><extensionElements><p:addData table="T">\n'
        '<p:value column="A" expression="Nmae"/></p:addData></extensionElements></serviceTask>'
    )

    problem = problem_of(xml)

    assert (problem.element, problem.code) == ("Add", "bad-expression")
    assert problem.line == xml[: xml.index(b"<p:value")].count(b"\n") + 1


def test_lines_are_right_in_files_of_more_than_65535_of_them() -> None:
    problem = problem_of(process("\n" * 70_000 + '<serviceTask id="e"/>'))

    assert problem.line > 70_000


def test_what_a_problem_quotes_is_bounded_and_free_of_control_characters() -> None:
    problem = problem_of(
        process(f'<task id="{"x" * 5_000}" name="a&#x85;&#10;b"/>').replace(
            b"&#x85;", b"\xe2\x80\x8f"
        )
    )

    assert len(problem.element) <= 256
    assert problem.name == "a? b"


def test_a_file_full_of_mistakes_gives_a_list_that_ends() -> None:
    problems = problems_of(BAD_FILES["too-many-problems"])

    assert len(problems) == PROBLEMS_MAX + 1
    assert problems[-1].code == "too-many-problems"


def test_a_near_name_is_offered() -> None:
    assert near("Nmae", ["Name", "Amount"]) == " Did you mean 'Name'?"
    assert near("Zebra", ["Name", "Amount"]) == ""


def test_near_names_are_not_sought_where_that_would_take_long() -> None:
    assert near("Name1", [f"Name{i}" for i in range(1_000)]) == ""
    assert near("N" * 1_000, ["N" * 999]) == ""


def test_long_lists_are_cut() -> None:
    names = [f"n{i:03}" for i in range(LISTED_MAX + 5)]

    assert listed(["b", "a\n"]) == "a, b"
    assert listed(names).endswith("n019 and 5 more")


def test_a_quoted_name_is_one_line() -> None:
    assert plain("a\r\n b\x1b[31m") == "a b?[31m"
