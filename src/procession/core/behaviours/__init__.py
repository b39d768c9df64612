"""The behaviour of each element type: one table, complete by a test."""

from collections.abc import Mapping
from typing import Any

from procession.core.behaviours.base import Behaviour
from procession.core.behaviours.events import (
    BoundaryEventBehaviour,
    EndEventBehaviour,
    ErrorEndEventBehaviour,
    IntermediateCatchEventBehaviour,
    IntermediateThrowEventBehaviour,
    StartEventBehaviour,
    TerminateEndEventBehaviour,
)
from procession.core.behaviours.gateways import (
    ExclusiveGatewayBehaviour,
    InclusiveGatewayBehaviour,
    ParallelGatewayBehaviour,
)
from procession.core.behaviours.scopes import CallActivityBehaviour, SubProcessBehaviour
from procession.core.behaviours.tasks import (
    AbstractTaskBehaviour,
    ManualTaskBehaviour,
    ScriptTaskBehaviour,
    ServiceTaskBehaviour,
    UserTaskBehaviour,
)
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
    ServiceTask,
    StartEvent,
    SubProcess,
    TerminateEndEvent,
    UserTask,
)

# The one place where a behaviour meets elements of a type that only the key knows.
BEHAVIOURS: Mapping[type[Element], Behaviour[Any]] = {
    StartEvent: StartEventBehaviour(),
    EndEvent: EndEventBehaviour(),
    IntermediateThrowEvent: IntermediateThrowEventBehaviour(),
    IntermediateCatchEvent: IntermediateCatchEventBehaviour(),
    BoundaryEvent: BoundaryEventBehaviour(),
    ErrorEndEvent: ErrorEndEventBehaviour(),
    TerminateEndEvent: TerminateEndEventBehaviour(),
    ExclusiveGateway: ExclusiveGatewayBehaviour(),
    InclusiveGateway: InclusiveGatewayBehaviour(),
    ParallelGateway: ParallelGatewayBehaviour(),
    AbstractTask: AbstractTaskBehaviour(),
    ManualTask: ManualTaskBehaviour(),
    UserTask: UserTaskBehaviour(),
    ScriptTask: ScriptTaskBehaviour(),
    ServiceTask: ServiceTaskBehaviour(),
    SubProcess: SubProcessBehaviour(),
    CallActivity: CallActivityBehaviour(),
}
