"""What the SQLite store promises of its disk: one fsync for all that wait, none answered before."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from procession.core.ids import InstanceId
from procession.errors import Conflict, Rejected, StoreUnavailable
from procession.stores import NewProcess, Session, User, Write, committer
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.stores.sqlite_file import open_writer
from tests.stores.runs import NOW, WORKING, lease, loaded, start, started
from tests.stores.trouble import (
    locked_by_another_program,
    no_file_may_grow_beyond,
    transactions_in_wal,
    wal_of,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    await store.close()


async def keep(store: SqliteStore, *writes: Write) -> InstanceId:
    await store.commit(writes, at=NOW, lease=lease())
    return writes[0].decision.instance.instance_id


def runs_in(path: Path) -> set[str]:
    """The runs that another program finds in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("select id from instance")}


# -- group commit ---------------------------------------------------------------------------------


async def test_all_that_wait_share_one_transaction(store: SqliteStore, path: Path) -> None:
    await started(store)
    before = transactions_in_wal(path)

    await asyncio.gather(*(keep(store, start()) for _ in range(100)))

    assert transactions_in_wal(path) - before == 1
    assert len(runs_in(path)) == 101


async def test_different_verbs_share_it_too(store: SqliteStore, path: Path) -> None:
    await started(store)
    before = transactions_in_wal(path)

    await asyncio.gather(
        keep(store, start()),
        keep(store, start(), start()),
        store.add_user(User("Ann", "hash", False, NOW)),
        store.add_session(Session("digest", "Ann", "csrf", NOW, NOW)),
        store.enable("UsrLine", False),
        store.renew_leases(lease()),
    )

    assert transactions_in_wal(path) - before == 1


async def test_what_comes_while_the_disk_is_busy_is_the_next_transaction(
    store: SqliteStore, path: Path
) -> None:
    await started(store)
    before = transactions_in_wal(path)

    waiting = [asyncio.ensure_future(keep(store, start()))]
    for _ in range(3):
        await asyncio.sleep(0)
    waiting += [asyncio.ensure_future(keep(store, start())) for _ in range(50)]
    await asyncio.gather(*waiting)

    assert transactions_in_wal(path) - before == 2


async def test_a_batch_has_a_bound(store: SqliteStore, path: Path) -> None:
    await started(store)
    before = transactions_in_wal(path)

    await asyncio.gather(*(keep(store, start()) for _ in range(committer.BATCH_MAX + 1)))

    assert transactions_in_wal(path) - before == 2


