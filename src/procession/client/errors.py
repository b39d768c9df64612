"""What can go wrong between a program and the service it calls, by what the program can do then.

ClientError
├── BadParameter           a value that cannot be sent: nothing was asked
├── Unreachable            no answer came; `reached`: the request may have arrived all the same
├── BadAnswer              an answer that is not the contract's: not this service, or a proxy
├── LoginFailed            the name, password, secret or key is not taken
├── StillRunning           the time to wait for a run is over; the run goes on
├── ProcessFailed          the run has failed: `run` says how
└── Refused                the service said no; nothing was changed
    ├── Unauthorized  Forbidden
    ├── BadRequest  NotFound  NotRunning
    │               ├── UnknownProcess  UnknownElement  UnknownRun
    └── ServerError        a fault of the service, or it cannot at this moment
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procession.client.answers import LoggedRun, Run


class ClientError(Exception):
    """The base: catch it to catch all that the client raises."""


class BadParameter(ClientError):
    """A value that the contract has no text for."""


class Unreachable(ClientError):
    """No answer came. `reached` False: the request certainly did nothing."""

    def __init__(self, message: str, *, reached: bool) -> None:
        super().__init__(message)
        self.reached = reached


class BadAnswer(ClientError):
    """What came back cannot be read as the contract says."""


class LoginFailed(ClientError):
    """Who calls is not let in. It is not tried again: too many tries lock a user out."""


class StillRunning(ClientError):
    """The run has not ended within the time that was given."""

    def __init__(self, message: str, run: "LoggedRun") -> None:
        super().__init__(message)
        self.run = run


class ProcessFailed(ClientError):
    """The run has failed, or was cancelled while somebody waited for it."""

    def __init__(self, message: str, run: "Run | LoggedRun") -> None:
        super().__init__(message)
        self.run = run


class Refused(ClientError):
    """The service said no. `correlation_id` is what its operator finds in the log."""

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", correlation_id: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        known = (f"HTTP {self.status}" * bool(self.status), self.code, self.correlation_id)
        return f"{super().__str__()} [{', '.join(filter(None, known))}]"


class Unauthorized(Refused):
    """There is no session, or the key or token is not taken."""


class Forbidden(Refused):
    """The caller may not do this."""


class BadRequest(Refused):
    """A parameter, a name or the request itself is not as it must be."""


class NotFound(Refused):
    """There is no such thing, or nothing is served at this address."""


class UnknownProcess(NotFound):
    """No process has this name or UId; names are case-sensitive."""


class UnknownElement(NotFound):
    """No running process has an element with this UId."""


class UnknownRun(NotFound):
    """There is no run with this id."""


class NotRunning(Refused):
    """The run has ended."""


class ServerError(Refused):
    """The service failed, or cannot answer at this moment."""


BY_STATUS: Mapping[int, type[Refused]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: NotRunning,
}
BY_CODE: Mapping[str, type[Refused]] = {
    "UnknownProcess": UnknownProcess,
    "UnknownElement": UnknownElement,
    "UnknownInstance": UnknownRun,
    "Forbidden": Forbidden,
    "NotRunning": NotRunning,
}


def refusal(message: str, *, status: int = 0, code: str = "", correlation_id: str = "") -> Refused:
    """The error for an answer: by its code where that is known, else by its status."""
    usual = ServerError if status >= 500 else BadRequest
    kind = BY_CODE.get(code) or BY_STATUS.get(status, usual)
    return kind(message, status=status, code=code, correlation_id=correlation_id)
