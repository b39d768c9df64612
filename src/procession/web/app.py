"""The application: route table, guard, and the edge where every error becomes an answer.

Rule: this is the one place that catches everything. A call is answered exactly once, and what it
started does not end because its caller has gone.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from procession.accounts import Accounts
from procession.engine import Engine
from procession.settings import Settings
from procession.sign_on.openid import OpenId
from procession.sign_on.tokens import Tokens
from procession.web import process_engine_service
from procession.web.answers import STOPPING, Answer, Failed, HttpRefusal, failed
from procession.web.api import API
from procession.web.auth_service import authenticate, login, logout
from procession.web.cors import Cors
from procession.web.encoding import encoded
from procession.web.failures import report
from procession.web.health import ping
from procession.web.oauth import oauth_door
from procession.web.odata import ODATA
from procession.web.oidc import oidc_door
from procession.web.request import Request
from procession.web.routes import Door, Route, Router, Service
from procession.web.rsgi import Exchange, Scope

_AUTH = "/ServiceModel/AuthService.svc"
_PROBE = ("GET", "HEAD", "POST")

ROUTES: Sequence[Route] = (
    *process_engine_service.ROUTES,
    Route(f"{_AUTH}/Login", {"POST": login}, guarded=False),
    Route(f"{_AUTH}/Logout", {"POST": logout}),
    Route("/ping", dict.fromkeys(_PROBE, ping), guarded=False),
    Route("/api/HealthCheck/Ping", dict.fromkeys(_PROBE, ping), guarded=False),
)
DOORS: Sequence[Door] = (Door("", ROUTES), API, ODATA)


class App:
    """An RSGI application. `end_streams` and `abandon` end the calls that would still go on."""

    __slots__ = ("_cors", "_router", "_running", "_service", "_streaming")

    def __init__(self, service: Service, doors: Sequence[Door]) -> None:
        self._service = service
        self._cors = Cors(service.settings.cors_origins)
        self._router = Router(doors, service.settings.path_prefix)
        self._running: set[asyncio.Task[None]] = set()
        self._streaming: set[asyncio.Task[None]] = set()

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        request = Request(scope, exchange, self._service.settings)
        try:
            answer = self._shared(request, await self._answer(request))
            answer = await encoded(answer, request.headers.get("accept-encoding", ""))
            if answer.pieces is not None:
                self._streaming.add(task)
                await _stream(exchange, answer, answer.pieces)
                return
        except asyncio.CancelledError as error:
            answer = self._failure(request, error, STOPPING)
        except Exception as error:
            answer = self._failure(request, error, failed(error))
        finally:
            self._running.discard(task)
            self._streaming.discard(task)
        exchange.response_bytes(answer.status, answer.headers, answer.body)

    def _failure(self, request: Request, error: BaseException, told: Failed) -> Answer:
        found = self._router.find(request.path)
        wording = found[0].wording if found else self._router.wording(request.path)
        return self._shared(request, wording(told, report(request, error, told)))

    def _shared(self, request: Request, answer: Answer) -> Answer:
        """The answer, and who else's scripts may read it."""
        if allowed := self._cors.headers(request):
            return answer._replace(headers=[*answer.headers, *allowed])
        return answer

    def end_streams(self) -> None:
        """Ends the answers that would go on as long as their callers like."""
        for task in tuple(self._streaming):
            task.cancel()

    def abandon(self) -> None:
        """Answers 503 to every call that still waits; what they started is durable and goes on."""
        for task in tuple(self._running):
            task.cancel()

    async def _answer(self, request: Request) -> Answer:
        request.check_size()
        found = self._router.find(request.path)
        if found is None:
            message = f"nothing is served at {request.path[:200]!r}"
            raise HttpRefusal(404, "NotFound", message)
        route, request.variables = found
        if (preflight := self._cors.preflight(request, route)) is not None:
            return preflight
        operation = route.methods.get(request.method)
        if operation is None:
            allowed = ", ".join(route.methods)
            message = f"{request.method[:20]} is not served here; use {allowed}"
            raise HttpRefusal(405, "MethodNotAllowed", message, ("allow", allowed))
        if route.guarded:
            request.principal = await authenticate(self._service, request)
        return await operation(self._service, request)


async def _stream(exchange: Exchange, answer: Answer, pieces: AsyncIterator[bytes]) -> None:
    """Sends what comes until there is no more, the caller has gone or the service stops."""
    transport = exchange.response_stream(answer.status, answer.headers)
    # Once the head is sent there is no other answer: whatever ends the stream only ends it.
    with suppress(asyncio.CancelledError, Exception):
        async for piece in pieces:
            await transport.send_bytes(piece)


def create_app(engine: Engine, accounts: Accounts, settings: Settings) -> App:
    """The service over an engine."""
    tokens = Tokens(engine.store, accounts.audit, settings)
    accounts.bearer_readers.append(tokens.principal_of)
    logins = OpenId(engine.store, accounts, settings)
    return App(Service(engine, accounts, settings), all_doors(tokens, logins))


def all_doors(tokens: Tokens, logins: OpenId) -> Sequence[Door]:
    """Every door of the service."""
    return (*DOORS, oauth_door(tokens), oidc_door(logins))
