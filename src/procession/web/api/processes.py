"""Processes: what is deployed, its versions and files; whether it starts."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from procession.access import Duty
from procession.core.model import Parameter, Process
from procession.stores import ProcessRow
from procession.web.answers import Answer
from procession.web.api.operations import (
    Call,
    Operation,
    Reply,
    etag_of,
    require_match,
    tagged,
)
from procession.web.api.paging import Cursor, Limit
from procession.web.api.shapes import (
    ProcessName,
)
from procession.web.wire import json_bytes

XML_TYPES = ("application/xml", "text/xml", "application/octet-stream")
FILES_MAX = 200
VERSION_MAX = 2**31 - 1

Version = Annotated[int, Meta(ge=1, le=VERSION_MAX, description="A version, counted from 1.")]


class ProcessShape(Struct, rename="camel"):
    """A version of a process. `startable`: a caller may start it, if it is enabled."""

    name: str
    version: int
    caption: str
    uid: UUID
    enabled: bool
    startable: bool
    file: str
    deployed_at: datetime
    deployed_by: str


class ParameterShape(Struct, rename="camel"):
    """A parameter: `direction` in, out, both or internal; `columns` of a collection by code."""

    code: str
    caption: str
    type: str
    direction: str
    columns: dict[str, str]


class ElementShape(Struct, rename="camel"):
    """An element of a process. `scope`: the sub-process that it stands in; "" is the process."""

    id: str
    type: str
    name: str
    scope: str


class ProcessDetails(Struct, rename="camel"):
    """A version of a process with what it takes, gives and consists of."""

    process: ProcessShape
    parameters: list[ParameterShape]
    elements: list[ElementShape]


class ProcessPage(Struct, rename="camel"):
    """A page of processes or versions; `next`: the cursor of the next one."""

    items: list[ProcessShape]
    next: str | None


class ListProcesses(Struct, rename="camel"):
    limit: Limit = 50
    cursor: Cursor = ""


class OneProcess(Struct, rename="camel"):
    name: ProcessName


class OneVersion(Struct, rename="camel"):
    name: ProcessName
    version: Version


class ListVersions(Struct, rename="camel"):
    name: ProcessName
    limit: Limit = 50
    cursor: Cursor = ""


class SetEnabled(Struct, rename="camel", forbid_unknown_fields=True):
    """Whether the process starts; runs that there are go on."""

    enabled: bool


# -- looking --------------------------------------------------------------------------------------


async def list_processes(call: Call, asked: ListProcesses) -> Reply:
    beyond = call.cursors.read(asked.cursor)
    rows = [row for row in await call.engine.catalog.processes() if row.name > beyond]
    seen = [row for row in rows if may_look_at(call, row.name)]
    return _page(call, seen, asked.limit, "name")


async def list_versions(call: Call, asked: ListVersions) -> Reply:
    require_look(call, asked.name)
    place = call.cursors.read(asked.cursor)
    before = int(place) if place else VERSION_MAX + 1
    search = call.engine.store.search
    rows = await search.versions(asked.name, before=before, limit=asked.limit + 1)
    if not rows and not place:
        await call.engine.catalog.find(asked.name)  # Raises UnknownProcess.
    return _page(call, rows, asked.limit, "version")


def _page(call: Call, rows: Sequence[ProcessRow], limit: int, place: str) -> Reply:
    page, following = call.cursors.cut(rows, limit, attrgetter(place))
    return Reply(ProcessPage([_shape(row) for row in page], following))


async def show_process(call: Call, asked: OneProcess) -> Reply:
    require_look(call, asked.name)
    found = await call.engine.catalog.find(asked.name)
    return Reply(await _details(call, found.process))


async def show_version(call: Call, asked: OneVersion) -> Reply:
    require_look(call, asked.name)
    return Reply(await _details(call, await call.engine.catalog.version(asked.name, asked.version)))


async def _details(call: Call, process: Process) -> ProcessDetails:
    stored = await call.engine.store.process(process.id, process.version)
    assert stored is not None, "a version that was found is there"
    return ProcessDetails(
        _shape(stored[0]),
        [parameter_shape(each) for each in process.parameters.values()],
        [
            ElementShape(each.id, _type_name(each), each.name, each.scope)
            for each in process.elements.values()
        ],
    )


def _type_name(element: object) -> str:
    """The name that BPMN's schema gives it."""
    name = type(element).__name__
    return "task" if name == "AbstractTask" else name[0].lower() + name[1:]


