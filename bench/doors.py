"""`make load`: many connections over all doors at once, with a fixed mix of calls.

What is looked at is not speed but whether anything breaks, is refused or grows: each answer must
have the status that its call should have, and the service's memory must not grow with the calls.
"""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import click

from bench.notation import FIVE_STEPS, FIVE_STEPS_UID
from bench.servers import ENGINE_PATH, HOST, SERVICE, Server, head, prepare, running

FOLDER = Path(__file__).parent.parent / "build" / "bench" / "doors"
ANSWER_SECONDS_MAX = 60.0
SAMPLE_SECONDS = 5.0
# The caches are full and the allocator has found its size after so much of the time.
WARM_PART = 0.25
GROWTH_MAX = 1.15


@dataclass(frozen=True, slots=True)
class Visit:
    """One call: the door that it goes through, its bytes, the status that it must have."""

    door: str
    request: bytes
    status: int = 200


@dataclass(slots=True)
class Seen:
    """What came of the visits. `wrong`: other statuses than they should have had, by door."""

    calls: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)


def mix(server: Server) -> Sequence[Visit]:
    """The calls of one round, of which each connection makes one after the other."""
    known = head(server)
    stranger = f"Host: {HOST}:{server.port}\r\n"
    execute = f"{ENGINE_PATH}/UsrFiveSteps/Execute?ResultParameterName=Score&Amount=75"
    run = '{"schemaName":"UsrFiveSteps","resultParameterNames":["Score"]}'
    start = '{"values":{"Amount":75},"waitSeconds":5}'
    return [
        *[_visit("Execute", "GET", execute, known)] * 6,
        _visit("Execute, not waited for", "POST", f"{ENGINE_PATH}/UsrFiveSteps/Execute", known),
        *[_visit("RunProcess", "POST", f"{ENGINE_PATH}/RunProcess", known, run)] * 2,
        _visit("GetRunningProcessCount", "GET", f"{ENGINE_PATH}/{_COUNT}", known),
        _visit("OData, newest", "GET", f"/0/odata/SysProcessLog?{_NEWEST}", known),
        _visit("OData, by status", "GET", f"/0/odata/SysProcessLog?{_BY_STATUS}", known),
        _visit("OData, library", "GET", "/0/odata/VwProcessLib?$select=Name,Caption", known),
        *[_visit("API, start", "POST", "/api/processes/UsrFiveSteps/instances", known, start, 201)]
        * 2,
        _visit("API, find", "GET", "/api/instances?process=UsrFiveSteps&limit=10", known),
        _visit("API, processes", "GET", "/api/processes", known),
        _visit("API, tasks", "GET", "/api/tasks?limit=10", known),
        _visit("probe", "GET", "/0/ping", stranger),
        _visit("nobody", "GET", execute, stranger, status=401),
        _visit("unknown process", "GET", f"{ENGINE_PATH}/UsrNone/Execute", known, status=404),
        _visit(
            "bad value", "GET", f"{ENGINE_PATH}/UsrFiveSteps/Execute?Amount=x", known, status=400
        ),
    ]


_COUNT = f"GetRunningProcessCount?schemaUId={FIVE_STEPS_UID}"
_NEWEST = "$top=10&$orderby=StartDate%20desc&$select=Id,Name,StartDate"
_BY_STATUS = "$filter=Status/Value%20eq%202&$top=5&$expand=Status"


def _visit(
    door: str, verb: str, target: str, known: str, body: str = "", status: int = 200
) -> Visit:
    lines = f"{verb} {target} HTTP/1.1\r\n{known}"
    if verb == "POST":
        lines += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return Visit(door, f"{lines}\r\n{body}".encode(), status)


async def visit_all(server: Server, connections: int, seconds: float) -> Seen:
    """Keep the connections busy for so long."""
    seen, visits = Seen(), mix(server)
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(connections):
            mine = islice(cycle(visits), number % len(visits), None)
            group.create_task(_keep_busy(server.port, mine, end, seen))
        group.create_task(_watch(server, end, seen))
    return seen


async def _keep_busy(port: int, visits: Iterator[Visit], end: float, seen: Seen) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for visit in visits:
        if time.monotonic() > end:
            break
        began = time.perf_counter()
        writer.write(visit.request)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            status = await _status(reader)
        seen.calls[visit.door] += 1
        seen.seconds.setdefault(visit.door, []).append(time.perf_counter() - began)
        if status != visit.status:
            seen.wrong[f"{visit.door}: {status}"] += 1
    writer.close()
    await writer.wait_closed()


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, when all of it has been read."""
    lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
    lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
    await reader.readexactly(lengths[0] if lengths else 0)
    return int(lines[0].split()[1])


async def _watch(server: Server, end: float, seen: Seen) -> None:
    while time.monotonic() < end:
        await asyncio.sleep(min(SAMPLE_SECONDS, max(0.1, end - time.monotonic())))
        seen.memory.append(server.memory_megabytes)


def growth(memory: Sequence[float]) -> float:
    """The last figure to the one after the warm part."""
    return memory[-1] / memory[int(len(memory) * WARM_PART)]


def told(seen: Seen, seconds: float) -> Iterator[str]:
    """The figures as lines."""
    yield f"{sum(seen.calls.values())} calls in {seconds:g} s"
    for door, calls in seen.calls.items():
        ordered = sorted(seen.seconds[door])
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        yield f"  {door:28} {calls:8}  p50 {p50 * 1e3:7.1f} ms  p99 {p99 * 1e3:7.1f} ms"
    megabytes = ", ".join(f"{each:.0f}" for each in seen.memory)
    yield f"memory, MB, each {SAMPLE_SECONDS:g} s: {megabytes}"
    yield f"growth since a fourth of the time: {growth(seen.memory):.2f}"
    yield f"wrong answers: {dict(seen.wrong) or 'none'}"


@click.command()
@click.option("--connections", default=256, show_default=True)
@click.option("--seconds", default=120.0, show_default=True)
def main(connections: int, seconds: float) -> None:
    """Visit all doors, and say what came of it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    prepare(FOLDER, FIVE_STEPS)
    with running(SERVICE, FOLDER) as server:
        seen = asyncio.run(visit_all(server, connections, seconds))
    for line in told(seen, seconds):
        print(line)
    if seen.wrong or growth(seen.memory) > GROWTH_MAX:
        raise SystemExit("something broke or grew")


if __name__ == "__main__":
    main()
