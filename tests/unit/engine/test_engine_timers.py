"""Timers and errors with a real store: what is due happens, once, and a restart loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from procession import worker
from procession.catalog import Catalog
from procession.connectors import HANDLER, Connector, Work
from procession.core.apply import replay
from procession.core.ids import InstanceId, element_uid
from procession.core.instance import Incident, ProcessInstance, Status
from procession.core.model import Template
from procession.core.values import Values
from procession.engine import Engine
from procession.errors import BpmnError, UncaughtError
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.worker import Worker
from tests.spec.snippets import HOUR, MINUTE, chain, service, sub, user
from tests.unit.bpmn.notation import boundary, definitions, timer

ERRORS = '<error id="Sold" errorCode="sold"/><error id="Lost" errorCode="lost"/>'
SOLD = '<errorEventDefinition errorRef="Sold"/>'
BEGIN = '<startEvent id="start"/>'
REMINDER = boundary(timer("PT10M"), 'cancelActivity="false"', id="remind")
LATE = boundary(timer("PT1H"), id="late")
WAIT_SECONDS = 20


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Shop:
    """A handler that throws the error of its name, unless the name is `work`."""

    async def run(self, work: Work) -> Values:
        if work.values["name"] != "work":
            raise BpmnError(str(work.values["name"]), "there is none left")
        return {}

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        return []

    async def close(self) -> None:
        """Holds nothing."""


@dataclass
class Place:
    """An engine with its worker, in one folder."""

    engine: Engine
    clock: Clock

    async def deploy(self, *processes: str) -> None:
        files = [(f"{n}.bpmn", definitions(ERRORS + each)) for n, each in enumerate(processes)]
        await self.engine.catalog.deploy(files, by="test")

    async def start(self, name: str = "P") -> InstanceId:
        found = await self.engine.catalog.find(name)
        outcome = await self.engine.start(found, {}, caller="Ann", wait_seconds=WAIT_SECONDS)
        return outcome.instance_id

    async def load(self, run: InstanceId) -> ProcessInstance:
        """The stored instance, which must be what its history tells."""
        loaded = await self.engine.store.load(run)
        assert loaded is not None, run
        instance, revision = loaded
        turns = [each for each in await self.engine.store.history(run) if each.revision <= revision]
        assert replay(change for turn in turns for change in turn.changes) == instance
        return instance

    async def alive(self, run: InstanceId) -> list[str]:
        instance = await self.load(run)
        return [each.element for each in instance.elements.values() if each.element]

    async def becomes(self, run: InstanceId, *elements: str) -> None:
        """Wait until these elements are alive, and no others."""
        async with asyncio.timeout(WAIT_SECONDS):
            while await self.alive(run) != [*elements]:
                await self.engine.settle(run)
                await asyncio.sleep(0.005)

    async def incident(self, run: InstanceId) -> Incident:
        """Wait for the one incident of a run."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not (incidents := (await self.load(run)).incidents):
                await self.engine.settle(run)
                await asyncio.sleep(0.005)
        (incident,) = incidents.values()
        return incident

    async def execute(self, run: InstanceId, element: str) -> None:
        instance = await self.load(run)
        number = next(id for id, each in instance.elements.items() if each.element == element)
        await self.engine.execute_element(element_uid(run, number), {}, caller="Ann")


@asynccontextmanager
async def opened(folder: Path, clock: Clock) -> AsyncIterator[Place]:
    """Opens the store in the folder as a program does; nothing of it runs when the block ends."""
    store = SqliteStore(folder / FILE_NAME)
    connectors: Mapping[str, Connector] = {HANDLER: Shop()}
    engine = Engine(store, Catalog(store, connectors, clock), clock=clock)
    works = Worker(engine, connectors)
    works.start_polling()
    try:
        yield Place(engine, clock)
    finally:
        await works.close()
        await store.close()


@pytest.fixture(autouse=True)
def _poll_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path, Clock()) as place:
        yield place


async def polled() -> None:
    """Time for a poll, or a few."""
    await asyncio.sleep(0.05)


def process(*content: str, id: str = "P") -> str:
    return f'<process id="{id}">{"".join(content)}</process>'


def leads_to(event: str, element: str) -> str:
    """The way on of a boundary event leads to a user task."""
    return event.replace(f'targetRef="after_{_id(event)}"', f'targetRef="{element}"') + user(
        element
    )


def _id(event: str) -> str:
    return event.partition('id="')[2].partition('"')[0]


TASK = BEGIN + user("host", "after") + chain("start", "host", "after")


async def test_a_timer_in_a_flow_lets_the_run_go_on_when_its_moment_has_come(place: Place) -> None:
    event = f'<intermediateCatchEvent id="e">{timer("PT5M")}</intermediateCatchEvent>'
    await place.deploy(process(BEGIN, event, user("after"), chain("start", "e", "after")))
    run = await place.start()

    place.clock.move(5 * MINUTE - 1)
    await polled()
    assert await place.alive(run) == ["e"]

    place.clock.move(1)
    await place.becomes(run, "after")


async def test_a_reminder_comes_beside_its_task_and_a_deadline_ends_it(place: Place) -> None:
    await place.deploy(process(TASK, leads_to(REMINDER, "call"), leads_to(LATE, "escalate")))
    run = await place.start()

    place.clock.move(10 * MINUTE)
    await place.becomes(run, "host", "call")

    place.clock.move(50 * MINUTE)
    await place.becomes(run, "call", "escalate")


