"""The application: route table, guard, and the edge where every error becomes an answer.

Rule: this is the one place that catches everything. A call is answered exactly once, and what it
started does not end because its caller has gone.
"""

import asyncio
from collections.abc import Sequence

from procession.accounts import Accounts
from procession.engine import Engine
from procession.settings import Settings
from procession.web.answers import STOPPING, Answer, HttpRefusal, failed, failure_answer
from procession.web.auth_service import authenticate, login, logout
from procession.web.failures import report
from procession.web.health import ping
from procession.web.process_engine_service import exec_proc_el_by_uid, execute, run_process
from procession.web.request import Request
from procession.web.routes import Route, Router, Service
from procession.web.rsgi import Exchange, Scope

_AUTH = "/ServiceModel/AuthService.svc"
_ENGINE = "/ServiceModel/ProcessEngineService.svc"
_BOTH = ("GET", "POST")
_PROBE = ("GET", "HEAD", "POST")

ROUTES: Sequence[Route] = (
    Route(f"{_ENGINE}/{{}}/Execute", dict.fromkeys(_BOTH, execute)),
    Route(f"{_ENGINE}/ExecProcElByUId", dict.fromkeys(_BOTH, exec_proc_el_by_uid)),
    Route(f"{_ENGINE}/ExecProcElByUId/{{}}", dict.fromkeys(_BOTH, exec_proc_el_by_uid)),
    Route(f"{_ENGINE}/RunProcess", {"POST": run_process}),
    Route(f"{_AUTH}/Login", {"POST": login}, guarded=False),
    Route(f"{_AUTH}/Logout", {"POST": logout}),
    Route("/ping", dict.fromkeys(_PROBE, ping), guarded=False),
    Route("/api/HealthCheck/Ping", dict.fromkeys(_PROBE, ping), guarded=False),
)


class App:
    """An RSGI application. `abandon` ends the calls that still wait."""

    __slots__ = ("_router", "_running", "_service")

    def __init__(self, service: Service, routes: Sequence[Route]) -> None:
        self._service = service
        self._router = Router(routes, service.settings.path_prefix)
        self._running: set[asyncio.Task[None]] = set()

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        request = Request(scope, exchange, self._service.settings)
        try:
            answer = await self._answer(request)
        except asyncio.CancelledError as error:
            answer = failure_answer(STOPPING, report(request, error, STOPPING))
        except Exception as error:
            told = failed(error)
            answer = failure_answer(told, report(request, error, told))
        finally:
            self._running.discard(task)
        exchange.response_bytes(answer.status, answer.headers, answer.body)

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
        route, request.variable = found
        operation = route.methods.get(request.method)
        if operation is None:
            allowed = ", ".join(route.methods)
            message = f"{request.method[:20]} is not served here; use {allowed}"
            raise HttpRefusal(405, "MethodNotAllowed", message, ("allow", allowed))
        if route.guarded:
            request.caller = (await authenticate(self._service, request)).user
        return await operation(self._service, request)


def create_app(
    engine: Engine, accounts: Accounts, settings: Settings, *, more: Sequence[Route] = ()
) -> App:
    """The service over an engine. `more`: routes of other parts, such as the console's API."""
    return App(Service(engine, accounts, settings), [*ROUTES, *more])
