"""Processes that start by a timer or by a condition: once for each moment, whatever dies."""

import asyncio
from pathlib import Path

import pytest

from procession.core.instance import Status
from procession.errors import BadValue, InvalidProcess, StoreUnavailable
from tests.unit.engine.drawing import user
from tests.unit.engine.engine_world import Clock, World, open_world
from tests.unit.engine.occasions import (
    MINUTE,
    Death,
    begun,
    condition,
    every,
    mortal_world,
    runs_of,
    statuses,
    until,
)

DAILY = begun("UsrDaily", every(10))
THRICE = begun("UsrDaily", every(10, "3"))
WARM = begun("UsrWarm", condition("1 &lt; 2"), user())
COLD = begun("UsrCold", condition("1 &gt; 2"), user())


async def has_run(world: World) -> bool:
    return bool(await runs_of(world, "UsrDaily"))


async def settled(world: World) -> None:
    """Start what is due, as polls would."""
    for _ in range(5):
        await world.engine.starts.start_due()
    await world.engine.rest(5)


async def test_a_timer_starts_a_process_each_time_it_is_due(world: World) -> None:
    await world.deploy(DAILY)

    for number in range(3):
        assert len(await runs_of(world, "UsrDaily")) == number
        world.clock.move(10 * MINUTE)
        await settled(world)

    assert await statuses(world, "UsrDaily") == [Status.COMPLETED] * 3


async def test_a_poll_starts_what_is_due(tmp_path: Path) -> None:
    async with open_world(tmp_path, polling=True) as world:
        await world.deploy(DAILY)
        world.clock.move(10 * MINUTE)

        await until(lambda: has_run(world))


async def test_a_cycle_of_three_starts_three_runs_and_goes_on_after_a_restart(
    tmp_path: Path,
) -> None:
    clock = Clock()
    async with open_world(tmp_path, clock=clock) as world:
        await world.deploy(THRICE)
        clock.move(10 * MINUTE)
        await settled(world)

    clock.move(60 * MINUTE)
    async with open_world(tmp_path, clock=clock) as world:
        await settled(world)

        assert len(await runs_of(world, "UsrDaily")) == 3
        assert not await world.store.events.due_starts(clock.now, limit=1)


async def test_moments_of_an_endless_cycle_that_nobody_was_there_for_are_left_out(
    world: World,
) -> None:
    await world.deploy(DAILY)
    world.clock.move(100 * MINUTE)

    await settled(world)

    assert len(await runs_of(world, "UsrDaily")) == 2


async def test_two_programs_start_one_run_for_each_moment(tmp_path: Path) -> None:
    clock = Clock()
    async with (
        open_world(tmp_path, clock=clock) as one,
        open_world(tmp_path, clock=clock) as two,
    ):
        await one.deploy(DAILY)
        for number in range(1, 6):
            clock.move(10 * MINUTE)
            await asyncio.gather(settled(one), settled(two))
            assert len(await runs_of(one, "UsrDaily")) == number


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_crash_while_a_timer_starts_its_process_costs_no_run_and_makes_no_second(
    tmp_path: Path, noticed: bool
) -> None:
    clock = Clock()
    async with mortal_world(tmp_path, Death(0, noticed=noticed), clock) as world:
        await world.deploy(DAILY)
        clock.move(10 * MINUTE)
        with pytest.raises(StoreUnavailable):
            await world.engine.starts.start_due()

    async with open_world(tmp_path, clock=clock) as world:
        await settled(world)
        assert len(await runs_of(world, "UsrDaily")) == 1


async def test_a_new_version_replaces_the_timers_of_the_old_one(world: World) -> None:
    await world.deploy(DAILY)
    await world.deploy(begun("UsrDaily", every(30)))

    world.clock.move(20 * MINUTE)
    await settled(world)
    assert await runs_of(world, "UsrDaily") == []

    world.clock.move(10 * MINUTE)
    await settled(world)
    (row,) = await world.engine.instances(process="UsrDaily")
    assert row.version == 2


async def test_the_same_file_again_leaves_its_timers_as_they_are(world: World) -> None:
    await world.deploy(DAILY)
    world.clock.move(9 * MINUTE)
    await world.deploy(DAILY)

    world.clock.move(MINUTE)
    await settled(world)

    assert len(await runs_of(world, "UsrDaily")) == 1


async def test_the_moments_of_a_disabled_process_are_left_out(world: World) -> None:
    await world.deploy(THRICE)
    await world.engine.catalog.enable("UsrDaily", False)
    world.clock.move(20 * MINUTE)
    await settled(world)
    assert await runs_of(world, "UsrDaily") == []

    await world.engine.catalog.enable("UsrDaily", True)
    world.clock.move(60 * MINUTE)
    await settled(world)

    assert len(await runs_of(world, "UsrDaily")) == 1


async def test_a_timer_whose_moments_are_all_past_is_not_deployed(world: World) -> None:
    cycle = "R/P1D/2026-01-31T11:00:00Z"
    past = f"<timerEventDefinition><timeCycle>{cycle}</timeCycle></timerEventDefinition>"

    with pytest.raises(InvalidProcess) as refused:
        await world.deploy(begun("UsrPast", past))

    (problem,) = refused.value.problems
    assert (problem.code, problem.element) == ("bad-start", "start")


async def test_a_file_that_is_there_may_be_deployed_again_when_its_moments_are_past(
    world: World,
) -> None:
    until = "R/PT10M/2026-01-31T13:00:00Z"
    cycle = f"<timerEventDefinition><timeCycle>{until}</timeCycle></timerEventDefinition>"
    await world.deploy(begun("UsrMorning", cycle))
    world.clock.move(48 * 60 * MINUTE)

    await world.deploy(begun("UsrMorning", cycle))

    (row,) = await world.engine.catalog.processes()
    assert (row.name, row.version) == ("UsrMorning", 1)


async def test_a_process_starts_when_its_condition_holds_for_the_values_that_are_told(
    world: World,
) -> None:
    await world.deploy(WARM, COLD)

    (run,) = await world.engine.starts.conditions_may_hold(
        {"Amount": 21, "Other": "is nobody's parameter"}, caller="Ann"
    )

    instance = await world.load(run)
    assert (instance.values["Amount"], instance.caller) == (21, "Ann")
    assert await runs_of(world, "UsrCold") == []
    assert "ask" in {each.element for each in instance.elements.values()}


async def test_a_value_that_a_parameter_cannot_hold_starts_nothing(world: World) -> None:
    await world.deploy(WARM)

    with pytest.raises(BadValue):
        await world.engine.starts.conditions_may_hold({"Amount": "warm"}, caller="Ann")

    assert await runs_of(world, "UsrWarm") == []


async def test_a_disabled_process_does_not_start_by_a_condition(world: World) -> None:
    await world.deploy(WARM)
    await world.engine.catalog.enable("UsrWarm", False)

    assert await world.engine.starts.conditions_may_hold({"Amount": 21}, caller="Ann") == []
