"""Test suites that use the plugin, each run by a pytest of its own within this one."""

import pytest

# Whatever is loaded stays loaded from suite to suite: they are run in this process.
import procession.testing.coverage
import procession.testing.fixture

# pytest finds the plugin by itself. That it is loaded already is due to this pytest around it.
SETTINGS = """
    [pytest]
    asyncio_mode = auto
    asyncio_default_fixture_loop_scope = function
    filterwarnings =
        error
        ignore:Module already imported:pytest.PytestAssertRewriteWarning
"""
HEAD = f"""
import pytest
from pathlib import Path
ROOT = Path({str(procession.testing.fixture.__file__)!r}).parents[3]
EXAMPLES = ROOT / "examples"
PROCESSES = ROOT / "tests" / "contract" / "processes"
"""


def run_suite(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    """What comes of a suite with these tests."""
    pytester.makeini(SETTINGS)
    pytester.makepyfile(test_suite=HEAD + text)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)


def run_in_programs(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    """The same, by a pytest that starts programs of its own."""
    pytester.makeini(SETTINGS)
    pytester.makepyfile(test_suite=HEAD + text)
    return pytester.runpytest_subprocess("-n", "2", *options)


def passes(pytester: pytest.Pytester, text: str, *options: str) -> None:
    result = run_suite(pytester, text, *options)
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, result.stdout.str()
