"""An operation of the API as a row of a table, and how it becomes a route.

Rule: what an operation takes and answers is told by its structs. From them requests are read, and
the OpenAPI document is made: so the document cannot say anything else than what is done.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import msgspec

from procession import errors
from procession.access import Principal
from procession.core.values import Value
from procession.engine import Engine
from procession.web.answers import JSON_TYPE, Answer, Headers, HttpRefusal, failed
from procession.web.api.inputs import Nothing, read_inputs
from procession.web.api.paging import Cursors
from procession.web.api.problems import problem_answer
from procession.web.failures import report
from procession.web.request import Request
from procession.web.routes import Route, Service
from procession.web.wire import json_bytes, read_json

PREFIX = "/api"
ETAG_BYTES = 12
# A caller may keep an answer, and asks whether it still holds.
REVALIDATED = ("cache-control", "private, no-cache")
UNPROCESSABLE = (errors.InvalidProcess, errors.KeyReused, errors.DecisionError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation answers: the struct of its body, and headers. `etag`: a tag of its own."""

    body: Value = None
    headers: Headers = field(default_factory=list)
    etag: str = ""


class Raw(bytes):
    """A body as it came, of one of the media types that the operation takes beside JSON."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: who calls, and with what."""

    service: Service
    request: Request
    operation: "Operation"

    @property
    def engine(self) -> Engine:
        return self.service.engine

    @property
    def principal(self) -> Principal:
        return self.request.principal

    @property
    def cursors(self) -> Cursors:
        """Those of the list that the operation answers, under the conditions of this call."""
        request = self.request
        return Cursors(request.path, request.query())

    def address(self, path: str) -> str:
        """Where something stands, for a `Location`."""
        return f"{self.service.settings.path_prefix}{PREFIX}{path}"


Handler = Callable[..., Awaitable[Reply | Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One verb at one path. `asked`: what stands in path and query; `refusals`: the statuses of its
    errors beside those that each has; `takes` and `gives`: media types beside JSON.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    handler: Handler
    description: str = ""
    asked: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    status: int = 200
    refusals: Sequence[int] = ()
    takes: Sequence[str] = ()
    gives: str = ""
    headers: Sequence[str] = ()
    examples: Mapping[str, Value] = field(default_factory=dict)
    guarded: bool = True
    empty_body: bool = False

    @property
    def variables(self) -> Sequence[str]:
        """The open parts of the path."""
        return re.findall(r"\{(\w+)\}", self.path)


def routes(operations: Sequence[Operation]) -> list[Route]:
    """The routes of the operations; those of one path are one route."""
    paths: dict[str, list[Operation]] = {}
    for operation in operations:
        paths.setdefault(operation.path, []).append(operation)
    return [
        Route(
            PREFIX + re.sub(r"\{\w+\}", "{}", path),
            {each.method: _served(each) for each in found},
            guarded=found[0].guarded,
            wording=problem_answer,
        )
        for path, found in paths.items()
    ]


def _served(operation: Operation) -> Callable[[Service, Request], Awaitable[Answer]]:
    async def serve(service: Service, request: Request) -> Answer:
        try:
            return await _answer(operation, service, request)
        except UNPROCESSABLE as error:
            return _unprocessable(request, error)

    return serve


async def _answer(operation: Operation, service: Service, request: Request) -> Answer:
    path = dict(zip(operation.variables, request.variables, strict=True))
    asked = read_inputs(operation.asked, path, request.query())
    given = [asked] if operation.body is None else [asked, await _body(operation, request)]
    reply = await operation.handler(Call(service, request, operation), *given)
    if isinstance(reply, Answer):
        return reply
    return _rendered(operation, request, reply)


async def _body(operation: Operation, request: Request) -> Value:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in operation.takes:
        return Raw(await request.body())
    body = await request.json_body()
    if not body and operation.empty_body:
        body = b"{}"
    return read_json(_decoder(operation.body), body)


@cache
def _decoder(kind: type[msgspec.Struct] | None) -> Value:
    return msgspec.json.Decoder(kind, float_hook=Decimal)


def _rendered(operation: Operation, request: Request, reply: Reply) -> Answer:
    headers = [*reply.headers, REVALIDATED]
    if reply.body is None:
        return Answer(204, headers)
    body = json_bytes(reply.body)
    if operation.method != "GET":
        tag = [("etag", reply.etag)] if reply.etag else []
        return Answer(operation.status, [JSON_TYPE, *tag, *headers], body)
    return tagged(request, Answer(operation.status, [JSON_TYPE, *headers], body), reply.etag)


def tagged(request: Request, answer: Answer, etag: str = "") -> Answer:
    """The answer with its entity tag, or 304 where the caller has it already (RFC 9110 §13)."""
    etag = etag or etag_of(answer.body)
    headers = [*answer.headers, ("etag", etag)]
    if names_tag(request.headers.get("if-none-match", ""), etag):
        kept = [header for header in headers if header[0] != "content-type"]
        return Answer(304, kept)
    return Answer(answer.status, headers, answer.body)


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=ETAG_BYTES).hexdigest()}"'


def names_tag(header: str, etag: str) -> bool:
    """Whether a header with tags names this one, by weak comparison (RFC 9110 §8.8.3.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags


def require_match(request: Request, etag: str) -> None:
    """Raises HttpRefusal where the caller has seen something else than there is now."""
    header = request.headers.get("if-match", "")
    if header and not names_tag(header, etag):
        raise HttpRefusal(
            412, "PreconditionFailed", f"it has changed since: its tag is {etag} now; look again"
        )


def _unprocessable(request: Request, error: errors.ProcessionError) -> Answer:
    """What was read, and cannot be done as it is: 422."""
    told = failed(error)._replace(status=422, code=error.code, message=str(error))
    problems: Sequence[errors.Problem] = ()
    if isinstance(error, errors.InvalidProcess):
        problems = error.problems
        wrong = [each for each in problems if not each.warning] or problems
        told = told._replace(message=f"nothing was deployed: {wrong[0]}; see `problems`")
    return problem_answer(told, report(request, error, told), problems)
