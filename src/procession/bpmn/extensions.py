"""Our namespace in a file: which elements and attributes it has, where each may stand, how it is
written. procession.xsd and procession.moddle.json say the same; a test holds the three together.

Rule: nothing of our namespace is ignored. What stands where nobody reads it is a problem.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from lxml.etree import _Element

from procession.bpmn import forms
from procession.bpmn.forms import CONTROL, CONTROL_BUT_BREAKS, Form
from procession.bpmn.problems import Problems, near, plain
from procession.bpmn.vocabulary import (
    FLOW_NODES,
    GLOBAL_TASKS,
    local_name,
    model,
    name_of,
    namespace_of,
    space_of,
)
from procession.core.values import guid, shown

NAMESPACE = "urn:procession:bpmn:1.0"
# Another version of it, say: its elements would be somebody else's, and so be ignored.
_FAMILY = "urn:procession:"

# The name space of the GUIDs that a file leaves out.
_DERIVED = UUID("5a3f0c1e-8f2b-5d6e-9c47-2b1d7e60a9f4")

ATTRIBUTES_MAX = 200

EXTENSION_ELEMENTS = model("extensionElements")


@dataclass(frozen=True, slots=True)
class Attribute:
    form: Form
    required: bool = False


_OUTPUT = {"source": Attribute(forms.LABEL, True), "target": Attribute(forms.LABEL, True)}
_INPUT = {
    "target": Attribute(forms.IDENTIFIER, True),
    "expression": Attribute(forms.EXPRESSION, True),
}

_HANDLER = {
    "name": Attribute(forms.LABEL, True),
    "allInputs": Attribute(forms.BOOLEAN),
    "allOutputs": Attribute(forms.BOOLEAN),
}
_DECISION = {
    "decision": Attribute(forms.LABEL, True),
    "version": Attribute(forms.VERSION),
    "result": Attribute(forms.LABEL),
    "allOutputs": Attribute(forms.BOOLEAN),
}
_PAYLOAD = {
    "name": Attribute(forms.LABEL, True),
    "expression": Attribute(forms.EXPRESSION, True),
}
_RULES = ("businessRuleTask", "globalBusinessRuleTask")
# The event definitions that carry values.
_CARRIED = (
    *("messageEventDefinition", "signalEventDefinition", "errorEventDefinition"),
    "escalationEventDefinition",
)

# (what it stands in, its name): its attributes.
ELEMENTS: Mapping[tuple[str, str], Mapping[str, Attribute]] = {
    ("process", "parameter"): {
        "code": Attribute(forms.IDENTIFIER, True),
        "caption": Attribute(forms.CAPTION),
        "type": Attribute(forms.TYPE, True),
        "direction": Attribute(forms.DIRECTION),
        "default": Attribute(forms.EXPRESSION),
        "uid": Attribute(forms.GUID),
    },
    ("parameter", "column"): {
        "code": Attribute(forms.LABEL, True),
        "type": Attribute(forms.TYPE, True),
    },
    ("serviceTask", "addData"): {"table": Attribute(forms.LABEL, True)},
    ("addData", "value"): {
        "column": Attribute(forms.LABEL, True),
        "expression": Attribute(forms.EXPRESSION, True),
    },
    ("addData", "output"): _OUTPUT,
    ("serviceTask", "readData"): {
        "table": Attribute(forms.LABEL, True),
        "mode": Attribute(forms.MODE),
        "limit": Attribute(forms.LIMIT),
    },
    ("readData", "column"): {"name": Attribute(forms.LABEL, True)},
    ("readData", "filter"): {
        "column": Attribute(forms.LABEL, True),
        "operator": Attribute(forms.OPERATOR, True),
        "expression": Attribute(forms.EXPRESSION),
    },
    ("readData", "sort"): {
        "column": Attribute(forms.LABEL, True),
        "direction": Attribute(forms.SORT_DIRECTION),
    },
    ("readData", "output"): _OUTPUT,
    ("serviceTask", "http"): {
        "method": Attribute(forms.METHOD),
        "url": Attribute(forms.EXPRESSION, True),
        "body": Attribute(forms.EXPRESSION),
        "timeout": Attribute(forms.TIMEOUT),
    },
    ("http", "header"): {
        "name": Attribute(forms.HEADER, True),
        "expression": Attribute(forms.EXPRESSION, True),
    },
    ("http", "output"): _OUTPUT,
    ("serviceTask", "handler"): _HANDLER,
    ("handler", "input"): _INPUT,
    ("handler", "output"): _OUTPUT,
    **dict.fromkeys(((task, "handler") for task in _RULES), _HANDLER),
    **dict.fromkeys(((task, "decision") for task in _RULES), _DECISION),
    ("decision", "input"): _INPUT,
    ("decision", "output"): _OUTPUT,
    ("callActivity", "input"): _INPUT,
    ("callActivity", "output"): _OUTPUT,
    **dict.fromkeys(((thrower, "payload") for thrower in _CARRIED), _PAYLOAD),
    **dict.fromkeys(((catcher, "output") for catcher in _CARRIED), _OUTPUT),
    ("sendTask", "payload"): _PAYLOAD,
    ("receiveTask", "output"): _OUTPUT,
}

_MESSAGE = {
    "correlationKey": Attribute(forms.EXPRESSION),
    "timeToLive": Attribute(forms.TIME_TO_LIVE),
}
_RETRIED = {"retries": Attribute(forms.ATTEMPTS), "retryDelay": Attribute(forms.DELAY)}
_PEOPLE = {
    "form": Attribute(forms.LABEL),
    **dict.fromkeys(
        ("assignee", "users", "groups", "dueDate", "followUpDate", "priority"),
        Attribute(forms.EXPRESSION),
    ),
}
_FORMULA = {"result": Attribute(forms.LABEL), "formula": Attribute(forms.EXPRESSION)}

# The attributes that BPMN's own elements may carry in our namespace; every flow element has UID.
ON_BPMN: Mapping[str, Mapping[str, Attribute]] = {
    "process": {
        "background": Attribute(forms.BOOLEAN),
        "open": Attribute(forms.BOOLEAN),
        "timeZone": Attribute(forms.TIME_ZONE),
    },
    "timerEventDefinition": {"timeZone": Attribute(forms.TIME_ZONE)},
    "serviceTask": _RETRIED,
    "businessRuleTask": _RETRIED,
    "globalBusinessRuleTask": _RETRIED,
    "userTask": _PEOPLE,
    "globalUserTask": _PEOPLE,
    "scriptTask": _FORMULA,
    "globalScriptTask": _FORMULA,
    "messageEventDefinition": _MESSAGE,
    "sendTask": _MESSAGE,
    "receiveTask": {"correlationKey": Attribute(forms.EXPRESSION)},
    "callActivity": {
        "version": Attribute(forms.VERSION),
        "versionExpression": Attribute(forms.EXPRESSION),
        "calledBy": Attribute(forms.EXPRESSION),
        "allInputs": Attribute(forms.BOOLEAN),
        "allOutputs": Attribute(forms.BOOLEAN),
    },
    "adHocSubProcess": {"beginWith": Attribute(forms.EXPRESSION)},
    "multiInstanceLoopCharacteristics": {
        "items": Attribute(forms.EXPRESSION),
        "item": Attribute(forms.IDENTIFIER),
        "output": Attribute(forms.LABEL),
        "outputItem": Attribute(forms.EXPRESSION),
        "firstCounter": Attribute(forms.FIRST_COUNTER),
    },
}
UID = {"uid": Attribute(forms.GUID), "silence": Attribute(forms.LABEL)}
WITH_UID = FLOW_NODES | GLOBAL_TASKS.keys() | {"process", "sequenceFlow"}

_NAMES = {name for _, name in ELEMENTS}
_NAMES_ON_BPMN = set(UID).union(*ON_BPMN.values())


def tag(name: str) -> str:
    """Our element or attribute, as lxml writes its name."""
    return f"{{{NAMESPACE}}}{name}"


def uid_of(element: _Element, attribute: str, path: str) -> UUID:
    """The GUID in an attribute, or one derived from the path of ids, the same on every machine.

    Without an attribute it is always derived.
    """
    given = element.get(attribute, "") if attribute else ""
    return guid(given) or uuid5(_DERIVED, path)


def extensions(element: _Element, *names: str) -> Iterable[_Element]:
    """Our elements of these names in the element's extensionElements, in file order."""
    wanted = [tag(name) for name in names]
    for holder in element.iterchildren(EXTENSION_ELEMENTS):
        yield from holder.iterchildren(*wanted)


