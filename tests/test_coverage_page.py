"""docs/bpmn-coverage.md says what is so, and leaves nothing out."""

from scripts.coverage import ELEMENTS, PAGE, SPEC, missing, page, spec_tests


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m scripts.coverage"


def test_every_element_that_runs_has_a_row() -> None:
    assert missing() == []


def test_every_file_that_a_row_names_has_tests() -> None:
    files = {test.file for test in spec_tests()}

    assert {each for row in ELEMENTS.values() for each in row} <= files, SPEC


def test_every_test_of_the_specification_names_a_clause() -> None:
    assert [f"{test.file} {test.name}" for test in spec_tests() if not test.clauses] == []
