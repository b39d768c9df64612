"""From a node of the file to an element of the model: one builder per BPMN name.

Rule: the two tables are complete over vocabulary.NODES; a builder reads its element's own
attributes and children, and what all elements share is read once.
"""

from collections.abc import Callable, Mapping
from typing import TypedDict
from uuid import UUID

from lxml.etree import _Element

from procession.bpmn.activities import ActivityParts, open_activity, read_activity
from procession.bpmn.calling import read_call
from procession.bpmn.compensation import handler_of
from procession.bpmn.definitions import operation_of
from procession.bpmn.draft import Draft, Flow, Node, attached_to, default_of
from procession.bpmn.event_checks import is_interrupting, is_link, is_parallel
from procession.bpmn.events import caught_by, thrown_by_event
from procession.bpmn.extensions import tag, uid_of
from procession.bpmn.forms import boolean, one_line
from procession.bpmn.gateways import gateway_type
from procession.bpmn.people import read_assignment
from procession.bpmn.problems import line_of
from procession.bpmn.reading import Reading, View
from procession.bpmn.tasks import read_received, read_script, read_sent
from procession.bpmn.texts import Compiler
from procession.bpmn.vocabulary import GLOBAL_TASKS, model, name_of
from procession.bpmn.work import read_retries, read_work, takes_all_outputs
from procession.core.model import (
    AbstractTask,
    AdHocOrdering,
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    Element,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)
from procession.core.values import DataType, Kind

_ACTIVATION = {"activationCount": Kind(DataType.INTEGER)}
_LATE = {**_ACTIVATION, "waitingForStart": Kind(DataType.BOOLEAN)}


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


class CommonOfActivity(Common, ActivityParts):
    """What every activity has."""


# What is read, with what its texts see.
Builder = Callable[[Node, Reading, View, Common], Element]
ActivityBuilder = Callable[[Node, Reading, View, CommonOfActivity], Element]


def build_element(node: Node, reading: Reading) -> Element:
    """The element that a node of a supported type is."""
    common = _common(node, reading.draft)
    if node.type not in ACTIVITY_BUILDERS:
        return BUILDERS[node.type](node, reading, reading.around(node), common)
    inside = reading.views.get(node.id) or open_activity(node, reading)
    parts = read_activity(node, reading, inside)
    return ACTIVITY_BUILDERS[node.type](node, reading, inside, {**common, **parts})


def build_flow(flow: Flow, reading: Reading) -> SequenceFlow:
    """A sequence flow with its condition compiled (clause 8.4.13)."""
    source = reading.draft.nodes.get(flow.source)
    compiler = reading.process.compiler if source is None else reading.around(source).compiler
    if source is not None and source.type == "complexGateway":
        compiler = compiler.also(_LATE)
    return SequenceFlow(
        id=flow.id,
        source=flow.source,
        target=flow.target,
        name=one_line(flow.xml.get("name", "")),
        condition=None if flow.condition is None else compiler.condition(flow.condition),
    )


def _common(node: Node, draft: Draft) -> Common:
    # A global task has given its own GUID to its process.
    given = "" if name_of(node.xml) in GLOBAL_TASKS else tag("uid")
    return Common(
        id=node.id,
        uid=uid_of(node.xml, given, f"{draft.id}/{node.id}"),
        name=one_line(node.xml.get("name", "")),
        scope=node.scope,
        incoming=tuple(node.incoming),
        outgoing=tuple(node.outgoing),
        default=default_of(node),
        line=line_of(node.xml),
    )


def _plain(element: Callable[..., Element]) -> Callable[..., Element]:
    """A builder for an element that has nothing of its own."""
    return lambda node, reading, view, common: element(**common)


def _condition_in(node: Node, name: str, view: View) -> _Element | None:
    condition = node.xml.find(model(name))
    if condition is not None and not (condition.text or "").strip():
        message = f"the {name} is empty; write an expression, or remove it"
        view.problems.add("no-condition", message, node.xml)
    return condition


# -- events ---------------------------------------------------------------------------------------


def _start_event(node: Node, reading: Reading, view: View, common: Common) -> Element:
    return StartEvent(
        **common,
        definitions=caught_by(node, reading),
        parallel=is_parallel(node),
        interrupting=is_interrupting(node),
    )


def _end_event(node: Node, reading: Reading, view: View, common: Common) -> Element:
    return EndEvent(**common, definitions=thrown_by_event(node, reading))


def _intermediate_throw(node: Node, reading: Reading, view: View, common: Common) -> Element:
    return IntermediateThrowEvent(**common, definitions=thrown_by_event(node, reading))


