"""Handlers for the processes of these tests."""

import asyncio


async def sleep(seconds: float) -> dict[str, float]:
    await asyncio.sleep(seconds)
    return {"slept": seconds}


HANDLERS = {"sleep": sleep}
