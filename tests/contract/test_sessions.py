"""Sessions over HTTP: how long they last, and what ends them."""

import asyncio
from pathlib import Path

import httpx

from tests.contract.service import (
    ENGINE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    USER,
    Serving,
    logged_in,
    open_service,
    stranger,
)

ECHO = f"{ENGINE}/UsrEcho/Execute"


async def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        cookies, csrf = dict(client.cookies), client.headers["BPMCSRF"]
    async with open_service(tmp_path) as serving, stranger(serving) as client:
        client.cookies.update(cookies)
        answer = await client.get(ECHO, headers={"BPMCSRF": csrf})

    assert answer.status_code == 200


async def test_a_session_expires(tmp_path: Path) -> None:
    async with open_service(tmp_path, session_seconds=1) as serving, logged_in(serving) as client:
        assert (await client.get(ECHO)).status_code == 200
        await asyncio.sleep(1)
        expired = await client.get(ECHO)
        runs = await serving.runs()

    assert expired.status_code == 401
    assert expired.json()["errorInfo"]["errorCode"] == "Unauthorized"
    assert runs == 1


async def test_logout_ends_the_session_that_asks_and_no_other(serving: Serving) -> None:
    async with logged_in(serving) as first, logged_in(serving) as second:
        cookies = dict(first.cookies)
        assert (await first.post(LOGOUT)).status_code == 200
        assert not first.cookies
        first.cookies.update(cookies)

        assert (await first.get(ECHO)).status_code == 401
        assert (await second.get(ECHO)).status_code == 200


async def test_a_session_ends_when_its_user_is_disabled(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    assert (await client.get(ECHO)).status_code == 200
    await serving.accounts.disable(USER)

    assert (await client.get(ECHO)).status_code == 401
    login = await client.post(LOGIN, json={"UserName": USER, "UserPassword": PASSWORD})
    assert login.json()["Code"] == 1


async def test_a_session_ends_when_its_password_is_changed(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    await serving.accounts.change_password(USER, "another password")

    assert (await client.get(ECHO)).status_code == 401


async def test_failed_logins_are_paused_and_told_so(tmp_path: Path) -> None:
    strict = open_service(tmp_path, login_failures_free=2)
    async with strict as serving, stranger(serving) as client:
        for _ in range(2):
            await client.post(LOGIN, json={"UserName": USER, "UserPassword": "wrong"})
        paused = await client.post(LOGIN, json={"UserName": USER, "UserPassword": PASSWORD})

    assert paused.status_code == 200
    assert paused.json()["Code"] == 1
    assert "Too many failed logins. Try again in " in paused.json()["Message"]
    assert paused.json()["Exception"]["Message"] == paused.json()["Message"]


async def failed_login(client: httpx.AsyncClient, name: str, forwarded: str) -> str:
    """What a login with a wrong password is told, when a proxy has passed it on."""
    answer = await client.post(
        LOGIN,
        json={"UserName": name, "UserPassword": "wrong"},
        headers={"X-Forwarded-For": forwarded},
    )
    message: str = answer.json()["Message"]
    return message


async def test_a_trusted_proxy_names_the_caller(tmp_path: Path) -> None:
    behind = open_service(tmp_path, login_failures_free=1, trusted_proxies="127.0.0.1")
    async with behind as serving, stranger(serving) as client:
        for number in range(4):
            message = await failed_login(client, f"user {number}", "1.1.1.1, 10.9.8.7")
            assert "wrong" in message
        assert "Too many" in await failed_login(client, "user 5", "2.2.2.2, 10.9.8.7")
        assert "wrong" in await failed_login(client, "user 6", "10.9.8.7, 10.9.8.6")


async def test_anybody_else_cannot_choose_the_address_that_is_counted(tmp_path: Path) -> None:
    plain = open_service(tmp_path, login_failures_free=1)
    async with plain as serving, stranger(serving) as client:
        for number in range(4):
            await failed_login(client, f"user {number}", f"10.0.0.{number}")
        assert "Too many" in await failed_login(client, "user 5", "10.0.0.5")
