"""Turns of several runs that are one commit: all of them are kept, or none.

Theory of operation
-------------------
What goes from one run to others, a message, a signal, the answer of a called process, must happen
once: it leaves here and arrives there in the same commit. Whoever takes part is locked in the order
of the ids, so that no two wait for each other.

Several commands for one run are one turn of it: its changes one after the other. Whoever comes
later sees what those before have written into data stores.

A fault in the turn of a receiver is its own: it is logged, its turn did not happen, and all the
others are spared.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from procession.core.changes import AnyChange
from procession.core.commands import Command, StartProcess, TriggerSubscription
from procession.core.decide import Decision, decide
from procession.core.ids import InstanceId
from procession.core.instance import ProcessInstance
from procession.core.model import Process
from procession.core.turn import Context
from procession.core.values import Values
from procession.data_stores import after, beside
from procession.errors import StoreError
from procession.stores import Write
from procession.stores.events import Beside, StartPoint, Waiting

if TYPE_CHECKING:
    from procession.engine import Engine

log = structlog.get_logger("procession.events")


@dataclass(slots=True)
class _Run:
    """One of the runs: as it is after the commands that it was given, and what they changed."""

    process: Process
    instance: ProcessInstance
    revision: int
    commands: list[tuple[Command, Context]] = field(default_factory=list)
    changes: list[AnyChange] = field(default_factory=list)


class Together:
    """The turns, until they are committed. Their runs are locked meanwhile."""

    def __init__(self, engine: "Engine", locks: AsyncExitStack) -> None:
        self._engine = engine
        self._locks = locks
        self._sees_stores = False
        self._runs: dict[InstanceId, _Run] = {}
        self._started: list[Write] = []
        self.context = Context(engine.clock())

    async def instance(self, run: InstanceId) -> ProcessInstance:
        """The run as it is by now. Raises UnknownInstance."""
        return (await self._loaded(run)).instance

    async def advance(self, run: InstanceId, command: Command) -> bool:
        """One more command for a run; whether it changes something. Raises Rejected."""
        loaded = await self._loaded(run)
        await self._see_stores(loaded.process)
        changes = self._decide(loaded, command, self.context)
        self.context = after(self.context, changes)
        return bool(changes)

    def _decide(self, run: _Run, command: Command, context: Context) -> list[AnyChange]:
        decision = self._engine.decision(run.process, run.instance, command, context)
        run.instance = decision.instance
        run.commands.append((command, context))
        run.changes += decision.changes
        return decision.changes

    async def _see_stores(self, process: Process) -> None:
        """The data stores of a process are there from now on, and nobody else uses any."""
        if not process.data_stores:
            return
        if not self._sees_stores:
            await self._locks.enter_async_context(self._engine.gate.held)
            self._sees_stores = True
        self.context = self._engine.gate.seen(self.context, process)

    async def receive(self, waiting: Waiting, payload: Values) -> bool:
        """Let the run have what it waits for. False: it does not wait any more, or has a fault."""
        run = waiting.instance
        known = self._runs.get(run)
        before = list(known.commands) if known else []
        try:
            if waiting.id not in (await self.instance(run)).subscriptions:
                return False
            return await self.advance(run, TriggerSubscription(waiting.id, payload))
        except StoreError:
            raise
        except Exception:
            log.exception("a run cannot take what it waits for", run=str(run))
        self._runs.pop(run, None)
        for command, context in before:
            # As before, so that what they have written into data stores is what others have seen.
            self._decide(await self._loaded(run), command, context)
        return False

    async def start(
        self, point: StartPoint, *, caller: str, values: Values | None = None, payload: Values
    ) -> InstanceId | None:
        """Start a process by an event of it. None: it cannot be started, and the log says why."""
        try:
            process = await self._engine.catalog.version(point.process, point.version)
            command = StartProcess(
                self._engine.new_id(self.context.now),
                values or {},
                caller,
                element=point.element,
                definition=point.definition,
                payload=payload,
            )
            await self._see_stores(process)
            decision = decide(process, None, command, self.context)
        except StoreError:
            raise
        except Exception:
            log.exception("a process cannot be started by its event", process=point.process)
            return None
        self.context = after(self.context, decision.changes)
        self._started.append(Write(process, decision, 0))
        return command.instance

    async def commit(self, events: Sequence[Beside] = ()) -> None:
        """Keep all of it. Raises Conflict, and then nothing has happened."""
        writes = [
            Write(run.process, Decision(run.instance, run.changes), run.revision)
            for run in self._runs.values()
        ]
        writes += self._started
        changes = [change for write in writes for change in write.decision.changes]
        stores = beside(self.context, changes) if self._sees_stores else []
        await self._engine.commit(writes, self.context.now, [*events, *stores])

    async def _loaded(self, run: InstanceId) -> _Run:
        if run not in self._runs:
            instance, revision = await self._engine.load(run)
            process = await self._engine.catalog.version(instance.process, instance.version)
            self._runs[run] = _Run(process, instance, revision)
        return self._runs[run]


@asynccontextmanager
async def together(engine: "Engine", *runs: InstanceId) -> AsyncIterator[Together]:
    """Turns of these runs, each of which may be named several times."""
    async with AsyncExitStack() as stack:
        for run in sorted(set(runs)):
            await stack.enter_async_context(engine.turn_of(run))
        yield Together(engine, stack)