async def test_nobody_is_answered_before_the_disk_holds_it(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    async def keep_and_look(number: int) -> None:
        run = await keep(store, start())
        copy = tmp_path / f"copy {number}" / FILE_NAME
        copy.parent.mkdir()
        shutil.copy(path, copy)
        shutil.copy(wal_of(path), wal_of(copy))
        assert str(run) in runs_in(copy)

    await asyncio.gather(*(keep_and_look(number) for number in range(20)))


def test_a_commit_reaches_the_disk_and_not_only_the_system(path: Path) -> None:
    with closing(open_writer(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
        full = 2
        assert connection.execute("pragma synchronous").fetchone() == (full,)


async def test_a_write_whose_values_cannot_be_stored_fails_alone(store: SqliteStore) -> None:
    answers = await asyncio.gather(
        keep(store, start()),
        store.add_user(User("lone surrogate \ud800", "hash", False, NOW)),
        store.add_session(Session("same", "Ann", "csrf", NOW, NOW)),
        store.add_session(Session("same", "Bob", "csrf", NOW, NOW)),
        keep(store, start()),
        return_exceptions=True,
    )

    failed = [type(answer) for answer in answers if isinstance(answer, Exception)]
    assert failed == [UnicodeEncodeError, sqlite3.IntegrityError]
    assert len(await store.instances(process=None, status=None, limit=9)) == 2
    assert await store.users() == []


async def test_a_refused_write_leaves_nothing_behind(store: SqliteStore) -> None:
    ann = User("Ann", "hash", False, NOW)
    before = store.catalog_revision()

    answers = await asyncio.gather(
        store.add_user(ann), store.add_user(ann), keep(store, start()), return_exceptions=True
    )

    assert [type(answer) for answer in answers[:2]] == [type(None), Rejected]
    assert store.catalog_revision() == before + 1


async def test_what_is_not_waited_for_any_more_is_kept_all_the_same(store: SqliteStore) -> None:
    write = start()
    gone = asyncio.ensure_future(keep(store, write))
    await asyncio.sleep(0)
    gone.cancel()

    await keep(store, start())

    assert await store.load(write.decision.instance.instance_id) is not None


async def test_what_waits_is_kept_when_the_store_is_closed(path: Path) -> None:
    store = SqliteStore(path)
    waiting = [asyncio.ensure_future(keep(store, start())) for _ in range(10)]
    await asyncio.sleep(0)

    await store.close()

    await asyncio.gather(*waiting)
    assert len(runs_in(path)) == 10


async def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    run = await started(store)
    await store.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        await started(store)
    with pytest.raises(StoreUnavailable):
        await store.load(run)


# -- other programs -------------------------------------------------------------------------------


async def test_a_reader_does_not_wait_for_whoever_writes(store: SqliteStore, path: Path) -> None:
    run = await started(store, WORKING)
    revision = store.catalog_revision()

    with locked_by_another_program(path):
        assert await loaded(store, run)
        assert await store.instance(run)
        assert len(await store.instances(process=None, status=None, limit=9)) == 1
        assert len(await store.history(run)) == 1
        assert len(await store.elements(run)) == 1
        assert await store.process("UsrLine") is None
        assert await store.user("Ann") is None
        assert store.catalog_revision() == revision


async def test_the_store_can_be_opened_and_read_while_another_program_writes(
    store: SqliteStore, path: Path
) -> None:
    run = await started(store)

    with locked_by_another_program(path):
        second = SqliteStore(path)
        assert await loaded(second, run)
        await second.close()


async def test_a_commit_waits_until_the_other_program_lets_go(
    store: SqliteStore, path: Path
) -> None:
    with locked_by_another_program(path) as program:
        waiting = [asyncio.ensure_future(keep(store, start())) for _ in range(5)]
        await asyncio.sleep(0.1)
        assert not any(each.done() for each in waiting)
        # The event loop is not held up meanwhile: this very line runs, and reads are answered.
        assert await store.instances(process=None, status=None, limit=9) == []

        await asyncio.to_thread(program.let_go)
        await asyncio.gather(*waiting)

    assert len(runs_in(path)) == 5


async def test_a_lock_that_is_held_too_long_is_told_and_passes(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "LOCK_WAIT_SECONDS", 0.05)

    with locked_by_another_program(path):
        answers = await asyncio.gather(
            *(keep(store, start()) for _ in range(3)), return_exceptions=True
        )

    assert {type(answer) for answer in answers} == {StoreUnavailable}
    assert "another program has locked the store" in str(answers[0])
    assert runs_in(path) == set()

    await keep(store, start())
    assert len(runs_in(path)) == 1


# -- the disk -------------------------------------------------------------------------------------


async def test_what_the_disk_refuses_is_told_and_nothing_is_lost(
    store: SqliteStore, path: Path
) -> None:
    kept = [await started(store) for _ in range(20)]

    with no_file_may_grow_beyond(wal_of(path).stat().st_size):
        answers = await asyncio.gather(
            *(keep(store, start()) for _ in range(3)), return_exceptions=True
        )
        for run in kept:
            assert await loaded(store, run)

    assert {type(answer) for answer in answers} == {StoreUnavailable}
    assert "nothing was lost" in str(answers[0])
    assert runs_in(path) == {str(run) for run in kept}


async def test_the_store_goes_on_when_the_disk_takes_it_again(
    store: SqliteStore, path: Path
) -> None:
    await started(store)
    write = start()
    with no_file_may_grow_beyond(wal_of(path).stat().st_size), pytest.raises(StoreUnavailable):
        await keep(store, write)

    await keep(store, write)

    with pytest.raises(Conflict):
        await keep(store, write)
    assert len(runs_in(path)) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)


async def test_a_claim_that_is_not_kept_gives_no_job(store: SqliteStore, path: Path) -> None:
    await started(store, WORKING)
    await store.release_leases()

    with no_file_may_grow_beyond(wal_of(path).stat().st_size), pytest.raises(StoreUnavailable):
        await store.claim_jobs(now=NOW, lease=lease(), limit=9)

    assert len(await store.claim_jobs(now=NOW, lease=lease(), limit=9)) == 1


async def test_nothing_is_written_where_there_is_nothing_to_claim(
    store: SqliteStore, path: Path
) -> None:
    await started(store)
    before = transactions_in_wal(path)

    assert await store.claim_jobs(now=NOW, lease=lease(), limit=9) == []

    assert transactions_in_wal(path) == before


async def test_versions_that_the_disk_refuses_are_not_there(store: SqliteStore, path: Path) -> None:
    await started(store)
    large = NewProcess("Usr", "", start().process.uid, True, "f", "1", b"x" * 100_000)

    with no_file_may_grow_beyond(wal_of(path).stat().st_size), pytest.raises(StoreUnavailable):
        await store.add_processes([large], by="Ann", at=NOW)

    assert await store.process("Usr") is None
    assert await store.add_processes([large], by="Ann", at=NOW) == [(1, True)]
