"""One request as the operations read it: headers, inputs, body, each within its limit.

Rule: whatever is read from outside has a bound on its size and on the time that it may take.
"""

import asyncio

from procession.access import NOBODY
from procession.core.values import Value, Values, checked_text
from procession.errors import BadRequest
from procession.settings import Settings
from procession.web.answers import CLOSE, HttpRefusal
from procession.web.query import parse_cookies, parse_form, parse_query
from procession.web.rsgi import Exchange, Scope
from procession.web.wire import ANYTHING, as_object, read_json

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Request:
    """A request. `variables` are the parts of the path that its route leaves open."""

    __slots__ = (
        "_exchange",
        "_scope",
        "_settings",
        "headers",
        "method",
        "path",
        "principal",
        "variables",
    )

    def __init__(self, scope: Scope, exchange: Exchange, settings: Settings) -> None:
        self._scope, self._exchange, self._settings = scope, exchange, settings
        self.method = scope.method
        self.path = scope.path
        self.headers: dict[str, str] = dict(scope.headers.items())
        self.variables: tuple[str, ...] = ()
        self.principal = NOBODY

    @property
    def caller(self) -> str:
        """The name of who calls; "" before that is known."""
        return self.principal.name

    @property
    def variable(self) -> str:
        """The first open part of the path; "" where it has none."""
        return self.variables[0] if self.variables else ""

    def check_size(self) -> None:
        """Raises HttpRefusal where the address or the headers are too long."""
        limits, headers = self._settings, self.headers
        if len(self.path) + len(self._scope.query_string) > limits.url_bytes_max:
            message = f"the address is longer than {limits.url_bytes_max} bytes; use a POST body"
            raise HttpRefusal(414, "UrlTooLong", message)
        if sum(map(len, headers)) + sum(map(len, headers.values())) > limits.header_bytes_max:
            message = f"the headers are longer than {limits.header_bytes_max} bytes"
            raise HttpRefusal(431, "HeadersTooLarge", message)

    @property
    def address(self) -> str:
        """The caller's address; a proxy that is trusted may name it."""
        peer = self._scope.client.rpartition(":")[0].strip("[]")
        if peer in self._settings.trusted_proxies:
            return self.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip()
        return peer

    def cookies(self) -> dict[str, str]:
        return parse_cookies(self.headers.get("cookie", ""))

    def query(self) -> dict[str, str]:
        return parse_query(self._scope.query_string, most=self._settings.parameters_max)

    async def inputs(self) -> Values:
        """What the query names, and on POST a form or the members of a JSON object.

        Raises BadRequest.
        """
        return self.joined(as_object(await self.posted()))

    def joined(self, named: Values) -> Values:
        """What the query names, and these names too. Raises BadRequest for one given twice."""
        values: Values = self.query()
        for name, value in named.items():
            if checked_text("a name in the body", name) in values:
                raise BadRequest(f"{name} is given twice, in the address and in the body")
            values[name] = value
        if len(values) > self._settings.parameters_max:
            raise BadRequest(f"more than {self._settings.parameters_max} parameters")
        return values

    async def posted(self) -> Value:
        """What a POST has in its body: a form by its names, or any JSON value; {}: nothing."""
        body = await self.body() if self.method == "POST" else b""
        if not body:
            return {}
        if self._check_media(JSON, FORM) == FORM:
            return parse_form(body, most=self._settings.parameters_max)
        return read_json(ANYTHING, body)

    async def json_body(self) -> bytes:
        """The body, of a media type that is JSON in UTF-8; empty where there is none."""
        body = await self.body()
        if body:
            self._check_media(JSON)
        return body

    async def body(self) -> bytes:
        """The whole body. Raises HttpRefusal where it is too long or too slow."""
        length = self.headers.get("content-length")
        if length in (None, "0") and "transfer-encoding" not in self.headers:
            return b""
        if length is not None and int(length) > self._settings.body_bytes_max:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                body = await self._read()
        except TimeoutError:
            message = f"the body did not arrive within {self._settings.body_seconds:g} seconds"
            raise HttpRefusal(408, "BodyTooSlow", message, CLOSE) from None
        if length is not None and len(body) != int(length):
            # The server hands over what came before the client went away; half a call is no call.
            raise HttpRefusal(
                400, "BodyCutOff", "the body is shorter than it was said to be", CLOSE
            )
        return body

    async def _read(self) -> bytes:
        body = bytearray()
        async for chunk in self._exchange:
            body += chunk
            if len(body) > self._settings.body_bytes_max:
                raise self._too_large()
        return bytes(body)

    def _too_large(self) -> HttpRefusal:
        message = f"the body is longer than {self._settings.body_bytes_max} bytes"
        return HttpRefusal(413, "BodyTooLarge", message, CLOSE)

    def _check_media(self, *taken: str) -> str:
        """The media type of the body, one of those that are taken. Raises HttpRefusal."""
        kind, _, parameters = self.headers.get("content-type", JSON).partition(";")
        kind = kind.strip().lower()
        charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
        if kind not in taken:
            message = f"the body is {kind[:60]!r}; send {' or '.join(taken)}"
            raise HttpRefusal(415, "UnsupportedMediaType", message)
        if charset.partition(";")[0] not in ("", "utf-8", "utf8"):
            raise HttpRefusal(415, "UnsupportedMediaType", "the charset of the body must be utf-8")
        if self.headers.get("content-encoding", "identity") != "identity":
            raise HttpRefusal(415, "UnsupportedMediaType", "the body must not be compressed")
        return kind
