"""Scripts of the Java engines: their formats, their results and their way to speak of variables.

Rule: `execution` of a Python script is written away: reading a variable is its name, setting one is
an assignment, so that our own Python runs it.
"""

import ast
from collections.abc import Iterator

from lxml.etree import _Element

from procession.bpmn.vocabulary import model
from procession.core.values import shown
from procession.dialects.translation import Said, Translation

# A line from 1 and a byte in it.
Place = tuple[int, int]

_PYTHON = ("python", "jython", "text/x-python", "application/x-python")
_GETTERS = ("getVariable", "getVariableLocal")
_SETTERS = ("setVariable", "setVariableLocal")


def translate_scripts(it: Translation) -> None:
    """All script tasks, and conditions that are scripts."""
    for task in it.elements("scriptTask"):
        script = task.find(model("script"))
        if _is_outside(it, task) or script is None:
            continue
        form = task.get("scriptFormat", "").strip().lower()
        task.set("scriptFormat", "python" if form in _PYTHON else form)
        if form in _PYTHON:
            script.text = without_execution(script.text or "")
        if name := it.get(task, "resultVariable"):
            it.set(task, "result", it.identifier(name, task))
    for condition in it.elements("conditionExpression"):
        _is_outside(it, condition)
        if language := condition.get("language", "").strip():
            condition.set("language", language.lower())


def _is_outside(it: Translation, element: _Element) -> bool:
    """Whether its script stands in another file, which nobody deploys."""
    resource = it.get(element, "resource")
    if resource:
        message = f"the script stands in {shown(resource)}; write it into the file itself"
        it.refuse("dialect-resource", message, element)
    return bool(resource)


def script_as_expression(it: Translation, script: _Element) -> Said:
    """A script whose value is wanted."""
    if resource := script.get("resource", "").strip():
        message = f"the script stands in {shown(resource)}; write it into the file itself"
        it.refuse("dialect-resource", message, script)
    form = script.get("scriptFormat", "").strip().lower()
    if form in _PYTHON:
        return Said(without_execution(script.text or "").strip(), "")
    return Said((script.text or "").strip(), form)


def without_execution(text: str) -> str:
    """A Python script with assignments and names instead of calls of `execution`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text  # Whoever compiles it says what is wrong.
    lines = text.encode().splitlines(keepends=True)
    # From the end, so that the places before stay right.
    for begin, end, written in sorted(_changes(tree), reverse=True):
        before, after = lines[begin[0] - 1][: begin[1]], lines[end[0] - 1][end[1] :]
        lines[begin[0] - 1 : end[0]] = [before + written.encode() + after]
    return b"".join(lines).decode()


def _changes(tree: ast.Module) -> Iterator[tuple[Place, Place, str]]:
    """What is written from where to where; that around an argument is two changes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _variable(node, _GETTERS, 1)):
            yield _begin(node), _end(node), name
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            if name := _variable(call, _SETTERS, 2):
                yield _begin(call), _begin(call.args[1]), f"{name} = ("
                yield _end(call.args[1]), _end(call), ")"


def _begin(node: ast.expr) -> Place:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> Place:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _variable(call: ast.Call, methods: tuple[str, ...], count: int) -> str:
    """The variable that a call of `execution` names; "" where it is none or not a constant."""
    function = call.func
    if not (isinstance(function, ast.Attribute) and function.attr in methods):
        return ""
    if not (isinstance(function.value, ast.Name) and function.value.id == "execution"):
        return ""
    first = call.args[0] if len(call.args) == count and not call.keywords else None
    known = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return str(first.value) if known and isinstance(first, ast.Constant) else ""
