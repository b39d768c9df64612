"""What the root of a file declares for its processes: messages, signals, errors, items and so on.

Rule: everything is found by its id, in one walk over the root; who needs it says what is wrong with
a reference to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.vocabulary import local_id, model, name_of

_NOTHING: Mapping[str, _Element] = {}


@dataclass(frozen=True, slots=True)
class Key:
    """A correlation key (clause 8.4.2) and the ids of its properties."""

    id: str
    name: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """`by_name` has the elements of the root by BPMN's name for them and by their id.

    `operations` are those of all interfaces. `flow_messages`: the message that a message flow of a
    collaboration brings to a node or takes from it. `paths`: for each message, how the correlation
    properties are read from it.
    """

    by_name: Mapping[str, Mapping[str, _Element]] = field(default_factory=dict)
    operations: Mapping[str, _Element] = field(default_factory=dict)
    flow_messages: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[Key, ...] = ()
    paths: Mapping[str, Mapping[str, _Element]] = field(default_factory=dict)

    def named(self, name: str) -> Mapping[str, _Element]:
        """The elements of one of BPMN's names, `message` say, by their id."""
        return self.by_name.get(name, _NOTHING)


def read_declared(root: _Element) -> Declared:
    """The declarations of a file."""
    by_name: dict[str, dict[str, _Element]] = {}
    for child in root:
        if id := child.get("id", ""):
            by_name.setdefault(name_of(child), {})[id] = child
    return Declared(
        by_name,
        operations=_by_id(root, "interface", "operation"),
        flow_messages=_flow_messages(root),
        keys=tuple(_keys(root)),
        paths=_paths(root),
    )


def _by_id(root: _Element, owner: str, name: str) -> Mapping[str, _Element]:
    found = {
        each.get("id", ""): each
        for parent in root.iterchildren(model(owner))
        for each in parent.iterchildren(model(name))
    }
    found.pop("", None)
    return found


def _flow_messages(root: _Element) -> Mapping[str, str]:
    """What the flows of all collaborations say; a node with two messages is left out."""
    found: dict[str, set[str]] = {}
    for flow in root.iter(model("messageFlow")):
        message = local_id(flow.get("messageRef", ""))
        for end in ("sourceRef", "targetRef"):
            if message:
                found.setdefault(local_id(flow.get(end, "")), set()).add(message)
    return {node: next(iter(names)) for node, names in found.items() if len(names) == 1}


def _keys(root: _Element) -> list[Key]:
    keys = []
    for each in root.iter(model("correlationKey")):
        id = each.get("id", "")
        references = each.iterchildren(model("correlationPropertyRef"))
        properties = tuple(local_id(reference.text or "") for reference in references)
        keys.append(Key(id, each.get("name", "").strip() or id, properties))
    return keys


def _paths(root: _Element) -> Mapping[str, Mapping[str, _Element]]:
    found: dict[str, dict[str, _Element]] = {}
    for owner in root.iterchildren(model("correlationProperty")):
        for each in owner.iterchildren(model("correlationPropertyRetrievalExpression")):
            path = each.find(model("messagePath"))
            if path is not None:
                message = local_id(each.get("messageRef", ""))
                found.setdefault(message, {})[owner.get("id", "")] = path
    return found
