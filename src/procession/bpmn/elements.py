"""From a node of the file to an element of the model: one builder per BPMN name.

Rule: the table is complete over vocabulary.NODES; a builder reads its element's own attributes and
children, and what all elements share is read once.
"""

from collections.abc import Callable, Mapping
from typing import TypedDict
from uuid import UUID

from procession.bpmn.document import check_children
from procession.bpmn.draft import Draft, Flow, Node, default_of
from procession.bpmn.events import (
    attached_to,
    definition_of,
    is_interrupting,
    is_link,
    read_boundary_definition,
    read_thrown_error,
    read_timer_of,
)
from procession.bpmn.extensions import extensions, tag, uid_of
from procession.bpmn.forms import PROCESS_ID, one_line
from procession.bpmn.mapping import Results, check_target, read_inputs, read_outputs
from procession.bpmn.problems import line_of
from procession.bpmn.texts import Compiler
from procession.bpmn.vocabulary import local_id, model, name_of
from procession.bpmn.work import read_retries, read_work
from procession.core.model import (
    AbstractTask,
    BoundaryEvent,
    CallActivity,
    Element,
    EndEvent,
    ErrorEndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    TerminateEndEvent,
    UserTask,
)
from procession.core.values import shown


class Common(TypedDict):
    """What every element has."""

    id: str
    uid: UUID
    name: str
    scope: str
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    default: str | None
    line: int


Builder = Callable[[Node, Compiler, Common], Element]


def build_element(node: Node, draft: Draft, compiler: Compiler) -> Element:
    """The element that a node of a supported type is."""
    return BUILDERS[node.type](node, compiler, _common(node, draft))


def build_flow(flow: Flow, compiler: Compiler) -> SequenceFlow:
    """A sequence flow with its condition compiled (clause 8.4.13)."""
    return SequenceFlow(
        id=flow.id,
        source=flow.source,
        target=flow.target,
        name=one_line(flow.xml.get("name", "")),
        condition=None if flow.condition is None else compiler.content(flow.condition),
    )


def _common(node: Node, draft: Draft) -> Common:
    return Common(
        id=node.id,
        uid=uid_of(node.xml, tag("uid"), f"{draft.id}/{node.id}"),
        name=one_line(node.xml.get("name", "")),
        scope=node.scope,
        incoming=tuple(node.incoming),
        outgoing=tuple(node.outgoing),
        default=default_of(node),
        line=line_of(node.xml),
    )


def _plain(element: Callable[..., Element]) -> Builder:
    """A builder for an element that has nothing of its own."""
    return lambda node, compiler, common: element(**common)


def _end_event(node: Node, compiler: Compiler, common: Common) -> Element:
    definition = definition_of(node)
    name = "" if definition is None else name_of(definition)
    if definition is not None and name == "errorEventDefinition":
        error = read_thrown_error(node, definition, compiler)
        return ErrorEndEvent(**common, definition=error)
    return TerminateEndEvent(**common) if name == "terminateEventDefinition" else EndEvent(**common)


def _intermediate_catch_event(node: Node, compiler: Compiler, common: Common) -> Element:
    if is_link(node):
        # Its other end leads to it, and there is nothing to wait for.
        return IntermediateThrowEvent(**common)
    return IntermediateCatchEvent(**common, definition=read_timer_of(node, compiler))


def _boundary_event(node: Node, compiler: Compiler, common: Common) -> Element:
    return BoundaryEvent(
        **common,
        attached_to=attached_to(node),
        definition=read_boundary_definition(node, compiler),
        interrupting=is_interrupting(node),
    )


def _service_task(node: Node, compiler: Compiler, common: Common) -> Element:
    kind, inputs, outputs = read_work(node.xml, compiler)
    retries = read_retries(node.xml)
    return ServiceTask(**common, kind=kind, inputs=inputs, outputs=outputs, retries=retries)


def _script_task(node: Node, compiler: Compiler, common: Common) -> Element:
    """A script (clause 10.3.3), or our formula, whose value goes into one parameter."""
    formula, result = (node.xml.get(tag(name), "").strip() for name in ("formula", "result"))
    script = node.xml.find(model("script"))
    if formula or result:
        return _formula(node, compiler, common, result)
    if script is None or not (script.text or "").strip():
        message = "the task has neither a script nor a formula; write one"
        compiler.problems.add("no-script", message, node.xml)
        return ScriptTask(**common)
    check_children(script, compiler.problems)
    language = node.xml.get("scriptFormat", "").strip()
    return ScriptTask(**common, script=compiler.script(script, language, node.xml))


def _formula(node: Node, compiler: Compiler, common: Common, result: str) -> Element:
    formula = node.xml.get(tag("formula"), "").strip()
    if not (formula and result):
        message = "procession:formula and procession:result belong together; write both"
        compiler.problems.add("half-formula", message, node.xml)
    if node.xml.find(model("script")) is not None:
        message = "the task has a script and a formula; keep one"
        compiler.problems.add("script-and-formula", message, node.xml)
    check_target(node.xml, result, compiler)
    expression = compiler.attribute(node.xml, tag("formula"))
    return ScriptTask(**common, formula=expression, result=result)


def _call_activity(node: Node, compiler: Compiler, common: Common) -> Element:
    inputs = read_inputs(extensions(node.xml, "input"), compiler)
    outputs = read_outputs(extensions(node.xml, "output"), Results(), compiler)
    called = _called(node, compiler)
    return CallActivity(**common, called=called, inputs=inputs, outputs=outputs)


def _called(node: Node, compiler: Compiler) -> str:
    """The id of the called process: calledElement is a qualified name (clause 10.3.6)."""
    name = node.xml.get("calledElement", "").strip()
    called = local_id(name)
    if not name:
        message = "calledElement does not say which process is called; write its id"
        compiler.problems.add("no-called-element", message, node.xml)
    elif not PROCESS_ID.fullmatch(called):
        message = f"calledElement is {shown(name)}, which is no process id"
        compiler.problems.add("bad-called-element", message, node.xml)
    return called


BUILDERS: Mapping[str, Builder] = {
    "startEvent": _plain(StartEvent),
    "endEvent": _end_event,
    "intermediateThrowEvent": _plain(IntermediateThrowEvent),
    "intermediateCatchEvent": _intermediate_catch_event,
    "boundaryEvent": _boundary_event,
    "task": _plain(AbstractTask),
    "manualTask": _plain(ManualTask),
    "userTask": _plain(UserTask),
    "serviceTask": _service_task,
    "scriptTask": _script_task,
    "callActivity": _call_activity,
    "subProcess": _plain(SubProcess),
    "exclusiveGateway": _plain(ExclusiveGateway),
    "inclusiveGateway": _plain(InclusiveGateway),
    "parallelGateway": _plain(ParallelGateway),
}
