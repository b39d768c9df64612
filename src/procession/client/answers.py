"""What comes back: a run, its row in the log, its elements, and how each is read (CONTRACT 3-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from procession.client.errors import (
    BadAnswer,
    LoginFailed,
    ProcessFailed,
    UnknownRun,
    refusal,
)
from procession.client.exchange import Reply
from procession.client.values import EXCERPT_LENGTH_MAX, Value, decoded, typed, xml_text

CORRELATION_ID = "x-correlation-id"
PROCESS_ID = "x-process-id"
PROCESS_STATUS = "x-process-status"

T = TypeVar("T")


class Status(IntEnum):
    """How a run stands, by the contract's numbers (CONTRACT 5). UNKNOWN: the row does not say."""

    UNKNOWN = -1
    INACTIVE = 0
    RUNNING = 1
    COMPLETED = 2
    ERROR = 3
    CANCELED = 4
    CANCELING = 5

    @property
    def final(self) -> bool:
        return self in (Status.COMPLETED, Status.ERROR, Status.CANCELED)


# The lookup SysProcessStatus (CONTRACT 7).
STATUS_IDS: Mapping[str, Status] = {
    "ed2ae277-b6e2-df11-971b-001d60e938c6": Status.RUNNING,
    "815c9586-b6e2-df11-971b-001d60e938c6": Status.COMPLETED,
    "f942c08d-b6e2-df11-971b-001d60e938c6": Status.ERROR,
    "1be78f3e-234d-4d6a-869a-dc07253fd2f3": Status.CANCELED,
}


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its start was answered. `process_id` None: it goes on in the background."""

    process_id: UUID | None
    status: Status
    results: Mapping[str, Value] = field(default_factory=dict)
    error: RunError | None = None

    def result(self, name: str, kind: type[T]) -> T:
        """A result as a Python type. Raises BadAnswer; KeyError where it was not asked for."""
        return typed(self.results[name], kind)


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A run's row in SysProcessLog (CONTRACT 7)."""

    process_id: UUID
    name: str
    status: Status
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class LoggedElement:
    """A row of SysProcessElementLog. `id` is what `complete_element` takes; `code` may be empty."""

    id: UUID
    name: str
    code: str
    status: Status
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str = ""


# -- as they are written --------------------------------------------------------------------------


class _ErrorInfo(msgspec.Struct, rename="camel"):
    error_code: str | None = None
    message: str | None = None


class _ProcessRun(msgspec.Struct, rename="camel"):
    process_id: UUID | None = None
    process_status: int = 0
    result_parameter_values: dict[str, Any] | None = None
    success: bool = True
    error_info: _ErrorInfo | None = None


class _Login(msgspec.Struct, rename="pascal"):
    code: int
    message: str | None = None


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 0.0


class _StatusRow(msgspec.Struct, rename="pascal"):
    value: int | None = None


class _LogRow(msgspec.Struct, rename="pascal"):
    id: UUID
    name: str | None = None
    code: str | None = None
    caption: str | None = None
    status_id: str | None = None
    status: _StatusRow | None = None
    start_date: datetime | None = None
    complete_date: datetime | None = None
    error_description: str | None = None


class _Rows(msgspec.Struct):
    value: list[_LogRow]
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Text(msgspec.Struct):
    """The members in which services of several kinds say what is wrong."""

    errorInfo: _ErrorInfo | None = None  # noqa: N815  # the wire's own name
    error: Any = None
    error_description: str | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    Message: str | None = None


def read(reply: Reply, kind: type[T]) -> T:
    """The body as JSON of this shape. Raises BadAnswer."""
    try:
        return msgspec.convert(decoded(reply.body.removeprefix(b"\xef\xbb\xbf")), kind)
    except msgspec.ValidationError as error:
        shown = reply.text[:EXCERPT_LENGTH_MAX]
        raise BadAnswer(f"the answer {shown!r} is not the contract's: {error}") from None


# -- reading --------------------------------------------------------------------------------------


def checked(reply: Reply) -> Reply:
    """The reply itself if it is a success. Raises Refused."""
    if 200 <= reply.status < 300:
        return reply
    code, message = _said(reply)
    correlation_id = reply.headers.get(CORRELATION_ID, "")
    raise refusal(message, status=reply.status, code=code, correlation_id=correlation_id)


def _said(reply: Reply) -> tuple[str, str]:
    """The code and message of an error, in the shape of Creatio, OData, OAuth or RFC 9457."""
    try:
        told = read(reply, _Text)
    except BadAnswer:
        return "", f"the service answered: {reply.text[:EXCERPT_LENGTH_MAX]!r}"
    if told.errorInfo is not None:
        return told.errorInfo.error_code or "", told.errorInfo.message or ""
    if isinstance(told.error, dict):
        return str(told.error.get("code", "")), str(told.error.get("message", ""))
    if isinstance(told.error, str):
        return told.error, told.error_description or told.error
    return told.code or "", told.detail or told.title or told.Message or "no reason is given"


