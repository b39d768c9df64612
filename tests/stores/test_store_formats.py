"""A store of every format that was ever released can be read, and its runs go on."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from procession.core.commands import (
    CompleteJob,
    ExecuteElement,
    ResolveIncident,
    TriggerSubscription,
)
from procession.core.data_stores import StoredValue
from procession.core.ids import ElementInstanceId, InstanceId
from procession.core.instance import Status
from procession.stores import Lease
from procession.stores.events import Message
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.stores.statements import read_migrations
from tests.stores.runs import advanced, loaded, replayed
from tests.stores.saving import (
    ANN,
    BOB,
    CALLED,
    HELD,
    LARGE,
    LARGE_RUN,
    LARGE_TEXT,
    NOW,
    PAUSED,
    RUNS,
    SESSION,
    STORED,
    VALUES,
    WAIT,
    WEBHOOK,
    WORK,
    XML,
    process,
    run_id,
)
from tests.stores.saving_events import EVENTS, PROCESS, SCHEDULE

SAVED = sorted((Path(__file__).parent / "saved").glob("format-*.sqlite"))
SINCE_LARGE_RUNS = [path for path in SAVED if path.stem != "format-1"]
SINCE_EVENTS = [path for path in SINCE_LARGE_RUNS if path.stem not in ("format-2", "format-3")]
SINCE_DATA_STORES = [
    path for path in SINCE_EVENTS if path.stem not in ("format-2", "format-3", "format-4")
]
SINCE_WEBHOOKS = [path for path in SINCE_DATA_STORES if path.stem != "format-5"]
WORKING = ElementInstanceId(3)


@pytest.fixture(params=SAVED, ids=lambda path: path.stem)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    shutil.copy(request.param, tmp_path / FILE_NAME)
    store = SqliteStore(tmp_path / FILE_NAME)
    yield store
    await store.close()


def test_there_is_a_file_of_every_format() -> None:
    formats = [f"format-{number}" for number in range(1, len(read_migrations()) + 1)]

    assert [path.stem for path in SAVED] == formats


async def test_users_and_sessions_are_there(store: SqliteStore) -> None:
    assert await store.users() == [ANN, BOB]
    assert await store.session(SESSION.id) == SESSION


async def test_the_oldest_user_may_do_everything(store: SqliteStore) -> None:
    assert store.people.rights_of(ANN.name).everything
    assert not store.people.rights_of(BOB.name).everything


@pytest.mark.parametrize("store", SINCE_WEBHOOKS, indirect=True, ids=lambda path: path.stem)
async def test_webhooks_and_what_is_to_be_sent_are_there(store: SqliteStore) -> None:
    assert list(store.webhooks.registered()) == [WEBHOOK]
    (waiting,) = await store.webhooks.due(WEBHOOK.id, NOW, limit=10)
    assert (waiting.instance, waiting.event, waiting.body) == (run_id(CALLED), "e", b"{}")


async def test_processes_are_there(store: SqliteStore) -> None:
    found = await store.process("UsrSaved")

    assert found is not None
    row, xml = found
    assert xml == XML.encode()
    assert (row.version, row.caption, row.uid) == (1, "Gespeichert – 保存", process().uid)
    assert (row.startable, row.enabled, row.deployed_at) == (True, False, NOW)


async def test_runs_stand_as_they_stood(store: SqliteStore) -> None:
    rows = await store.instances(process="UsrSaved", status=None, limit=99)

    assert {row.id: row.status for row in rows} == {
        run_id("waits"): Status.RUNNING,
        run_id("works"): Status.RUNNING,
        run_id("is put off"): Status.RUNNING,
        run_id("is stuck"): Status.ERROR,
        run_id(PAUSED): Status.RUNNING,
        run_id(CALLED): Status.COMPLETED,
        run_id("was cancelled"): Status.CANCELED,
    }
    assert {row.caller for row in rows} == {"Ann"}
    assert {row.id: row.parent for row in rows if row.parent} == {run_id(CALLED): run_id("waits")}


async def test_every_value_is_what_it_was(store: SqliteStore) -> None:
    instance, _ = await loaded(store, run_id("waits"))

    assert instance.values == VALUES
    assert {code: type(value) for code, value in instance.values.items()} == {
        code: type(value) for code, value in VALUES.items()
    }


@pytest.mark.parametrize("what", RUNS)
async def test_the_history_tells_the_state(store: SqliteStore, what: str) -> None:
    instance, revision = await loaded(store, run_id(what))

    assert await replayed(store, run_id(what)) == instance
    assert revision == len(RUNS[what]) + 1


async def test_a_resting_run_goes_on(store: SqliteStore) -> None:
    await advanced(store, process(), run_id("waits"), ExecuteElement(WAIT, {}))
    done = await advanced(store, process(), run_id("waits"), CompleteJob(WORK, {"text": "now"}))

    assert done.instance.status is Status.COMPLETED
    assert done.instance.values["Text"] == "now"


async def test_a_stuck_run_can_be_resolved(store: SqliteStore) -> None:
    done = await advanced(store, process(), run_id("is stuck"), ResolveIncident(WORKING), NOW)

    assert done.instance.status is Status.RUNNING
    assert done.instance.jobs[WORK].due_at == NOW


@pytest.mark.parametrize("store", SINCE_LARGE_RUNS, indirect=True, ids=lambda path: path.stem)
async def test_a_large_run_is_what_its_history_tells_and_goes_on(store: SqliteStore) -> None:
    instance, revision = await loaded(store, run_id(LARGE))
    assert (instance.values["Text"], revision) == (LARGE_TEXT, len(LARGE_RUN) + 1)
    assert await replayed(store, run_id(LARGE)) == instance

    await advanced(store, process(), run_id(LARGE), ResolveIncident(WORKING))
    done = await advanced(store, process(), run_id(LARGE), CompleteJob(WORK, {"text": "now"}))

    assert done.instance.status is Status.COMPLETED
    assert await loaded(store, run_id(LARGE)) == (done.instance, revision + 2)


@pytest.mark.parametrize("store", SINCE_EVENTS, indirect=True, ids=lambda path: path.stem)
async def test_events_are_there_and_reach_who_waits(store: SqliteStore) -> None:
    (waiting,) = await store.events.takers(Message("paid", (), {}, ""), after=0, limit=9)
    (start,) = await store.events.starts("message", "paid")
    (timer,) = await store.events.due_starts(HELD.until, limit=9)
    broadcast = await store.events.oldest_broadcast()

    assert (waiting.instance, start.process) == (run_id(EVENTS), EVENTS)
    assert timer.schedule == {**SCHEDULE, "first": HELD.until}
    assert store.events.message_kept(1)
    assert broadcast is not None
    assert broadcast.payload == VALUES
    command = TriggerSubscription(waiting.id, {})
    done = await advanced(store, PROCESS, waiting.instance, command, HELD.until)
    assert await replayed(store, waiting.instance) == done.instance


async def test_a_paused_turn_is_taken_up(store: SqliteStore) -> None:
    paused, _ = await loaded(store, run_id(PAUSED))
    assert paused.pause_job is not None

    done = await advanced(store, process(), run_id(PAUSED), CompleteJob(paused.pause_job, {}))

    assert [each.element for each in done.instance.elements.values()] == ["", "Wait"]


async def test_jobs_are_due_when_they_were(store: SqliteStore) -> None:
    async def due(minutes: int) -> dict[InstanceId, str]:
        now = NOW + timedelta(minutes=minutes)
        mine = Lease("me", now + timedelta(days=1))
        jobs = await store.claim_jobs(now=now, lease=mine, limit=9)
        return {job.instance: job.kind for job in jobs}

    assert await due(0) == {}
    assert await due(1) == {
        run_id("works"): "handler",
        run_id(PAUSED): "continue",
        run_id(CALLED): "return",
    }
    assert await due(61) == {run_id("is put off"): "handler"}


@pytest.mark.parametrize("store", SINCE_DATA_STORES, ids=lambda path: path.stem, indirect=True)
async def test_data_stores_hold_what_they_held(store: SqliteStore) -> None:
    found = store.data_stores.find([STORED.id, "another"])

    assert found == {
        STORED.id: StoredValue(STORED.value, STORED.version),
        "another": StoredValue(),
    }
