"""Turns that came too late: they are decided again on what is there now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from procession.errors import Conflict, StoreUnavailable

ATTEMPTS_MAX = 20
CONFLICT_PAUSE_SECONDS = 0.005

_Kept = TypeVar("_Kept")


async def until_kept(what: str, decide: Callable[[], Awaitable[_Kept]]) -> _Kept:
    """Decide and commit, on a conflict again. Raises StoreUnavailable."""
    for attempt in range(ATTEMPTS_MAX):
        try:
            return await decide()
        except Conflict:
            await asyncio.sleep(CONFLICT_PAUSE_SECONDS * attempt)
    raise StoreUnavailable(f"{what} is changed by too many at once; try again")