def _intermediate_catch(node: Node, reading: Reading, view: View, common: Common) -> Element:
    if is_link(node):
        # Its other end leads to it, and there is nothing to wait for.
        return IntermediateThrowEvent(**common)
    definitions = caught_by(node, reading)
    return IntermediateCatchEvent(**common, definitions=definitions, parallel=is_parallel(node))


def _boundary_event(node: Node, reading: Reading, view: View, common: Common) -> Element:
    compensates = node.has("compensate")
    return BoundaryEvent(
        **common,
        definitions=caught_by(node, reading),
        parallel=is_parallel(node),
        attached_to=attached_to(node),
        interrupting=is_interrupting(node),
        handler=handler_of(node, reading.draft, view.problems) if compensates else None,
    )


# -- activities -----------------------------------------------------------------------------------


def _service_task(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    operation_of(node.xml, view)  # What it does our extension says; what it names must be there.
    return _working(ServiceTask, node, view, common)


def _business_rule_task(
    node: Node, reading: Reading, view: View, common: CommonOfActivity
) -> Element:
    return _working(BusinessRuleTask, node, view, common)


def _working(
    element: type[ServiceTask], node: Node, view: View, common: CommonOfActivity
) -> ServiceTask:
    kind, inputs, outputs = read_work(node.xml, view.compiler)
    return element(
        **common,
        kind=kind,
        inputs=inputs,
        outputs=outputs,
        all_outputs=takes_all_outputs(node.xml),
        retries=read_retries(node.xml),
    )


def _script_task(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    script, formula, result = read_script(node, view.compiler)
    return ScriptTask(**common, script=script, formula=formula, result=result)


def _user_task(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    return UserTask(**common, assignment=read_assignment(node, view))


def _send_task(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    return SendTask(**common, message=read_sent(node, reading, view))


def _receive_task(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    message = read_received(node, reading, view)
    return ReceiveTask(**common, message=message, instantiate=node.instantiates)


def _call_activity(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    return CallActivity(**common, **read_call(node, view.compiler))


def _ad_hoc(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    condition = _condition_in(node, "completionCondition", view)
    sequential = node.xml.get("ordering", "").strip() == AdHocOrdering.SEQUENTIAL
    given = node.xml.get(tag("beginWith"), "").strip()
    return AdHocSubProcess(
        **common,
        ordering=AdHocOrdering.SEQUENTIAL if sequential else AdHocOrdering.PARALLEL,
        completion_condition=None if condition is None else view.compiler.condition(condition),
        cancel_remaining=boolean(node.xml.get("cancelRemainingInstances", "")) is not False,
        begin_with=view.compiler.attribute(node.xml, tag("beginWith")) if given else None,
    )


def _sub_process(node: Node, reading: Reading, view: View, common: CommonOfActivity) -> Element:
    return SubProcess(**common, triggered_by_event=node.by_event)


# -- gateways -------------------------------------------------------------------------------------


def _complex_gateway(node: Node, reading: Reading, view: View, common: Common) -> Element:
    condition = _condition_in(node, "activationCondition", view)
    seeing: Compiler = view.compiler.also(_ACTIVATION)
    activation = None if condition is None else seeing.condition(condition)
    return ComplexGateway(**common, activation_condition=activation)


def _event_based_gateway(node: Node, reading: Reading, view: View, common: Common) -> Element:
    return EventBasedGateway(**common, instantiate=node.instantiates, type=gateway_type(node))


BUILDERS: Mapping[str, Builder] = {
    "startEvent": _start_event,
    "endEvent": _end_event,
    "intermediateThrowEvent": _intermediate_throw,
    "intermediateCatchEvent": _intermediate_catch,
    "boundaryEvent": _boundary_event,
    "exclusiveGateway": _plain(ExclusiveGateway),
    "inclusiveGateway": _plain(InclusiveGateway),
    "parallelGateway": _plain(ParallelGateway),
    "complexGateway": _complex_gateway,
    "eventBasedGateway": _event_based_gateway,
}
ACTIVITY_BUILDERS: Mapping[str, ActivityBuilder] = {
    "task": _plain(AbstractTask),
    "manualTask": _plain(ManualTask),
    "userTask": _user_task,
    "serviceTask": _service_task,
    "sendTask": _send_task,
    "receiveTask": _receive_task,
    "businessRuleTask": _business_rule_task,
    "scriptTask": _script_task,
    "callActivity": _call_activity,
    "subProcess": _sub_process,
    "transaction": _plain(Transaction),
    "adHocSubProcess": _ad_hoc,
}
