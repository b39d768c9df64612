"""A large run is not written with each turn, and is what its history tells all the same."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from procession.core.changes import Parent
from procession.core.commands import CancelProcess, CompleteJob, FailJob, StartProcess
from procession.core.decide import decide
from procession.core.ids import JobId
from procession.core.instance import ProcessInstance, Status
from procession.core.model import Element, Process, ServiceTask, UserTask
from procession.core.turn import Context
from procession.errors import Conflict, StoreUnavailable
from procession.stores import Lease, Write
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.building import build
from tests.stores.runs import ANN, NOW, WAITING, lease, loaded, new_id, replayed, start, started

Open = Callable[[], SqliteStore]

COUNTS_WHAT_IS_WRITTEN = """
create table tally (bytes integer not null);
insert into tally values (0);
create trigger one after insert on instance begin
  update tally set bytes = bytes + length(new.body); end;
create trigger two after update of body on instance begin
  update tally set bytes = bytes + length(new.body); end;
create trigger three after insert on snapshot begin
  update tally set bytes = bytes + length(new.body); end;
create trigger four after update on snapshot begin
  update tally set bytes = bytes + length(new.body); end;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
async def open_store(path: Path) -> AsyncIterator[Open]:
    """Opens the file once more, as another program does."""
    opened: list[SqliteStore] = []

    def open_one() -> SqliteStore:
        opened.append(SqliteStore(path))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@cache
def fan(number: int) -> Process:
    """So many jobs at once."""
    branches = (f"split → user w{n} → end" for n in range(number))
    drawn = build("; ".join(["start → and split", *branches]))
    return replace(drawn, elements={each.id: _work(each) for each in drawn.elements.values()})


def _work(element: Element) -> Element:
    if not isinstance(element, UserTask):
        return element
    return ServiceTask(
        id=element.id,
        uid=element.uid,
        incoming=element.incoming,
        outgoing=element.outgoing,
        kind="work",
        inputs={},
    )


class Run:
    """A large run whose instance stays in memory, as the engine keeps it."""

    def __init__(
        self, store: SqliteStore, process: Process, *, parent: Parent | None = None
    ) -> None:
        self.store = store
        self.process = process
        command, context = StartProcess(new_id(), {}, ANN, parent), Context(NOW, 10**9)
        self.decision = decide(process, None, command, context)
        self.id = command.instance
        self.revision = 0

    async def keep(self) -> None:
        await self.store.commit(
            [Write(self.process, self.decision, self.revision)], at=NOW, lease=lease()
        )
        self.revision += 1

    async def complete(self, number: int) -> None:
        for job in list(self.decision.instance.jobs)[:number]:
            command = CompleteJob(job, {})
            self.decision = decide(
                self.process, self.decision.instance, command, Context(NOW, 10**9)
            )
            await self.keep()

    async def elsewhere(self, store: SqliteStore) -> None:
        """Another program goes on with the run, whatever this one knows of it."""
        self.store = store
        instance, self.revision = await loaded(store, self.id)
        self.decision = decide(
            self.process, instance, CompleteJob(next(iter(instance.jobs)), {}), Context(NOW)
        )
        await self.keep()


async def large_run(store: SqliteStore, jobs: int = 300) -> Run:
    run = Run(store, fan(jobs))
    await run.keep()
    return run


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


# -- what is written ------------------------------------------------------------------------------


async def written(store: SqliteStore, path: Path, jobs: int) -> tuple[int, int]:
    """How much a run of so many jobs writes of its state, and of its history."""
    change(path, "update tally set bytes = 0; delete from history")
    run = await large_run(store, jobs)
    await run.complete(jobs)
    assert run.decision.instance.status is Status.COMPLETED
    ((bodies,),) = rows(path, "select bytes from tally")
    ((history,),) = rows(path, "select sum(length(changes)) from history")
    assert isinstance(bodies, int)
    assert isinstance(history, int)
    return bodies, history


async def test_what_a_large_run_writes_grows_with_its_jobs_and_not_faster(
    open_store: Open, path: Path
) -> None:
    store = open_store()
    change(path, COUNTS_WHAT_IS_WRITTEN)

    few, _ = await written(store, path, 750)
    many, history = await written(store, path, 3_000)

    assert many < 5 * few
    assert many < 2 * history


async def test_a_small_run_is_written_with_each_turn(open_store: Open, path: Path) -> None:
    run = await large_run(open_store(), jobs=3)
    await run.complete(2)

    assert rows(path, "select revision from instance where body != ''") == [(3,)]
    assert rows(path, "select count(*) from snapshot") == [(0,)]


# -- what is read ---------------------------------------------------------------------------------


async def test_a_large_run_is_loaded_as_it_stands_whenever_its_snapshot_was_written(
    open_store: Open, path: Path
) -> None:
    run = await large_run(open_store())
    reader, snapshots = open_store(), set()

    for _ in range(30):
        await run.complete(10)
        assert await loaded(reader, run.id) == (run.decision.instance, run.revision)
        snapshots |= set(rows(path, "select revision, length(body) from snapshot"))

    assert len(snapshots) == 2


async def test_each_load_of_a_large_run_gives_an_instance_of_its_own(open_store: Open) -> None:
    store = open_store()
    run = await large_run(store)
    await run.complete(3)
    first, _ = await loaded(store, run.id)

    first.elements.clear()

    assert await loaded(store, run.id) == (run.decision.instance, 4)


