"""A whole service in a thread of its own: store, engine, worker, HTTP on a free port.

Rule: what a test asks of the engine is done on the service's own event loop, so that plain tests
and asynchronous ones see the same, and nothing is left when the service has stopped.
"""

import asyncio
import gc
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from argon2 import PasswordHasher

from procession.access import Principal
from procession.accounts import Accounts
from procession.client import Password
from procession.compose import open_running
from procession.connectors import Connector
from procession.engine import Engine, utc_now
from procession.settings import Settings
from procession.stores import Store, User
from procession.stores.people import ADMINISTRATORS
from procession.web.app import create_app
from procession.web.server import bind, serve

USER = "tester"
# What a test asks for is done at once, or something hangs.
SECONDS_MAX = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Serving:
    """What a service that has begun to serve tells its starter."""

    engine: Engine
    port: int
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event


class Service:
    """Serves from `start` to `stop`. Raises from `start` what keeps it from serving."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        instead: Mapping[str, Connector],
    ) -> None:
        self._settings, self._clock, self._instead = settings, clock, instead
        # Long and random, so that a fast hash keeps it as well as a slow one would.
        self.login = Password(USER, secrets.token_urlsafe(32))
        self._ready = threading.Event()
        self._serving: _Serving | None = None
        self._thread = ThreadPoolExecutor(1, "procession")
        self._ended: Future[None] = Future()

    @property
    def engine(self) -> Engine:
        return self._found().engine

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._found().port}"

    def start(self) -> None:
        self._ended = self._thread.submit(self._run)
        self._ready.wait()
        if self._serving is None:
            self._end()

    def stop(self) -> None:
        """Ends it, and raises what has gone wrong in it meanwhile."""
        serving = self._found()
        if not self._ended.done():
            serving.loop.call_soon_threadsafe(serving.stop.set)
        self._end()

    def _end(self) -> None:
        self._thread.shutdown()
        self._ended.result()

    def see(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of work on the service's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._found().loop).result(SECONDS_MAX)

    def _found(self) -> _Serving:
        assert self._serving is not None, "the service has not been started"
        return self._serving

    def _run(self) -> None:
        thresholds = gc.get_threshold()
        try:
            asyncio.run(self._serve_and_close())
        finally:
            self._ready.set()
            # A service spares the collector for good; a test run goes on after it.
            gc.unfreeze()
            gc.set_threshold(*thresholds)

    async def _serve_and_close(self) -> None:
        try:
            await self._serve()
        finally:
            for connector in self._instead.values():
                await connector.close()

    async def _serve(self) -> None:
        instead, settings = self._instead, self._settings
        async with (
            open_running(settings, clock=self._clock, instead=instead) as running,
            _accounts(running.engine.store, settings, self.login) as accounts,
        ):
            running.worker.start_polling()
            running.deliveries.start()
            app, listening = create_app(running.engine, accounts, settings), bind(settings)
            loop, stop = asyncio.get_running_loop(), asyncio.Event()
            port = listening.getsockname()[1]
            self._serving = _Serving(running.engine, port, loop, stop)
            self._ready.set()
            await serve(app, listening, settings, stop)


@asynccontextmanager
async def _accounts(store: Store, settings: Settings, login: Password) -> AsyncIterator[Accounts]:
    """Accounts with one user, who may do everything."""
    accounts = Accounts(store, settings)
    try:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        hashed = hasher.hash(login.password)
        await store.add_user(User(login.user, hashed, disabled=False, created_at=utc_now()))
        entry = accounts.audit.entry(Principal(login.user), "add member", ADMINISTRATORS)
        await store.people.add_member(ADMINISTRATORS, login.user, entry)
        yield accounts
    finally:
        await accounts.audit.flush()
        accounts.close()
