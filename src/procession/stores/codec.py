"""Instances and changes as JSON text, and back.

JSON knows no decimals, moments or GUIDs, and an untyped value must come back as what it was. So
such a value is written as an object with one member that names its type: `{"$decimal": "12.50"}`.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import msgspec

from procession.core.changes import AnyChange
from procession.core.instance import ProcessInstance
from procession.core.values import Values
from procession.stores.carrying import PLAIN, Carriers, Convert

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

_encoder = msgspec.json.Encoder()
_instance_decoder = msgspec.json.Decoder(ProcessInstance)
_changes_decoder = msgspec.json.Decoder(list[AnyChange])


def pack(value: Any) -> Any:
    """The value in JSON's own types, so that `unpack` gives it back as it was."""
    kind = type(value)
    if kind in PLAIN:
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


_packing, _unpacking = Carriers(pack), Carriers(unpack)


def _changes_carrying(carriers: Carriers) -> Mapping[type, Convert]:
    """The changes that hold values; all others are JSON as they are."""
    found = {kind: carriers.converter(kind) for kind in get_args(AnyChange)}
    return {kind: convert for kind, convert in found.items() if convert is not None}


_PACKED = _changes_carrying(_packing)
_UNPACKED = _changes_carrying(_unpacking)
_pack_instance = _packing.of(ProcessInstance)
_unpack_instance = _unpacking.of(ProcessInstance)


def encode_instance(instance: ProcessInstance) -> str:
    """The instance as JSON text; it is not changed."""
    return _encoder.encode(_pack_instance(instance)).decode()


def decode_instance(text: str) -> ProcessInstance:
    """A fresh instance."""
    instance: ProcessInstance = _unpack_instance(_instance_decoder.decode(text))
    return instance


def encode_changes(changes: list[AnyChange]) -> str:
    """The changes of one turn as JSON text."""
    packing = _PACKED.get
    packed = [
        change if (pack := packing(type(change))) is None else pack(change) for change in changes
    ]
    return _encoder.encode(packed).decode()


def decode_changes(text: str) -> list[AnyChange]:
    """What `encode_changes` was given."""
    changes = _changes_decoder.decode(text)
    return [
        _UNPACKED[type(change)](change) if type(change) in _UNPACKED else change
        for change in changes
    ]


def encode_values(values: Values) -> str:
    """Values by their names as JSON text."""
    return _encoder.encode(_packing.values(values)).decode()


def decode_values(text: str) -> Values:
    """What `encode_values` was given."""
    return _unpacking.values(msgspec.json.decode(text))
