"""The tables of a user's database, as reflection finds them, kept until one proves to have changed.

Rule: a table or a column that is not there is told by name, with the near names; nothing that a
process names gets into a statement unless the database has said that it exists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.types import TypeEngine

from procession.connectors.columns import ColumnType, column_type
from procession.connectors.names import suggestion
from procession.core.values import DataType, Value
from procession.errors import ConnectorError

GUID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table (or a view) and how values get into its columns."""

    name: str
    table: sa.Table
    types: Mapping[str, ColumnType]

    @property
    def key(self) -> str | None:
        """The name of its primary key, where that is one column."""
        keys = [column.name for column in self.table.primary_key]
        return keys[0] if len(keys) == 1 else None

    def key_is_ours(self, key: str) -> bool:
        """Whether the key, where nobody gives it, is a GUID of our making."""
        column, kind = self.table.c[key], self.types[key].kind
        roomy = (getattr(column.type, "length", None) or GUID_LENGTH) >= GUID_LENGTH
        text = kind is DataType.TEXT and roomy and column.server_default is None
        return text or kind is DataType.GUID

    def key_is_the_databases(self, key: str) -> bool:
        """Whether the database makes the key where nobody gives it: by a default, or counting."""
        column = self.table.c[key]
        return column.autoincrement is True or column.server_default is not None

    def problems(self, columns: Iterable[str]) -> list[str]:
        """A sentence on each column that is not there."""
        return [
            f"table {self.name} has no column {column!r}{suggestion(column, self.types)}"
            for column in dict.fromkeys(columns)
            if column not in self.types
        ]


def require(known: KnownTable, columns: Iterable[str]) -> None:
    """Raises ConnectorError about the first column that is not there."""
    for problem in known.problems(columns):
        raise ConnectorError(problem, code="UnknownColumn", retryable=False)


class Tables:
    """The tables asked for so far. Several threads may use it: what is kept is never changed."""

    def __init__(self) -> None:
        self._known: dict[str, KnownTable] = {}

    def find(self, connection: sa.Connection, name: str, columns: Iterable[str]) -> KnownTable:
        """The table, read anew if it lacks a column. Raises ConnectorError, SQLAlchemy's errors."""
        known = self._known.get(name)
        if known is None or known.problems(columns):
            known = self._known[name] = reflect(connection, name)
        return known

    def knows(self, name: str) -> bool:
        """Whether the answer would come from memory."""
        return name in self._known

    def forget(self, name: str) -> None:
        """The table is not what it was."""
        self._known.pop(name, None)


def reflect(connection: sa.Connection, name: str) -> KnownTable:
    """Asks the database. "schema.table" is a table in a schema, unless a table is called so."""
    inspector = sa.inspect(connection)
    schema, table = _place(inspector, name)
    reflected = inspector.get_columns(table, schema)
    keys = set(inspector.get_pk_constraint(table, schema)["constrained_columns"])
    declared = _declared(connection, table) if connection.dialect.name == "sqlite" else {}
    types: dict[str, ColumnType] = {}
    columns: list[sa.Column[Value]] = []
    for each in reflected:
        words = declared.get(each["name"])
        types[each["name"]] = column_type(each["type"], words)
        columns.append(_column(each, types[each["name"]].bound, keys, words))
    return KnownTable(name, sa.Table(table, sa.MetaData(), *columns, schema=schema), types)


def _place(inspector: sa.Inspector, name: str) -> tuple[str | None, str]:
    if inspector.has_table(name):
        return None, name
    schema, dot, table = name.rpartition(".")
    if dot and schema in inspector.get_schema_names() and inspector.has_table(table, schema):
        return schema, table
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    message = f"the database has no table {name!r}{suggestion(name, names)}"
    raise ConnectorError(message, code="UnknownTable", retryable=False)


def _column(
    reflected: ReflectedColumn, bound: TypeEngine[Value], keys: set[str], declared: str | None
) -> sa.Column[Value]:
    default = reflected.get("default")
    made_by_database = default is not None or "identity" in reflected or "computed" in reflected
    # SQLite counts in a single key that is declared INTEGER, and leaves one declared INT empty.
    counted_here = len(keys) == 1 and (declared or "").upper() == "INTEGER"
    counted = counted_here or reflected.get("autoincrement") is True
    return sa.Column(
        reflected["name"],
        bound,
        primary_key=reflected["name"] in keys,
        autoincrement=reflected["name"] in keys and counted,
        server_default=sa.FetchedValue() if made_by_database else None,
    )


def _declared(connection: sa.Connection, table: str) -> dict[str, str]:
    """The types as the table's author wrote them: SQLAlchemy keeps only those that it knows."""
    statement = sa.text("select name, type from pragma_table_xinfo(:table_name)")
    rows = connection.execute(statement, {"table_name": table})
    return {row.name: row.type or "" for row in rows}
