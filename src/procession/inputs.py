"""What a caller gives to a process, as its parameters hold it (CONTRACT 3)."""

from collections.abc import Mapping

from procession.core.model import Process
from procession.core.values import Value, Values, convert, from_text, shown, untyped
from procession.errors import BadValue


def typed_inputs(
    process: Process, given: Mapping[str, Value], *, refuse_unknown: bool
) -> tuple[Values, tuple[str, ...]]:
    """The values, from texts or JSON values, and a warning for each that was ignored.

    Raises BadValue, for one that is ignored only where such are to be refused.
    """
    typed: Values = {}
    warnings = []
    for code, value in given.items():
        parameter = process.parameters.get(code)
        if parameter is None and process.open and code.isidentifier():
            typed[code] = untyped(code, value)
        elif parameter is None or not parameter.direction.settable:
            warnings.append(_not_settable(process, code, known=parameter is not None))
        elif isinstance(value, str):
            typed[code] = from_text(code, parameter.kind, value)
        else:
            typed[code] = convert(code, parameter.kind, value)
    if warnings and refuse_unknown:
        raise BadValue("; ".join(warnings))
    return typed, tuple(warnings)


def _not_settable(process: Process, code: str, *, known: bool) -> str:
    if known:
        return f"{process.id}: parameter {shown(code)} cannot be set by a caller; it was ignored"
    return f"{process.id}: there is no parameter {shown(code)}; it was ignored"