async def test_a_task_that_is_executed_in_time_takes_its_timers_with_it(place: Place) -> None:
    await place.deploy(process(TASK, leads_to(LATE, "escalate")))
    run = await place.start()

    await place.execute(run, "host")
    place.clock.move(24 * HOUR)
    await polled()

    assert await place.alive(run) == ["after"]
    assert (await place.load(run)).jobs == {}


async def test_a_cycle_happens_its_number_of_times(place: Place) -> None:
    cycle = boundary(timer("R3/PT10M", "timeCycle"), 'cancelActivity="false"', id="remind")
    await place.deploy(process(TASK, leads_to(cycle, "call")))
    run = await place.start()

    for times in (1, 2, 3):
        place.clock.move(10 * MINUTE)
        await place.becomes(run, "host", *["call"] * times)

    place.clock.move(HOUR)
    await polled()
    assert await place.alive(run) == ["host", "call", "call", "call"]


async def test_moments_of_a_cycle_that_nobody_was_there_for_are_made_up(place: Place) -> None:
    cycle = boundary(timer("R3/PT10M", "timeCycle"), 'cancelActivity="false"', id="remind")
    await place.deploy(process(TASK, leads_to(cycle, "call")))
    run = await place.start()

    place.clock.move(25 * MINUTE)

    await place.becomes(run, "host", "call", "call")


async def test_timers_go_on_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as place:
        await place.deploy(process(TASK, leads_to(REMINDER, "call"), leads_to(LATE, "escalate")))
        run = await place.start()

    async with opened(tmp_path, clock) as place:
        clock.move(10 * MINUTE)
        await place.becomes(run, "host", "call")

    clock.move(50 * MINUTE)
    async with opened(tmp_path, clock) as place:
        await place.becomes(run, "call", "escalate")


async def test_a_timer_happens_once_however_many_programs_look_for_it(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as place, opened(tmp_path, clock):
        await place.deploy(process(TASK, leads_to(REMINDER, "call")))
        runs = [await place.start() for _ in range(5)]

        clock.move(10 * MINUTE)

        for run in runs:
            await place.becomes(run, "host", "call")
        await polled()
        assert [await place.alive(run) for run in runs] == [["host", "call"]] * 5


async def test_an_error_of_a_handler_is_caught_by_its_code(place: Place) -> None:
    other = SOLD.replace("Sold", "Lost")
    events = (
        leads_to(boundary(other, id="lost"), "find"),
        leads_to(boundary(SOLD, id="sold"), "buy"),
    )
    works = service("host").replace('name="work"', 'name="sold"')
    await place.deploy(process(BEGIN, works, chain("start", "host"), *events))

    run = await place.start()

    assert await place.alive(run) == ["buy"]


async def test_an_error_of_a_handler_that_nothing_catches_is_an_incident(place: Place) -> None:
    works = service("host").replace('name="work"', 'name="lost"')
    sold = leads_to(boundary(SOLD, id="sold"), "buy")
    await place.deploy(process(BEGIN, works, chain("start", "host"), sold))

    run = await place.start()

    incident = await place.incident(run)
    assert incident.code == UncaughtError.code
    assert incident.message == "nothing catches the error 'lost' of host: there is none left"


CALL = '<callActivity id="host" calledElement="Called"/>'
CALLED = process(
    BEGIN,
    sub("box", user("ask"), f'<endEvent id="thrown">{SOLD}</endEvent>', chain("ask", "thrown")),
    chain("start", "box"),
    id="Called",
)


async def called_by(place: Place, run: InstanceId) -> InstanceId:
    rows = await place.engine.instances(limit=10)
    (child,) = [row.id for row in rows if row.parent == run]
    return child


async def test_an_error_of_a_called_process_is_caught_on_the_call(place: Place) -> None:
    sold = leads_to(boundary(SOLD, id="sold"), "buy")
    await place.deploy(process(BEGIN, CALL, chain("start", "host"), sold), CALLED)
    run = await place.start()
    child = await called_by(place, run)

    await place.execute(child, "ask")

    await place.becomes(run, "buy")
    ended = await place.load(child)
    assert (ended.status, ended.jobs) == (Status.CANCELED, {})


async def test_an_error_of_a_called_process_that_nothing_catches_is_an_incident_of_the_call(
    place: Place,
) -> None:
    await place.deploy(process(BEGIN, CALL, chain("start", "host")), CALLED)
    run = await place.start()

    await place.execute(await called_by(place, run), "ask")

    assert (await place.incident(run)).code == UncaughtError.code


async def test_an_error_end_event_without_a_caller_is_an_incident(place: Place) -> None:
    await place.deploy(CALLED)
    run = await place.start("Called")

    await place.execute(run, "ask")

    instance = await place.load(run)
    assert instance.status is Status.ERROR
    assert await place.alive(run) == ["box", "thrown"]


async def test_a_deadline_of_a_call_ends_the_called_process(place: Place) -> None:
    await place.deploy(
        process(BEGIN, CALL, chain("start", "host"), leads_to(LATE, "escalate")), CALLED
    )
    run = await place.start()
    child = await called_by(place, run)

    place.clock.move(HOUR)

    await place.becomes(run, "escalate")
    await place.becomes(child)
    assert (await place.load(child)).status is Status.CANCELED
