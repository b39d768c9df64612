"""Who is to do a user task, and how it is shown to them (clauses 10.3.1 and 10.3.4).

Rule: the engine keeps nobody out; it tells whoever shows the task to people what stands here. Our
own attributes go by their names, BPMN's roles by theirs: each is a list of what its elements give.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.draft import Node
from procession.bpmn.extensions import tag
from procession.bpmn.problems import near
from procession.bpmn.reading import View
from procession.bpmn.vocabulary import ROLES, local_id, model, name_of
from procession.core.model import Template
from procession.core.values import shown

_EXPRESSIONS = ("assignee", "users", "groups", "dueDate", "followUpDate", "priority")


def read_assignment(node: Node, inside: View) -> Mapping[str, Template]:
    """What a user task says about people."""
    found: dict[str, Template] = {}
    if form := node.xml.get(tag("form"), "").strip():
        found["form"] = form
    for name in _EXPRESSIONS:
        if node.xml.get(tag(name), "").strip():
            found[name] = inside.compiler.attribute(node.xml, tag(name))
    roles: dict[str, list[Template]] = {}
    for role in node.xml.iterchildren(*map(model, ROLES)):
        roles.setdefault(name_of(role), []).append(_role(role, inside))
    return {**found, **{name: tuple(who) for name, who in roles.items()}}


def _role(role: _Element, inside: View) -> Template:
    """A resource of the file by its name, or an expression that gives somebody."""
    reference = local_id(role.findtext(model("resourceRef"), ""))
    expression = role.find(f"{model('resourceAssignmentExpression')}/{model('formalExpression')}")
    if expression is None:
        expression = role.find(f"{model('resourceAssignmentExpression')}/{model('expression')}")
    if expression is not None and (expression.text or "").strip():
        return inside.compiler.value(expression)
    resources = inside.compiler.declared.named("resource")
    if reference in resources:
        return resources[reference].get("name", "").strip() or reference
    message = (
        f"resourceRef is {shown(reference)}, and the file declares no such resource; add it, or "
        "write a resourceAssignmentExpression"
    )
    inside.problems.add("unknown-resource", f"{message}.{near(reference, resources)}", role)
    return None
