"""The table of FEEL's own functions, and how one is written down in it.

Rule: a signature says all that the caller must know, `substring(string: string, start position:
number, length?: number)`; whoever implements it gets arguments of these types. Null is an argument
only for what is of type Any; elsewhere it makes the answer null (DMN 1.3, table 62 ff.).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from procession.core.values import Value
from procession.feel.kinds import FAILED, Builtin, Overload, Parameter
from procession.feel.typenames import TYPES

Implementation = Callable[..., Value]
_SIGNATURE = re.compile(r"([a-z ]+)\((.*)\)")
_PARAMETER = re.compile(r"([a-z0-9 ]+)(\?|\.\.\.)?: ([A-Za-z ]+)")

BUILTINS: dict[str, Builtin] = {}


@dataclass(frozen=True, slots=True)
class _Signature:
    name: str
    parameters: tuple[Parameter, ...]
    required: int
    rest: bool


def builtin(*signatures: str, pure: bool = True) -> Callable[[Implementation], Implementation]:
    """Adds ways to call a function to the table; those that were added first are tried first."""

    def add(run: Implementation) -> Implementation:
        for signature in map(_read, signatures):
            overload = Overload(signature.parameters, signature.required, signature.rest, run)
            before = BUILTINS.get(signature.name)
            overloads = (*(before.overloads if before else ()), overload)
            BUILTINS[signature.name] = Builtin(signature.name, overloads, pure)
        return run

    return add


def _read(text: str) -> _Signature:
    match = _SIGNATURE.fullmatch(text)
    assert match, text
    parts = [_PARAMETER.fullmatch(part) for part in match[2].split(", ") if part]
    marks = [part[2] if part else None for part in parts]
    parameters = tuple(Parameter(part[1], _accepting(part[3])) for part in parts if part)
    assert len(parameters) == len(parts), text
    return _Signature(
        match[1], parameters, sum(mark != "?" for mark in marks), marks[-1:] == ["..."]
    )


def _accepting(names: str) -> Callable[[Value], Value]:
    if names == "Any":
        return lambda value: value
    types = [TYPES[name] for name in names.split(" or ")]

    def accepts(value: Value) -> Value:
        if value is None:
            return FAILED
        for each in types:
            if each.conforms(value):
                return value
        for each in types:
            taken = each.accepts(value)
            if taken is not FAILED:
                return taken
        return FAILED

    return accepts
