"""The client for asyncio: the same methods, each to be awaited."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import httpx

from procession.client import api, calls
from procession.client.answers import LoggedElement, LoggedRun, Run, succeeded
from procession.client.api import ApiRun, ApiTask, Deployed
from procession.client.calls import Call
from procession.client.exchange import Alone, Ask, Lost, Pause, Reply, Step, Talk
from procession.client.sending import TIMEOUT_SECONDS, TRIES, lost, reply_of
from procession.client.site import Login, Site
from procession.client.talks import Talks
from procession.client.values import Parameters, Value

T = TypeVar("T")


class AsyncClient:
    """A service, Procession or a Creatio site, for one event loop and many tasks at once.

    `http`: an httpx.AsyncClient of the caller's own; the rest is as with Client.
    """

    def __init__(
        self,
        address: str,
        login: Login | None = None,
        *,
        net_framework: bool = True,
        timeout_seconds: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.site = Site(address, net_framework)
        self._talks = Talks(self.site, login, tries=tries)
        self._owned = http is None
        self._http = http or httpx.AsyncClient(timeout=timeout_seconds)
        self._alone = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connections; the session on the site ends by itself."""
        if self._owned:
            await self._http.aclose()

    @property
    def api(self) -> "AsyncApi":
        """What only Procession offers."""
        return AsyncApi(self)

    # -- the contract -----------------------------------------------------------------------------

    async def ping(self) -> None:
        """As Client.ping."""
        await self._see(self._talks.ping())

    async def log_in(self) -> None:
        """As Client.log_in."""
        await self._see(self._talks.log_in())

    async def execute(
        self, name: str, parameters: Parameters | None = None, *, result: str = ""
    ) -> Value:
        """As Client.execute."""
        return await self._call(calls.execute(self.site, name, parameters, result))

    async def run(
        self,
        process: str | UUID,
        parameters: Parameters | None = None,
        *,
        results: Sequence[str] = (),
        check: bool = True,
    ) -> Run:
        """As Client.run."""
        run = await self._call(calls.run_process(self.site, process, parameters, results))
        return succeeded(run, str(process), check=check)

    async def complete_element(self, uid: UUID) -> None:
        """As Client.complete_element."""
        await self._call(calls.complete_element(self.site, uid))

    async def cancel(self, *process_ids: UUID) -> None:
        """As Client.cancel."""
        await self._call(calls.cancel(self.site, process_ids))

    async def status(self, process_id: UUID) -> LoggedRun:
        """As Client.status."""
        return await self._call(calls.logged(self.site, process_id))

    async def wait(
        self, process_id: UUID, timeout_seconds: float = 60.0, *, check: bool = True
    ) -> LoggedRun:
        """As Client.wait."""
        return await self._see(self._talks.wait(process_id, timeout_seconds, check=check))

    async def elements(self, process_id: UUID) -> Sequence[LoggedElement]:
        """As Client.elements."""
        return await self._see(self._talks.elements(process_id))

    # -- the driver -------------------------------------------------------------------------------

    async def _call(self, call: Call[T]) -> T:
        return await self._see(self._talks.call(call))

    async def _see(self, talk: Talk[T]) -> T:
        outcome: Reply | Lost | None = None
        while True:
            try:
                step = talk.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = await self._take(step)

    async def _take(self, step: Step) -> Reply | Lost | None:
        match step:
            case Ask():
                return await self._send(step)
            case Pause():
                await asyncio.sleep(step.seconds)
            case Alone():
                async with self._alone:
                    await self._see(step.talk)
        return None

    async def _send(self, ask: Ask) -> Reply | Lost:
        try:
            answer = await self._http.request(
                ask.method, ask.url, headers=dict(ask.headers), content=ask.body
            )
        except httpx.RequestError as error:
            return lost(error)
        return reply_of(answer, self._http.cookies)


class AsyncApi:
    """As Api, for asyncio."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def deploy(self, *files: str | Path) -> Sequence[Deployed]:
        """As Api.deploy."""
        return await self._client._call(api.deploy(self._client.site, files))

    async def start(
        self,
        process: str,
        values: Parameters | None = None,
        *,
        idempotency_key: str = "",
        wait_seconds: float = 0.0,
    ) -> ApiRun:
        """As Api.start."""
        call = api.start(
            self._client.site,
            process,
            values,
            idempotency_key=idempotency_key,
            wait_seconds=wait_seconds,
        )
        return await self._client._call(call)

    async def tasks(self, process: str = "") -> Sequence[ApiTask]:
        """As Api.tasks."""
        return await self._client._see(self._client._talks.tasks(process))

    async def complete(
        self, task: UUID, values: Parameters | None = None, *, wait_seconds: float = 0.0
    ) -> ApiRun:
        """As Api.complete."""
        return await self._client._call(api.complete(self._client.site, task, values, wait_seconds))
