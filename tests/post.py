"""The post between runs: messages, each for exactly one, and signals, for all that wait."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from procession.core.changes import (
    MESSAGE,
    SIGNAL,
    Job,
)
from procession.core.commands import (
    Command,
    CompleteJob,
    StartProcess,
    TriggerSubscription,
)
from procession.core.ids import InstanceId
from procession.core.model import (
    EventDefinition,
    MessageEventDefinition,
    Process,
    SignalEventDefinition,
)
from procession.core.values import Values
from procession.triggers import places
from tests.runs import Runs, Write


class Sent(NamedTuple):
    """A message on its way."""

    name: str
    keys: tuple[str, ...]
    payload: Values

    def fits(self, key: str | None) -> bool:
        return key is None or key in self.keys


class Start(NamedTuple):
    """What starts a process without a caller."""

    element: str
    number: int
    definition: EventDefinition


def starts_of(process: Process) -> list[Start]:
    """All that starts the process without a caller."""
    return [Start(event.id, number, found) for event, number, found in places(process)]


class Post(Runs):
    """Runs that send each other messages and signals; what nobody takes is kept."""

    def __init__(self, *processes: Process) -> None:
        super().__init__(*processes)
        self.kept: list[Sent] = []
        self.thrown: list[str] = []

    def deliver(self, run: InstanceId, job: Job) -> None:
        """A message goes to exactly one: who waits, else a new run, else it is kept."""
        sent = Sent(job.values["message"], tuple(job.values["keys"]), job.values["payload"])
        closed = self._decide(run, CompleteJob(job.id, {}))
        self._hand_out(sent, [closed])

    def send(self, name: str, *keys: str, **payload: Any) -> None:
        """A message from outside."""
        self._hand_out(Sent(name, keys, payload), [])

    def _hand_out(self, sent: "Sent", before: list[Write]) -> None:
        """In one commit with what is before it."""
        taken = self._taker(sent)
        if taken is not None:
            self.commit([*before, self._decide(*taken, after=before)])
            return
        started = self._started_by(sent)
        self.commit([*before, *started], keep=None if started else sent)

    def commit(
        self, writes: Sequence[Write], keep: "Sent | None" = None, taken: "Sent | None" = None
    ) -> None:
        """Keep all of it: what was decided, and the message that nobody or now somebody takes."""
        super().commit(writes)
        if keep is not None:
            self.kept.append(keep)
        if taken is not None:
            self.kept.remove(taken)

    def _taker(self, sent: "Sent") -> tuple[InstanceId, Command] | None:
        for run in self.runs:
            for each in self.load(run).subscriptions.values():
                if each.kind == MESSAGE and each.name == sent.name and sent.fits(each.key):
                    return run, TriggerSubscription(each.id, sent.payload)
        return None

    def _started_by(self, sent: "Sent") -> list[Write]:
        """The start of the run that a message begins."""
        for process in self.processes.values():
            for start in self._starts_of(process):
                found = start.definition
                if isinstance(found, MessageEventDefinition) and found.message == sent.name:
                    return [self._begun(process.id, start, sent.payload)]
        return []

    def _starts_of(self, process: Process) -> "list[Start]":
        return starts_of(process)

    def _begun(self, process: str, start: "Start", payload: Values) -> Write:
        command = StartProcess(
            self._new_id(),
            {},
            element=start.element,
            definition=start.number,
            payload=payload,
        )
        return self._begin(process, command)

    def take_kept(self) -> bool:
        """Give a kept message to somebody who has begun to wait for it, if there is one."""
        for sent in self.kept:
            taken = self._taker(sent)
            if taken is not None:
                self.commit([self._decide(*taken)], taken=sent)
                return True
        return False

    def broadcast(self, run: InstanceId, job: Job) -> None:
        """A signal goes to all that wait for it when it is thrown, and starts what it starts."""
        closed = self._decide(run, CompleteJob(job.id, {}))
        self._spread(job.values["signal"], job.values["payload"], [closed])

    def throw(self, name: str, **payload: Any) -> None:
        """A signal from outside."""
        self._spread(name, payload, [])

    def _spread(self, name: str, payload: Values, writes: list[Write]) -> None:
        self.thrown.append(name)
        waiting = [
            (run, each.id)
            for run in self.runs
            for each in self.load(run).subscriptions.values()
            if each.kind == SIGNAL and each.name == name
        ]
        for to, number in waiting:
            writes.append(self._decide(to, TriggerSubscription(number, payload), after=writes))
        for process in self.processes.values():
            for start in self._starts_of(process):
                found = start.definition
                if isinstance(found, SignalEventDefinition) and found.signal == name:
                    writes.append(self._begun(process.id, start, payload))
        self.commit(writes)
