"""The OpenAPI document, the pages that show it, and what holds for every operation."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi import definitions

from procession.errors import StoreUnavailable
from procession.web.api import OPERATIONS
from tests.contract.service import Serving, logged_in, open_service, stranger

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
TESTS = Path(__file__).parent
FILES = ("", "/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-32x32.png", "/pages.js")


async def document(client: httpx.AsyncClient, path: str = "openapi.json") -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/{path}")).json()
    return found


def parts(value: Any) -> list[dict[str, Any]]:
    """All objects in a document."""
    if isinstance(value, list):
        return [part for each in value for part in parts(each)]
    if not isinstance(value, dict):
        return []
    return [value, *(part for each in value.values() for part in parts(each))]


async def test_the_document_is_openapi_3_1(shared: Serving) -> None:
    async with stranger(shared) as client:
        told = await document(client)

    assert told["openapi"] == "3.1.0"
    definitions.OPENAPI_31_VALIDATOR.validate(told)
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**schema, "components": told["components"]})


async def test_the_pages_read_the_same_as_openapi_3_0(shared: Serving) -> None:
    async with stranger(shared) as client:
        told = await document(client, "docs/openapi-3.0.json")
        newer = await document(client)

    assert told["openapi"].startswith("3.0.")
    definitions.OPENAPI_30_VALIDATOR.validate(told)
    assert told["paths"].keys() == newer["paths"].keys()
    assert {"type": "null"} not in parts(told)


async def test_every_reference_leads_to_a_schema(shared: Serving) -> None:
    async with stranger(shared) as client:
        told = await document(client)

    wanted = {part["$ref"] for part in parts(told) if "$ref" in part}
    there = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert wanted - there == set()


async def test_every_example_is_what_its_schema_says(shared: Serving) -> None:
    async with stranger(shared) as client:
        told = await document(client)

    media = [part for part in parts(told["paths"]) if "example" in part and "schema" in part]
    assert len(media) > 10
    for one in media:
        schema = {**one["schema"], "components": told["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(one["example"])


async def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for operation in OPERATIONS]

    assert len(names) == len(set(names))


async def test_every_body_that_an_operation_takes_has_an_example() -> None:
    assert [
        operation.name
        for operation in OPERATIONS
        if operation.body is not None and "body" not in operation.examples
    ] == []


async def test_the_pages_are_served_from_here_and_run_no_other_script(shared: Serving) -> None:
    async with stranger(shared) as client:
        answers = {path: await client.get(f"/api/docs{path}") for path in FILES}

    page = answers[""].text
    assert {answer.status_code for answer in answers.values()} == {200}
    for answer in answers.values():
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.findall(r'(?:src|href)="([^"]+)"', page)
    assert all(one.startswith("/api/") for one in re.findall(r'(?:src|href)="([^"]+)"', page))
    assert re.findall(r"<script>|javascript:|\bon\w+=", page) == []


async def test_addresses_follow_the_prefix(tmp_path: Path) -> None:
    async with open_service(tmp_path, path_prefix="/prod") as serving, stranger(serving) as client:
        told = (await client.get("/prod/api/openapi.json")).json()
        page = (await client.get("/prod/0/api/docs")).text

    assert told["servers"] == [{"url": "/prod/api"}]
    assert 'src="/prod/api/docs/pages.js"' in page


async def test_the_page_that_lists_the_operations_lists_all_with_their_tests() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+) (\S+)` .*\| `(test_\w+)` \|$", PAGE.read_text(), re.M)
    source = "\n".join(path.read_text() for path in TESTS.glob("test_*.py"))

    listed = {name: (method, path) for name, method, path, _ in rows}
    assert listed == {each.name: (each.method, f"/api{each.path}") for each in OPERATIONS}
    assert [test for *_, test in rows if f"def {test}(" not in source] == []


# -- what holds for all ---------------------------------------------------------------------------


async def test_every_operation_but_one_asks_who_calls(shared: Serving) -> None:
    open_to_all = []
    async with stranger(shared) as client:
        for operation in OPERATIONS:
            path = filled(operation.path, {})
            answer = await client.request(operation.method, f"/api{path}")
            if answer.status_code != 401:
                open_to_all.append(operation.name)
            else:
                assert answer.json()["code"] == "Unauthorized"

    assert open_to_all == ["showHealth"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "NotFound"),
        ("GET", "/0/api/nothing", 404, "NotFound"),
        ("PATCH", "/api/processes", 405, "MethodNotAllowed"),
        ("GET", "/api/processes?limit=many", 400, "BadValue"),
        ("GET", "/api/processes?limit=1&limit=2", 400, "BadRequest"),
        ("GET", "/api/processes/UsrWait/versions/0", 400, "BadRequest"),
        ("POST", "/api/messages", 400, "BadRequest"),
    ],
)
async def test_every_error_is_a_problem_document(
    caller: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await caller.request(method, path)

    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["type"] == f"urn:procession:problem:{code}"
    assert told["correlationId"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"name":1}', b"\xff", b'{"name":"x","y":1}'])
async def test_a_body_that_cannot_be_read_is_refused(
    caller: httpx.AsyncClient, body: bytes
) -> None:
    json = {"content-type": "application/json"}

    answer = await caller.post("/api/signals", content=body, headers=json)

    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("header", "status"), [("*", 304), ('"x", {tag}', 304), ("W/{tag}", 304), ('"x"', 200)]
)
async def test_lists_have_tags_too(caller: httpx.AsyncClient, header: str, status: int) -> None:
    tag = (await caller.get("/api/processes")).headers["etag"]

    again = await caller.get("/api/processes", headers={"if-none-match": header.format(tag=tag)})

    assert again.status_code == status


async def test_the_service_tells_what_it_is(caller: httpx.AsyncClient) -> None:
    told = (await caller.get("/api/service")).json()

    assert (told["name"], told["user"]) == ("Procession", "Supervisor")
    assert (await caller.get(told["openapi"])).status_code == 200
    assert (await caller.get(told["docs"])).status_code == 200


async def test_health_tells_whether_the_store_answers(
    shared: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        raise StoreUnavailable("/secret/path: the disk is gone")

    async with stranger(shared) as client:
        well = await client.get("/api/health")
        monkeypatch.setattr(shared.engine.store, "catalog_revision", gone)
        ill = await client.get("/api/health")

    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (ill.status_code, ill.json()) == (503, {"status": "unavailable"})


async def test_the_probe_of_the_original_stays_where_it_is(shared: Serving) -> None:
    async with stranger(shared) as client:
        assert (await client.get("/api/HealthCheck/Ping")).text == "Pong"


# -- who may --------------------------------------------------------------------------------------

# What a key without any duty may still ask: lists hold nothing then.
LISTS = {"listProcesses", "listStartable", "findRuns", "listTasks", "listIncidents"}
HARMLESS = {*LISTS, "showService", "showHealth"}


def filled(path: str, known: Mapping[str, str]) -> str:
    """The path with its open parts."""
    return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], "x"), path)


async def test_a_key_without_duties_opens_nothing(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        run = await client.post("/api/processes/UsrWait/instances", json={})
        (task,) = (await client.get("/api/tasks")).json()["items"]
        asked = {"user": "Supervisor", "name": "none", "limits": []}
        key = (await client.post("/api/keys", json=asked)).json()["key"]
        known = {"name": "UsrWait", "version": "1", "id": run.json()["id"], "number": "1"}
        bearer = {"authorization": f"Bearer {key}"}

        async with stranger(serving) as nobody:
            open_to_it = {}
            for operation in OPERATIONS:
                ids = {**known, "id": task["id"]} if "/tasks" in operation.path else known
                path = filled(operation.path, ids)
                wanted = operation.examples.get("body")
                query = {"duty": "run", "kind": "role", "grantee": "x"}
                answer = await nobody.request(
                    operation.method,
                    f"/api{path}",
                    json=wanted,
                    params=query if operation.name == "withdrawRight" else {},
                    headers=bearer,
                )
                if answer.status_code != 403:
                    open_to_it[operation.name] = answer.json()

    assert open_to_it.keys() == HARMLESS
    assert {name: open_to_it[name]["items"] for name in LISTS} == {name: [] for name in LISTS}


async def test_who_started_a_run_sees_it_and_does_its_tasks_and_others_do_not(
    tmp_path: Path,
) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        ada = {"name": "ada", "password": "correct horse battery"}
        await client.post("/api/users", json=ada)
        await client.post("/api/users", json={**ada, "name": "bob"})
        right = {"duty": "run", "kind": "user", "grantee": "ada", "process": "UsrWait"}
        await client.post("/api/rights", json=right)
        keys = {
            user: (await client.post("/api/keys", json={"user": user, "name": "k"})).json()["key"]
            for user in ("ada", "bob")
        }
        async with stranger(serving) as other:

            async def ask(user: str, method: str, path: str, **more: Any) -> httpx.Response:
                bearer = {"authorization": f"Bearer {keys[user]}"}
                return await other.request(method, f"/api{path}", headers=bearer, **more)

            start = "/processes/UsrWait/instances"
            run = (await ask("ada", "POST", start, json={})).json()["id"]
            refused = await ask("bob", "POST", start, json={})
            tasks = {user: (await ask(user, "GET", "/tasks")).json()["items"] for user in keys}
            seen = {
                user: (await ask(user, "GET", f"/instances/{run}")).status_code for user in keys
            }
            found = {
                user: len((await ask(user, "GET", "/instances")).json()["items"]) for user in keys
            }
            task = f"/tasks/{tasks['ada'][0]['id']}/complete"
            done = {user: (await ask(user, "POST", task, json={})).status_code for user in keys}

    assert refused.status_code == 403
    assert (len(tasks["ada"]), len(tasks["bob"])) == (1, 0)
    assert seen == {"ada": 200, "bob": 403}
    assert found == {"ada": 1, "bob": 0}
    assert done == {"ada": 200, "bob": 403}
