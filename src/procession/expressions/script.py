"""Scripts: statements of the same language, which assign parameters.

Rule: what a script assigns to a declared parameter is its result; every other name is its own. It
runs on copies, so a script that fails has changed nothing.
"""

import ast
from collections.abc import Callable, Iterable, Mapping

from procession.core.model import Script
from procession.core.values import Kind, Value, Values
from procession.errors import ExpressionError
from procession.expressions.assignments import names_bound, statements_in
from procession.expressions.budget import Frame, Refused, ScriptFrame, copied, same, weigh
from procession.expressions.formula import NODES
from procession.expressions.functions import CHANGING_METHODS, FUNCTIONS, SCRIPT_METHODS
from procession.expressions.scope import Run, Scope, UserFunction, Variable
from procession.expressions.source import (
    CAUGHT,
    expression_errors_only,
    parse_script,
    reason,
    weight_of,
)
from procession.expressions.statements import LOOP_WEIGHT, Step, block
from procession.expressions.types import UNKNOWN, did_you_mean

LANGUAGE = "python"

_CHANGING_NAMES = frozenset(name for table in CHANGING_METHODS.values() for name in table)


@expression_errors_only()
def compile_script(text: str, kinds: Mapping[str, Kind]) -> Script:
    """The script that `text` writes, over parameters of these kinds. Raises ExpressionError."""
    source, module = parse_script(text)
    nodes = list(ast.walk(module))
    scope = Scope(source, NODES, SCRIPT_METHODS, kinds, changing=any(map(_is_change, nodes)))
    base = scope.layers[0]
    for name in _names_in(nodes):
        scope.find(name)  # From now on `base` has the parameters that the script names.
    _declare(scope, base, module.body)
    _check_used(scope, base, module.body, nodes)
    definitions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    for definition in definitions:
        scope.functions[definition.name] = _signature(scope, definition)
    for definition in definitions:
        _compile_function(scope, definition)
    body = block(scope, [node for node in module.body if node not in definitions] or [ast.Pass()])
    keys = {found.key for found in base.values() if found.parameter}
    used = [code for code in kinds if code in keys]
    run = _runner(body, used, scope.changing)
    return Script(text=text, language=LANGUAGE, run=run)


def _is_change(node: ast.AST) -> bool:
    """Whether it may change a list or a row in place."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Store) or node.attr in _CHANGING_NAMES
    return False


def _declare(scope: Scope, layer: dict[str, Variable], body: list[ast.stmt]) -> None:
    """Adds the names that statements give values to, and counts how often."""
    for statement in statements_in(body):
        for node in names_bound(statement):
            variable = layer.setdefault(node.id, Variable(node.id, local=scope.in_function))
            variable.bindings += 1
            if variable.parameter:
                variable.type = UNKNOWN


def _names_in(
    nodes: Iterable[ast.AST], context: type[ast.expr_context] = ast.expr_context
) -> set[str]:
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return {node.id for node in names if isinstance(node.ctx, context)}


def _check_used(
    scope: Scope,
    layer: Mapping[str, Variable],
    body: list[ast.stmt],
    nodes: Iterable[ast.AST],
) -> None:
    """A name that is written but never read is a misspelt parameter, or nothing at all."""
    read = _names_in(nodes, ast.Load)
    for statement in statements_in(body):
        for node in names_bound(statement):
            unread = not layer[node.id].parameter and node.id not in read
            if unread and not isinstance(statement, ast.For) and not node.id.startswith("_"):
                scope.refuse(node, _unread(scope, node.id))


def _unread(scope: Scope, name: str) -> str:
    if name in scope.kinds:
        return f"{name}: a function has names of its own; return the value and assign it outside"
    return f"{name} is no parameter and never read; {did_you_mean(name, scope.kinds)}"


def _signature(scope: Scope, node: ast.FunctionDef) -> UserFunction:
    if node.name in FUNCTIONS or node.name in scope.functions:
        scope.refuse(node, f"there is a function {node.name}() already; take another name")
    if scope.find(node.name):
        scope.refuse(node, f"{node.name} is a value already; take another name")
    arguments = node.args
    fancy = (arguments.posonlyargs, arguments.kwonlyargs, arguments.defaults, node.decorator_list)
    if any(fancy) or arguments.vararg or arguments.kwarg:
        scope.refuse(node, f"a function takes plain values only: def {node.name}(a, b)")
    names = tuple(argument.arg for argument in arguments.args)
    if len(set(names)) < len(names):
        scope.refuse(node, f"{node.name}() names two of its values alike")
    return UserFunction(node.name, names, LOOP_WEIGHT + weight_of(node.body))


def _compile_function(scope: Scope, node: ast.FunctionDef) -> None:
    function = scope.functions[node.name]
    layer = {name: Variable(name, local=True) for name in function.parameters}
    scope.in_function = True
    scope.layers.append(layer)
    _declare(scope, layer, node.body)
    _check_used(scope, layer, node.body, ast.walk(node))
    function.body = _function_body(block(scope, node.body))
    scope.layers.pop()
    scope.in_function = False


def _function_body(step: Step) -> Run:
    def run(frame: Frame) -> Value:
        assert isinstance(frame, ScriptFrame)
        frame.answer = None
        step(frame)
        answer, frame.answer = frame.answer, None
        return answer

    return run


def _runner(body: Step, used: list[str], changing: bool) -> Callable[[Mapping[str, Value]], Values]:
    def run(values: Mapping[str, Value]) -> Values:
        given = {key: values.get(key) for key in used}
        frame = ScriptFrame(dict(given))
        try:
            if changing:
                frame.names.update(_own(frame, given))
            body(frame)
            return _result(frame, given, changing)
        except CAUGHT as error:
            raise ExpressionError(reason(error)) from None

    return run


def _own(frame: ScriptFrame, given: Values) -> Values:
    """Copies of what the script may change in place."""
    return {
        key: copied(frame, value) for key, value in given.items() if isinstance(value, list | dict)
    }


def _result(frame: ScriptFrame, given: Values, changing: bool) -> Values:
    """The parameters that were assigned, or changed in place."""
    names = frame.names
    suspects = [*frame.assigned, *(given if changing else ())]
    for key in suspects:
        _check_size(frame, key, names[key])
    return {
        key: names[key]
        for key in suspects
        if key in frame.assigned or not same(names[key], given[key])
    }


def _check_size(frame: ScriptFrame, name: str, value: Value) -> None:
    try:
        weigh(frame, value)
    except Refused as error:
        raise Refused(f"{name}: {error}") from None
