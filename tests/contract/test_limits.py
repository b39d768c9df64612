"""Whatever a caller sends has a bound, on its size and on the time that it may take."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.contract.service import ENGINE, Serving, logged_in, open_service
from tests.contract.transcripts import sent

ECHO = f"{ENGINE}/UsrEcho/Execute"
LIMITS = {
    "body_bytes_max": 2_000,
    "body_seconds": 0.3,
    "url_bytes_max": 500,
    "header_bytes_max": 2_000,
    "header_seconds": 0.5,
    "parameters_max": 5,
}


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with open_service(tmp_path, **LIMITS) as serving:
        yield serving


def code(answer: httpx.Response) -> tuple[int, str]:
    error: str = answer.json()["errorInfo"]["errorCode"]
    return answer.status_code, error


def post(client: httpx.AsyncClient, *headers: bytes) -> bytes:
    """The head of a POST that the client's session may send."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    lines = (
        f"POST {ECHO} HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\n"
        f"bpmcsrf: {client.cookies['BPMCSRF']}\r\ncontent-type: application/json"
    )
    return b"\r\n".join([lines.encode(), *headers]) + b"\r\n\r\n"


async def test_a_body_over_the_limit_starts_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    fits = await client.post(ECHO, json={"Text": "x" * 1_900})
    over = await client.post(ECHO, json={"Text": "x" * 2_000})

    assert fits.status_code == 200
    assert code(over) == (413, "BodyTooLarge")
    assert over.headers["connection"] == "close"
    assert await serving.runs() == 1


async def test_a_body_of_unsaid_length_is_bounded_as_it_arrives(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    endless = b"3e8\r\n" + b" " * 1_000 + b"\r\n"
    request = post(client, b"transfer-encoding: chunked") + endless * 3

    answer = await sent(serving.host, serving.port, request)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert await serving.runs() == 0


async def test_an_address_over_the_limit_starts_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    answer = await client.get(ECHO, params={"Text": "x" * 500})

    assert code(answer) == (414, "UrlTooLong")
    assert await serving.runs() == 0


async def test_headers_over_the_limit_start_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    answer = await client.get(ECHO, headers={"X-Long": "x" * 2_000})

    assert code(answer) == (431, "HeadersTooLarge")
    assert await serving.runs() == 0


@pytest.mark.parametrize("head", [b"x: " + b"x" * 100_000, b"\r\n".join([b"x: y"] * 200)])
async def test_far_too_many_headers_are_refused_below_us(head: bytes, serving: Serving) -> None:
    request = b"GET /0/ping HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n\r\n"

    assert (await sent(serving.host, serving.port, request)).startswith(b"HTTP/1.1 431 ")


async def test_more_parameters_than_allowed_start_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    six = {f"p{number}": "x" for number in range(6)}

    assert code(await client.get(ECHO, params=six)) == (400, "BadRequest")
    assert code(await client.post(ECHO, json=six)) == (400, "BadRequest")
    both = await client.post(f"{ECHO}?a=1&b=2&c=3", json={"d": 1, "e": 2, "f": 3})
    assert code(both) == (400, "BadRequest")
    listed = [{"name": name, "value": "x"} for name in six]
    asked = {"schemaName": "UsrEcho", "parameterValues": listed}
    assert (await client.post(f"{ENGINE}/RunProcess", json=asked)).json()["success"] is False
    assert await serving.runs() == 0


async def test_a_body_that_comes_too_slowly_starts_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    request = post(client, b"content-length: 100") + b'{"Text":'

    answer = await sent(serving.host, serving.port, request)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert b'"errorCode":"BodyTooSlow"' in answer
    assert await serving.runs() == 0


async def test_a_body_that_is_cut_off_starts_nothing(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    request = post(client, b"content-length: 100") + b'{"Text":"a"}'

    reader, writer = await asyncio.open_connection(serving.host, serving.port)
    writer.write(request)
    writer.write_eof()
    answer = await reader.read()
    writer.close()

    assert answer == b"" or b'"errorCode":"BodyCutOff"' in answer
    assert await serving.runs() == 0


@pytest.mark.parametrize("begun", [b"", b"GET /0/pi", b"GET /0/ping HTTP/1.1\r\nhost: x\r\n"])
async def test_a_head_that_comes_too_slowly_is_cut_off(begun: bytes, serving: Serving) -> None:
    reader, writer = await asyncio.open_connection(serving.host, serving.port)
    writer.write(begun)

    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_slow_callers_do_not_slow_others(serving: Serving, client: httpx.AsyncClient) -> None:
    slow = [await asyncio.open_connection(serving.host, serving.port) for _ in range(100)]
    for _, writer in slow:
        writer.write(post(client, b"content-length: 100") + b"{")

    assert (await client.get(ECHO)).status_code == 200
    for _, writer in slow:
        writer.close()


async def test_more_connections_than_allowed_wait_for_their_turn(tmp_path: Path) -> None:
    async with open_service(tmp_path, connections_max=2) as few, logged_in(few) as client:
        client.headers["connection"] = "close"
        await client.get(ECHO)
        answers = await asyncio.gather(*(client.get(ECHO) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
