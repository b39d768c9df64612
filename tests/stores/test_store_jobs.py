"""Jobs in a store: each is in one pair of hands at a time, and never lost."""

import asyncio
from datetime import timedelta

from procession.core.commands import CompleteJob, FailJob
from procession.core.ids import InstanceId, JobId
from procession.stores import DueJob, Store
from tests.stores.runs import NOW, WORKING, advanced, lease, line, service_task, started

JOB = JobId(1)
LATER = NOW + timedelta(minutes=5)
RETRY = FailJob(JOB, "Broken", "it broke")
PARK = FailJob(JOB, "Broken", "it broke", retryable=False)
RETRY_SECONDS = 10


async def claimed(store: Store, holder: str, seconds: float, limit: int = 99) -> list[InstanceId]:
    """The runs of the jobs that the holder gets so many seconds after NOW."""
    at = NOW + timedelta(seconds=seconds)
    jobs = await store.claim_jobs(now=at, lease=lease(holder, at=at), limit=limit)
    return [job.instance for job in jobs]


async def test_a_job_that_is_due_at_once_is_held_by_whoever_made_it_so(store: Store) -> None:
    await started(store, WORKING)

    assert await claimed(store, "another", seconds=1) == []


async def test_a_job_whose_holder_is_gone_is_claimed_when_its_lease_is_over(store: Store) -> None:
    run = await started(store, WORKING)

    assert await claimed(store, "another", seconds=29) == []
    assert await claimed(store, "another", seconds=30) == [run]
    assert await claimed(store, "third", seconds=31) == []


async def test_a_claimed_job_says_what_it_is(store: Store) -> None:
    run = await started(store, WORKING)

    jobs = await store.claim_jobs(now=LATER, lease=lease(at=LATER), limit=9)

    assert jobs == [DueJob(run, JOB, "work")]


async def test_a_job_is_claimed_when_it_is_due_and_not_before(store: Store) -> None:
    run = await started(store, WORKING)
    await advanced(store, WORKING, run, RETRY)

    assert await claimed(store, "another", seconds=RETRY_SECONDS - 0.001) == []
    assert await claimed(store, "another", seconds=RETRY_SECONDS) == [run]


async def test_a_parked_job_is_nobodys(store: Store) -> None:
    run = await started(store, WORKING)

    await advanced(store, WORKING, run, PARK)

    assert await claimed(store, "another", seconds=10_000) == []


async def test_a_closed_job_is_gone(store: Store) -> None:
    run = await started(store, WORKING)

    await advanced(store, WORKING, run, CompleteJob(JOB, {}))

    assert await claimed(store, "another", seconds=10_000) == []


async def test_the_next_job_of_a_run_is_held_by_whoever_made_it_due(store: Store) -> None:
    two = line(service_task("first"), service_task("second"))
    run = await started(store, two)

    await advanced(store, two, run, CompleteJob(JOB, {}))

    assert await claimed(store, "another", seconds=29) == []
    jobs = await store.claim_jobs(now=LATER, lease=lease(at=LATER), limit=9)
    assert jobs == [DueJob(run, JobId(2), "work")]


async def test_what_is_due_longest_is_claimed_first_up_to_the_limit(store: Store) -> None:
    runs = [await started(store, WORKING, at=NOW + timedelta(seconds=s)) for s in (3, 1, 2)]

    assert await claimed(store, "another", seconds=100, limit=2) == [runs[1], runs[2]]
    assert await claimed(store, "another", seconds=100, limit=2) == [runs[0]]


async def test_two_claimers_at_once_get_different_jobs(store: Store, other: Store) -> None:
    runs = [await started(store, WORKING) for _ in range(40)]

    parts = await asyncio.gather(
        *(claimed(each, f"holder {n}", 60, limit=7) for n in range(4) for each in (store, other))
    )

    found = [run for part in parts for run in part]
    assert sorted(found) == sorted(runs)


async def test_a_lease_that_is_renewed_keeps_others_out(store: Store) -> None:
    await started(store, WORKING)

    await store.renew_leases(lease(seconds=120))

    assert await claimed(store, "another", seconds=119) == []
    assert len(await claimed(store, "another", seconds=120)) == 1


async def test_only_what_one_holds_is_renewed(store: Store) -> None:
    await started(store, WORKING)
    run = await started(store, WORKING)
    await advanced(store, WORKING, run, RETRY)

    await store.renew_leases(lease("another", seconds=1_000))

    assert len(await claimed(store, "third", seconds=30)) == 2


async def test_what_one_holder_gives_back_is_free_and_nothing_else_is(store: Store) -> None:
    mine, theirs = await started(store, WORKING), await started(store, WORKING)
    assert await claimed(store, "another", seconds=30, limit=1) == [mine]

    await store.release_leases("another")

    assert await claimed(store, "third", seconds=30.001) == [mine, theirs]


async def test_a_holder_gives_back_what_it_holds_only(store: Store) -> None:
    await started(store, WORKING)

    await store.release_leases("another")

    assert await claimed(store, "third", seconds=1) == []


async def test_all_leases_can_be_ended_at_once(store: Store) -> None:
    runs = [await started(store, WORKING) for _ in range(3)]

    await store.release_leases()

    assert sorted(await claimed(store, "another", seconds=1)) == sorted(runs)


async def test_leases_that_are_ended_leave_alone_what_is_not_due(store: Store) -> None:
    run = await started(store, WORKING)
    await advanced(store, WORKING, run, RETRY)

    await store.release_leases()

    assert await claimed(store, "another", seconds=1) == []
    assert await claimed(store, "another", seconds=RETRY_SECONDS) == [run]
