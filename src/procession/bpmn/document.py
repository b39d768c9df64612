"""What holds for a whole file, before any process of it is read: ids, attributes, known names.

Rule: these checks look at elements one by one, so each problem is found once, whatever reads the
element later. BPMN DI and other namespaces are not looked at.
"""

import re
from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.extensions import (
    NAMESPACE,
    attributes,
    check_attribute_on_bpmn,
    check_element,
    check_form,
    check_versions,
)
from procession.bpmn.forms import BOOLEAN, CAPTION, ID_LENGTH_MAX, LABEL
from procession.bpmn.problems import Problems, line_of, near
from procession.bpmn.vocabulary import (
    ATTRIBUTES,
    BPMN_NAMES,
    CHILDREN,
    DIAGRAM_NAMESPACES,
    EVENT_DEFINITIONS,
    FIXED_ATTRIBUTES,
    MODEL,
    SINGLE,
    UNSUPPORTED,
    UNSUPPORTED_ATTRIBUTES,
    name_of,
    space_of,
)
from procession.core.values import guid, shown

_ID = re.compile(r"[\w.:-]+")
_BOOLEANS = frozenset(
    {
        *("isExecutable", "isForCompensation", "triggeredByEvent", "isInterrupting"),
        *("cancelActivity", "parallelMultiple"),
    }
)
_UID = f"{{{NAMESPACE}}}uid"
_OURS = f"{{{NAMESPACE}}}"
_MODEL = f"{{{MODEL}}}"

# What an event may be instead of one with a definition that is refused.
_OTHER_EVENTS = {
    "startEvent": "use a none startEvent",
    "endEvent": "use a none endEvent, an error or a terminate",
    "intermediateThrowEvent": "use a none intermediateThrowEvent or a link",
    "intermediateCatchEvent": "use a timer or a link",
    "boundaryEvent": "use a timer or an error",
}
# How somebody gets on without what is refused.
_INSTEAD = {
    "eventBasedGateway": "; use a userTask with a timer on its boundary",
    "complexGateway": "; use an inclusiveGateway",
    "sendTask": "; use a serviceTask",
    "businessRuleTask": "; use a scriptTask or a serviceTask",
    "property": "; use a procession:parameter of the process",
    "ioSpecification": "; use procession:parameter, procession:input and procession:output",
    "dataInputAssociation": "; draw an association instead, or use procession:input",
    "dataOutputAssociation": "; draw an association instead, or use procession:output",
}


def check_root(root: _Element, problems: Problems) -> None:
    """The root is BPMN's `definitions` (clause 8.2.1); otherwise nothing else is worth reading."""
    namespace, name = space_of(root), name_of(root)
    if name == "definitions" and namespace != MODEL:
        message = f"the namespace {shown(namespace)} is not BPMN 2.0; write {MODEL}"
        problems.add("wrong-namespace", message, root)
    elif name != "definitions":
        message = f"the root is {shown(name)}; a BPMN file begins with definitions"
        problems.add("wrong-root", message, root)
    problems.raise_if_any()


def check_document(root: _Element, problems: Problems) -> Mapping[str, _Element]:
    """Checks every element of BPMN's and of our namespace. Answers BPMN's elements by their id."""
    check_versions(root, problems)
    ids: dict[str, _Element] = {}
    uids: dict[str, _Element] = {}
    for element in root.iter(f"{_MODEL}*", f"{_OURS}*"):
        if space_of(element) == NAMESPACE:
            check_element(element, problems)
            _note_uid(element, element.get("uid"), uids, problems)
        else:
            _check_id(element, ids, problems)
            _check_attributes(element, problems)
            _note_uid(element, element.get(_UID), uids, problems)
    return ids


