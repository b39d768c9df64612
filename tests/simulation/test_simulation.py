"""Random processes against the core: 10,000 cases, the same each time, and what they must catch."""

import ast
from pathlib import Path
from typing import get_args

import pytest

from procession.core.changes import AnyChange
from tests.simulation.__main__ import main, run_part
from tests.simulation.case import CaseFailed, run_case
from tests.simulation.event_mutations import EVENT_MUTATIONS
from tests.simulation.mutations import MUTATIONS, Mutation

CASES = 10_000
PART = 500
CAUGHT_WITHIN = 200
ALL_MUTATIONS = (*MUTATIONS, *EVENT_MUTATIONS)
# What only other tests reach: the keys of conversations, and jobs that take several turns.
NOT_REACHED = {"CorrelationSet", "DataStoreRead", "DataStoreWritten", "JobMoved"}
# What the second interpreter shares with the core: the process as data, and values.
SHARED = {"procession.core.model", "procession.core.values", "procession.errors"}


@pytest.mark.parametrize("first", range(0, CASES, PART))
def test_no_rule_is_broken_in_random_cases(first: int) -> None:
    """`make simulate` tries others."""
    run_part(range(first, first + PART))


@pytest.mark.parametrize("mutation", ALL_MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mistake_in_the_core_is_caught(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)

    with pytest.raises(CaseFailed) as caught:
        run_part(range(CAUGHT_WITHIN))

    # A rule is broken, or the core trips over something that should have been there.
    assert isinstance(caught.value.__cause__, AssertionError | KeyError), caught.value


def test_a_failed_case_says_how_to_see_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MUTATIONS[0](monkeypatch)
    with pytest.raises(CaseFailed, match=r"python -m tests.simulation 1 (\d+)") as caught:
        run_part(range(CAUGHT_WITHIN))
    words = str(caught.value).rsplit("tests.simulation", 1)[1].split()

    assert main(words) == 1

    assert "a join" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_case() -> None:
    one, other = run_case(7), run_case(7)

    assert one.log == other.log
    assert {run: stored.turns for run, stored in one.runs.items()} == {
        run: stored.turns for run, stored in other.runs.items()
    }


def test_the_cases_reach_what_they_should() -> None:
    """A generator that got timid would make the rest of this file worthless."""
    cases = [run_case(seed) for seed in range(300)]

    written = "".join("".join(stored.turns) for case in cases for stored in case.runs.values())
    for change in get_args(AnyChange):
        reached = f'"{change.__name__}"' in written
        assert reached != (change.__name__ in NOT_REACHED), change
    for code in ("NeverRests", "JoinStarved", "ChildCanceled", "BadValue", "UncaughtError"):
        assert f'"{code}"' in written, code
    assert sum(case.crashes for case in cases) > 200


def test_the_second_interpreter_knows_nothing_of_the_core() -> None:
    """What both read alike could be wrong in both."""
    imported = {
        node.module
        for path in (Path(__file__).parent / "interpreter").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    assert {each for each in imported if each.startswith("procession")} == SHARED
    assert all("interpreter" in each for each in imported if each.startswith("tests"))
