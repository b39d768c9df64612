"""Starts under a key: one run, whoever asks again, for a day."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from procession.core.instance import Status
from procession.core.values import Values
from procession.errors import BadValue, KeyReused
from procession.starting import KEPT_FOR, StartKey, start_once
from procession.views import Outcome
from tests.unit.engine.drawing import formula, handler, straight, user
from tests.unit.engine.engine_world import ANN, LONG, World, open_world

ASK = straight("UsrAsk", formula("double", "Score", "Amount * 2"), user())
WORK = straight("UsrWork", handler())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.deploy(ASK, WORK)
        yield world


async def once(
    world: World,
    values: Values | None = None,
    *,
    process: str = "UsrAsk",
    caller: str = ANN,
    asked: bytes = b"the same",
    wait: float | None = None,
) -> tuple[Outcome, bool]:
    found = await world.engine.catalog.find(process)
    key = StartKey("once", asked)
    given = values or {}
    return await start_once(world.engine, found, given, caller=caller, wait_seconds=wait, key=key)


async def test_the_second_start_has_the_run_of_the_first(world: World) -> None:
    first, again = await once(world, {"Amount": "2", "Other": "1"})
    second, replayed = await once(world, {"Amount": "2", "Other": "1"})

    assert (again, replayed) == (False, True)
    assert first == second
    assert first.warnings != ()
    assert await world.runs() == 1


async def test_starts_at_once_are_one_run(world: World) -> None:
    answers = await asyncio.gather(*(once(world, {"Amount": "2"}) for _ in range(20)))

    assert len({outcome.instance_id for outcome, _ in answers}) == 1
    assert [replayed for _, replayed in answers].count(False) == 1
    assert await world.runs() == 1


async def test_the_second_one_is_told_how_the_run_stands_by_then(world: World) -> None:
    first, _ = await once(world)
    await world.engine.cancel(first.instance_id, "over")

    second, _ = await once(world)

    assert (first.status, second.status) == (Status.RUNNING, Status.CANCELED)


async def test_the_second_one_waits_for_the_run_as_the_first_does(world: World) -> None:
    world.desk.close_for_now()
    first, _ = await once(world, process="UsrWork")
    waiting = asyncio.create_task(once(world, process="UsrWork", wait=LONG))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    world.desk.open_again()

    second, _ = await waiting

    assert (first.status, second.status) == (Status.RUNNING, Status.COMPLETED)


async def test_another_start_under_the_key_is_refused(world: World) -> None:
    await once(world)

    with pytest.raises(KeyReused, match="a key of its own"):
        await once(world, asked=b"another")

    assert await world.runs() == 1


async def test_callers_do_not_meet_under_a_key(world: World) -> None:
    await once(world)

    _, replayed = await once(world, caller="Bob")

    assert not replayed


async def test_a_start_that_is_refused_keeps_no_key(world: World) -> None:
    with pytest.raises(BadValue):
        await once(world, {"Amount": "many"})

    _, replayed = await once(world, {"Amount": "2"})

    assert not replayed


async def test_a_key_is_kept_for_a_day(world: World) -> None:
    await once(world)
    world.clock.move(KEPT_FOR.total_seconds() - 1)
    _, still = await once(world)
    world.clock.move(1)

    _, later = await once(world, asked=b"another")

    assert (still, later) == (True, False)
    assert await world.runs() == 2
