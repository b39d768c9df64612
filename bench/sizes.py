"""What size costs: a large deployment, a loop over many items, a signal to many runs.

All of it through the real engine and store, without HTTP.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.notation import SIGNAL, decisions, line, listens, loop
from procession.compose import open_engine
from procession.core.ids import ElementInstanceId, element_uid
from procession.core.instance import ProcessInstance, Status
from procession.engine import Engine
from procession.settings import Settings

WAIT_SECONDS = 120.0
STARTED_AT_ONCE = 500
LISTENS = "UsrListens"
LOOPS = {
    "parallel": "UsrParallel",
    "sequential": "UsrSequential",
    "user tasks": "UsrAsks",
}


@dataclass(frozen=True, slots=True)
class Large:
    """A file with so many elements: seconds until it is deployed, and of processor time."""

    content: str
    elements: int
    seconds: float
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class Looped:
    """A loop over so many items: processor time for each, in µs, by the kind of the loop."""

    items: int
    microseconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Thrown:
    """A signal to so many runs: seconds until all had it, µs of processor time for each.

    `execute`: how long the starts of another process took meanwhile, in ms: p50 and the longest.
    """

    runs: int
    seconds: float
    microseconds: float
    execute_p50: float
    execute_max: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """All of them."""

    deployed: list[Large]
    loops: list[Looped]
    thrown: list[Thrown]


async def measure_sizes(
    data: Path, *, elements: int, items: Sequence[int], runs: Sequence[int]
) -> Sizes:
    """Everything that is measured here, in one engine."""
    async with open_engine(Settings(data=data)) as engine:
        files = {
            "a line of tasks": line("UsrLong", elements - 2),
            "gateways, a condition each": decisions("UsrDecides", elements // 2 - 1),
        }
        deployed = [await _deploy(engine, *file, elements) for file in files.items()]
        others = [
            loop(LOOPS["parallel"], "task", sequential=False),
            loop(LOOPS["sequential"], "task", sequential=True),
            loop(LOOPS["user tasks"], "userTask", sequential=False),
            listens(LISTENS),
            line("UsrOther", 1),
        ]
        named = [(f"{at}.bpmn", text.encode()) for at, text in enumerate(others)]
        await engine.catalog.deploy(named, by="bench")
        loops = [Looped(each, await _loops(engine, each)) for each in items]
        return Sizes(deployed, loops, [await _throw(engine, each) for each in runs])


async def _deploy(engine: Engine, content: str, text: str, elements: int) -> Large:
    started, cpu_before = time.perf_counter(), time.process_time()
    await engine.catalog.deploy([(f"{content}.bpmn", text.encode())], by="bench")
    cpu = time.process_time() - cpu_before
    return Large(content, elements, time.perf_counter() - started, cpu)


async def _loops(engine: Engine, items: int) -> dict[str, float]:
    return {kind: await _loop(engine, kind, items) / items * 1e6 for kind in LOOPS}


async def _loop(engine: Engine, kind: str, items: int) -> float:
    """Processor seconds for all items."""
    found = await engine.catalog.find(LOOPS[kind])
    cpu_before = time.process_time()
    outcome = await engine.start(
        found, {"Number": items}, caller="bench", wait_seconds=WAIT_SECONDS
    )
    if outcome.status is Status.RUNNING:
        for number in await engine.look(outcome.instance_id, _rounds):
            uid = element_uid(outcome.instance_id, number)
            await engine.execute_element(uid, {}, caller="bench")
    return time.process_time() - cpu_before


def _rounds(instance: ProcessInstance) -> list[ElementInstanceId]:
    return [number for number, me in instance.elements.items() if me.round]


async def _throw(engine: Engine, runs: int) -> Thrown:
    listening = await engine.catalog.find(LISTENS)
    for begun in range(0, runs, STARTED_AT_ONCE):
        number = min(STARTED_AT_ONCE, runs - begun)
        starts = (
            engine.start(listening, {}, caller="bench", wait_seconds=None) for _ in range(number)
        )
        await asyncio.gather(*starts)
    started, cpu_before = time.perf_counter(), time.process_time()
    throwing = asyncio.create_task(engine.signals.throw(SIGNAL))
    latencies = await _others(engine, throwing)
    cpu = time.process_time() - cpu_before
    seconds = time.perf_counter() - started
    return Thrown(runs, seconds, cpu / runs * 1e6, median(latencies), max(latencies))


async def _others(engine: Engine, throwing: "asyncio.Task[None]") -> list[float]:
    """Start another process again and again until the signal has reached all: ms of each."""
    found = await engine.catalog.find("UsrOther")
    latencies: list[float] = []
    while not throwing.done() or not latencies:
        started = time.perf_counter()
        await engine.start(found, {}, caller="bench", wait_seconds=None)
        latencies.append((time.perf_counter() - started) * 1e3)
    await throwing
    return latencies
