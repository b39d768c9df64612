"""One log line for each failed call, under a correlation id that the answer carries too."""

import secrets
import traceback

import structlog

from procession.web.answers import Failed
from procession.web.request import Request

SHOWN_LENGTH_MAX = 200
CORRELATION_BYTES = 8

_log = structlog.get_logger()


def report(request: Request, error: BaseException, told: Failed) -> str:
    """Writes the line and answers its correlation id. The query stays out: it may be private."""
    correlation_id = secrets.token_hex(CORRELATION_BYTES)
    write = _log.error if told.status >= 500 else _log.warning
    write(
        "call_failed",
        correlation_id=correlation_id,
        status=told.status,
        code=told.code,
        message=str(error)[:SHOWN_LENGTH_MAX],
        method=request.method,
        path=request.path[:SHOWN_LENGTH_MAX],
        user=request.caller,
        address=request.address,
        **_traceback(error, told),
    )
    return correlation_id


def _traceback(error: BaseException, told: Failed) -> dict[str, str]:
    # Text, not exc_info: a renderer may print local variables, and one of them is a password.
    if told.status < 500 or not isinstance(error, Exception):
        return {}
    return {"traceback": "".join(traceback.format_exception(error))}
