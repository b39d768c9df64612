"""Which dialect a file is written in: its namespaces say it.

Rule: names are compared with their namespace, never with their prefix. A file that has our own
namespace is ours, whatever else a modeler has written into it.
"""

from enum import StrEnum

from lxml.etree import _Element

from procession.bpmn.vocabulary import namespace_of

MODELER = "http://camunda.org/schema/modeler/1.0"
_PLATFORM = f"{{{MODELER}}}executionPlatform"


class Vendor(StrEnum):
    """A dialect, by the prefix that its files use."""

    CAMUNDA = "camunda"
    ZEEBE = "zeebe"
    FLOWABLE = "flowable"
    ACTIVITI = "activiti"


NAMESPACES = {
    "http://camunda.org/schema/1.0/bpmn": Vendor.CAMUNDA,
    "http://camunda.org/schema/zeebe/1.0": Vendor.ZEEBE,
    "http://flowable.org/bpmn": Vendor.FLOWABLE,
    "http://activiti.org/bpmn": Vendor.ACTIVITI,
}
# What the modelers write for themselves; it says nothing about a run.
_PLATFORMS = {"Camunda Cloud": Vendor.ZEEBE, "Camunda Platform": Vendor.CAMUNDA}
# Files that were drawn for one and then moved to the other still declare the first.
_FIRST = (Vendor.ZEEBE, Vendor.CAMUNDA, Vendor.FLOWABLE, Vendor.ACTIVITI)


def dialect_of(root: _Element) -> Vendor | None:
    """The dialect of a file; None: it is plain BPMN."""
    named = _PLATFORMS.get(root.get(_PLATFORM, ""))
    if named is not None:
        return named
    found = _used(root) or {NAMESPACES[each] for each in root.nsmap.values() if each in NAMESPACES}
    return next((vendor for vendor in _FIRST if vendor in found), None)


def _used(root: _Element) -> set[Vendor]:
    """A diagram has most of a file's elements, and few names: each is looked at once."""
    names: set[object] = set()
    for element in root.iter("{*}*"):
        names.add(element.tag)
        names.update(element.keys())
    spaces = {namespace_of(str(name)) for name in names}
    return {NAMESPACES[each] for each in spaces if each in NAMESPACES}
