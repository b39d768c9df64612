"""The examples on one real service: how a test runs them, and sees where they went.

Processes are called over HTTP. Messages, signals and looks at a run are commands on the same data
folder, run in the test's own process: they are many, and each new program costs a second.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
from click.testing import CliRunner

from procession.cli import program
from tests.acceptance.running import EXAMPLES, environment, logged_in, procession, service

SERVICE = "/0/ServiceModel/ProcessEngineService.svc"
USER, PASSWORD = "Supervisor", "correct horse battery"
WAIT_SECONDS_MAX = 15.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """A run as `procession show` tells of it."""

    id: str
    status: str
    values: dict[str, Any]
    elements: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    history: list[dict[str, Any]]

    @property
    def path(self) -> list[str]:
        """The elements that were reached, in order."""
        began = ("ElementActivated", "ElementPassed")
        return [each["element"] for each in self.history if each["change"] in began]

    @property
    def flows(self) -> list[str]:
        return [each["flow"] for each in self.history if each["change"] == "FlowTaken"]

    def at(self, element: str, state: str = "active") -> list[str]:
        """The GUIDs by which the element can be executed where it rests, oldest first."""
        resting = [each for each in self.elements if each["element"] == element]
        return [each["uid"] for each in resting if each["state"] == state]


@dataclass(frozen=True, slots=True)
class Examples:
    """All examples, deployed, and a client that is logged in to their service."""

    client: httpx.Client
    data: Path

    def execute(self, process: str, result: str, **parameters: str) -> tuple[str, Any]:
        """Runs a process; the id of its run, and the result as it stands when it ends or rests."""
        query = {"ResultParameterName": result, **parameters}
        answer = self.client.get(f"{SERVICE}/{quote(process)}/Execute", params=query)
        assert answer.status_code == 200, answer.text
        value = json.loads(ElementTree.fromstring(answer.text).text or "")
        return answer.headers["X-Process-Id"], value

    def begin(self, process: str, result: str, **parameters: str) -> str:
        """Runs a process that rests before its result is there."""
        run, _ = self.execute(process, result, **parameters)
        return run

    def do(self, run: str, element: str, state: str = "active") -> None:
        """Executes an element that waits in the run, the oldest one of several."""
        self.execute_element(self.show(run).at(element, state)[0])

    def execute_element(self, uid: str) -> None:
        query = {"ProcessElementUID": uid}
        answer = self.client.get(f"{SERVICE}/ExecProcElByUId", params=query)
        assert answer.status_code == 200, answer.text

    def message(self, name: str, *, key: str = "", **values: str) -> Any:
        options = ["--key", key] if key else []
        return self.command("message", name, *options, *pairs(values))

    def signal(self, name: str, **values: str) -> None:
        self.command("signal", name, *pairs(values))

    def show(self, run: str) -> Run:
        view = self.command("show", run)
        parts = {key: view[key] for key in ("values", "elements", "incidents", "history")}
        return Run(run, view["instance"]["status"], **parts)

    def runs(self, process: str) -> list[Run]:
        """All runs of a process, newest first."""
        found = self.command("list", "instances", "--process", process)
        return [self.show(each["id"]) for each in found]

    def command(self, *words: str) -> Any:
        """What a command prints; with --json, as all that are asked here."""
        done = CliRunner().invoke(
            program, [*words, "--json", "--data", str(self.data)], env=environment()
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def ended(self, run: str) -> Run:
        """The run, once it has ended."""
        return self.once(run, lambda seen: seen.status != "Running")

    def once(self, run: str, holds: Callable[[Run], bool]) -> Run:
        """The run, once something holds of it."""
        for _ in range(round(WAIT_SECONDS_MAX / LOOK_SECONDS)):
            if holds(seen := self.show(run)):
                return seen
            time.sleep(LOOK_SECONDS)
        raise AssertionError(f"not so within {WAIT_SECONDS_MAX} s: {self.show(run)}")


def pairs(values: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


@contextmanager
def served_examples(folder: Path) -> Iterator[Examples]:
    data = folder / "data"
    for words in (["deploy", *EXAMPLES], ["user", "add", USER, "--password-stdin"]):
        done = procession(*words, data=data, stdin=PASSWORD)
        assert done.returncode == 0, done.stderr
    with service(data) as (_, address), closing(logged_in(address, USER, PASSWORD)) as client:
        yield Examples(client, data)
