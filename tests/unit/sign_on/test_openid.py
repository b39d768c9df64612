"""What lies in the cookie of a login: for minutes, for one use, and for one service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from procession.accounts import Accounts
from procession.errors import SignOnRefused
from procession.settings import Settings
from procession.sign_on import openid
from procession.sign_on.openid import LOCAL_PATH, Begun, OpenId
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.unit.sign_on.forged import CLIENT_ID, NOW, Says, forged

ADDRESS = "203.0.113.7"


@asynccontextmanager
async def logins(folder: Path, clock: list[float]) -> AsyncIterator[OpenId]:
    """The logins of a service whose provider lies about everything that is asked of it."""
    async with forged(Says()) as one:
        settings = Settings(
            oidc_issuer=one.server.url,
            oidc_client_id=CLIENT_ID,
            public_url="http://127.0.0.1:1",
            login_failures_free=1_000,
        )
        store = SqliteStore(folder / FILE_NAME)
        accounts = Accounts(store, settings)
        try:
            yield OpenId(store, accounts, settings, clock=lambda: clock[0])
        finally:
            accounts.close()
            await store.close()


def state_of(begun: Begun) -> str:
    return begun.address.partition("state=")[2].partition("&")[0]


async def refusal(logins: OpenId, begun: Begun) -> str:
    with pytest.raises(SignOnRefused) as refused:
        await logins.end({"state": state_of(begun)}, begun.cookie, address=ADDRESS)
    return str(refused.value)


async def test_a_login_that_takes_too_long_is_over(tmp_path: Path) -> None:
    clock = [float(NOW)]
    async with logins(tmp_path, clock) as one:
        first, second = await one.begin("/"), await one.begin("/")
        clock[0] += 599
        assert await refusal(one, first) == "the answer holds no code"
        clock[0] += 1
        assert "it took too long" in await refusal(one, second)


async def test_a_cookie_of_another_service_is_nothing(tmp_path: Path) -> None:
    clock = [float(NOW)]
    async with logins(tmp_path / "a", clock) as one, logins(tmp_path / "b", clock) as other:
        begun = await other.begin("/")
        assert "this browser has begun none" in await refusal(one, begun)


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "é.ü", "." + "0" * 64])
async def test_a_cookie_that_is_none_is_nothing(tmp_path: Path, cookie: str) -> None:
    async with logins(tmp_path, [float(NOW)]) as one:
        begun = replace(await one.begin("/"), cookie=cookie)
        assert "this browser has begun none" in await refusal(one, begun)


async def test_what_was_used_is_remembered_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "USED_MAX", 2)
    clock = [float(NOW)]
    async with logins(tmp_path, clock) as one:
        begun = [await one.begin("/") for _ in range(3)]
        await refusal(one, begun[0])
        await refusal(one, begun[1])
        assert "too many logins at this moment" in await refusal(one, begun[2])
        clock[0] += 600
        assert await refusal(one, await one.begin("/")) == "the answer holds no code"


@pytest.mark.parametrize("path", ["/", "/a/b?c=d&e=%20#f", "/0/x;y=1", "/.//x"])
def test_a_path_of_this_service_is_local(path: str) -> None:
    assert LOCAL_PATH.fullmatch(path)


@pytest.mark.parametrize(
    "path", ["", "a", "//a", "/\\a", "/a\\b", "/a b", "/a\n", "/\t/a", "/é", "http:/a", "\\/a"]
)
def test_any_other_text_is_not(path: str) -> None:
    assert not LOCAL_PATH.fullmatch(path)
