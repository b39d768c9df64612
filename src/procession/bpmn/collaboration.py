"""Collaborations: participants and the message flows between them (BPMN 2.0.2, clause 9).

Rule: a pool is a drawing around a process, and a message flow runs nothing by itself: it may say
which message its ends mean. What contradicts itself in it is a problem all the same. Everything is
checked by the ids of the whole file, those of processes that are only drawn too.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.problems import Problems, near
from procession.bpmn.vocabulary import ACTIVITIES, local_id, model, name_of
from procession.core.values import shown

_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_THROWING = frozenset({"intermediateThrowEvent", "endEvent"})
# What a message flow may leave, and what it may lead to (clauses 7.6.2 and 9.4).
_ENDS = {
    "sourceRef": ACTIVITIES | _THROWING | {"participant"},
    "targetRef": ACTIVITIES | _CATCHING | {"participant"},
}
_PROCESS = model("process")


def check_collaborations(root: _Element, ids: Mapping[str, _Element], problems: Problems) -> None:
    """The participants and the message flows of all collaborations of a file."""
    for collaboration in root.iterchildren(model("collaboration")):
        for participant in collaboration.iterchildren(model("participant")):
            _check_participant(participant, ids, problems)
        for flow in collaboration.iterchildren(model("messageFlow")):
            _check_flow(flow, ids, problems)


def _check_participant(
    participant: _Element, ids: Mapping[str, _Element], problems: Problems
) -> None:
    """A pool without a process is a black box."""
    name = participant.get("processRef", "").strip()
    process = ids.get(local_id(name))
    # A prefix says that the process stands in another file.
    if name and ":" not in name and (process is None or process.tag != _PROCESS):
        message = f"processRef is {shown(name)}, which is no process of the file; add it, or "
        problems.add("unknown-participant", f"{message}remove processRef", participant)


def _check_flow(flow: _Element, ids: Mapping[str, _Element], problems: Problems) -> None:
    ends = [_end(flow, side, ids, problems) for side in _ENDS]
    pools = [_pool(end) for end in ends if end is not None]
    if len(pools) == 2 and pools[0] is not None and pools[0] == pools[1]:
        message = "the message flow stays within one pool; draw a sequence flow, or throw a message"
        problems.add("message-flow-in-pool", f"{message} that the process itself catches", flow)
    message_id = local_id(flow.get("messageRef", ""))
    message_element = ids.get(message_id)
    if message_id and (message_element is None or name_of(message_element) != "message"):
        text = f"messageRef is {shown(message_id)}, which is no message of the file; add it"
        problems.add("unknown-message", text, flow)


def _end(
    flow: _Element, side: str, ids: Mapping[str, _Element], problems: Problems
) -> _Element | None:
    name = local_id(flow.get(side, ""))
    end = ids.get(name)
    if end is None:
        message = f"{side} of the message flow is {shown(name)}, which is not there; connect it"
        problems.add("dangling-message-flow", f"{message}.{near(name, ids)}", flow)
        return None
    kind = name_of(end)
    if kind not in _ENDS[side]:
        message = f"{side} of the message flow is {shown(name)}, a {kind}, to which none is joined"
        problems.add("dangling-message-flow", message, flow)
        return None
    return end


def _pool(end: _Element) -> str | None:
    """The id of the process that a node stands in, or that a participant is."""
    if name_of(end) == "participant":
        return local_id(end.get("processRef", "")) or None
    process = next(end.iterancestors(_PROCESS), None)
    return None if process is None else process.get("id")