def check_versions(root: _Element, problems: Problems) -> None:
    """A namespace that looks like ours and is not: all that stands in it would be passed over."""
    for namespace in root.nsmap.values():
        if namespace.startswith(_FAMILY) and namespace != NAMESPACE:
            message = f"the namespace {shown(namespace)} is not known; write {NAMESPACE}"
            problems.add("unknown-extension", message, root)


def check_element(element: _Element, problems: Problems) -> None:
    """One element of our namespace: its name, its place, its attributes and what is in it."""
    name = name_of(element)
    place = _place(element)
    allowed = ELEMENTS.get((place, name))
    if name not in _NAMES:
        message = f"{shown(name)} is not an element of {NAMESPACE}.{near(name, _NAMES)}"
        problems.add("unknown-extension", message, element)
    elif allowed is None:
        places = sorted(parent for parent, child in ELEMENTS if child == name)
        message = f"{name} cannot stand here; it belongs into {' or '.join(places)}"
        problems.add("misplaced-extension", message, element)
    else:
        _check_attributes(element, name, allowed, problems)
    _check_content(element, name, problems)


def _place(element: _Element) -> str:
    """The local name of what the element extends, or of our own element that it stands in."""
    parent = element.getparent()
    if parent is not None and parent.tag == EXTENSION_ELEMENTS:
        parent = parent.getparent()
    elif parent is not None and space_of(parent) != NAMESPACE:
        return ""
    return "" if parent is None else name_of(parent)


