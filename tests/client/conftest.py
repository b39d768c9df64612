"""A service for a whole file, and both clients in one shape: each method is awaited."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from procession.client import AsyncClient, Client, Password
from procession.client.site import Login
from procession.client.sync import Api
from tests.contract.service import PASSWORD, USER, Serving, open_service

LOGIN = Password(USER, PASSWORD)


class Awaited:
    """The client for plain code in a thread of its own, so that the service beside it goes on."""

    def __init__(self, client: Client | Api) -> None:
        self._client = client

    @property
    def api(self) -> "Awaited":
        assert isinstance(self._client, Client)
        return Awaited(self._client.api)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        async def awaited(*values: Any, **named: Any) -> Any:
            return await asyncio.to_thread(method, *values, **named)

        return awaited


def client_of(kind: str, address: str, login: Login | None = LOGIN, **options: Any) -> Any:
    if kind == "plain":
        return Awaited(Client(address, login, **options))
    return AsyncClient(address, login, **options)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with open_service(tmp_path_factory.mktemp("shared")) as serving:
        yield serving


@pytest.fixture(params=["plain", "asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Connect = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="module")
async def connect(kind: str, shared: Serving) -> AsyncIterator[Connect]:
    """Makes clients of the shared service, each kind in its turn."""
    made = []

    def connect(login: Login | None = LOGIN, **options: Any) -> Any:
        made.append(client_of(kind, shared.address, login, **options))
        return made[-1]

    yield connect
    for client in made:
        await client.close()


@pytest.fixture
def client(connect: Connect) -> Any:
    return connect()
