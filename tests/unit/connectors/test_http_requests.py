"""Requests that may not be sent, and TLS: what stops an HTTP service task before its answer."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from procession.connectors import HTTP, Work
from procession.connectors.http import HttpConnector
from procession.core.model import Expression
from procession.errors import ConnectorError, SettingsError
from tests.unit.connectors.servers import answer, serving

CERTIFICATE = Path(__file__).with_name("service-example-certificate.pem")


@pytest.fixture
async def http() -> AsyncIterator[HttpConnector]:
    connector = HttpConnector()
    yield connector
    await connector.close()


async def refused(http: HttpConnector, **values: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await http.run(Work(uuid4(), HTTP, values))
    return caught.value


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": None}, "url: None is no address"),
        ({"url": ""}, "is no address"),
        ({"url": "example.com/x"}, "'' addresses are not called; use https or http"),
        ({"url": "file:///etc/passwd"}, "'file' addresses are not called"),
        ({"url": "ftp://h/"}, "'ftp' addresses are not called"),
        ({"url": "http:///x"}, "is no host name"),
        ({"url": "http://a b/"}, "a space, a backslash or a control character"),
        ({"url": "http://h/\r\nX: y"}, "a space, a backslash or a control character"),
        ({"url": "http://good\\@evil/"}, "a space, a backslash or a control character"),
        ({"url": "http://joe:sesame@h/"}, "a user name or a password; use a header"),
        ({"url": "http://joe@h/"}, "a user name or a password"),
        ({"url": "http://h:0/"}, "there is no port 0"),
        ({"url": "http://h:65536/"}, "there is no port 65536"),
        ({"url": "http://ex%61mple/"}, "is no host name"),
        ({"url": "http://xn--%61/"}, "is no host name"),
        ({"url": "http://0177.0.0.1/"}, "cannot be read"),
        ({"url": "http://[fe80::1%25eth0]/"}, "is no host name"),
        ({"url": "http://h/" + "x" * 8000}, "8000 are allowed"),
        ({"method": "TRACE"}, "method 'TRACE': there is GET"),
        ({"method": "GET / HTTP/1.1\r\nX: y"}, "there is GET"),
        ({"headers": {"X": "a\r\nY: b"}}, "header X: it holds a line break"),
        ({"headers": {"X": "a\0"}}, "NUL"),
        ({"headers": {"X": "ü"}}, "one beyond ASCII"),
        ({"headers": {"X\r\nY": "b"}}, "a name is of letters, digits and dashes"),
        ({"headers": {"X Y": "b"}}, "a name is of letters"),
        ({"headers": {"": "b"}}, "a name is of letters"),
        ({"headers": {"hOst": "internal"}}, "header hOst: the service writes it itself"),
        ({"headers": {"Content-Length": "3"}}, "the service writes it itself"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "the service writes it itself"),
        ({"headers": {"X": "x" * 8001}}, "8000 are allowed"),
        ({"headers": {f"X{i}": "" for i in range(101)}}, "100 are allowed"),
        ({"headers": "X: y"}, "is not a mapping"),
        ({"body": "x" * 10_000_001}, "10000000 are allowed"),
        ({"timeout_seconds": 0}, "timeout 0: above 0 and at most 120 s"),
        ({"timeout_seconds": 121}, "timeout 121"),
        ({"timeout_seconds": "10"}, "timeout '10'"),
    ],
)  # fmt: skip
async def test_a_request_that_may_not_be_sent_is_refused_for_good(
    http: HttpConnector, values: dict[str, Any], words: str
) -> None:
    error = await refused(http, **{"url": "http://h.invalid/", **values})

    assert words in str(error)
    assert "sesame" not in str(error)
    assert (error.code, error.retryable) == ("BadValue", False)


def tls_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def resolve_here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_tls_proves_the_host_that_was_named_and_not_the_address() -> None:
    http = HttpConnector(allowed=("*",), authorities=CERTIFICATE, resolver=resolve_here)

    async with serving(answer("hello"), tls=tls_server()) as server:
        found = await http.run(
            Work(uuid4(), HTTP, {"url": f"https://service.example:{server.port}/"})
        )
        error = await refused(http, url=f"https://other.example:{server.port}/")

    assert found["text"] == "hello"
    assert server.requests[0].headers["host"] == f"service.example:{server.port}"
    assert "certificate verify failed: Hostname mismatch" in str(error)
    assert (error.code, error.retryable) == ("ConnectionFailed", True)
    await http.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    http = HttpConnector(allowed=("*",), resolver=resolve_here)

    async with serving(answer(), tls=tls_server()) as server:
        error = await refused(http, url=f"https://service.example:{server.port}/")

    assert "certificate verify failed" in str(error)
    await http.close()


@pytest.mark.parametrize("path", ["none.pem", "servers.py"])
def test_authorities_that_cannot_be_read_are_told_at_the_start(path: str) -> None:
    with pytest.raises(SettingsError, match="certificate authorities in "):
        HttpConnector(authorities=Path(__file__).with_name(path))


def unknown(text: str) -> Expression:
    return Expression(text, "", lambda values: None)


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ({"method": "POST", "url": unknown("Url"), "headers": {"A": unknown("B")}}, []),
        ({"method": unknown("M"), "url": "https://example.com", "timeout_seconds": 5}, []),
        ({"method": "FETCH", "url": unknown("Url")}, ["method 'FETCH'"]),
        ({"url": "gopher://h"}, ["'gopher' addresses"]),
        ({"headers": {"Host": unknown("B")}}, ["header Host: the service writes it itself"]),
        ({"headers": "Accept"}, ["headers: 'Accept' is not a mapping"]),
        ({"headers": unknown("H"), "timeout_seconds": 500.0}, ["timeout 500.0"]),
    ],
)
async def test_at_deployment_constants_that_cannot_be_are_told(
    http: HttpConnector, inputs: dict[str, Any], problems: list[str]
) -> None:
    found = await http.check(inputs)

    assert len(found) == len(problems)
    assert all(problem in each for problem, each in zip(problems, found, strict=True))