def _check_attributes(
    element: _Element, name: str, allowed: Mapping[str, Attribute], problems: Problems
) -> None:
    for attribute in attributes(element, problems):
        if attribute in allowed:
            check_form(element, attribute, allowed[attribute].form, problems)
        elif namespace_of(attribute) in ("", NAMESPACE):
            hint = near(local_name(attribute), allowed)
            message = f"{name} has no attribute {_shown(attribute)}.{hint}"
            problems.add("unknown-attribute", message, element)
    for attribute, rule in allowed.items():
        if rule.required and not element.get(attribute, "").strip():
            problems.add("missing-attribute", f"{name} needs the attribute {attribute}", element)


def attributes(element: _Element, problems: Problems) -> list[str]:
    """The names of all attributes of an element; of one with too many, none."""
    # The parser finds each value by going through those before it.
    if len(element.attrib) > ATTRIBUTES_MAX:
        message = f"{len(element.attrib)} attributes; {ATTRIBUTES_MAX} are allowed"
        problems.add("too-many-attributes", message, element)
        return []
    return element.keys()


def _shown(attribute: str) -> str:
    name = shown(local_name(attribute))
    return f"{name} with a prefix; write it without" if namespace_of(attribute) else name


def check_form(element: _Element, attribute: str, form: Form, problems: Problems) -> None:
    """One attribute against its form. A blank one counts as absent."""
    name, text = local_name(attribute), element.get(attribute, "")
    bad = (CONTROL_BUT_BREAKS if form.multiline else CONTROL).search(text)
    if bad:
        message = f"{plain(name)} holds the control character U+{ord(bad[0]):04X}; remove it"
        problems.add("control-character", message, element)
    elif text.strip() and (wrong := form.check(text)):
        problems.add(form.code, f"{name} {wrong}", element)


def _check_content(element: _Element, name: str, problems: Problems) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        message = f"{name} holds a text, which nothing reads; its values are attributes"
        problems.add("unexpected-text", message, element)
    for child in element:
        if space_of(child) != NAMESPACE:
            message = f"{shown(name_of(child))} of another namespace cannot stand in {name}"
            problems.add("foreign-element", message, child)


def check_attribute_on_bpmn(element: _Element, attribute: str, problems: Problems) -> None:
    """One attribute of our namespace on an element of BPMN's."""
    owner = name_of(element)
    name = local_name(attribute)
    allowed = {**(UID if owner in WITH_UID else {}), **ON_BPMN.get(owner, {})}
    if name in allowed:
        check_form(element, attribute, allowed[name].form, problems)
    elif name in _NAMES_ON_BPMN:
        message = f"{name} has no meaning on a {owner}; remove it"
        problems.add("misplaced-attribute", message, element)
    else:
        hint = near(name, _NAMES_ON_BPMN)
        message = f"{shown(name)} is not an attribute of {NAMESPACE}.{hint}"
        problems.add("unknown-attribute", message, element)
