"""Where a script's values go: names, items and columns.

Rule: a script writes to its own names and to its own copies only; what the instance holds is never
touched, the engine takes the assigned parameters when the script has ended.
"""

import ast
from collections.abc import Callable, Iterator

from procession.core.values import Value
from procession.expressions.access import check_column_name
from procession.expressions.budget import Refused, ScriptFrame
from procession.expressions.comprehensions import checked_key, unpacked
from procession.expressions.lists import set_column
from procession.expressions.scope import Run, Scope, constant
from procession.expressions.source import shown_code
from procession.expressions.types import UNKNOWN, Type, item_of, name_of

Store = Callable[[ScriptFrame, Value], None]


def store(scope: Scope, target: ast.expr, known: Type = UNKNOWN) -> Store:
    """The closure that gives a target its value. Raises ExpressionError."""
    if isinstance(target, ast.Name):
        return _name(scope, target, known)
    if isinstance(target, ast.Subscript):
        return _item(scope, target)
    if isinstance(target, ast.Attribute):
        return _column(scope, target)
    if not isinstance(target, ast.Tuple | ast.List):
        scope.refuse(target, f"nothing can be assigned to {shown_code(target)}")
    return _several(scope, target, known)


def _name(scope: Scope, target: ast.Name, known: Type) -> Store:
    variable = scope.find(target.id)
    assert variable is not None
    variable.bound(known)
    key = variable.key

    def put_local(frame: ScriptFrame, value: Value) -> None:
        frame.locals[key] = value

    def put_own(frame: ScriptFrame, value: Value) -> None:
        frame.names[key] = value

    def put_parameter(frame: ScriptFrame, value: Value) -> None:
        frame.names[key] = value
        frame.assigned[key] = None

    if variable.local:
        return put_local
    return put_parameter if variable.parameter else put_own


def _several(scope: Scope, target: ast.Tuple | ast.List, known: Type) -> Store:
    stores = [store(scope, part, item_of(known)) for part in target.elts]
    source = scope.source

    def run(frame: ScriptFrame, value: Value) -> None:
        try:
            parts = unpacked(value, len(stores))
        except Refused as error:
            raise source.failed(target, error) from None
        # What is swapped must be read before anything is written.
        for part, item in zip(stores, list(parts), strict=True):
            part(frame, item)

    return run


def _item(scope: Scope, target: ast.Subscript) -> Store:
    if isinstance(target.slice, ast.Slice):
        scope.refuse(target, "a slice cannot be assigned; assign the items one by one")
    return _put_at(scope, target, scope.compile(target.slice).run)


def _column(scope: Scope, target: ast.Attribute) -> Store:
    check_column_name(scope, target)
    return _put_at(scope, target, constant(target.attr).run)


def _put_at(scope: Scope, target: ast.Subscript | ast.Attribute, key: Run) -> Store:
    whole, source = scope.compile(target.value).run, scope.source

    def run(frame: ScriptFrame, value: Value) -> None:
        container, at = whole(frame), key(frame)
        try:
            if not _put(frame, container, at, value):
                raise Refused(_no_place(target, container, at))
        except Refused as error:
            raise source.failed(target, error) from None

    return run


def _put(frame: ScriptFrame, container: Value, at: Value, value: Value) -> bool:
    if isinstance(container, dict):
        set_column(frame, container, checked_key(at), value)
        return True
    if isinstance(container, list) and type(at) is int:
        if not -len(container) <= at < len(container):
            raise Refused(f"there is no item {at}: the List has {len(container)}; use append()")
        container[at] = value
        return True
    return False


def _no_place(target: ast.Subscript | ast.Attribute, container: Value, at: Value) -> str:
    code, name = shown_code(target.value), name_of(container)
    if name == "None":
        return f"{code} has no value (None), so nothing can be put into it"
    if name == "List":
        return f"{code} is a List; its items have whole numbers, not {name_of(at)}"
    return f"{code} is {name}; only the items of a List or the columns of a Row can be assigned"


def statements_in(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a body, also those in its loops and branches, in order of the text."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        if not isinstance(statement, ast.FunctionDef):
            inner = [
                child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)
            ]
            waiting.extend(reversed(inner))


def names_bound(statement: ast.stmt) -> list[ast.Name]:
    """The names that a statement itself gives a value to."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.For):
        targets = [statement.target]
    else:
        return []
    nodes = [node for target in targets for node in ast.walk(target)]
    return [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
