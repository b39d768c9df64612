"""The client for plain code: it waits where it stands."""

import threading
import time
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


class Client:
    """A service, Procession or a Creatio site. May be used by several threads at once.

    `login`: Password, ClientCredentials or Key; without one only `ping` is answered. `http`: an
    httpx.Client with other certificates or a proxy; it stays the caller's to close.
    """

    def __init__(
        self,
        address: str,
        login: Login | None = None,
        *,
        net_framework: bool = True,
        timeout_seconds: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
        http: httpx.Client | None = None,
    ) -> None:
        self.site = Site(address, net_framework)
        self._talks = Talks(self.site, login, tries=tries)
        self._owned = http is None
        self._http = http or httpx.Client(timeout=timeout_seconds)
        self._alone = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections; the session on the site ends by itself."""
        if self._owned:
            self._http.close()

    @property
    def api(self) -> "Api":
        """What only Procession offers."""
        return Api(self)

    # -- the contract -----------------------------------------------------------------------------

    def ping(self) -> None:
        """Raises Unreachable or Refused where the service does not answer."""
        self._see(self._talks.ping())

    def log_in(self) -> None:
        """Log in now; else the first call does it. Raises LoginFailed."""
        self._see(self._talks.log_in())

    def execute(
        self, name: str, parameters: Parameters | None = None, *, result: str = ""
    ) -> Value:
        """Start a process. With `result` wait for it, and answer that parameter's value.

        Raises ProcessFailed where the service tells that the run has failed (Procession does).
        """
        return self._call(calls.execute(self.site, name, parameters, result))

    def run(
        self,
        process: str | UUID,
        parameters: Parameters | None = None,
        *,
        results: Sequence[str] = (),
        check: bool = True,
    ) -> Run:
        """Start a process by name or UId, and wait until it has ended or rests.

        Raises ProcessFailed if the run has failed; with `check=False` the run says so itself.
        """
        run = self._call(calls.run_process(self.site, process, parameters, results))
        return succeeded(run, str(process), check=check)

    def complete_element(self, uid: UUID) -> None:
        """Execute a waiting element, such as a user task; one that is executed is left alone."""
        self._call(calls.complete_element(self.site, uid))

    def cancel(self, *process_ids: UUID) -> None:
        """End runs at once."""
        self._call(calls.cancel(self.site, process_ids))

    def status(self, process_id: UUID) -> LoggedRun:
        """The run as the log has it. Raises UnknownRun."""
        return self._call(calls.logged(self.site, process_id))

    def wait(
        self, process_id: UUID, timeout_seconds: float = 60.0, *, check: bool = True
    ) -> LoggedRun:
        """Look at the log until the run has ended. Raises ProcessFailed and StillRunning."""
        return self._see(self._talks.wait(process_id, timeout_seconds, check=check))

    def elements(self, process_id: UUID) -> Sequence[LoggedElement]:
        """The elements of a run as the log has them, oldest first."""
        return self._see(self._talks.elements(process_id))

    # -- the driver -------------------------------------------------------------------------------

    def _call(self, call: Call[T]) -> T:
        return self._see(self._talks.call(call))

    def _see(self, talk: Talk[T]) -> T:
        outcome: Reply | Lost | None = None
        while True:
            try:
                step = talk.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = self._take(step)

    def _take(self, step: Step) -> Reply | Lost | None:
        match step:
            case Ask():
                return self._send(step)
            case Pause():
                time.sleep(step.seconds)
            case Alone():
                with self._alone:
                    self._see(step.talk)
        return None

    def _send(self, ask: Ask) -> Reply | Lost:
        try:
            answer = self._http.request(
                ask.method, ask.url, headers=dict(ask.headers), content=ask.body
            )
        except httpx.RequestError as error:
            return lost(error)
        return reply_of(answer, self._http.cookies)


class Api:
    """Procession's own API, where the contract has no words; a Creatio site has none."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def deploy(self, *files: str | Path) -> Sequence[Deployed]:
        """Deploy files: all or, with BadRequest, none."""
        return self._client._call(api.deploy(self._client.site, files))

    def start(
        self,
        process: str,
        values: Parameters | None = None,
        *,
        idempotency_key: str = "",
        wait_seconds: float = 0.0,
    ) -> ApiRun:
        """Start a run. With a key of your own it may be asked for again, and is started once."""
        call = api.start(
            self._client.site,
            process,
            values,
            idempotency_key=idempotency_key,
            wait_seconds=wait_seconds,
        )
        return self._client._call(call)

    def tasks(self, process: str = "") -> Sequence[ApiTask]:
        """What waits for people, in all processes or one, those of the oldest run first."""
        return self._client._see(self._client._talks.tasks(process))

    def complete(
        self, task: UUID, values: Parameters | None = None, *, wait_seconds: float = 0.0
    ) -> ApiRun:
        """Complete a task with values; one that is completed already is left alone."""
        return self._client._call(api.complete(self._client.site, task, values, wait_seconds))
