"""Every exception, by who must act. Nothing else is raised across a module's border.

ProcessionError
├── Rejected                  the caller: nothing was changed
│   ├── UnknownProcess  UnknownElement  UnknownInstance  UnknownUser  UnknownRole
│   ├── UnknownDecision  UnknownWebhook
│   ├── ProcessDisabled  CannotBeStarted  NotRunning  Forbidden
│   ├── SignOnRefused         a program or person that does not prove who they are
│   ├── BadValue              a value that its parameter cannot hold
│   ├── BadRequest            a request that cannot be read
│   ├── KeyReused             an idempotency key that belongs to another start
│   └── InvalidProcess        a file that cannot be deployed: all its problems
├── ExpressionError           the process author: an expression or script that fails
│   └── UncaughtError         an error event that nothing catches
├── DecisionError             the decision's author: a decision that cannot be made
├── ConnectorError            work outside that failed; it may be tried again or not
│   └── BpmnError             the model: thrown by a connector, caught by a boundary event
├── StoreError                the operator
│   ├── Conflict              somebody else was faster: decide again
│   └── StoreUnavailable      the disk, the folder or the database file
└── SettingsError             the operator: a setting or a flag that cannot be used
"""

from collections.abc import Mapping
from dataclasses import dataclass


class ProcessionError(Exception):
    """The base: catch it to catch all that Procession declares."""

    code = "ProcessionError"


class Rejected(ProcessionError):
    """What was asked cannot be done, and nothing was changed."""

    code = "Rejected"


class UnknownProcess(Rejected):
    code = "UnknownProcess"


class UnknownElement(Rejected):
    code = "UnknownElement"


class UnknownInstance(Rejected):
    code = "UnknownInstance"


class UnknownUser(Rejected):
    code = "UnknownUser"


class UnknownWebhook(Rejected):
    code = "UnknownWebhook"


class UnknownRole(Rejected):
    code = "UnknownRole"


class UnknownDecision(Rejected):
    code = "UnknownDecision"


class ProcessDisabled(Rejected):
    code = "ProcessDisabled"


class CannotBeStarted(Rejected):
    """A process without a start event that a caller may use (CONTRACT 5)."""

    code = "ProcessCannotBeManuallyStartedException"


class NotRunning(Rejected):
    code = "NotRunning"


class Forbidden(Rejected):
    code = "Forbidden"


class SignOnRefused(Rejected):
    """An access token or a login by a provider that is refused.

    `reason` is the word of RFC 6749 for it; `wait_seconds`: when to try again, 0 where that would
    not help.
    """

    code = "SignOnRefused"

    def __init__(self, message: str, *, reason: str, wait_seconds: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.wait_seconds = wait_seconds


class BadValue(Rejected):
    code = "BadValue"


class BadRequest(Rejected):
    code = "BadRequest"


class KeyReused(Rejected):
    """An idempotency key that was given to another start."""

    code = "KeyReused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: where it stands, what is true, what would help.

    `element` is the BPMN id ("" where there is none), `name` the element's caption, `line` counts
    from 1 (0: not known), `column` likewise. `code` is stable: scripts may rely on it. `warning`:
    the file can be deployed nevertheless.
    """

    code: str
    message: str
    element: str = ""
    name: str = ""
    line: int = 0
    column: int = 0
    file: str = ""
    warning: bool = False

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line or "") if part)
        who = f"{self.element} ({self.name})" if self.name else self.element
        kind = "warning" if self.warning else ""
        parts = (place, kind, who, self.message)
        return ": ".join(part for part in parts if part) + f" [{self.code}]"


class InvalidProcess(Rejected):
    """A file that cannot be deployed. `problems` holds all of them, in file order."""

    code = "InvalidProcess"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class ExpressionError(ProcessionError):
    """An expression or script that cannot be compiled, or that failed when it ran.

    `line` and `column` count from 1 within the text; 0 where the place is not known.
    """

    code = "ExpressionError"

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UncaughtError(ExpressionError):
    """A BPMN error that no boundary event catches."""

    code = "UncaughtError"


class DecisionError(ProcessionError):
    """A decision that cannot be made: its hit policy is broken, or its budget ends."""

    code = "DecisionFailed"


class ConnectorError(ProcessionError):
    """Work outside has failed. `retryable`: another try may help (after a time-out, say)."""

    def __init__(
        self, message: str, *, code: str = "ConnectorFailed", retryable: bool = True
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class BpmnError(ConnectorError):
    """A modelled error: a boundary event of the service task may catch it by its code.

    `payload`: the values by their names that whoever catches it takes.
    """

    def __init__(
        self, code: str, message: str = "", payload: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message or code, code=code, retryable=False)
        self.payload = dict(payload or {})


class StoreError(ProcessionError):
    code = "StoreError"


class Conflict(StoreError):
    code = "Conflict"


class StoreUnavailable(StoreError):
    code = "StoreUnavailable"


class SettingsError(ProcessionError):
    code = "SettingsError"
