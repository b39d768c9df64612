"""A program with client credentials, against the real service: its tokens and what they open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from procession.access import Principal
from procession.client import AsyncClient, ClientCredentials, LoginFailed, Status
from procession.sign_on.clients import Clients
from tests.contract.service import Serving, bound_client, open_service


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with open_service(tmp_path) as serving:
        yield serving


async def credentials(serving: Serving) -> ClientCredentials:
    shown = await bound_client(serving)
    return ClientCredentials(shown["client"], shown["secret"])


async def test_a_program_runs_a_process_and_looks_at_its_log(serving: Serving) -> None:
    async with AsyncClient(serving.address, await credentials(serving)) as client:
        run = await client.run("UsrEcho", {"Count": 3}, results=["Count"])
        assert run.process_id is not None
        logged = await client.status(run.process_id)

    assert run.results == {"Count": 3}
    assert logged.status is Status.COMPLETED


async def test_a_token_that_was_withdrawn_is_asked_for_anew(serving: Serving) -> None:
    async with AsyncClient(serving.address, await credentials(serving)) as client:
        await client.execute("UsrEcho", {"Count": 1})
        clients = Clients(serving.engine.store, serving.accounts.audit)
        await clients.end_tokens("Robot", by=Principal("test"))

        assert await client.execute("UsrEcho", {"Count": 2}, result="Count") == 2


async def test_a_wrong_secret_is_a_failed_login(serving: Serving) -> None:
    right = await credentials(serving)
    wrong = ClientCredentials(right.client_id, "prs_wrong")

    async with AsyncClient(serving.address, wrong) as client:
        with pytest.raises(LoginFailed):
            await client.execute("UsrEcho")
