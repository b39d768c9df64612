"""Access tokens for programs: what the transcript `oauth.http` cannot show in one go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from procession.access import Duty, Principal
from procession.sign_on.clients import Clients, Credentials, NewClient
from procession.web.answers import Failed
from procession.web.oauth import wording
from tests.contract.service import ENGINE, USER, Serving, logged_in, open_service, stranger

TOKEN = "/connect/token"
BY = Principal("test")
ECHO = f"{ENGINE}/UsrEcho/Execute"


def clients_of(serving: Serving) -> Clients:
    return Clients(serving.engine.store, serving.accounts.audit)


async def add_robot(serving: Serving, *duties: Duty, user: str = USER) -> Credentials:
    new = NewClient("Robot", frozenset(duties or {Duty.RUN, Duty.SEE}), user=user)
    return await clients_of(serving).add(new, by=BY)


async def ask(client: httpx.AsyncClient, shown: Credentials, **more: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": shown.client_id,
        "client_secret": shown.client_secret,
    }
    return await client.post(TOKEN, data={**form, **more})


@asynccontextmanager
async def robot(serving: Serving, shown: Credentials) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls with a token."""
    async with stranger(serving) as client:
        answer = await ask(client, shown)
        assert answer.status_code == 200, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def test_a_client_runs_as_its_own_user(serving: Serving) -> None:
    shown = await add_robot(serving, user="")

    async with robot(serving, shown) as client:
        answer = await client.get(ECHO)

    assert answer.status_code == 200
    (run,) = await serving.engine.instances(limit=10)
    assert run.caller == "Robot"


async def test_nobody_logs_in_as_a_client_with_a_password(serving: Serving) -> None:
    shown = await add_robot(serving, user="")

    async with stranger(serving) as client:
        for password in ("", "Robot", shown.client_secret):
            answer = await client.post(
                "/ServiceModel/AuthService.svc/Login",
                json={"UserName": "Robot", "UserPassword": password},
            )
            assert answer.json()["Code"] == 1


async def test_a_token_takes_away_from_what_its_user_may(serving: Serving) -> None:
    shown = await add_robot(serving, Duty.SEE)

    async with robot(serving, shown) as client:
        answer = await client.get(ECHO)

    assert answer.status_code == 403
    assert "limited to: see" in answer.json()["errorInfo"]["message"]


async def test_a_token_lasts_as_long_as_it_is_told(tmp_path: Path) -> None:
    changes = {"oauth_token_seconds": "60"}
    async with open_service(tmp_path, **changes) as serving, stranger(serving) as client:
        answer = await ask(client, await add_robot(serving))

    assert answer.json()["expires_in"] == 60


async def test_what_is_withdrawn_counts_with_the_next_call(serving: Serving) -> None:
    shown = await add_robot(serving)
    clients = clients_of(serving)

    async with robot(serving, shown) as client:
        assert (await client.get(ECHO)).status_code == 200
        await clients.disable("Robot", by=BY)
        assert (await client.get(ECHO)).status_code == 401
        assert (await ask(client, shown)).status_code == 401
        await clients.enable("Robot", by=BY)
        assert (await client.get(ECHO)).status_code == 200
        await clients.end_tokens("Robot", by=BY)
        assert (await client.get(ECHO)).status_code == 401
        assert (await ask(client, shown)).status_code == 200
        await clients.remove("Robot", by=BY)
        assert (await ask(client, shown)).status_code == 401


async def test_after_a_rotation_both_secrets_serve_and_at_once_only_the_new_one(
    serving: Serving,
) -> None:
    shown = await add_robot(serving)
    clients = clients_of(serving)

    async with stranger(serving) as client:
        second = Credentials(shown.client_id, await clients.rotate("Robot", by=BY))
        assert (await ask(client, shown)).status_code == 200
        assert (await ask(client, second)).status_code == 200
        third = Credentials(
            shown.client_id, await clients.rotate("Robot", by=BY, old_lives=timedelta(0))
        )
        assert (await ask(client, shown)).status_code == 401
        assert (await ask(client, second)).status_code == 401
        assert (await ask(client, third)).status_code == 200


