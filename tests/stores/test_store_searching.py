"""Finding in the store: runs in the order of their ids, what is alive in them, versions."""

from datetime import timedelta
from uuid import UUID

from procession.core.commands import CancelProcess
from procession.core.instance import Status
from procession.stores import NewProcess, Store
from procession.stores.searching import BEYOND_ID, FIRST_ID, RunScan
from tests.stores.runs import NOW, WAITING, WORKING, advanced, line, started, uid_of, user_task

OTHER = line(user_task("other"), name="UsrOther")


async def scanned(store: Store, scan: RunScan, limit: int = 100) -> list[UUID]:
    return [run.row.id for run in await store.search.runs(scan, limit=limit)]


async def test_runs_come_newest_first_and_so_many(store: Store) -> None:
    runs = [await started(store) for _ in range(4)]

    assert await scanned(store, RunScan()) == runs[::-1]
    assert await scanned(store, RunScan(), limit=2) == [runs[3], runs[2]]


async def test_runs_come_between_two_ids(store: Store) -> None:
    runs = [await started(store) for _ in range(4)]

    found = await scanned(store, RunScan(before=runs[3], since=runs[1]))

    assert found == [runs[2], runs[1]]


async def test_runs_of_one_process_or_in_one_status_keep_that_order(store: Store) -> None:
    waiting = [await started(store) for _ in range(3)]
    other = await started(store, OTHER)
    await advanced(store, WAITING, waiting[1], CancelProcess(""))

    over = (Status.CANCELED,)
    assert await scanned(store, RunScan(process="UsrLine")) == waiting[::-1]
    assert await scanned(store, RunScan(statuses=over)) == [waiting[1]]
    assert await scanned(store, RunScan(statuses=(Status.RUNNING, *over))) == [
        other,
        *waiting[::-1],
    ]
    assert await scanned(store, RunScan(process="UsrOther", statuses=over)) == []


async def test_the_value_of_a_parameter_is_told_or_that_the_run_is_large(store: Store) -> None:
    await started(store)

    (asked,) = await store.search.runs(RunScan(parameter="Text"), limit=1)
    (missing,) = await store.search.runs(RunScan(parameter="Other"), limit=1)
    (unasked,) = await store.search.runs(RunScan(), limit=1)

    assert asked.large or asked.value == "given"
    assert missing.value is None
    assert (unasked.large, unasked.value) == (False, None)


async def test_what_is_alive_comes_in_the_order_of_runs(store: Store) -> None:
    runs = [await started(store), await started(store, OTHER), await started(store)]
    await advanced(store, WAITING, runs[0], CancelProcess(""))

    alive = await store.search.elements((FIRST_ID, 0), process=None, limit=100)
    after = await store.search.elements((alive[0].instance, alive[0].id), process=None, limit=1)
    other = await store.search.elements((FIRST_ID, 0), process="UsrOther", limit=100)
    none = await store.search.elements((BEYOND_ID, 0), process=None, limit=100)

    assert [(each.instance, each.element) for each in alive] == [
        (runs[1], "other"),
        (runs[2], "wait"),
    ]
    assert (alive[0].process, alive[0].caller, alive[0].since) == ("UsrOther", "Ann", NOW)
    assert list(after) == [alive[1]]
    assert list(other) == [alive[0]]
    assert list(none) == []


async def test_what_works_is_alive_as_well(store: Store) -> None:
    run = await started(store, WORKING)

    (alive,) = await store.search.elements((FIRST_ID, 0), process=None, limit=100)

    assert (alive.instance, alive.state) == (run, "active")


async def test_versions_come_newest_first(store: Store) -> None:
    for number in range(1, 4):
        new = NewProcess("UsrA", "A", uid_of("UsrA"), True, "a.bpmn", str(number), b"<x/>")
        await store.add_processes([new], by="Ann", at=NOW + timedelta(seconds=number))

    newest = await store.search.versions("UsrA", before=100, limit=2)
    oldest = await store.search.versions("UsrA", before=2, limit=2)

    assert [row.version for row in newest] == [3, 2]
    assert [row.version for row in oldest] == [1]
    assert list(await store.search.versions("UsrB", before=100, limit=2)) == []
