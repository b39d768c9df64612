"""Add data: from the values of a job to one inserted record and its key.

Rule: a key that is a GUID is made from the job's id, so that every try of the job makes the same.
"""

from uuid import UUID, uuid5

import msgspec
import sqlalchemy as sa

from procession.connectors.effects import EFFECTS
from procession.connectors.tables import KnownTable
from procession.core.values import Value, Values, to_plain
from procession.errors import BadValue

ID = "Id"


class AddData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an add-data job is given."""

    table: str
    values: dict[str, Value] = {}


def with_key(known: KnownTable, job: UUID, given: Values) -> Values:
    """The values to insert: those given, and a key of ours where the table wants one."""
    if known.key is None or given.get(known.key) is not None:
        return given
    others = {name: value for name, value in given.items() if name != known.key}
    if known.key_is_ours(known.key):
        return {known.key: uuid5(job, known.name), **others}
    if not known.key_is_the_databases(known.key):
        raise BadValue(f"table {known.name} needs its key {known.key}, and it is not given")
    return others


def insert(connection: sa.Connection, known: KnownTable, values: Values) -> Values:
    """Inserts the record; its keys in JSON's types. Raises BadValue and SQLAlchemy's errors."""
    if known.table.name.casefold() == EFFECTS.name:
        raise BadValue(f"table {known.name} is the service's own; a process adds nothing to it")
    stored = {name: known.types[name].stored(name, value) for name, value in values.items()}
    # A None would become JSON's null in a JSON column.
    bound = {name: sa.null() if value is None else value for name, value in stored.items()}
    result = connection.execute(sa.insert(known.table).values(bound))
    made = result.inserted_primary_key
    keys = {} if made is None else dict(made._mapping)
    return {name: to_plain(known.types[name].loaded(value)) for name, value in keys.items()}


def answer(known: KnownTable, given: Values, keys: Values) -> Values:
    """The values given and the keys, as the columns hold them; `Id` is the key by any name."""
    values = {
        name: known.types[name].converted(name, value) for name, value in {**given, **keys}.items()
    }
    if known.key is not None:
        values.setdefault(ID, values.get(known.key))
    return values
