"""What can be asked of a process instance. A command is a wish; what came of it are changes."""

from dataclasses import dataclass
from uuid import UUID

from procession.core.changes import Parent
from procession.core.ids import ElementInstanceId, InstanceId, JobId
from procession.core.values import Values


@dataclass(frozen=True, slots=True)
class StartProcess:
    """Begin a run. `values` are the typed parameters that were given, defaults not among them."""

    instance: InstanceId
    values: Values
    caller: str = ""
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class ExecuteElement:
    """Do one element now: complete a user task, try a failed element again (CONTRACT 4)."""

    element: ElementInstanceId
    values: Values


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """Work outside has been done. For a job that is closed already nothing happens."""

    job: JobId
    values: Values


@dataclass(frozen=True, slots=True)
class FailJob:
    """A try of the work outside has failed; `retryable`: another one may help."""

    job: JobId
    code: str
    message: str
    retryable: bool = True


@dataclass(frozen=True, slots=True)
class HandOverJob:
    """The job is now in the hands of a child instance, which will answer it."""

    job: JobId
    child: UUID


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """Try the failed element again."""

    element: ElementInstanceId


@dataclass(frozen=True, slots=True)
class CancelProcess:
    """End the run at once; everything that is alive in it is terminated."""

    reason: str


Command = (
    StartProcess
    | ExecuteElement
    | CompleteJob
    | FailJob
    | HandOverJob
    | ResolveIncident
    | CancelProcess
)
