"""Runs: finding them, one with all that is known of it, its history, cancelling it."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import asdict

from procession.access import Duty
from procession.core.changes import AnyChange
from procession.core.commands import CancelProcess
from procession.core.ids import InstanceId, element_uid, locate
from procession.core.instance import Incident, ProcessInstance, Status
from procession.core.model import Process
from procession.core.values import Value, Values, checked_text
from procession.errors import Conflict, UnknownInstance
from procession.finding import MaySee, RunSearch, find_runs
from procession.stores import ElementRow, InstanceRow, Recorded
from procession.web.answers import RETRY_AFTER_SECONDS, HttpRefusal
from procession.web.api.operations import Call, Operation, Reply, names_tag
from procession.web.api.paging import Cursor, Limit
from procession.web.api.shapes import IncidentShape, RunId, RunRow, run_row

HISTORY_LIMIT_MAX = 1_000
# A run that changes while it is looked at is looked at again.
LOOKS_MAX = 20
RETRY = ("retry-after", str(RETRY_AFTER_SECONDS))

Moment = Annotated[datetime, Meta(description="A moment, as in `2026-01-31T13:45:00Z`.", tz=True)]


class FindRuns(Struct, rename="camel"):
    process: Annotated[str | None, Meta(description="Only runs of this process.")] = None
    state: Annotated[Status | None, Meta(description="Only runs that stand so.")] = None
    caller: Annotated[str | None, Meta(description="Only runs that this user started.")] = None
    parameter: Annotated[
        str | None,
        Meta(description="The code of a parameter; only runs where it is `value`."),
    ] = None
    value: Annotated[
        str | None,
        Meta(description="The value of `parameter`, read as the type of what a run has there."),
    ] = None
    started_after: Moment | None = None
    started_before: Moment | None = None
    ended_after: Moment | None = None
    ended_before: Moment | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class RunPage(Struct, rename="camel"):
    """A page of runs, the newest first. Where a look came to its bound, there may be fewer runs
    than asked for, or none, and a `next` nevertheless."""

    items: list[RunRow]
    next: str | None


class OneRun(Struct, rename="camel"):
    id: RunId


class LiveElement(Struct, rename="camel"):
    """An element that is alive. `id` names it in its run; `ready`: somebody may begin it."""

    id: UUID
    element: str
    name: str
    state: str
    since: datetime
    incident: IncidentShape | None


class RunDetails(Struct, rename="camel"):
    """A run with its values by code, and where it stands."""

    run: RunRow
    revision: int
    values: dict[str, Value]
    elements: list[LiveElement]
    incidents: list[IncidentShape]


class ListHistory(Struct, rename="camel"):
    id: RunId
    limit: Annotated[int, Meta(ge=1, le=HISTORY_LIMIT_MAX, description="So many at most.")] = 100
    cursor: Cursor = ""


class Turn(Struct, rename="camel"):
    """What happened in one turn of a run. Each change has its `type`, and its parts."""

    revision: int
    at: datetime
    changes: list[dict[str, Value]]


class HistoryPage(Struct, rename="camel"):
    """A page of a run's history, the oldest turn first."""

    items: list[Turn]
    next: str | None


class CancelRun(Struct, rename="camel", forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=1_000, description="Why, for the history.")] = ""


async def find(call: Call, asked: FindRuns) -> Reply:
    if (asked.parameter is None) != (asked.value is None):
        raise HttpRefusal(400, "BadRequest", "parameter and value go together")
    search = RunSearch(
        process=asked.process,
        statuses=() if asked.state is None else (asked.state,),
        caller=asked.caller,
        parameter=asked.parameter,
        value=asked.value or "",
        started_after=asked.started_after,
        started_before=asked.started_before,
        ended_after=asked.ended_after,
        ended_before=asked.ended_before,
    )
    cursors = call.cursors
    before = cursors.read_id(asked.cursor)
    page = await find_runs(call.engine, search, seen_by(call), before=before, limit=asked.limit)
    return Reply(RunPage([run_row(row) for row in page.items], cursors.following(page.last)))


def seen_by(call: Call) -> MaySee:
    """Whether the caller may see runs of a process that somebody has started."""
    access, who = call.service.access, call.principal
    return lambda process, started_by: access.may(who, Duty.SEE, process, started_by=started_by)


async def run_of(call: Call, id: UUID, duty: Duty) -> InstanceRow:
    """The run, for who may. Raises UnknownInstance, Forbidden."""
    instance_id, _ = locate(id)
    row = await call.engine.store.instance(instance_id)
    if row is None:
        raise UnknownInstance(f"there is no run {id}")
    call.service.access.require(call.principal, duty, row.process, started_by=row.caller)
    return row


async def show(call: Call, asked: OneRun) -> Reply:
    row = await run_of(call, asked.id, Duty.SEE)
    return await run_reply(call, row.id)


