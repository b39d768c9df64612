"""Turns that are paused and taken up again."""

import pytest

from procession.core.changes import TurnPaused, TurnResumed
from procession.core.commands import CompleteJob, ExecuteElement, FailJob
from procession.core.ids import ElementInstanceId, InstanceId
from procession.core.instance import Status
from procession.core.model import Process
from procession.core.turn import CONTINUE_JOB
from procession.errors import UnknownElement
from tests.building import build
from tests.world import Run, World

CHAIN = build("start → task a → task b → task c → end", name="P")
BOTH = build("start → user u → end; start → task a → task b → task c → user d", name="P")


def paused(process: Process = CHAIN, steps: int = 1) -> tuple[World, InstanceId]:
    world = World(process)
    world.limits = {"steps_per_turn": steps}
    return world, world.start("P", {})


def test_a_turn_that_is_long_enough_is_paused_and_a_job_goes_on_with_it() -> None:
    world, run = paused()

    instance = world.load(run)

    assert (instance.status, len(instance.pending), instance.steps) == (Status.RUNNING, 1, 1)
    assert [job.kind for job in instance.jobs.values()] == [CONTINUE_JOB]


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 6])
def test_a_paused_run_ends_as_one_that_was_never_paused(steps: int) -> None:
    whole, one = paused(steps=1000)
    world, run = paused(steps=steps)

    world.settle()

    told = [change for change in world.history(run) if not pauses(change)]
    assert told == whole.history(one)
    assert world.load(run).status is Status.COMPLETED


def pauses(change: object) -> bool:
    return isinstance(change, TurnPaused | TurnResumed)


def test_a_paused_turn_counts_its_steps_on() -> None:
    world, run = paused()

    world.ask(run, CompleteJob(world.jobs(run)[0].id, {}))

    assert world.load(run).steps == 2


def test_another_command_takes_up_the_steps_that_are_left() -> None:
    world, run = paused(BOTH, steps=3)
    job = world.jobs(run)[0].id
    world.limits = {}

    Run(world, run).execute("u")

    assert (Run(world, run).alive, world.jobs(run)) == (["d"], [])
    assert world.ask(run, CompleteJob(job, {})).changes == []


def test_a_command_that_is_refused_leaves_the_turn_paused() -> None:
    world, run = paused(BOTH, steps=3)
    before = world.runs[run].state

    with pytest.raises(UnknownElement):
        world.ask(run, ExecuteElement(ElementInstanceId(99), {}))

    assert world.runs[run].state == before


def test_a_paused_turn_whose_job_fails_goes_on_all_the_same() -> None:
    world, run = paused()

    world.ask(run, FailJob(world.jobs(run)[0].id, "StoreUnavailable", "disk full"))

    assert world.load(run).steps == 2


def test_a_scope_whose_last_token_is_on_its_way_while_it_is_paused_is_not_finished() -> None:
    world, run = paused(build("start → sub s → user after; s: task a; s: task b", name="P"))

    world.settle()

    assert (Run(world, run).alive, Run(world, run).visits("b")) == (["after"], 1)
