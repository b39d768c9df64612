"""What the connectors' tests share: a way past the connector into a database, and jobs for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from procession.connectors import ADD_DATA, READ_DATA, Work
from procession.connectors.data import DataConnector
from procession.core.values import Values

_numbers = count(1)


class Database:
    """An empty database, and a way past the connector to look into it."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.engine = engine.execution_options(no_parameters=True)  # A % stays a %.

    @property
    def text(self) -> str:
        return self.url.render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, statement: str) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def count(self, table: str) -> int:
        return int(self.rows(f'select count(*) from "{table}"')[0][0])


@dataclass(frozen=True)
class Shared:
    """A database that several tests use, and the connector to it."""

    database: Database
    data: DataConnector

    def table(self, columns: str) -> str:
        """A new table; its name."""
        name = f"kept{next(_numbers)}"
        self.database.run(f"create table {name} ({columns})")
        return name


def adding(table: str, values: Values, uid: UUID | None = None) -> Work:
    return Work(uid or uuid4(), ADD_DATA, {"table": table, "values": values})


def reading(table: str, **asked: Any) -> Work:
    return Work(uuid4(), READ_DATA, {"table": table, "mode": "collection", **asked})
