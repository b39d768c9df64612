"""Single elements of runs: executing them, and what is told of them (CONTRACT 4, 6).

Rule: an element that is executed already is left alone, so a call may be repeated. Who started a
run may go on with it; anybody else needs the right to run its process.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from procession.access import Duty
from procession.core.ids import element_uid
from procession.core.values import Value, Values, shown
from procession.errors import BadRequest, Rejected, UnknownElement
from procession.running import (
    ElementStatus,
    Task,
    element_status,
    retry_failed,
    run_of,
    typed_answer,
    waiting_tasks,
)
from procession.stores import InstanceRow
from procession.web.answers import Answer, HttpRefusal
from procession.web.engine_calls import (
    POSTING,
    READING,
    VALUES,
    Asked,
    answer_object,
    answer_text,
    asked,
    done,
    guid_of,
    named_values,
    refused,
    routes,
    warned,
)
from procession.web.engine_wire import (
    CompleteExecutingResponse,
    ElementStatusResponse,
    ExecutionData,
    ExecutionDataBatchResponse,
    NoExecutionData,
)
from procession.web.request import Request
from procession.web.routes import Route, Service
from procession.web.wire import ParameterValue

ELEMENT_NAME = "ProcessElementUID"
ELEMENT_NAMES = (ELEMENT_NAME, "processElementUId", "procElUId", "ProcElUId")
RUN_NAMES = ("processUId", "processId")
BATCH = "elementUIds"
# What the front end says beside, of records and pages that are not here.
PASSED_OVER = ("entitySchemaName", "entityId", "RecordId", "collectExecutionData")

ELEMENT_NUMBERS = {
    ElementStatus.RUNNING: 1,
    ElementStatus.COMPLETED: 2,
    ElementStatus.ERROR: 3,
    ElementStatus.CANCELED: 4,
}


# -- executing ------------------------------------------------------------------------------------


async def execute_element(service: Service, request: Request) -> Answer:
    """Completes one waiting element; done already is fine too (CONTRACT 4)."""
    call = await asked(request)
    uid = guid_of(request.variable or call.subject(ELEMENT_NAMES), ELEMENT_NAME)
    _, warnings = await _execute(service, request, uid, _listed(service, call))
    return done(warnings)


async def complete_execution(service: Service, request: Request) -> Answer:
    """The same; the query may name values, and the answer is what waits in the run then."""
    call = await asked(request)
    uid = guid_of(request.variable or call.subject(ELEMENT_NAMES), ELEMENT_NAMES[2])
    values = {**_listed(service, call), **_loose(call)}
    run, warnings = await _execute(service, request, uid, values)
    return await _answer_waiting(service, request, run, warnings)


async def complete_executing(service: Service, request: Request) -> Answer:
    """The same, as today's front end asks for it: a data contract, in and out."""
    call = await asked(request)
    uid = guid_of(call.subject(ELEMENT_NAMES), ELEMENT_NAMES[1])
    collect = call.values.get("collectExecutionData") is True
    run, warnings = await _execute(service, request, uid, _listed(service, call))
    tasks = await waiting_tasks(service.engine, run)
    told = CompleteExecutingResponse(
        execution_data=[_execution_data(run, task) for task in tasks] if collect else None,
        waiting_user_task_count=len(tasks),
    )
    more = warned(warnings)
    return answer_object(request, "CompleteExecuting", told, wrapped=call.wrapped, more=more)


async def continue_executing(service: Service, request: Request) -> Answer:
    """Tries what has failed in a run again; the answer is what waits in it then."""
    call = await asked(request)
    uid = guid_of(request.variable or call.subject(RUN_NAMES), RUN_NAMES[0])
    run = await run_of(service.engine, uid)
    service.access.require(request.principal, Duty.RUN, run.process, started_by=run.caller)
    await retry_failed(service.engine, run, caller=request.caller)
    return await _answer_waiting(service, request, run, ())


async def _execute(
    service: Service, request: Request, uid: UUID, values: Values
) -> tuple[InstanceRow, Sequence[str]]:
    """Executes an element; its run, and what of the values was ignored."""
    place = await service.engine.locate_element(uid, request.caller)
    run = await run_of(service.engine, place[0])
    service.access.require(request.principal, Duty.RUN, run.process, started_by=run.caller)
    exact = element_uid(*place)
    typed, warnings = await typed_answer(service.engine, exact, values)
    if warnings and service.settings.unknown_parameters == "refuse":
        raise BadRequest("; ".join(warnings))
    await service.engine.execute_element(exact, typed, caller=request.caller)
    return run, warnings


def _listed(service: Service, call: Asked) -> Values:
    """The values of a body of the contract's form."""
    try:
        listed = msgspec.convert(call.values.pop(VALUES, None), list[ParameterValue] | None)
    except msgspec.ValidationError as error:
        raise BadRequest(f"{VALUES}: {error}") from None
    return named_values(listed, most=service.settings.parameters_max)


