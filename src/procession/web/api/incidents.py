"""Incidents: where runs are stuck, and trying again."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from procession.access import Duty
from procession.finding import StuckView, find_incidents
from procession.web.api.instances import run_of, seen_by
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.paging import Cursor, Limit
from procession.web.api.shapes import EXAMPLE_RUN, RunShape, WaitSeconds, run_shape
from procession.web.api.tasks import settled


class ListIncidents(Struct, rename="camel"):
    process: Annotated[str | None, Meta(description="Only those of this process.")] = None
    limit: Limit = 50
    cursor: Cursor = ""


class StuckShape(Struct, rename="camel"):
    """An incident. `id` is what `retryIncident` takes; `run` is the id of its run."""

    id: UUID
    run: UUID
    process: str
    version: int
    element: str
    code: str
    message: str


class IncidentPage(Struct, rename="camel"):
    """A page of incidents, those of the newest run first. All those of one run are on one page, so
    it may be longer than asked for."""

    items: list[StuckShape]
    next: str | None


class OneIncident(Struct, rename="camel"):
    id: Annotated[UUID, Meta(description="The id of an incident: of an element in its run.")]


class Retry(Struct, rename="camel", forbid_unknown_fields=True):
    wait_seconds: WaitSeconds = 0


async def list_incidents(call: Call, asked: ListIncidents) -> Reply:
    cursors = call.cursors
    page = await find_incidents(
        call.engine,
        seen_by(call),
        process=asked.process,
        before=cursors.read_id(asked.cursor),
        limit=asked.limit,
    )
    return Reply(IncidentPage([_shape(each) for each in page.items], cursors.following(page.last)))


def _shape(stuck: StuckView) -> StuckShape:
    return StuckShape(
        id=stuck.uid,
        run=stuck.run.id,
        process=stuck.run.process,
        version=stuck.run.version,
        element=stuck.element,
        code=stuck.incident.code,
        message=stuck.incident.message,
    )


async def retry(call: Call, asked: OneIncident, body: Retry) -> Reply:
    call.service.access.require(call.principal, Duty.OPERATE)
    row = await run_of(call, asked.id, Duty.SEE)
    await call.engine.resolve(asked.id)
    outcome = await settled(call, row, body.wait_seconds)
    return Reply(run_shape(outcome, row.process, row.version))


_TAG = "Incidents"
OPERATIONS = (
    Operation(
        method="GET",
        path="/incidents",
        name="listIncidents",
        tag=_TAG,
        summary="Where runs are stuck, of those that you may see",
        handler=list_incidents,
        asked=ListIncidents,
        answer=IncidentPage,
        refusals=(400,),
    ),
    Operation(
        method="POST",
        path="/incidents/{id}/retry",
        name="retryIncident",
        tag=_TAG,
        summary="Try a failed element again",
        handler=retry,
        asked=OneIncident,
        body=Retry,
        answer=RunShape,
        refusals=(400, 403, 404, 409, 415),
        examples={"body": {"waitSeconds": 5}, "answer": EXAMPLE_RUN},
        empty_body=True,
    ),
)
