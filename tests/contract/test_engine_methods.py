"""What the methods beside Execute and RunProcess do, and for whom, beyond what transcripts show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from procession.access import Duty, Principal
from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import Status
from procession.keys import NewKey
from procession.stores.people import ALL_EMPLOYEES, Grant, Kind
from tests.contract.service import ENGINE, FILES, USER, Serving, bound_keys, open_service, stranger

TICKET = "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0006"
WAIT = "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0002"
ECHO = "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0001"
CALLERS = 30


def told(answer: httpx.Response) -> dict[str, object]:
    """The JSON in a text that holds JSON."""
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = msgspec.json.decode(answer.json())
    return found


def source(name: str) -> bytes:
    return dict(FILES)[name]


async def started(client: httpx.AsyncClient, process: str) -> UUID:
    answer = await client.get(f"{ENGINE}/{process}/Execute")
    return UUID(answer.headers["x-process-id"])


def element(run: UUID, number: int) -> UUID:
    return element_uid(InstanceId(run), ElementInstanceId(number))


@asynccontextmanager
async def keyed(serving: Serving, key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with stranger(serving) as client:
        client.headers["authorization"] = f"Bearer {key}"
        yield client


# -- which process --------------------------------------------------------------------------------


async def test_a_caption_that_two_processes_have_is_refused_and_both_are_named(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    twin = (
        source("UsrEcho.bpmn").replace(b'id="UsrEcho"', b'id="UsrTwin"').replace(b"0001", b"0091")
    )
    await serving.engine.catalog.deploy([("twin.bpmn", twin)], by="test")
    asked = {"processSchemaCaption": "Gives back what it was given"}

    answer = await client.post(f"{ENGINE}/ExecuteProcessByCaptionPost", json=asked)

    assert answer.status_code == 400
    assert "UsrEcho, UsrTwin" in answer.json()["errorInfo"]["message"]
    assert await serving.runs() == 0


async def test_a_caption_is_that_of_the_newest_version(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    renamed = source("UsrEcho.bpmn").replace(b"Gives back", b"Hands back")
    await serving.engine.catalog.deploy([("UsrEcho.bpmn", renamed)], by="test")

    answers = [
        await client.get(
            f"{ENGINE}/ExecuteProcessByCaption",
            params={"processSchemaCaption": f"{verb} back what it was given"},
        )
        for verb in ("Gives", "Hands")
    ]

    assert [answer.status_code for answer in answers] == [404, 200]


async def test_an_older_version_runs_by_its_number_or_its_own_guid(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    newer = source("UsrEcho.bpmn").replace(b"4b52-9d4e-3a1b6b7f0001", b"4b52-9d4e-3a1b6b7f0092")
    await serving.engine.catalog.deploy([("UsrEcho.bpmn", newer)], by="test")
    newest = ECHO.replace("0001", "0092")

    versions = []
    for asked in (
        {"schemaUId": ECHO},
        {"schemaUId": newest},
        {"schemaUId": newest, "schemaVersion": 1},
    ):
        answer = await client.post(f"{ENGINE}/RunSpecifiedProcessVersion", json=asked)
        versions.append((await serving.show(UUID(answer.json()["processId"]))).row.version)

    assert versions == [1, 2, 1]


async def test_no_version_of_a_disabled_process_starts(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    assert told(await client.post(f"{ENGINE}/DisableProcess?sysSchemaId={ECHO}"))["success"]

    answer = await client.post(f"{ENGINE}/RunSpecifiedProcessVersion", json={"schemaUId": ECHO})

    assert answer.json()["errorInfo"]["errorCode"] == "ProcessDisabled"
    assert told(await client.post(f"{ENGINE}/EnableProcess?sysSchemaId={ECHO}"))["success"]
    assert (await client.get(f"{ENGINE}/UsrEcho/Execute")).status_code == 200


# -- elements -------------------------------------------------------------------------------------


async def test_of_many_answers_to_one_task_one_counts(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    run = await started(client, "UsrTicket")

    answers = await asyncio.gather(
        *(
            client.post(f"{ENGINE}/{element(run, 2)}/CompleteExecution?Answer={number}")
            for number in range(CALLERS)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert all(str(element(run, 3)) in told(answer) for answer in answers)
    assert (await serving.show(run)).values["Answer"] in range(CALLERS)


async def test_values_are_refused_where_unknown_ones_are(tmp_path: Path) -> None:
    async with open_service(tmp_path, unknown_parameters="refuse") as strict:
        key = (await bound_keys(strict))["ben"]
        async with keyed(strict, key) as client:
            run = await started(client, "UsrTicket")
            address = f"{ENGINE}/CompleteExecuting"
            values = [{"name": "Nothing", "value": "1"}]
            asked = {"processElementUId": str(element(run, 2)), "parameterValues": values}

            answer = await client.post(address, json=asked)

            assert answer.status_code == 400
            assert (await strict.show(run)).elements[0].element == "Ask"


async def test_a_failed_element_is_tried_again_with_its_run(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    run = await started(client, "UsrFail")
    await serving.engine.settle(InstanceId(run), 10)

    answer = await client.post(f"{ENGINE}/{run}/ContinueExecuting", json={})

    assert told(answer) == {"processId": str(run)}
    view = await serving.show(run)
    assert (view.row.status, len(view.incidents)) == (Status.ERROR, 1)
    assert "IncidentResolved" in repr(view.history)


async def test_a_signal_brings_its_payload_and_reaches_all_that_wait(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    runs = [await started(client, "UsrTicket") for _ in range(3)]
    for run in runs:
        for number in (2, 3):
            await client.get(f"{ENGINE}/ExecProcElByUId/{element(run, number)}")

    await client.post(f"{ENGINE}/ThrowSignal?signal=UsrClose", json={"Reason": "closed"})

    assert {(await serving.show(run)).row.status for run in runs} == {Status.COMPLETED}


# -- runs -----------------------------------------------------------------------------------------


async def test_all_runs_of_a_process_are_cancelled_however_many(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    await asyncio.gather(*(started(client, "UsrWait") for _ in range(230)))
    other = await started(client, "UsrTicket")
    count = f"{ENGINE}/GetRunningProcessCount?schemaUId={WAIT}"
    assert (await client.get(count)).json()["count"] == 230

    answer = await client.post(f"{ENGINE}/CancelExecutionBySchemaId?schemaId={WAIT}")

    assert told(answer)["message"] == "runs of UsrWait that were cancelled: 230"
    assert (await client.get(count)).json()["count"] == 0
    assert (await serving.show(other)).row.status is Status.RUNNING


async def test_a_list_is_cancelled_whole_or_not_at_all(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    runs = [await started(client, "UsrWait") for _ in range(3)]
    absent = UUID(int=0)

    for listed in ([*runs, absent], [*runs, element(runs[0], 3)], [*runs, "x"], []):
        answer = await client.post(f"{ENGINE}/CancelExecution", json=list(map(str, listed)))
        assert answer.status_code in (400, 404)
        assert {(await serving.show(run)).row.status for run in runs} == {Status.RUNNING}

    joined = {"processDataIds": "; ".join(map(str, runs))}
    assert (await client.post(f"{ENGINE}/CancelExecution", json=joined)).status_code == 200
    assert {(await serving.show(run)).row.status for run in runs} == {Status.CANCELED}


# -- who may --------------------------------------------------------------------------------------


@pytest.fixture
async def keys(serving: Serving) -> dict[str, str]:
    return await bound_keys(serving)


async def test_a_run_of_somebody_else_is_not_gone_on_with_without_the_right(
    serving: Serving, keys: dict[str, str]
) -> None:
    """UsrTicket is for Ben alone."""
    async with keyed(serving, keys["ben"]) as ben:
        run = await started(ben, "UsrTicket")
    task = element(run, 2)

    async with keyed(serving, keys["ann"]) as ann:
        statuses = [
            (await ann.get(f"{ENGINE}/ExecProcElByUId/{task}")).status_code,
            (await ann.post(f"{ENGINE}/{task}/CompleteExecution")).status_code,
            (await ann.post(f"{ENGINE}/CompleteExecuting", json=str(task))).status_code,
            (await ann.post(f"{ENGINE}/{run}/ContinueExecuting")).status_code,
            (await ann.post(f"{ENGINE}/CancelExecution", json=[str(run)])).status_code,
        ]

    assert statuses == [403] * 5
    assert [each.element for each in (await serving.show(run)).elements] == ["Ask"]
    async with keyed(serving, keys["ben"]) as ben:
        assert (await ben.post(f"{ENGINE}/CancelExecution", json=[str(run)])).status_code == 200


async def test_what_one_may_not_see_is_not_told(serving: Serving, keys: dict[str, str]) -> None:
    by = Principal("test")
    await serving.accounts.people.withdraw(Grant("see", Kind.ROLE, ALL_EMPLOYEES), by=by)
    async with keyed(serving, keys["ben"]) as ben:
        run = await started(ben, "UsrTicket")
        own = await ben.get(f"{ENGINE}/GetProcessElementStatus?processElementUId={element(run, 2)}")
    asked = f"ProcElUId={element(run, 2)}"

    async with keyed(serving, keys["ann"]) as ann:
        answers = [
            await ann.get(f"{ENGINE}/GetProcessElementStatus?{asked}"),
            await ann.get(f"{ENGINE}/GetExecutionData?{asked}"),
            await ann.get(f"{ENGINE}/GetRunningProcessCount?schemaUId={TICKET}"),
            await ann.get(f"{ENGINE}/GetTimerEventsInfo?sysSchemaId={TICKET}"),
        ]
        batch = await ann.post(
            f"{ENGINE}/GetExecutionData", json={"elementUIds": [str(element(run, 2))]}
        )

    assert own.json()["status"] == 1
    assert [answer.status_code for answer in answers] == [403] * 4
    assert batch.json()["batch"] == []


async def test_a_key_for_looking_changes_nothing(serving: Serving) -> None:
    limits = frozenset({Duty.SEE})
    key = await serving.accounts.keys.add(NewKey(USER, "eyes", limits=limits), by=Principal("test"))

    async with keyed(serving, key) as client:
        statuses = [
            (await client.post(f"{ENGINE}/{path}")).status_code
            for path in (
                f"CancelExecutionBySchemaId?schemaId={WAIT}",
                f"EnableProcess?sysSchemaId={WAIT}",
                f"DisableProcess?sysSchemaId={WAIT}",
                "ThrowSignal?signal=UsrClose",
                f"ExecuteProcessByUIdPost?processSchemaUId={WAIT}",
                "UsrWait/RunProcess",
            )
        ]
        seen = await client.get(f"{ENGINE}/GetRunningProcessCount?schemaUId={WAIT}")

    assert statuses == [403] * 6
    assert seen.json()["count"] == 0
