"""Functions as boxed expressions: defining them, invoking them, and those that go through a list.

Rule: a function is FEEL's own kind of value, so a text may call it as well. An argument that does
not fit its parameter becomes null, and the function runs all the same (DMN 1.5, 10.3.2.9.4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml.etree import _Element

from procession.core.values import Value, shown
from procession.dmn.boxed import part
from procession.dmn.file import Visible
from procession.dmn.logic import NOTHING, Logic, Visit
from procession.dmn.types import ItemType, fitted
from procession.feel import (
    UNKNOWN,
    Builtin,
    Frame,
    Parameter,
    Shape,
    call_named,
    compile_program,
    lend,
)
from procession.feel.filters import filtered
from procession.feel.tokens import words_of

# What a call costs, in steps of the budget, besides what runs in it.
CALL_WEIGHT = 4
FORMAL_PARAMETERS_MAX = 255
# Where a filter puts its item.
_ITEM = 0


@dataclass(frozen=True, slots=True)
class Formal:
    """A formal parameter."""

    name: str
    type: ItemType


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as it stands in the file; it becomes a value where its names have values."""

    name: str
    formals: tuple[Formal, ...]
    body: Logic


def function_value(
    name: str, formals: Sequence[Formal], notes: Visit, body: Callable[[Frame, list[Value]], Value]
) -> Builtin:
    """A value that FEEL can call; `body` is given the fitted arguments in order."""

    def run(frame: Frame, *arguments: Value) -> Value:
        visit = Visit(frame, notes.notes)
        given = [
            fitted(visit, formal.type, value, f"the argument {formal.name} of {name}")
            for formal, value in zip(formals, arguments, strict=True)
        ]
        frame.budget.enter(CALL_WEIGHT)
        answer = body(frame, given)
        frame.budget.leave()
        return answer

    return lend(name, [Parameter(formal.name, _anything) for formal in formals], run)


def _anything(value: Value) -> Value:
    return value


def closure(definition: Definition, visit: Visit) -> Builtin:
    """The function with the names that it sees, as they are now."""
    seen = visit.frame.values

    def body(frame: Frame, given: list[Value]) -> Value:
        names = (formal.name for formal in definition.formals)
        values = {**seen, **dict(zip(names, given, strict=True))}
        return definition.body.run(Visit(Frame(values, frame.budget), visit.notes))

    return function_value(definition.name, definition.formals, visit, body)


def read_definition(element: _Element, visible: Visible, what: str) -> Definition:
    """A functionDefinition or an encapsulatedLogic, which is one."""
    kind = (element.get("kind") or "FEEL").strip()
    if kind != "FEEL":
        message = f"{what} is a function of kind {shown(kind)}; write it in FEEL"
        visible.file.problems.add("unsupported-function-kind", message, element)
        return Definition(what, (), NOTHING)
    formals = _formals(element, visible, what)
    inner = visible.knowing({formal.name: formal.type.shape for formal in formals})
    return Definition(what, tuple(formals), inner.read_in(element, what))


def _formals(element: _Element, visible: Visible, what: str) -> list[Formal]:
    file, formals = visible.file, list[Formal]()
    for each in file.children(element, "formalParameter"):
        name = (each.get("name") or "").strip()
        if not name or any(name == formal.name for formal in formals):
            message = f"the parameters of {what} need names that differ; name each"
            file.problems.add("duplicate-name", message, each)
        elif len(formals) >= FORMAL_PARAMETERS_MAX:
            message = f"{what} has more than {FORMAL_PARAMETERS_MAX} parameters; use a context"
            file.problems.add("too-many-parameters", message, each)
            break
        else:
            formals.append(Formal(name, file.type_of(each)))
    return formals


def read_function(element: _Element, visible: Visible) -> Logic:
    """A functionDefinition: a function that sees the names around it."""
    definition = read_definition(element, visible, visible.owner)
    return Logic(lambda visit: closure(definition, visit))


def read_invocation(element: _Element, visible: Visible) -> Logic:
    """An invocation: a function by its name, its arguments by theirs."""
    called = visible.read_in(element, f"the function that {visible.owner} invokes")
    bindings: dict[str, Logic] = {}
    for binding in visible.file.children(element, "binding"):
        name = _bound(binding, visible)
        if name in bindings:
            message = f"{visible.owner} binds {shown(name)} twice; keep one of the bindings"
            visible.file.problems.add("duplicate-name", message, binding)
        bindings[name] = visible.read_in(binding, f"the argument {name} of {visible.owner}")
    words = {name: words_of(name) for name in bindings}

    def run(visit: Visit) -> Value:
        function = called.run(visit)
        arguments = {words[name]: logic.run(visit) for name, logic in bindings.items()}
        if type(function) is Builtin:
            _note_misfits(visit, visible.owner, function, list(bindings))
        return call_named(visit.frame, function, arguments)

    return Logic(run)


