"""The stores that this suite is run against: a new kind of store is one line in PLACES."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from procession.stores import Store
from procession.stores.sqlite import FILE_NAME, SqliteStore


class Place(Protocol):
    """Where a store keeps what it is given. It can be opened several times at once."""

    def __init__(self, folder: Path) -> None: ...

    async def open(self) -> Store: ...


class SqlitePlace:
    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    async def open(self) -> Store:
        return SqliteStore(self._path)


class SnapshotsPlace(SqlitePlace):
    """Every run is a large one: a snapshot, and the history after it."""

    async def open(self) -> Store:
        return SqliteStore(self._path, body_max=0)


class SometimesPlace(SqlitePlace):
    """Runs grow large and become small again."""

    async def open(self) -> Store:
        return SqliteStore(self._path, body_max=300)


PLACES: dict[str, type[Place]] = {
    "sqlite": SqlitePlace,
    "sqlite, all runs are large": SnapshotsPlace,
    "sqlite, some runs are large": SometimesPlace,
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return PLACES[request.param](tmp_path)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    store = await place.open()
    yield store
    await store.close()


@pytest.fixture
async def other(place: Place, store: Store) -> AsyncIterator[Store]:
    """The same place, opened once more: what another program sees."""
    other = await place.open()
    yield other
    await other.close()