async def test_a_large_run_that_has_become_small_has_no_snapshot(
    open_store: Open, path: Path
) -> None:
    run = await large_run(open_store())
    assert rows(path, "select count(*) from snapshot") == [(1,)]

    await run.complete(299)

    assert rows(path, "select count(*) from snapshot") == [(0,)]
    assert rows(path, "select revision from instance where body != ''") == [(300,)]
    assert await loaded(run.store, run.id) == (run.decision.instance, 300)
    assert await replayed(run.store, run.id) == run.decision.instance


async def test_a_run_that_has_ended_does_without_its_history(open_store: Open, path: Path) -> None:
    # As large as before: what it has to tell the run that called it takes the task's place.
    run = Run(open_store(), WAITING, parent=Parent(new_id(), JobId(1), 1))
    run.decision.instance.root.values["Text"] = "long " * 10_000
    await run.keep()
    assert rows(path, "select revision from snapshot") == [(1,)]

    cancel = CancelProcess("enough")
    run.decision = decide(WAITING, run.decision.instance, cancel, Context(NOW))
    await run.keep()
    change(path, "delete from history")

    assert await loaded(run.store, run.id) == (run.decision.instance, 2)


async def test_a_large_run_without_some_of_its_history_is_not_guessed_at(
    open_store: Open, path: Path
) -> None:
    run = await large_run(open_store())
    await run.complete(5)

    change(path, "delete from history where revision = 3")

    with pytest.raises(StoreUnavailable, match="lacks 1 of the turns after 1"):
        await run.store.load(run.id)


# -- several programs, and what fails -------------------------------------------------------------


async def test_two_programs_take_turns_at_a_large_run(open_store: Open) -> None:
    run = await large_run(open_store())
    stores = run.store, open_store()

    for turn in range(20):
        await run.elsewhere(stores[turn % 2])

        for store in stores:
            assert await loaded(store, run.id) == (run.decision.instance, turn + 2)
    assert await replayed(run.store, run.id) == run.decision.instance


async def test_whoever_did_not_load_a_large_run_can_go_on_with_it(open_store: Open) -> None:
    run = await large_run(open_store())
    await run.complete(5)

    run.store = open_store()
    await run.complete(5)

    assert await loaded(run.store, run.id) == (run.decision.instance, 11)


async def test_whoever_knows_an_older_state_of_a_large_run_can_go_on_with_it(
    open_store: Open, path: Path
) -> None:
    run = await large_run(open_store())
    mine, run.store = run.store, SqliteStore(path, body_max=10**6)
    await run.complete(1)
    await run.store.close()

    run.store = mine
    await run.complete(1)

    assert await loaded(mine, run.id) == (run.decision.instance, 3)


async def refused_with_another(run: Run, decision_over: ProcessInstance) -> None:
    """A turn that is undone, because another run in the same commit came too late."""
    job = next(iter(decision_over.jobs))
    first = Write(
        run.process,
        decide(run.process, decision_over, CompleteJob(job, {}), Context(NOW)),
        run.revision,
    )
    late = Write(WAITING, start().decision, 7)
    with pytest.raises(Conflict):
        await run.store.commit([first, late], at=NOW, lease=lease())


async def test_a_turn_that_was_undone_leaves_a_large_run_as_it_was(open_store: Open) -> None:
    run = await large_run(open_store())
    await run.complete(5)
    instance, _ = await loaded(run.store, run.id)

    await refused_with_another(run, instance)

    assert await loaded(run.store, run.id) == (run.decision.instance, 6)
    await run.complete(5)
    assert await loaded(run.store, run.id) == (run.decision.instance, 11)


async def test_a_turn_without_a_snapshot_to_build_on_is_a_conflict(
    open_store: Open, path: Path
) -> None:
    run = await large_run(open_store())
    instance, _ = await loaded(run.store, run.id)
    await refused_with_another(run, instance)
    mine, other = run.store, SqliteStore(path, body_max=10**6)

    run.store = other
    await run.complete(1)
    run.store = mine
    with pytest.raises(Conflict):
        await run.complete(1)
    await other.close()

    await run.elsewhere(mine)
    assert await loaded(mine, run.id) == (run.decision.instance, 3)


async def test_many_large_runs_may_be_forgotten_between_their_turns(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("procession.stores.snapshots.REMEMBERED_MAX", 2)
    store = open_store()
    runs = [await large_run(store) for _ in range(4)]

    for run in runs:
        await run.complete(2)

    for run in runs:
        assert await loaded(store, run.id) == (run.decision.instance, 3)


async def test_the_jobs_of_a_large_run_can_be_claimed_failed_and_tried_again(
    open_store: Open,
) -> None:
    store = open_store()
    run = await large_run(store)
    later = NOW + timedelta(hours=1)
    due = await store.claim_jobs(now=later, lease=Lease("me", later), limit=1_000)
    assert len(due) == 300

    fail = FailJob(due[7].id, "Broken", "it broke", retryable=False)
    run.decision = decide(run.process, run.decision.instance, fail, Context(NOW))
    await run.keep()

    row = await store.instance(run.id)
    assert row is not None
    assert row.status is Status.ERROR
    assert await loaded(store, run.id) == (run.decision.instance, 2)


async def test_a_small_run_beside_a_large_one_is_loaded_as_ever(open_store: Open) -> None:
    store = open_store()
    await large_run(store)
    small = await started(store)

    instance, revision = await loaded(store, small)

    assert (instance.values, revision) == ({"Text": "given"}, 1)
