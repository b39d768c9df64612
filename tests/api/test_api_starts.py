"""Starts over the API that must not happen, or not twice: each test has a service of its own."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.contract.service import Serving

WAIT = "/api/processes/UsrWait/instances"
ECHO = "/api/processes/UsrEcho/instances"


async def test_a_certain_version_is_started(client: httpx.AsyncClient, serving: Serving) -> None:
    xml = await serving.engine.catalog.source("UsrEcho")
    anew = xml.replace(b"Gives back", b"Returns")
    await serving.engine.catalog.deploy([("UsrEcho.bpmn", anew)], by="test")

    newest = await client.post(ECHO, json={})
    first = await client.post(ECHO, json={"version": 1})
    none = await client.post(ECHO, json={"version": 3})

    assert (newest.json()["version"], first.json()["version"]) == (2, 1)
    assert none.status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"values": {"Count": "many"}}, "BadValue"),
        ({"values": []}, "BadRequest"),
        ({"waitSeconds": 301}, "BadRequest"),
        ({"waitSeconds": -1}, "BadRequest"),
        ({"version": 0}, "BadRequest"),
        ({"valeus": {}}, "BadRequest"),
        ({"values": {f"P{number}": 1 for number in range(201)}}, "BadRequest"),
    ],
)
async def test_a_start_that_cannot_be_is_refused(
    client: httpx.AsyncClient, serving: Serving, body: dict[str, object], code: str
) -> None:
    answer = await client.post(ECHO, json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await serving.runs() == 0


async def test_the_same_key_gives_the_same_run(client: httpx.AsyncClient, serving: Serving) -> None:
    key = {"idempotency-key": str(uuid4())}
    body = {"values": {"Count": 7, "Cuont": 8}}

    first = await client.post(ECHO, json=body, headers=key)
    second = await client.post(ECHO, json=body, headers=key)

    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["location"] == second.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await serving.runs() == 1


async def test_twenty_starts_at_once_under_one_key_are_one_run(
    client: httpx.AsyncClient, serving: Serving
) -> None:
    key = {"idempotency-key": "order 4711"}

    answers = await asyncio.gather(
        *(client.post(WAIT, json={"values": {"Amount": 3}}, headers=key) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await serving.runs() == 1


@pytest.mark.parametrize("other", [{"values": {"Amount": 4}}, {"version": 1}])
async def test_the_same_key_with_another_body_is_refused(
    client: httpx.AsyncClient, serving: Serving, other: dict[str, object]
) -> None:
    key = {"idempotency-key": "once"}
    await client.post(WAIT, json={"values": {"Amount": 3}}, headers=key)

    answer = await client.post(WAIT, json=other, headers=key)
    elsewhere = await client.post(ECHO, json={"values": {"Amount": 3}}, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "KeyReused")
    assert elsewhere.status_code == 422
    assert await serving.runs() == 1


async def test_a_refused_start_keeps_no_key(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "once"}

    refused = await client.post(ECHO, json={"values": {"Count": "many"}}, headers=key)
    right = await client.post(ECHO, json={"values": {"Count": 2}}, headers=key)

    assert (refused.status_code, right.status_code) == (400, 201)


async def test_a_key_that_is_too_long_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(ECHO, json={}, headers={"idempotency-key": "x" * 201})

    assert answer.status_code == 400
