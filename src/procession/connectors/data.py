"""Add data and read data: records in the tables of a database that the operator names.

Rule: a job adds its record once. The record and the note that the job has had its effect are one
transaction, and a job that finds its note answers what it says
(docs/decisions/0008-effects-once.md).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from procession.connectors import ADD_DATA, READ_DATA, Work, effects
from procession.connectors.adding import AddData, answer, insert, with_key
from procession.connectors.database import Database, refused
from procession.connectors.reading import (
    RECORDS_MAX,
    ROWS_AT_ONCE,
    ReadData,
    chosen_columns,
    operator_problem,
    records,
    statement,
)
from procession.connectors.tables import KnownTable, Tables, require
from procession.core.model import Template
from procession.core.values import Values
from procession.errors import BadValue, ConnectorError

STATEMENT_SECONDS = 30.0
CONNECTIONS = 8

Given = TypeVar("Given")
Answer = TypeVar("Answer")


class DataConnector:
    """Reads and adds records. Its threads and connections are bounded and its own."""

    def __init__(
        self,
        url: str | sa.URL,
        *,
        records_max: int = RECORDS_MAX,
        statement_seconds: float = STATEMENT_SECONDS,
        connections: int = CONNECTIONS,
    ) -> None:
        """`url` is SQLAlchemy's. Nothing is connected yet. Raises SettingsError."""
        self._records_max = records_max
        self._database = Database(url, statement_seconds=statement_seconds, connections=connections)
        self._tables = Tables()
        self._effects_ready = False
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="data")

    @property
    def label(self) -> str:
        """The database's address without its password, for logs."""
        return self._database.label

    async def run(self, work: Work) -> Values:
        """Adds or reads, as `work.kind` says. Raises ConnectorError."""
        if work.kind == ADD_DATA:
            return await self._in_thread(self._add, work)
        if work.kind == READ_DATA:
            return await self._in_thread(self._read, work)
        raise _bad(f"no such work with data: {work.kind}")

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        """Tables, columns and operators that cannot be; [] while the database is away."""
        return await self._in_thread(self._problems, inputs)

    async def close(self) -> None:
        """What is under way ends first."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._database.close()

    async def _in_thread(self, function: Callable[[Given], Answer], given: Given) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, given)

    def _add(self, work: Work) -> Values:
        ask = _asked(AddData, work)
        with self._failures(f"add-data {ask.table}"):
            return self._fresh(ask.table, lambda: self._add_once(work, ask))

    def _read(self, work: Work) -> Values:
        ask = _asked(ReadData, work)
        with self._failures(f"read-data {ask.table}"):
            return self._fresh(ask.table, lambda: self._select(ask))

    @contextmanager
    def _failures(self, what: str) -> Iterator[None]:
        try:
            with self._database.failures(what):
                yield
        except BadValue as error:
            raise _bad(f"{what}: {error}") from error

    def _fresh(self, table: str, attempt: Callable[[], Answer]) -> Answer:
        """Tries again, once, where the table has changed since it was kept."""
        from_memory = self._tables.knows(table)
        try:
            return attempt()
        except sa.exc.SQLAlchemyError as error:
            if not from_memory or not refused(error):
                raise
        self._tables.forget(table)
        self._effects_ready = False
        return attempt()

    def _table(self, connection: sa.Connection, name: str, columns: Sequence[str]) -> KnownTable:
        known = self._tables.find(connection, name, columns)
        require(known, columns)
        return known

    # Add data

    def _add_once(self, work: Work, ask: AddData) -> Values:
        self._prepare_effects()
        try:
            with self._database.writing() as connection:
                return self._add_in(connection, work, ask)
        except sa.exc.IntegrityError:
            # Another try of this job may have been faster; if none was, the record is refused.
            with self._database.reading() as connection:
                if effects.find(connection, work.uid) is None:
                    raise
                return self._add_in(connection, work, ask)

    def _add_in(self, connection: sa.Connection, work: Work, ask: AddData) -> Values:
        known = self._table(connection, ask.table, list(ask.values))
        keys = effects.find(connection, work.uid)
        if keys is None:
            keys = insert(connection, known, with_key(known, work.uid, ask.values))
            effects.add(connection, work.uid, keys)
        return answer(known, ask.values, keys)

    def _prepare_effects(self) -> None:
        if not self._effects_ready:
            effects.create(self._database)
            self._effects_ready = True

    # Read data

    def _select(self, ask: ReadData) -> Values:
        most = self._most(ask)
        with self._database.reading() as connection:
            known = self._table(connection, ask.table, ask.named)
            streaming = connection.execution_options(yield_per=ROWS_AT_ONCE)
            with streaming.execute(statement(ask, known, most)) as rows:
                found = records(rows, known)
        if ask.mode == "first":
            blank = dict.fromkeys(chosen_columns(ask, known))
            return {"found": bool(found), **(found[0] if found else blank)}
        if len(found) > self._records_max:
            raise self._too_many("there are more")
        return {"records": found, "count": len(found)}

    def _most(self, ask: ReadData) -> int:
        if ask.mode == "first":
            return 1
        if ask.limit is None:
            return self._records_max + 1
        if ask.limit < 1:
            raise BadValue(f"the limit is {ask.limit}; it is a number of records from 1 on")
        if ask.limit > self._records_max:
            raise self._too_many(f"the limit is {ask.limit}")
        return ask.limit

    def _too_many(self, asked: str) -> ConnectorError:
        return ConnectorError(
            f"{self._records_max} records can be read at once and {asked}; set a filter or a limit",
            code="TooManyRecords",
            retryable=False,
        )

    # At deployment

    def _problems(self, inputs: Mapping[str, Template]) -> list[str]:
        name = inputs.get("table")
        if not isinstance(name, str):
            return []
        columns = _named(inputs)
        try:
            with self._database.failures("check"), self._database.reading() as connection:
                known = self._tables.find(connection, name, columns)
        except ConnectorError as error:
            return [str(error)] if error.code == "UnknownTable" else []
        return known.problems(columns) or [*_misfits(inputs, known), *self._limit_problem(inputs)]

    def _limit_problem(self, inputs: Mapping[str, Template]) -> list[str]:
        limit = inputs.get("limit")
        if not isinstance(limit, int) or inputs.get("mode") == "first":
            return []
        try:
            self._most(ReadData(table="", mode="collection", limit=limit))
        except (BadValue, ConnectorError) as error:
            return [str(error)]
        return []


def _asked(type_: type[Given], work: Work) -> Given:
    try:
        return msgspec.convert(work.values, type_)
    except msgspec.ValidationError as error:
        raise _bad(f"{work.kind}: {error}") from error


def _bad(message: str) -> ConnectorError:
    return ConnectorError(message, code="BadValue", retryable=False)


def _named(inputs: Mapping[str, Template]) -> list[str]:
    """The columns that a template names; those that an expression will name are not known yet."""
    given = [*_mapping(inputs.get("values")), *_list(inputs.get("columns"))]
    parts = [*_list(inputs.get("filters")), *_list(inputs.get("sort"))]
    names = [*given, *(_mapping(part).get("column") for part in parts)]
    return [name for name in names if isinstance(name, str)]


def _misfits(inputs: Mapping[str, Template], known: KnownTable) -> list[str]:
    filters = [_mapping(each) for each in _list(inputs.get("filters"))]
    asked = [(each.get("column"), each.get("operator")) for each in filters]
    problems = [
        operator_problem(known, column, name)
        for column, name in asked
        if isinstance(column, str) and isinstance(name, str)
    ]
    return [problem for problem in problems if problem]


def _mapping(template: Template) -> Mapping[str, Template]:
    return template if isinstance(template, Mapping) else {}


def _list(template: Template) -> Sequence[Template]:
    return template if isinstance(template, list | tuple) else ()
