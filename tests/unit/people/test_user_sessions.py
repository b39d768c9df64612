"""Sessions as the operator sees them, and a login that somebody else vouches for."""

from datetime import timedelta

import pytest

from procession.access import Principal
from procession.accounts import Accounts
from procession.errors import Forbidden, UnknownUser
from procession.stores.sqlite import SqliteStore
from tests.unit.people.clock import Clock
from tests.unit.people.conftest import BEGIN

ROOT = Principal("Root")


async def test_the_open_sessions_of_a_user_are_listed(accounts: Accounts, clock: Clock) -> None:
    await accounts.open_session_for("Ann", address="10.0.0.1")
    clock.now += 60
    login = await accounts.open_session_for("Ann", address="10.0.0.2")
    await accounts.open_session_for("Bob", address="10.0.0.3")

    found = await accounts.sessions("Ann")

    assert [session.address for session in found] == ["10.0.0.1", "10.0.0.2"]
    assert found[1] == await accounts.session_of(login.token)
    assert found[1].created_at == BEGIN + timedelta(seconds=60)
    clock.now += 43_180
    assert [session.address for session in await accounts.sessions("Ann")] == ["10.0.0.2"]
    with pytest.raises(UnknownUser):
        await accounts.sessions("Nobody")


async def test_all_sessions_of_a_user_are_ended_and_of_nobody_else(
    accounts: Accounts, store: SqliteStore
) -> None:
    logins = [await accounts.open_session_for("Ann", address="10.0.0.1") for _ in range(2)]
    other = await accounts.open_session_for("Bob", address="10.0.0.1")

    await accounts.end_all("Ann", by=ROOT)

    assert [await accounts.session_of(login.token) for login in logins] == [None, None]
    assert await accounts.session_of(other.token) is not None
    ((_, entry),) = await store.people.audit(limit=10)
    assert (entry.who, entry.action, entry.subject) == ("Root", "end sessions", "Ann")
    with pytest.raises(UnknownUser):
        await accounts.end_all("Nobody", by=ROOT)


@pytest.mark.parametrize("name", ["Nobody", "Bob", ""])
async def test_nobody_vouches_for_who_is_no_user_or_disabled(name: str, accounts: Accounts) -> None:
    await accounts.disable("Bob")

    with pytest.raises(Forbidden):
        await accounts.open_session_for(name, address="10.0.0.1")
