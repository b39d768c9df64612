"""Processes over the API: what is deployed, deploying, checking, enabling."""

import httpx

from tests.contract.service import FILES, Serving

XML = {"content-type": "application/xml"}
ECHO = dict(FILES)["UsrEcho.bpmn"]

# Its join waits for two tokens, and one comes.
STUCK = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    targetNamespace="urn:procession:tests">
  <bpmn:process id="UsrStuck" name="Waits for ever" isExecutable="true">
    <bpmn:startEvent id="Start"/>
    <bpmn:exclusiveGateway id="Either" default="A"/>
    <bpmn:parallelGateway id="Both"/>
    <bpmn:endEvent id="End"/>
    <bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Either"/>
    <bpmn:sequenceFlow id="A" sourceRef="Either" targetRef="Both"/>
    <bpmn:sequenceFlow id="B" sourceRef="Either" targetRef="Both">
      <bpmn:conditionExpression>1 &gt; 2</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="F2" sourceRef="Both" targetRef="End"/>
  </bpmn:process>
</bpmn:definitions>"""


def renamed(name: str, *, title: str = "Gives back what it was given") -> bytes:
    """The echo process under another name."""
    text = ECHO.decode().replace('id="UsrEcho"', f'id="{name}"')
    text = text.replace(
        "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0001", "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f00ff"
    )
    return text.replace("Gives back what it was given", title).encode()


async def test_all_processes_are_listed_page_by_page(
    client: httpx.AsyncClient, serving: Serving
) -> None:
    names, address = [], "/api/processes?limit=2"
    while address:
        page = (await client.get(address)).json()
        names += [each["name"] for each in page["items"]]
        address = f"/api/processes?limit=2&cursor={page['next']}" if page["next"] else ""

    assert names == [row.name for row in await serving.engine.catalog.processes()]


async def test_a_process_tells_its_parameters_and_elements(client: httpx.AsyncClient) -> None:
    told = (await client.get("/api/processes/UsrWait")).json()

    assert told["process"]["caption"] == "Waits at a user task"
    assert {each["code"]: (each["type"], each["direction"]) for each in told["parameters"]} == {
        "Amount": ("Integer", "in"),
        "Before": ("Integer", "out"),
        "After": ("Integer", "out"),
    }
    assert {"id": "Approve", "type": "userTask", "name": "Approve", "scope": ""} in told["elements"]


async def test_what_the_caller_may_start_is_listed_with_its_parameters(
    client: httpx.AsyncClient,
) -> None:
    await client.put("/api/processes/UsrEcho/enabled", json={"enabled": False})

    items, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"/api/startable?limit=2&cursor={cursor}")).json()
        items += page["items"]
        cursor = page["next"]

    told = {each["name"]: [one["code"] for one in each["parameters"]] for each in items}
    assert told["UsrWait"] == ["Amount", "Before", "After"]
    assert "UsrEcho" not in told


async def test_a_process_that_is_not_there_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/processes/UsrEcko")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "UnknownProcess"
    assert "did you mean UsrEcho" in answer.json()["detail"]


async def test_a_file_is_deployed_as_it_comes_and_given_back_byte_for_byte(
    client: httpx.AsyncClient,
) -> None:
    first = await client.post(
        "/api/deployments?file=my.bpmn", content=renamed("UsrMy"), headers=XML
    )
    second = await client.post(
        "/api/deployments?file=my.bpmn", content=renamed("UsrMy", title="Anew"), headers=XML
    )

    assert [each["version"] for each in first.json()["deployed"]] == [1]
    assert second.json()["deployed"][0]["changed"] is True
    versions = (await client.get("/api/processes/UsrMy/versions")).json()["items"]
    assert [(each["version"], each["deployedBy"]) for each in versions] == [
        (2, "Supervisor"),
        (1, "Supervisor"),
    ]
    file = await client.get("/api/processes/UsrMy/versions/1/xml")
    assert file.content == renamed("UsrMy")
    caption = (await client.get("/api/processes/UsrMy/versions/2")).json()["process"]["caption"]
    assert caption == "Anew"


async def test_versions_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    for title in ("One", "Two", "Three"):
        content = renamed("UsrMy", title=title)
        await client.post("/api/deployments?file=my.bpmn", content=content, headers=XML)

    first = (await client.get("/api/processes/UsrMy/versions?limit=2")).json()
    second = await client.get(f"/api/processes/UsrMy/versions?limit=2&cursor={first['next']}")

    assert [each["version"] for each in first["items"]] == [3, 2]
    assert [each["version"] for each in second.json()["items"]] == [1]
    assert second.json()["next"] is None


async def test_several_files_are_deployed_together_or_not_at_all(
    client: httpx.AsyncClient,
) -> None:
    good = {"name": "good.bpmn", "content": renamed("UsrGood").decode()}
    bad = {"name": "bad.bpmn", "content": "<nothing/>"}

    refused = await client.post("/api/deployments", json={"files": [good, bad]})

    assert refused.status_code == 422
    problem = refused.json()["problems"][0]
    assert (problem["file"], problem["line"], problem["code"]) == ("bad.bpmn", 1, "wrong-root")
    assert (await client.get("/api/processes/UsrGood")).status_code == 404
    taken = await client.post("/api/deployments", json={"files": [good]})
    assert [each["name"] for each in taken.json()["deployed"]] == ["UsrGood"]


async def test_checking_tells_all_problems_and_deploys_nothing(client: httpx.AsyncClient) -> None:
    good = await client.post("/api/checks?file=a.bpmn", content=renamed("UsrNew"), headers=XML)
    bad = await client.post("/api/checks?file=b.bpmn", content=b"<nothing/>", headers=XML)

    assert good.json()["deployable"] is True
    assert bad.json()["deployable"] is False
    assert bad.json()["problems"][0]["code"] == "wrong-root"
    assert (await client.get("/api/processes/UsrNew")).status_code == 404


async def test_strict_deploying_refuses_warnings(client: httpx.AsyncClient) -> None:
    strict = await client.post(
        "/api/deployments?file=a.bpmn&strict=true", content=STUCK, headers=XML
    )
    usual = await client.post("/api/deployments?file=a.bpmn", content=STUCK, headers=XML)

    assert strict.status_code == 422
    assert all(each["warning"] for each in strict.json()["problems"])
    assert usual.json()["deployed"][0]["warnings"] == strict.json()["problems"]


async def test_a_file_without_a_name_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/deployments", content=renamed("UsrMy"), headers=XML)

    assert answer.status_code == 400
    assert "?file=order.bpmn" in answer.json()["detail"]


async def test_a_body_of_another_kind_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/deployments?file=a", content=b"x", headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 415


async def test_a_disabled_process_does_not_start(client: httpx.AsyncClient) -> None:
    off = await client.put("/api/processes/UsrEcho/enabled", json={"enabled": False})
    refused = await client.post("/api/processes/UsrEcho/instances", json={})
    on = await client.put("/api/processes/UsrEcho/enabled", json={"enabled": True})
    started = await client.post("/api/processes/UsrEcho/instances", json={})

    assert off.json()["process"]["enabled"] is False
    assert refused.json()["code"] == "ProcessDisabled"
    assert on.json()["process"]["enabled"] is True
    assert started.status_code == 201


async def test_a_process_is_not_enabled_by_who_has_seen_it_otherwise(
    client: httpx.AsyncClient, serving: Serving
) -> None:
    seen = (await client.get("/api/processes/UsrEcho")).headers["etag"]
    changed = await client.put("/api/processes/UsrEcho/enabled", json={"enabled": False})

    late = await client.put(
        "/api/processes/UsrEcho/enabled", json={"enabled": True}, headers={"if-match": seen}
    )
    again = await client.put(
        "/api/processes/UsrEcho/enabled",
        json={"enabled": True},
        headers={"if-match": changed.headers["etag"]},
    )

    assert late.status_code == 412
    assert again.status_code == 200
    assert (await serving.engine.catalog.find("UsrEcho")).enabled
