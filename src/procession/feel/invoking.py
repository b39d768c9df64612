"""How functions are called: by position or by name, FEEL's own and those that FEEL brings along.

Rule: arguments that do not fit give null, as the standard says (DMN 1.3, 10.3.2.13.3 and table 62);
only the budget ends a run.
"""

from collections.abc import Callable, Mapping, Sequence

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.kinds import FAILED, Builtin, Function, Overload, Parameter
from procession.feel.tokens import words_of

Named = Mapping[tuple[str, ...], Value]


def lend(name: str, parameters: Sequence[Parameter], run: Callable[..., Value]) -> Builtin:
    """A function that DMN defines: `run` takes the frame of the call and all arguments, in order.

    Like every function it is null where arguments are missing or do not fit their parameters.
    """
    overload = Overload(tuple(parameters), len(parameters), rest=False, run=run)
    return Builtin(name, (overload,), pure=False)


def call(frame: Frame, function: Value, arguments: Sequence[Value]) -> Value:
    """What a function answers to arguments by position; null of what is no function."""
    if type(function) is Builtin:
        return _call_builtin(frame, function, arguments)
    if type(function) is not Function or len(arguments) != len(function.parameters):
        return None
    given = [
        parameter.accepts(value)
        for parameter, value in zip(function.parameters, arguments, strict=True)
    ]
    return None if FAILED in given else _run(frame, function, given)


def call_named(frame: Frame, function: Value, arguments: Named) -> Value:
    """The same with arguments by name; the names as the words that they consist of."""
    if type(function) is Function:
        ordered = _ordered(function.parameters, arguments, len(function.parameters))
        return None if ordered is None else call(frame, function, ordered)
    if type(function) is not Builtin:
        return None
    for overload in function.overloads:
        ordered = _ordered(overload.parameters, arguments, overload.required)
        given = None if ordered is None else _fitting(overload, ordered)
        if given is not None:
            return _run_builtin(frame, overload, given)
    return None


def _ordered(
    parameters: Sequence[Parameter], arguments: Named, required: int
) -> list[Value] | None:
    names = [words_of(parameter.name) for parameter in parameters]
    if not set(arguments) <= set(names) or not set(names[:required]) <= set(arguments):
        return None
    ordered = [arguments.get(name, FAILED) for name in names]
    while ordered and ordered[-1] is FAILED:
        ordered.pop()
    return [None if value is FAILED else value for value in ordered]


def _run(frame: Frame, function: Function, arguments: Sequence[Value]) -> Value:
    budget = frame.budget
    budget.enter(function.weight)
    inner = Frame(function.frame.values, budget)
    inner.converted = function.frame.converted
    inner.locals = {**function.captured, **dict(zip(function.slots, arguments, strict=True))}
    answer = function.body(inner)
    budget.leave()
    return answer


def _call_builtin(frame: Frame, function: Builtin, arguments: Sequence[Value]) -> Value:
    for overload in function.overloads:
        given = _fitting(overload, arguments)
        if given is not None:
            return _run_builtin(frame, overload, given)
    return None


def _fitting(overload: Overload, arguments: Sequence[Value]) -> list[Value] | None:
    parameters = overload.parameters
    if overload.rest and len(arguments) >= len(parameters):
        last = len(parameters) - 1
        arguments = [*arguments[:last], list(arguments[last:])]
    if not overload.required <= len(arguments) <= len(parameters):
        return None
    given = []
    for parameter, value in zip(parameters, arguments, strict=False):
        value = parameter.accepts(value)
        if value is FAILED:
            return None
        given.append(value)
    return given


def _run_builtin(frame: Frame, overload: Overload, arguments: Sequence[Value]) -> Value:
    try:
        return overload.run(frame, *arguments)
    except (ArithmeticError, ValueError):
        return None
