"""The real program as its users start it: one command, or a service at a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted(map(str, (ROOT / "examples").glob("*.*mn")))  # BPMN and DMN
PROGRAM = (sys.executable, "-m", "procession")
HOST = "127.0.0.1"
COMMAND_SECONDS_MAX = 60
START_SECONDS_MAX = 30


def procession(*words: str, data: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """One command on a data folder, whatever its exit code."""
    return subprocess.run(
        [*PROGRAM, *words, "--data", str(data)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """Ours without settings, so that a developer's own do not change what is tested."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PROCESSION_")}


@contextmanager
def service(
    data: Path, *options: str, program: Sequence[str] = PROGRAM
) -> Iterator["tuple[subprocess.Popen[bytes], str]"]:
    """A service that answers, and its address; it has ended when the block ends."""
    port = free_port()
    log = data.parent / "service.log"
    command = [*program, "serve", "--data", str(data), "--port", str(port), *options]
    with log.open("wb") as file:
        running = subprocess.Popen(command, stdout=file, stderr=file, env=environment())
    try:
        wait_until_answers(running, f"http://{HOST}:{port}", log)
        yield running, f"http://{HOST}:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(COMMAND_SECONDS_MAX)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_answers(running: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    for _ in range(START_SECONDS_MAX * 20):
        assert running.poll() is None, log.read_text()
        try:
            httpx.get(f"{address}/api/HealthCheck/Ping").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {address}:\n{log.read_text()}")


def logged_in(address: str, user: str, password: str) -> httpx.Client:
    """A client with the cookies and the header that each further call needs (CONTRACT 2)."""
    client = httpx.Client(base_url=address, headers={"ForceUseSession": "true"})
    login = {"UserName": user, "UserPassword": password}
    answer = client.post("/ServiceModel/AuthService.svc/Login", json=login)
    assert answer.json()["Code"] == 0, answer.text
    client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
    return client
