"""The fixture `procession`: what a test can do with its service."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from procession.catalog import Deployed
from procession.client import AsyncClient, Client, Run
from procession.connectors import HANDLER
from procession.connectors.handlers import HandlerConnector, load_handlers
from procession.connectors.signatures import Handler, read_handler
from procession.core.ids import InstanceId
from procession.core.values import Value, Values
from procession.engine import Engine
from procession.running import run_of, typed_answer, waiting_tasks
from procession.settings import Settings
from procession.testing.clock import REST_SECONDS, Clock
from procession.testing.runs import ObservedRun, element_id
from procession.testing.service import USER, Service

RUNS_MAX = 1_000
TEXT_NAME = "text.bpmn"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a person, by its element's id and caption."""

    uid: UUID
    element: str
    name: str


class Handlers:
    """The Python functions that stand for work outside, by the names that service tasks use.

    A process is checked against them when it is deployed: they come first. Those of the setting
    `handlers` are there already; a test may put others in their place.
    """

    def __init__(self) -> None:
        self.read: dict[str, Handler] = {}

    def __setitem__(self, name: str, function: Callable[..., Value]) -> None:
        self.read[name] = read_handler(name, function)

    def __call__(self, function: Callable[..., Value]) -> Callable[..., Value]:
        """As a decorator: the handler has the function's name."""
        self[function.__name__] = function
        return function


class Procession:
    """A service of the test's own. Open from `open` to `close`."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        self.clock = Clock()
        self.handlers = Handlers()
        usual = {"data": folder, "port": 0, "host": "127.0.0.1"}
        loaded = Settings.load({**settings, **usual}, {})
        self.handlers.read.update(load_handlers(*loaded.handlers))
        self._service = Service(
            loaded,
            clock=self.clock,
            instead={HANDLER: HandlerConnector(self.handlers.read)},
        )

    def open(self) -> None:
        self._service.start()
        self.clock.of(self._service)
        self.client = Client(self.address, self._service.login)

    def close(self) -> None:
        self.client.close()
        self._service.stop()

    @property
    def address(self) -> str:
        """Where the service is, for clients of other kinds."""
        return self._service.address

    @property
    def engine(self) -> Engine:
        """The engine itself; it is used on the service's own loop, by `see`."""
        return self._service.engine

    def see(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for what a coroutine of the engine answers."""
        return self._service.see(work)

    def async_client(self) -> AsyncClient:
        """A client for asynchronous tests: `async with procession.async_client() as client`."""
        return AsyncClient(self.address, self._service.login)

    # -- processes and runs -----------------------------------------------------------------------

    def deploy(self, *files: str | Path) -> Sequence[Deployed]:
        """Deploy BPMN and DMN files, or BPMN as a text. Raises InvalidProcess: all problems."""
        read = [_file(each) for each in files]
        return self._service.see(self.engine.catalog.deploy(read, by=USER))

    def execute(
        self, name: str, parameters: Mapping[str, Value] | None = None, *, result: str = ""
    ) -> Value:
        """As Client.execute."""
        return self.client.execute(name, parameters, result=result)

    def run(
        self,
        name: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        results: Sequence[str] = (),
        check: bool = True,
    ) -> ObservedRun:
        """Start a process over HTTP; the run has ended or rests. Raises ProcessFailed.

        With `check=False` a failed run is answered as any other.
        """
        started = self.client.run(name, parameters, results=results, check=check)
        return self._observed(started, name)

    def start(self, name: str, parameters: Mapping[str, Value] | None = None) -> ObservedRun:
        """The same, for a run that may fail."""
        return self.run(name, parameters, check=False)

    def runs(self, name: str | None = None) -> Sequence[ObservedRun]:
        """The runs of a process, or all, oldest first: also those that nobody started by hand."""
        rows = self._service.see(self.engine.instances(process=name, limit=RUNS_MAX))
        return [ObservedRun(self._service, row.id) for row in reversed(rows)]

    def _observed(self, started: Run, name: str) -> ObservedRun:
        if started.process_id is None:
            # It goes on in the background: the service does not say which one it is.
            run = self.runs(name)[-1]
            self._settle(run.process_id)
            return ObservedRun(self._service, run.process_id, started)
        return ObservedRun(self._service, started.process_id, started)

    def _settle(self, run: UUID) -> None:
        self._service.see(self.engine.settle(InstanceId(run)))

    # -- what comes from outside ------------------------------------------------------------------

    def tasks(self, run: ObservedRun) -> Sequence[Task]:
        """What waits for a person in the run."""
        return self._service.see(self._tasks(run))

    async def _tasks(self, run: ObservedRun) -> list[Task]:
        row = await run_of(self.engine, run.process_id)
        found = await waiting_tasks(self.engine, row)
        return [Task(each.uid, each.element, each.name) for each in found]

    def complete(
        self, run: ObservedRun, name: str, values: Mapping[str, Value] | None = None
    ) -> ObservedRun:
        """Complete the task with this id or caption, with values; the run rests or has ended."""
        self._service.see(self._complete(run, name, values or {}))
        return run

    async def _complete(self, run: ObservedRun, name: str, values: Mapping[str, Value]) -> None:
        row = await run_of(self.engine, run.process_id)
        process = await self.engine.catalog.version(row.process, row.version)
        wanted = element_id(process, name)
        tasks = await self._tasks(run)
        uids = [task.uid for task in tasks if task.element == wanted]
        if not uids:
            waiting = ", ".join(task.element for task in tasks) or "nothing"
            raise LookupError(f"{process.id} does not wait at {name}; what waits: {waiting}")
        typed, ignored = await typed_answer(self.engine, uids[0], values)
        if ignored:
            raise LookupError("; ".join(ignored))
        await self.engine.execute_element(uids[0], typed, caller=USER)
        await self.engine.settle(row.id)

    def send(
        self, message: str, values: Values | None = None, *, keys: Sequence[Value] = ()
    ) -> ObservedRun | None:
        """Send a message: which run took it or was started by it; None: nobody, it is kept."""
        return self._service.see(self._send(message, values, keys))

    async def _send(
        self, message: str, values: Values | None, keys: Sequence[Value]
    ) -> ObservedRun | None:
        messages = self.engine.messages
        delivery = await messages.send(message, keys=keys, payload=values, caller=USER)
        if delivery.instance_id is None:
            return None
        await self.engine.settle(delivery.instance_id)
        return ObservedRun(self._service, delivery.instance_id)

    def throw(self, signal: str, values: Values | None = None) -> None:
        """Throw a signal: it has reached all, and they rest or have ended."""
        self._service.see(self._throw(signal, values))

    async def _throw(self, signal: str, values: Values | None) -> None:
        await self.engine.signals.throw(signal, values, caller=USER)
        await self.engine.rest(REST_SECONDS)

    # -- assertions -------------------------------------------------------------------------------

    def assert_path(
        self, run: ObservedRun, *, passed: Sequence[str] = (), not_passed: Sequence[str] = ()
    ) -> None:
        """The run has passed these elements, and has never been at those."""
        __tracebackhide__ = True
        run.passed(*passed).but_not(*not_passed)


def _file(given: str | Path) -> tuple[str, bytes]:
    if isinstance(given, str) and given.lstrip().startswith("<"):
        return TEXT_NAME, given.encode()
    path = Path(given)
    return path.name, path.read_bytes()
