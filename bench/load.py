"""The load: a process of its own that keeps some connections busy and times every answer.

Rule: it must cost far less than what it measures. So it is one loop over sockets, a request is
bytes that were made before, and an answer is compared with the one that must come. Any other answer
ends the measurement.
"""

import json
import math
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice

OK = b"HTTP/1.1 200 OK\r\n"
HEAD_END = b"\r\n\r\n"
RECEIVED_AT_ONCE_MAX = 65_536
ANSWER_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, and the body that each answer must have.

    The requests are sent in turn, over and over: for `seconds`, after `warm_seconds` that do not
    count, or until there were so many `calls`.
    """

    host: str
    port: int
    connections: int
    requests: Sequence[str]
    body: str = ""
    warm_seconds: float = 0.0
    seconds: float = math.inf
    calls: int = sys.maxsize


@dataclass(frozen=True, slots=True)
class Measured:
    """`calls` are those that count, in `seconds`; `all_calls` with those of the warm-up. Latencies
    are in milliseconds. `busy` is the load's own share of one processor.
    """

    calls: int
    all_calls: int
    seconds: float
    p50: float
    p99: float
    busy: float

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.seconds


class WrongAnswer(Exception):
    """The server answered something else than it should."""


class _Connection:
    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)


def measure(plan: Plan) -> Measured:
    """Carry out the plan in another process. Raises WrongAnswer."""
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True)
    if done.returncode:
        raise WrongAnswer(done.stderr)
    return Measured(**json.loads(done.stdout))


def carry_out(plan: Plan) -> Measured:
    """Carry out the plan in this process. Raises WrongAnswer."""
    started, cpu_before = time.perf_counter(), time.process_time()
    begin = started + plan.warm_seconds
    end = begin + plan.seconds
    latencies: list[float] = []
    all_calls = 0
    for sent_at, answered_at in _answers(plan, end):
        all_calls += 1
        if begin <= answered_at <= end:
            latencies.append(answered_at - sent_at)
    took = time.perf_counter() - started
    latencies.sort()
    return Measured(
        calls=len(latencies),
        all_calls=all_calls,
        seconds=min(plan.seconds, took),
        p50=_percentile(latencies, 0.50) * 1_000,
        p99=_percentile(latencies, 0.99) * 1_000,
        busy=(time.process_time() - cpu_before) / took,
    )


def _percentile(ordered: Sequence[float], part: float) -> float:
    if not ordered:
        raise WrongAnswer("no call was answered in the time that counts")
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def _answers(plan: Plan, end: float) -> Iterator[tuple[float, float]]:
    """When each call was sent, and when its answer was there.

    What is under way at the end is waited for: the next measurement begins on a quiet server.
    """
    requests = islice(cycle([each.encode() for each in plan.requests]), plan.calls)
    ending = HEAD_END + plan.body.encode()
    with selectors.DefaultSelector() as selector:
        for request in islice(requests, plan.connections):
            connection = _Connection((plan.host, plan.port))
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            for connection in _ready(selector):
                if not _answered(connection, ending):
                    continue
                now = time.perf_counter()
                yield connection.sent_at, now
                next_request = next(requests, None) if now < end else None
                if next_request is None:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    connection.send(next_request)


def _ready(selector: selectors.BaseSelector) -> list[_Connection]:
    ready = selector.select(ANSWER_SECONDS_MAX)
    if not ready:
        raise WrongAnswer(f"no answer within {ANSWER_SECONDS_MAX} seconds")
    return [key.data for key, _ in ready]


def _answered(connection: _Connection, ending: bytes) -> bool:
    """Whether the right answer is there. Raises WrongAnswer for any other."""
    chunk = connection.socket.recv(RECEIVED_AT_ONCE_MAX)
    received = connection.received = connection.received + chunk
    if received.startswith(OK) and received.endswith(ending):
        return True
    head, found, body = received.partition(HEAD_END)
    if not chunk or (found and len(body) >= _content_length(head)):
        raise WrongAnswer(f"{ending!r} was expected as the end of\n{received!r}")
    return False


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def main() -> None:
    plan = Plan(**json.load(sys.stdin))
    try:
        print(json.dumps(asdict(carry_out(plan))))
    except (WrongAnswer, OSError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
