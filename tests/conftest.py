"""Options of the whole test suite."""

import signal
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# A suite that was started in the background ignores the interrupt, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same tests give the same verdict twice; `make explore` tries cases that nobody has tried.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", database=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="write into the scenarios what happens now; read the difference before you keep it",
    )


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """What a command that runs within a test sets up for its log holds for no other test."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
