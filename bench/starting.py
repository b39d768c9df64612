"""How long a start of the service and a large deployment take."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.notation import copies
from bench.servers import FLOOR, SERVICE, procession, running


@dataclass(frozen=True, slots=True)
class Starting:
    """Seconds from the command to the first answer; medians."""

    floor_seconds: float
    service_seconds: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Deploying:
    """Seconds of one `deploy` command of so many files, and of the next start of the service."""

    processes: int
    seconds: float
    milliseconds_per_process: float
    start_seconds: float


def measure_starts(floor_data: Path, service_data: Path, rounds: int) -> Starting:
    """Both in turn."""
    pairs = [(_start(FLOOR, floor_data), _start(SERVICE, service_data)) for _ in range(rounds)]
    return Starting(
        median(floor for floor, _ in pairs),
        median(service for _, service in pairs),
        median(service / floor for floor, service in pairs),
    )


def _start(command: Sequence[str], data: Path) -> float:
    with running(command, data) as server:
        return server.start_seconds


def measure_deployment(folder: Path, processes: int) -> Deploying:
    """So many files, each with one process of five elements."""
    folder.mkdir()
    files = [folder / f"{number}.bpmn" for number in range(processes)]
    for file, text in zip(files, copies(processes), strict=True):
        file.write_text(text, encoding="utf-8")
    started = time.perf_counter()
    procession("deploy", *map(str, files), data=folder)
    seconds = time.perf_counter() - started
    return Deploying(processes, seconds, seconds / processes * 1e3, _start(SERVICE, folder))
