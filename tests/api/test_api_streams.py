"""A run's changes as they happen: server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from procession.web.api import streams
from tests.contract.service import logged_in, open_service

SECONDS_MAX = 10


async def waiting_run(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/processes/UsrWait/instances", json={})
    run: str = answer.json()["id"]
    return run


async def events(
    client: httpx.AsyncClient, run: str, **headers: str
) -> AsyncIterator[tuple[str, str, Any]]:
    """Each event: its id, its name, what it holds; a comment has neither."""
    address = f"/api/instances/{run}/events"
    async with client.stream("GET", address, headers=headers, timeout=SECONDS_MAX) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
                continue
            if "data" in fields or "" in fields:
                data = json.loads(fields.get("data", "null"))
                yield fields.get("id", ""), fields.get("event", ""), data
            fields = {}


async def test_a_run_that_has_ended_is_told_from_its_beginning_to_its_end(
    client: httpx.AsyncClient,
) -> None:
    run = await waiting_run(client)
    await client.post(f"/api/instances/{run}/cancel")

    told = [event async for event in events(client, run)]

    assert [(id, name) for id, name, _ in told] == [("1", "turn"), ("2", "turn"), ("2", "end")]
    assert told[0][2]["changes"][0]["type"] == "ProcessStarted"
    assert told[-1][2]["status"] == "Canceled"


async def test_what_happens_is_told_as_it_happens(client: httpx.AsyncClient) -> None:
    run = await waiting_run(client)
    names = []

    async for id, name, _ in events(client, run):
        names.append(name)
        if id == "1":
            await client.post(f"/api/instances/{run}/cancel")

    assert names == ["turn", "turn", "end"]


async def test_a_stream_goes_on_after_the_last_event_that_came(client: httpx.AsyncClient) -> None:
    run = await waiting_run(client)
    async for id, _, _ in events(client, run):
        last = id
        break
    await client.post(f"/api/instances/{run}/cancel")

    told = [event async for event in events(client, run, **{"last-event-id": last})]

    assert [(id, name) for id, name, _ in told] == [("2", "turn"), ("2", "end")]


async def test_the_header_wins_over_the_address(client: httpx.AsyncClient) -> None:
    run = await waiting_run(client)
    await client.post(f"/api/instances/{run}/cancel")

    address = f"/api/instances/{run}/events?after=1"
    by_address = (await client.get(address)).text
    by_header = (await client.get(address, headers={"last-event-id": "2"})).text

    assert (by_address.count("event: turn"), by_header.count("event: turn")) == (1, 0)


@pytest.mark.parametrize("id", ["x", "-1", "9" * 19])
async def test_an_id_that_is_none_is_refused(client: httpx.AsyncClient, id: str) -> None:
    run = await waiting_run(client)

    answer = await client.get(f"/api/instances/{run}/events", headers={"last-event-id": id})

    assert answer.status_code == 400


async def test_a_stream_shows_that_it_lives(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.01)
    run = await waiting_run(client)
    told = []

    async for id, name, _ in events(client, run):
        told.append((id, name))
        if len(told) == 3:
            break

    assert told == [("1", "turn"), ("", ""), ("", "")]


async def test_a_stream_ends_after_its_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAM_SECONDS_MAX", 0.1)
    run = await waiting_run(client)

    assert [name async for _, name, _ in events(client, run)] == ["turn"]


async def test_a_user_has_so_many_streams_at_once(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAMS_OF_USER_MAX", 1)
    run = await waiting_run(client)
    address = f"/api/instances/{run}/events"

    async for _ in events(client, run):
        refused = await client.get(address)
        break
    await client.post(f"/api/instances/{run}/cancel")
    again = await after_the_seat_is_free(client, address)

    assert (refused.status_code, refused.json()["code"]) == (429, "TooManyStreams")
    assert again == 200


async def after_the_seat_is_free(client: httpx.AsyncClient, address: str) -> int:
    """The service notices that somebody has gone when it has something to tell them."""
    for _ in range(100):
        status = (await client.get(address)).status_code
        if status != 429:
            break
        await asyncio.sleep(0.05)
    return status


async def test_a_stopping_service_ends_its_streams(tmp_path: Path) -> None:
    async with open_service(tmp_path, stop_seconds=0.2) as serving, logged_in(serving) as client:
        run = await waiting_run(client)
        names = []

        async for _, name, _ in events(client, run):
            names.append(name)
            serving.stop.set()

        await asyncio.wait_for(serving.ended, timeout=30)

    assert names == ["turn"]
