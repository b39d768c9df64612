"""Compensation: the handlers of activities, and what a compensation event may name (clause 10.7).

Rule: an event on an activity's boundary that catches a compensation leads, by an association, to
one activity that is there for compensation; that activity stands in no flow.
"""

from procession.bpmn.draft import Draft, Node
from procession.bpmn.problems import Problems, near
from procession.bpmn.vocabulary import ACTIVITIES, SUB_PROCESSES, local_id
from procession.core.values import shown


def check_compensation(node: Node, draft: Draft, problems: Problems) -> None:
    """Whether an activity that is there for compensation stands outside all flows and is used."""
    for flow in (*node.incoming, *node.outgoing):
        message = f"the flow {shown(flow)} joins a compensation handler; none may: draw an "
        message += "association from the event on the activity's boundary"
        problems.add("flow-at-handler", message, node.xml)
    if not any(_catches(draft.nodes.get(each)) for each in draft.associations.get(node.id, ())):
        message = "no event on a boundary leads to this compensation handler; draw an association"
        problems.add("unused-handler", f"{message}, or remove isForCompensation", node.xml)


def _catches(node: Node | None) -> bool:
    return node is not None and node.type == "boundaryEvent" and node.has("compensate")


def handler_of(event: Node, draft: Draft, problems: Problems) -> str | None:
    """The activity that an event on a boundary has undo the activity; None: it was refused."""
    nodes = [draft.nodes.get(each) for each in dict.fromkeys(draft.associations.get(event.id, ()))]
    handlers = [node for node in nodes if node is not None and _is_handler(node, event)]
    if len(handlers) == 1:
        return handlers[0].id
    message = (
        f"the compensation event has {len(handlers) or 'no'} handlers; draw an association to one "
        "activity of the same sub-process with isForCompensation true"
    )
    problems.add("no-handler", message, event.xml)
    return None


def _is_handler(node: Node, event: Node) -> bool:
    return node.type in ACTIVITIES and node.for_compensation and node.scope == event.scope


def compensated_activity(event: Node, name: str, draft: Draft, problems: Problems) -> str | None:
    """The activity that a throwing event names by activityRef; None: all of its scope.

    It stands in the scope of the event, or in the one that an event sub-process around it is for.
    """
    name = local_id(name)
    if not name:
        return None
    activity, scopes = draft.nodes.get(name), _scopes_of(event, draft)
    if activity is None or activity.type not in ACTIVITIES or activity.scope not in scopes:
        known = [each.id for each in draft.nodes.values() if each.scope in scopes]
        message = f"activityRef is {shown(name)}, which is no activity of this scope"
        problems.add("bad-compensation", f"{message}.{near(name, known)}", event.xml)
    elif activity.type not in SUB_PROCESSES and not _has_handler(activity, draft):
        message = f"activityRef is {shown(name)}, which nothing compensates; put an event with a "
        problems.add("bad-compensation", f"{message}handler on its boundary", event.xml)
    return name


def _scopes_of(event: Node, draft: Draft) -> list[str]:
    scopes = [event.scope]
    around = draft.nodes.get(event.scope)
    while around is not None and around.by_event:
        scopes.append(around.scope)
        around = draft.nodes.get(around.scope)
    return scopes


def _has_handler(activity: Node, draft: Draft) -> bool:
    return any(map(_catches, draft.attached.get(activity.id, ())))
