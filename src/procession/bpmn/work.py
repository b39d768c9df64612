"""What a service or business rule task is told to do: the one element of ours in it.

Rule: one table says which element gives which job kind, what is read of it and which results it may
have. The values of each kind are fixed with the connectors that do the work.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from procession.bpmn.extensions import extensions, tag
from procession.bpmn.forms import (
    METHODS,
    MODES,
    TIMEOUT_SECONDS,
    UNARY_OPERATORS,
    boolean,
    duration_seconds,
)
from procession.bpmn.mapping import Results, check_target, read_inputs, read_outputs
from procession.bpmn.problems import Problems
from procession.bpmn.texts import Compiler
from procession.bpmn.vocabulary import name_of
from procession.core.model import Expression, Output, Retries, Template
from procession.core.values import DataType, shown

Inputs = Mapping[str, Template]
# All that is visible when the work begins, by its names.
EVERYTHING = Expression("", "", dict)

# The types that can hold a result of a known shape; one that is not here may go anywhere.
_TEXT = frozenset({DataType.TEXT})
_NUMBER = _TEXT | {DataType.INTEGER, DataType.FLOAT, DataType.DECIMAL, DataType.MONEY}
_FIRST = {"found": _TEXT | {DataType.BOOLEAN}}
_COLLECTION = {"records": _TEXT | {DataType.COLLECTION}, "count": _NUMBER}
_HTTP = {"status": _NUMBER, "headers": _TEXT}
_TWICE = {"value": "duplicate-value", "header": "duplicate-header"}
_HTTP_RESULTS = Results(frozenset({"status", "headers", "text", "json"}), _HTTP)


@dataclass(frozen=True, slots=True)
class Work:
    """How one of our elements becomes a job of `kind`."""

    kind: str
    read: Callable[[_Element, Compiler], Inputs]
    results: Callable[[_Element], Results]


def read_work(task: _Element, compiler: Compiler) -> tuple[str, Inputs, tuple[Output, ...]]:
    """The job kind of a service task, its inputs and its outputs."""
    names = WORKS_OF.get(name_of(task), ())
    works = list(extensions(task, *names))
    if len(works) != 1:
        _refuse_number(task, names, len(works), compiler.problems)
        return "", {}, ()
    element = works[0]
    work = WORKS[name_of(element)]
    inputs = work.read(element, compiler)
    outputs = read_outputs(element.iterchildren(tag("output")), work.results(element), compiler)
    return work.kind, inputs, (*outputs, *_whole_result(element, compiler))


def _whole_result(element: _Element, compiler: Compiler) -> tuple[Output, ...]:
    """The variable that takes what a decision gives, as a whole."""
    result = element.get("result", "").strip()
    if not result:
        return ()
    check_target(element, result, compiler)
    return (Output("result", result),)


def takes_all_outputs(task: _Element) -> bool:
    """Whether each result goes into the variable of its name, if there is one."""
    works = extensions(task, *WORKS_OF.get(name_of(task), ()))
    return any(boolean(work.get("allOutputs", "")) for work in works)


def read_retries(task: _Element) -> Retries:
    """How often a service task's work is tried; what the file leaves out keeps its default."""
    usual = Retries()
    attempts = _whole(task.get(tag("retries"), ""))
    delay = duration_seconds(task.get(tag("retryDelay"), ""))
    return Retries(
        attempts=usual.attempts if attempts is None else attempts,
        delay_seconds=usual.delay_seconds if delay is None else delay,
    )


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def _refuse_number(task: _Element, names: Iterable[str], number: int, problems: Problems) -> None:
    if number:
        message = f"a {name_of(task)} does one thing; keep one of its elements"
        problems.add("many-works", message, task)
        return
    ways = ", ".join(f"procession:{name}" for name in names)
    message = f"nothing says what this task does; put one of {ways} into its extensionElements"
    problems.add("no-work", message, task)


def _add_data(element: _Element, compiler: Compiler) -> Inputs:
    values = _expressions(element, "value", "column", compiler)
    return {"table": element.get("table", ""), "values": values}


def _added(element: _Element) -> Results:
    return Results(_names(element, "value", "column") | {"Id"})


def _read_data(element: _Element, compiler: Compiler) -> Inputs:
    columns = [child.get("name", "") for child in element.iterchildren(tag("column"))]
    _check_columns(element, columns, compiler.problems)
    return {
        "table": element.get("table", ""),
        "mode": _mode(element),
        "columns": tuple(columns),
        "filters": tuple(_filter(each, compiler) for each in element.iterchildren(tag("filter"))),
        "sort": tuple(_sort(each) for each in element.iterchildren(tag("sort"))),
        "limit": _limit(element, compiler.problems),
    }


