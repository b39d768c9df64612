"""Work outside in files of the Java engines: service, send and business rule tasks, and messages
that are thrown by code.

Rule: external work is a handler of the topic's name; an expression is a formula; a decision is
ours. Classes, delegates and connectors are Java and are refused by name.
"""

import re
from collections.abc import Callable, Mapping

from lxml.etree import _Element

from procession.bpmn.extensions import tag
from procession.bpmn.forms import ATTEMPTS, DELAY, METHODS, duration_seconds
from procession.bpmn.vocabulary import model, name_of
from procession.core.values import shown
from procession.dialects.translation import Translation

# Events whose message code may send.
THROWING = ("endEvent", "intermediateThrowEvent")

_WORKERS = ("serviceTask", "sendTask", "businessRuleTask")
_CYCLE = re.compile(r"R(\d{1,3})/(P\S+)")
_VALUE = "_value"


def translate_work(it: Translation) -> None:
    """All tasks that have work done, and all message events that do."""
    for task in it.elements(*_WORKERS):
        _translate(it, task, task)
        read_retries(it, task)
    for definition in it.elements("messageEventDefinition"):
        event = definition.getparent()
        if event is not None and name_of(event) in THROWING:
            _translate(it, event, definition)


def _translate(it: Translation, task: _Element, says: _Element) -> None:
    way = _way(it, says)
    if way is not None:
        way(it, task, says)


def _way(
    it: Translation, says: _Element
) -> Callable[[Translation, _Element, _Element], None] | None:
    """How the work of an element is done; None: nothing of the vendor's says it."""
    return next((way for name, way in _WAYS.items() if it.get(says, name)), None)


def _class(it: Translation, task: _Element, says: _Element) -> None:
    message = (
        f"the task runs the Java class {shown(it.get(says, 'class'))}, which is not here; write it "
        "as a Python handler and name that by a topic (type external)"
    )
    it.refuse("java-class", message, says)
    be_work(it, task, says)


def _delegate(it: Translation, task: _Element, says: _Element) -> None:
    message = (
        f"the task runs the Java bean {shown(it.get(says, 'delegateExpression'))}, which is not "
        "here; write it as a Python handler and name that by a topic (type external)"
    )
    it.refuse("java-bean", message, says)
    be_work(it, task, says)


def be_work(it: Translation, task: _Element, says: _Element, /, **handler: str) -> _Element:
    """The element becomes a task for a handler; an event and a send task become service tasks."""
    if name_of(task) != "businessRuleTask":
        it.rename(task, "serviceTask")
    if says is not task:
        task.remove(says)
    given = {"name": "-", "allInputs": "true", "allOutputs": "true", **handler}
    return it.add(task, "handler", says, **given)


def _typed(it: Translation, task: _Element, says: _Element) -> None:
    kind = it.get(says, "type")
    reads = _TYPES.get(kind)
    if reads is None:
        message = f"a task of type {shown(kind)} is not here; write a handler, or use type external"
        it.refuse("dialect-task-type", message, says)
        be_work(it, task, says)
    else:
        reads(it, task, says)


def _external(it: Translation, task: _Element, says: _Element) -> None:
    topic = it.constant(it.get(says, "topic"), "the topic", says)
    if not it.get(says, "topic"):
        message = "the task is external and has no topic; name the handler that does it"
        it.refuse("dialect-task-type", message, says)
    be_work(it, task, says, name=topic or "-")


def _expression(it: Translation, task: _Element, says: _Element) -> None:
    """A pure expression is a formula; without a variable for its value it is still checked."""
    text = it.get(says, "expression")
    result = it.get(says, "resultVariable") or it.get(says, "resultVariableName")
    it.rename(task, "scriptTask")
    if says is not task:
        task.remove(says)
    be_formula(it, task, text, result)


def be_formula(it: Translation, task: _Element, text: str, result: str) -> None:
    """The script task gives the value of an expression to a variable."""
    name = it.identifier(result, task) if result else _VALUE
    if name == _VALUE:
        it.owned(task, name, task)
    it.set(task, "formula", text)
    it.set(task, "result", name or _VALUE)


# -- decisions ------------------------------------------------------------------------------------


def _decision(it: Translation, task: _Element, says: _Element) -> None:
    binding = it.get(says, "decisionRefBinding") or "latest"
    version = it.get(says, "decisionRefVersion") if binding == "version" else ""
    if binding not in ("latest", "deployment", "version"):
        message = f"decisionRefBinding {shown(binding)} is not known here; the newest version is "
        it.problems.warn("dialect-not-done", f"{message}asked", says)
    be_decision(
        it,
        task,
        decision=it.constant(it.get(says, "decisionRef"), "decisionRef", says),
        version=it.constant(version, "decisionRefVersion", says),
        result=it.get(says, "resultVariable"),
    )
    wanted = it.get(says, "mapDecisionResult")
    if not wanted and it.get(says, "resultVariable"):
        wanted = "resultList"
    if wanted in _RESULTS:
        message = f"mapDecisionResult {wanted}: the result is what the decision gives, "
        it.problems.warn("dialect-not-done", message + _RESULTS[wanted], says)


