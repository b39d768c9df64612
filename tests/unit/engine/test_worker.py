"""Work outside: it is tried again when that may help, answered once, and never forgotten."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from procession import worker
from procession.core.ids import InstanceId, JobId, job_uid
from procession.core.instance import Status
from procession.engine import LEASE_SECONDS
from procession.errors import ConnectorError
from procession.stores.sqlite import FILE_NAME
from tests.stores.trouble import no_file_may_grow_beyond, wal_of
from tests.unit.engine.drawing import flow, formula, handler, process, straight, user
from tests.unit.engine.engine_world import Clock, World, open_world

WORK = straight("UsrWork", handler())
ONCE = straight("UsrOnce", handler(retries=1))


@pytest.fixture
async def clock() -> Clock:
    return Clock()


async def polled() -> None:
    """Time for a poll, or a few."""
    await asyncio.sleep(0.05)


# -- failures -------------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_after_a_pause_that_doubles(tmp_path: Path) -> None:
    async with open_world(tmp_path, polling=True) as world:
        await world.deploy(WORK)
        world.desk.answers += [ConnectorError("no paper"), ConnectorError("no ink")]
        run = (await world.start("UsrWork")).instance_id

        for seconds, tries in ((9, 1), (1, 2), (19, 2), (1, 3)):
            world.clock.move(seconds)
            await polled()
            await world.desk.visits(tries)
            assert len(world.desk.works) == tries

        assert (await world.ended(run)).values["Score"] == 1
        assert set(world.desk.uids) == {job_uid(run, JobId(1))}


async def test_who_waits_is_not_kept_waiting_for_a_try_that_is_put_off(world: World) -> None:
    await world.deploy(WORK)
    world.desk.answers.append(ConnectorError("no paper"))

    outcome = await world.start("UsrWork")

    assert (outcome.status, outcome.incidents) == (Status.RUNNING, ())


async def test_the_last_failure_is_an_incident_and_resolving_it_keeps_the_job(
    world: World,
) -> None:
    await world.deploy(ONCE)
    world.desk.answers.append(ConnectorError("no paper", code="Paper"))
    run = (await world.start("UsrOnce")).instance_id
    incident = await world.incident(run)
    assert (incident.code, incident.message) == ("Paper", "no paper")

    await world.engine.resolve(await world.uid_at(run, "work"))

    assert (await world.ended(run)).values["Score"] == 1
    assert world.desk.uids == [job_uid(run, JobId(1))] * 2


async def test_a_failure_that_another_try_would_not_help_is_an_incident_at_once(
    world: World,
) -> None:
    await world.deploy(WORK)
    world.desk.answers.append(ConnectorError("no such printer", retryable=False))

    outcome = await world.start("UsrWork")

    assert outcome.status is Status.ERROR
    assert len(world.desk.works) == 1


async def test_a_connector_that_raises_anything_has_failed_and_may_be_tried_again(
    world: World,
) -> None:
    await world.deploy(WORK, ONCE)
    world.desk.answers += [ZeroDivisionError("secret detail"), ZeroDivisionError("secret detail")]

    again = await world.start("UsrWork")
    stuck = await world.start("UsrOnce")

    assert again.status is Status.RUNNING
    incident = await world.incident(stuck.instance_id)
    assert incident.code == "ConnectorFailed"
    assert incident.message == (
        "handler failed unexpectedly (ZeroDivisionError); the log says more"
    )


async def test_work_of_a_kind_that_nobody_does_is_an_incident(tmp_path: Path) -> None:
    async with open_world(tmp_path, connectors={}) as world:
        await world.deploy(WORK)

        outcome = await world.start("UsrWork")

        assert outcome.status is Status.ERROR
        assert outcome.incidents[0].code == "NoConnector"
        assert outcome.incidents[0].message == "nothing here does jobs of kind 'handler'"


async def test_an_answer_that_its_parameter_cannot_hold_is_an_incident_of_the_same_job(
    world: World,
) -> None:
    await world.deploy(WORK)
    world.desk.answers.append({"score": "high"})
    run = (await world.start("UsrWork")).instance_id
    assert (await world.incident(run)).message.startswith("Score: 'high' is not an Integer")

    await world.engine.resolve(await world.uid_at(run, "work"))

    assert (await world.ended(run)).values["Score"] == 1
    assert len(set(world.desk.uids)) == 1


async def test_a_fault_of_our_own_is_an_incident_and_not_a_run_that_nobody_moves(
    world: World,
) -> None:
    await world.deploy(WORK)
    world.desk.answers.append({"score": Unkeepable()})

    outcome = await world.start("UsrWork")

    assert outcome.status is Status.ERROR
    assert outcome.incidents[0].code == "InternalError"
    await world.engine.resolve(await world.uid_at(outcome.instance_id, "work"))
    assert (await world.ended(outcome.instance_id)).status is Status.COMPLETED


class Unkeepable:
    """A value that no connector may answer; whoever looks at it fails."""

    def __repr__(self) -> str:
        raise AssertionError("a bug")


# -- who has a job in hand ------------------------------------------------------------------------


async def test_connectors_run_side_by_side_up_to_a_bound(world: World) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()

    runs = [(await world.start("UsrWork", wait=None)).instance_id for _ in range(50)]
    await world.desk.visits(worker.CONNECTORS_AT_ONCE_MAX)
    await polled()
    assert world.desk.busy == worker.CONNECTORS_AT_ONCE_MAX
    world.desk.open_again()

    for run in runs:
        await world.ended(run)
    assert world.desk.busiest == worker.CONNECTORS_AT_ONCE_MAX
    assert len(set(world.desk.uids)) == len(world.desk.uids) == 50


async def test_what_is_in_hand_is_given_back_when_the_worker_is_closed(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.deploy(WORK)
        world.desk.close_for_now()
        run = (await world.start("UsrWork", wait=None)).instance_id
        await world.desk.visits(1)

    async with open_world(tmp_path, polling=True) as again:
        assert (await again.ended(run)).status is Status.COMPLETED
        assert again.desk.uids == world.desk.uids


async def left_behind(folder: Path, clock: Clock, name: str = "UsrWork") -> InstanceId:
    """A run whose job is held by a program that died before it did it."""
    async with open_world(folder, clock=clock) as world:
        await world.deploy(WORK, straight("UsrAsk", user()))
        world.engine.holder = "a dead program"
        world.engine.on_due = lambda instance, job: None
        run = (await world.start(name, wait=None)).instance_id
        world.engine.holder = "gives back nothing"
    return run


async def test_jobs_of_a_dead_process_are_done_when_all_leases_are_ended(
    tmp_path: Path, clock: Clock
) -> None:
    run = await left_behind(tmp_path, clock)

    async with open_world(tmp_path, clock=clock) as world:
        await world.store.release_leases()
        world.worker.start_polling()

        assert (await world.ended(run)).status is Status.COMPLETED
        assert world.desk.uids == [job_uid(run, JobId(1))]


async def test_without_that_they_are_done_when_the_lease_is_over(
    tmp_path: Path, clock: Clock
) -> None:
    run = await left_behind(tmp_path, clock)

    async with open_world(tmp_path, clock=clock, polling=True) as world:
        await polled()
        assert world.desk.works == []

        clock.move(LEASE_SECONDS)
        assert (await world.ended(run)).status is Status.COMPLETED


async def test_a_job_that_takes_longer_than_its_lease_stays_in_the_same_hands(
    tmp_path: Path, clock: Clock
) -> None:
    async with (
        open_world(tmp_path, clock=clock, polling=True) as world,
        open_world(tmp_path, clock=clock, polling=True) as other,
    ):
        await world.deploy(WORK)
        world.desk.close_for_now()
        run = (await world.start("UsrWork", wait=None)).instance_id
        await world.desk.visits(1)

        for _ in range(10):
            clock.move(LEASE_SECONDS / 2)
            await renewed(tmp_path, clock)
        world.desk.open_again()

        assert (await world.ended(run)).status is Status.COMPLETED
        assert (len(world.desk.works), len(other.desk.works)) == (1, 0)


async def renewed(folder: Path, clock: Clock) -> None:
    """Wait until the lease of the one job is as long as it can be."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as store:
        for _ in range(2_000):
            (until,) = store.execute("select leased_until from job").fetchone()
            if until / 1000 - clock.now.timestamp() >= LEASE_SECONDS:
                return
            await asyncio.sleep(0.005)
    raise AssertionError("the lease is not renewed")


