"""Whole runs: cancelling and counting them (CONTRACT 6).

Rule: a list is looked at whole before anything is cancelled. A run that has ended is left as it is.
"""

from collections.abc import Sequence
from uuid import UUID

from procession.access import Duty
from procession.core.ids import locate
from procession.core.values import Value, shown
from procession.errors import BadRequest, Rejected, UnknownInstance
from procession.running import cancel_process, cancel_runs, run_of
from procession.web.answers import Answer
from procession.web.engine_calls import (
    POSTING,
    READING,
    answer_object,
    answer_refusal,
    answer_text,
    asked,
    done,
    guid_of,
    routes,
    schema_of,
)
from procession.web.engine_wire import CountResponse, MessageResponse
from procession.web.request import Request
from procession.web.routes import Route, Service

LIST_NAMES = ("processDataIds",)
CANCELLED_MAX = 1_000


async def cancel_execution(service: Service, request: Request) -> Answer:
    """Ends the runs that are listed."""
    call = await asked(request)
    runs = [await run_of(service.engine, uid) for uid in _listed(call.subject(LIST_NAMES))]
    for run in runs:
        service.access.require(request.principal, Duty.CANCEL, run.process, started_by=run.caller)
    await cancel_runs(service.engine, runs, _reason(request))
    return done()


async def cancel_by_schema(service: Service, request: Request) -> Answer:
    """Ends every run of every version of a process."""
    try:
        call = await asked(request)
        process = (await schema_of(service, call)).process
        service.access.require(request.principal, Duty.CANCEL, process.id)
        ended = await cancel_process(service.engine, process.id, _reason(request))
    except Rejected as refusal:
        return answer_refusal(service, request, refusal)
    told = MessageResponse(message=f"runs of {process.id} that were cancelled: {ended}")
    return answer_text(service, request, told, [])


async def get_running_count(service: Service, request: Request) -> Answer:
    """How many runs of a process have not ended: of all versions, or of the one of its UId."""
    call = await asked(request)
    process = (await schema_of(service, call)).process
    service.access.require(request.principal, Duty.SEE, process.id)
    version = process.version if call.values.get("countSpecifiedVersion") is True else 0
    count = await service.engine.store.running.count(process.id, version=version)
    told = CountResponse(count=count)
    return answer_object(request, "GetRunningProcessCount", told, wrapped=call.wrapped)


def _reason(request: Request) -> str:
    return f"cancelled by {request.caller}"


def _listed(value: Value) -> Sequence[UUID]:
    """GUIDs of runs, once each: as the front end joins them, or as a JSON array."""
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts or len(parts) > CANCELLED_MAX:
        hint = f"write 1 to {CANCELLED_MAX} GUIDs of runs, parted by ;"
        raise BadRequest(f"{LIST_NAMES[0]}: {shown(value)} cannot be used; {hint}")
    uids = [
        guid_of(part.strip() if isinstance(part, str) else part, LIST_NAMES[0]) for part in parts
    ]
    for uid in uids:
        if locate(uid)[0] != uid:
            raise UnknownInstance(f"{uid} names a part of a run; give the GUID of the run")
    return tuple(dict.fromkeys(uids))


ROUTES: list[Route] = [
    *routes(cancel_execution, "CancelExecution", verbs=POSTING),
    *routes(cancel_by_schema, "CancelExecutionBySchemaId", verbs=POSTING),
    *routes(get_running_count, "GetRunningProcessCount", verbs=READING),
]
