"""Clients and their tokens: what may not be made, and when a secret or a token is over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from procession.access import Duty, Principal
from procession.audit import AuditLog
from procession.errors import BadValue, Forbidden, SignOnRefused
from procession.settings import Settings
from procession.sign_on.clients import Clients, Credentials, NewClient
from procession.sign_on.tokens import Granted, Tokens
from procession.stores import User
from procession.stores.sqlite import FILE_NAME, SqliteStore

BY = Principal("Ann")
START = datetime(2026, 1, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """A store with the user Ann, and a clock that stands until it is moved."""

    clients: Clients
    tokens: Tokens
    clock: list[float]

    async def robot(self, **changes: object) -> Credentials:
        usual: dict[str, object] = {"duties": frozenset({Duty.RUN}), "user": "Ann"}
        new = NewClient("Robot", **{**usual, **changes})  # type: ignore[arg-type]
        return await self.clients.add(new, by=BY)

    async def grant(self, shown: Credentials) -> Granted:
        return await self.tokens.grant(
            shown.client_id, shown.client_secret, scope="", address="203.0.113.7"
        )

    async def refused(self, shown: Credentials) -> bool:
        try:
            await self.grant(shown)
        except SignOnRefused as refusal:
            return refusal.reason == "invalid_client"
        return False

    def later(self, by: timedelta) -> None:
        self.clock[0] += by.total_seconds()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    clock = [START.timestamp()]
    store = SqliteStore(tmp_path / FILE_NAME)
    await store.add_user(User("Ann", "no hash", False, START))
    audit = AuditLog(store, entries_max=100)
    settings = Settings()
    yield Place(
        Clients(store, audit, clock=lambda: clock[0]),
        Tokens(store, audit, settings, clock=lambda: clock[0]),
        clock,
    )
    audit.close()
    await store.close()


async def test_a_token_is_over_after_its_time(place: Place) -> None:
    granted = await place.grant(await place.robot())

    place.later(HOUR - timedelta(seconds=1))
    principal = await place.tokens.principal_of(granted.token)
    assert principal == Principal("Ann", frozenset({Duty.RUN}))
    assert principal.means == "client Robot"

    place.later(timedelta(seconds=1))
    assert await place.tokens.principal_of(granted.token) is None


@pytest.mark.parametrize("token", ["", "prt_", "prt_" + "A" * 43, "prk_x", "prt_" + "A" * 1_000])
async def test_what_is_no_token_speaks_for_nobody(place: Place, token: str) -> None:
    assert await place.tokens.principal_of(token) is None


async def test_a_secret_is_over_after_its_time(place: Place) -> None:
    shown = await place.robot(expires_at=START + HOUR)

    assert not await place.refused(shown)
    place.later(HOUR)
    assert await place.refused(shown)


async def test_the_old_secret_lives_on_for_as_long_as_it_was_told(place: Place) -> None:
    shown = await place.robot()
    await place.clients.rotate("Robot", by=BY, old_lives=HOUR)

    place.later(HOUR - timedelta(seconds=1))
    assert not await place.refused(shown)
    place.later(timedelta(seconds=1))
    assert await place.refused(shown)


async def test_the_third_secret_ends_the_first(place: Place) -> None:
    first = await place.robot()
    second = Credentials(first.client_id, await place.clients.rotate("Robot", by=BY))
    place.later(timedelta(seconds=1))
    third = Credentials(first.client_id, await place.clients.rotate("Robot", by=BY))

    assert await place.refused(first)
    assert not await place.refused(second)
    assert not await place.refused(third)


async def test_a_success_forgets_the_failures_of_the_client(place: Place) -> None:
    shown = await place.robot()
    wrong = Credentials(shown.client_id, "wrong")

    for _ in range(3):
        for _ in range(4):
            assert await place.refused(wrong)
        assert not await place.refused(shown)


async def test_a_client_that_may_nothing_is_not_made(place: Place) -> None:
    with pytest.raises(BadValue, match="the client Robot may do nothing"):
        await place.robot(duties=frozenset())


async def test_a_secret_that_is_over_already_is_not_made(place: Place) -> None:
    with pytest.raises(BadValue, match="would be over already"):
        await place.robot(expires_at=START)


@pytest.mark.parametrize("name", ["", " Robot", "a\nb", "x" * 101])
async def test_a_client_is_named_as_a_user_may_be(place: Place, name: str) -> None:
    with pytest.raises(BadValue):
        await place.clients.add(NewClient(name, frozenset({Duty.RUN})), by=BY)


async def test_a_limited_key_makes_no_client_that_may_do_more(place: Place) -> None:
    limited = Principal("Ann", frozenset({Duty.ADMINISTER, Duty.SEE}))

    with pytest.raises(Forbidden, match="cannot make a client that may do more"):
        await place.clients.add(NewClient("Robot", frozenset({Duty.RUN}), "Ann"), by=limited)
