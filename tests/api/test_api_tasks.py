"""Tasks and incidents over the API."""

from uuid import UUID

import httpx

from tests.api.test_api_processes import XML
from tests.contract.service import Serving

FORMS = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:procession:tests">
  <bpmn:process id="UsrRounds" name="Asks everybody" isExecutable="true">
    <bpmn:extensionElements>
      <procession:parameter code="Answer" type="Boolean" direction="both"/>
    </bpmn:extensionElements>
    <bpmn:startEvent id="Start"/>
    <bpmn:userTask id="Ask" name="Ask">
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopCardinality>3</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Ask"/>
    <bpmn:sequenceFlow id="F2" sourceRef="Ask" targetRef="End"/>
  </bpmn:process>
</bpmn:definitions>"""


async def started(client: httpx.AsyncClient, process: str = "UsrWait") -> str:
    answer = await client.post(f"/api/processes/{process}/instances", json={})
    run: str = answer.json()["id"]
    return run


async def test_a_task_is_listed_shown_and_completed(client: httpx.AsyncClient) -> None:
    run = await started(client)
    (task,) = (await client.get("/api/tasks")).json()["items"]
    shown = (await client.get(f"/api/tasks/{task['id']}")).json()

    done = await client.post(f"/api/tasks/{task['id']}/complete", json={"waitSeconds": 5})

    assert (task["run"], task["name"], task["startedBy"]) == (run, "Approve", "Supervisor")
    assert shown["values"] == {"Amount": 1, "Before": 2, "After": None}
    assert (done.json()["status"], done.json()["values"]["After"]) == ("Completed", 20)
    assert (await client.get("/api/tasks")).json()["items"] == []


async def test_a_completed_task_is_left_alone(client: httpx.AsyncClient) -> None:
    await started(client)
    (task,) = (await client.get("/api/tasks")).json()["items"]

    first = await client.post(f"/api/tasks/{task['id']}/complete", json={})
    second = await client.post(f"/api/tasks/{task['id']}/complete", json={})
    shown = await client.get(f"/api/tasks/{task['id']}")

    assert first.json() == second.json()
    assert shown.status_code == 404


async def test_a_task_is_completed_with_values(client: httpx.AsyncClient) -> None:
    await started(client)
    (task,) = (await client.get("/api/tasks")).json()["items"]
    address = f"/api/tasks/{task['id']}/complete"

    bad = await client.post(address, json={"values": {"Before": "many"}})
    unknown = await client.post(address, json={"values": {"Beyond": 1}})
    done = await client.post(address, json={"values": {"Before": 7}})

    assert (bad.status_code, bad.json()["code"]) == (400, "BadValue")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "BadValue")
    assert done.json()["values"]["After"] == 70


async def test_each_round_of_a_task_is_a_task(client: httpx.AsyncClient) -> None:
    await client.post("/api/deployments?file=rounds.bpmn", content=FORMS, headers=XML)
    run = await started(client, "UsrRounds")

    tasks = (await client.get("/api/tasks")).json()["items"]
    for task in tasks:
        await client.post(f"/api/tasks/{task['id']}/complete", json={"values": {"Answer": True}})

    assert len(tasks) == 3
    told = (await client.get(f"/api/instances/{run}")).json()
    assert told["run"]["status"] == "Completed"


async def test_tasks_are_listed_page_by_page_and_by_process(client: httpx.AsyncClient) -> None:
    runs = [await started(client) for _ in range(3)]

    first = (await client.get("/api/tasks?limit=2")).json()
    second = (await client.get(f"/api/tasks?limit=2&cursor={first['next']}")).json()
    other = (await client.get("/api/tasks?process=UsrEcho")).json()
    mine = (await client.get("/api/tasks?process=UsrWait")).json()

    told = [task["run"] for task in (*first["items"], *second["items"])]
    assert sorted(told) == sorted(runs)
    assert (len(first["items"]), second["next"]) == (2, None)
    assert other["items"] == []
    assert len(mine["items"]) == 3


async def test_what_is_no_task_is_refused(client: httpx.AsyncClient, serving: Serving) -> None:
    run = await started(client, "UsrFail")
    (incident,) = (await client.get("/api/incidents")).json()["items"]

    of_run = await client.post(f"/api/tasks/{run}/complete", json={})
    of_script = await client.post(f"/api/tasks/{incident['id']}/complete", json={})
    unborn = UUID(int=UUID(run).int + 99)
    of_nothing = await client.post(f"/api/tasks/{unborn}/complete", json={})

    assert (of_run.status_code, of_run.json()["code"]) == (404, "UnknownElement")
    assert (of_script.status_code, of_script.json()["code"]) == (409, "NotWaiting")
    assert (of_nothing.status_code, of_nothing.json()["code"]) == (404, "UnknownElement")


# -- incidents ------------------------------------------------------------------------------------


async def test_incidents_are_listed_and_tried_again(client: httpx.AsyncClient) -> None:
    run = await started(client, "UsrFail")
    (incident,) = (await client.get("/api/incidents")).json()["items"]

    again = await client.post(f"/api/incidents/{incident['id']}/retry", json={"waitSeconds": 5})

    assert (incident["run"], incident["element"]) == (run, "Divide")
    assert incident["message"] == "a division by zero"
    assert again.json()["status"] == "Error"
    history = (await client.get(f"/api/instances/{run}/history")).json()["items"]
    kinds = [change["type"] for turn in history for change in turn["changes"]]
    assert kinds.count("IncidentRaised") == 2
    assert kinds.count("IncidentResolved") == 1


async def test_incidents_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await started(client, "UsrFail")

    first = (await client.get("/api/incidents?limit=2")).json()
    second = (await client.get(f"/api/incidents?limit=2&cursor={first['next']}")).json()
    other = (await client.get("/api/incidents?process=UsrWait")).json()

    assert (len(first["items"]), len(second["items"])) == (2, 1)
    assert other["items"] == []


async def test_what_has_no_incident_is_not_tried_again(client: httpx.AsyncClient) -> None:
    await started(client)
    (task,) = (await client.get("/api/tasks")).json()["items"]

    answer = await client.post(f"/api/incidents/{task['id']}/retry", json={})

    assert (answer.status_code, answer.json()["code"]) == (400, "Rejected")
