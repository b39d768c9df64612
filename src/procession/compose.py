"""The one place where concrete parts are chosen and joined."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from procession.catalog import Catalog
from procession.connectors import ADD_DATA, DECISION, HANDLER, HTTP, READ_DATA, Connector
from procession.connectors.data import DataConnector
from procession.connectors.database import database_url
from procession.connectors.decisions import DecisionConnector
from procession.connectors.example import create_example_database
from procession.connectors.handlers import HandlerConnector, load_handlers
from procession.connectors.http import HttpConnector
from procession.decisions import Decisions
from procession.deliveries import Deliveries
from procession.engine import Engine, utc_now
from procession.errors import SettingsError
from procession.settings import Settings, Unknown
from procession.stores import Store
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.worker import Worker

EXAMPLE_DATABASE = "example.sqlite"


@dataclass(frozen=True, slots=True)
class Running:
    """An engine with the worker that does its jobs, and what sends to its webhooks."""

    engine: Engine
    worker: Worker
    deliveries: Deliveries


@asynccontextmanager
async def open_running(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    instead: Mapping[str, Connector] | None = None,
) -> AsyncIterator[Running]:
    """The engine and its worker on the settings' data folder, beside others that use it.

    `instead`: connectors that do these kinds of jobs in place of the real ones, for tests.
    """
    async with AsyncExitStack() as stack:
        store = await _open_store(stack, settings)
        decisions = Decisions(store, clock)
        connectors = {
            **await _open_connectors(stack, settings),
            DECISION: DecisionConnector(decisions),
            **(instead or {}),
        }
        engine = Engine(
            store,
            Catalog(store, connectors, clock, decisions),
            clock=clock,
            refuse_unknown=settings.unknown_parameters is Unknown.REFUSE,
            message_live_seconds=settings.message_live_seconds,
        )
        worker = Worker(engine, connectors)
        stack.push_async_callback(worker.close)
        deliveries = Deliveries(engine, connectors[HTTP])
        stack.push_async_callback(deliveries.close)
        yield Running(engine, worker, deliveries)


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[Engine]:
    """The engine alone, for a command: what it starts it sees through, no more."""
    async with open_running(settings) as running:
        yield running.engine


async def _open_store(stack: AsyncExitStack, settings: Settings) -> Store:
    store = SqliteStore(settings.data / FILE_NAME)
    stack.push_async_callback(store.close)
    return store


def _database(settings: Settings) -> URL:
    """The database of data elements; never our own store, where the password hashes are."""
    url = (
        database_url(settings.database)
        if settings.database
        else create_example_database(settings.data / EXAMPLE_DATABASE)
    )
    file = url.database or ""
    if url.get_backend_name() == "sqlite" and _same_file(Path(file), settings.data / FILE_NAME):
        raise SettingsError(f"database: {file} is Procession's own store; name another file")
    return url


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


async def _open_connectors(stack: AsyncExitStack, settings: Settings) -> Mapping[str, Connector]:
    data = DataConnector(_database(settings))
    http = HttpConnector(allowed=settings.http_allowed_hosts)
    handlers = HandlerConnector(load_handlers(*settings.handlers))
    for connector in (data, http, handlers):
        stack.push_async_callback(connector.close)
    return {ADD_DATA: data, READ_DATA: data, HTTP: http, HANDLER: handlers}
