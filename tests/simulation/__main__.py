"""`python -m tests.simulation N [SEED]`: so many random cases, from a seed on, on all processors.

Without a seed the cases are ones that nobody has tried. The first that fails is shown and ends it.
"""

import os
import secrets
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.case import CaseFailed, run_case

PART = 250
SEEDS = 2**32


def run_part(seeds: range) -> tuple[int, int]:
    """How many turns and crashes the cases took. Raises CaseFailed."""
    cases = [run_case(seed) for seed in seeds]
    return sum(case.turns for case in cases), sum(case.crashes for case in cases)


def main(arguments: Sequence[str]) -> int:
    number = int(arguments[0]) if arguments else 1000
    first = int(arguments[1]) if len(arguments) > 1 else secrets.randbelow(SEEDS)
    parts = [
        range(seed, min(seed + PART, first + number)) for seed in range(first, first + number, PART)
    ]
    print(f"{number} cases from seed {first}", flush=True)
    try:
        turns, crashes = _run(parts)
    except CaseFailed as failure:
        print(failure)
        return 1
    print(f"{number} cases hold: {turns} decisions, {crashes} crashes")
    return 0


def _run(parts: Sequence[range]) -> tuple[int, int]:
    if len(parts) == 1:
        return run_part(parts[0])
    turns = crashes = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, (more_turns, more_crashes) in enumerate(pool.map(run_part, parts), start=1):
            turns, crashes = turns + more_turns, crashes + more_crashes
            if done % 40 == 0:
                print(f"{done * PART} hold so far", flush=True)
    return turns, crashes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
