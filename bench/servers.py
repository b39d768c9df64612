"""The two servers that are measured, as processes of their own, and a session in each."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

HOST = "127.0.0.1"
USER, PASSWORD = "bench", "measured twice"
SERVICE = (sys.executable, "-m", "procession", "serve")
FLOOR = (sys.executable, "-m", "bench.floor")
ENGINE_PATH = "/0/ServiceModel/ProcessEngineService.svc"
LOGIN_PATH = "/ServiceModel/AuthService.svc/Login"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 60.0
PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. `start_seconds`: from its command to its first answer."""

    process: psutil.Process
    port: int
    start_seconds: float

    @property
    def memory_megabytes(self) -> float:
        """Resident memory of the process."""
        return float(self.process.memory_info().rss) / 1e6

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it has taken so far, of all its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def procession(*words: str, data: Path, stdin: str = "") -> None:
    """One command of the program on a data folder."""
    command = [sys.executable, "-m", "procession", *words, "--data", str(data)]
    subprocess.run(
        command, input=stdin, text=True, check=True, stdout=subprocess.DEVNULL, env=environment()
    )


def environment() -> dict[str, str]:
    """Ours without settings, which would change what is measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PROCESSION_")}


def prepare(data: Path, *files: Path) -> Path:
    """A data folder with a user and deployed files."""
    procession("user", "add", USER, "--password-stdin", data=data, stdin=PASSWORD)
    procession("deploy", *map(str, files), data=data)
    return data


@contextmanager
def running(command: Sequence[str], data: Path) -> Iterator[Server]:
    """The server on the data folder; it has ended when the block ends."""
    port = _free_port()
    log = data / "server.log"
    started = time.perf_counter()
    with log.open("wb") as file:
        child = subprocess.Popen(
            [*command, "--data", str(data), "--port", str(port)],
            stdout=file,
            stderr=file,
            env=environment(),
        )
    try:
        _wait_until_answers(child, port, log)
        yield Server(psutil.Process(child.pid), port, time.perf_counter() - started)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(STOP_SECONDS_MAX)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_answers(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.perf_counter() + START_SECONDS_MAX
    request = f"GET /0/ping HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    while time.perf_counter() < until and child.poll() is None:
        try:
            with socket.create_connection((HOST, port)) as connection:
                connection.sendall(request)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(PAUSE_SECONDS)
    raise SystemExit(f"the server does not answer:\n{log.read_text()}")


def head(server: Server) -> str:
    """The headers of a call within a new session (CONTRACT 2)."""
    login = {"UserName": USER, "UserPassword": PASSWORD}
    answer = httpx.post(f"http://{HOST}:{server.port}{LOGIN_PATH}", json=login)
    assert answer.json()["Code"] == 0, answer.text
    cookies = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    return (
        f"Host: {HOST}:{server.port}\r\nCookie: {cookies}\r\n"
        f"BPMCSRF: {answer.cookies['BPMCSRF']}\r\nForceUseSession: true\r\n"
    )


def request(path: str, headers: str) -> str:
    """A call of ProcessEngineService.svc as it goes over the wire."""
    return f"GET {ENGINE_PATH}/{path} HTTP/1.1\r\n{headers}\r\n"
