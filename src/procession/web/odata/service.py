"""The addresses of the OData door (docs/odata.md)."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

import msgspec

from procession.access import Duty
from procession.errors import BadRequest
from procession.stores.logs import Question, Row, Seer
from procession.web.answers import CORRELATION_ID, NOT_STORED, Answer, Failed, Headers, HttpRefusal
from procession.web.odata.elements import describe
from procession.web.odata.metadata import metadata
from procession.web.odata.model import ENTITY_SETS, EntityType
from procession.web.odata.negotiation import Form, check_xml, json_form
from procession.web.odata.options import Options, page_size, read_options, token
from procession.web.odata.rendering import Document, Rendering, selection
from procession.web.odata.statements import Statement, single
from procession.web.odata.tree import Comparison, Expansion, Literal, Path
from procession.web.origin import origin
from procession.web.request import Request
from procession.web.routes import Door, Operation, Route, Service

VERSION = ("odata-version", "4.0")
READ_ONLY = (
    "the log is read only, and adding, modifying, reading and deleting records of your own tables "
    "is not offered here: a process does that with its data elements"
)

_SETS = {entity.name: entity for entity in ENTITY_SETS}
_STEP = re.compile(
    r"(?P<name>[A-Za-z_$]\w*)(?:\((?:Id=)?(?P<key>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\))?",
    re.ASCII,
)


def odata_failure(told: Failed, correlation_id: str) -> Answer:
    """An error in OData's shape (OData JSON 4.0 §19)."""
    error: Document = {"code": told.code, "message": told.message}
    if option := re.match(r"\$\w+", told.message):
        error["target"] = option[0]
    headers = [
        ("content-type", "application/json; odata.metadata=minimal; charset=utf-8"),
        NOT_STORED,
        VERSION,
        (CORRELATION_ID, correlation_id),
        *told.headers,
    ]
    return Answer(told.status, headers, msgspec.json.encode({"error": error}))


class _Call:
    """One call that reads: what it asks for, and how its answer is written."""

    def __init__(self, service: Service, request: Request) -> None:
        highest = request.headers.get("odata-maxversion", "4.0")
        if highest[:1] in ("1", "2", "3"):
            raise BadRequest(f"OData-MaxVersion is {highest[:10]!r}; this service speaks 4.0")
        self.service, self.request = service, request
        self.query: Mapping[str, str] = request.query()
        prefix = service.settings.path_prefix
        middle = "/0" if request.path.startswith(f"{prefix}/0/odata") else ""
        self.root = f"{origin(request, service.settings)}{prefix}{middle}/odata/"

    @property
    def prefer(self) -> str:
        return self.request.headers.get("prefer", "")

    def options(self) -> Options:
        return read_options(self.query, self.prefer)

    def form(self) -> Form:
        return json_form(self.request.headers.get("accept", ""), self.format)

    @property
    def format(self) -> str:
        return self.query.get("$format", self.query.get("format", ""))

    def rendering(self, form: Form) -> Rendering:
        return Rendering(self.root, form.detail, decimals_as_text=form.decimals_as_text)

    def source(self, name: str) -> str:
        return self.service.engine.store.logs.source(name)

    async def ask(self, *questions: Question) -> list[list[Row]]:
        """The rows of each, as far as the caller may see them. Raises Forbidden, HttpRefusal."""
        access, principal = self.service.access, self.request.principal
        access.require(principal, Duty.SEE, started_by=principal.name)
        see, run = access.reach(principal, Duty.SEE), access.reach(principal, Duty.RUN)
        seer = Seer(principal.name, (see.everywhere, see.named), (run.everywhere, run.named))
        seconds = self.service.settings.odata_seconds
        try:
            return await self.service.engine.store.logs.ask(
                questions, seer, describe, seconds=seconds
            )
        except TimeoutError:
            message = (
                f"this takes longer than {seconds:g} seconds; ask for less: a run by its id, "
                "a status, what began after some moment"
            )
            raise HttpRefusal(400, "QueryTooSlow", message) from None


async def service_document(service: Service, request: Request) -> Answer:
    """Which entity sets there are."""
    call = _Call(service, request)
    form = call.form()
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in _SETS]
    return _answer({**call.rendering(form).context(""), "value": sets}, form)


