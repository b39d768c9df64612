"""Processes as tools, over stdio and over HTTP, with the protocol's own client."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import httpx2
import pytest
from mcp import MCPError, StdioServerParameters
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from procession.access import Duty, Principal
from procession.keys import Keys, NewKey
from procession.mcp.server import make_server
from procession.mcp.service import Service
from tests.contract.service import USER, Serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATUS_TOOL = "procession_run_status"
PROCESSES = ["UsrAside", "UsrEcho", "UsrFail", "UsrSlow", "UsrTicket", "UsrWait"]
ALL_TOOLS = [*PROCESSES, STATUS_TOOL]
ANSWER_SECONDS_MAX = 60
_numbers = iter(range(1_000))


async def key_of(serving: Serving, *limits: Duty) -> str:
    """An API key, to all that its user may or only to some of it."""
    new = NewKey(USER, f"agent {next(_numbers)}", limits=frozenset(limits) if limits else None)
    return await serving.accounts.keys.add(new, by=Principal("test"))


@asynccontextmanager
async def connected(
    serving: Serving, key: str | None = None, *, wait_seconds: float = 30.0
) -> AsyncIterator[Client]:
    """A client beside the server of tools, in front of the real service."""
    token = await key_of(serving) if key is None else key
    async with httpx.AsyncClient(base_url=serving.address) as http:
        service = Service(http, f"Bearer {token}")
        async with Client(make_server(lambda _: service, wait_seconds=wait_seconds)) as client:
            yield client


@asynccontextmanager
async def over_stdio(serving: Serving, key: str) -> AsyncIterator[Client]:
    """The program as an agent starts it."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "procession", "mcp", "--url", serving.address],
        env={**os.environ, "MCP_PROCESSION_KEY": key},
    )
    async with Client(command) as client:
        yield client


