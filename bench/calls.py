"""Floor and service side by side: calls per second, latency, processor time, memory.

Rule: what counts is the ratio of two measurements that follow each other at once, and the median of
such ratios. Whatever else the machine is doing falls on both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Measured, Plan, measure
from bench.servers import HOST, Server, head, request

CALL = "UsrFiveSteps/Execute?ResultParameterName=Score&Amount=75"
ANSWER = '<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">100</string>'
WARM_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of one server. Latencies in ms, processor time in µs, memory in MB."""

    calls_per_second: float
    p50: float
    p99: float
    processor: float
    memory: float
    load_busy: float


@dataclass(frozen=True, slots=True)
class Compared:
    """The medians of both, and of the ratios of the rounds; by the name of the figure."""

    connections: int
    floor: Mapping[str, float]
    service: Mapping[str, float]
    ratio: Mapping[str, float]


FIGURES = Sample.__slots__


def compare(
    servers: tuple[Server, Server], connections: int, *, rounds: int, seconds: float
) -> Compared:
    """Floor and service in turn, and in the other order in each second round."""
    plans = [plan(server, connections, seconds) for server in servers]
    pairs: list[tuple[Sample, Sample]] = []
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        taken = {at: take(servers[at], plans[at]) for at in order}
        pairs.append((taken[0], taken[1]))
    return Compared(
        connections,
        {name: _median([floor for floor, _ in pairs], name) for name in FIGURES},
        {name: _median([service for _, service in pairs], name) for name in FIGURES},
        {name: median(_ratio(pair, name) for pair in pairs) for name in FIGURES},
    )


def plan(server: Server, connections: int, seconds: float) -> Plan:
    """`Execute` of the five steps, in a session of its own."""
    call = request(CALL, head(server))
    return Plan(HOST, server.port, connections, [call], ANSWER, WARM_SECONDS, seconds)


def take(server: Server, plan: Plan) -> Sample:
    """Carry out the plan, and look at the server before and after."""
    before = server.cpu_seconds
    measured: Measured = measure(plan)
    processor = (server.cpu_seconds - before) / measured.all_calls * 1e6
    return Sample(
        measured.calls_per_second,
        measured.p50,
        measured.p99,
        processor,
        server.memory_megabytes,
        measured.busy,
    )


def _median(samples: Sequence[Sample], name: str) -> float:
    return float(median(getattr(sample, name) for sample in samples))


def _ratio(pair: tuple[Sample, Sample], name: str) -> float:
    floor, service = pair
    base: float = getattr(floor, name)
    return float(getattr(service, name)) / base
