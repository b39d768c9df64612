"""The fixtures of the engine's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from procession import worker
from tests.unit.engine.engine_world import World, open_world


@pytest.fixture(autouse=True)
def _poll_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no test waits for a poll or for a store that is back."""
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(worker, "STORE_PAUSE_SECONDS", 0.01)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
