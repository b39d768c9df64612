"""What has been done already: one row per job, in the user's own database.

Rule: the row is written in the transaction of the effect itself, so that either both are there or
neither is. Whoever finds the row answers what it says and does nothing
(docs/decisions/0008-effects-once.md). The row holds only the keys that the database or we made: the
other values are the job's own, and personal data is not kept twice.
"""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from procession.connectors.database import Database
from procession.connectors.exact_json import json_text, json_value
from procession.core.values import Values, to_plain
from procession.errors import ConnectorError

TABLE_NAME = "procession_effect"

EFFECTS = sa.Table(
    TABLE_NAME,
    sa.MetaData(),
    sa.Column("job", sa.String(36), primary_key=True),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)


def find(connection: sa.Connection, job: UUID) -> Values | None:
    """The keys that the job's effect made, in JSON's types; None where it has had none."""
    statement = sa.select(EFFECTS.c.result).where(EFFECTS.c.job == str(job))
    result = connection.execute(statement).scalar_one_or_none()
    return None if result is None else dict(json_value(result))


def add(connection: sa.Connection, job: UUID, keys: Values) -> None:
    """Records the effect. A second row for one job is an integrity error: somebody was faster."""
    row = {"job": str(job), "result": json_text(to_plain(keys)), "at": datetime.now(UTC)}
    connection.execute(sa.insert(EFFECTS).values(row))


def create(database: Database) -> None:
    """Makes the table where it is missing. Raises ConnectorError with the statement to run."""
    if _there(database):
        return
    try:
        with database.writing() as connection:
            connection.execute(CreateTable(EFFECTS, if_not_exists=True))
    except (sa.exc.ProgrammingError, sa.exc.IntegrityError) as error:
        # PostgreSQL lets two creators race past "if not exists".
        if not _there(database):
            raise _missing(database) from error


def _there(database: Database) -> bool:
    with database.reading() as connection:
        return sa.inspect(connection).has_table(TABLE_NAME)


def _missing(database: Database) -> ConnectorError:
    statement = " ".join(str(CreateTable(EFFECTS).compile(dialect=database.engine.dialect)).split())
    return ConnectorError(
        f"the database has no table {TABLE_NAME}, which keeps a record from being added twice, and "
        f"its user may not create it; let its owner run: {statement}; and let the user select from "
        f"it and insert into it",
        code="EffectTableMissing",
        retryable=False,
    )
