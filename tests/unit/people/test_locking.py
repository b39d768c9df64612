"""Failed logins: told to the operator, kept over a restart, forgiven at once in all programs."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from procession.access import Principal
from procession.accounts import Accounts
from procession.errors import Forbidden, UnknownUser
from procession.settings import Settings
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.unit.people.clock import Clock

ROOT = Principal("Root")
HOME = "10.0.0.1"
PASSWORD = "correct horse"
STRICT = Settings(login_failures_free=2, login_pause_seconds_max=60)


async def fail(accounts: Accounts, name: str = "Ann") -> str:
    with pytest.raises(Forbidden) as caught:
        await accounts.login(name, "wrong", address=HOME)
    return str(caught.value)


async def known_password(store: SqliteStore) -> None:
    await store.change_user("Ann", password_hash=PasswordHasher().hash(PASSWORD))


async def test_the_operator_sees_who_failed_and_how_often(
    accounts: Accounts, store: SqliteStore
) -> None:
    await fail(accounts)
    await fail(accounts)
    await fail(accounts, "Nobody")
    await accounts.audit.flush()

    assert [(one.user, one.failures) for one in await store.people.all_failures()] == [("Ann", 2)]


async def test_a_login_that_succeeds_forgets_the_failures(
    accounts: Accounts, store: SqliteStore
) -> None:
    await known_password(store)
    await fail(accounts)
    await accounts.audit.flush()
    await fail(accounts, "Bob")

    await accounts.login("Ann", PASSWORD, address=HOME)
    await accounts.audit.flush()

    assert [one.user for one in await store.people.all_failures()] == ["Bob"]


async def test_a_restart_does_not_forgive(
    accounts: Accounts, store: SqliteStore, clock: Clock
) -> None:
    await fail(accounts)
    await fail(accounts)
    await accounts.audit.flush()

    after = Accounts(store, STRICT, clock=clock)

    assert "Too many failed logins" in await fail(after)
    after.close()


async def test_unlocking_forgives_in_every_program(
    accounts: Accounts, store: SqliteStore, tmp_path: Path, clock: Clock
) -> None:
    await known_password(store)
    await fail(accounts)
    await fail(accounts)
    assert "Too many" in await fail(accounts)
    await accounts.audit.flush()
    other = SqliteStore(tmp_path / FILE_NAME)
    elsewhere = Accounts(other, STRICT, clock=clock)

    await elsewhere.unlock("Ann", by=ROOT)

    assert (await accounts.login("Ann", PASSWORD, address=HOME)).session.user == "Ann"
    assert await store.people.all_failures() == []
    elsewhere.close()
    await other.close()


async def test_what_fails_after_unlocking_counts_again(accounts: Accounts, clock: Clock) -> None:
    await fail(accounts)
    await accounts.unlock("Ann", by=ROOT)
    clock.now += 1
    await fail(accounts)
    await fail(accounts)

    assert "Too many" in await fail(accounts)


async def test_only_a_user_can_be_unlocked(accounts: Accounts) -> None:
    with pytest.raises(UnknownUser):
        await accounts.unlock("Nobody", by=ROOT)


async def test_an_unknown_name_is_paused_as_a_known_one_is(accounts: Accounts) -> None:
    known = [await fail(accounts, "Ann") for _ in range(3)]
    unknown = [await fail(accounts, "Nobody") for _ in range(3)]

    assert known == unknown
    assert "Too many" in known[-1]
