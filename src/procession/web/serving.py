"""The service: one data folder, one engine, one worker, one port, until it is told to stop."""

import asyncio
import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog
from filelock import FileLock, Timeout

from procession.accounts import Accounts
from procession.compose import open_running
from procession.errors import StoreUnavailable
from procession.settings import Settings
from procession.stores import Store
from procession.web.app import create_app
from procession.web.server import bind, serve, stop_on_signals

LOCK_NAME = "serve.lock"

log = structlog.get_logger("procession")


def run_service(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises SettingsError or StoreUnavailable at the start."""
    _log_to_stderr()
    lock = _lock(settings)
    try:
        _run(settings)
    finally:
        lock.release()


def _run(settings: Settings) -> None:
    if sys.platform == "win32":
        asyncio.run(_serve(settings))
        return
    import uvloop

    uvloop.run(_serve(settings))


def _lock(settings: Settings) -> FileLock:
    """One service for a data folder: so all jobs that are held when it starts are nobody's."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(settings.data / LOCK_NAME)
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreUnavailable(
            f"another service runs on the data folder {settings.data}; stop it, or name another one"
        ) from None
    except OSError as error:
        raise StoreUnavailable(f"{settings.data}: {error.strerror}") from error
    return lock


async def _serve(settings: Settings) -> None:
    listening = bind(settings)
    stop = stop_on_signals()
    async with open_running(settings) as running:
        await running.engine.store.release_leases()
        running.worker.start_polling()
        running.deliveries.start()
        accounts = Accounts(running.engine.store, settings)
        try:
            app = create_app(running.engine, accounts, settings)
            host, port = listening.getsockname()[:2]
            log.info("serving", host=host, port=port, data=str(settings.data))
            await _warn_without_user(running.engine.store)
            await serve(app, listening, settings, stop)
        finally:
            await accounts.audit.flush()
            accounts.close()
    log.info("stopped")


async def _warn_without_user(store: Store) -> None:
    if not await store.users():
        log.warning("nobody can log in yet", help="procession user add NAME --password-stdin")


class _Log:
    """Standard error, where a line that cannot be written is lost.

    The log may lie on the disk that is full, and a call must not fail for its log line.
    """

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def _log_to_stderr() -> None:
    """One line for each entry: for people on a terminal, as JSON where a program reads it."""
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Log())),
        cache_logger_on_first_use=True,
    )
