"""The behaviour of each element type: one table, complete by a test."""

from collections.abc import Mapping
from typing import Any

from procession.core.behaviours.ad_hoc import AdHocSubProcessBehaviour
from procession.core.behaviours.base import Behaviour
from procession.core.behaviours.complex import ComplexGatewayBehaviour
from procession.core.behaviours.events import (
    BoundaryEventBehaviour,
    EndEventBehaviour,
    IntermediateCatchEventBehaviour,
    IntermediateThrowEventBehaviour,
    StartEventBehaviour,
)
from procession.core.behaviours.gateways import (
    EventBasedGatewayBehaviour,
    ExclusiveGatewayBehaviour,
    InclusiveGatewayBehaviour,
    ParallelGatewayBehaviour,
)
from procession.core.behaviours.scopes import CallActivityBehaviour, SubProcessBehaviour
from procession.core.behaviours.tasks import (
    AbstractTaskBehaviour,
    ManualTaskBehaviour,
    ReceiveTaskBehaviour,
    ScriptTaskBehaviour,
    SendTaskBehaviour,
    ServiceTaskBehaviour,
    UserTaskBehaviour,
)
from procession.core.model import (
    AbstractTask,
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
    ServiceTask,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)

# The one place where a behaviour meets elements of a type that only the key knows.
BEHAVIOURS: Mapping[type[Element], Behaviour[Any]] = {
    StartEvent: StartEventBehaviour(),
    EndEvent: EndEventBehaviour(),
    IntermediateThrowEvent: IntermediateThrowEventBehaviour(),
    IntermediateCatchEvent: IntermediateCatchEventBehaviour(),
    BoundaryEvent: BoundaryEventBehaviour(),
    ExclusiveGateway: ExclusiveGatewayBehaviour(),
    InclusiveGateway: InclusiveGatewayBehaviour(),
    ParallelGateway: ParallelGatewayBehaviour(),
    EventBasedGateway: EventBasedGatewayBehaviour(),
    ComplexGateway: ComplexGatewayBehaviour(),
    AbstractTask: AbstractTaskBehaviour(),
    ManualTask: ManualTaskBehaviour(),
    UserTask: UserTaskBehaviour(),
    ScriptTask: ScriptTaskBehaviour(),
    ServiceTask: ServiceTaskBehaviour(),
    BusinessRuleTask: ServiceTaskBehaviour(),
    SendTask: SendTaskBehaviour(),
    ReceiveTask: ReceiveTaskBehaviour(),
    SubProcess: SubProcessBehaviour(),
    Transaction: SubProcessBehaviour(),
    AdHocSubProcess: AdHocSubProcessBehaviour(),
    CallActivity: CallActivityBehaviour(),
}
