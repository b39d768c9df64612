"""Statements of a script, each compiled to a closure.

Rule: a loop pays for each round what its body weighs before it runs it; there is no exception
handling, so nothing that a script writes can catch the end of its budget.
"""

import ast
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import NoReturn

from procession.core.values import Value
from procession.expressions.assignments import store
from procession.expressions.budget import Refused, ScriptFrame
from procession.expressions.comprehensions import walked
from procession.expressions.scope import Scope
from procession.expressions.source import shown_code, weight_of
from procession.expressions.types import item_of


class Signal(Enum):
    """How a statement ended, if not at its end."""

    BREAK = auto()
    CONTINUE = auto()
    RETURN = auto()


# What a round of a loop takes besides its body.
LOOP_WEIGHT = 4

Step = Callable[[ScriptFrame], Signal | None]


def block(scope: Scope, body: list[ast.stmt]) -> Step:
    """Statements one after the other."""
    steps = [_statement(scope, statement) for statement in body]
    if len(steps) == 1:
        return steps[0]

    def run(frame: ScriptFrame) -> Signal | None:
        for step in steps:
            signal = step(frame)
            if signal is not None:
                return signal
        return None

    return run


def _statement(scope: Scope, node: ast.stmt) -> Step:
    handler = HANDLERS.get(type(node))
    if handler is None:
        scope.refuse(node, REFUSED.get(type(node), "this statement is not offered in a script"))
    return handler(scope, node)


def _assign(scope: Scope, node: ast.Assign) -> Step:
    value = scope.compile(node.value)
    stores = [store(scope, target, value.type) for target in node.targets]
    run_value, first = value.run, stores[0]
    if len(stores) == 1:
        return lambda frame: first(frame, run_value(frame))

    def run(frame: ScriptFrame) -> None:
        found = run_value(frame)
        for put in stores:
            put(frame, found)

    return run


def _augment(scope: Scope, node: ast.AugAssign) -> Step:
    # The target is computed twice, for reading and for writing: it must do nothing else.
    if any(isinstance(part, ast.Call) for part in ast.walk(node.target)):
        scope.refuse(node, f"no call may stand in {shown_code(node.target)} here; use a variable")
    current = ast.parse(ast.unparse(node.target), mode="eval").body
    for part in ast.walk(current):
        ast.copy_location(part, node.target)
    sum_ = ast.copy_location(ast.BinOp(current, node.op, node.value), node)
    value = scope.compile(sum_)
    put, run_value = store(scope, node.target, value.type), value.run
    return lambda frame: put(frame, run_value(frame))


def _expression(scope: Scope, node: ast.Expr) -> Step:
    if not isinstance(node.value, ast.Call):
        scope.refuse(node, f"the value of {shown_code(node.value)} is not used; assign it")
    run_value = scope.compile(node.value).run

    def run(frame: ScriptFrame) -> None:
        run_value(frame)

    return run


def _if(scope: Scope, node: ast.If) -> Step:
    test = scope.compile(node.test).run
    body = block(scope, node.body)
    other = block(scope, node.orelse) if node.orelse else _pass(scope, node)

    def run(frame: ScriptFrame) -> Signal | None:
        return body(frame) if test(frame) else other(frame)

    return run


def _while(scope: Scope, node: ast.While) -> Step:
    test = scope.compile(node.test).run
    body, weight = _loop_body(scope, node)
    refill = _refill(scope, node)

    def run(frame: ScriptFrame) -> Signal | None:
        while test(frame):
            frame.steps_left -= weight
            if frame.steps_left < 0:
                refill(frame)
            signal = body(frame)
            if signal is Signal.BREAK:
                return None
            if signal is Signal.RETURN:
                return signal
        return None

    return run


def _for(scope: Scope, node: ast.For) -> Step:
    values = walked(scope, node.iter)
    bind = store(scope, node.target, item_of(values.type))
    body, weight = _loop_body(scope, node)
    refill = _refill(scope, node)
    run_values = values.run

    def run(frame: ScriptFrame) -> Signal | None:
        for item in run_values(frame):
            frame.steps_left -= weight
            if frame.steps_left < 0:
                refill(frame)
            bind(frame, item)
            signal = body(frame)
            if signal is Signal.BREAK:
                return None
            if signal is Signal.RETURN:
                return signal
        return None

    return run


def _loop_body(scope: Scope, node: ast.For | ast.While) -> tuple[Step, int]:
    """The body of a loop, and what each round costs."""
    if node.orelse:
        scope.refuse(node.orelse[0], "else after a loop is not offered; use a variable")
    scope.loops += 1
    body = block(scope, node.body)
    scope.loops -= 1
    test = [node.test] if isinstance(node, ast.While) else []
    return body, LOOP_WEIGHT + weight_of([*test, *node.body])


def _refill(scope: Scope, node: ast.stmt) -> Callable[[ScriptFrame], None]:
    source = scope.source

    def refill(frame: ScriptFrame) -> None:
        try:
            frame.refill()
        except Refused as error:
            raise source.failed(node, error) from None

    return refill


def _break(scope: Scope, node: ast.Break) -> Step:
    _check_in_loop(scope, node, "break")
    return lambda frame: Signal.BREAK


def _continue(scope: Scope, node: ast.Continue) -> Step:
    _check_in_loop(scope, node, "continue")
    return lambda frame: Signal.CONTINUE


def _check_in_loop(scope: Scope, node: ast.stmt, word: str) -> None:
    if not scope.loops:
        scope.refuse(node, f"{word} stands outside of a loop")


def _pass(scope: Scope, node: ast.stmt) -> Step:
    return lambda frame: None


def _return(scope: Scope, node: ast.Return) -> Step:
    if not scope.in_function:
        scope.refuse(node, "return stands outside of a function; use if … else")
    value = scope.compile(node.value).run if node.value else _nothing

    def run(frame: ScriptFrame) -> Signal:
        frame.answer = value(frame)
        return Signal.RETURN

    return run


def _nothing(frame: object) -> Value:
    return None


def _nested_function(scope: Scope, node: ast.FunctionDef) -> NoReturn:
    scope.refuse(node, "a function stands at the left margin of a script, in no loop or function")


HANDLERS: Mapping[type[ast.stmt], Callable[..., Step]] = {
    ast.Assign: _assign,
    ast.AugAssign: _augment,
    ast.Expr: _expression,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _pass,
    ast.Return: _return,
    ast.FunctionDef: _nested_function,
}

_NO_IMPORT = "import is not offered; work outside belongs in a service task with a Python handler"
REFUSED: Mapping[type[ast.stmt], str] = {
    ast.Import: _NO_IMPORT,
    ast.ImportFrom: _NO_IMPORT,
    ast.ClassDef: "class is not offered; use rows, such as {'Name': Name}",
    ast.AsyncFunctionDef: "async is not offered; work outside belongs in a service task",
    ast.Try: "try is not offered; ask beforehand, such as `if Name in row`",
    ast.Raise: "raise is not offered; write fail('why')",
    ast.Assert: "assert is not offered; write if …: fail('why')",
    ast.With: "with is not offered",
    ast.Delete: "del is not offered; write row.pop('Name')",
    ast.Global: "global is not offered; a function gives its result by return",
    ast.Nonlocal: "nonlocal is not offered; a function gives its result by return",
    ast.AnnAssign: "types are not written in scripts; write Name = value",
    ast.Match: "match is not offered; use if and elif",
}
