"""BPMN files with messages, signals and timers, and a store that dies at a certain commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from procession.catalog import Catalog
from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.engine import Engine
from procession.errors import StoreUnavailable
from procession.stores import Lease, Write
from procession.stores.events import Beside
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.worker import Worker
from tests.unit.engine.drawing import flow, id_of, process
from tests.unit.engine.engine_world import Clock, Desk, World

DECLARED = (
    '<message id="Paid" name="paid"/><message id="Sent" name="sent"/>'
    '<signal id="Alarm" name="alarm"/><signal id="Clear" name="clear"/>'
    '<escalation id="Late" escalationCode="late"/><error id="Sold" errorCode="sold"/>'
)
MINUTE = 60.0
LEASE_OVER = 31.0


def message(name: str = "Paid", *, key: str = "", live: str = "", payload: str = "") -> str:
    """`payload`: the parameter of that name is carried."""
    attributes = f'p:correlationKey="{key}"' if key else ""
    attributes += f' p:timeToLive="{live}"' if live else ""
    return _carrying(f'messageEventDefinition messageRef="{name}" {attributes}', payload)


def signal(name: str = "Alarm", *, payload: str = "") -> str:
    return _carrying(f'signalEventDefinition signalRef="{name}"', payload)


def escalation(*, payload: str = "") -> str:
    return _carrying('escalationEventDefinition escalationRef="Late"', payload)


def error(*, payload: str = "") -> str:
    return _carrying('errorEventDefinition errorRef="Sold"', payload)


def _carrying(definition: str, payload: str) -> str:
    kind = definition.split()[0]
    carried = f'<p:payload name="{payload}" expression="{payload}"/>' if payload else ""
    extensions = f"<extensionElements>{carried}</extensionElements>" if carried else ""
    return f"<{definition}>{extensions}</{kind}>"


def every(minutes: int, times: str = "") -> str:
    cycle = f"R{times}/PT{minutes}M"
    return f"<timerEventDefinition><timeCycle>{cycle}</timeCycle></timerEventDefinition>"


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def catch(definition: str, id: str = "wait") -> str:
    return f'<intermediateCatchEvent id="{id}">{definition}</intermediateCatchEvent>'


def throw(definition: str, id: str = "throw") -> str:
    return f'<intermediateThrowEvent id="{id}">{definition}</intermediateThrowEvent>'


def begun(name: str, definition: str, *middle: str) -> str:
    """A process that an event begins, its elements one after the other."""
    start = f'<startEvent id="start">{definition}</startEvent>'
    elements = [start, *middle, '<endEvent id="end"/>']
    flows = [flow(one, after) for one, after in pairwise(map(id_of, elements))]
    return declared(process(name, *elements, *flows))


def declared(text: str) -> str:
    """The process with the messages and so on that its events name."""
    return DECLARED + text


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what other tasks bring about."""
    async with asyncio.timeout(30):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


async def no_signal_is_on_its_way(world: World) -> bool:
    return await world.store.events.oldest_broadcast() is None


async def statuses(world: World, name: str) -> list[Status]:
    """How the runs of a process stand, oldest first."""
    rows = await world.engine.instances(process=name, limit=1_000)
    return [row.status for row in reversed(rows)]


async def runs_of(world: World, name: str) -> list[InstanceId]:
    rows = await world.engine.instances(process=name, limit=1_000)
    return [row.id for row in reversed(rows)]


def spoil(folder: Path, process: str) -> None:
    """The file of a process cannot be read any more: nothing of it can go on."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute("update process set xml = 'spoilt' where name = ?", (process,))


class Death:
    """After so many commits there are no more; `noticed`: the last one took place, and whoever
    waited for it was not told."""

    def __init__(self, after: int, *, noticed: bool = True) -> None:
        self.left = after
        self.noticed = noticed

    @property
    def came(self) -> bool:
        return self.left < 0


class MortalStore(SqliteStore):
    """A real store of a program that dies."""

    death: Death

    async def commit(
        self,
        writes: Sequence[Write],
        *,
        at: datetime,
        lease: Lease,
        beside: Sequence[Beside] = (),
    ) -> None:
        self.death.left -= 1
        if self.death.left < -1 or (self.death.left == -1 and self.death.noticed):
            raise StoreUnavailable("the program has died")
        await super().commit(writes, at=at, lease=lease, beside=beside)
        if self.death.left == -1:
            raise StoreUnavailable("the program has died")


@asynccontextmanager
async def mortal_world(folder: Path, death: Death, clock: Clock) -> AsyncIterator[World]:
    """A program that dies at a certain commit; its leases stay."""
    store, desk = MortalStore(folder / FILE_NAME), Desk()
    store.death = death
    engine = Engine(store, Catalog(store, {}, clock), clock=clock)
    worker = Worker(engine, {})
    try:
        yield World(engine, worker, clock, desk, {})
    finally:
        await worker.close()
        await store.close()
