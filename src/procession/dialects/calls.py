"""Call activities and signals of the Java engines: what goes in and what comes out."""

from lxml.etree import _Element

from procession.core.values import shown
from procession.dialects.names import names_in_juel
from procession.dialects.translation import Said, Translation

_JAVA = ("variableMappingClass", "variableMappingDelegateExpression")


def translate_calls(it: Translation) -> None:
    """All call activities, and signals that carry values."""
    for call in it.elements("callActivity"):
        _refuse_java(it, call)
        _called(it, call)
        _version(it, call)
        if it.get(call, "inheritVariables") == "true":
            it.set(call, "allInputs", "true")
        for each in it.parts(call, "in"):
            _goes_in(it, call, each)
        results = it.parts(call, "out")
        calculates = any(each.get("sourceExpression", "").strip() for each in results)
        for each in results:
            _comes_out(it, call, each, calculates=calculates)
    for definition in it.elements("signalEventDefinition"):
        for each in it.parts(definition, "in"):
            _carried(it, definition, each)


def _refuse_java(it: Translation, call: _Element) -> None:
    for name in _JAVA:
        if given := it.get(call, name):
            message = f"{name} {shown(given)} is Java, which is not here; write in and out elements"
            it.refuse("java-class", message, call)
    if case := it.get(call, "caseRef"):
        message = f"the case {shown(case)} is called; there are no cases here, call a process"
        it.refuse("dialect-task-type", message, call)


def _called(it: Translation, call: _Element) -> None:
    name = call.get("calledElement", "").strip()
    if it.is_expression(name):
        del call.attrib["calledElement"]
        it.set(call, "calledBy", name)


def _version(it: Translation, call: _Element) -> None:
    binding = it.get(call, "calledElementBinding") or "latest"
    if binding not in ("latest", "deployment", "version"):
        message = f"calledElementBinding {shown(binding)} is not known here; the newest version is "
        it.problems.warn("dialect-not-done", f"{message}called", call)
    if binding == "version":
        version = it.get(call, "calledElementVersion")
        it.set(call, "versionExpression" if it.is_expression(version) else "version", version)


def _goes_in(it: Translation, call: _Element, each: _Element) -> None:
    if each.get("businessKey"):
        message = "there are no business keys here; give it to a variable of the called process"
        it.problems.warn("dialect-not-done", message, each)
    elif each.get("variables") == "all":
        it.set(call, "allInputs", "true")
    elif (target := _target(it, each)) and (value := _value(it, each)):
        it.add(call, "input", each, target=target, expression=value)


def _target(it: Translation, each: _Element) -> str:
    return it.identifier(each.get("target", "").strip(), each)


def _value(it: Translation, each: _Element) -> str:
    """A variable by its name, or an expression."""
    source = each.get("source", "").strip()
    if source:
        return it.variable(source) if it.identifier(source, each) else ""
    return each.get("sourceExpression", "").strip() or "${null}"


def _comes_out(it: Translation, call: _Element, each: _Element, *, calculates: bool) -> None:
    """A variable of the called process; where one is calculated with, all are brought first."""
    source, expression = each.get("source", "").strip(), each.get("sourceExpression", "").strip()
    if each.get("variables") == "all":
        it.set(call, "allOutputs", "true")
        return
    target = _target(it, each)
    if source and not it.identifier(source, each):
        return
    if target and source and not calculates:
        it.add(call, "output", each, source=source, target=target)
    elif target:
        text = it.variable(source) if source else expression
        for name in sorted(names_in_juel(text)):
            _brought(it, call, name, each)
        it.take(call, target, Said(text or "${null}"), each)


def _brought(it: Translation, call: _Element, name: str, each: _Element) -> None:
    """A variable of the called process becomes one of the call's own."""
    if name not in it.own.get(call, {}) and it.identifier(name, each):
        it.owned(call, name, each)
        it.add(call, "output", each, source=name, target=name)


def _carried(it: Translation, definition: _Element, each: _Element) -> None:
    if each.get("variables") == "all":
        message = "the signal carries what is named here only; name each variable"
        it.problems.warn("dialect-not-done", message, each)
    elif (target := _target(it, each)) and (value := _value(it, each)):
        it.add(definition, "payload", each, name=target, expression=value)
