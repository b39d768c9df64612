"""Starts under keys in the store: kept with their run, one for each key, for a time."""

from datetime import timedelta

import pytest

from procession.core.commands import CancelProcess
from procession.errors import Conflict
from procession.stores import Store
from procession.stores.keyed_starts import KeepStart, KeyedStart
from tests.stores.conftest import Place
from tests.stores.runs import ANN, NOW, WAITING, advanced, lease, new_id, start

DAY = timedelta(days=1)


def kept(key: str = "once", *, caller: str = ANN, later: timedelta = timedelta()) -> KeepStart:
    known = KeyedStart("digest", new_id(), ("a warning",))
    return KeepStart(caller, key, known, NOW + later, NOW + later - DAY)


async def keep(store: Store, *beside: KeepStart) -> None:
    await store.commit([start()], at=NOW, lease=lease(), beside=beside)


async def test_a_start_is_found_by_its_key(store: Store, place: Place) -> None:
    keep_it = kept()

    await keep(store, keep_it)

    other = await place.open()
    assert other.keyed_starts.find(ANN, "once", after=NOW - DAY) == keep_it.start
    assert other.keyed_starts.find("Bob", "once", after=NOW - DAY) is None
    assert other.keyed_starts.find(ANN, "twice", after=NOW - DAY) is None
    await other.close()


async def test_a_second_start_under_the_key_is_refused_with_its_run(store: Store) -> None:
    first, second = kept(), kept()
    await keep(store, first)
    write = start()

    with pytest.raises(Conflict):
        await store.commit([write], at=NOW, lease=lease(), beside=[second])

    assert store.keyed_starts.find(ANN, "once", after=NOW - DAY) == first.start
    assert await store.load(write.decision.instance.instance_id) is None


async def test_each_caller_has_keys_of_their_own(store: Store) -> None:
    await keep(store, kept())

    await keep(store, kept(caller="Bob"))

    assert store.keyed_starts.find("Bob", "once", after=NOW - DAY) is not None


async def test_no_key_is_kept_without_its_run(store: Store) -> None:
    write = start()
    await store.commit([write], at=NOW, lease=lease())

    with pytest.raises(Conflict):
        await store.commit([write], at=NOW, lease=lease(), beside=[kept()])

    assert store.keyed_starts.find(ANN, "once", after=NOW - DAY) is None


async def test_a_key_may_be_used_again_after_its_time(store: Store) -> None:
    await keep(store, kept())
    again = kept(later=DAY)

    await keep(store, again)

    assert store.keyed_starts.find(ANN, "once", after=NOW) == again.start


async def test_what_is_too_old_is_forgotten(store: Store) -> None:
    await keep(store, kept("old"))

    await keep(store, kept("new", later=2 * DAY))

    assert store.keyed_starts.find(ANN, "old", after=NOW - DAY) is None
    assert store.keyed_starts.find(ANN, "new", after=NOW) is not None


async def test_a_run_goes_on_after_its_keyed_start(store: Store) -> None:
    write = start()
    await store.commit([write], at=NOW, lease=lease(), beside=[kept()])

    run = write.decision.instance.instance_id
    await advanced(store, WAITING, run, CancelProcess("over"))

    row = await store.instance(run)
    assert row is not None
    assert row.revision == 2