def _check_id(element: _Element, ids: dict[str, _Element], problems: Problems) -> None:
    own = element.get("id")
    if own is None:
        return
    if not _ID.fullmatch(own):
        message = f"the id {shown(own)} is not valid; write letters, digits, _, - and ."
        problems.add("bad-id", message, element)
    elif len(own) > ID_LENGTH_MAX:
        message = f"an id of {len(own)} characters; {ID_LENGTH_MAX} are allowed"
        problems.add("too-long", message, element)
    first = ids.setdefault(own, element)
    if first is element:
        return
    line = line_of(first)
    both = name_of(element) == name_of(first) == "process"
    code, what = ("duplicate-process", "process") if both else ("duplicate-id", "element")
    problems.add(code, f"the id {shown(own)} is that of another {what}, in line {line}", element)


def _note_uid(
    element: _Element, text: str | None, uids: dict[str, _Element], problems: Problems
) -> None:
    uid = guid(text or "")
    if uid and (first := uids.setdefault(str(uid), element)) is not element:
        message = f"the uid {uid} is that of another element, in line {line_of(first)}"
        problems.add("duplicate-uid", message, element)


def _check_attributes(element: _Element, problems: Problems) -> None:
    known = ATTRIBUTES.get(name_of(element))
    for attribute in attributes(element, problems):
        if attribute.startswith(_OURS):
            check_attribute_on_bpmn(element, attribute, problems)
        elif attribute != "id" and not attribute.startswith("{"):
            form = CAPTION if attribute == "name" else LABEL
            check_form(element, attribute, form, problems)
            if known is not None:
                _check_meaning(element, attribute, problems)


def _check_meaning(element: _Element, name: str, problems: Problems) -> None:
    owner, text = name_of(element), element.get(name, "")
    known = ATTRIBUTES[owner]
    if name in _BOOLEANS & known:
        check_form(element, name, BOOLEAN, problems)
    if name in known:
        if name in FIXED_ATTRIBUTES and text.strip() not in FIXED_ATTRIBUTES[name]:
            message = f"{name}={shown(text)} is not supported yet; remove it"
            problems.add("unsupported-attribute", message, element)
    elif name in UNSUPPORTED_ATTRIBUTES:
        message = f"{owner} with {name} is not supported yet; remove it"
        problems.add("unsupported-attribute", message, element)
    else:
        message = f"BPMN has no attribute {shown(name)} on a {owner}.{near(name, known)}"
        problems.add("unknown-attribute", message, element)


def check_children(element: _Element, problems: Problems) -> None:
    """Whether each child of an element that runs may stand there; refuses the others by name."""
    owner = name_of(element)
    allowed = CHILDREN[owner]
    seen = set()
    for child in element:
        namespace, name = space_of(child), name_of(child)
        if name in SINGLE and name in seen:
            problems.add("duplicate-element", f"{owner} has a second {name}; keep one", child)
        seen.add(name)
        if namespace == MODEL and name not in allowed:
            _refuse(owner, child, problems)
        elif namespace not in (MODEL, NAMESPACE) and not _diagram(owner, namespace):
            message = (
                f"{shown(name)} of namespace {shown(namespace)} may stand in extensionElements only"
            )
            problems.add("foreign-element", message, child)


def _diagram(owner: str, namespace: str) -> bool:
    return owner == "definitions" and namespace in DIAGRAM_NAMESPACES


def _refuse(owner: str, child: _Element, problems: Problems) -> None:
    name = name_of(child)
    if name in EVENT_DEFINITIONS and owner in _OTHER_EVENTS:
        message = f"{owner} with {name} is not supported yet; {_OTHER_EVENTS[owner]}"
        problems.add("unsupported-element", message, child)
    elif name in UNSUPPORTED:
        message = f"{name} is not supported yet{_INSTEAD.get(name, '')}"
        problems.add("unsupported-element", message, child)
    elif name in BPMN_NAMES:
        problems.add("misplaced-element", f"{name} cannot stand in {owner}", child)
    else:
        message = f"BPMN has no element {shown(name)} in {owner}.{near(name, CHILDREN[owner])}"
        problems.add("unknown-element", message, child)