async def metadata_document(service: Service, request: Request) -> Answer:
    call = _Call(service, request)
    check_xml(request.headers.get("accept", ""), call.format)
    return Answer(200, [("content-type", "application/xml; charset=utf-8"), VERSION], metadata())


async def one_step(service: Service, request: Request) -> Answer:
    """`SysProcessLog` or `SysProcessLog(guid)`."""
    call = _Call(service, request)
    entity, key = _addressed(request.variable)
    return await _entity(call, entity, key) if key else await _list(call, entity)


async def two_steps(service: Service, request: Request) -> Answer:
    """`SysProcessLog/$count`, `SysProcessLog(guid)/Name` or `SysProcessLog(guid)/Status`."""
    call = _Call(service, request)
    first, name = request.variables
    entity, key = _addressed(first)
    if key is None and name == "$count":
        return await _count(call, entity)
    if key is None:
        raise BadRequest(f"name a row of {entity.name} by its id: {entity.name}(guid)/{name[:60]}")
    if name in entity.navigations:
        return await _navigated(call, entity, key, name)
    return await _column(call, entity, key, Path([name]))


async def three_steps(service: Service, request: Request) -> Answer:
    """`SysProcessLog(guid)/Name/$value` or `SysProcessLog(guid)/Status/Value`."""
    call = _Call(service, request)
    first, name, last = request.variables
    entity, key = _addressed(first)
    if key is None:
        raise BadRequest(f"name a row of {entity.name} by its id: {entity.name}(guid)")
    if last == "$value":
        return await _column(call, entity, key, Path([name]), raw=True)
    return await _column(call, entity, key, Path([name, last]))


async def refuse(service: Service, request: Request) -> Answer:
    """All that would write."""
    raise HttpRefusal(405, "MethodNotAllowed", READ_ONLY, ("allow", "GET, HEAD"))


async def refuse_batch(service: Service, request: Request) -> Answer:
    raise HttpRefusal(501, "NotImplemented", "$batch is not offered; send one call after the other")


def _addressed(step: str) -> tuple[EntityType, UUID | None]:
    """The entity set and the key of a step. Raises HttpRefusal."""
    match = _STEP.fullmatch(step)
    entity = _SETS.get(match["name"]) if match else None
    if match is None or entity is None:
        name, bracket, _ = step.partition("(")
        if bracket and name in _SETS:
            raise BadRequest(f"{step[:80]!r} is no key; a row is named by its id: {name}(guid)")
        message = f"there is no entity set {name[:80]!r}; there are {', '.join(_SETS)}: {READ_ONLY}"
        raise HttpRefusal(404, "NotFound", message)
    return entity, UUID(match["key"]) if match["key"] else None


async def _list(call: _Call, entity: EntityType) -> Answer:
    options, form = call.options(), call.form()
    statement = Statement(call.source, entity, options)
    questions = [statement.page(), *([statement.count()] if options.count else ())]
    rows, *counted = await call.ask(*questions)
    rendering = call.rendering(form)
    document = rendering.context(f"{entity.name}{selection(statement.shown)}")
    if counted:
        document["@odata.count"] = counted[0][0][0]
    if (last := statement.next(rows)) is not None:
        document["@odata.nextLink"] = _next_link(call, entity, options, token(last))
    # A full page takes some time to write; other calls go on meanwhile.
    body = await asyncio.to_thread(
        lambda: msgspec.json.encode({**document, "value": _values(rendering, statement, rows)})
    )
    size = page_size(call.prefer)
    applied = [("preference-applied", f"odata.maxpagesize={size}")] if size else []
    return Answer(200, [*_headers(form), *applied], body)


def _values(rendering: Rendering, statement: Statement, rows: Sequence[Row]) -> list[Document]:
    return [rendering.entity(statement.shown, row) for row in statement.rows(rows)]


def _next_link(call: _Call, entity: EntityType, options: Options, behind: str) -> str:
    """The same question, from where this page ends."""
    replaced = ("skip", "top", "skiptoken")
    query = {
        name: text for name, text in call.query.items() if name.removeprefix("$") not in replaced
    }
    if options.top is not None:
        query["$top"] = str(options.top - options.limit)
    query["$skiptoken"] = behind
    pairs = (f"{quote(name, safe='$')}={quote(text, safe='')}" for name, text in query.items())
    return f"{call.root}{entity.name}?{'&'.join(pairs)}"


