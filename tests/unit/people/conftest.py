"""Accounts over a store of their own, with a clock that the test moves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from procession.accounts import UNKNOWN_USER_HASH, Accounts
from procession.settings import Settings
from procession.stores import NewProcess, User
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.unit.people.clock import Clock

BEGIN = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGIN.timestamp())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """With an administrator, two who are not, and two processes."""
    store = SqliteStore(tmp_path / FILE_NAME)
    for name in ("Root", "Ann", "Bob"):
        await store.add_user(User(name, UNKNOWN_USER_HASH, disabled=False, created_at=BEGIN))
    await store.add_processes([process("UsrOpen", 1), process("UsrPay", 2)], by="test", at=BEGIN)
    yield store
    await store.close()


@pytest.fixture
async def accounts(store: SqliteStore, clock: Clock) -> AsyncIterator[Accounts]:
    accounts = Accounts(store, Settings(login_failures_free=2), clock=clock)
    yield accounts
    accounts.close()


def process(name: str, number: int) -> NewProcess:
    return NewProcess(
        name=name,
        caption=name,
        uid=UUID(int=number),
        startable=True,
        file=f"{name}.bpmn",
        digest=name,
        xml=b"",
    )
