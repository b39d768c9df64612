"""Runs under the eyes of their callers: who waits, who goes away, who comes at the same moment."""

import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import Status
from tests.contract.service import ENGINE, Serving, logged_in, open_service

CALLERS = 50
SETTLE_SECONDS_MAX = 20
USER_TASK = ElementInstanceId(3)


async def waiting_task(client: httpx.AsyncClient) -> tuple[UUID, UUID]:
    """A run that waits at its user task: its GUID and the task's."""
    answer = await client.get(f"{ENGINE}/UsrWait/Execute?ResultParameterName=Before")
    run = UUID(answer.headers["x-process-id"])
    return run, element_uid(InstanceId(run), USER_TASK)


async def ended(serving: Serving, run: UUID) -> Status:
    """How the run ended; it must, in time."""
    async with asyncio.timeout(SETTLE_SECONDS_MAX):
        while True:
            view = await serving.show(run)
            if view.row.status is not Status.RUNNING:
                return view.row.status
            await asyncio.sleep(0.05)


async def test_fifty_callers_execute_one_element_once(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    run, task = await waiting_task(client)

    async def call(number: int) -> int:
        address = f"{ENGINE}/ExecProcElByUId"
        if number % 2:
            return (await client.get(f"{address}?ProcessElementUID={task}")).status_code
        return (await client.post(f"{address}/{task}")).status_code

    answers = await asyncio.gather(*(call(number) for number in range(CALLERS)))

    assert answers == [200] * CALLERS
    view = await serving.show(run)
    assert view.row.status is Status.COMPLETED
    assert view.values["After"] == 20
    changes = [change for recorded in view.history for change in recorded.changes]
    assert len(changes) == len({repr(change) for change in changes}), "something happened twice"


async def test_an_element_of_a_run_that_was_cancelled_is_a_conflict(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    run, task = await waiting_task(client)
    await serving.engine.cancel(InstanceId(run), "by the test")

    answer = await client.get(f"{ENGINE}/ExecProcElByUId?ProcessElementUID={task}")

    assert answer.status_code == 409
    assert answer.json()["errorInfo"]["errorCode"] == "NotRunning"


async def test_a_caller_that_goes_away_does_not_stop_its_process(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    address = f"{ENGINE}/UsrSlow/Execute?ResultParameterName=Slept&Seconds=0.5"
    with pytest.raises(httpx.ReadTimeout):
        await client.get(address, timeout=0.2)

    [row] = await serving.engine.instances()
    assert row.status is Status.RUNNING
    assert await ended(serving, row.id) is Status.COMPLETED
    assert (await serving.show(row.id)).values["Slept"] == 0.5


async def test_a_wait_that_is_over_answers_what_is_there(tmp_path: Path) -> None:
    asked = {
        "schemaName": "UsrSlow",
        "parameterValues": [{"name": "Seconds", "value": "0.6"}],
        "resultParameterNames": ["Slept"],
    }
    brief = open_service(tmp_path, result_wait_seconds=0.1)
    async with brief as serving, logged_in(serving) as client:
        slow = f"{ENGINE}/UsrSlow/Execute?ResultParameterName=Slept&Seconds=0.6"
        answer = await client.get(slow)
        second = (await client.post(f"{ENGINE}/RunProcess", json=asked)).json()
        status = await ended(serving, UUID(answer.headers["x-process-id"]))

    assert answer.status_code == 200
    assert answer.headers["x-process-status"] == "Running"
    assert answer.text.endswith(">null</string>")
    assert (second["processStatus"], second["success"]) == (1, True)
    assert status is Status.COMPLETED


async def test_without_a_result_name_nothing_is_waited_for(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"{ENGINE}/UsrSlow/Execute?Seconds=0.3")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-process-status"] == "Running"
    assert await ended(serving, UUID(answer.headers["x-process-id"])) is Status.COMPLETED


async def test_many_callers_wait_and_hold_no_thread(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    slow = f"{ENGINE}/UsrSlow/Execute?ResultParameterName=Slept&Seconds=0.2"

    answers = await asyncio.gather(*(client.get(slow) for _ in range(60)))

    assert {answer.headers["x-process-status"] for answer in answers} == {"Completed"}


async def test_a_disabled_process_does_not_start(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    await serving.engine.catalog.enable("UsrEcho", False)

    refused = await client.get(f"{ENGINE}/UsrEcho/Execute")
    run = (await client.post(f"{ENGINE}/RunProcess", json={"schemaName": "UsrEcho"})).json()

    assert refused.status_code == 400
    assert refused.json()["errorInfo"]["errorCode"] == "ProcessDisabled"
    assert (run["success"], run["errorInfo"]["errorCode"]) == (False, "ProcessDisabled")
    assert await serving.runs() == 0
    await serving.engine.catalog.enable("UsrEcho", True)
    assert (await client.get(f"{ENGINE}/UsrEcho/Execute")).status_code == 200


async def test_unknown_inputs_can_be_refused(tmp_path: Path) -> None:
    strict = open_service(tmp_path, unknown_parameters="refuse")
    async with strict as serving, logged_in(serving) as client:
        answer = await client.get(f"{ENGINE}/UsrEcho/Execute?text=a")
        runs = await serving.runs()

    assert answer.status_code == 400
    assert answer.json()["errorInfo"]["errorCode"] == "BadValue"
    assert runs == 0


async def test_the_schemas_guid_of_an_element_is_taken_where_one_waits(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    found = await serving.engine.catalog.find("UsrWait")
    uid = found.process.elements["Approve"].uid
    run, _ = await waiting_task(client)

    first = await client.get(f"{ENGINE}/ExecProcElByUId?ProcessElementUID={uid}")

    assert first.status_code == 200
    assert (await serving.show(run)).row.status is Status.COMPLETED
    await waiting_task(client)
    await waiting_task(client)
    several = await client.get(f"{ENGINE}/ExecProcElByUId?ProcessElementUID={uid}")
    assert several.status_code == 400


async def test_a_stop_answers_the_calls_under_way_first(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        slow = f"{ENGINE}/UsrSlow/Execute?ResultParameterName=Slept&Seconds=0.5"
        call = asyncio.create_task(client.get(slow))
        await asyncio.sleep(0.2)
        serving.stop.set()
        answer = await call
        await serving.ended

    assert answer.status_code == 200
    assert answer.text.endswith(">0.5</string>")


async def test_a_stop_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with open_service(tmp_path, stop_seconds=0.2) as serving, logged_in(serving) as client:
        slow = f"{ENGINE}/UsrSlow/Execute?ResultParameterName=Slept&Seconds=1.5"
        call = asyncio.create_task(client.get(slow))
        await asyncio.sleep(0.2)
        serving.stop.set()
        answer = await call

    assert answer.status_code == 503
    assert answer.json()["errorInfo"]["errorCode"] == "Stopping"
    async with open_service(tmp_path) as serving:
        [row] = await serving.engine.instances()
        assert await ended(serving, row.id) is Status.COMPLETED
