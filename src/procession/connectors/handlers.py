"""Python functions of the operator as service tasks: `procession serve --handlers package.module`.

Rule: a function's annotations are its contract. What it is given is converted by them, what it
answers is checked by them, and what it raises is told by class and message; the traceback is for
the log alone.
"""

import asyncio
import contextvars
import importlib
import logging
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from inspect import isawaitable
from pathlib import Path

from procession.connectors import Work
from procession.connectors.names import suggestion
from procession.connectors.signatures import Handler, read_handler
from procession.core.model import Template
from procession.core.values import Value, Values, shown
from procession.errors import BadValue, ConnectorError, SettingsError

THREADS = 8
MESSAGE_LENGTH_MAX = 500
HANDLERS = "HANDLERS"

log = logging.getLogger(__name__)


def load_handlers(*specs: str) -> Mapping[str, Handler]:
    """The functions in `HANDLERS` of the modules `specs`, by name. Raises SettingsError.

    The current folder is looked in too, as `python -m` does.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    found: dict[str, Handler] = {}
    for spec in specs:
        for name, handler in _handlers(spec).items():
            if name in found:
                raise SettingsError(f"handlers {spec}: {name} is in another module too; rename one")
            found[name] = handler
    return found


def _handlers(spec: str) -> dict[str, Handler]:
    functions = getattr(_module(spec), HANDLERS, None)
    if not isinstance(functions, Mapping):
        raise SettingsError(
            f"handlers {spec}: the module has no dictionary {HANDLERS}; write "
            f'{HANDLERS} = {{"score": score}}'
        )
    return {name: _handler(spec, name, function) for name, function in functions.items()}


def _module(spec: str) -> object:
    try:
        return importlib.import_module(spec)
    except Exception as error:  # The module is the operator's: it may raise anything.
        log.exception("handlers %s: the module cannot be imported", spec)
        what = f"{type(error).__name__}: {error}"
        raise SettingsError(f"handlers {spec}: the module cannot be imported: {what}") from error


def _handler(spec: str, name: Value, function: Value) -> Handler:
    if not isinstance(name, str) or not name:
        raise SettingsError(f"handlers {spec}: {shown(name)} is no name; write a text")
    if not callable(function):
        raise SettingsError(f"handlers {spec}: {name} is {shown(function)}, which is no function")
    try:
        return read_handler(name, function)
    except (TypeError, ValueError, NameError) as error:
        raise SettingsError(f"handlers {spec}: {name}: {error}") from error


class HandlerConnector:
    """Calls handlers: asynchronous ones on the event loop, others in a thread of its own pool."""

    def __init__(self, handlers: Mapping[str, Handler], *, threads: int = THREADS) -> None:
        self._handlers = handlers
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="handler")

    async def run(self, work: Work) -> Values:
        """The handler's results by name. Raises ConnectorError."""
        handler = self._found(work.values.get("name"))
        arguments = _arguments(handler, work.values)
        problems = handler.problems(arguments)
        if problems:
            raise ConnectorError(problems[0], code="BadValue", retryable=False)
        try:
            given = handler.arguments(arguments, work.uid)
        except BadValue as error:
            raise ConnectorError(str(error), code="BadValue", retryable=False) from error
        answer = await self._call(handler, given)
        try:
            return handler.results(answer)
        except BadValue as error:
            # The handler has done its work: it would do it again.
            raise ConnectorError(str(error), code="BadAnswer", retryable=False) from error

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        """A handler that is not registered, arguments that it does not take or lacks."""
        name, arguments = inputs.get("name"), inputs.get("arguments", {})
        if not isinstance(name, str):
            return []
        if name not in self._handlers:
            return [self._unknown(name)]
        # Of all that will be there nothing is known yet.
        if not isinstance(arguments, Mapping) or inputs.get("all"):
            return []
        return self._handlers[name].problems(arguments)

    async def close(self) -> None:
        """Calls under way end first."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _found(self, name: Value) -> Handler:
        handler = self._handlers.get(name)
        if handler is None:
            raise ConnectorError(self._unknown(str(name)), code="UnknownHandler", retryable=False)
        return handler

    def _unknown(self, name: str) -> str:
        if not self._handlers:
            return f"no handler {name!r}: start the service with --handlers package.module"
        return f"no handler {name!r}{suggestion(name, self._handlers)}"

    async def _call(self, handler: Handler, given: Values) -> Value:
        try:
            if handler.asynchronous:
                return await handler.function(**given)
            answer = await self._in_thread(handler.function, given)
            return await answer if isawaitable(answer) else answer
        except ConnectorError:
            raise
        except (Exception, SystemExit) as error:  # The function is the operator's.
            raise _failure(handler, error) from error
        except asyncio.CancelledError as error:
            if _being_cancelled():
                raise
            raise _failure(handler, error) from error

    async def _in_thread(self, function: Callable[..., Value], given: Values) -> Value:
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, lambda: context.run(_guarded, function, given)
        )


def _arguments(handler: Handler, values: Values) -> Values:
    """The arguments; where all variables are given (`all`), what the handler has names for."""
    arguments = values.get("arguments") or {}
    if "all" not in values:
        return arguments
    everything = {**values["all"], **arguments}
    return {n: each for n, each in everything.items() if handler.open or n in handler.takes}


def _guarded(function: Callable[..., Value], given: Values) -> Value:
    try:
        return function(**given)
    except StopIteration as error:
        # A future does not carry it: whoever awaits would wait for ever.
        raise RuntimeError("StopIteration") from error


def _being_cancelled() -> bool:
    """Whether it is us who are cancelled, and not something that the handler waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failure(handler: Handler, error: BaseException) -> ConnectorError:
    log.error("handler %s failed", handler.name, exc_info=error)
    what = f"{type(error).__name__}: {error}".rstrip(": ")[:MESSAGE_LENGTH_MAX]
    return ConnectorError(f"handler {handler.name} failed: {what}", code="HandlerFailed")
