"""Errors of the API as problem documents (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct

from procession import errors
from procession.web.answers import CORRELATION_ID, NOT_STORED, Answer, Failed
from procession.web.wire import json_bytes

PROBLEM_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:procession:problem:"


class FileProblem(Struct, rename="camel"):
    """One thing that is wrong in a file; `line` and `column` count from 1, 0: not known."""

    code: str
    message: str
    element: str
    name: str
    line: int
    column: int
    file: str
    warning: bool


class ProblemDocument(Struct, rename="camel", omit_defaults=True):
    """What every answer with a status from 400 on holds.

    `code` is stable, programs may rely on it; `correlationId` stands in the service's log, too.
    `problems`: all that is wrong with files.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    problems: list[FileProblem] = []


def problem_answer(
    told: Failed, correlation_id: str, problems: Sequence[errors.Problem] = ()
) -> Answer:
    """The wording of the API's door."""
    document = ProblemDocument(
        TYPE_PREFIX + told.code,
        HTTPStatus(told.status).phrase,
        told.status,
        told.message,
        told.code,
        correlation_id,
        file_problems(problems),
    )
    headers = [
        ("content-type", PROBLEM_TYPE),
        NOT_STORED,
        (CORRELATION_ID, correlation_id),
        *told.headers,
    ]
    return Answer(told.status, headers, json_bytes(document))


def file_problems(problems: Sequence[errors.Problem]) -> list[FileProblem]:
    return [
        FileProblem(
            code=each.code,
            message=each.message,
            element=each.element,
            name=each.name,
            line=each.line,
            column=each.column,
            file=each.file,
            warning=each.warning,
        )
        for each in problems
    ]
