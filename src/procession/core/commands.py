"""What can be asked of a process instance. A command is a wish; what came of it are changes."""

from uuid import UUID

from msgspec import Struct

from procession.core.changes import Parent
from procession.core.ids import ElementInstanceId, InstanceId, JobId
from procession.core.values import Values


class StartProcess(Struct, frozen=True):
    """Begin a run. `values` are the typed parameters that were given, defaults not among them."""

    instance: InstanceId
    values: Values
    caller: str = ""
    parent: Parent | None = None


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
    | HandOverJob
    | ResolveIncident
    | CancelProcess
)
