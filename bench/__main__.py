"""`make bench`: all measurements, printed as tables; `python -m bench --quick` is a short look."""

import json
import os
import platform
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import uvloop

from bench.calls import Compared, compare
from bench.elements import measure_lengths
from bench.notation import FIVE_STEPS, rests
from bench.report import (
    aims,
    calls_table,
    deployed_table,
    lengths_table,
    loops_table,
    resting_table,
    seconds_table,
    signals_table,
)
from bench.resting import measure_resting
from bench.servers import FLOOR, SERVICE, Server, prepare, running
from bench.sizes import Sizes, measure_sizes
from bench.starting import measure_deployment, measure_starts

# Not the system's temporary folder: that may be in memory, where a commit costs nothing.
FOLDER = Path(__file__).parent.parent / "build" / "bench"
CONNECTIONS = (1, 16, 64, 256)
LENGTHS = (10, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    rounds: int
    seconds: float
    short_rounds: int
    resting: Sequence[int]
    processes: int
    items: Sequence[int]
    listening: Sequence[int]


FULL = Scale(7, 1.5, 5, (0, 10_000, 100_000), 1_000, (100, 1_000, 10_000), (1_000, 10_000))
QUICK = Scale(2, 0.5, 1, (0, 1_000, 5_000), 100, (100, 1_000), (1_000,))
LARGE = 10_000


@click.command()
@click.option("--quick", is_flag=True, help="A short look: fewer and shorter rounds, less data.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures here too.")
def bench(*, quick: bool, file: Path | None) -> None:
    """Measure the service beside the floor, and what grows with the data."""
    started = time.perf_counter()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    click.echo(_heading(quick))
    try:
        figures = _measure(QUICK if quick else FULL)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    if file is not None:
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    click.echo(f"Measured in {time.perf_counter() - started:.0f} s.")


def _heading(quick: bool) -> str:
    now = datetime.now(UTC)
    mode = "a short look" if quick else "in full"
    return (
        f"{now:%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {mode}. Ratios are service to floor.\n"
    )


def _measure(scale: Scale) -> dict[str, Any]:
    """Measure, and print each table as soon as it is there."""
    rests_file = FOLDER / "rests.bpmn"
    rests_file.write_text(rests(), encoding="utf-8")
    floor_data = prepare(FOLDER / "floor", FIVE_STEPS)
    service_data = prepare(FOLDER / "service", FIVE_STEPS, rests_file)
    with running(FLOOR, floor_data) as floor:
        calls = _calls(floor, service_data, scale)
        click.echo(f"{calls_table(calls)}\n{aims(calls)}")
        lengths = uvloop.run(measure_lengths(FOLDER / "lengths", LENGTHS, scale.rounds))
        click.echo(lengths_table(lengths))
        resting = measure_resting(floor, service_data, scale.resting, rounds=scale.short_rounds)
        click.echo(resting_table(resting))
    starts = measure_starts(floor_data, service_data, scale.short_rounds)
    deployment = measure_deployment(FOLDER / "deployment", scale.processes)
    click.echo(seconds_table(starts, deployment))
    return {
        "calls": [asdict(each) for each in calls],
        "lengths": [asdict(each) for each in lengths],
        "resting": [asdict(each) for each in resting],
        "starts": asdict(starts),
        "deployment": asdict(deployment),
        "sizes": asdict(_sizes(scale)),
    }


def _sizes(scale: Scale) -> Sizes:
    sizes = uvloop.run(
        measure_sizes(FOLDER / "sizes", elements=LARGE, items=scale.items, runs=scale.listening)
    )
    click.echo(deployed_table(sizes.deployed))
    click.echo(loops_table(sizes.loops))
    click.echo(signals_table(sizes.thrown))
    return sizes


def _calls(floor: Server, data: Path, scale: Scale) -> list[Compared]:
    with running(SERVICE, data) as service:
        return [
            compare((floor, service), each, rounds=scale.rounds, seconds=scale.seconds)
            for each in CONNECTIONS
        ]


if __name__ == "__main__":
    bench()
