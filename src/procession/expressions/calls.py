"""Calls: `function(…)` and `value.method(…)`.

Rule: what is called is known at deployment, with the number and, where they are known, the
types of its values; when it runs, each value's type is checked before the function sees it.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from procession.core.values import Value
from procession.expressions.budget import CALLS_DEEP_MAX, Frame, Refused
from procession.expressions.comprehensions import quick_test
from procession.expressions.functions import FUNCTIONS
from procession.expressions.scope import Callee, Code, Run, Scope, UserFunction
from procession.expressions.source import FAILURES, shown_code
from procession.expressions.types import (
    PYTHON_TYPES,
    TYPE_NAMES,
    UNKNOWN,
    Type,
    did_you_mean,
    listed,
    name_of,
)

_COMPREHENSIONS = ast.GeneratorExp | ast.ListComp
_NOT_HERE: Mapping[str, str] = {
    **dict.fromkeys(("now", "today", "utcnow"), "the time of the run is not known to expressions"),
    "print": "there is nothing to print to; assign a parameter",
    "format": "write an f-string, such as f'{Amount:.2f}'",
    "dict": "write a row, such as {'Name': Name}",
    "tuple": "write list(…)",
    "set": "write distinct(…)",
}


def call(scope: Scope, node: ast.Call) -> Code:
    """A call of a function, of a method or, in a script, of a function that it defines."""
    if isinstance(node.func, ast.Attribute):
        return _method_call(scope, node, node.func)
    if not isinstance(node.func, ast.Name):
        scope.refuse(node, f"{shown_code(node.func)} is not a function")
    name = node.func.id
    if name in scope.functions:
        return _user_call(scope, node, scope.functions[name])
    if name not in FUNCTIONS:
        scope.refuse(node, _no_function(scope, name))
    if name in ("any", "all") and len(node.args) == 1 and not node.keywords:
        (argument,) = node.args
        if isinstance(argument, _COMPREHENSIONS):
            return quick_test(scope, argument, stops_at=name == "any")
    return _plain_call(scope, node, name, FUNCTIONS[name])


def _no_function(scope: Scope, name: str) -> str:
    if scope.find(name):
        return f"{name} is a value, not a function"
    hint = _NOT_HERE.get(name) or did_you_mean(name, [*FUNCTIONS, *scope.functions])
    return f"no function {name!r}; {hint}"


def _plain_call(scope: Scope, node: ast.Call, name: str, callee: Callee) -> Code:
    codes = _compiled(scope, node)
    use = _Use(f"{name}()", callee, _values(node), _words(node), [code.type for code in codes])
    bound = _bind(scope, node, use)
    parts = [code.run for code in codes]
    if len(parts) == 1 and not node.keywords:
        run = _call_of_one(scope, node, parts[0], bound)
    else:
        run = _call_of_many(scope, node, parts, lambda values: bound)
    code = Code(run, _gives(use))
    return scope.folded(node, code, codes) if callee.pure else code


def _compiled(scope: Scope, node: ast.Call) -> list[Code]:
    """The values of a call: those by position, then those by name."""
    for keyword in node.keywords:
        if keyword.arg is None:
            scope.refuse(node, "** before a value is not offered; name the values")
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        listed = ast.ListComp(elt=node.args[0].elt, generators=node.args[0].generators)
        values: list[ast.expr] = [ast.copy_location(listed, node.args[0])]
    else:
        values = list(node.args)
    return [scope.compile(value) for value in [*values, *(word.value for word in node.keywords)]]


@dataclass(frozen=True, slots=True)
class _Use:
    """A callee as one place calls it: with which values, by position and then by name.

    `receivers`: 1 if the first value is what a method is called on.
    """

    name: str
    callee: Callee
    values: Sequence[ast.expr]
    words: Sequence[str]
    types: Sequence[Type]
    receivers: int = 0

    @property
    def by_position(self) -> int:
        return len(self.values) - len(self.words)


def _values(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(word.value for word in node.keywords)]


def _words(node: ast.Call) -> list[str]:
    return [word.arg or "" for word in node.keywords]


def _gives(use: _Use) -> Type:
    # An option such as default= may give another type.
    if use.callee.rest and use.words:
        return UNKNOWN
    return use.callee.gives(use.types)


Bound = Callable[[Frame, list[Value]], Value]


def _bind(scope: Scope, node: ast.Call, use: _Use) -> Bound:
    """The callee with its values checked, as far as that can be done beforehand."""
    if problem := _problem(node, use):
        scope.refuse(*problem)
    return _checked(use, _accepted(use))


def _problem(node: ast.Call, use: _Use) -> tuple[ast.AST, str] | None:
    """Where and why a callee cannot be called like this, if that is known beforehand."""
    if message := _arity_problem(use):
        return node, message
    for value, known, names in zip(use.values, use.types, _accepted(use), strict=True):
        if known != UNKNOWN and known.name not in names:
            return value, _wrong(use.name, shown_code(value), known.name, names)
    return None


def _arity_problem(use: _Use) -> str | None:
    callee, count = use.callee, use.by_position
    places = list(callee.accepts)
    if not callee.rest and count > len(places):
        most = len(places) - use.receivers
        return f"{use.name} takes at most {most} values; there are {count - use.receivers}"
    open_places = places if callee.rest else places[count:]
    for word in use.words:
        if word not in open_places:
            return f"{use.name} takes no {word}=; {did_you_mean(word, open_places)}"
    if callee.rest:
        return None if count else f"{use.name} needs a value"
    missing = [place for place in places[count : callee.required] if place not in use.words]
    return f"{use.name} needs {', '.join(missing)}" if missing else None


def _accepted(use: _Use) -> list[tuple[str, ...]]:
    callee, count = use.callee, use.by_position
    by_place = [callee.rest] * count if callee.rest else list(callee.accepts.values())[:count]
    return [*by_place, *(callee.accepts[word] for word in use.words)]


def _wrong(name: str, code: str, given: str, names: tuple[str, ...]) -> str:
    if given == "None":
        return f"{code} has no value (None); {name} takes {listed(names)}"
    return f"{code} is {given}; {name} takes {listed(names)}"


@cache
def _python_types(names: tuple[str, ...]) -> frozenset[type]:
    return frozenset(PYTHON_TYPES[name] for name in names)


def _checked(use: _Use, accepts: list[tuple[str, ...]]) -> Bound:
    kinds = [_python_types(names) for names in accepts]
    run, words, count = use.callee.run, use.words, use.by_position

    def bound(frame: Frame, values: list[Value]) -> Value:
        for at, value in enumerate(values):
            if type(value) not in kinds[at]:
                code = shown_code(use.values[at])
                raise Refused(_wrong(use.name, code, name_of(value), accepts[at]))
        if words:
            return run(frame, *values[:count], **dict(zip(words, values[count:], strict=True)))
        return run(frame, *values)

    return bound


def _call_of_one(scope: Scope, node: ast.Call, part: Run, bound: Bound) -> Run:
    source = scope.source

    def run(frame: Frame) -> Value:
        value = part(frame)
        try:
            return bound(frame, [value])
        except FAILURES as error:
            raise source.failed(node, error) from None

    return run


def _call_of_many(
    scope: Scope, node: ast.Call, parts: list[Run], choose: Callable[[list[Value]], Bound]
) -> Run:
    source = scope.source

    def run(frame: Frame) -> Value:
        values = [part(frame) for part in parts]
        try:
            return choose(values)(frame, values)
        except FAILURES as error:
            raise source.failed(node, error) from None

    return run


def _method_call(scope: Scope, node: ast.Call, function: ast.Attribute) -> Code:
    receiver = scope.compile(function.value)
    codes = [receiver, *_compiled(scope, node)]
    types = [code.type for code in codes]
    values, name = [function.value, *_values(node)], f"{function.attr}()"
    uses = [
        (owner, _Use(name, callee, values, _words(node), types, 1))
        for owner, callee in _candidates(scope, function, receiver.type).items()
    ]
    # `x.pop()` fits a List, not a Row: what does not fit is left out, unless nothing does.
    fitting = [pair for pair in uses if _problem(node, pair[1]) is None] or uses[:1]
    bounds = {PYTHON_TYPES[owner]: _bind(scope, node, use) for owner, use in fitting}
    run = _call_of_many(scope, node, [code.run for code in codes], _chooser(function, bounds))
    gives = _gives(fitting[0][1]) if len(fitting) == 1 else UNKNOWN
    code = Code(run, gives)
    return scope.folded(node, code, codes) if all(use.callee.pure for _, use in uses) else code


def _candidates(scope: Scope, function: ast.Attribute, known: Type) -> Mapping[str, Callee]:
    """The methods of that name, by the type of the receiver."""
    name, methods = function.attr, scope.methods
    owners = {owner: table[name] for owner, table in methods.items() if name in table}
    if not owners:
        tables = [table for owner, table in methods.items() if known.name in ("unknown", owner)]
        names = {method for table in tables or methods.values() for method in table}
        scope.refuse(function, f"no method {name!r}; {did_you_mean(name, names)}")
    if known == UNKNOWN:
        return owners
    if known.name not in owners:
        scope.refuse(function, _not_its_method(function, known.name, tuple(owners)))
    return {known.name: owners[known.name]}


def _not_its_method(function: ast.Attribute, given: str, owners: tuple[str, ...]) -> str:
    code = shown_code(function.value)
    if given == "None":
        return f"{code} has no value (None), so {function.attr}() cannot be called"
    return f"{code} is {given}; {function.attr}() belongs to {listed(owners)}"


def _chooser(
    function: ast.Attribute, bounds: Mapping[type, Bound]
) -> Callable[[list[Value]], Bound]:
    def choose(values: list[Value]) -> Bound:
        bound = bounds.get(type(values[0]))
        if bound is not None:
            return bound
        owners = tuple(TYPE_NAMES[kind] for kind in bounds)
        raise Refused(_not_its_method(function, name_of(values[0]), owners))

    return choose


def _user_call(scope: Scope, node: ast.Call, function: UserFunction) -> Code:
    codes = _compiled(scope, node)
    wanted = len(function.parameters)
    if node.keywords or len(codes) != wanted:
        scope.refuse(node, f"{function.name}() takes {wanted} values by position")
    runs, source = [code.run for code in codes], scope.source

    def run(frame: Frame) -> Value:
        values = [part(frame) for part in runs]
        try:
            return _called(frame, function, values)
        except FAILURES as error:
            raise source.failed(node, error) from None

    return Code(run)


def _called(frame: Frame, function: UserFunction, values: list[Value]) -> Value:
    assert function.body is not None
    if frame.calls >= CALLS_DEEP_MAX:
        raise Refused(f"functions that call each other more than {CALLS_DEEP_MAX} deep")
    frame.spend(function.weight)
    outer, frame.locals = frame.locals, dict(zip(function.parameters, values, strict=True))
    frame.calls += 1
    answer = function.body(frame)
    frame.calls -= 1
    frame.locals = outer
    return answer
