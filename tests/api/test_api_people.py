"""Users, roles, rights, keys and the audit log over the API."""

from datetime import UTC, datetime, timedelta

import httpx

from procession.stores.people import ADMINISTRATORS
from tests.contract.service import Serving, stranger

ADA = {"name": "ada", "password": "correct horse battery"}


async def key_of(client: httpx.AsyncClient, name: str = "test", **about: object) -> dict[str, str]:
    """A key of a user, as the header that shows it."""
    made = await client.post("/api/keys", json={"user": "ada", "name": name, **about})
    assert made.status_code == 201, made.text
    return {"authorization": f"Bearer {made.json()['key']}"}


async def test_users_are_added_listed_and_disabled(client: httpx.AsyncClient) -> None:
    added = await client.post("/api/users", json=ADA)
    again = await client.post("/api/users", json=ADA)
    weak = await client.post("/api/users", json={"name": "bob", "password": "x"})
    off = await client.put("/api/users/ada/disabled", json={"disabled": True})
    on = await client.put("/api/users/ada/disabled", json={"disabled": False})

    assert (added.status_code, added.json()["name"]) == (201, "ada")
    assert (again.status_code, weak.status_code) == (400, 400)
    assert (off.json()["disabled"], on.json()["disabled"]) == (True, False)
    first = (await client.get("/api/users?limit=1")).json()
    second = (await client.get(f"/api/users?limit=1&cursor={first['next']}")).json()
    assert [each["name"] for each in (*first["items"], *second["items"])] == ["Supervisor", "ada"]
    assert "password" not in first["items"][0]


async def test_what_concerns_nobody_is_a_problem(client: httpx.AsyncClient) -> None:
    answers = [
        await client.put("/api/users/eve/disabled", json={"disabled": True}),
        await client.put("/api/users/eve/password", json={"password": "correct horse battery"}),
        await client.post("/api/users/eve/unlock"),
        await client.get("/api/users/eve/sessions"),
        await client.delete("/api/users/eve/sessions"),
        await client.put(f"/api/roles/{ADMINISTRATORS}/members/eve"),
        await client.delete("/api/roles/Nobodies"),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_sessions_are_listed_and_ended(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/api/users/Supervisor/sessions")).json()["items"]

    ended = await client.delete("/api/users/Supervisor/sessions")

    assert listed[0]["address"] == "127.0.0.1"
    assert ended.status_code == 204
    assert (await client.get("/api/processes")).status_code == 401


async def test_a_user_gets_a_new_password_and_is_unlocked(client: httpx.AsyncClient) -> None:
    await client.post("/api/users", json=ADA)

    changed = await client.put("/api/users/ada/password", json={"password": "another long one"})
    unlocked = await client.post("/api/users/ada/unlock")

    assert (changed.status_code, unlocked.status_code) == (204, 204)


async def test_roles_have_members(client: httpx.AsyncClient) -> None:
    await client.post("/api/users", json=ADA)

    added = await client.post("/api/roles", json={"name": "Accountants"})
    joined = await client.put("/api/roles/Accountants/members/ada")
    roles = {
        each["name"]: each["members"] for each in (await client.get("/api/roles")).json()["items"]
    }
    left = await client.delete("/api/roles/Accountants/members/ada")
    removed = await client.delete("/api/roles/Accountants")

    assert [one.status_code for one in (added, joined, left, removed)] == [204] * 4
    assert roles["Accountants"] == ["ada"]
    assert roles[ADMINISTRATORS] == ["Supervisor"]


async def test_a_right_is_granted_and_withdrawn(
    client: httpx.AsyncClient, serving: Serving
) -> None:
    await client.post("/api/users", json=ADA)
    key = await key_of(client)
    right = {"duty": "deploy", "kind": "user", "grantee": "ada", "process": ""}
    checks = "/api/checks?file=a.bpmn"
    body = {"content": b"<x/>", "headers": {**key, "content-type": "application/xml"}}

    async with stranger(serving) as ada:
        before = await ada.post(checks, **body)  # type: ignore[arg-type]
        granted = await client.post("/api/rights", json=right)
        meanwhile = await ada.post(checks, **body)  # type: ignore[arg-type]
        listed = (await client.get("/api/rights")).json()["items"]
        withdrawn = await client.delete("/api/rights", params=right)
        after = await ada.post(checks, **body)  # type: ignore[arg-type]

    assert (granted.status_code, withdrawn.status_code) == (204, 204)
    assert right in listed
    assert [one.status_code for one in (before, meanwhile, after)] == [403, 200, 403]
    assert before.json()["code"] == "Forbidden"


async def test_a_key_is_told_once_limited_and_revoked(
    client: httpx.AsyncClient, serving: Serving
) -> None:
    await client.post("/api/users", json=ADA)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    key = await key_of(client, limits=["see"], expiresAt=until)

    async with stranger(serving) as ada:
        seen = await ada.get("/api/service", headers=key)
        refused = await ada.post("/api/processes/UsrEcho/instances", json={}, headers=key)
        (listed,) = (await client.get("/api/keys?user=ada")).json()["items"]
        revoked = await client.delete("/api/keys/ada/test")
        after = await ada.get("/api/service", headers=key)

    assert seen.json()["user"] == "ada"
    assert refused.status_code == 403
    assert (listed["limits"], "key" in listed) == (["see"], False)
    assert revoked.status_code == 204
    assert after.status_code == 401


async def test_a_key_that_would_be_over_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/api/users", json=ADA)
    past = {"user": "ada", "name": "old", "expiresAt": "2020-01-01T00:00:00Z"}

    assert (await client.post("/api/keys", json=past)).status_code == 400


async def test_the_audit_log_is_told_page_by_page(client: httpx.AsyncClient) -> None:
    await client.post("/api/users", json=ADA)
    await client.post("/api/roles", json={"name": "Accountants"})

    first = (await client.get("/api/audit?limit=1")).json()
    second = (await client.get(f"/api/audit?limit=1&cursor={first['next']}")).json()

    told = [(one["action"], one["subject"]) for one in (*first["items"], *second["items"])]
    assert told == [("add role", "Accountants"), ("add user", "ada")]
    assert first["items"][0]["who"] == "Supervisor"