@asynccontextmanager
async def http_program(serving: Serving) -> AsyncIterator[str]:
    """The program as a service of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "procession", "mcp", "--http", "--port", str(port), "--url", serving.address]
    program = await asyncio.create_subprocess_exec(sys.executable, *words)
    try:
        await _until_open(port)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        program.terminate()
        await program.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


@asynccontextmanager
async def over_http(address: str, key: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


async def test_each_process_that_the_caller_may_run_is_a_tool(serving: Serving) -> None:
    async with connected(serving) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}

    assert sorted(tools) == sorted(ALL_TOOLS)
    echo = tools["UsrEcho"]
    assert echo.input_schema["additionalProperties"] is False
    properties = echo.input_schema["properties"]
    assert properties["Count"] == {"type": "integer"}
    assert properties["At"] == {"type": "string", "format": "date-time"}
    assert properties["Rows"]["type"] == "array"
    assert properties["Rows"]["items"]["properties"]
    assert set(tools["UsrWait"].input_schema["properties"]) == {"Amount"}
    assert "Amount (Integer)" in (tools["UsrWait"].description or "")


async def test_a_call_runs_the_process_and_gives_its_values_as_structured_content(
    serving: Serving,
) -> None:
    given = {"Text": "é", "Count": 3, "Flag": True, "Day": "2026-01-31"}
    async with connected(serving) as client:
        result = await client.call_tool("UsrEcho", given)

    told = _structured(result)
    assert not result.is_error
    assert told["status"] == "Completed"
    assert given.items() <= told["values"].items()


async def test_a_run_that_fails_is_a_tools_error_that_says_why(serving: Serving) -> None:
    async with connected(serving) as client:
        result = await client.call_tool("UsrFail", {})

    told = _structured(result)
    assert result.is_error
    assert told["status"] == "Error"
    assert told["values"]["Before"] is not None
    (incident,) = told["incidents"]
    assert incident["message"]
    assert incident["element"] in str(result.content)


async def test_a_run_that_rests_is_answered_with_where_it_stands_and_can_be_looked_at(
    serving: Serving,
) -> None:
    async with connected(serving, wait_seconds=3_600.0) as client:
        told = _structured(await client.call_tool("UsrWait", {"Amount": 5}))
        seen = _structured(await client.call_tool(STATUS_TOOL, {"processId": told["processId"]}))

    assert told["status"] == "Running"
    assert len(told["waitsAt"]) == 1
    assert seen == told


async def test_a_long_run_tells_how_it_gets_on_and_is_started_once(serving: Serving) -> None:
    messages: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        messages.append(message)

    before = await serving.runs()
    async with connected(serving) as client:
        result = await client.call_tool("UsrSlow", {"Seconds": 3}, progress_callback=note)

    assert _structured(result)["values"]["Slept"] == 3
    assert messages
    assert "Sleep" in str(messages[0])
    assert await serving.runs() == before + 1


async def test_a_run_that_takes_longer_than_is_waited_for_is_answered_as_running(
    serving: Serving,
) -> None:
    async with connected(serving, wait_seconds=0.5) as client:
        told = _structured(await client.call_tool("UsrSlow", {"Seconds": 3}))

    assert (told["status"], told["waitsAt"]) == ("Running", ["Sleep"])


async def test_bad_values_are_refused_with_words_that_help(serving: Serving) -> None:
    before = await serving.runs()
    async with connected(serving) as client:
        wrong = await client.call_tool("UsrEcho", {"Count": "many"})
        nobody = await client.call_tool(STATUS_TOOL, {"processId": "4"})
        unknown = await client.call_tool("UsrNowhere", {})

    assert [each.is_error for each in (wrong, nobody, unknown)] == [True] * 3
    assert "Count" in str(wrong.content)
    assert "[BadValue]" in str(wrong.content)
    assert "is not a GUID" in str(nobody.content)
    assert "UsrNowhere" in str(unknown.content)
    assert await serving.runs() == before


async def test_a_tool_can_do_what_its_caller_may(serving: Serving) -> None:
    key = await key_of(serving, Duty.SEE)
    async with connected(serving, key) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("UsrEcho", {})
    assert tools == [STATUS_TOOL]
    assert refused.is_error
    assert "may not run UsrEcho" in str(refused.content)

    async with connected(serving, "prk_wrong") as client:
        with pytest.raises(MCPError, match="Unauthorized"):
            await client.list_tools()


async def test_a_key_that_is_over_opens_nothing(serving: Serving) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    then = yesterday - timedelta(days=1)
    keys = Keys(serving.engine.store, serving.accounts.audit, clock=then.timestamp)
    key = await keys.add(NewKey(USER, "over", expires_at=yesterday), by=Principal("test"))

    async with connected(serving, key) as client:
        result = await client.call_tool("UsrEcho", {})

    assert "[Unauthorized]" in str(result.content)


async def test_an_agent_starts_the_program_and_calls_a_process_over_stdio(
    serving: Serving,
) -> None:
    async with over_stdio(serving, await key_of(serving)) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        told = _structured(await client.call_tool("UsrEcho", {"Text": "over stdio"}))

    assert sorted(tools) == sorted(ALL_TOOLS)
    assert told["values"]["Text"] == "over stdio"


async def test_over_http_each_caller_has_their_own_rights(serving: Serving) -> None:
    async with http_program(serving) as address:
        async with over_http(address, await key_of(serving)) as client:
            told = _structured(await client.call_tool("UsrEcho", {"Text": "over HTTP"}))
        async with over_http(address, await key_of(serving, Duty.SEE)) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
        async with httpx.AsyncClient() as stranger:
            refused = await stranger.post(address, json={})
            headers = {"Authorization": "Bearer x", "Host": "evil.example"}
            rebound = await stranger.post(address, json={}, headers=headers)

    assert told["values"]["Text"] == "over HTTP"
    assert tools == [STATUS_TOOL]
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert rebound.status_code == 421


async def test_a_service_that_is_not_there_is_told(serving: Serving) -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1") as http:
        server = make_server(lambda _: Service(http, "Bearer x"))
        async with Client(server) as client:
            result = await client.call_tool("UsrEcho", {})

    assert "[Unreachable]" in str(result.content)


def _structured(result: Any) -> dict[str, Any]:
    told = result.structured_content
    assert isinstance(told, dict), result
    return told
