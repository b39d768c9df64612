"""What one more element costs: lines of abstract tasks through the real engine, without HTTP."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.notation import line
from procession.catalog import Found
from procession.compose import open_engine
from procession.core.instance import Status
from procession.engine import Engine
from procession.settings import Settings

WAIT_SECONDS = 120.0
ELEMENTS_PER_ROUND = 5_000
COMPARED_WITH = 1_000


@dataclass(frozen=True, slots=True)
class Length:
    """A run of so many elements: its time, and the processor time for each element of it.

    `ratio`: of that processor time to the one in a line of 1,000.
    """

    elements: int
    milliseconds: float
    microseconds_per_element: float
    ratio: float


async def measure_lengths(data: Path, lengths: Sequence[int], rounds: int) -> list[Length]:
    """The medians for a run of each length, from the start to the durable end; round by round."""
    taken: dict[int, list[tuple[float, float]]] = {length: [] for length in lengths}
    async with open_engine(Settings(data=data)) as engine:
        files = [(f"{length}.bpmn", line(_name(length), length - 2).encode()) for length in lengths]
        await engine.catalog.deploy(files, by="bench")
        for _ in range(rounds):
            for length in lengths:
                taken[length] += await _runs(engine, length)
    wall = {length: median(seconds for seconds, _ in taken[length]) for length in lengths}
    each = {length: median(cpu for _, cpu in taken[length]) / length for length in lengths}
    return [
        Length(length, wall[length] * 1e3, each[length] * 1e6, each[length] / each[COMPARED_WITH])
        for length in lengths
    ]


def _name(length: int) -> str:
    return f"UsrLine{length}"


async def _runs(engine: Engine, length: int) -> list[tuple[float, float]]:
    found = await engine.catalog.find(_name(length))
    return [await _run(engine, found) for _ in range(max(ELEMENTS_PER_ROUND // length // 10, 1))]


async def _run(engine: Engine, found: Found) -> tuple[float, float]:
    """Seconds, and seconds of processor time."""
    started, cpu_before = time.perf_counter(), time.process_time()
    outcome = await engine.start(found, {}, caller="bench", wait_seconds=WAIT_SECONDS)
    assert outcome.status is Status.COMPLETED, outcome
    return time.perf_counter() - started, time.process_time() - cpu_before
