"""What the rows of the SQLite file stand for, as the store lists them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.stores import InstanceRow, ProcessRow, Session, User

Row = Sequence[Any]


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def process_row(row: Row) -> ProcessRow:
    name, version, caption, uid, startable, file, deployed_at, deployed_by, enabled = row
    at = moment(deployed_at)
    return ProcessRow(
        name, version, caption, UUID(uid), bool(startable), bool(enabled), file, at, deployed_by
    )


def instance_row(row: Row) -> InstanceRow:
    id_, process, version, status, revision, caller, parent, started_at, ended_at = row
    return InstanceRow(
        InstanceId(UUID(id_)),
        process,
        version,
        Status(status),
        revision,
        caller,
        None if parent is None else UUID(parent),
        moment(started_at),
        None if ended_at is None else moment(ended_at),
    )


def session_row(row: Row) -> Session:
    return Session(row[0], row[1], row[2], moment(row[3]), moment(row[4]), row[5])


def user_row(row: Row) -> User:
    return User(row[0], row[1], bool(row[2]), moment(row[3]))
