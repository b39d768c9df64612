"""Links: two events that stand for one sequence flow which is not drawn (clause 10.5.5.6).

Rule: in the draft a flow joins each throwing end to the one catching end of its name, so a run sees
two events that pass a token on and an arrow between them. The file stays as it is.
"""

from collections.abc import Iterable

from lxml.etree import _Element

from procession.bpmn.draft import Draft, Flow, Node
from procession.bpmn.event_checks import is_link
from procession.bpmn.forms import one_line
from procession.bpmn.problems import Problems, line_of, near
from procession.bpmn.vocabulary import local_id, model
from procession.core.values import shown

_CATCHING = "intermediateCatchEvent"
_THROWING = "intermediateThrowEvent"

Targets = dict[tuple[str, str], Node]


def join_links(draft: Draft, problems: Problems) -> None:
    """Adds a flow for each link; what cannot be joined is a problem."""
    throwing, catching = (
        [node for node in draft.nodes.values() if node.type == end and is_link(node)]
        for end in (_THROWING, _CATCHING)
    )
    for node in (*throwing, *catching):
        _check(node, problems)
    targets = _targets(catching, problems)
    names = {name for _, name in targets}
    for node in filter(link_name, throwing):
        target = targets.get((node.scope, link_name(node)))
        if target is None:
            _refuse_open_end(node, names, problems)
        else:
            _join(node, target, draft)
    _check_mentions(throwing, catching, problems)


def link_name(node: Node) -> str:
    """The name that both ends have."""
    return one_line(_definition(node).get("name", ""))


def _definition(node: Node) -> _Element:
    return node.definitions[0]


def _check(node: Node, problems: Problems) -> None:
    if not link_name(node):
        message = "the link has no name; give its two ends the same one"
        problems.add("no-link-name", message, node.xml)
    if node.type == _CATCHING and node.incoming:
        message = f"the flow {shown(node.incoming[0])} leads into a link's target; none may"
        problems.add("flow-into-link", message, node.xml)
    if node.type == _THROWING and node.outgoing:
        message = f"the flow {shown(node.outgoing[0])} leads out of a link's source; none may"
        problems.add("flow-out-of-link", message, node.xml)


def _targets(catching: Iterable[Node], problems: Problems) -> Targets:
    """The catching ends, by scope and name."""
    found: Targets = {}
    for node in filter(link_name, catching):
        name = link_name(node)
        first = found.setdefault((node.scope, name), node)
        if first is not node:
            message = f"the link {shown(name)} leads to {shown(first.id)} in line "
            message += f"{line_of(first.xml)} as well; a link has one target"
            problems.add("many-link-targets", message, node.xml)
    return found


def _refuse_open_end(node: Node, names: set[str], problems: Problems) -> None:
    name = link_name(node)
    if name in names:
        message = f"the target of the link {shown(name)} stands in another sub-process; a link "
        problems.add("link-crosses-scope", f"{message}stays within one", node.xml)
        return
    message = f"the link {shown(name)} leads nowhere; add an intermediateCatchEvent with a link "
    hint = near(name, names)
    problems.add("no-link-target", f"{message}of this name.{hint}", node.xml)


def _join(source: Node, target: Node, draft: Draft) -> None:
    # No id of a file has a slash, so the flow's is its own.
    flow = Flow(_definition(source), f"{source.id}/{target.id}", source.id, target.id, None)
    draft.flows[flow.id] = flow
    source.outgoing.append(flow.id)
    target.incoming.append(flow.id)


def _check_mentions(throwing: list[Node], catching: list[Node], problems: Problems) -> None:
    """`source` and `target` name the other end; they are optional, and must not contradict it."""
    for nodes, others, side in ((throwing, catching, "target"), (catching, throwing, "source")):
        names = {_definition(node).get("id", ""): link_name(node) for node in others}
        for node in nodes:
            for mention in _definition(node).iterchildren(model(side)):
                name = local_id(mention.text or "")
                if names.get(name) != link_name(node):
                    message = f"{side} names {shown(name)}, which is not the other end of this link"
                    problems.add("link-mismatch", f"{message}; remove it", mention)
