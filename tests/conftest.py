"""Options of the whole test suite."""

import signal

import pytest

# A suite that was started in the background ignores the interrupt, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="write into the scenarios what happens now; read the difference before you keep it",
    )