async def _count(call: _Call, entity: EntityType) -> Answer:
    statement = Statement(call.source, entity, call.options())
    ((row,),) = await call.ask(statement.count())
    headers = [("content-type", "text/plain; charset=utf-8"), NOT_STORED, VERSION]
    return Answer(200, headers, str(row[0]).encode())


async def _entity(call: _Call, entity: EntityType, key: UUID) -> Answer:
    form = call.form()
    statement, row = await _row(call, entity, key, call.options())
    rendering = call.rendering(form)
    context = rendering.context(f"{entity.name}{selection(statement.shown)}/$entity")
    return _answer({**context, **rendering.entity(statement.shown, row)}, form)


async def _navigated(call: _Call, entity: EntityType, key: UUID, name: str) -> Answer:
    """The row that a navigation leads to."""
    form, options = call.form(), call.options()
    within = Expansion(name, options.columns, options.expansions)
    wanted = Options(columns=["Id"], expansions=[within])
    statement, row = await _row(call, entity, key, wanted)
    shown, inner = statement.shown.expanded[name], row[name]
    if not isinstance(inner, dict):
        return Answer(204, [VERSION, NOT_STORED])
    rendering = call.rendering(form)
    context = rendering.context(f"{shown.entity.name}{selection(shown)}/$entity")
    return _answer({**context, **rendering.entity(shown, inner)}, form)


async def _column(
    call: _Call, entity: EntityType, key: UUID, path: Path, *, raw: bool = False
) -> Answer:
    """One value. A path has one step or two."""
    form = call.form()
    *steps, name = path.names
    within = [Expansion(step, [name]) for step in steps]
    wanted = Options(columns=["Id"] if steps else [name], expansions=within)
    statement, row = await _row(call, entity, key, wanted)
    shown = statement.shown.expanded[steps[0]] if steps else statement.shown
    found = row[steps[0]] if steps else row
    if not isinstance(found, dict):
        return Answer(204, [VERSION, NOT_STORED])
    if name not in shown.entity.columns:
        raise BadRequest(f"{shown.entity.name} has no column {name[:60]}")
    rendering = call.rendering(form)
    value = rendering.value(shown.entity.columns[name], found[name])
    if raw:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        headers = [("content-type", "text/plain; charset=utf-8"), NOT_STORED, VERSION]
        return Answer(200, headers, text.encode())
    return _answer({**rendering.context(f"{entity.name}({key})/{path}"), "value": value}, form)


async def _row(
    call: _Call, entity: EntityType, key: UUID, options: Options
) -> tuple[Statement, Mapping[str, object]]:
    """The row of a key. Raises HttpRefusal where there is none, or none that one may see."""
    which = Comparison("eq", Path(["Id"]), Literal(key))
    statement = single(call.source, entity, which, options)
    (rows,) = await call.ask(statement.page())
    if not rows:
        raise HttpRefusal(404, "NotFound", f"there is no {entity.name} with the id {key}")
    return statement, statement.rows(rows)[0]


def _headers(form: Form) -> Headers:
    return [("content-type", form.content_type), NOT_STORED, VERSION]


def _answer(document: Document, form: Form) -> Answer:
    return Answer(200, _headers(form), msgspec.json.encode(document))


_WRITES: Mapping[str, Operation] = dict.fromkeys(
    ("POST", "PUT", "PATCH", "DELETE", "MERGE"), refuse
)


def _route(path: str, read: Operation) -> Route:
    methods = {"GET": read, "HEAD": read, **_WRITES}
    return Route(f"/odata{path}", methods, wording=odata_failure)


ODATA = Door(
    "/odata",
    (
        _route("", service_document),
        _route("/", service_document),
        _route("/$metadata", metadata_document),
        Route("/odata/$batch", {"POST": refuse_batch}, wording=odata_failure),
        _route("/{}", one_step),
        _route("/{}/{}", two_steps),
        _route("/{}/{}/{}", three_steps),
    ),
    odata_failure,
)
