"""Each scenario happens as it is written; `pytest tests/scenarios --rewrite` writes it anew."""

from pathlib import Path
from typing import get_args

import pytest

from procession.core.changes import AnyChange
from tests.scenarios.scenario import FOLDER, play
from tests.scenarios.trace import _ROWS

SCENARIOS = sorted(FOLDER.glob("*.txt"))
SMALL = """\
# What this is about.
draw P
  start → user a → end
----
P: start, a, end

# A comment that stays.
start P N=4
----
something that did not happen
"""


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_happens_as_it_is_written(path: Path, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")

    happens = play(written)

    if request.config.getoption("--rewrite"):
        path.write_text(happens, encoding="utf-8")
        return
    assert happens == written


def test_playing_a_scenario_keeps_all_but_its_traces() -> None:
    happens = play(SMALL)

    head, _, trace = happens.partition("start P N=4\n----\n")
    assert head == SMALL.partition("start P N=4")[0]
    assert trace.splitlines()[-1] == "rests"


def test_playing_a_scenario_twice_changes_nothing_more() -> None:
    assert play(play(SMALL)) == play(SMALL)


def test_a_refusal_stands_in_the_trace() -> None:
    happens = play(SMALL + "\nretry a\n----\n")

    assert happens.splitlines()[-1] == "Rejected: element a has no incident; it is active"


def test_every_change_has_a_line() -> None:
    assert _ROWS.keys() == set(get_args(AnyChange))


def test_all_changes_happen_in_some_scenario() -> None:
    """The verbs of the trace, each in at least one file."""
    written = "".join(path.read_text(encoding="utf-8") for path in SCENARIOS)
    verbs = (
        "started activated completed terminated canceled taken waits joined dropped set job "
        "retried parked closed failed resolved paused resumed"
    )

    assert [verb for verb in verbs.split() if f"\n{verb} " not in written] == []
