"""How a command ends, so that scripts can tell why (docs/cli.md)."""

from procession.cli.output import print_note
from procession.errors import (
    DecisionError,
    InvalidProcess,
    ProcessionError,
    SettingsError,
    StoreError,
)

FAILED = 1  # the process ran and failed, or the decision
UNUSABLE = 2  # the command line or a setting cannot be used; click's own code too
REFUSED = 3  # what was asked was refused, and nothing was changed
UNAVAILABLE = 4  # the store, or another part of the machine
INTERRUPTED = 130


def report(error: ProcessionError) -> int:
    """Says on stderr what went wrong, one line for each thing; the exit code."""
    if isinstance(error, InvalidProcess):
        for problem in error.problems:
            print_note(str(problem))
        return REFUSED
    print_note(f"Error: {error}")
    if isinstance(error, SettingsError):
        return UNUSABLE
    if isinstance(error, DecisionError):
        return FAILED
    return UNAVAILABLE if isinstance(error, StoreError) else REFUSED
