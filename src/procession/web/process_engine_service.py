"""ProcessEngineService.svc: Execute, ExecProcElByUId, RunProcess (CONTRACT 3-5).

Rule: parse, ask the engine, render. What an outcome means is the engine's; how it reads is wire's.
"""

from collections.abc import Mapping

from procession.catalog import Found
from procession.core.instance import Status
from procession.core.model import Process
from procession.core.values import Value, Values, checked_text, guid, shown
from procession.errors import BadRequest, BadValue, Rejected
from procession.views import Outcome
from procession.web.answers import (
    CORRELATION_ID,
    JSON_TYPE,
    NOT_STORED,
    XML_TYPE,
    Answer,
    Headers,
    failed,
)
from procession.web.failures import report
from procession.web.request import Request
from procession.web.routes import Service
from procession.web.wire import (
    OBJECT,
    RUN_PROCESS,
    ErrorInfo,
    ProcessRun,
    RunProcess,
    json_bytes,
    json_string,
    prefers_json,
    read_json,
    warnings_header,
    xml_string,
)

RESULT_NAME = "ResultParameterName"
ELEMENT_NAME = "ProcessElementUID"

STATUS_NUMBERS: Mapping[Status, int] = {
    Status.RUNNING: 1,
    Status.COMPLETED: 2,
    Status.ERROR: 3,
    Status.CANCELED: 4,
}


async def execute(service: Service, request: Request) -> Answer:
    """Starts a process; with a result name it waits and answers that parameter's value."""
    values = await request.inputs()
    result = values.pop(RESULT_NAME, "")
    if not isinstance(result, str):
        raise BadRequest(f"{RESULT_NAME}: {shown(result)} is not the name of a parameter")
    found = await service.engine.catalog.find(request.variable)
    wait = service.settings.result_wait_seconds if result else None
    outcome = await service.engine.start(found, values, caller=request.caller, wait_seconds=wait)
    headers = [NOT_STORED, *run_headers(outcome)]
    if not result:
        return Answer(200, headers)
    value = outcome.values.get(result)
    if prefers_json(request.headers.get("accept", "")):
        return Answer(200, [JSON_TYPE, *headers], json_string(value))
    return Answer(200, [XML_TYPE, *headers], xml_string(value, service.settings.xml_namespace))


async def exec_proc_el_by_uid(service: Service, request: Request) -> Answer:
    """Completes one waiting element; done already is fine too (CONTRACT 4)."""
    text = request.variable or await _element_text(request)
    uid = guid(text) if isinstance(text, str) else None
    if uid is None:
        hint = "write it as 00000000-0000-0000-0000-000000000000"
        raise BadValue(f"{ELEMENT_NAME}: {shown(text)} is not a GUID; {hint}")
    await service.engine.execute_element(uid, {}, caller=request.caller)
    return Answer(200, [NOT_STORED])


async def _element_text(request: Request) -> Value:
    query = request.query()
    if ELEMENT_NAME not in query and request.method == "POST":
        body = await request.json_body()
        return read_json(OBJECT, body).get(ELEMENT_NAME, "") if body else ""
    return query.get(ELEMENT_NAME, "")


async def run_process(service: Service, request: Request) -> Answer:
    """Starts a process by name or UId; a refused start is 200 with `success` false."""
    asked: RunProcess = read_json(RUN_PROCESS, await request.json_body())
    try:
        found = await _found(service, asked)
        given = _given(asked, service.settings.parameters_max)
        results = _result_names(found.process, asked)
        # A process that runs in the background is waited for only where results are asked for.
        aside = found.process.background and not results
        wait = None if aside else service.settings.result_wait_seconds
        outcome = await service.engine.start(found, given, caller=request.caller, wait_seconds=wait)
    except Rejected as refusal:
        return _refused_run(request, refusal)
    answer = ProcessRun() if aside else _run(outcome, results)
    return Answer(200, [JSON_TYPE, NOT_STORED, *run_headers(outcome)], json_bytes(answer))


async def _found(service: Service, asked: RunProcess) -> Found:
    if asked.schema_name:
        return await service.engine.catalog.find(checked_text("schemaName", asked.schema_name))
    if not asked.schema_uid:
        raise BadRequest("schemaName or schemaUId must say which process to start")
    uid = guid(asked.schema_uid)
    if uid is None:
        raise BadValue(f"schemaUId: {shown(asked.schema_uid)} is not a GUID; or give schemaName")
    return await service.engine.catalog.find(uid=uid)


def _given(asked: RunProcess, most: int) -> Values:
    """The inputs by name. One that is null is as one that is not there (CONTRACT 3)."""
    values: Values = {}
    for one in asked.parameter_values or ():
        if checked_text("a name in parameterValues", one.name) in values:
            raise BadRequest(f"parameterValues: {shown(one.name)} is given twice")
        values[one.name] = one.value
    if len(values) > most:
        raise BadRequest(f"parameterValues: more than {most} parameters")
    return {name: value for name, value in values.items() if value is not None}


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


def _refused_run(request: Request, refusal: Rejected) -> Answer:
    told = failed(refusal)._replace(status=200)
    correlation_id = report(request, refusal, told)
    body = ProcessRun(success=False, error_info=ErrorInfo(told.code, told.message))
    return Answer(200, [JSON_TYPE, NOT_STORED, (CORRELATION_ID, correlation_id)], json_bytes(body))


def run_headers(outcome: Outcome) -> Headers:
    """What a caller may know of the run beyond the body (CONTRACT 3)."""
    headers = [
        ("x-process-id", str(outcome.instance_id)),
        ("x-process-status", outcome.status.value),
    ]
    if outcome.warnings:
        headers.append(("x-process-warnings", warnings_header(outcome.warnings)))
    return headers
