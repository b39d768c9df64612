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
from procession.bpmn.forms import BOOLEAN, CAPTION, ID_LENGTH_MAX, LABEL, choice
from procession.bpmn.problems import Problems, line_of, near
from procession.bpmn.vocabulary import (
    ATTRIBUTES,
    BOOLEANS,
    BPMN_NAMES,
    CHILDREN,
    DIAGRAM_NAMESPACES,
    ENUMERATIONS,
    FIXED_ATTRIBUTES,
    MODEL,
    NOT_EVERYWHERE,
    ROLES,
    SINGLE,
    UNSUPPORTED,
    name_of,
    space_of,
)
from procession.core.values import guid, shown

_ID = re.compile(r"[\w.:-]+")
# A timer's children are checked where it is read.
_CHECKED = CHILDREN.keys() - {"timerEventDefinition"}
_FORMS = {name: choice(values) for name, values in ENUMERATIONS.items()}
_UID = f"{{{NAMESPACE}}}uid"
_OURS = f"{{{NAMESPACE}}}"
_MODEL = f"{{{MODEL}}}"

# How somebody gets on without what is refused.
_INSTEAD = {
    "eventDefinition": "; write one with a kind, such as messageEventDefinition",
    "loopCharacteristics": "; write standardLoopCharacteristics or a multiInstance one",
    **dict.fromkeys(ROLES, " here; a userTask may have it"),
    "property": " here; use one of the process, a sub-process or an activity",
    "ioBinding": "; call the process by its name",
    "resourceParameterBinding": "; write a resourceAssignmentExpression",
    "choreography": "; describe what each participant does as a process of its own",
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
    if name in BOOLEANS & known:
        check_form(element, name, BOOLEAN, problems)
    elif name in ENUMERATIONS and name in known:
        check_form(element, name, _FORMS[name], problems)
    if name in known:
        if name in FIXED_ATTRIBUTES and text.strip() not in FIXED_ATTRIBUTES[name]:
            message = f"{name}={shown(text)} is not supported yet; remove it"
            problems.add("unsupported-attribute", message, element)
    else:
        message = f"BPMN has no attribute {shown(name)} on a {owner}.{near(name, known)}"
        problems.add("unknown-attribute", message, element)


def check_tree(element: _Element, problems: Problems) -> None:
    """Checks the children of an element that runs, and theirs; refused ones are left alone."""
    waiting = [element]
    while waiting:
        owner = waiting.pop()
        check_children(owner, problems)
        allowed = CHILDREN[name_of(owner)] & _CHECKED
        waiting += [
            child for child in owner if space_of(child) == MODEL and name_of(child) in allowed
        ]


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
    if name in UNSUPPORTED or name in NOT_EVERYWHERE:
        message = f"{name} is not supported yet{_INSTEAD.get(name, '')}"
        problems.add("unsupported-element", message, child)
    elif name in BPMN_NAMES:
        problems.add("misplaced-element", f"{name} cannot stand in {owner}", child)
    else:
        message = f"BPMN has no element {shown(name)} in {owner}.{near(name, CHILDREN[owner])}"
        problems.add("unknown-element", message, child)
