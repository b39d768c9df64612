"""A store's file with a log of many kinds of runs in it, and how a question is put to it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from procession.core.ids import new_instance_id
from procession.stores.logs import ElementFacts, Seer
from procession.stores.sqlite_file import open_writer
from procession.stores.sqlite_logs import SqliteLogs
from procession.stores.statements import read_statements
from procession.web.odata.model import EntityType
from procession.web.odata.options import KeyValue, Options
from procession.web.odata.statements import Statement

BEGINNING = 1_760_000_000_000
ALL = (True, frozenset[str]())
NONE = (False, frozenset[str]())
EVERYBODY = Seer("Ann", ALL, ALL)
# Name, caption and version of each process.
PROCESSES = [("UsrA", "First", 1), ("UsrA", "First, changed", 2), ("UsrÜ", "O'Neil's 100%_\\ ü", 1)]
CALLERS = ["Ann", "Bób", "O'Neil"]
UIDS = {"Start": UUID(int=1), "Task": UUID(int=2), "End": UUID(int=3)}

Change = list[object]
_BEGUN: list[Change] = [["ElementPassed", 1, "Start", 0], ["ElementActivated", 2, "Task", 0]]
_DONE: list[Change] = [
    ["ElementCompleted", 2],
    ["ElementPassed", 3, "End", 0],
    ["ElementCompleted", 0],
]
# By status of the run: what happened, turn by turn.
HISTORIES: Mapping[str, list[list[Change]]] = {
    "Running": [_BEGUN],
    "Completed": [_BEGUN, _DONE],
    "Error": [_BEGUN, [["IncidentRaised", 2, "Broken", "it's 100% broken – ü"]]],
    "Canceled": [_BEGUN, [["ElementTerminated", 2], ["ProcessCanceled", "no longer wanted"]]],
}


def describe(process: str, xml: bytes) -> Mapping[str, ElementFacts]:
    return {id: ElementFacts(uid, f"{id} of {process}", "UserTask") for id, uid in UIDS.items()}


def fill(path: Path, runs: int) -> list[str]:
    """Makes the file; gives the ids of the runs, oldest first."""
    sql, connection = read_statements(), open_writer(path)
    for name, caption, version in PROCESSES:
        about = {"name": name, "caption": caption, "version": version, "file": "a.bpmn"}
        about |= {"uid": str(UUID(int=version)), "startable": True, "xml": b"", "digest": caption}
        at = {"deployed_at": BEGINNING, "deployed_by": "Ann"}
        connection.execute(sql["insert_process"], about | at)
    ids = [_run(connection.execute, sql, number) for number in range(runs)]
    connection.close()
    return ids


def _run(execute: Callable[..., object], sql: Mapping[str, str], number: int) -> str:
    """The run of this number: each is of another mixture."""
    process, _, version = PROCESSES[number % len(PROCESSES)]
    status = list(HISTORIES)[number % len(HISTORIES)]
    began = BEGINNING + number // 2 * 1_500
    ended = began + number * 777 if status in ("Completed", "Canceled") else None
    id = str(new_instance_id(began, number))
    parent = str(new_instance_id(BEGINNING, 0)) if number % 5 == 4 else None
    changed = began + (len(HISTORIES[status]) - 1) * number * 777
    row = (id, process, version, status, CALLERS[number % 3], parent, began, changed, ended, "{}")
    execute(sql["insert_instance"], row)
    for turn, changes in enumerate(HISTORIES[status], start=1):
        at = began + (turn - 1) * number * 777
        execute(sql["insert_history"], (id, turn, at, json.dumps(changes)))
    revision = len(HISTORIES[status])
    execute("update instance set revision = ? where id = ?", (revision, id))
    return id


@contextmanager
def opened(path: Path) -> Iterator[SqliteLogs]:
    logs = SqliteLogs(path, read_statements())
    try:
        yield logs
    finally:
        logs.close()


Rows = list[dict[str, object]]


def page(
    logs: SqliteLogs, entity: EntityType, options: Options, seer: Seer = EVERYBODY
) -> tuple[Rows, list[KeyValue] | None, int]:
    """The rows of a page, behind which values the next one begins, how many rows there are."""
    statement = Statement(logs.source, entity, options)
    questions = [statement.page(), statement.count()]
    rows, counted = asyncio.run(logs.ask(questions, seer, describe, seconds=30))
    after = statement.next(rows)
    return statement.rows(rows), None if after is None else list(after), counted[0][0]


def all_rows(
    logs: SqliteLogs, entity: EntityType, options: Options, seer: Seer = EVERYBODY
) -> Rows:
    """The rows of all pages."""
    rows, after, _ = page(logs, entity, options, seer)
    while after is not None:
        options = replaced(options, after)
        more, after, _ = page(logs, entity, options, seer)
        rows += more
    return rows


def replaced(options: Options, after: list[KeyValue]) -> Options:
    """The options of the next page."""
    top = None if options.top is None else options.top - options.limit
    return Options(
        filter=options.filter,
        columns=options.columns,
        expansions=options.expansions,
        orders=options.orders,
        top=top,
        after=after,
        page=options.page,
    )