def result_value(reply: Reply) -> Value:
    """The value of Execute's result: JSON in `<string>`, or JSON in JSON (CONTRACT 3)."""
    if not reply.body.strip():
        return None
    if "json" in reply.headers.get("content-type", ""):
        text = decoded(reply.body)
        return decoded(text) if isinstance(text, str) else text
    text = xml_text(reply.text)
    return None if not text else decoded(text)


def executed_run(reply: Reply) -> Run:
    """What the headers of an Execute tell, where the service sends them."""
    status = reply.headers.get(PROCESS_STATUS, "").upper()
    uid = reply.headers.get(PROCESS_ID)
    known = Status[status] if status in Status.__members__ else Status.UNKNOWN
    return Run(typed(uid, UUID) if uid else None, known)


def run_of(reply: Reply) -> Run:
    """The answer of RunProcess. Raises Refused for a start that was refused (CONTRACT 5)."""
    told = read(reply, _ProcessRun)
    error = _run_error(told.error_info)
    if not told.success and not _identity(told):
        correlation_id = reply.headers.get(CORRELATION_ID, "")
        code, message = (error.code, error.message) if error else ("", "the start was refused")
        raise refusal(message, status=200, code=code, correlation_id=correlation_id)
    status = _status(told.process_status)
    return Run(_identity(told), status, told.result_parameter_values or {}, error)


def _run_error(told: _ErrorInfo | None) -> RunError | None:
    return None if told is None else RunError(told.error_code or "", told.message or "")


def confirmed(reply: Reply) -> None:
    """Raises Refused where the body says that it was not done."""
    if not reply.body.strip() or "json" not in reply.headers.get("content-type", ""):
        return
    told = decoded(reply.body)
    if isinstance(told, dict) and told.get("success") is False:
        code, message = _said(reply)
        correlation_id = reply.headers.get(CORRELATION_ID, "")
        raise refusal(message, status=reply.status, code=code, correlation_id=correlation_id)


def _identity(told: _ProcessRun) -> UUID | None:
    return told.process_id if told.process_id and told.process_id.int else None


def _status(number: int | None) -> Status:
    return next((status for status in Status if status == number), Status.UNKNOWN)


def succeeded(run: Run, name: str, *, check: bool) -> Run:
    """The run itself, unless it has failed and that is asked for. Raises ProcessFailed."""
    if check and run.status in (Status.ERROR, Status.CANCELED):
        why = f"{run.error.message} [{run.error.code}]" if run.error else run.status.name.lower()
        raise ProcessFailed(f"the run {run.process_id} of {name} has failed: {why}", run)
    return run


def logged_in(reply: Reply) -> None:
    """Raises LoginFailed, with the service's own words (CONTRACT 2)."""
    if reply.status in (401, 403):
        raise LoginFailed(_said(reply)[1])
    told = read(checked(reply), _Login)
    if told.code:
        raise LoginFailed(told.message or f"the login was refused with code {told.code}")


def token_of(reply: Reply) -> tuple[str, float]:
    """The token and for how many seconds it may be used. Raises LoginFailed."""
    if reply.status in (400, 401, 403):
        raise LoginFailed(": ".join(dict.fromkeys(filter(None, _said(reply)))))
    told = read(checked(reply), _Token)
    return told.access_token, told.expires_in


def logged_run(reply: Reply, process_id: UUID) -> LoggedRun:
    """The one row that was asked for. Raises UnknownRun."""
    rows = read(reply, _Rows).value
    if not rows:
        raise UnknownRun(f"SysProcessLog has no row {process_id}", status=reply.status)
    row = rows[0]
    name = row.name or row.caption or ""
    error = row.error_description or ""
    return LoggedRun(row.id, name, _row_status(row), row.start_date, row.complete_date, error)


def logged_elements(reply: Reply) -> tuple[Sequence[LoggedElement], str | None]:
    """The rows of a page, and where the next one is."""
    rows = read(reply, _Rows)
    return [_element(row) for row in rows.value], rows.next_link


def _element(row: _LogRow) -> LoggedElement:
    code, error = row.code or row.name or "", row.error_description or ""
    status, span = _row_status(row), (row.start_date, row.complete_date)
    return LoggedElement(row.id, row.caption or code, code, status, *span, error)


def _row_status(row: _LogRow) -> Status:
    if row.status is not None and row.status.value is not None:
        return _status(row.status.value)
    return STATUS_IDS.get((row.status_id or "").lower(), Status.UNKNOWN)
