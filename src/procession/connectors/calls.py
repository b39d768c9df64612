"""An HTTP request as a process author writes it, read and bounded.

Rule: what could reach past the request that is meant (another scheme, a user name in the address, a
header that breaks out of its line or steers the connection) is refused by name, before a byte is
sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import httpx

from procession.connectors.exact_json import json_text
from procession.core.model import Expression, Template
from procession.core.values import DataType, Kind, Value, Values, convert, shown
from procession.errors import BadValue

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
TIMEOUT_SECONDS = 10.0
TIMEOUT_SECONDS_MAX = 120.0
URL_LENGTH_MAX = 8_000
HEADERS_MAX = 100
HEADER_LENGTH_MAX = 8_000
BODY_BYTES_MAX = 10_000_000
PATH_SHOWN_MAX = 100
IDEMPOTENCY_KEY = "Idempotency-Key"

_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_URL_REFUSED = re.compile(r"[\x00-\x20\x7f\\]")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
# They belong to the connection or say where the message ends: the service writes them.
_OUR_HEADERS = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding"),
        "upgrade",
    )
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be sent."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes | None
    seconds: float

    @property
    def label(self) -> str:
        """How messages call it: the query is left out, for it may hold a key."""
        path = self.url.raw_path.partition(b"?")[0].decode("ascii")[:PATH_SHOWN_MAX]
        return f"{self.method} {self.url.scheme}://{self.url.netloc.decode('ascii')}{path}"


def read_call(values: Values, job: UUID) -> Call:
    """The call that a job describes; its idempotency key is the job's id. Raises BadValue."""
    body, content_type = _body(values.get("body"))
    given = _headers(values.get("headers") or {})
    ours = {
        "User-Agent": "procession",
        "Accept": "*/*",
        IDEMPOTENCY_KEY: str(job),
        **({"Content-Type": content_type} if content_type else {}),
    }
    names = {name.lower() for name in given}
    defaults = {name: value for name, value in ours.items() if name.lower() not in names}
    method = _method(values.get("method"))
    seconds = _seconds(values.get("timeout_seconds"))
    return Call(method, _url(values.get("url")), {**defaults, **given}, body, seconds)


def problems(inputs: Mapping[str, Template]) -> list[str]:
    """What is wrong with the constants of a call."""
    readers: Mapping[str, Callable[[Value], object]] = {
        "method": _method,
        "url": _url,
        "headers": _constant_headers,
        "timeout_seconds": _seconds,
    }
    return [
        problem
        for name, read in readers.items()
        if name in inputs and not isinstance(inputs[name], Expression)
        for problem in _complaint(read, inputs[name])
    ]


def _complaint(read: Callable[[Value], object], value: Value) -> list[str]:
    try:
        read(value)
    except BadValue as error:
        return [str(error)]
    return []


def _constant_headers(headers: Value) -> Mapping[str, str]:
    if not isinstance(headers, Mapping):
        return _headers(headers)
    unknown = {name: value for name, value in headers.items() if isinstance(value, Expression)}
    return _headers({**headers, **dict.fromkeys(unknown, "")})


def _method(value: Value) -> str:
    method = str(value or "GET").upper()
    if method not in METHODS:
        raise BadValue(f"method {shown(value)}: there is {', '.join(METHODS)}")
    return method


def _url(value: Value) -> httpx.URL:
    if not isinstance(value, str) or not value:
        raise BadValue(f"url: {shown(value)} is no address; write https://host/path")
    if len(value) > URL_LENGTH_MAX:
        raise BadValue(f"url: {len(value)} characters; {URL_LENGTH_MAX} are allowed")
    if _URL_REFUSED.search(value):
        raise BadValue("url: it holds a space, a backslash or a control character; percent-encode")
    try:
        url = httpx.URL(value)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadValue(f"url: {shown(value)} cannot be read: {error}") from None
    _require_plain(url)
    return url


def _require_plain(url: httpx.URL) -> None:
    if url.scheme not in ("http", "https"):
        raise BadValue(f"url: {shown(url.scheme)} addresses are not called; use https or http")
    if url.userinfo:
        raise BadValue("url: it holds a user name or a password; use a header instead")
    host = url.raw_host.decode("ascii")
    if not _HOST.fullmatch(host):
        raise BadValue(f"url: {shown(host)} is no host name")
    if url.port is not None and not 0 < url.port < 65536:
        raise BadValue(f"url: there is no port {url.port}")


def _headers(value: Value) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise BadValue(f"headers: {shown(value)} is not a mapping of names to values")
    if len(value) > HEADERS_MAX:
        raise BadValue(f"headers: {len(value)} of them; {HEADERS_MAX} are allowed")
    # A header whose value is not set is not sent.
    return {name: _header(name, text) for name, text in value.items() if text is not None}


def _header(name: Value, value: Value) -> str:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise BadValue(f"header {shown(name)}: a name is of letters, digits and dashes")
    if name.lower() in _OUR_HEADERS:
        raise BadValue(f"header {name}: the service writes it itself; leave it out")
    text = convert(f"header {name}", Kind(DataType.TEXT), value)
    if len(text) > HEADER_LENGTH_MAX:
        raise BadValue(f"header {name}: {len(text)} characters; {HEADER_LENGTH_MAX} are allowed")
    if not _HEADER_VALUE.fullmatch(text):
        raise BadValue(
            f"header {name}: it holds a line break, another control character or one beyond ASCII"
        )
    return str(text).strip()


def _body(value: Value) -> tuple[bytes | None, str]:
    """The body and its content type: a text as it is, anything else as JSON."""
    if value is None:
        return None, ""
    body = value.encode() if isinstance(value, str) else json_text(value).encode()
    if len(body) > BODY_BYTES_MAX:
        raise BadValue(f"body: {len(body)} bytes; {BODY_BYTES_MAX} are allowed")
    return body, "text/plain; charset=utf-8" if isinstance(value, str) else "application/json"


def _seconds(value: Value) -> float:
    if value is None:
        return TIMEOUT_SECONDS
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not number or not 0 < value <= TIMEOUT_SECONDS_MAX:
        raise BadValue(f"timeout {shown(value)}: above 0 and at most {TIMEOUT_SECONDS_MAX:g} s")
    return float(value)