def _loose(call: Asked) -> Values:
    """The values that are named by themselves."""
    return {name: value for name, value in call.values.items() if name not in PASSED_OVER}


# -- telling --------------------------------------------------------------------------------------


async def get_execution_data(service: Service, request: Request) -> Answer:
    """What a page needs to show an element; or, by a list, those of several that wait."""
    call = await asked(request)
    if BATCH in call.values:
        return await _answer_batch(service, request, call)
    uid = guid_of(call.subject(ELEMENT_NAMES), ELEMENT_NAMES[3])
    try:
        run, task = await _task(service, request, uid)
    except UnknownElement as refusal:
        told, headers = refused(request, refusal)
        return answer_text(service, request, NoExecutionData(told.message), headers)
    return answer_text(service, request, _execution_data(run, task), [])


async def get_dcm_execution_data(service: Service, request: Request) -> Answer:
    """Cases are no processes of BPMN: there are none here."""
    message = "there are no cases (DCM) in this service; ask GetExecutionData for elements of runs"
    raise HttpRefusal(400, "NotSupported", message)


async def get_process_element_status(service: Service, request: Request) -> Answer:
    """How an element of a run stands, as the number of RunProcess's `processStatus`."""
    call = await asked(request)
    uid = guid_of(call.subject(ELEMENT_NAMES), ELEMENT_NAMES[1])
    status = await element_status(service.engine, uid)
    await _may_see(service, request, uid)
    told = ElementStatusResponse(status=ELEMENT_NUMBERS[status])
    return answer_object(request, "GetProcessElementStatus", told, wrapped=call.wrapped)


async def _may_see(service: Service, request: Request, uid: UUID) -> InstanceRow:
    run = await run_of(service.engine, uid)
    service.access.require(request.principal, Duty.SEE, run.process, started_by=run.caller)
    return run


async def _task(service: Service, request: Request, uid: UUID) -> tuple[InstanceRow, Task]:
    """A waiting element and its run. Raises UnknownElement."""
    place = await service.engine.locate_element(uid, request.caller)
    run, exact = await _may_see(service, request, place[0]), element_uid(*place)
    for task in await waiting_tasks(service.engine, run):
        if task.uid == exact:
            return run, task
    raise UnknownElement(f"no element that waits for somebody has the GUID {uid}")


async def _answer_batch(service: Service, request: Request, call: Asked) -> Answer:
    """Those that wait; the others are left out."""
    uids = call.take([BATCH])
    if not isinstance(uids, list) or len(uids) > service.settings.parameters_max:
        most = service.settings.parameters_max
        raise BadRequest(f"{BATCH}: {shown(uids)} is not a list of at most {most} GUIDs")
    batch = []
    for uid in [guid_of(each, BATCH) for each in uids]:
        try:
            batch.append(_execution_data(*await _task(service, request, uid)))
        except Rejected:
            continue
    told = ExecutionDataBatchResponse(batch=batch)
    return answer_object(request, "GetExecutionData", told, wrapped=call.wrapped)


async def _answer_waiting(
    service: Service, request: Request, run: InstanceRow, warnings: Sequence[str]
) -> Answer:
    """The run's GUID, and by its GUID each element of the run that waits for somebody."""
    waiting: dict[str, Value] = {"processId": str(run.id)}
    for task in await waiting_tasks(service.engine, run):
        waiting[str(task.uid)] = _execution_data(run, task)
    return answer_text(service, request, waiting, warned(warnings))


def _execution_data(run: InstanceRow, task: Task) -> ExecutionData:
    return ExecutionData(
        process_id=str(run.id),
        proc_el_uid=str(task.uid),
        schema_element_uid=str(task.schema_element),
        name=task.element,
        caption=task.name,
        process_name=run.process,
    )


ROUTES: list[Route] = [
    *routes(execute_element, "ExecProcElByUId", "ExecProcElByUId/{}"),
    *routes(execute_element, "ExecuteProcessElementByUId", "ExecuteProcessElementByUId/{}"),
    *routes(complete_execution, "CompleteExecution", "{}/CompleteExecution", verbs=POSTING),
    *routes(complete_executing, "CompleteExecuting", verbs=POSTING),
    *routes(continue_executing, "ContinueExecuting", "{}/ContinueExecuting"),
    *routes(continue_executing, "ContinueExecutingPost", verbs=POSTING),
    *routes(get_execution_data, "GetExecutionData", verbs=READING),
    *routes(get_dcm_execution_data, "GetDcmExecutionData", verbs=READING),
    *routes(get_process_element_status, "GetProcessElementStatus", verbs=READING),
]
