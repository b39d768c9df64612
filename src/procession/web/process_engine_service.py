"""ProcessEngineService.svc: Execute in all its forms (CONTRACT 3), and the routes of the service.

Rule: parse, ask the engine, render. What an outcome means is the engine's; how it reads is wire's.
"""

from collections.abc import Sequence

from procession.access import Duty
from procession.catalog import Found
from procession.core.values import Values, shown
from procession.errors import BadRequest
from procession.running import find_by_caption
from procession.web import engine_elements, engine_runs, engine_schemas, engine_start
from procession.web.answers import JSON_TYPE, NOT_STORED, XML_TYPE, Answer
from procession.web.engine_calls import POSTING, Asked, asked, guid_of, routes, run_headers, text_of
from procession.web.request import Request
from procession.web.routes import Route, Service
from procession.web.wire import json_string, prefers_json, xml_string

RESULT_NAME = "ResultParameterName"
RESULT_NAMES = (RESULT_NAME, "resultParameterName")
NAME, UID, CAPTION = "processSchemaName", "processSchemaUId", "processSchemaCaption"


async def execute(service: Service, request: Request) -> Answer:
    """Starts a process; with a result name it waits and answers that parameter's value."""
    values = await request.inputs()
    result = values.pop(RESULT_NAME, "")
    if not isinstance(result, str):
        raise BadRequest(f"{RESULT_NAME}: {shown(result)} is not the name of a parameter")
    found = await service.engine.catalog.find(request.variable)
    return await _start(service, request, found, (values, result))


async def execute_by_name(service: Service, request: Request) -> Answer:
    """The same under the method's own name: the process is a parameter."""
    call = await asked(request)
    name, result = text_of(call.subject([NAME]), NAME), _result(call)
    return await _start(
        service, request, await service.engine.catalog.find(name), (call.values, result)
    )


async def execute_with_result(service: Service, request: Request) -> Answer:
    """The same; the result must be named."""
    call = await asked(request)
    name, result = text_of(call.subject([NAME]), NAME), text_of(_result(call), RESULT_NAMES[1])
    return await _start(
        service, request, await service.engine.catalog.find(name), (call.values, result)
    )


async def execute_by_uid(service: Service, request: Request) -> Answer:
    """The process by its GUID."""
    call = await asked(request)
    uid, result = guid_of(call.subject([UID]), UID), _result(call)
    found = await service.engine.catalog.find(uid=uid)
    return await _start(service, request, found, (call.values, result))


async def execute_by_caption(service: Service, request: Request) -> Answer:
    """The process by its caption, which only one may have."""
    call = await asked(request)
    caption, result = text_of(call.subject([CAPTION]), CAPTION), _result(call)
    found = await find_by_caption(service.engine, caption)
    return await _start(service, request, found, (call.values, result))


def _result(call: Asked) -> str:
    result = call.take(RESULT_NAMES)
    return "" if result is None else text_of(result or None, RESULT_NAMES[1])


async def _start(
    service: Service, request: Request, found: Found, inputs: tuple[Values, str]
) -> Answer:
    values, result = inputs
    service.access.require(request.principal, Duty.RUN, found.process.id)
    wait = service.settings.result_wait_seconds if result else None
    outcome = await service.engine.start(found, values, caller=request.caller, wait_seconds=wait)
    headers = [NOT_STORED, *run_headers(outcome)]
    if not result:
        return Answer(200, headers)
    value = outcome.values.get(result)
    if prefers_json(request.headers.get("accept", "")):
        return Answer(200, [JSON_TYPE, *headers], json_string(value))
    return Answer(200, [XML_TYPE, *headers], xml_string(value, service.settings.xml_namespace))


ROUTES: Sequence[Route] = (
    *routes(execute, "{}/Execute"),
    *routes(execute_by_name, "ExecuteProcess"),
    *routes(execute_by_name, "ExecuteProcessPost", verbs=POSTING),
    *routes(execute_with_result, "ExecuteProcessWithResult"),
    *routes(execute_with_result, "ExecuteProcessWithResultPost", verbs=POSTING),
    *routes(execute_by_uid, "ExecuteProcessByUId"),
    *routes(execute_by_uid, "ExecuteProcessByUIdPost", verbs=POSTING),
    *routes(execute_by_caption, "ExecuteProcessByCaption"),
    *routes(execute_by_caption, "ExecuteProcessByCaptionPost", verbs=POSTING),
    *engine_start.ROUTES,
    *engine_elements.ROUTES,
    *engine_runs.ROUTES,
    *engine_schemas.ROUTES,
)
