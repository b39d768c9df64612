"""Comprehensions: `[row.Name for row in Rows if row.Amount > 5]`, and those of rows.

Rule: each round costs the steps of its body, so a loop inside a loop cannot outrun the budget. The
loop's names are visible in it only.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from procession.core.values import COLLECTION_LENGTH_MAX, Value
from procession.expressions.budget import Frame, Refused
from procession.expressions.lists import items_of, set_column
from procession.expressions.scope import Code, Run, Scope
from procession.expressions.source import FAILURES, shown_code, weight_of
from procession.expressions.types import (
    BOOLEAN,
    UNKNOWN,
    Type,
    item_of,
    name_of,
)

Rounds = Callable[[Frame], Iterator[Value]]
Bind = Callable[[Frame, Value], None]
Element = Callable[[], Code]
_WALKED = ("List", "Text", "Row")
_WALKED_TYPES = (list, str, dict)


def list_comprehension(scope: Scope, node: ast.ListComp) -> Code:
    """`[element for name in values if condition]`."""
    rounds, item = _rounds(scope, node.generators, [node.elt], lambda: scope.compile(node.elt))
    source = scope.source

    def run(frame: Frame) -> Value:
        try:
            found = list(islice(rounds(frame), COLLECTION_LENGTH_MAX + 1))
            frame.make_list(len(found))
        except FAILURES as error:
            raise source.failed(node, error) from None
        return found

    return Code(run, Type("List", item=item))


def row_comprehension(scope: Scope, node: ast.DictComp) -> Code:
    """`{name: value for name in values}`."""
    rounds, _ = _rounds(scope, node.generators, [node.key, node.value], lambda: _pair(scope, node))
    source = scope.source

    def run(frame: Frame) -> Value:
        row: dict[str, Value] = {}
        try:
            for key, value in rounds(frame):
                set_column(frame, row, checked_key(key), value)
        except FAILURES as error:
            raise source.failed(node, error) from None
        return row

    return Code(run, Type("Row"))


def _pair(scope: Scope, node: ast.DictComp) -> Code:
    key, value = scope.compile(node.key).run, scope.compile(node.value).run
    return Code(lambda frame: (key(frame), value(frame)))


def checked_key(key: Value) -> str:
    """The key, if it is a text. Only texts hash unforeseeably: no author can make rows slow."""
    if isinstance(key, str):
        return key
    raise Refused(f"a column's name is a text, not {name_of(key)}; write str(…)")


def quick_test(scope: Scope, node: ast.GeneratorExp | ast.ListComp, *, stops_at: bool) -> Code:
    """`any(… for …)` and `all(… for …)`: they end at the first value that decides."""
    rounds, _ = _rounds(scope, node.generators, [node.elt], lambda: scope.compile(node.elt))
    source = scope.source

    def run(frame: Frame) -> bool:
        try:
            for value in rounds(frame):
                if bool(value) is stops_at:
                    return stops_at
        except FAILURES as error:
            raise source.failed(node, error) from None
        return not stops_at

    return Code(run, BOOLEAN)


def _rounds(
    scope: Scope, generators: list[ast.comprehension], elements: list[ast.expr], element: Element
) -> tuple[Rounds, Type]:
    """The loops from the outermost in, and the type of what the innermost gives."""
    generator, *inner = generators
    if generator.is_async:
        scope.refuse(generator.target, "async is not offered")
    values = walked(scope, generator.iter)
    scope.layers.append({})
    bind = _local_binding(scope, generator.target, item_of(values.type))
    test = _test(scope, generator.ifs)
    if inner:
        body, gives = _rounds(scope, inner, elements, element)
    else:
        code = element()
        body, gives = _once(code.run), code.type
    scope.layers.pop()
    weight = 2 + weight_of([*generator.ifs, *([] if inner else elements)])
    return _loop(values.run, bind, test, _Body(body, weight)), gives


def walked(scope: Scope, node: ast.expr) -> Code:
    """The values that a loop goes through. Raises ExpressionError where they are none."""
    code = scope.compile(node)
    if code.type != UNKNOWN and code.type.name not in _WALKED:
        scope.refuse(node, _not_walked(node, code.type.name))
    values, source = code.run, scope.source

    def run(frame: Frame) -> Iterator[Value]:
        value = values(frame)
        try:
            return items_of(frame, value)
        except FAILURES as error:
            if type(value) in _WALKED_TYPES:
                raise source.failed(node, error) from None
            raise source.error(node, _not_walked(node, name_of(value))) from None

    return Code(run, code.type)


def _not_walked(node: ast.expr, name: str) -> str:
    if name == "None":
        return f"{shown_code(node)} has no value (None), so nothing can be taken from it"
    return f"{shown_code(node)} is {name}; only a List, a Text or a Row can be gone through"


def _test(scope: Scope, nodes: list[ast.expr]) -> Run | None:
    runs = [scope.compile(node).run for node in nodes]
    if len(runs) < 2:
        return runs[0] if runs else None
    return lambda frame: all(run(frame) for run in runs)


def _once(run: Run) -> Rounds:
    def rounds(frame: Frame) -> Iterator[Value]:
        yield run(frame)

    return rounds


@dataclass(frozen=True, slots=True)
class _Body:
    rounds: Rounds
    weight: int


def _loop(values: Rounds, bind: Bind, test: Run | None, body: _Body) -> Rounds:
    inner, weight = body.rounds, body.weight

    def rounds(frame: Frame) -> Iterator[Value]:
        for item in values(frame):
            frame.steps_left -= weight
            if frame.steps_left < 0:
                frame.refill()
            bind(frame, item)
            if test is None or test(frame):
                yield from inner(frame)

    return rounds


def _local_binding(scope: Scope, target: ast.expr, known: Type) -> Bind:
    """Gives a loop's name, or its names in order, the next item."""
    if isinstance(target, ast.Name):
        return _bind_name(scope, target.id, known)
    if not isinstance(target, ast.Tuple | ast.List):
        scope.refuse(target, "a loop gives its values to names only")
    binds = [_local_binding(scope, part, item_of(known)) for part in target.elts]

    def bind(frame: Frame, item: Value) -> None:
        for part, value in zip(binds, unpacked(item, len(binds)), strict=True):
            part(frame, value)

    return bind


def _bind_name(scope: Scope, name: str, known: Type) -> Bind:
    variable = scope.hidden(name)
    variable.bound(known)
    scope.layers[-1][name] = variable
    key = variable.key

    def bind(frame: Frame, item: Value) -> None:
        frame.locals[key] = item

    return bind


def unpacked(value: Value, count: int) -> list[Value]:
    """The parts of a value that goes to several names at once."""
    if not isinstance(value, list):
        raise Refused(f"{name_of(value)} goes to {count} names; only a List can")
    if len(value) != count:
        raise Refused(f"a list of {len(value)} items goes to {count} names")
    return value
