"""Who may, over HTTP: rights, API keys and sessions, and how soon a change of them counts."""

import httpx
import pytest

from procession.access import Duty, Principal
from procession.keys import NewKey
from procession.stores.people import ALL_EMPLOYEES, Grant, Kind
from tests.contract.service import (
    ENGINE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    USER,
    Serving,
    bound_keys,
    stranger,
)

ECHO = f"{ENGINE}/UsrEcho/Execute"
BY = Principal("test")
EVERYBODY_RUNS = Grant("run", Kind.ROLE, ALL_EMPLOYEES)


@pytest.fixture
async def keys(serving: Serving) -> dict[str, str]:
    return await bound_keys(serving)


def shown(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_refused_run_is_403_in_the_contracts_shape_and_starts_nothing(
    serving: Serving, keys: dict[str, str]
) -> None:
    async with stranger(serving) as client:
        answer = await client.get(f"{ENGINE}/UsrTicket/Execute", headers=shown(keys["ann"]))

    assert answer.status_code == 403
    assert answer.json()["success"] is False
    assert answer.json()["errorInfo"]["errorCode"] == "Forbidden"
    assert len(answer.headers["x-correlation-id"]) == 16
    assert await serving.runs() == 0


async def test_a_right_that_is_withdrawn_or_granted_counts_at_the_next_call(
    serving: Serving, keys: dict[str, str]
) -> None:
    async with stranger(serving) as client:
        client.headers.update(shown(keys["ann"]))
        statuses = [(await client.get(ECHO)).status_code]
        await serving.accounts.people.withdraw(EVERYBODY_RUNS, by=BY)
        statuses.append((await client.get(ECHO)).status_code)
        await serving.accounts.people.grant(Grant("run", Kind.USER, "Ann"), by=BY)
        statuses.append((await client.get(ECHO)).status_code)

    assert statuses == [200, 403, 200]


async def test_a_key_that_is_revoked_opens_nothing_at_the_next_call(
    serving: Serving, keys: dict[str, str]
) -> None:
    async with stranger(serving) as client:
        client.headers.update(shown(keys["ann"]))
        assert (await client.get(ECHO)).status_code == 200
        await serving.accounts.keys.revoke("Ann", "all", by=BY)

        assert (await client.get(ECHO)).status_code == 401


async def test_a_limited_key_cannot_even_go_on_with_a_run_of_its_user(
    serving: Serving, client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    started = await client.get(f"{ENGINE}/UsrWait/Execute")
    run = await serving.engine.instances(limit=1)
    element = (await serving.engine.store.elements(run[0].id))[0]
    waiting = f"{ENGINE}/ExecProcElByUId?ProcessElementUID="
    waiting += await element_uid(serving, started.headers["x-process-id"], element.element)

    async with stranger(serving) as watcher:
        refused = await watcher.get(waiting, headers=shown(keys["watcher"]))

    assert refused.status_code == 403
    assert (await client.get(waiting)).status_code == 200


async def element_uid(serving: Serving, run: str, element: str) -> str:
    """The GUID of the schema's element, which the process's file holds."""
    found = await serving.engine.catalog.find("UsrWait")
    return str(found.process.elements[element].uid)


async def test_a_key_calls_as_its_user(serving: Serving, keys: dict[str, str]) -> None:
    async with stranger(serving) as client:
        await client.get(ECHO, headers=shown(keys["ben"]))

    (run,) = await serving.engine.instances(limit=10)
    assert run.caller == "Ben"


async def test_a_key_that_logs_out_ends_no_session(
    serving: Serving, client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    async with stranger(serving) as other:
        assert (await other.post(LOGOUT, headers=shown(keys["ann"]))).status_code == 200

    assert (await client.get(ECHO)).status_code == 200


async def test_a_login_never_takes_over_a_session_that_it_is_given(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    planted = {"cookie": f".ASPXAUTH={client.cookies['.ASPXAUTH']}; BPMSESSIONID=planted"}
    async with stranger(serving) as victim:
        answer = await victim.post(
            LOGIN, json={"UserName": USER, "UserPassword": PASSWORD}, headers=planted
        )
        unknown = await victim.post(
            LOGIN,
            json={"UserName": USER, "UserPassword": PASSWORD},
            headers={"cookie": ".ASPXAUTH=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        )

    given = {client.cookies[".ASPXAUTH"], "A" * 43, "planted"}
    for each in (answer, unknown):
        assert each.json()["Code"] == 0
        assert given.isdisjoint(each.cookies.values())
    assert await serving.accounts.session_of("A" * 43) is None


async def test_the_audit_log_holds_refused_tries_with_their_address_and_no_secret(
    serving: Serving, keys: dict[str, str]
) -> None:
    secret = "prk_" + "B" * 43
    async with stranger(serving) as client:
        for _ in range(3):
            await client.get(ECHO, headers=shown(secret))
        await client.get(ECHO, headers=shown(keys["watcher"]))
        await client.post(LOGIN, json={"UserName": "Ann", "UserPassword": "hunter2"})
    await serving.accounts.audit.flush()

    tries = [one for _, one in await serving.engine.store.people.audit(limit=50) if one.refused]
    assert {(one.who, one.address, one.action, one.subject, one.times) for one in tries} == {
        ("", "127.0.0.1", "show a key", "", 3),
        (f"{USER} (key watcher)", "127.0.0.1", "run", "UsrEcho", 1),
        ("Ann", "127.0.0.1", "log in", "", 1),
    }
    assert not any(word in str(tries) for word in (secret, "hunter2"))


async def test_a_wrong_bpmcsrf_stands_in_the_audit_log(
    serving: Serving, client: httpx.AsyncClient
) -> None:
    assert (await client.get(ECHO, headers={"BPMCSRF": "wrong"})).status_code == 403
    await serving.accounts.audit.flush()

    tries = [one for _, one in await serving.engine.store.people.audit(limit=50) if one.refused]
    assert [(one.who, one.action, one.detail) for one in tries] == [
        (USER, "call", "BPMCSRF is missing or wrong")
    ]


async def test_a_key_limited_to_run_runs(serving: Serving) -> None:
    new = NewKey(USER, "runner", limits=frozenset({Duty.RUN}))
    key = await serving.accounts.keys.add(new, by=BY)

    async with stranger(serving) as client:
        assert (await client.get(ECHO, headers=shown(key))).status_code == 200
