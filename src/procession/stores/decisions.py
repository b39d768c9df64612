"""Decisions in SQLite: versions as processes have them, the bytes of a file kept once."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from procession.stores import DecisionRow, NewDecision
from procession.stores.writes import milliseconds


def add_decision(
    connection: sqlite3.Connection,
    sql: Mapping[str, str],
    new: NewDecision,
    *,
    by: str,
    at: datetime,
) -> tuple[int, bool]:
    """The version of a decision, and whether it is new."""
    newest = connection.execute(sql["newest_decision"], {"id": new.name}).fetchone()
    if newest is not None and newest[1] == new.digest:
        return newest[0], False
    version = 1 if newest is None else newest[0] + 1
    connection.execute(sql["put_decision_file"], {"digest": new.digest, "xml": new.xml})
    values = {
        "id": new.name,
        "version": version,
        "caption": new.caption,
        "digest": new.digest,
        "file": new.file,
        "deployed_at": milliseconds(at),
        "deployed_by": by,
    }
    connection.execute(sql["insert_decision"], values)
    return version, True


def decision_row(row: Sequence[Any]) -> DecisionRow:
    """What is listed of one version."""
    id_, version, caption, file, digest, deployed_at, deployed_by = row
    at = datetime.fromtimestamp(deployed_at / 1000, UTC)
    return DecisionRow(id_, version, caption, file, digest, at, deployed_by)
