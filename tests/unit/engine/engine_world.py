"""An engine with its worker on a real store, a clock that tests set, a connector they script."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from procession.catalog import Catalog
from procession.connectors import HANDLER, Connector, Work
from procession.core.apply import replay
from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import Incident, ProcessInstance, Status
from procession.core.model import Template
from procession.core.values import Values
from procession.engine import Engine
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.views import Outcome
from procession.worker import Worker
from tests.unit.engine.drawing import file_of

ANN = "Ann"
LONG = 60.0


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Desk:
    """The outside: notes every job that comes, and answers what it was told, else {"score": 1}.

    While it is `closed` it answers nothing. An answer that is an error is raised.
    """

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.answers: deque[Values | BaseException] = deque()
        self.busy = self.busiest = 0
        self._open = asyncio.Event()
        self._open.set()
        self._came = asyncio.Condition()

    @property
    def uids(self) -> list[UUID]:
        return [work.uid for work in self.works]

    def close_for_now(self) -> None:
        self._open.clear()

    def open_again(self) -> None:
        self._open.set()

    async def visits(self, number: int) -> None:
        """Wait until so many jobs have come."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.works) >= number)

    async def run(self, work: Work) -> Values:
        async with self._came:
            self.works.append(work)
            self._came.notify_all()
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            await self._open.wait()
        finally:
            self.busy -= 1
        answer = self.answers.popleft() if self.answers else {"score": 1}
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        return ["nobody is called nobody"] if inputs.get("name") == "nobody" else []

    async def close(self) -> None:
        """Holds nothing."""


@dataclass
class World:
    engine: Engine
    worker: Worker
    clock: Clock
    desk: Desk
    connectors: Mapping[str, Connector] = field(default_factory=dict)

    @property
    def store(self) -> SqliteStore:
        assert isinstance(self.engine.store, SqliteStore)
        return self.engine.store

    async def deploy(self, *processes: str) -> None:
        files = [(f"{number}.bpmn", file_of(each)) for number, each in enumerate(processes)]
        await self.engine.catalog.deploy(files, by="test")

    async def start(
        self, name: str, given: Values | None = None, *, wait: float | None = LONG, by: str = ANN
    ) -> Outcome:
        found = await self.engine.catalog.find(name)
        return await self.engine.start(found, given or {}, caller=by, wait_seconds=wait)

    async def load(self, run: InstanceId) -> ProcessInstance:
        """The stored instance, which must be what its history tells."""
        loaded = await self.store.load(run)
        assert loaded is not None, run
        instance, revision = loaded
        # The run may have gone on since.
        turns = [turn for turn in await self.store.history(run) if turn.revision <= revision]
        assert replay(change for turn in turns for change in turn.changes) == instance
        return instance

    async def status(self, run: InstanceId) -> Status:
        return (await self.load(run)).status

    async def ended(self, run: InstanceId) -> ProcessInstance:
        """The run when it has ended, whoever works on it."""
        while not (instance := await self.load(run)).status.final:
            await self.engine.settle(run)
            await asyncio.sleep(0.005)
        return instance

    async def uid_at(self, run: InstanceId, element: str) -> UUID:
        """What names the one live element instance of an element to the outside."""
        instance = await self.load(run)
        (number,) = [id for id, each in instance.elements.items() if each.element == element]
        return element_uid(run, number)

    async def execute(self, run: InstanceId, element: str, values: Values | None = None) -> None:
        uid = await self.uid_at(run, element)
        await self.engine.execute_element(uid, values or {}, caller=ANN)

    async def incident(self, run: InstanceId) -> Incident:
        """The one incident of a run."""
        (incident,) = (await self.load(run)).incidents.values()
        return incident

    async def runs(self) -> int:
        return len(await self.engine.instances(limit=1_000))

    async def child_of(self, run: InstanceId) -> InstanceId:
        """The one run that another has called and that is not over."""
        rows = await self.engine.instances(limit=1_000)
        (child,) = [row.id for row in rows if row.parent == run and not row.status.final]
        return child


@asynccontextmanager
async def open_world(
    folder: Path,
    *,
    clock: Clock | None = None,
    connectors: Mapping[str, Connector] | None = None,
    polling: bool = False,
    refuse_unknown: bool = False,
) -> AsyncIterator[World]:
    """Opens the store in the folder as one more program; nothing of it runs when the block ends."""
    store, clock, desk = SqliteStore(folder / FILE_NAME), clock or Clock(), Desk()
    connectors = {HANDLER: desk} if connectors is None else connectors
    catalog = Catalog(store, connectors, clock)
    engine = Engine(store, catalog, clock=clock, refuse_unknown=refuse_unknown)
    worker = Worker(engine, connectors)
    if polling:
        worker.start_polling()
    try:
        yield World(engine, worker, clock, desk, connectors)
    finally:
        await worker.close()
        await store.close()


def number_of(uid: UUID) -> ElementInstanceId:
    return ElementInstanceId(uid.int & 0xFFFF_FFFF)
