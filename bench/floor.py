"""The floor: what a call costs without an engine.

The same HTTP server with the same settings, the same route table, request reading, session check
and answer writing, and one durable group commit of the same rows: what `Execute` writes is taken
from one run of the real engine at the start, and repeated under a new id with each call. Nothing is
found, converted, decided or encoded.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import click
import uvloop

from procession.accounts import Accounts
from procession.catalog import Catalog
from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.engine import Engine, utc_now
from procession.settings import Settings
from procession.stores.committer import Committer, Statements
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.stores.sqlite_file import open_reader, open_writer
from procession.stores.statements import read_statements
from procession.stores.writes import milliseconds
from procession.views import Outcome
from procession.web.answers import NOT_STORED, XML_TYPE, Answer
from procession.web.app import ROUTES, App
from procession.web.engine_calls import run_headers
from procession.web.process_engine_service import RESULT_NAME
from procession.web.request import Request
from procession.web.routes import Door, Route, Service
from procession.web.server import bind, serve, stop_on_signals
from procession.web.wire import xml_string

BENCHED = "UsrFiveSteps"
GIVEN = {"Amount": "75"}
RESULT = "Score"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one call writes and answers; each call of the floor repeats it under a new id."""

    process: str
    version: int
    caller: str
    body: str
    changes: str
    result: object


class Floor:
    """Answers `Execute` by writing the pattern."""

    def __init__(self, committer: Committer, pattern: Pattern) -> None:
        self._committer = committer
        self._pattern = pattern
        sql = read_statements()
        self._insert_instance, self._insert_history = sql["insert_instance"], sql["insert_history"]

    async def execute(self, service: Service, request: Request) -> Answer:
        """Reads the call, commits two rows, answers as the service does."""
        values = await request.inputs()
        values.pop(RESULT_NAME)
        now = service.engine.clock()
        instance = service.engine.new_id(now)
        rows = self._statements(str(instance), milliseconds(now))
        await self._committer.write(rows, guarded=True)
        outcome = Outcome(instance, Status.COMPLETED, {RESULT: self._pattern.result})
        headers = [XML_TYPE, NOT_STORED, *run_headers(outcome)]
        body = xml_string(outcome.values[RESULT], service.settings.xml_namespace)
        return Answer(200, headers, body)

    def _statements(self, key: str, now: int) -> Statements:
        one = self._pattern
        about = (key, one.process, one.version, "Completed", one.caller, None, now, now, now)

        def run(connection: sqlite3.Connection) -> None:
            connection.execute(self._insert_instance, (*about, one.body))
            connection.execute(self._insert_history, (key, 1, now, one.changes))

        return run

    def routes(self) -> Sequence[Route]:
        """The service's own table, with this `Execute`."""
        mine = dict.fromkeys(("GET", "POST"), self.execute)
        return [
            replace(route, methods=mine) if route.path.endswith("/Execute") else route
            for route in ROUTES
        ]


async def take_pattern(engine: Engine, path: Path, caller: str) -> Pattern:
    """What one real run writes."""
    found = await engine.catalog.find(BENCHED)
    outcome = await engine.start(found, GIVEN, caller=caller, wait_seconds=60)
    assert outcome.status is Status.COMPLETED, outcome
    body, changes = _written(path, outcome.instance_id)
    version, result = found.process.version, outcome.values[RESULT]
    return Pattern(BENCHED, version, caller, body, changes, result)


def _written(path: Path, instance: InstanceId) -> tuple[str, str]:
    query = (
        "select i.body, h.changes from instance as i join history as h on h.instance = i.id"
        " where i.id = ?"
    )
    with closing(open_reader(path)) as reader:
        body, changes = reader.execute(query, [str(instance)]).fetchone()
    return body, changes


async def serve_floor(settings: Settings, caller: str) -> None:
    """Serves until SIGTERM or SIGINT."""
    listening = bind(settings)
    stop = stop_on_signals()
    path = settings.data / FILE_NAME
    store = SqliteStore(path)
    committer = Committer(open_writer(path), path)
    engine = Engine(store, Catalog(store, {}, utc_now), clock=utc_now)
    accounts = Accounts(store, settings)
    try:
        floor = Floor(committer, await take_pattern(engine, path, caller))
        app = App(Service(engine, accounts, settings), [Door("", floor.routes())])
        await serve(app, listening, settings, stop)
    finally:
        accounts.close()
        await committer.close()
        await store.close()


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
@click.option("--caller", default="bench", help="The user whose calls are answered.")
def main(*, data: Path, port: int, caller: str) -> None:
    """Serve the floor."""
    uvloop.run(serve_floor(Settings(data=data, port=port), caller))


if __name__ == "__main__":
    main()
