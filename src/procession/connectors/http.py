"""The HTTP service task: one request, one answer.

Rule: a process author writes the request, so nothing in it reaches what the operator has not
opened: no redirect is followed, no proxy or credential is taken from the environment, no compressed
answer is unpacked, and the connection goes to addresses that were checked (`addresses.py`). Time
and size are bounded. Trying again is the engine's business: here it is only said whether it may
help.
"""

import asyncio
import codecs
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.client import responses
from pathlib import Path

import httpcore
import httpx

from procession.connectors import Work
from procession.connectors.addresses import CheckedBackend, Resolve, allowed_hosts, resolve
from procession.connectors.calls import Call, problems, read_call
from procession.connectors.exact_json import json_value
from procession.core.model import Template
from procession.core.values import Value, Values, shown, untyped
from procession.errors import BadValue, ConnectorError, SettingsError

ANSWER_BYTES_MAX = 1_000_000
CONNECTIONS = 100
CONNECTIONS_KEPT = 20
KEPT_SECONDS = 15.0
EXCERPT_LENGTH = 200

# Too early, too many, and whatever the server calls its own failure: it may work later.
RETRYABLE_STATUSES = frozenset((408, 425, 429, *range(500, 600)))

# Decoders of what servers send; Python knows others, some of them slow on purpose-made input.
_CHARSETS = ("utf", "iso8859", "cp", "ascii", "koi8", "gb", "big5", "euc", "shift")


class HttpConnector:
    """Makes calls over one pool of connections."""

    def __init__(
        self,
        *,
        allowed: tuple[str, ...] = (),
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        authorities: Path | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        """`allowed`: "host", "host:port" or "*", for hosts off the public internet.

        `authorities`: a PEM file of certificate authorities to trust beside the usual ones.
        Raises SettingsError.
        """
        self._answer_bytes_max = answer_bytes_max
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trust(authorities),
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS_KEPT,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=CheckedBackend(allowed_hosts(allowed), resolver),
        )

    async def run(self, work: Work) -> Values:
        """The answer, if its status is below 300. Raises ConnectorError."""
        try:
            call = read_call(work.values, work.uid)
        except BadValue as error:
            raise ConnectorError(f"http: {error}", code="BadValue", retryable=False) from error
        with _failures(call):
            async with asyncio.timeout(call.seconds):
                response, body = await self._exchange(call)
        return _answer(call, response, body)

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        """What is wrong with the constants of a call; no name is resolved."""
        return problems(inputs)

    async def close(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()

    async def _exchange(self, call: Call) -> tuple[httpcore.Response, bytes]:
        url = httpcore.URL(
            scheme=call.url.raw_scheme,
            host=call.url.raw_host,
            port=call.url.port,
            target=call.url.raw_path,
        )
        empty = b"" if call.method in ("POST", "PUT", "PATCH") else None
        async with self._pool.stream(
            call.method,
            url,
            headers=_header_lines(call),
            content=call.body or empty,
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), call.seconds)
            },
        ) as response:
            return response, await self._body(call, response)

    async def _body(self, call: Call, response: httpcore.Response) -> bytes:
        encoding = _headers(response).get("content-encoding", "identity")
        if encoding.lower() != "identity":
            message = f"{call.label} answered in {shown(encoding)}, which was not asked for"
            raise ConnectorError(message, code="BadAnswer", retryable=False)
        body = bytearray()
        async for part in response.aiter_stream():
            body += part
            if len(body) > self._answer_bytes_max:
                message = f"{call.label} answered more than {self._answer_bytes_max} bytes"
                raise ConnectorError(message, code="AnswerTooLarge", retryable=False)
        return bytes(body)


@cache  # To read the usual authorities takes some 20 ms.
def _trust(authorities: Path | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    if authorities is not None:
        try:
            context.load_verify_locations(cafile=authorities)
        except OSError as error:
            raise SettingsError(f"certificate authorities in {authorities}: {error}") from None
    return context


def _header_lines(call: Call) -> list[tuple[bytes, bytes]]:
    # A compressed answer could unpack to any size.
    fixed = {b"Host": call.url.netloc, b"Accept-Encoding": b"identity"}
    given = [(name.encode("ascii"), text.encode("ascii")) for name, text in call.headers.items()]
    return [*fixed.items(), *given]


@contextmanager
def _failures(call: Call) -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpcore.TimeoutException):
        message = f"{call.label}: no answer within {call.seconds:g} s"
        raise ConnectorError(message, code="TimedOut") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        message = f"{call.label}: {error or type(error).__name__}"
        raise ConnectorError(message, code="ConnectionFailed") from error


def _answer(call: Call, response: httpcore.Response, body: bytes) -> Values:
    headers = _headers(response)
    text = _text(headers.get("content-type", ""), body)
    if response.status >= 300:
        raise _refusal(call, response.status, headers, text)
    return {"status": response.status, "headers": headers, "text": text, "json": _json(text)}


def _headers(response: httpcore.Response) -> dict[str, str]:
    """By lower-case name; those of one name are joined, as HTTP says they may be."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _text(content_type: str, body: bytes) -> str:
    """What a process can hold of the body: bytes that are no text become U+FFFD."""
    text = body.decode(_charset(content_type), "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _charset(content_type: str) -> str:
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return "utf-8"
    return known if known.startswith(_CHARSETS) else "utf-8"


def _json(text: str) -> Value:
    """The parsed body; None where it is no JSON, or JSON that a process cannot hold."""
    try:
        return untyped("json", json_value(text))
    except (ValueError, RecursionError, BadValue):
        return None


def _refusal(call: Call, status: int, headers: Mapping[str, str], text: str) -> ConnectorError:
    answered = f"{call.label} answered {status} {responses.get(status, '')}".rstrip()
    if status < 400:
        place = shown(headers.get("location", "").partition("?")[0])
        message = f"{answered} to {place}; redirects are not followed: name the final address"
        return ConnectorError(message, code="Redirected", retryable=False)
    excerpt = f": {text[:EXCERPT_LENGTH]!r}" if text else ""
    retryable = status in RETRYABLE_STATUSES
    return ConnectorError(f"{answered}{excerpt}", code=f"Http{status}", retryable=retryable)
