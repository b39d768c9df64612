"""What stands in an address and its query, as the fields of an operation's struct.

Rule: a text is read strictly, by the type of its field, and what no field has is refused: a
misspelt condition must not find everything.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin
from uuid import UUID

import msgspec

from procession.core.values import Value, Values, checked_text, guid, shown
from procession.errors import BadRequest, BadValue

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

Asked = TypeVar("Asked", bound=msgspec.Struct)


class Nothing(msgspec.Struct):
    """An operation that asks for nothing in its address."""


def read_inputs(kind: type[Asked], path: Mapping[str, str], query: Mapping[str, str]) -> Asked:
    """The struct, from the parts of the path and the query. Raises BadRequest, BadValue."""
    known = field_types(kind)
    unknown = [name for name in query if name not in known or name in path]
    if unknown:
        names = ", ".join(name for name in known if name not in path) or "none"
        raise BadRequest(f"there is no parameter {shown(unknown[0])} here; there are: {names}")
    given = {name: _read(name, known[name], text) for name, text in {**query, **path}.items()}
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"the parameters cannot be used: {error}") from None


@cache
def field_types(kind: type[msgspec.Struct]) -> Mapping[str, type]:
    """The plain type of each field, by the name that it has outside."""
    return {field.encode_name: plain_type(field.type) for field in msgspec.structs.fields(kind)}


def plain_type(kind: Value) -> type:
    """The type without its bounds, and without None."""
    origin: object = get_origin(kind)
    if origin is Annotated:
        return plain_type(get_args(kind)[0])
    if origin in (Union, UnionType):
        return plain_type(next(each for each in get_args(kind) if each is not NoneType))
    found: type = kind
    return found


def _read(name: str, kind: type, text: str) -> Value:
    if issubclass(kind, StrEnum):
        return text
    try:
        return _READERS[kind](text)
    except (ValueError, KeyError, OverflowError):
        raise BadValue(f"{name}: {shown(text)} cannot be used; {_HELP[kind]}") from None


def _integer(text: str) -> int:
    return int(_checked(_INTEGER, text))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(_checked(_MOMENT, text).upper())


def _checked(pattern: "re.Pattern[str]", text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _guid(text: str) -> UUID:
    found = guid(text)
    if found is None:
        raise ValueError(text)
    return found


_READERS: Mapping[type, Callable[[str], Value]] = {
    str: lambda text: checked_text("a parameter", text),
    int: _integer,
    bool: {"true": True, "false": False}.__getitem__,
    UUID: _guid,
    datetime: _moment,
}
_HELP: Mapping[type, str] = {
    int: "write a whole number",
    bool: "write true or false",
    UUID: "write a GUID as 00000000-0000-0000-0000-000000000000",
    datetime: "write a moment as 2026-01-31T13:45:00Z",
}


def values_given(values: Values, most: int) -> Values:
    """Values by name as a body holds them; one that is null is not given. Raises BadRequest."""
    if len(values) > most:
        raise BadRequest(f"values: more than {most}")
    return {
        checked_text("a name in values", name): value
        for name, value in values.items()
        if value is not None
    }
