"""Scripts of other sites: none by default, and those of the origins that a setting lists."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from procession.errors import SettingsError
from procession.settings import Settings
from tests.contract.service import ENGINE, Serving, logged_in, open_service, stranger

ECHO = f"{ENGINE}/UsrEcho/Execute"
OURS = "https://app.example"
ASKED = {"origin": OURS, "access-control-request-method": "POST"}


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with open_service(tmp_path, cors_origins=f"{OURS}, http://localhost:4200") as serving:
        yield serving


def cors(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-")}


async def test_nothing_is_said_without_the_setting(tmp_path: Path) -> None:
    async with open_service(tmp_path) as closed, logged_in(closed) as client:
        asked = await client.options(ECHO, headers=ASKED)
        called = await client.get(ECHO, headers={"origin": OURS})

    assert (asked.status_code, cors(asked)) == (405, {})
    assert (called.status_code, cors(called)) == (200, {})
    assert "vary" not in called.headers


async def test_an_origin_that_is_listed_may_ask_and_call(serving: Serving) -> None:
    async with stranger(serving) as client:
        asked = await client.options(ECHO, headers=ASKED)
    async with logged_in(serving) as client:
        called = await client.post(ECHO, headers={"origin": OURS})

    assert asked.status_code == 204
    assert asked.content == b""
    assert asked.headers["access-control-allow-origin"] == OURS
    assert asked.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert "bpmcsrf" in asked.headers["access-control-allow-headers"]
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert called.status_code == 200
    assert called.headers["access-control-allow-origin"] == OURS
    assert "x-process-id" in called.headers["access-control-expose-headers"]
    assert called.headers["vary"] == "origin"


@pytest.mark.parametrize(
    "origin",
    ["https://app.example.evil.example", "http://app.example", "null", "https://APP.example"],
)
async def test_another_origin_is_told_nothing(origin: str, serving: Serving) -> None:
    async with logged_in(serving) as client:
        asked = await client.options(ECHO, headers={**ASKED, "origin": origin})
        called = await client.get(ECHO, headers={"origin": origin})

    assert (asked.status_code, cors(asked)) == (204, {})
    assert cors(called) == {}
    assert called.headers["vary"] == "origin"


async def test_an_error_can_be_read_too(serving: Serving) -> None:
    async with stranger(serving) as client:
        refused = await client.get(ECHO, headers={"origin": OURS})
        absent = await client.options("/nothing", headers=ASKED)

    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == OURS
    assert absent.status_code == 404
    assert absent.headers["access-control-allow-origin"] == OURS


async def test_a_question_needs_no_session_and_starts_nothing(serving: Serving) -> None:
    async with stranger(serving) as client:
        for origin in (OURS, "https://evil.example"):
            await client.options(ECHO, headers={**ASKED, "origin": origin})

    assert await serving.runs() == 0


@pytest.mark.parametrize(
    "origin", ["*", "app.example", "https://", "https://a/b", "ftp://a", "null"]
)
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="cors_origins"):
        Settings.load({"cors_origins": origin}, {})
