"""The database that the examples work with, for whoever names none: one SQLite file, one table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from procession.connectors.database import sqlite_url
from procession.errors import StoreUnavailable

# "GUID TEXT" is SQLite's way to keep text and to say what the text is.
CONTACT = """
create table if not exists "Contact" (
    "Id" GUID TEXT not null primary key,
    "Name" TEXT not null,
    "Email" TEXT,
    "Phone" TEXT,
    "Type" TEXT,
    "CreatedOn" DATETIME not null default (strftime('%Y-%m-%d %H:%M:%f000', 'now'))
)
"""


def create_example_database(path: Path) -> sa.URL:
    """Makes the file and its table `Contact` where they are missing; the URL to open it by.

    Raises StoreUnavailable.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(CONTACT)
            connection.commit()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the example database {path} cannot be made: {error}") from error
    return sqlite_url(path)
