"""Names of the dialect that nobody reads: each is a warning, so that nothing is passed over in
silence.

Rule: rows.py knows the names; nothing is warned of twice in one place.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.extensions import EXTENSION_ELEMENTS
from procession.bpmn.problems import listed, near, plain
from procession.bpmn.vocabulary import local_name, name_of, namespace_of, space_of
from procession.core.values import shown
from procession.dialects.rows import ANYWHERE, ROWS, Meaning, Meanings, Rows
from procession.dialects.translation import Translation
from procession.dialects.vendors import NAMESPACES, Vendor

_CALLED = ("class", "delegateExpression", "expression", "type")


def check_names(it: Translation) -> None:
    """Every attribute and element of a vendor's namespace in the file."""
    for element in list(it.root.iter("{*}*")):
        vendor = NAMESPACES.get(space_of(element))
        if vendor is None:
            _check_attributes(it, element)
        elif _is_top(element):
            _check_element(it, element, vendor)


def _is_top(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == EXTENSION_ELEMENTS


def _rows(it: Translation, vendor: Vendor) -> Rows | None:
    """What we know of a vendor; of another dialect than the file's, nothing is read."""
    known = {it.vendor} if it.vendor in (Vendor.CAMUNDA, Vendor.ZEEBE) else _KIN
    return ROWS[vendor] if vendor in known else None


_KIN = {Vendor.FLOWABLE, Vendor.ACTIVITI}


def _check_attributes(it: Translation, element: _Element) -> None:
    for key in element.attrib:
        vendor, name = NAMESPACES.get(namespace_of(str(key))), local_name(str(key))
        if vendor is not None:
            rows, meanings = _rows(it, vendor), ROWS[vendor].attributes.get(name, {})
            if rows is None and _meaning(meanings, name_of(element)) is Meaning.SAME:
                continue  # What makes no difference to its own engine makes none here.
            known = {} if rows is None else rows.attributes
            _tell(it, f"{vendor}:{name}", (known, name, name_of(element)), element)


def _check_element(it: Translation, element: _Element, vendor: Vendor) -> None:
    rows, name = _rows(it, vendor), name_of(element)
    owner = _owner(element)
    known = {} if rows is None else rows.elements
    _tell(it, f"{vendor}:{name}", (known, name, owner), element)
    if rows is None or _meaning(known.get(name, {}), owner) is not Meaning.READ:
        return
    waiting = [element]
    while waiting:
        part = waiting.pop()
        _check_parts(it, part, rows)
        waiting += _understood_inside(it, part, rows)


def _check_parts(it: Translation, element: _Element, rows: Rows) -> None:
    """The attributes of a vendor's element."""
    name = name_of(element)
    parts = rows.parts.get(name)
    for part in map(str, element.attrib) if parts is not None else ():
        if parts is not None and part not in parts:
            told = f"{it.vendor}:{name} has {plain(part)}, which is not understood and passed over."
            it.problems.warn("dialect-unknown", told + near(part, parts), element)


def _understood_inside(it: Translation, element: _Element, rows: Rows) -> list[_Element]:
    """What stands in a vendor's element and is read; a warning for each that is not."""
    known = rows.inside.get(name_of(element), {})
    found = []
    for child in element.iterchildren("{*}*"):
        name = name_of(child)
        meaning = known.get(name) if it.speaks(space_of(child)) else None
        if meaning is Meaning.READ:
            found.append(child)
        elif meaning is not Meaning.SAME:
            _tell_inside(it, child, meaning)
    return found


def _tell_inside(it: Translation, child: _Element, meaning: Meaning | None) -> None:
    holder = child.getparent()
    where = "" if holder is None else f" in {it.vendor}:{name_of(holder)}"
    name = f"{it.vendor}:{name_of(child)}" if it.speaks(space_of(child)) else name_of(child)
    if meaning is Meaning.SKIPPED:
        message = f"{plain(name)}{where} is not done; the process runs without it"
        it.problems.warn("dialect-not-done", message, child)
        return
    message = f"{plain(name)}{where} is not understood and passed over"
    it.problems.warn("dialect-unknown", message, child)


def _meaning(meanings: Meanings, owner: str) -> Meaning | None:
    return meanings.get(owner) or meanings.get(ANYWHERE)


def _owner(element: _Element) -> str:
    holder = element.getparent()
    owner = None if holder is None else holder.getparent()
    return "" if owner is None else name_of(owner)


def _tell(
    it: Translation, name: str, where: tuple[Mapping[str, Meanings], str, str], at: _Element
) -> None:
    known, local, owner = where
    meanings = known.get(local)
    if meanings is None:
        message = f"{plain(name)} is not understood and passed over.{near(local, known)}"
        it.problems.warn("dialect-unknown", message, at)
        return
    meaning = _meaning(meanings, owner)
    if meaning is None:
        it.problems.warn("dialect-unknown", f"{name} says nothing on a {owner}", at)
    elif meaning is Meaning.SKIPPED:
        message = f"{name}{_java(at, local)} is not done; the process runs without it"
        it.problems.warn("dialect-not-done", message, at)
    elif local == "connector":
        message = f"the connector {shown(_connector(at))} is not here; call a handler by a topic"
        it.refuse("dialect-connector", message, at)


def _connector(element: _Element) -> str:
    return next((each.text or "" for each in element if name_of(each) == "connectorId"), "")


def _java(element: _Element, local: str) -> str:
    """What a listener would call."""
    if not local.endswith(("Listener", "Listeners")):
        return ""
    listeners = [element, *element.iterchildren("{*}*")]
    called = [each.get(name, "") for each in listeners for name in _CALLED if each.get(name)]
    return f" ({listed(called)})" if called else ""
