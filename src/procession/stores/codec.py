"""Instances and changes as JSON text, and back.

JSON knows no decimals, moments or GUIDs, and an untyped value must come back as what it was. So
such a value is written as an object with one member that names its type: `{"$decimal": "12.50"}`.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from procession.core.changes import (
    AnyChange,
    Job,
    JobCreated,
    ProcessStarted,
    TurnPaused,
    ValuesSet,
)
from procession.core.instance import ProcessInstance
from procession.core.values import Values

_PLAIN = frozenset((str, int, float, bool, type(None)))
_OBJECT = "$object"
_WRITERS: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    Decimal: ("$decimal", str),
    datetime: ("$datetime", datetime.isoformat),
    date: ("$date", date.isoformat),
    time: ("$time", time.isoformat),
    UUID: ("$guid", str),
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$guid": UUID,
}

# The changes that carry values; all others are JSON as they are.
_CARRYING_VALUES = frozenset((ProcessStarted, ValuesSet, JobCreated, TurnPaused))

_encoder = msgspec.json.Encoder()
_instance_decoder = msgspec.json.Decoder(ProcessInstance)
_changes_decoder = msgspec.json.Decoder(list[AnyChange])


def pack(value: Any) -> Any:
    """The value in JSON's own types, so that `unpack` gives it back as it was."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        packed = {key: pack(item) for key, item in value.items()}
        return {_OBJECT: packed} if len(packed) == 1 and next(iter(packed))[:1] == "$" else packed
    if kind in (list, tuple):
        return [pack(item) for item in value]
    name, write = _WRITERS[kind]
    return {name: write(value)}


def unpack(value: Any) -> Any:
    """What `pack` was given."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, content = next(iter(value.items()))
        if name == _OBJECT:
            return {key: unpack(item) for key, item in content.items()}
        if name in _READERS:
            return _READERS[name](content)
    return {key: unpack(item) for key, item in value.items()}


def encode_instance(instance: ProcessInstance) -> str:
    """The instance as JSON text; it is not changed."""
    scopes = {e.id: e for e in instance.elements.values() if e.values and not _plain(e.values)}
    jobs = {j.id: j for j in instance.jobs.values() if not _plain(j.values)}
    if scopes or jobs:
        packed = {id: replace(e, values=_packed(e.values)) for id, e in scopes.items()}
        instance = replace(
            instance,
            elements=instance.elements | packed,
            jobs=instance.jobs | {id: _packed_job(job) for id, job in jobs.items()},
        )
    return _encoder.encode(instance).decode()


def decode_instance(text: str) -> ProcessInstance:
    """A fresh instance."""
    instance = _instance_decoder.decode(text)
    for element in instance.elements.values():
        if element.values:
            element.values = _unpacked(element.values)
    for job in instance.jobs.values():
        job.values = _unpacked(job.values)
    return instance


def encode_changes(changes: list[AnyChange]) -> str:
    """The changes of one turn as JSON text."""
    packed = [
        _packed_change(change) if type(change) in _CARRYING_VALUES else change for change in changes
    ]
    return _encoder.encode(packed).decode()


def decode_changes(text: str) -> list[AnyChange]:
    """What `encode_changes` was given."""
    return [_unpacked_change(change) for change in _changes_decoder.decode(text)]


def _plain(values: Values) -> bool:
    return _PLAIN.issuperset(map(type, values.values()))


def _packed(values: Values) -> Values:
    return values if _plain(values) else {code: pack(value) for code, value in values.items()}


def _unpacked(values: Values) -> Values:
    return values if _plain(values) else {code: unpack(value) for code, value in values.items()}


def _packed_job(job: Job) -> Job:
    return replace(job, values=_packed(job.values))


def _packed_change(change: AnyChange) -> AnyChange:
    if isinstance(change, ValuesSet | ProcessStarted):
        return change if _plain(change.values) else replace(change, values=_packed(change.values))
    if isinstance(change, JobCreated | TurnPaused):
        return replace(change, job=_packed_job(change.job))
    return change


def _unpacked_change(change: AnyChange) -> AnyChange:
    if isinstance(change, ValuesSet | ProcessStarted):
        return replace(change, values=_unpacked(change.values))
    if isinstance(change, JobCreated | TurnPaused):
        return replace(change, job=replace(change.job, values=_unpacked(change.job.values)))
    return change
