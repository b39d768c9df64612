"""Runs as a store holds them: as text. The core is asked as the engine asks it, without waiting.

Each command loads the instance from its text, decides, and keeps the new text and the changes: all
of a commit or nothing. At every commit the replay of the history, as it was written, is held
against the stored instance, and the invariants are checked; so each test that uses a world tests
these too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from procession.core.apply import apply, replay
from procession.core.changes import (
    AnyChange,
    Job,
)
from procession.core.commands import (
    Command,
    StartProcess,
)
from procession.core.decide import Decision, decide
from procession.core.ids import InstanceId, new_instance_id
from procession.core.instance import ProcessInstance
from procession.core.model import (
    Process,
)
from procession.core.turn import (
    Context,
)
from procession.core.values import Values
from procession.stores.codec import (
    decode_changes,
    decode_instance,
    encode_changes,
    encode_instance,
)
from tests.invariants import check, require

BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass(slots=True)
class Stored:
    """One run: its state and the changes of each turn as text, and what the history has told."""

    process: Process
    state: str = ""
    turns: list[str] = field(default_factory=list)
    told: ProcessInstance | None = None


@dataclass(slots=True)
class Write:
    id: InstanceId
    process: Process
    decision: Decision
    command: Command


class Runs:
    """Several processes, their runs and a clock that moves only when it is told to."""

    def __init__(self, *processes: Process) -> None:
        self.processes = {process.id: process for process in processes}
        self.runs: dict[InstanceId, Stored] = {}
        self.now = BEGINNING
        self.limits: dict[str, Any] = {}
        self._ids = 0

    # -- what is there ----------------------------------------------------------------------------

    def load(self, run: InstanceId) -> ProcessInstance:
        return decode_instance(self.runs[run].state)

    def history(self, run: InstanceId) -> list[AnyChange]:
        return [change for turn in self.runs[run].turns for change in decode_changes(turn)]

    def jobs(self, run: InstanceId) -> list[Job]:
        return list(self.load(run).jobs.values())

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # -- turns ------------------------------------------------------------------------------------

    def start(self, process: str, values: Values) -> InstanceId:
        run = self._new_id()
        self.commit([self._begin(process, StartProcess(run, values, "Supervisor"))])
        return run

    def ask(self, run: InstanceId, command: Command) -> Decision:
        """Load, decide, commit. Raises Rejected, and then nothing has changed."""
        write = self._decide(run, command)
        self.commit([write])
        return write.decision

    def commit(self, writes: Sequence[Write]) -> None:
        """Keep all of them; a decision without a change changes nothing."""
        for write in writes:
            if write.decision.changes:
                self._keep(write)

    def decided(
        self, process: Process, state: str | None, command: Command, context: Context
    ) -> Decision:
        """What the core makes of it."""
        return decide(process, decode_instance(state) if state else None, command, context)

    def _new_id(self) -> InstanceId:
        self._ids += 1
        return new_instance_id(int(self.now.timestamp() * 1000), self._ids)

    def _begin(self, process: str, command: StartProcess) -> Write:
        found = self.processes[process]
        decision = self.decided(found, None, command, self._context())
        return Write(command.instance, found, decision, command)

    def _decide(self, run: InstanceId, command: Command, after: Sequence[Write] = ()) -> Write:
        """What the command makes of a run, after what is to be kept in the same commit."""
        stored = self.runs[run]
        earlier = [write for write in after if write.id == run]
        state = encode_instance(earlier[-1].decision.instance) if earlier else stored.state
        decision = self.decided(stored.process, state, command, self._context())
        return Write(run, stored.process, decision, command)

    def _context(self) -> Context:
        return Context(self.now, **self.limits)

    def _keep(self, write: Write) -> None:
        stored = self.runs.setdefault(write.id, Stored(write.process))
        turn = encode_changes(write.decision.changes)
        stored.state = encode_instance(write.decision.instance)
        stored.turns.append(turn)
        changes = decode_changes(turn)
        stored.told = _told(stored.told, changes)
        instance = decode_instance(stored.state)
        require(stored.told == instance, "the replay is the state", stored.told, instance)
        self.observe(write, changes, instance)

    def observe(self, write: Write, changes: list[AnyChange], instance: ProcessInstance) -> None:
        """See what was kept, as it was read back."""
        check(write.process, instance)


def _told(before: ProcessInstance | None, changes: Sequence[AnyChange]) -> ProcessInstance:
    if before is None:
        return replay(changes)
    for change in changes:
        apply(before, change)
    return before
