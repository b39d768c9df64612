"""Scenarios: a file of commands, each with the trace of what happened.

    start UsrApprove Amount=4
    ----
    started    UsrApprove               Amount=4
    activated  ask (1)

A command ends with `----`, its trace with an empty line; lines that begin with `#` are for the
reader. `docs/testing.md` lists the commands.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procession.bpmn import read
from procession.core.changes import AnyChange
from procession.core.commands import CompleteJob
from procession.core.ids import InstanceId, JobId
from procession.core.instance import ProcessInstance
from procession.core.model import Process
from procession.core.values import Values, from_text
from procession.errors import ProcessionError
from procession.expressions import LANGUAGES, SCRIPTS
from tests.building import USUAL_PARAMETERS, build
from tests.scenarios.trace import Trace, shown_values
from tests.world import Run, World, Write

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parents[1] / "examples"
RULE = "----"


@dataclass(frozen=True, slots=True)
class Part:
    """One command: the comment above it, its own lines, the trace that stands below it."""

    comment: list[str]
    command: list[str]
    trace: list[str]

    def text(self, trace: list[str]) -> str:
        return "\n".join([*self.comment, *self.command, RULE, *trace])


def parse(text: str) -> list[Part]:
    """The parts of a scenario; what is written between them belongs to the next one."""
    parts = []
    lines = iter(text.splitlines())
    for line in lines:
        comment, command = [], []
        while not line or line.startswith("#"):
            comment.append(line)
            line = next(lines, RULE)
        while line != RULE:
            command.append(line)
            line = next(lines)
        trace = list(iter(lambda: next(lines, ""), ""))
        parts.append(Part(comment, command, trace))
    return parts


def play(text: str) -> str:
    """The scenario with the traces of what happens now."""
    stage = Stage()
    return "\n\n".join(_spaced(part, stage.play(part.command)) for part in parse(text)) + "\n"


def _spaced(part: Part, trace: list[str]) -> str:
    return part.text(trace).strip("\n")


class Stage(World):
    """A world whose commands are words, and that writes down what happens."""

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None
        self.lines: list[str] = []
        self.traces: dict[InstanceId, Trace] = {}
        # The run that the lines are about; at first, the one that commands go to.
        self.told: InstanceId | None = None

    def play(self, command: list[str]) -> list[str]:
        """What came of the command, line by line; a refusal too."""
        self.lines = []
        self.told = self.run.id if self.run is not None else None
        words = shlex.split(command[0])
        try:
            _VERBS[words[0]](self, words[1:], [line.strip() for line in command[1:]])
        except ProcessionError as error:
            self.lines.append(f"{error.code}: {error}")
        return self.lines or ["nothing changes"]

    def observe(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        super().observe(write, changes, instance)
        trace = self.traces.setdefault(write.id, Trace(write.process))
        if write.id != self.told:
            self.lines.append(f"run {self._number(write.id)}, {write.process.id}:")
            self.told = write.id
        self.lines += [trace.line(change, self.now) for change in changes]
        self.lines.append(trace.rest(instance))

    def _number(self, run: InstanceId) -> int:
        return list(self.runs).index(run) + 1

    @property
    def current(self) -> Run:
        assert self.run is not None, "start a process first"
        return self.run

    # -- verbs ------------------------------------------------------------------------------------

    def deploy_file(self, words: list[str], _: list[str]) -> None:
        (name,) = words
        path = next(path for path in (FOLDER / name, EXAMPLES / name) if path.exists())
        for process in read(path.read_bytes(), languages=LANGUAGES, scripts=SCRIPTS):
            self._deployed(process)

    def draw_process(self, words: list[str], body: list[str]) -> None:
        name, *parameters = words
        drawing = "\n".join(body)
        self._deployed(
            build(drawing, name=name, parameters="".join(parameters) or USUAL_PARAMETERS)
        )

    def _deployed(self, process: Process) -> None:
        self.processes[process.id] = process
        self.lines.append(f"{process.id}: {', '.join(process.elements)}")

    def start_process(self, words: list[str], _: list[str]) -> None:
        name, *given = words
        self.run = Run(self, self.start(name, _texts(self.processes[name], given)))

    def switch(self, words: list[str], _: list[str]) -> None:
        self.run = Run(self, list(self.runs)[int(words[0]) - 1])
        instance = self.current.instance
        self.lines.append(f"run {words[0]}, {instance.process}: {instance.status}")

    def execute(self, words: list[str], _: list[str]) -> None:
        element, *given = words
        process = self.runs[self.current.id].process
        self.current.execute(element, **_texts(process, given))

    def answer(self, words: list[str], _: list[str]) -> None:
        if words[0] == "job":
            self.current.ask(CompleteJob(JobId(int(words[1])), _values(words[2:])))
            return
        self.current.answer(words[0], **_values(words[1:]))

    def fail(self, words: list[str], _: list[str]) -> None:
        element, code, *more = words
        self.current.fail(element, code, retryable="final" not in more)

    def retry(self, words: list[str], _: list[str]) -> None:
        if words:
            self.current.retry(words[0])
        else:
            self.current.retry_root()

    def cancel(self, words: list[str], _: list[str]) -> None:
        self.current.cancel(" ".join(words))

    def work_once(self, words: list[str], _: list[str]) -> None:
        found = self._own_work()
        if found is not None:
            self.work(*found)

    def work_on(self, words: list[str], _: list[str]) -> None:
        self.settle()

    def wait_for(self, words: list[str], _: list[str]) -> None:
        self.wait(float(words[0].removesuffix("s")))
        self.lines.append(f"it is {self.now:%H:%M:%S}")

    def limit(self, words: list[str], _: list[str]) -> None:
        self.limits = {name: int(value) for name, value in _pairs(words)}
        self.lines.append(", ".join(f"{name} {value}" for name, value in self.limits.items()))

    def show(self, words: list[str], _: list[str]) -> None:
        run = self.current
        self.lines.append(f"{run.status}  {shown_values(run.values)}".rstrip())
        self.lines += [f"alive: {', '.join(run.alive)}"] * bool(run.alive)


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, _, value = word.partition("=")
        yield name, value


def _texts(process: Process, words: list[str]) -> Values:
    """Values as a caller gives them: texts, read by the type of their parameter."""
    return {
        name: from_text(name, process.parameters[name].kind, text) for name, text in _pairs(words)
    }


def _values(words: list[str]) -> Values:
    """Values as a connector gives them: JSON, or a text."""
    return {name: _json(text) for name, text in _pairs(words)}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_VERBS: Mapping[str, Callable[[Stage, list[str], list[str]], None]] = {
    "deploy": Stage.deploy_file,
    "draw": Stage.draw_process,
    "start": Stage.start_process,
    "run": Stage.switch,
    "execute": Stage.execute,
    "answer": Stage.answer,
    "fail": Stage.fail,
    "retry": Stage.retry,
    "cancel": Stage.cancel,
    "step": Stage.work_once,
    "work": Stage.work_on,
    "wait": Stage.wait_for,
    "limit": Stage.limit,
    "show": Stage.show,
}
