"""Every address by every verb, as everybody, with every `Accept`: made from the table of routes, so
that a new one is in it by itself. None is answered by a fault, and each error has its id.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from procession.access import Principal
from procession.stores import User
from procession.stores.people import ALL_EMPLOYEES, Grant, Kind
from procession.web.app import ROUTES
from procession.web.engine_calls import BASE
from procession.web.routes import Route
from tests.contract.service import (
    LOGIN,
    PASSWORD,
    Serving,
    logged_in,
    password_hash,
    stranger,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERBS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
ACCEPTS = (None, "application/json", "application/xml", "text/html, */*")
# What the open part of a path is filled with: a process, a run that is not there, nothing sensible.
FILLINGS = ("UsrEcho", "00000000-0000-8000-8000-000100000002", "%E2%82%AC")
# Logout would end the session that these tests share; guards.http has it.
STAYING = [route for route in ROUTES if not route.path.endswith("/Logout")]
GUARDED = [route for route in STAYING if route.guarded]
WHOLE = re.compile("[0-9a-f]{16}")
SERVICE = [route for route in ROUTES if route.path.startswith(BASE)]


def paths(route: Route) -> list[str]:
    return [route.path.replace("{}", filling) for filling in FILLINGS if "{}" in route.path] or [
        route.path
    ]


def ids(route: Route) -> str:
    return route.path.rpartition("/")[2] if "{}" not in route.path else route.path[len(BASE) :]


@asynccontextmanager
async def somebody(serving: Serving, state: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client as it is when something of its login is missing, or its rights."""
    if state == "without a session":
        async with stranger(serving) as client:
            yield client
    elif state == "with a wrong key":
        async with stranger(serving) as client:
            client.headers["authorization"] = "Bearer nonsense"
            yield client
    else:
        async with logged_in(serving) as client:
            if state == "without BPMCSRF":
                del client.headers["BPMCSRF"]
            yield client


def check(answer: httpx.Response) -> None:
    """What holds for each answer."""
    assert answer.status_code < 500, answer.text
    text = answer.text.replace("\\", "")
    refused = '"success":false' in text or "<success>false" in text
    if answer.status_code >= 400 or refused:
        assert WHOLE.fullmatch(answer.headers["x-correlation-id"]), answer.headers
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        body = answer.json()
        assert set(body) == {"errorInfo", "success"}
        assert body["errorInfo"]["message"]
        assert body["errorInfo"]["stackTrace"] is None
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("route", STAYING, ids=ids)
async def test_a_verb_is_served_or_the_answer_says_which_are(
    route: Route, caller: httpx.AsyncClient
) -> None:
    for path in paths(route):
        for verb in VERBS:
            for accept in ACCEPTS if verb in route.methods else ACCEPTS[:1]:
                headers = {"accept": accept} if accept else {}
                answer = await caller.request(verb, path, headers=headers)
                check(answer)
                assert (answer.status_code == 405) is (verb not in route.methods)
                if answer.status_code == 405:
                    assert answer.headers["allow"] == ", ".join(route.methods)


STATES: Mapping[str, int] = {
    "without a session": 401,
    "with a wrong key": 401,
    "without BPMCSRF": 403,
}


@pytest.mark.parametrize("state", STATES)
async def test_nobody_passes_who_has_not_said_who_he_is(state: str, shared: Serving) -> None:
    before = await shared.runs()

    async with somebody(shared, state) as client:
        for route in GUARDED:
            for path in paths(route):
                for verb in route.methods:
                    for prefix in ("", "/0"):
                        answer = await client.request(verb, prefix + path)
                        check(answer)
                        assert answer.status_code == STATES[state], (verb, path)

    assert await shared.runs() == before


FILLED = {
    "processSchemaName": "UsrEcho",
    "processSchemaUId": "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0001",
    "processSchemaCaption": "Gives back what it was given",
    "resultParameterName": "Text",
    "signal": "UsrClose",
}


@pytest.mark.parametrize("route", SERVICE, ids=ids)
async def test_whoever_may_nothing_starts_and_changes_nothing(
    route: Route, shared: Serving, powerless: httpx.AsyncClient
) -> None:
    before = await shared.runs()

    for path in paths(route):
        for verb in set(route.methods) - {"HEAD"}:
            answer = await powerless.request(verb, path, params=FILLED)
            check(answer)
            assert answer.status_code in (400, 403, 404) or "false" in answer.text, answer.text
            assert answer.status_code == 403 or "UsrEcho/Execute" not in path

    assert await shared.runs() == before


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def powerless(shared: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """A user of a service in which nobody but administrators may anything."""
    await shared.engine.store.add_user(
        User("Nobody", password_hash(), False, shared.engine.clock())
    )
    for duty in ("run", "see"):
        grant = Grant(duty, Kind.ROLE, ALL_EMPLOYEES)
        await shared.accounts.people.withdraw(grant, by=Principal("test"))
    async with stranger(shared) as client:
        asked = {"UserName": "Nobody", "UserPassword": PASSWORD}
        assert (await client.post(LOGIN, json=asked)).json()["Code"] == 0
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        yield client