async def show_file(call: Call, asked: OneVersion) -> Answer:
    require_look(call, asked.name)
    xml = await call.engine.catalog.source(asked.name, asked.version)
    headers = [
        ("content-type", "application/xml"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
    ]
    return tagged(call.request, Answer(200, headers, xml))


def may_look_at(call: Call, name: str) -> bool:
    """Who may run a process may look at it, as who may see its runs."""
    access, who = call.service.access, call.principal
    return access.may(who, Duty.SEE, name) or access.may(who, Duty.RUN, name)


def require_look(call: Call, name: str) -> None:
    """Raises Forbidden."""
    if not may_look_at(call, name):
        call.service.access.require(call.principal, Duty.SEE, name)


def _shape(row: ProcessRow) -> ProcessShape:
    return ProcessShape(
        name=row.name,
        version=row.version,
        caption=row.caption,
        uid=row.uid,
        enabled=row.enabled,
        startable=row.startable,
        file=row.file,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
    )


def parameter_shape(parameter: Parameter) -> ParameterShape:
    kind = parameter.kind
    columns = {column.code: column.type.value for column in kind.columns}
    return ParameterShape(
        parameter.code, parameter.caption, kind.type.value, parameter.direction.value, columns
    )


# -- changing -------------------------------------------------------------------------------------


async def set_enabled(call: Call, asked: OneProcess, body: SetEnabled) -> Reply:
    call.service.access.require(call.principal, Duty.DEPLOY)
    catalog = call.engine.catalog
    found = await catalog.find(asked.name)
    before = await _details(call, found.process)
    require_match(call.request, etag_of(json_bytes(before)))
    await catalog.enable(asked.name, body.enabled)
    after = replace(before, process=replace(before.process, enabled=body.enabled))
    return Reply(after, etag=etag_of(json_bytes(after)))


_TAG = "Processes"

OPERATIONS = (
    Operation(
        method="GET",
        path="/processes",
        name="listProcesses",
        tag=_TAG,
        summary="The newest version of each process, by name",
        handler=list_processes,
        asked=ListProcesses,
        answer=ProcessPage,
        refusals=(400,),
    ),
    Operation(
        method="GET",
        path="/processes/{name}",
        name="showProcess",
        tag=_TAG,
        summary="The newest version of a process, with its parameters and elements",
        handler=show_process,
        asked=OneProcess,
        answer=ProcessDetails,
        refusals=(403, 404),
    ),
    Operation(
        method="GET",
        path="/processes/{name}/versions",
        name="listVersions",
        tag=_TAG,
        summary="The versions of a process, the newest first",
        handler=list_versions,
        asked=ListVersions,
        answer=ProcessPage,
        refusals=(400, 403, 404),
    ),
    Operation(
        method="GET",
        path="/processes/{name}/versions/{version}",
        name="showVersion",
        tag=_TAG,
        summary="A version of a process, with its parameters and elements",
        handler=show_version,
        asked=OneVersion,
        answer=ProcessDetails,
        refusals=(400, 403, 404),
    ),
    Operation(
        method="GET",
        path="/processes/{name}/versions/{version}/xml",
        name="showFile",
        tag=_TAG,
        summary="The file of a version as it was deployed, byte for byte",
        handler=show_file,
        asked=OneVersion,
        gives="application/xml",
        refusals=(400, 403, 404),
    ),
    Operation(
        method="PUT",
        path="/processes/{name}/enabled",
        name="setEnabled",
        tag=_TAG,
        summary="Let a process start, or not",
        description="With `If-Match` and the tag of `showProcess` only if it is still as it was.",
        handler=set_enabled,
        asked=OneProcess,
        body=SetEnabled,
        answer=ProcessDetails,
        refusals=(400, 403, 404, 412, 415),
        headers=("If-Match",),
        examples={"body": {"enabled": False}},
    ),
)
