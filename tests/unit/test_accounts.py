"""Users, passwords and sessions, over a real store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from procession.accounts import NAME_LENGTH_MAX, UNKNOWN_USER_HASH, Accounts
from procession.errors import BadValue, Forbidden, Rejected, UnknownUser
from procession.settings import Settings
from procession.stores.sqlite import FILE_NAME, SqliteStore

PASSWORD = "correct horse"
HOME = "10.0.0.1"
WRONG = "The user name or the password is wrong, or the user is disabled."


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / FILE_NAME)
    yield store
    await store.close()


@pytest.fixture
async def accounts(store: SqliteStore, clock: Clock) -> AsyncIterator[Accounts]:
    accounts = Accounts(store, Settings(session_seconds=100, login_failures_free=2), clock=clock)
    await accounts.add_user("Ann", PASSWORD)
    yield accounts
    accounts.close()


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def refused(accounts: Accounts, name: str, password: str, address: str = HOME) -> str:
    with pytest.raises(Forbidden) as caught:
        await accounts.login(name, password, address=address)
    return str(caught.value)


async def test_a_login_opens_a_session_of_the_user(accounts: Accounts) -> None:
    login = await accounts.login("Ann", PASSWORD, address=HOME)

    session = await accounts.session_of(login.token)
    assert session == login.session
    assert session.user == "Ann"
    assert accounts.cached_session(login.token) == session


async def test_the_store_holds_neither_password_nor_token(
    accounts: Accounts, store: SqliteStore, tmp_path: Path
) -> None:
    login = await accounts.login("Ann", PASSWORD, address=HOME)
    await store.close()

    kept = all_bytes(tmp_path)
    assert login.session.id.encode() in kept
    assert login.token.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in kept


async def test_every_login_has_a_session_and_secrets_of_its_own(accounts: Accounts) -> None:
    first = await accounts.login("Ann", PASSWORD, address=HOME)
    second = await accounts.login("Ann", PASSWORD, address=HOME)

    assert len(first.token) == 43
    secrets = {first.token, first.session.csrf, second.token, second.session.csrf}
    assert len(secrets) == 4


async def test_wrong_unknown_and_disabled_get_the_same_words(accounts: Accounts) -> None:
    await accounts.add_user("Bob", PASSWORD)
    await accounts.disable("Bob")

    assert await refused(accounts, "Ann", "wrong") == WRONG
    assert await refused(accounts, "Nobody", PASSWORD) == WRONG
    assert await refused(accounts, "Bob", PASSWORD) == WRONG
    assert await refused(accounts, "ann", PASSWORD) == WRONG


def test_an_unknown_user_costs_the_same_work_as_a_known_one() -> None:
    hasher = PasswordHasher()

    assert extract_parameters(UNKNOWN_USER_HASH) == extract_parameters(hasher.hash("x"))


@pytest.mark.parametrize("password", ["", "\0", "x" * 100_000, "ü\ud800"])
async def test_no_password_makes_a_login_fail_otherwise(accounts: Accounts, password: str) -> None:
    assert await refused(accounts, "Ann", password) == WRONG


async def test_failures_of_a_user_are_paused_even_for_the_right_password(
    accounts: Accounts, clock: Clock
) -> None:
    await refused(accounts, "Ann", "wrong", "10.0.0.2")
    await refused(accounts, "Ann", "wrong", "10.0.0.3")

    assert "Too many failed logins" in await refused(accounts, "Ann", PASSWORD)
    clock.now += 2
    assert (await accounts.login("Ann", PASSWORD, address=HOME)).session.user == "Ann"


async def test_failures_of_an_address_are_paused_whatever_the_user(
    accounts: Accounts, clock: Clock
) -> None:
    for number in range(8):
        assert await refused(accounts, f"user {number}", "wrong", "2001:db8::1") == WRONG

    assert "Too many" in await refused(accounts, "Ann", PASSWORD, "2001:db8::ffff")
    assert (await accounts.login("Ann", PASSWORD, address="2001:db8:0:1::1")).session.user == "Ann"


async def test_many_guesses_at_once_gain_nothing(accounts: Accounts) -> None:
    answers = await asyncio.gather(*(refused(accounts, "Ann", f"guess {n}") for n in range(40)))

    # Two are allowed, and one more may have begun beside the second.
    assert answers.count(WRONG) <= 3
    assert sum("Too many failed logins" in answer for answer in answers) >= 37


async def test_many_right_logins_at_once_all_succeed(accounts: Accounts) -> None:
    logins = [accounts.login("Ann", PASSWORD, address=HOME) for _ in range(12)]

    assert {login.session.user for login in await asyncio.gather(*logins)} == {"Ann"}


async def test_a_session_ends_when_its_time_is_over(accounts: Accounts, clock: Clock) -> None:
    login = await accounts.login("Ann", PASSWORD, address=HOME)
    clock.now += 99
    assert await accounts.session_of(login.token) is not None

    clock.now += 1
    assert accounts.cached_session(login.token) is None
    assert await accounts.session_of(login.token) is None


async def test_a_session_that_is_ended_is_gone(accounts: Accounts) -> None:
    ended = await accounts.login("Ann", PASSWORD, address=HOME)
    other = await accounts.login("Ann", PASSWORD, address=HOME)
    await accounts.session_of(ended.token)

    await accounts.end_session(ended.token)

    assert await accounts.session_of(ended.token) is None
    assert await accounts.session_of(other.token) is not None
    await accounts.end_all("Ann")
    assert await accounts.session_of(other.token) is None


async def test_another_process_sees_at_once_what_this_one_ends(
    accounts: Accounts, tmp_path: Path, clock: Clock
) -> None:
    login = await accounts.login("Ann", PASSWORD, address=HOME)
    store = SqliteStore(tmp_path / FILE_NAME)
    other = Accounts(store, Settings(), clock=clock)
    assert await other.session_of(login.token) is not None

    await accounts.end_session(login.token)

    assert await other.session_of(login.token) is None
    other.close()
    await store.close()


async def test_a_new_password_and_disabling_end_the_sessions(accounts: Accounts) -> None:
    login = await accounts.login("Ann", PASSWORD, address=HOME)
    await accounts.session_of(login.token)
    await accounts.change_password("Ann", "another password")
    assert await accounts.session_of(login.token) is None

    login = await accounts.login("Ann", "another password", address=HOME)
    await accounts.session_of(login.token)
    await accounts.disable("Ann")
    assert await accounts.session_of(login.token) is None
    assert await refused(accounts, "Ann", "another password") == WRONG

    await accounts.enable("Ann")
    assert (await accounts.login("Ann", "another password", address=HOME)).session.user == "Ann"


async def test_a_session_cannot_slip_through_while_its_user_is_disabled(
    accounts: Accounts, store: SqliteStore
) -> None:
    login = asyncio.create_task(accounts.login("Ann", PASSWORD, address=HOME))
    # The user has been read and the password is being hashed, in a thread.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await accounts.disable("Ann")

    with pytest.raises(Forbidden):
        await login


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "0" * 100_000])
async def test_a_token_that_was_never_given_opens_nothing(accounts: Accounts, token: str) -> None:
    assert await accounts.session_of(token) is None
    await accounts.end_session(token)


@pytest.mark.parametrize(
    "name",
    ["", " Ann", "Ann ", "a\nb", "a\0b", "a\x7f", "\u2028", "\ud800", "x" * (NAME_LENGTH_MAX + 1)],
)
async def test_a_name_that_could_not_be_shown_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadValue):
        await accounts.add_user(name, PASSWORD)
    assert await refused(accounts, name, PASSWORD) == WRONG


@pytest.mark.parametrize("password", ["", "1234567", "with\ncontrol", "x" * 2_000])
async def test_a_password_that_may_not_be_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(BadValue):
        await accounts.add_user("Bob", password)
    with pytest.raises(BadValue):
        await accounts.change_password("Ann", password)
    assert (await accounts.login("Ann", PASSWORD, address=HOME)).session.user == "Ann"


async def test_a_user_is_added_once(accounts: Accounts) -> None:
    with pytest.raises(Rejected):
        await accounts.add_user("Ann", "other password")
    with pytest.raises(UnknownUser):
        await accounts.change_password("Nobody", PASSWORD)

    assert (await accounts.login("Ann", PASSWORD, address=HOME)).session.user == "Ann"
