"""HTTP service tasks against a real server on the loopback address."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from procession.connectors import HTTP, Work
from procession.connectors.http import HttpConnector
from procession.errors import ConnectorError
from tests.unit.connectors.servers import Asked, answer, listening, serving

CERTIFICATE = Path(__file__).with_name("service-example-certificate.pem")

GUID = UUID(int=0xAB)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CUT_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"


@pytest.fixture
async def http() -> AsyncIterator[HttpConnector]:
    connector = HttpConnector(allowed=("127.0.0.1",))
    yield connector
    await connector.close()


def call(url: str, uid: UUID | None = None, **values: Any) -> Work:
    return Work(uid or uuid4(), HTTP, {"method": "GET", "url": url, **values})


async def refused(http: HttpConnector, work: Work) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await http.run(work)
    return caught.value


async def sent(http: HttpConnector, **values: Any) -> Asked:
    """What arrives at the server."""
    async with serving(answer()) as server:
        await http.run(call(f"{server.url}/x", **values))
    return server.requests[0]


async def test_an_answer_has_status_headers_text_and_json(http: HttpConnector) -> None:
    body = '{"score": 1.10, "names": ["Ünï"]}'
    response = answer(body, "201 Created", X_Tag="a", Content_Type="application/json")
    async with serving(response) as server:
        found = await http.run(call(f"{server.url}/score?a=1&b=%20"))

    assert found == {
        "status": 201,
        "headers": {
            "content-length": str(len(body.encode())),
            "x-tag": "a",
            "content-type": "application/json",
        },
        "text": body,
        "json": {"score": Decimal("1.10"), "names": ["Ünï"]},
    }
    assert isinstance(found["json"]["score"], Decimal)
    assert server.requests[0].target == "/score?a=1&b=%20"


@pytest.mark.parametrize("method", ["GET", "POST", "put", "PATCH", "DELETE", "HEAD", "OPTIONS"])
async def test_the_method_is_the_one_asked_for(http: HttpConnector, method: str) -> None:
    assert (await sent(http, method=method)).method == method.upper()


async def test_a_request_carries_the_jobs_id_as_its_idempotency_key(http: HttpConnector) -> None:
    work = uuid4()

    first, second = await sent(http, uid=work), await sent(http, uid=work)

    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == str(work)


async def test_a_request_carries_little_else(http: HttpConnector) -> None:
    asked = await sent(http)

    assert set(asked.headers) == {
        "host", "user-agent", "accept", "accept-encoding", "idempotency-key",
    }  # fmt: skip
    assert asked.headers["accept-encoding"] == "identity"


async def test_headers_of_the_author_replace_ours_in_any_case(http: HttpConnector) -> None:
    headers = {
        "idempotency-key": "k",
        "ACCEPT": "text/csv",
        "X-Amount": Decimal("1.5"),
        "X-No": None,
    }

    asked = await sent(http, headers=headers)

    assert asked.headers["idempotency-key"] == "k"
    assert asked.headers["accept"] == "text/csv"
    assert asked.headers["x-amount"] == "1.5"
    assert "x-no" not in asked.headers


@pytest.mark.parametrize(
    ("body", "content", "content_type"),
    [
        ("läuft", "läuft".encode(), "text/plain; charset=utf-8"),
        ({"a": Decimal("1.50")}, b'{"a":1.50}', "application/json"),
        ([{"g": GUID}], b'[{"g":"00000000-0000-0000-0000-0000000000ab"}]', "application/json"),
        ({"at": NEW_YEAR}, b'{"at":"2026-01-01T00:00:00Z"}', "application/json"),
        (Decimal("1.5"), b"1.5", "application/json"),
        (True, b"true", "application/json"),
    ],
)
async def test_a_text_is_sent_as_it_is_and_anything_else_as_json(
    http: HttpConnector, body: Any, content: bytes, content_type: str
) -> None:
    asked = await sent(http, method="POST", body=body)

    assert (asked.body, asked.headers["content-type"]) == (content, content_type)


async def test_a_content_type_that_is_given_stays(http: HttpConnector) -> None:
    headers = {"content-type": "application/xml"}

    asked = await sent(http, method="POST", body="<a/>", headers=headers)

    assert asked.headers["content-type"] == "application/xml"


async def test_a_post_without_a_body_says_so(http: HttpConnector) -> None:
    assert (await sent(http, method="POST")).headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"", "", ""),
        (b"\xff\x00\x01", "application/octet-stream", "\ufffd\ufffd\x01"),
        ("Grüße".encode("latin-1"), "text/plain; charset=ISO-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), 'text/plain; charset="windows-1252"; x=y', "Grüße"),
        ("Grüße".encode(), "text/plain; charset=no-such", "Grüße"),
        (b"abc", "text/plain; charset=punycode", "abc"),
        (b"abc", "text/plain; charset=hex", "abc"),
        (b"NaN", "application/json", "NaN"),
        (b"[" * 100_000, "application/json", "[" * 100_000),
        (b"[" * 40 + b"]" * 40, "application/json", "[" * 40 + "]" * 40),
        (b"1" * 5_000, "application/json", "1" * 5_000),
        (b"99999999999999999999", "application/json", "99999999999999999999"),
    ],
)
async def test_a_body_that_is_no_json_a_process_can_hold_is_text_alone(
    http: HttpConnector, body: bytes, content_type: str, text: str
) -> None:
    async with serving(answer(body, Content_Type=content_type)) as server:
        found = await http.run(call(server.url))

    assert (found["text"], found["json"]) == (text, None)


async def test_headers_of_one_name_are_joined(http: HttpConnector) -> None:
    async with serving(b"HTTP/1.1 204 No Content\r\nVia: a\r\nvia: b\r\n\r\n") as server:
        found = await http.run(call(server.url))

    assert found["headers"] == {"via": "a, b"}


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        ("400 Bad Request", False), ("401 Unauthorized", False), ("404 Not Found", False),
        ("409 Conflict", False), ("408 Request Timeout", True), ("425 Too Early", True),
        ("429 Too Many Requests", True), ("500 Internal Server Error", True),
        ("503 Service Unavailable", True), ("599 Own", True),
    ],
)  # fmt: skip
async def test_a_status_from_400_on_is_an_error_and_says_whether_to_try_again(
    http: HttpConnector, status: str, retryable: bool
) -> None:
    async with serving(answer('{"why": "no\x1b"}', status)) as server:
        error = await refused(http, call(f"{server.url}/a/b?key=secret"))

    phrase = status.removesuffix(" Own")
    assert str(error) == f'GET {server.url}/a/b answered {phrase}: \'{{"why": "no\\x1b"}}\''
    assert (error.code, error.retryable) == (f"Http{status[:3]}", retryable)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "304 Not Modified"])
async def test_a_redirect_is_not_followed(http: HttpConnector, status: str) -> None:
    async with serving(answer(status=status, Location="http://elsewhere/?key=secret")) as server:
        error = await refused(http, call(server.url))

    assert "redirects are not followed: name the final address" in str(error)
    assert "'http://elsewhere/'" in str(error)
    assert "secret" not in str(error)
    assert (error.code, error.retryable) == ("Redirected", False)
    assert len(server.requests) == 1


@pytest.mark.parametrize("chunked", [True, False])
async def test_an_answer_over_the_bound_is_refused_without_reading_it_all(chunked: bool) -> None:
    http = HttpConnector(allowed=("127.0.0.1",), answer_bytes_max=1000)
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n" + b"x" * 1000
    long = endless + b"\r\n3e8\r\n" + b"x" * 1000 if chunked else answer(b"x" * 1001)

    async with serving(long) as server:
        error = await refused(http, call(server.url))
    async with serving(answer(b"x" * 1000)) as server:
        found = await http.run(call(server.url))

    assert "answered more than 1000 bytes" in str(error)
    assert (error.code, error.retryable) == ("AnswerTooLarge", False)
    assert len(found["text"]) == 1000
    await http.close()


async def test_a_compressed_answer_is_not_unpacked(http: HttpConnector) -> None:
    async with serving(answer(b"\x1f\x8b", Content_Encoding="gzip")) as server:
        error = await refused(http, call(server.url))

    assert "answered in 'gzip', which was not asked for" in str(error)


@pytest.mark.parametrize("trickle", [True, False])
async def test_an_answer_that_takes_too_long_may_be_tried_again(
    http: HttpConnector, trickle: bool
) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if trickle:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while trickle and not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)
        await reader.read()

    async with listening(converse) as port:
        url = f"http://127.0.0.1:{port}"
        error = await refused(http, call(url, timeout_seconds=Decimal("0.2")))

    assert str(error) == f"GET {url}/: no answer within 0.2 s"
    assert (error.code, error.retryable) == ("TimedOut", True)


async def test_a_server_that_is_away_may_be_tried_again(http: HttpConnector) -> None:
    async with serving(answer()) as server:
        url = server.url
    error = await refused(http, call(url))

    assert str(error).startswith(f"GET {url}/: ")
    assert (error.code, error.retryable) == ("ConnectionFailed", True)


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
async def test_an_answer_that_breaks_off_may_be_tried_again(
    http: HttpConnector, said: bytes
) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async with listening(converse) as port:
        error = await refused(http, call(f"http://127.0.0.1:{port}"))

    assert (error.code, error.retryable) == ("ConnectionFailed", True)


async def test_connections_are_used_again(http: HttpConnector) -> None:
    async with serving(answer()) as server:
        for _ in range(3):
            await http.run(call(server.url))

    assert (server.connections, len(server.requests)) == (1, 3)


async def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    http = HttpConnector(allowed=("*",))

    assert (await sent(http)).target == "/x"
    await http.close()


async def test_many_calls_run_at_once(http: HttpConnector) -> None:
    gate = asyncio.Event()

    async def wait(asked: Asked) -> bytes:
        if len(server.requests) == 20:
            gate.set()
        await gate.wait()
        return answer(asked.target)

    async with serving(wait) as server:
        found = await asyncio.gather(*(http.run(call(f"{server.url}/{i}")) for i in range(20)))

    assert sorted(each["text"] for each in found) == sorted(f"/{i}" for i in range(20))
