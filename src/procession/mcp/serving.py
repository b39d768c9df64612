"""Serves tools over standard input and output, or over HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import httpx
import uvicorn
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from procession.mcp.server import Context, make_server
from procession.mcp.service import TIMEOUT_SECONDS, Service

PATH = "/mcp"
BODY_BYTES_MAX = 1_000_000


def serve_stdio(address: str, key: str, *, wait_seconds: float) -> None:
    """Serve one program, which has started this one; it acts as the key's owner."""

    async def run() -> None:
        async with _client(address) as client:
            service = Service(client, f"Bearer {key}")
            server = make_server(lambda _: service, wait_seconds=wait_seconds)
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)


def serve_http(
    address: str, *, host: str, port: int, hosts: Sequence[str], wait_seconds: float
) -> None:
    """Serve many programs, each of which says with each request who it is."""

    async def run() -> None:
        async with _client(address) as client:
            app = http_app(client, hosts=hosts, wait_seconds=wait_seconds)
            config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="on")
            await uvicorn.Server(config).serve()

    anyio.run(run)


def http_app(client: httpx.AsyncClient, *, hosts: Sequence[str], wait_seconds: float) -> ASGIApp:
    """The ASGI application. `hosts`: names by which it may be called, against DNS rebinding."""

    def service_of(context: Context) -> Service:
        request = context.request
        assert isinstance(request, Request), "over HTTP each message has its request"
        return Service(client, request.headers["authorization"])

    server = make_server(service_of, wait_seconds=wait_seconds)
    named = [name for host in hosts for name in (host, f"{host}:*")]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        max_request_body_size=BODY_BYTES_MAX,
        transport_security=TransportSecuritySettings(
            allowed_hosts=named,
            allowed_origins=[
                f"{scheme}://{name}" for scheme in ("http", "https") for name in named
            ],
        ),
    )
    return _KnownCallers(app)


class _KnownCallers:
    """Asks for a bearer token; whether it is good is seen by the service behind."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _bearer(Request(scope)):
            refusal = JSONResponse(
                {"error": "say who you are with Authorization: Bearer and a key or token"},
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _bearer(request: Request) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(token.strip())


@asynccontextmanager
async def _client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=address.rstrip("/"), timeout=TIMEOUT_SECONDS, trust_env=False
    ) as client:
        yield client
