"""The part of RSGI, granian's interface, that we use (https://github.com/emmett-framework/granian).

Rule: the seam to the server. Another server would need an adapter to these two protocols.
"""

from collections.abc import AsyncIterator
from typing import Protocol


class RequestHeaders(Protocol):
    """Names are lower-case. A value that is not visible ASCII is left out by the server."""

    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """The head of a request. `path` is percent-decoded, `query_string` is as it came."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def headers(self) -> RequestHeaders: ...


class Streaming(Protocol):
    """An answer that is sent piece by piece. Each raises where the caller has gone."""

    async def send_bytes(self, piece: bytes, /) -> None: ...


class Exchange(Protocol):
    """The body of a request, in chunks, and the way to answer it, once."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...
    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Streaming: ...
    async def client_disconnect(self) -> None: ...
