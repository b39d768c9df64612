"""Data associations that are only drawn: modelers write them for an arrow, and they move no value.

Rule: what says which value goes where is read, or refused if it makes no sense; what says nothing
of it is taken out before anything else looks. A data store is no part of the run (clause 10.4.1),
so what reads or writes one is a drawing, too, and its author is warned.
"""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from procession.bpmn.problems import Problems
from procession.bpmn.vocabulary import local_id, model, name_of
from procession.core.values import shown

# bpmn-js gives each arrow into an activity a property of this name to point at.
PLACEHOLDER = "__targetRef_placeholder"
_INPUT, _OUTPUT = model("dataInputAssociation"), model("dataOutputAssociation")
_MEANING = tuple(map(model, ("sourceRef", "transformation", "assignment")))
_STORES = ("dataStore", "dataStoreReference")


def drop_drawn(root: _Element, ids: Mapping[str, _Element], problems: Problems) -> None:
    """Take out what is only drawn."""
    drawn = [each for each in root.iter(_INPUT, _OUTPUT) if _is_drawn(each, ids, problems)]
    drawn += [each for each in root.iter(model("property")) if each.get("name") == PLACEHOLDER]
    for each in drawn:
        parent = each.getparent()
        assert parent is not None, f"{name_of(each)} is the root"
        parent.remove(each)


def _is_drawn(association: _Element, ids: Mapping[str, _Element], problems: Problems) -> bool:
    ends = [ids[each] for each in _ends(association) if each in ids]
    if any(each.get("name") == PLACEHOLDER for each in ends):
        return True
    if association.tag == _OUTPUT and next(association.iterchildren(*_MEANING), None) is None:
        return association.find(model("targetRef")) is not None
    stores = [each for each in ends if name_of(each) in _STORES]
    for store in stores:
        message = (
            f"the engine does not keep the data store {shown(store.get('id', ''))}, so nothing is "
            "read or written there; use a data object or a property, or a serviceTask with "
            "procession:readData or procession:addData"
        )
        problems.warn("data-store", message, association)
    return bool(stores)


def _ends(association: _Element) -> Iterator[str]:
    for end in association.iterchildren(model("sourceRef"), model("targetRef")):
        yield local_id(end.text or "")
