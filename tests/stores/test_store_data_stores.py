"""Data stores: guarded by what was read, seen by who comes after while the disk is busy."""

import asyncio
from decimal import Decimal

import pytest

from procession.core.data_stores import StoredValue
from procession.errors import Conflict
from procession.stores import Store
from procession.stores.data_stores import UseDataStore
from tests.stores.runs import NOW, lease

VALUE = {"Price": Decimal("12.50"), "At": [NOW, None]}


def write(value: object, version: str, *, found: str = "", id: str = "total") -> UseDataStore:
    return UseDataStore(id, found, NOW, version, value)


async def keep(store: Store, *uses: UseDataStore) -> None:
    await store.commit([], at=NOW, lease=lease(), beside=uses)


def held(store: Store, id: str = "total") -> StoredValue:
    return store.data_stores.find([id])[id]


async def test_a_value_is_found_as_it_was_written(store: Store, other: Store) -> None:
    assert held(store) == StoredValue(None, "")

    await keep(store, write(VALUE, "first"), write(1, "a", id="another"))

    for each in (store, other):
        assert held(each) == StoredValue(VALUE, "first")
        assert held(each, "another") == StoredValue(1, "a")


async def test_a_write_over_another_version_is_refused(store: Store, other: Store) -> None:
    await keep(other, write(1, "first"))

    for found in ("", "another"):
        with pytest.raises(Conflict, match="data store total"):
            await keep(store, write(2, "mine", found=found))
    assert held(store) == StoredValue(1, "first")

    await keep(store, write(2, "mine", found="first"))
    assert held(other) == StoredValue(2, "mine")


async def test_what_was_only_read_must_be_what_it_was(store: Store) -> None:
    await keep(store, write(1, ""), write(2, "b", id="another"))
    assert held(store) == StoredValue()

    await keep(store, write(1, "first"))

    with pytest.raises(Conflict):
        await keep(store, write(None, ""), write(3, "c", found="b", id="another"))
    assert held(store, "another") == StoredValue(2, "b")


async def test_a_value_counts_from_the_moment_in_which_it_is_handed_over(store: Store) -> None:
    writes = [asyncio.create_task(keep(store, write(1, "first")))]
    await asyncio.sleep(0)
    assert held(store) == StoredValue(1, "first")

    writes.append(asyncio.create_task(keep(store, write(2, "second", found="first"))))
    await asyncio.sleep(0)
    assert held(store) == StoredValue(2, "second")

    await asyncio.gather(*writes)
    assert held(store) == StoredValue(2, "second")


async def test_who_stands_on_a_write_that_fails_is_refused_with_it(
    store: Store, other: Store
) -> None:
    await keep(other, write(1_000, "theirs"))

    late = [
        asyncio.create_task(keep(store, write(1, "first"))),
        asyncio.create_task(keep(store, write(2, "second", found="first"))),
    ]
    refused = await asyncio.gather(*late, return_exceptions=True)

    assert [type(each) for each in refused] == [Conflict, Conflict]
    assert held(store) == held(other) == StoredValue(1_000, "theirs")


async def test_who_does_not_wait_for_the_answer_leaves_nothing_behind(store: Store) -> None:
    gone = asyncio.create_task(keep(store, write(1, "first")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)

    await keep(store, write(5, "other", id="another"))

    # It was handed over, and nobody has undone it.
    assert held(store) == StoredValue(1, "first")
