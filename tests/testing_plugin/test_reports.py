"""What the plugin says: of a path that is another than the test wants, and of what was reached."""

import re

import pytest

from tests.testing_plugin.suites import run_in_programs, run_suite

pytest_plugins = ("pytester",)


def shown(pytester: pytest.Pytester, text: str, *options: str) -> str:
    """What a failing test prints after `E`."""
    output = run_suite(pytester, text, *options).stdout.str()
    lines = re.findall(r"^E   (.*)$", output, re.MULTILINE)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "GUID", "\n".join(lines))


def test_a_path_that_was_not_taken_is_shown_with_the_one_that_was(
    pytester: pytest.Pytester,
) -> None:
    text = """
def test_it(procession):
    procession.deploy(PROCESSES / "UsrWait.bpmn")
    run = procession.run("UsrWait", {"Amount": 4})
    procession.assert_path(run, passed=["Count", "Finish"], not_passed=["End"])
"""

    assert shown(pytester, text) == (
        "    AssertionError: UsrWait: the run has not passed Finish\n"
        "run GUID of UsrWait (version 1): Running\n"
        "    1. Start              passed\n"
        "    2. Count              passed\n"
        "    3. Approve (Approve)  waits\n"
        "  Amount = 4\n"
        "  Before = 5"
    ).replace("\n", "\n    ")


def test_a_path_that_must_not_be_taken_and_an_incident_are_shown(
    pytester: pytest.Pytester,
) -> None:
    text = """
def test_it(procession):
    procession.deploy(PROCESSES / "UsrFail.bpmn")
    procession.start("UsrFail").passed("Count").but_not("Divide", "End")
"""

    found = shown(pytester, text)

    assert "UsrFail: the run has reached Divide\n" in found
    assert re.search(r"3\. Divide +failed\n", found)
    assert "incident at Divide: a division by zero [ExpressionError]" in found


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ('waits_at("Finish")', "UsrWait: the run does not wait at Finish"),
        ('is_("Completed")', "UsrWait: the run is not Completed"),
        ('passed_in_order("Count", "Start")', "has not passed Count, then Start: Start is missing"),
        ('but_not("Aprove")', "LookupError: UsrWait has no element 'Aprove'; it has Approve"),
    ],
)
def test_each_assertion_says_what_it_missed(
    pytester: pytest.Pytester, assertion: str, message: str
) -> None:
    text = f"""
def test_it(procession):
    procession.deploy(PROCESSES / "UsrWait.bpmn")
    procession.run("UsrWait").{assertion}
"""

    assert message in shown(pytester, text)


TWO_TESTS = """
def test_one(procession):
    procession.deploy(PROCESSES / "UsrWait.bpmn", PROCESSES / "UsrEcho.bpmn")
    procession.run("UsrWait")

def test_other(procession):
    procession.deploy(PROCESSES / "UsrEcho.bpmn")
    procession.run("UsrEcho")
"""


def coverage_lines(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if re.match(r"Usr|less", line)]


def test_what_no_test_has_reached_is_reported(pytester: pytest.Pytester) -> None:
    result = run_suite(pytester, TWO_TESTS, "--procession-coverage")

    assert coverage_lines(result) == [
        "UsrEcho      2 of 2   100 %",
        "UsrWait      3 of 5    60 %   not reached: Finish, End",
    ]
    assert result.ret == pytest.ExitCode.OK


def test_too_little_of_a_process_fails_the_test_run(pytester: pytest.Pytester) -> None:
    result = run_suite(pytester, TWO_TESTS, "--procession-coverage-min", "80")

    assert coverage_lines(result)[-1] == "less than 80 %: UsrWait"
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    enough = run_suite(pytester, TWO_TESTS, "--procession-coverage-min", "60")
    assert enough.ret == pytest.ExitCode.OK


def test_nothing_is_reported_unless_it_is_asked_for(pytester: pytest.Pytester) -> None:
    assert coverage_lines(run_suite(pytester, TWO_TESTS)) == []


def test_what_several_programs_have_reached_is_reported_as_one(pytester: pytest.Pytester) -> None:
    result = run_in_programs(pytester, TWO_TESTS, "--procession-coverage")

    assert coverage_lines(result) == [
        "UsrEcho      2 of 2   100 %",
        "UsrWait      3 of 5    60 %   not reached: Finish, End",
    ]
