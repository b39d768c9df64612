"""Data associations that are only drawn: modelers write them for an arrow, and they move no value.

Rule: what says which value goes where is read, or refused if it makes no sense; what says nothing
of it is taken out before anything else looks.
"""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from procession.bpmn.vocabulary import local_id, model, name_of

# bpmn-js gives each arrow into an activity a property of this name to point at.
PLACEHOLDER = "__targetRef_placeholder"
_INPUT, _OUTPUT = model("dataInputAssociation"), model("dataOutputAssociation")
_TARGET = model("targetRef")
_MEANING = tuple(map(model, ("sourceRef", "transformation", "assignment")))


def drop_drawn(root: _Element, ids: Mapping[str, _Element]) -> None:
    """Take out what is only drawn."""
    drawn = [each for each in root.iter(_INPUT, _OUTPUT) if _is_drawn(each, ids)]
    drawn += [each for each in root.iter(model("property")) if each.get("name") == PLACEHOLDER]
    for each in drawn:
        parent = each.getparent()
        assert parent is not None, f"{name_of(each)} is the root"
        parent.remove(each)


def _is_drawn(association: _Element, ids: Mapping[str, _Element]) -> bool:
    ends = [ids[each] for each in _ends(association) if each in ids]
    # Some modelers let the arrow end at the activity itself, which is no data of it.
    if any(each.get("name") == PLACEHOLDER or each is association.getparent() for each in ends):
        return True
    says = next(association.iterchildren(*_MEANING), None) is not None
    return association.tag == _OUTPUT and not says and association.find(_TARGET) is not None


def _ends(association: _Element) -> Iterator[str]:
    for end in association.iterchildren(model("sourceRef"), model("targetRef")):
        yield local_id(end.text or "")
