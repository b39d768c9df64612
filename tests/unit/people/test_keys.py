"""API keys: made once, kept as a digest, limited, over, revoked."""

from datetime import timedelta
from pathlib import Path

import pytest

from procession.access import Duty, Principal
from procession.accounts import Accounts
from procession.errors import BadValue, Forbidden, Rejected, UnknownUser
from procession.keys import NewKey
from procession.settings import Settings
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.unit.people.clock import Clock
from tests.unit.people.conftest import BEGIN

ROOT = Principal("Root")
NIGHTLY = NewKey("Ann", "nightly")


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_key_says_whose_it_is_and_with_which_limits(accounts: Accounts) -> None:
    free = await accounts.keys.add(NIGHTLY, by=ROOT)
    limited = await accounts.keys.add(
        NewKey("Ann", "runner", limits=frozenset({Duty.RUN})), by=ROOT
    )

    assert free.startswith("prk_")
    assert len(free) == 47
    assert await accounts.principal_of_bearer(free) == Principal("Ann")
    assert await accounts.principal_of_bearer(limited) == Principal("Ann", frozenset({Duty.RUN}))


async def test_the_store_holds_no_key(
    accounts: Accounts, store: SqliteStore, tmp_path: Path
) -> None:
    token = await accounts.keys.add(NIGHTLY, by=ROOT)
    await accounts.audit.flush()
    await store.close()

    kept = all_bytes(tmp_path)
    assert b"nightly" in kept
    assert token.encode() not in kept
    assert token.removeprefix("prk_").encode() not in kept


async def test_a_key_that_is_over_opens_nothing(accounts: Accounts, clock: Clock) -> None:
    new = NewKey("Ann", "short", expires_at=BEGIN + timedelta(days=1))
    token = await accounts.keys.add(new, by=ROOT)
    clock.now += 86_399
    assert accounts.keys.principal_of(token) is not None

    clock.now += 1
    assert accounts.keys.principal_of(token) is None
    with pytest.raises(BadValue, match="over already"):
        await accounts.keys.add(new, by=ROOT)


async def test_a_key_that_another_program_revokes_opens_nothing_at_the_next_call(
    accounts: Accounts, tmp_path: Path
) -> None:
    token = await accounts.keys.add(NIGHTLY, by=ROOT)
    assert accounts.keys.principal_of(token) is not None
    store = SqliteStore(tmp_path / FILE_NAME)
    other = Accounts(store, Settings())

    await other.keys.revoke("Ann", "nightly", by=ROOT)

    assert accounts.keys.principal_of(token) is None
    other.close()
    await store.close()


async def test_the_keys_of_a_disabled_user_open_nothing(accounts: Accounts) -> None:
    token = await accounts.keys.add(NIGHTLY, by=ROOT)
    assert accounts.keys.principal_of(token) is not None

    await accounts.disable("Ann")
    assert accounts.keys.principal_of(token) is None

    await accounts.enable("Ann")
    assert accounts.keys.principal_of(token) is not None


async def test_a_limited_key_makes_none_that_may_more(accounts: Accounts) -> None:
    by = Principal("Ann", frozenset({Duty.RUN, Duty.ADMINISTER}))

    with pytest.raises(Forbidden):
        await accounts.keys.add(NIGHTLY, by=by)
    with pytest.raises(Forbidden):
        await accounts.keys.add(NewKey("Ann", "x", limits=frozenset({Duty.DEPLOY})), by=by)
    await accounts.keys.add(NewKey("Ann", "x", limits=frozenset({Duty.RUN})), by=by)


async def test_a_key_has_an_owner_and_a_name_of_its_own(accounts: Accounts) -> None:
    await accounts.keys.add(NIGHTLY, by=ROOT)

    with pytest.raises(Rejected, match="already"):
        await accounts.keys.add(NIGHTLY, by=ROOT)
    with pytest.raises(UnknownUser):
        await accounts.keys.add(NewKey("Nobody", "x"), by=ROOT)
    with pytest.raises(Rejected, match="no key"):
        await accounts.keys.revoke("Ann", "daily", by=ROOT)
    for name in ("", "a\nb", "x" * 101):
        with pytest.raises(BadValue):
            await accounts.keys.add(NewKey("Ann", name), by=ROOT)


@pytest.mark.parametrize(
    "token", ["", "prk_", "x", "prk_" + "é" * 20, "prk_\ud800", "prk_" * 9_999]
)
async def test_what_was_never_given_opens_nothing(token: str, accounts: Accounts) -> None:
    assert await accounts.principal_of_bearer(token) is None


async def test_further_readers_are_asked_for_what_is_no_key(accounts: Accounts) -> None:
    asked: list[str] = []

    async def reader(token: str) -> Principal | None:
        asked.append(token)
        return Principal("Bob") if token == "bob" else None

    accounts.bearer_readers.append(reader)
    token = await accounts.keys.add(NIGHTLY, by=ROOT)

    assert await accounts.principal_of_bearer("bob") == Principal("Bob")
    assert await accounts.principal_of_bearer("eve") is None
    assert await accounts.principal_of_bearer(token) == Principal("Ann")
    assert asked == ["bob", "eve"]


async def test_keys_are_listed_and_their_changes_noted(
    accounts: Accounts, store: SqliteStore
) -> None:
    until = BEGIN + timedelta(days=1)
    limits = frozenset({Duty.SEE, Duty.RUN})
    await accounts.keys.add(NewKey("Ann", "nightly", until, limits), by=ROOT)
    await accounts.keys.add(NewKey("Bob", "daily"), by=ROOT)
    (key,) = await store.people.keys("Ann")
    assert (key.name, key.limits, key.expires_at) == ("nightly", ("run", "see"), until)
    assert [one.user for one in await store.people.keys()] == ["Ann", "Bob"]

    await accounts.keys.revoke("Ann", "nightly", by=ROOT)

    assert await store.people.keys("Ann") == []
    noted = [(entry.action, entry.detail) for _, entry in await store.people.audit(limit=10)]
    assert noted == [
        ("revoke key", "nightly"),
        ("add key", "daily, without end"),
        ("add key", "nightly, until 2027-01-16, only to run, see"),
    ]
