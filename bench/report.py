"""The figures as tables, and whether they are what we aim at."""

from collections.abc import Sequence

from bench.calls import Compared
from bench.elements import Length
from bench.resting import Resting
from bench.sizes import Large, Looped, Thrown
from bench.starting import Deploying, Starting
from bench.table import table

CALLS_RATIO_MIN = 0.70
LATENCY_RATIO_MAX = 1.5

_SHOWN = {
    "calls/s": "calls_per_second",
    "p50, ms": "p50",
    "p99, ms": "p99",
    "processor time for each call, µs": "processor",
    "memory, MB": "memory",
}


def calls_table(calls: Sequence[Compared]) -> str:
    """Floor, service and ratio of each figure, a column for each number of connections."""
    rows: list[list[object]] = []
    for label, name in _SHOWN.items():
        rows.append([label, "floor", *(each.floor[name] for each in calls)])
        rows.append(["", "service", *(each.service[name] for each in calls)])
        rows.append(["", "ratio", *(each.ratio[name] for each in calls)])
    rows.append(["load's own share of a core", "", *(each.service["load_busy"] for each in calls)])
    heads = [
        "Execute of five elements; connections:",
        "",
        *(str(each.connections) for each in calls),
    ]
    return table("Service beside floor", heads, rows)


def aims(calls: Sequence[Compared]) -> str:
    """What we aim at, and what was measured."""
    by_connections = {each.connections: each.ratio for each in calls}
    throughput, latency = by_connections[64]["calls_per_second"], by_connections[1]["p50"]
    return (
        f"Aim: calls/s at 64 connections at least {CALLS_RATIO_MIN:.2f} of the floor's: "
        f"{throughput:.2f}, {_met(throughput >= CALLS_RATIO_MIN)}.\n"
        f"Aim: p50 at one connection at most {LATENCY_RATIO_MAX:.2f} of the floor's: "
        f"{latency:.2f}, {_met(latency <= LATENCY_RATIO_MAX)}.\n"
    )


def _met(met: bool) -> str:
    return "met" if met else "not met"


def lengths_table(lengths: Sequence[Length]) -> str:
    """What one more element costs."""
    heads = ("elements", "ms for the run", "processor µs for each", "ratio to 1,000")
    rows = [
        (f"{e.elements:,}", e.milliseconds, e.microseconds_per_element, e.ratio) for e in lengths
    ]
    return table("A line of abstract tasks, without HTTP", heads, rows)


def resting_table(levels: Sequence[Resting]) -> str:
    """What runs at rest cost."""
    heads = (
        "runs at rest",
        "MB, after they began",
        "MB, started anew",
        "start, s",
        "Execute, p50",
        "resume one, p50",
    )
    rows = [
        (
            f"{each.instances:,}",
            each.memory_filled,
            each.memory_started,
            each.start_seconds,
            each.execute,
            each.resume,
        )
        for each in levels
    ]
    return table("Runs at rest at a user task; p50 as ratios to the floor's Execute", heads, rows)


def seconds_table(starts: Starting, deployment: Deploying) -> str:
    """Start and deployment."""
    each = f"{deployment.milliseconds_per_process:.2f} ms for each"
    rows = [
        (
            "serve, to the first answer",
            starts.service_seconds,
            f"{starts.ratio:.2f} of the floor's",
        ),
        (f"deploy {deployment.processes:,} processes, one command", deployment.seconds, each),
        ("serve with these, to the first answer", deployment.start_seconds, ""),
    ]
    return table("Start and deployment", ("", "s", ""), rows)


def deployed_table(deployed: Sequence[Large]) -> str:
    """Large files."""
    heads = ("deploy one file", "elements", "s", "processor s")
    rows = [(e.content, f"{e.elements:,}", e.seconds, e.processor_seconds) for e in deployed]
    return table("Large processes", heads, rows)


def loops_table(loops: Sequence[Looped]) -> str:
    """What one more item costs; it should not depend on how many there are."""
    heads = ("items", *loops[0].microseconds)
    rows = [(f"{each.items:,}", *each.microseconds.values()) for each in loops]
    return table("A loop over many items, processor µs for each, without HTTP", heads, rows)


def signals_table(thrown: Sequence[Thrown]) -> str:
    """What one more run costs that waits, and whether others are held up."""
    heads = ("runs that wait", "s", "processor µs for each", "start beside it, p50 ms", "longest")
    rows = [
        (f"{e.runs:,}", e.seconds, e.microseconds, e.execute_p50, e.execute_max) for e in thrown
    ]
    return table("A signal to many runs, without HTTP", heads, rows)