async def run_reply(call: Call, id: InstanceId) -> Reply:
    """A run as it is now, with the tag of its revision."""
    engine = call.engine
    row = await _row(call, id)
    for _ in range(LOOKS_MAX):
        process = await engine.catalog.version(row.process, row.version)
        elements = await engine.store.elements(id)
        look = partial(_details, process, row, elements)
        details = await engine.look(id, look)
        before, row = row, await _row(call, id)
        if before.revision == row.revision:
            return Reply(details, etag=tag_of(row.revision))
    raise HttpRefusal(503, "Busy", f"the run {id} changes all the time; look again", RETRY)


async def _row(call: Call, id: InstanceId) -> InstanceRow:
    row = await call.engine.store.instance(id)
    assert row is not None, "a run is never removed"
    return row


def tag_of(revision: int) -> str:
    return f'"r{revision}"'


def _details(
    process: Process, row: InstanceRow, rows: list[ElementRow], run: ProcessInstance
) -> RunDetails:
    return RunDetails(
        run=run_row(row),
        revision=row.revision,
        values=dict(run.values),
        elements=[_live(process, run, each) for each in rows if each.id in run.elements],
        incidents=[
            _incident(run.elements[number].element, each) for number, each in run.incidents.items()
        ],
    )


def _live(process: Process, run: ProcessInstance, row: ElementRow) -> LiveElement:
    stuck = run.incidents.get(row.id)
    return LiveElement(
        id=element_uid(run.instance_id, row.id),
        element=row.element,
        name=process.elements[row.element].name,
        state=row.state,
        since=row.since,
        incident=None if stuck is None else _incident(row.element, stuck),
    )


def _incident(element: str, incident: Incident) -> IncidentShape:
    return IncidentShape(element, incident.code, incident.message)


async def history(call: Call, asked: ListHistory) -> Reply:
    row = await run_of(call, asked.id, Duty.SEE)
    cursors = call.cursors
    after = int(cursors.read(asked.cursor) or 0)
    found = await call.engine.store.history(row.id, after=after, limit=asked.limit + 1)
    turns, following = cursors.cut(found, asked.limit, lambda turn: turn.revision)
    return Reply(HistoryPage([turn_shape(each) for each in turns], following))


def turn_shape(turn: Recorded) -> Turn:
    return Turn(turn.revision, turn.at, [_change(each) for each in turn.changes])


def _change(change: AnyChange) -> Values:
    parts = {_camel(name): value for name, value in asdict(change).items()}
    return {"type": type(change).__name__, **parts}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


async def cancel(call: Call, asked: OneRun, body: CancelRun) -> Reply:
    row = await run_of(call, asked.id, Duty.CANCEL)
    reason = checked_text("reason", body.reason)
    await advance_matching(call, row.id, CancelProcess(reason))
    return await run_reply(call, row.id)


async def advance_matching(call: Call, id: InstanceId, command: CancelProcess) -> None:
    """Do it; with `If-Match` only if the run is at that revision, else HttpRefusal (412)."""
    engine, wanted = call.engine, call.request.headers.get("if-match", "")
    if not wanted:
        await engine.advance(id, command)
        return
    async with engine.turn_of(id):
        run, revision = await engine.load(id)
        if not names_tag(wanted, tag_of(revision)):
            message = f"the run has changed since: its tag is {tag_of(revision)} now; look again"
            raise HttpRefusal(412, "PreconditionFailed", message)
        try:
            await engine.decide(run, revision, command)
        except Conflict:
            message = "the run has been changed by somebody else; look again"
            raise HttpRefusal(412, "PreconditionFailed", message) from None


_TAG = "Runs"
OPERATIONS = (
    Operation(
        method="GET",
        path="/instances",
        name="findRuns",
        tag=_TAG,
        summary="Find runs, the newest first",
        description="By process, state, time, caller, and the value of a parameter, all together.",
        handler=find,
        asked=FindRuns,
        answer=RunPage,
        refusals=(400,),
    ),
    Operation(
        method="GET",
        path="/instances/{id}",
        name="showRun",
        tag=_TAG,
        summary="A run with its values, live elements and incidents",
        handler=show,
        asked=OneRun,
        answer=RunDetails,
        refusals=(400, 403, 404),
    ),
    Operation(
        method="GET",
        path="/instances/{id}/history",
        name="listHistory",
        tag=_TAG,
        summary="All that happened to a run, turn by turn",
        handler=history,
        asked=ListHistory,
        answer=HistoryPage,
        refusals=(400, 403, 404),
    ),
    Operation(
        method="POST",
        path="/instances/{id}/cancel",
        name="cancelRun",
        tag=_TAG,
        summary="End a run at once, with all that it has called",
        description="With `If-Match` and the tag of `showRun` only if the run is still as it was.",
        handler=cancel,
        asked=OneRun,
        body=CancelRun,
        answer=RunDetails,
        refusals=(400, 403, 404, 409, 412, 415),
        headers=("If-Match",),
        examples={"body": {"reason": "ordered twice"}},
        empty_body=True,
    ),
)
