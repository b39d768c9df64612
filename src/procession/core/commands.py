"""What can be asked of a process instance. A command is a wish; what came of it are changes."""

from uuid import UUID

from msgspec import Struct

from procession.core.changes import Parent
from procession.core.ids import ElementInstanceId, InstanceId, JobId, SubscriptionId
from procession.core.values import Values


class StartProcess(Struct, frozen=True):
    """Begin a run. `values` are the typed parameters that were given, defaults not among them.

    `element`: what an event begins it with, a start event, a receive task or an event behind an
    event-based gateway; `definition` and `payload` say which of its definitions, and what it
    carries. "": a caller begins it.
    """

    instance: InstanceId
    values: Values
    caller: str = ""
    parent: Parent | None = None
    element: str = ""
    definition: int = 0
    payload: Values = {}


class ExecuteElement(Struct, frozen=True):
    """Do one element now: complete a user task, try a failed element again (CONTRACT 4)."""

    element: ElementInstanceId
    values: Values


class CompleteJob(Struct, frozen=True):
    """Work outside has been done. For a job that is closed already nothing happens."""

    job: JobId
    values: Values


class FailJob(Struct, frozen=True):
    """A try of the work outside has failed; `retryable`: another one may help."""

    job: JobId
    code: str
    message: str
    retryable: bool = True


class ThrowError(Struct, frozen=True):
    """The work outside has thrown a BPMN error; a boundary event may catch it (§10.5.6)."""

    job: JobId
    code: str
    message: str
    payload: Values = {}


class ThrowEscalation(Struct, frozen=True):
    """The called process has thrown an escalation, and goes on meanwhile (§10.5.5.5)."""

    job: JobId
    code: str
    payload: Values = {}


class TriggerSubscription(Struct, frozen=True):
    """A message or a signal has come for this subscription. One that is over changes nothing."""

    subscription: SubscriptionId
    values: Values


class HandOverJob(Struct, frozen=True):
    """The job is now in the hands of a child instance, which will answer it."""

    job: JobId
    child: UUID


class ResolveIncident(Struct, frozen=True):
    """Try the failed element again."""

    element: ElementInstanceId


class CancelProcess(Struct, frozen=True):
    """End the run at once; everything that is alive in it is terminated."""

    reason: str


Command = (
    StartProcess
    | ExecuteElement
    | CompleteJob
    | FailJob
    | ThrowError
    | ThrowEscalation
    | TriggerSubscription
    | HandOverJob
    | ResolveIncident
    | CancelProcess
)
