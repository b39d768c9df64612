"""The pytest plugin `procession`: the fixture, the options, the report (docs/pytest.md).

Rule: it changes nothing for tests that do not ask for the fixture.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from procession.testing.fixture import Procession

TRAVELS_AS = "procession_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("procession", "processes under test")
    group.addoption(
        "--procession-coverage",
        action="store_true",
        help="report which elements of each process no test has reached",
    )
    group.addoption(
        "--procession-coverage-min",
        type=float,
        metavar="PERCENT",
        help="fail if of some process fewer elements were reached; implies the report",
    )


def pytest_configure(config: pytest.Config) -> None:
    least = config.getoption("--procession-coverage-min")
    if least is not None or config.getoption("--procession-coverage"):
        config.pluginmanager.register(_Report(least), "procession-coverage")


@pytest.fixture
def procession_settings() -> Mapping[str, object]:
    """Settings of the service that a test wants otherwise (docs/settings.md); override it."""
    return {}


@pytest.fixture
def procession(
    tmp_path: Path, procession_settings: Mapping[str, object], request: pytest.FixtureRequest
) -> "Iterator[Procession]":
    """A service of the test's own: deploy, run, complete, move the clock, look at the path."""
    # What a test run without this fixture does not need, it does not load.
    from procession.testing.fixture import Procession

    service = Procession(tmp_path / "procession", procession_settings)
    service.open()
    try:
        yield service
        report = request.config.pluginmanager.get_plugin("procession-coverage")
        if report is not None:
            service.see(report.coverage.add(service.engine))
    finally:
        service.close()


class _Report:
    """Gathers what was reached, from this program and from those that it has started."""

    def __init__(self, least: float | None) -> None:
        from procession.testing.coverage import ElementCoverage

        self.coverage = ElementCoverage()
        self._least = least

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A program of pytest-xdist has ended."""
        self.coverage.merge(getattr(node, "workeroutput", {}).get(TRAVELS_AS, {}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[TRAVELS_AS] = self.coverage.portable()
        elif self._below() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("elements reached")
        for line in self.coverage.lines():
            terminalreporter.write_line(line)
        if self._below():
            names = ", ".join(self._below())
            terminalreporter.write_line(f"less than {self._least:g} %: {names}", red=True)

    def _below(self) -> list[str]:
        return [] if self._least is None else self.coverage.below(self._least)