async def test_two_programs_share_the_work_and_do_nothing_twice(
    tmp_path: Path, clock: Clock
) -> None:
    async with open_world(tmp_path, clock=clock) as world:
        await world.deploy(WORK)
        world.engine.on_due = lambda instance, job: None
        runs = [(await world.start("UsrWork", wait=None)).instance_id for _ in range(30)]

    clock.move(LEASE_SECONDS)
    async with (
        open_world(tmp_path, clock=clock, polling=True) as one,
        open_world(tmp_path, clock=clock, polling=True) as two,
    ):
        for run in runs:
            await one.ended(run)
        done = one.desk.uids + two.desk.uids
        assert sorted(done) == sorted(job_uid(run, JobId(1)) for run in runs)


# -- a store that is away -------------------------------------------------------------------------


async def test_an_answer_is_kept_until_the_store_takes_it_and_the_work_is_not_done_again(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()
    run = (await world.start("UsrWork", wait=None)).instance_id
    await world.desk.visits(1)

    with no_file_may_grow_beyond(wal_of(tmp_path / FILE_NAME).stat().st_size):
        world.desk.open_again()
        await polled()
        assert await world.status(run) is Status.RUNNING

    assert (await world.ended(run)).values["Score"] == 1
    assert len(world.desk.works) == 1


async def test_the_poll_goes_on_when_the_store_is_back(tmp_path: Path, clock: Clock) -> None:
    run = await left_behind(tmp_path, clock)

    async with open_world(tmp_path, clock=clock) as world:
        await world.store.release_leases()
        with no_file_may_grow_beyond(wal_of(tmp_path / FILE_NAME).stat().st_size):
            world.worker.start_polling()
            await polled()
            assert world.desk.works == []

        assert (await world.ended(run)).status is Status.COMPLETED


# -- long turns -----------------------------------------------------------------------------------

ROUNDS = 4_000
LOOP = process(
    "UsrLoop",
    '<startEvent id="start"/>',
    formula("count", "Amount", "Amount + 1"),
    '<exclusiveGateway id="enough" default="enough_end"/>',
    '<endEvent id="end"/>',
    flow("start", "count"),
    flow("count", "enough"),
    flow("enough", "count", f"Amount &lt; {ROUNDS}"),
    flow("enough", "end"),
)


async def test_a_long_loop_does_not_starve_another_run(world: World) -> None:
    await world.deploy(LOOP, WORK)
    loop = await world.start("UsrLoop", {"Amount": "0"}, wait=None)

    others = [await world.start("UsrWork") for _ in range(3)]

    assert {other.status for other in others} == {Status.COMPLETED}
    assert await world.status(loop.instance_id) is Status.RUNNING
    done = await world.ended(loop.instance_id)
    assert (done.status, done.values["Amount"]) == (Status.COMPLETED, ROUNDS)


async def test_who_waits_for_a_long_run_gets_its_end(world: World) -> None:
    await world.deploy(LOOP)

    outcome = await world.start("UsrLoop", {"Amount": "0"})

    assert (outcome.status, outcome.values["Amount"]) == (Status.COMPLETED, ROUNDS)


async def test_a_long_run_goes_on_after_its_process_died(tmp_path: Path, clock: Clock) -> None:
    async with open_world(tmp_path, clock=clock) as world:
        await world.deploy(LOOP)
        world.engine.on_due = lambda instance, job: None
        run = (await world.start("UsrLoop", {"Amount": "0"}, wait=None)).instance_id
        assert 0 < (await world.load(run)).values["Amount"] < ROUNDS

    clock.move(timedelta(minutes=1).total_seconds())
    async with open_world(tmp_path, clock=clock, polling=True) as again:
        assert (await again.ended(run)).values["Amount"] == ROUNDS
