"""The audit log: what is gathered, what it is bounded by, and what it does not tell."""

import asyncio
from collections.abc import Sequence

import pytest

from procession import audit as module
from procession.access import Principal
from procession.accounts import Accounts
from procession.audit import GATHERED_MAX, AuditLog
from procession.errors import Forbidden
from procession.stores.people import Entry
from procession.stores.sqlite import SqliteStore
from tests.unit.people.clock import Clock

HOME = "10.0.0.1"


async def entries(store: SqliteStore) -> Sequence[Entry]:
    return [entry for _, entry in await store.people.audit(limit=100_000)]


async def test_like_tries_become_one_entry_with_their_number(
    accounts: Accounts, store: SqliteStore
) -> None:
    for _ in range(1_000):
        accounts.audit.refused("Ann", HOME, "run", "UsrPay")
    accounts.audit.refused("Ann", "10.0.0.2", "run", "UsrPay")
    await accounts.audit.flush()

    assert [(one.address, one.times) for one in await entries(store)] == [
        ("10.0.0.2", 1),
        (HOME, 1_000),
    ]


async def test_a_flood_of_tries_that_differ_is_a_bounded_write(
    accounts: Accounts, store: SqliteStore
) -> None:
    for number in range(5_000):
        accounts.audit.refused(f"user {number}", HOME, "run")
    await accounts.audit.flush()

    noted = await entries(store)
    assert len(noted) == GATHERED_MAX + 1
    assert noted[0].who == "others"
    assert sum(entry.times for entry in noted) == 5_000


async def test_tries_are_written_though_nobody_asks_for_it(
    accounts: Accounts, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATHERED_SECONDS", 0.01)
    accounts.audit.refused("Ann", HOME, "run")

    for _ in range(1_000):
        if await entries(store):
            return
        await asyncio.sleep(0.01)
    pytest.fail("nothing was written")


async def test_the_oldest_go_and_a_flood_pushes_no_change_out(
    accounts: Accounts, store: SqliteStore, clock: Clock
) -> None:
    log = AuditLog(store, entries_max=3, clock=clock)
    await accounts.people.add_role("Accounting", by=Principal("Root"))
    for number in range(5):
        log.refused("Ann", HOME, "run", f"Usr{number}")
        await log.flush()

    assert [entry.subject for entry in await entries(store)] == [
        "Usr4",
        "Usr3",
        "Usr2",
        "Accounting",
    ]


async def test_a_text_from_outside_is_short_and_can_be_kept(
    accounts: Accounts, store: SqliteStore
) -> None:
    accounts.audit.refused("\ud800", "x" * 9_999, "log in")
    await accounts.audit.flush()

    (entry,) = await entries(store)
    assert entry.who == "?"
    assert len(entry.address) < 200


async def test_a_failed_login_is_noted_without_what_may_be_a_password(
    accounts: Accounts, store: SqliteStore
) -> None:
    for name in ("Ann", "correct horse"):
        with pytest.raises(Forbidden):
            await accounts.login(name, "battery staple", address=HOME)
    await accounts.audit.flush()

    noted = {(entry.who, entry.action, entry.detail) for entry in await entries(store)}
    assert noted == {("Ann", "log in", "wrong password"), ("", "log in", "unknown user")}


async def test_a_log_that_cannot_be_written_stops_nothing(
    accounts: Accounts, store: SqliteStore
) -> None:
    accounts.audit.refused("Ann", HOME, "run")
    await store.close()

    await accounts.audit.flush()


async def test_entries_are_read_page_by_page(accounts: Accounts, store: SqliteStore) -> None:
    for name in ("A", "B", "C"):
        await accounts.people.add_role(name, by=Principal("Root"))

    newest = await store.people.audit(limit=2)
    oldest = await store.people.audit(before=newest[-1][0], limit=2)

    assert [entry.subject for _, entry in (*newest, *oldest)] == ["C", "B", "A"]
