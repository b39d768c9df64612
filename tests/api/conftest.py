"""A service, and a client that is logged in as an administrator.

`serving` and `client` are each test's own; `shared` and `caller` serve a whole file, for the many
small requests that do not disturb each other.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.contract.service import Serving, logged_in, open_service


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with open_service(tmp_path) as serving:
        yield serving


@pytest.fixture
async def client(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(serving) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with open_service(tmp_path_factory.mktemp("shared")) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def caller(shared: Serving) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(shared) as client:
        yield client
