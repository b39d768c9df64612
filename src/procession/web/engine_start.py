"""RunProcess and RunSpecifiedProcessVersion: a start with a JSON answer (CONTRACT 5, 6)."""

from uuid import UUID

from procession.access import Duty
from procession.catalog import Found
from procession.core.instance import Status
from procession.core.model import Process
from procession.core.values import checked_text, guid, shown
from procession.errors import BadRequest, BadValue, Rejected
from procession.running import find_version
from procession.views import Outcome
from procession.web.answers import Answer
from procession.web.engine_calls import (
    POSTING,
    STATUS_NUMBERS,
    answer_object,
    answer_text,
    guid_of,
    named_values,
    refused,
    routes,
    run_headers,
)
from procession.web.engine_wire import MessageResponse
from procession.web.request import Request
from procession.web.routes import Route, Service
from procession.web.wire import (
    RUN_PROCESS,
    WRAPPED_RUN_PROCESS,
    ErrorInfo,
    ProcessRun,
    RunProcess,
    read_json,
)

RUN = "RunProcess"
RUN_VERSION = "RunSpecifiedProcessVersion"


async def run_process(service: Service, request: Request) -> Answer:
    """Starts a process by name or UId; a refused start is 200 with `success` false."""
    asked, wrapped = await _asked(request)
    try:
        found = await _found(service, asked)
        answer, outcome = await _start(service, request, found, asked)
    except Rejected as refusal:
        return _refused_run(request, RUN, refusal, wrapped=wrapped)
    return answer_object(request, RUN, answer, wrapped=wrapped, more=run_headers(outcome))


async def run_version(service: Service, request: Request) -> Answer:
    """The same of a version by its UId, whether it is the newest or not."""
    asked, wrapped = await _asked(request)
    try:
        uid = _schema_uid(asked)
        found = await find_version(service.engine, uid, max(0, asked.schema_version))
        answer, outcome = await _start(service, request, found, asked)
    except Rejected as refusal:
        return _refused_run(request, RUN_VERSION, refusal, wrapped=wrapped)
    return answer_object(request, RUN_VERSION, answer, wrapped=wrapped, more=run_headers(outcome))


async def run_by_address(service: Service, request: Request) -> Answer:
    """The address that older front ends use: the name in the path, the inputs in the query."""
    given = await request.inputs()
    found = await service.engine.catalog.find(request.variable)
    service.access.require(request.principal, Duty.RUN, found.process.id)
    wait = None if found.process.background else service.settings.result_wait_seconds
    outcome = await service.engine.start(found, given, caller=request.caller, wait_seconds=wait)
    error = _error_info(outcome)
    body = MessageResponse(
        success=error is None, error_info=error, message=error.message if error else ""
    )
    return answer_text(service, request, body, run_headers(outcome))


async def _asked(request: Request) -> tuple[RunProcess, bool]:
    """The body, and whether it came wrapped."""
    body = await request.json_body()
    asked: RunProcess = read_json(RUN_PROCESS, body)
    if not asked.schema_name and not asked.schema_uid:
        inner = read_json(WRAPPED_RUN_PROCESS, body).request
        if inner is not None:
            return inner, True
    return asked, False


async def _start(
    service: Service, request: Request, found: Found, asked: RunProcess
) -> tuple[ProcessRun, Outcome]:
    service.access.require(request.principal, Duty.RUN, found.process.id)
    given = named_values(asked.parameter_values, most=service.settings.parameters_max)
    results = _result_names(found.process, asked)
    # A process that runs in the background is waited for only where results are asked for.
    aside = found.process.background and not results
    wait = None if aside else service.settings.result_wait_seconds
    outcome = await service.engine.start(found, given, caller=request.caller, wait_seconds=wait)
    return (ProcessRun() if aside else _run(outcome, results)), outcome


async def _found(service: Service, asked: RunProcess) -> Found:
    if asked.schema_name:
        return await service.engine.catalog.find(checked_text("schemaName", asked.schema_name))
    if not asked.schema_uid:
        raise BadRequest("schemaName or schemaUId must say which process to start")
    uid = guid(asked.schema_uid)
    if uid is None:
        raise BadValue(f"schemaUId: {shown(asked.schema_uid)} is not a GUID; or give schemaName")
    return await service.engine.catalog.find(uid=uid)


def _schema_uid(asked: RunProcess) -> UUID:
    if not asked.schema_uid:
        raise BadRequest("schemaUId must say which version to start; schemaVersion may count it")
    return guid_of(asked.schema_uid, "schemaUId")


def _result_names(process: Process, asked: RunProcess) -> list[str]:
    names = asked.result_parameter_names or []
    for name in names:
        if name not in process.parameters:
            codes = ", ".join(process.parameters) or "none"
            raise BadValue(
                f"resultParameterNames: {process.id} has no parameter {shown(name)}; it has {codes}"
            )
    return names


def _run(outcome: Outcome, results: list[str]) -> ProcessRun:
    return ProcessRun(
        process_id=str(outcome.instance_id),
        process_status=STATUS_NUMBERS[outcome.status],
        result_parameter_values={name: outcome.values.get(name) for name in results} or None,
        success=outcome.status is not Status.ERROR,
        error_info=_error_info(outcome),
    )


def _error_info(outcome: Outcome) -> ErrorInfo | None:
    if outcome.status is not Status.ERROR or not outcome.incidents:
        return None
    incident = outcome.incidents[0]
    return ErrorInfo(incident.code, f"{incident.element}: {incident.message}")


def _refused_run(request: Request, method: str, refusal: Rejected, *, wrapped: bool) -> Answer:
    told, headers = refused(request, refusal)
    body = ProcessRun(success=False, error_info=ErrorInfo(told.code, told.message))
    return answer_object(request, method, body, wrapped=wrapped, more=headers)


ROUTES: list[Route] = [
    *routes(run_process, RUN, verbs=POSTING),
    *routes(run_version, RUN_VERSION, verbs=POSTING),
    *routes(run_by_address, f"{{}}/{RUN}", verbs=POSTING),
]