def _bound(binding: _Element, visible: Visible) -> str:
    parameter = visible.file.child(binding, "parameter")
    name = "" if parameter is None else (parameter.get("name") or "").strip()
    if not name:
        message = f"a binding of {visible.owner} without a parameter's name; name it"
        visible.file.problems.add("missing-name", message, binding)
    return name


def _note_misfits(visit: Visit, owner: str, function: Builtin, given: list[str]) -> None:
    names = {words_of(each.name) for one in function.overloads for each in one.parameters}
    for name in given:
        if words_of(name) not in names:
            visit.notes.add(f"{owner} binds {name!r}, which {function.name} does not take")


# -- through a list -------------------------------------------------------------------------------


def read_filter(element: _Element, visible: Visible) -> Logic:
    """filter (DMN 1.4): `in` with its items for which `match` holds, as FEEL's own filter."""
    source = part(element, "in", visible)
    item = source.shape.item or source.shape
    names = {**item.names, "item": item}
    match = part(element, "match", visible.knowing(names))

    def bound(value: Value) -> dict[str, Value]:
        entries = value if type(value) is dict else {}
        return {**{name: entries.get(name) for name in item.names}, "item": value}

    def run(visit: Visit) -> Value:
        def holds(frame: Frame) -> Value:
            return match.run(visit.knowing(bound(frame.locals[_ITEM])))

        frame = Frame({}, visit.frame.budget)
        return filtered(frame, source.run(visit), (_ITEM, holds, CALL_WEIGHT))

    return Logic(run, source.shape)


def read_for(element: _Element, visible: Visible) -> Logic:
    """for (DMN 1.4): a list of what `return` makes of each item; it sees `partial` too."""
    name, source, names = _iteration(element, visible)
    body = part(element, "return", visible.knowing({**names, "partial": UNKNOWN}))
    run = _stepping(
        "for each in source return step(each, partial)",
        ("each", "partial"),
        source,
        body.run,
        named=lambda step: {"partial": step[1], name: step[0]},
    )
    return Logic(run, Shape(item=body.shape))


def read_some(element: _Element, visible: Visible) -> Logic:
    """some (DMN 1.4): whether `satisfies` holds for one item at least."""
    return _quantified(element, visible, "some")


def read_every(element: _Element, visible: Visible) -> Logic:
    """every (DMN 1.4): whether `satisfies` holds for all items."""
    return _quantified(element, visible, "every")


def _quantified(element: _Element, visible: Visible, word: str) -> Logic:
    name, source, names = _iteration(element, visible)
    test = part(element, "satisfies", visible.knowing(names))
    text = f"{word} each in source satisfies step(each)"
    return Logic(_stepping(text, ("each",), source, test.run, named=lambda step: {name: step[0]}))


def _iteration(element: _Element, visible: Visible) -> tuple[str, Logic, dict[str, Shape]]:
    name = (element.get("iteratorVariable") or "").strip()
    if not name:
        message = f"{visible.owner} has no iteratorVariable; name the item"
        visible.file.problems.add("missing-name", message, element)
    source = part(element, "in", visible)
    return name, source, {name: source.shape.item or UNKNOWN}


def _stepping(
    text: str,
    parameters: Sequence[str],
    source: Logic,
    body: Callable[[Visit], Value],
    *,
    named: Callable[[Sequence[Value]], dict[str, Value]],
) -> Callable[[Visit], Value]:
    """Lets FEEL itself go through the list, and the body be a function that it calls."""
    program = compile_program(text, {"source": UNKNOWN, "step": UNKNOWN})
    formals = [Parameter(name, _anything) for name in parameters]

    def run(visit: Visit) -> Value:
        def step(frame: Frame, *arguments: Value) -> Value:
            frame.budget.spend(CALL_WEIGHT)
            return body(visit.knowing(named(arguments)))

        values = {"source": source.run(visit), "step": lend("step", formals, step)}
        return program.run(Frame(values, visit.frame.budget))

    return run