@pytest.mark.parametrize("known", [True, False])
async def test_failures_are_paused_whether_the_client_exists_or_not(
    tmp_path: Path, known: bool
) -> None:
    async with open_service(tmp_path, login_failures_free="2") as serving:
        shown = await add_robot(serving)
        wrong = Credentials(shown.client_id if known else "nobody", "wrong")
        async with stranger(serving) as client:
            statuses = [(await ask(client, wrong)).status_code for _ in range(2)]
            paused = await ask(client, wrong)

    assert statuses == [401, 401]
    assert paused.status_code == 429
    assert paused.json()["error"] == "temporarily_unavailable"
    assert int(paused.headers["retry-after"]) >= 1


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("procession.sqlite*"))


async def test_neither_secret_nor_token_is_in_the_store(serving: Serving, tmp_path: Path) -> None:
    shown = await add_robot(serving)

    async with stranger(serving) as client:
        token = (await ask(client, shown)).json()["access_token"]

    kept = all_bytes(tmp_path)
    assert shown.client_id.encode() in kept
    assert shown.client_secret.encode() not in kept
    assert token.encode() not in kept


async def test_neither_secret_nor_token_is_in_the_log(serving: Serving) -> None:
    shown = await add_robot(serving)

    with capture_logs() as lines:
        async with stranger(serving) as client:
            token = (await ask(client, shown)).json()["access_token"]
            await ask(client, shown, scope="everything")
            await ask(client, Credentials(shown.client_id, shown.client_secret + "x"))

    written = repr(lines)
    assert shown.client_id in written
    assert shown.client_secret not in written
    assert token not in written


async def test_changes_and_refused_tries_stand_in_the_audit_log(serving: Serving) -> None:
    shown = await add_robot(serving)
    async with stranger(serving) as client:
        await ask(client, Credentials(shown.client_id, "wrong"))
    await serving.accounts.audit.flush()

    entries = [entry for _, entry in await serving.engine.store.people.audit(limit=10)]
    told = [(entry.who, entry.action, entry.subject, entry.refused) for entry in entries]
    assert ("test", "add client", "Robot", False) in told
    assert ("client Robot", "asked for a token", "", True) in told


async def test_a_cookie_beside_a_token_does_not_count(serving: Serving) -> None:
    async with logged_in(serving) as client:
        answer = await client.get(ECHO, headers={"authorization": "Bearer prt_wrong"})

    assert answer.status_code == 401


async def test_the_metadata_name_the_public_address(tmp_path: Path) -> None:
    changes = {"public_url": "https://procession.example", "path_prefix": "/prod"}
    async with open_service(tmp_path, **changes) as serving, stranger(serving) as client:
        told = (await client.get("/prod/.well-known/oauth-authorization-server")).json()

    assert told["issuer"] == "https://procession.example/prod"
    assert told["token_endpoint"] == "https://procession.example/prod/connect/token"


async def test_the_metadata_are_not_steered_by_a_host_that_is_none(serving: Serving) -> None:
    async with stranger(serving) as client:
        answer = await client.get(
            "/.well-known/oauth-authorization-server", headers={"host": 'a"b/c'}
        )

    assert answer.status_code == 400


@given(message=st.text(), status=st.integers(400, 599), code=st.text())
def test_every_error_is_worded_as_the_rfc_allows(message: str, status: int, code: str) -> None:
    answer = wording(Failed(status, code, message), "0123456789abcdef")

    told = httpx.Response(status, content=answer.body).json()
    allowed = {*range(0x20, 0x22), *range(0x23, 0x5C), *range(0x5D, 0x7F)}
    assert set(map(ord, told["error_description"])) <= allowed
    assert told["error"] in {
        "invalid_request",
        "invalid_client",
        "invalid_scope",
        "unsupported_grant_type",
        "temporarily_unavailable",
        "server_error",
    }
