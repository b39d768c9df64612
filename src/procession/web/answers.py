"""Answers, and which error gives which (CONTRACT 3).

Rule: an error tells the caller what is wrong with the call, and nothing of how we are built: what
went wrong inside stands in the log, under the correlation id that the answer carries.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple

from procession.errors import (
    BadRequest,
    BadValue,
    CannotBeStarted,
    Forbidden,
    InvalidProcess,
    KeyReused,
    NotRunning,
    ProcessDisabled,
    Rejected,
    SignOnRefused,
    StoreError,
    UnknownDecision,
    UnknownElement,
    UnknownInstance,
    UnknownProcess,
    UnknownRole,
    UnknownUser,
    UnknownWebhook,
)
from procession.web.wire import ErrorInfo, Failure, json_bytes

Headers = list[tuple[str, str]]

JSON_TYPE = ("content-type", "application/json; charset=utf-8")
XML_TYPE = ("content-type", "application/xml; charset=utf-8")
NOT_STORED = ("cache-control", "no-store")
CLOSE = ("connection", "close")
CORRELATION_ID = "x-correlation-id"
RETRY_AFTER_SECONDS = 2


class Answer(NamedTuple):
    """An answer. `pieces`, where there are some, are sent as they come, in place of the body."""

    status: int
    headers: Headers
    body: bytes = b""
    pieces: AsyncIterator[bytes] | None = None


class HttpRefusal(Exception):
    """A request refused for its form, with the status and the headers that HTTP asks for."""

    def __init__(self, status: int, code: str, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class Failed(NamedTuple):
    """What the caller is told of an error."""

    status: int
    code: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()


STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    BadValue: 400,
    CannotBeStarted: 400,
    Forbidden: 403,
    InvalidProcess: 400,
    KeyReused: 422,
    NotRunning: 409,
    ProcessDisabled: 400,
    Rejected: 400,
    SignOnRefused: 401,
    UnknownDecision: 404,
    UnknownElement: 404,
    UnknownInstance: 404,
    UnknownProcess: 404,
    UnknownRole: 404,
    UnknownUser: 404,
    UnknownWebhook: 404,
}

_UNAVAILABLE = Failed(
    503,
    "StoreUnavailable",
    "The store cannot be used at this moment. Nothing was lost; try again.",
    (("retry-after", str(RETRY_AFTER_SECONDS)),),
)
_BUG = Failed(
    500,
    "InternalError",
    "This is a fault of the service. The operator finds it in the log under X-Correlation-Id.",
)
STOPPING = Failed(
    503,
    "Stopping",
    "The service is stopping. A process that was started goes on when it is back.",
    (("retry-after", str(RETRY_AFTER_SECONDS)),),
)


def failed(error: Exception) -> Failed:
    """What the caller is told of `error`."""
    if isinstance(error, HttpRefusal):
        return Failed(error.status, error.code, str(error), error.headers)
    if isinstance(error, Rejected):
        return Failed(_status(type(error)), error.code, str(error))
    return _UNAVAILABLE if isinstance(error, StoreError) else _BUG


def failure_answer(told: Failed, correlation_id: str) -> Answer:
    """The answer in the contract's shape."""
    headers = [JSON_TYPE, NOT_STORED, (CORRELATION_ID, correlation_id), *told.headers]
    return Answer(told.status, headers, json_bytes(Failure(ErrorInfo(told.code, told.message))))


def _status(kind: type[Exception]) -> int:
    return next(STATUS[parent] for parent in kind.__mro__ if parent in STATUS)
