"""Messages, signals, conditions and decisions over the API."""

from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.api.test_api_processes import XML

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = Path(__file__).parents[2] / "examples"

WAITS = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:procession:tests">
  <bpmn:message id="M" name="Paid"/>
  <bpmn:signal id="S" name="Prices have changed"/>
  <bpmn:process id="UsrPaid" name="Begins when paid" isExecutable="true">
    <bpmn:startEvent id="Start"><bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="End"/>
  </bpmn:process>
  <bpmn:process id="UsrPrices" name="Waits for prices" isExecutable="true">
    <bpmn:startEvent id="Start2"/>
    <bpmn:intermediateCatchEvent id="Wait">
      <bpmn:signalEventDefinition signalRef="S"/>
    </bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="End2"/>
    <bpmn:sequenceFlow id="F2" sourceRef="Start2" targetRef="Wait"/>
    <bpmn:sequenceFlow id="F3" sourceRef="Wait" targetRef="End2"/>
  </bpmn:process>
  <bpmn:process id="UsrHot" name="Begins when it is hot" isExecutable="true">
    <bpmn:extensionElements>
      <procession:parameter code="Temperature" type="Integer" direction="in"/>
    </bpmn:extensionElements>
    <bpmn:startEvent id="Start3">
      <bpmn:conditionalEventDefinition>
        <bpmn:condition>Temperature &gt; 100</bpmn:condition>
      </bpmn:conditionalEventDefinition>
    </bpmn:startEvent>
    <bpmn:endEvent id="End3"/>
    <bpmn:sequenceFlow id="F4" sourceRef="Start3" targetRef="End3"/>
  </bpmn:process>
</bpmn:definitions>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployed(caller: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a service that has the processes above and the decisions of the examples."""
    waits = await caller.post("/api/deployments?file=waits.bpmn", content=WAITS, headers=XML)
    decision = (EXAMPLES / "UsrClaimDecision.dmn").read_bytes()
    claims = await caller.post("/api/deployments?file=a.dmn", content=decision, headers=XML)
    assert (waits.status_code, claims.status_code) == (200, 200), waits.text + claims.text
    return caller


async def test_a_message_starts_the_process_that_begins_with_it(
    deployed: httpx.AsyncClient,
) -> None:
    answer = (await deployed.post("/api/messages", json={"name": "Paid"})).json()

    assert answer["fate"] == "started"
    run = (await deployed.get(f"/api/instances/{answer['instanceId']}")).json()
    assert run["run"]["process"] == "UsrPaid"


async def test_a_message_that_nobody_waits_for_is_kept_or_not(
    deployed: httpx.AsyncClient,
) -> None:
    body = {"name": "Other", "keys": ["4711", 4711, True], "values": {"Amount": 12.5}}

    kept = (await deployed.post("/api/messages", json={**body, "liveSeconds": 60})).json()
    lost = (await deployed.post("/api/messages", json={**body, "liveSeconds": 0})).json()

    assert (kept["fate"], lost["fate"]) == ("kept", "unclaimed")
    assert kept["keptUntil"] is not None


async def test_a_signal_reaches_all_that_wait(deployed: httpx.AsyncClient) -> None:
    runs = [
        (await deployed.post("/api/processes/UsrPrices/instances", json={})).json()["id"]
        for _ in range(2)
    ]

    thrown = await deployed.post("/api/signals", json={"name": "Prices have changed"})

    assert (thrown.status_code, thrown.content) == (204, b"")
    told = [(await deployed.get(f"/api/instances/{run}")).json()["run"]["status"] for run in runs]
    assert told == ["Completed", "Completed"]


async def test_conditions_start_the_processes_for_which_they_hold(
    deployed: httpx.AsyncClient,
) -> None:
    cold = await deployed.post("/api/conditions", json={"values": {"Temperature": 99}})
    hot = await deployed.post("/api/conditions", json={"values": {"Temperature": 104}})
    wrong = await deployed.post("/api/conditions", json={"values": {"Temperature": "hot"}})

    assert cold.json() == {"started": []}
    (run,) = hot.json()["started"]
    assert (await deployed.get(f"/api/instances/{run}")).json()["values"] == {"Temperature": 104}
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadValue")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {}),
        ("messages", {"name": ""}),
        ("messages", {"name": "Paid", "keys": [1.5]}),
        ("messages", {"name": "Paid", "liveSeconds": -1}),
        ("messages", {"name": "Paid\0"}),
        ("signals", {"name": "Paid", "values": 7}),
        ("signals", {"name": "Paid", "value": {}}),
        ("conditions", {}),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    caller: httpx.AsyncClient, path: str, body: dict[str, object]
) -> None:
    answer = await caller.post(f"/api/{path}", json=body)

    assert answer.status_code == 400


# -- decisions ------------------------------------------------------------------------------------


async def test_decisions_are_listed_page_by_page_and_shown(deployed: httpx.AsyncClient) -> None:
    names, cursor = [], ""
    while cursor is not None:
        page = (await deployed.get(f"/api/decisions?limit=1&cursor={cursor}")).json()
        names += [each["id"] for each in page["items"]]
        cursor = page["next"]

    shown = (await deployed.get("/api/decisions/UsrClaimDecision")).json()

    assert "UsrClaimDecision" in names
    assert names == sorted(names)
    assert (shown["version"], shown["deployedBy"]) == (1, "Supervisor")


async def test_a_decision_is_made(deployed: httpx.AsyncClient) -> None:
    values = {"Amount": 1200, "Days since purchase": 10}

    made = await deployed.post("/api/decisions/UsrClaimDecision/decide", json={"values": values})
    first = await deployed.post(
        "/api/decisions/UsrClaimDecision/decide", json={"values": values, "version": 1}
    )

    assert made.status_code == 200
    assert made.json() == first.json()
    assert made.json()["value"] is not None
    assert made.json()["decision"] == "UsrClaimDecision"


async def test_a_decision_says_what_it_did_without(deployed: httpx.AsyncClient) -> None:
    made = await deployed.post("/api/decisions/UsrClaimDecision/decide")

    assert any("Amount" in warning for warning in made.json()["warnings"])


async def test_a_decision_that_cannot_be_made_is_a_problem(deployed: httpx.AsyncClient) -> None:
    dmn = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
        namespace="urn:procession:tests">
      <decision id="UsrTwice" name="Twice">
        <decisionTable hitPolicy="UNIQUE">
          <output name="x"/>
          <rule id="r1"><outputEntry id="o1"><text>1</text></outputEntry></rule>
          <rule id="r2"><outputEntry id="o2"><text>2</text></outputEntry></rule>
        </decisionTable>
      </decision>
    </definitions>"""
    taken = await deployed.post("/api/deployments?file=t.dmn", content=dmn, headers=XML)

    failed = await deployed.post("/api/decisions/UsrTwice/decide", json={})

    assert taken.status_code == 200, taken.text
    assert (failed.status_code, failed.json()["code"]) == (422, "DecisionFailed")


async def test_a_decision_that_is_not_there_is_a_problem(deployed: httpx.AsyncClient) -> None:
    unknown = await deployed.get("/api/decisions/UsrOther")
    version = await deployed.post("/api/decisions/UsrClaimDecision/decide", json={"version": 9})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "UnknownDecision")
    assert version.status_code == 404
