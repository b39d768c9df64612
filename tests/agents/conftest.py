"""A service whose processes are tools."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.service import Serving, open_service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with open_service(tmp_path_factory.mktemp("agents")) as serving:
        yield serving
