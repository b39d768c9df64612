"""A small HTTP server that answers with the bytes a test wants, and keeps what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Respond = Callable[[Asked], Awaitable[bytes]]
Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    port: int
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(body: bytes | str = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole response; `content_type="x"` is the header Content-Type."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


@asynccontextmanager
async def listening(converse: Converse, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Talks to whoever connects to the port on the loopback address, until the block ends."""
    under_way: set[asyncio.Task[None] | None] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(asyncio.current_task())
        try:
            await converse(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()

    farewell = 0.1 if tls else None
    server = await asyncio.start_server(
        tracked, "127.0.0.1", 0, ssl=tls, ssl_shutdown_timeout=farewell
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        tasks = [task for task in under_way if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def serving(
    respond: bytes | Respond, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Answers every request with the bytes."""
    found = Server(0)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        while True:
            try:
                asked = await _read(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            found.requests.append(asked)
            writer.write(respond if isinstance(respond, bytes) else await respond(asked))

    async with listening(converse, tls) as found.port:
        yield found


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)