def _mode(element: _Element) -> str:
    return element.get("mode", "").strip() or MODES[0]


def _limit(element: _Element, problems: Problems) -> int | None:
    limit = _whole(element.get("limit", ""))
    if limit is not None and _mode(element) == "first":
        message = "a limit is for mode collection; remove it, or write that mode"
        problems.add("misplaced-attribute", message, element)
    return limit


def _read(element: _Element) -> Results:
    columns = _names(element, "column", "name")
    if _mode(element) == "first":
        return Results(columns | _FIRST.keys(), _FIRST)
    return Results(frozenset(_COLLECTION), _COLLECTION, columns)


def _check_columns(element: _Element, columns: list[str], problems: Problems) -> None:
    if not columns:
        message = "nothing says which columns to read; write procession:column elements"
        problems.add("no-columns", message, element)
    for name, times in Counter(columns).items():
        if times > 1:
            message = f"the column {shown(name)} is there {times} times; keep one"
            problems.add("duplicate-column", message, element)


def _filter(element: _Element, compiler: Compiler) -> Template:
    operator = element.get("operator", "")
    given = bool(element.get("expression", "").strip())
    unary = operator in UNARY_OPERATORS
    if given and unary:
        message = f"{operator} compares with nothing; remove the expression"
        compiler.problems.add("misplaced-attribute", message, element)
    elif not given and not unary:
        message = "filter needs the attribute expression: what to compare with"
        compiler.problems.add("missing-attribute", message, element)
    value = compiler.attribute(element, "expression") if given else None
    return {"column": element.get("column", ""), "operator": operator, "value": value}


def _sort(element: _Element) -> Template:
    descending = element.get("direction", "") == "descending"
    return {"column": element.get("column", ""), "descending": descending}


def _http(element: _Element, compiler: Compiler) -> Inputs:
    body = element.get("body", "").strip()
    timeout = duration_seconds(element.get("timeout", ""))
    return {
        "method": element.get("method", "").strip() or METHODS[0],
        "url": compiler.attribute(element, "url"),
        "headers": _expressions(element, "header", "name", compiler),
        "body": compiler.attribute(element, "body") if body else None,
        "timeout_seconds": TIMEOUT_SECONDS if timeout is None else timeout,
    }


def _handler(element: _Element, compiler: Compiler) -> Inputs:
    name = element.get("name", "")
    inputs = read_inputs(element.iterchildren(tag("input")), compiler)
    arguments = {given.target: given.value for given in inputs}
    if boolean(element.get("allInputs", "")):
        # Of all that is visible by then, the handler takes what it has parameters for.
        return {"name": name, "arguments": arguments, "all": EVERYTHING}
    return {"name": name, "arguments": arguments}


def _decision(element: _Element, compiler: Compiler) -> Inputs:
    """Without inputs of its own a decision is given all that the task sees, by its names."""
    given = read_inputs(element.iterchildren(tag("input")), compiler)
    return {
        "decision": element.get("decision", "").strip(),
        "version": _whole(element.get("version", "").strip()),
        "values": {each.target: each.value for each in given} or EVERYTHING,
    }


def _expressions(
    element: _Element, child: str, key: str, compiler: Compiler
) -> dict[str, Expression]:
    """The expressions of the children of that name, by their attribute `key`."""
    found: dict[str, Expression] = {}
    taken = set()
    for each in element.iterchildren(tag(child)):
        name = each.get(key, "")
        # A header is the same in any case (RFC 9110, 5.1); a column is not.
        same = name.lower() if child == "header" else name
        if same in taken:
            message = f"the {child} for {shown(name)} is there twice; keep one"
            compiler.problems.add(_TWICE[child], message, each)
        taken.add(same)
        found[name] = compiler.attribute(each, "expression")
    return found


def _names(element: _Element, child: str, key: str) -> frozenset[str]:
    return frozenset(each.get(key, "") for each in element.iterchildren(tag(child)))


WORKS: Mapping[str, Work] = {
    "addData": Work("add-data", _add_data, _added),
    "readData": Work("read-data", _read_data, _read),
    "http": Work("http", _http, lambda element: _HTTP_RESULTS),
    "handler": Work("handler", _handler, lambda element: Results()),
    "decision": Work("decision", _decision, lambda element: Results()),
}
_RULES = ("decision", "handler")
# What each type of task may be told to do.
WORKS_OF: Mapping[str, tuple[str, ...]] = {
    "serviceTask": ("addData", "readData", "http", "handler"),
    "businessRuleTask": _RULES,
    "globalBusinessRuleTask": _RULES,
}
