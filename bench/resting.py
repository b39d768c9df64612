"""Whether runs that rest at a user task cost anything while they rest: memory, latency, start.

Latencies are ratios to the floor's `Execute`, measured at the same moment on its own data folder.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from uuid import UUID

from bench.calls import plan, take
from bench.load import Plan, measure
from bench.notation import RESTS_NAME
from bench.servers import HOST, SERVICE, Server, head, request, running
from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.stores.sqlite import FILE_NAME

FILLING_CONNECTIONS = 64
RESUMED_PER_ROUND = 100
SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Resting:
    """With so many runs at rest. Memory in MB: of the service that started them, and of one that
    was started afterwards; `execute` and `resume`: p50 at one connection, to the floor's `Execute`.
    """

    instances: int
    memory_filled: float
    memory_started: float = 0.0
    start_seconds: float = 0.0
    execute: float = 0.0
    resume: float = 0.0


def measure_resting(
    floor: Server, data: Path, levels: Sequence[int], *, rounds: int
) -> list[Resting]:
    """Fill the data folder up to each level, then start the service anew and call it."""
    measured: list[Resting] = []
    for level in levels:
        with running(SERVICE, data) as service:
            _fill(service, level - (measured[-1].instances if measured else 0))
            memory_filled = service.memory_megabytes
        measured.append(_measure(floor, data, rounds, Resting(level, memory_filled)))
    return measured


def _measure(floor: Server, data: Path, rounds: int, filled: Resting) -> Resting:
    with running(SERVICE, data) as service:
        plans = [(server, plan(server, 1, SECONDS)) for server in (floor, service)]
        taken = []
        for _ in range(rounds):
            base, execute = (take(*each).p50 for each in plans)
            taken.append((execute / base, _resume(service, data) / base))
        return replace(
            filled,
            memory_started=service.memory_megabytes,
            start_seconds=service.start_seconds,
            execute=median(execute for execute, _ in taken),
            resume=median(resume for _, resume in taken),
        )


def _fill(service: Server, runs: int) -> None:
    if runs > 0:
        call = request(f"{RESTS_NAME}/Execute", head(service))
        measure(Plan(HOST, service.port, FILLING_CONNECTIONS, [call], calls=runs))


def _resume(service: Server, data: Path) -> float:
    """The p50 of resuming, in ms. Each resumed run is replaced by a new one, so the level stays."""
    _fill(service, RESUMED_PER_ROUND)
    headers = head(service)
    calls = [request(f"ExecProcElByUId/{uid}", headers) for uid in _waiting(data)]
    return measure(Plan(HOST, service.port, 1, calls, calls=len(calls))).p50


def _waiting(data: Path) -> list[UUID]:
    """User tasks in the middle of those that wait, which no cache has just seen."""
    query = "select instance, id from element order by instance limit ? offset ?"
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        (waiting,) = connection.execute("select count(*) from element").fetchone()
        offset = (waiting - RESUMED_PER_ROUND) // 2
        rows = connection.execute(query, (RESUMED_PER_ROUND, offset)).fetchall()
    return [element_uid(InstanceId(UUID(instance)), ElementInstanceId(id)) for instance, id in rows]
