"""The signature of a handler: how its arguments are converted, and how its answer is checked.

Rule: a plain type (int, Decimal, UUID ...) is a parameter type and is converted as one
(`core.values.convert`); any other annotation (a list, a dataclass, a TypedDict ...) is read by
msgspec, as if the value came as JSON.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType, UnionType
from typing import Union, get_args, get_origin
from uuid import UUID

import msgspec

from procession.connectors.exact_json import json_text
from procession.connectors.names import suggestion
from procession.core.values import DataType, Kind, Value, Values, convert, shown, untyped
from procession.errors import BadValue

IDEMPOTENCY_KEY = "idempotency_key"
RESULT = "result"

_PLAIN: Mapping[Value, DataType] = {
    str: DataType.TEXT,
    int: DataType.INTEGER,
    float: DataType.FLOAT,
    Decimal: DataType.DECIMAL,
    bool: DataType.BOOLEAN,
    datetime: DataType.DATE_TIME,
    date: DataType.DATE,
    time: DataType.TIME,
    UUID: DataType.GUID,
}
_KEPT = (Decimal, UUID, datetime, date, time)
# Value is Any: whoever writes either says nothing about the type.
_UNSAID = (inspect.Parameter.empty, Value, object)


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a handler."""

    name: str
    required: bool
    optional: bool
    read: Callable[[Value], Value]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function and its contract. `open`: it takes arguments of any name."""

    name: str
    function: Callable[..., Value]
    takes: Mapping[str, Argument]
    takes_key: bool
    open: bool
    asynchronous: bool
    returns: Value

    def problems(self, arguments: Mapping[str, Value]) -> list[str]:
        """What is wrong with the names of the arguments."""
        unknown = [] if self.open else [each for each in arguments if each not in self.takes]
        missing = [
            each.name
            for each in self.takes.values()
            if each.required and each.name not in arguments
        ]
        return [
            *(
                f"handler {self.name} takes no {each!r}{suggestion(each, self.takes)}"
                for each in unknown
            ),
            *(f"handler {self.name} needs {each!r}" for each in missing),
        ]

    def arguments(self, given: Mapping[str, Value], job: UUID) -> Values:
        """What to call the function with. Raises BadValue."""
        converted = {
            name: self._argument(name, value)
            for name, value in given.items()
            if value is not None or not self._has_default(name)
        }
        return {**converted, IDEMPOTENCY_KEY: job} if self.takes_key else converted

    def _has_default(self, name: str) -> bool:
        # What is not set takes the default, unless the function knows what to do with None.
        argument = self.takes.get(name)
        return argument is not None and not argument.required and not argument.optional

    def _argument(self, name: str, value: Value) -> Value:
        argument = self.takes.get(name)
        if argument is None or (value is None and argument.optional):
            return value
        if value is None:
            raise BadValue(f"handler {self.name}: {name} is not set, and the handler needs it")
        try:
            return argument.read(value)
        except BadValue as error:
            raise BadValue(f"handler {self.name}: {error}") from error

    def results(self, answer: Value) -> Values:
        """The results by name. Raises BadValue for an answer that is not what was promised."""
        try:
            plain = msgspec.to_builtins(answer, builtin_types=_KEPT, str_keys=True)
            if self.returns not in _UNSAID:
                msgspec.convert(plain, self.returns, builtin_types=_KEPT, str_keys=True)
        except (msgspec.ValidationError, TypeError) as error:
            raise BadValue(f"handler {self.name} answered {shown(answer)}: {error}") from error
        values = plain if isinstance(plain, dict) else {RESULT: plain}
        return {
            name: untyped(f"handler {self.name}: {name}", each) for name, each in values.items()
        }


def read_handler(name: str, function: Callable[..., Value]) -> Handler:
    """Raises TypeError, ValueError or NameError about a signature that cannot be kept to."""
    signature = inspect.signature(function, eval_str=True)
    parameters = list(signature.parameters.values())
    for each in parameters:
        if each.kind in (each.POSITIONAL_ONLY, each.VAR_POSITIONAL):
            raise TypeError(f"parameter {each.name} cannot be given by name")
    named = [each for each in parameters if each.kind is not each.VAR_KEYWORD]
    return Handler(
        name,
        function,
        takes={each.name: _read(each) for each in named if each.name != IDEMPOTENCY_KEY},
        takes_key=any(each.name == IDEMPOTENCY_KEY for each in named),
        open=len(named) < len(parameters),
        asynchronous=_is_asynchronous(function),
        returns=_returned(signature.return_annotation),
    )


def _is_asynchronous(function: Callable[..., Value]) -> bool:
    called = getattr(function, "__call__", None)  # noqa: B004 - of an object with that method
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


def _read(parameter: inspect.Parameter) -> Argument:
    annotation = parameter.annotation
    options = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    optional = annotation in _UNSAID or annotation is None or NoneType in options
    rest = tuple(option for option in options if option is not NoneType)
    single = rest[0] if len(rest) == 1 else annotation
    required = parameter.default is parameter.empty
    return Argument(parameter.name, required, optional, _reader(parameter.name, single))


def _reader(name: str, annotation: Value) -> Callable[[Value], Value]:
    if annotation in _UNSAID:
        return lambda value: value
    kind = _PLAIN.get(annotation) if isinstance(annotation, type) else None
    if kind is not None:
        return lambda value: convert(name, Kind(kind), value)
    decoder = msgspec.json.Decoder(annotation, strict=False)

    def read(value: Value) -> Value:
        try:
            return decoder.decode(json_text(value))
        except msgspec.ValidationError as error:
            raise BadValue(f"{name}: {error}") from error

    return read


def _returned(annotation: Value) -> Value:
    if annotation in _UNSAID:
        return inspect.Parameter.empty
    msgspec.json.Decoder(annotation)  # Raises TypeError for what can never be checked.
    return annotation