# What the engine would make of any result, and when it is that here.
_RESULTS = {
    "resultList": "a list only if its hit policy collects",
    "singleResult": "a map only if it has more than one output",
}


def be_decision(
    it: Translation, task: _Element, *, decision: str, version: str = "", result: str = ""
) -> None:
    """The business rule task asks a decision; its value goes into a variable."""
    given = {"version": version} if version else {}
    element = it.add(task, "decision", task, decision=decision or "-", **given)
    target = it.identifier(result, task) if result else ""
    if target:
        it.put(element, tag("output"), task, source="result", target=target)


def _flowable_decision(it: Translation, task: _Element, says: _Element) -> None:
    """Flowable's task of type dmn: the outputs go into variables of their names."""
    fields = _fields(it, says)
    name = fields.get("decisionTableReferenceKey") or fields.get("decisionServiceReferenceKey", "")
    it.rename(task, "businessRuleTask")
    be_decision(it, task, decision=it.constant(name, "the decision's key", says))
    added = task.findall(f".//{tag('decision')}")
    added[-1].set("allOutputs", "true")


# -- HTTP -----------------------------------------------------------------------------------------


def _http(it: Translation, task: _Element, says: _Element) -> None:
    """Flowable's HTTP task: its fields say what is asked."""
    fields = _fields(it, says)
    method = fields.get("requestMethod", "GET").upper()
    given = {
        "method": it.constant(method, "requestMethod", says) or METHODS[0],
        "url": fields.get("requestUrl", ""),
        "body": fields.get("requestBody", ""),
        "timeout": _timeout(fields.get("requestTimeout", "")),
    }
    given = {name: value for name, value in given.items() if value.strip()}
    element = it.add(task, "http", says, **given)
    for line in fields.get("requestHeaders", "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() and value.strip():
            it.put(element, tag("header"), says, name=name.strip(), expression=value.strip())
    for source, target in _http_results(task, fields):
        if it.identifier(target, says):
            it.put(element, tag("output"), says, source=source, target=target)


def _timeout(milliseconds: str) -> str:
    if not milliseconds.isdecimal():
        return ""
    return f"PT{int(milliseconds[:12]) / 1000:.3f}S"


def _http_results(task: _Element, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    prefix = fields.get("resultVariablePrefix") or task.get("id", "")
    name = fields.get("responseVariableName") or f"{prefix}ResponseBody"
    as_json = fields.get("saveResponseVariableAsJson") == "true"
    results = [("json" if as_json else "text", name)]
    if fields.get("saveResponseParameters") == "true":
        results.append(("status", f"{prefix}ResponseStatusCode"))
    return results


def _fields(it: Translation, task: _Element) -> dict[str, str]:
    """What is said by name: as an attribute, or as a text within."""
    found = {}
    for each in it.parts(task, "field"):
        inner = next(it.children(each, "string", "expression"), None)
        text = "" if inner is None else inner.text or ""
        said = each.get("stringValue") or each.get("expression") or text
        found[each.get("name", "")] = said.strip()
    return found


# -- retries --------------------------------------------------------------------------------------


def read_retries(it: Translation, task: _Element) -> None:
    """`R3/PT10M`, or a list of pauses, whose number is that of the retries."""
    cycle = it.part(task, "failedJobRetryTimeCycle")
    if cycle is None:
        return
    text = (cycle.text or "").strip()
    match = _CYCLE.fullmatch(text)
    pauses = [each.strip() for each in text.split(",")]
    if match:
        be_retried(it, task, cycle, attempts=match[1], pause=match[2])
    elif all(duration_seconds(each) is not None for each in pauses):
        be_retried(it, task, cycle, attempts=str(len(pauses) + 1), pause=pauses[0])
    else:
        message = f"the retries {shown(text)} cannot be read; the usual ones are made"
        it.problems.warn("dialect-not-done", message, cycle)


def be_retried(
    it: Translation, task: _Element, at: _Element, *, attempts: str, pause: str = ""
) -> None:
    """How often the task's work is tried, and after which pause."""
    # No attempt at all would be an incident at once; one is the least that there is here.
    attempts = "1" if attempts == "0" else attempts
    if task.tag not in (model("serviceTask"), model("businessRuleTask")):
        return
    wrong = ATTEMPTS.check(attempts) or (DELAY.check(pause) if pause else None)
    if wrong:
        message = f"the number or the pause of the retries {wrong}; the usual ones are made"
        it.problems.warn("dialect-not-done", message, at)
        return
    it.set(task, "retries", attempts)
    it.set(task, "retryDelay", pause)


_TYPES: Mapping[str, Callable[[Translation, _Element, _Element], None]] = {
    "external": _external,
    "http": _http,
    "dmn": _flowable_decision,
}
# The first of these attributes that is there says how the work is done.
_WAYS: Mapping[str, Callable[[Translation, _Element, _Element], None]] = {
    "class": _class,
    "delegateExpression": _delegate,
    "expression": _expression,
    "type": _typed,
    "decisionRef": _decision,
}
