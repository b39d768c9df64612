"""How the methods of ProcessEngineService.svc read what they are asked, and answer (CONTRACT 6).

Rule: the parameters of a method stand in the query, in a form or in a JSON object, by names that
are matched by their letters; or the body is the one parameter itself. Who wraps the body in a
member `request`, as WCF does, gets a wrapped answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from procession.catalog import Found
from procession.core.instance import Status
from procession.core.values import Value, Values, checked_text, guid, shown
from procession.errors import BadRequest, BadValue, Forbidden, Rejected
from procession.views import Outcome
from procession.web.answers import (
    CORRELATION_ID,
    JSON_TYPE,
    NOT_STORED,
    XML_TYPE,
    Answer,
    Failed,
    Headers,
    failed,
)
from procession.web.data_contract import xml_object
from procession.web.engine_wire import MessageResponse
from procession.web.failures import report
from procession.web.request import Request
from procession.web.routes import Operation, Route, Service
from procession.web.wire import (
    ErrorInfo,
    ParameterValue,
    json_bytes,
    json_string,
    prefers_xml,
    warnings_header,
    xml_string,
)

BASE = "/ServiceModel/ProcessEngineService.svc"
# Those that the original serves by POST alone stay so: no link can do what they do.
POSTING = ("POST",)
WRITING = ("GET", "POST")
READING = ("GET", "HEAD", "POST")
WRAPPING = "request"
VALUES = "parameterValues"
SCHEMA_NAMES = ("sysSchemaId", "schemaUId", "schemaId", "processSchemaUId")

STATUS_NUMBERS: Mapping[Status, int] = {
    Status.RUNNING: 1,
    Status.COMPLETED: 2,
    Status.ERROR: 3,
    Status.CANCELED: 4,
}


def routes(operation: Operation, *paths: str, verbs: Sequence[str] = WRITING) -> list[Route]:
    """The addresses of a method."""
    return [Route(f"{BASE}/{path}", dict.fromkeys(verbs, operation)) for path in paths]


# -- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters by their names; `bare`: a body that is no object; `wrapped`: how it came."""

    values: Values
    bare: Value = None
    wrapped: bool = False

    def subject(self, names: Sequence[str]) -> Value:
        """What the call is about: a parameter, or the bare body."""
        found = self.take(names)
        return self.bare if found is None else found

    def take(self, names: Sequence[str]) -> Value:
        """The parameter, out of the values, by the one of its names that is there."""
        found = [self.values.pop(name) for name in names if name in self.values]
        if len(found) > 1:
            raise BadRequest(f"{' and '.join(names)} mean the same; give one of them")
        return found[0] if found else None


async def asked(request: Request) -> Asked:
    """Raises BadRequest."""
    posted = await request.posted()
    if not isinstance(posted, dict):
        return Asked(request.joined({}), posted)
    inner = posted.get(WRAPPING)
    if len(posted) == 1 and isinstance(inner, dict):
        return Asked(request.joined(inner), wrapped=True)
    return Asked(request.joined(posted))


def text_of(value: Value, name: str) -> str:
    """A parameter that must be there, as a text. Raises BadRequest, BadValue."""
    if value is None or value == "":
        raise BadRequest(f"{name} is missing; it says what the call is about")
    if not isinstance(value, str):
        raise BadValue(f"{name}: {shown(value)} is not a text")
    return value


def guid_of(value: Value, name: str) -> UUID:
    """The same as a GUID."""
    if value is None:
        raise BadRequest(f"{name} is missing; it says what the call is about")
    uid = guid(value) if isinstance(value, str) else None
    if uid is None:
        hint = "write it as 00000000-0000-0000-0000-000000000000"
        raise BadValue(f"{name}: {shown(value)} is not a GUID; {hint}")
    return uid


def named_values(listed: Sequence[ParameterValue] | None, *, most: int) -> Values:
    """Inputs by name. One that is null is as one that is not there (CONTRACT 3)."""
    values: Values = {}
    for one in listed or ():
        if checked_text(f"a name in {VALUES}", one.name) in values:
            raise BadRequest(f"{VALUES}: {shown(one.name)} is given twice")
        values[one.name] = one.value
    if len(values) > most:
        raise BadRequest(f"{VALUES}: more than {most} parameters")
    return {name: value for name, value in values.items() if value is not None}


async def schema_of(service: Service, call: Asked) -> Found:
    """The process whose GUID was given. Raises UnknownProcess."""
    uid = guid_of(call.subject(SCHEMA_NAMES), SCHEMA_NAMES[0])
    return await service.engine.catalog.find(uid=uid)


# -- what is answered -----------------------------------------------------------------------------


def done(warnings: Sequence[str] = ()) -> Answer:
    """It was done, and there is nothing to say."""
    return Answer(200, [NOT_STORED, *warned(warnings)])


def answer_text(service: Service, request: Request, value: Value, more: Headers) -> Answer:
    """A method that answers text: the value's JSON text, as a JSON string or in `<string>`."""
    if prefers_xml(request.headers.get("accept", "")):
        body = xml_string(value, service.settings.xml_namespace)
        return Answer(200, [XML_TYPE, NOT_STORED, *more], body)
    return Answer(200, [JSON_TYPE, NOT_STORED, *more], json_string(value))


def answer_object(
    request: Request,
    method: str,
    value: msgspec.Struct,
    *,
    wrapped: bool,
    more: Headers | None = None,
) -> Answer:
    """A method that answers a data contract: as JSON, or as XML if `Accept` asks for it."""
    headers = [NOT_STORED, *(more or [])]
    if prefers_xml(request.headers.get("accept", "")):
        return Answer(200, [XML_TYPE, *headers], xml_object(method, value, wrapped=wrapped))
    body = json_bytes({f"{method}Result": value} if wrapped else value)
    return Answer(200, [JSON_TYPE, *headers], body)


def answer_refusal(service: Service, request: Request, refusal: Rejected) -> Answer:
    """Methods that answer success or not as text say so of a refusal, too. Not of a right."""
    if isinstance(refusal, Forbidden):
        raise refusal
    told, headers = refused(request, refusal)
    error = ErrorInfo(told.code, told.message)
    body = MessageResponse(success=False, error_info=error, message=told.message)
    return answer_text(service, request, body, headers)


def refused(request: Request, refusal: Rejected) -> tuple[Failed, Headers]:
    """What is told of a refusal in an answer whose status is 200; its line is in the log."""
    told = failed(refusal)._replace(status=200)
    return told, [(CORRELATION_ID, report(request, refusal, told))]


def run_headers(outcome: Outcome) -> Headers:
    """What a caller may know of the run beyond the body (CONTRACT 3)."""
    return [
        ("x-process-id", str(outcome.instance_id)),
        ("x-process-status", outcome.status.value),
        *warned(outcome.warnings),
    ]


def warned(warnings: Iterable[str]) -> Headers:
    """The header that names what was ignored."""
    told = tuple(warnings)
    return [("x-process-warnings", warnings_header(told))] if told else []
