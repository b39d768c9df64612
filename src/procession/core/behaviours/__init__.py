"""The behaviour of each element type: one table, complete by a test."""

from collections.abc import Mapping
from typing import Any

from procession.core.behaviours.base import Behaviour
from procession.core.behaviours.events import (
    EndEventBehaviour,
    StartEventBehaviour,
    TerminateEndEventBehaviour,
)
from procession.core.behaviours.gateways import ExclusiveGatewayBehaviour, ParallelGatewayBehaviour
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
    CallActivity,
    Element,
    EndEvent,
    ExclusiveGateway,
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
    TerminateEndEvent: TerminateEndEventBehaviour(),
    ExclusiveGateway: ExclusiveGatewayBehaviour(),
    ParallelGateway: ParallelGatewayBehaviour(),
    AbstractTask: AbstractTaskBehaviour(),
    ManualTask: ManualTaskBehaviour(),
    UserTask: UserTaskBehaviour(),
    ScriptTask: ScriptTaskBehaviour(),
    ServiceTask: ServiceTaskBehaviour(),
    SubProcess: SubProcessBehaviour(),
    CallActivity: CallActivityBehaviour(),
}
