"""Runs in a store: what is committed is there, once, whole, and under its revision only."""

import asyncio
from datetime import timedelta

import pytest

from procession.core.changes import Parent
from procession.core.commands import (
    CancelProcess,
    ExecuteElement,
    FailJob,
    StartProcess,
)
from procession.core.decide import decide
from procession.core.ids import ElementInstanceId, JobId
from procession.core.instance import Status
from procession.core.turn import Context
from procession.errors import Conflict
from procession.stores import Store, Write
from tests.stores.runs import (
    ANN,
    NOW,
    WAITING,
    WORKING,
    advanced,
    decided,
    lease,
    line,
    loaded,
    new_id,
    replayed,
    start,
    started,
    uid_of,
    user_task,
)

USER_TASK = ElementInstanceId(2)
JOB = JobId(1)
EXECUTE = ExecuteElement(USER_TASK, {})
LATER = NOW + timedelta(minutes=5)


async def test_a_started_run_is_loaded_as_it_was_decided(store: Store) -> None:
    write = start(values={"Text": "Grüße, 世界 🎈"})

    await store.commit([write], at=NOW, lease=lease())

    assert await store.load(write.decision.instance.instance_id) == (write.decision.instance, 1)


async def test_each_load_gives_an_instance_of_its_own(store: Store) -> None:
    run = await started(store)
    first, _ = await loaded(store, run)

    first.root.values["Text"] = "changed"

    assert (await loaded(store, run))[0].values == {"Text": "given"}


async def test_an_unknown_run_is_none(store: Store) -> None:
    assert await store.load(new_id()) is None
    assert await store.instance(new_id()) is None
    assert await store.elements(new_id()) == []
    assert await store.history(new_id()) == []


async def test_the_row_of_a_run_says_who_started_it_when_and_how_it_stands(store: Store) -> None:
    run = await started(store)

    row = await store.instance(run)

    assert row is not None
    assert (row.id, row.process, row.version, row.caller) == (run, "UsrLine", 1, ANN)
    assert (row.status, row.revision, row.parent) == (Status.RUNNING, 1, None)
    assert (row.started_at, row.ended_at) == (NOW, None)


async def test_a_run_that_has_ended_says_when(store: Store) -> None:
    run = await started(store)

    await advanced(store, WAITING, run, EXECUTE, LATER)

    row = await store.instance(run)
    assert row is not None
    assert (row.status, row.revision) == (Status.COMPLETED, 2)
    assert (row.started_at, row.ended_at) == (NOW, LATER)


async def test_a_failed_run_has_not_ended(store: Store) -> None:
    run = await started(store, WORKING)

    await advanced(store, WORKING, run, FailJob(JOB, "Broken", "it broke", retryable=False))

    row = await store.instance(run)
    assert row is not None
    assert (row.status, row.ended_at) == (Status.ERROR, None)


async def test_a_run_knows_the_run_that_called_it(store: Store) -> None:
    parent = Parent(await started(store), JobId(7), 1)
    command = StartProcess(new_id(), {}, ANN, parent)
    child = decide(WAITING, None, command, Context(NOW))

    await store.commit([Write(WAITING, child, 0)], at=NOW, lease=lease())

    row = await store.instance(command.instance)
    assert row is not None
    assert row.parent == parent.instance
    assert (await loaded(store, command.instance))[0].parent == parent


# -- revisions ------------------------------------------------------------------------------------


async def test_the_second_of_two_decisions_on_one_revision_is_a_conflict(store: Store) -> None:
    run = await started(store)
    first = await decided(store, WAITING, run, EXECUTE)
    second = await decided(store, WAITING, run, CancelProcess("too slow"))
    await store.commit([first], at=NOW, lease=lease())

    with pytest.raises(Conflict):
        await store.commit([second], at=NOW, lease=lease())

    assert await store.load(run) == (first.decision.instance, 2)
    assert await replayed(store, run) == first.decision.instance


async def test_another_program_that_was_faster_makes_a_conflict_too(
    store: Store, other: Store
) -> None:
    run = await started(store)
    mine = await decided(store, WAITING, run, EXECUTE)
    await advanced(other, WAITING, run, EXECUTE)

    with pytest.raises(Conflict):
        await store.commit([mine], at=NOW, lease=lease())


async def test_a_run_starts_once(store: Store) -> None:
    write = start()
    await store.commit([write], at=NOW, lease=lease())

    with pytest.raises(Conflict):
        await store.commit([write], at=NOW, lease=lease())

    assert len(await store.history(write.decision.instance.instance_id)) == 1


async def test_a_change_of_a_run_that_is_not_there_is_a_conflict(store: Store) -> None:
    write = start()

    with pytest.raises(Conflict):
        await store.commit([Write(WAITING, write.decision, 3)], at=NOW, lease=lease())

    assert await store.load(write.decision.instance.instance_id) is None


async def test_a_conflict_fails_alone_and_what_was_committed_with_it_is_kept(store: Store) -> None:
    run = await started(store)
    late = await decided(store, WAITING, run, CancelProcess("too slow"))
    await advanced(store, WAITING, run, EXECUTE)
    fresh = [start() for _ in range(20)]
    writes = [*fresh[:10], late, *fresh[10:]]

    answers = await asyncio.gather(
        *(store.commit([write], at=NOW, lease=lease()) for write in writes),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers if answer is not None] == [Conflict]
    assert isinstance(answers[10], Conflict)
    for write in fresh:
        assert await store.load(write.decision.instance.instance_id) == (write.decision.instance, 1)


@pytest.mark.parametrize("late_one_first", [True, False])
async def test_a_commit_of_several_runs_is_kept_whole_or_not_at_all(
    store: Store, late_one_first: bool
) -> None:
    run = await started(store)
    late = await decided(store, WAITING, run, CancelProcess("too slow"))
    await advanced(store, WAITING, run, EXECUTE)
    new = start(WORKING)
    writes = [late, new] if late_one_first else [new, late]

    with pytest.raises(Conflict):
        await store.commit(writes, at=NOW, lease=lease())

    new_run = new.decision.instance.instance_id
    assert await store.load(new_run) is None
    assert await store.elements(new_run) == []
    assert await store.history(new_run) == []
    assert await store.claim_jobs(now=LATER, lease=lease(), limit=9) == []
    assert (await loaded(store, run))[0].status is Status.COMPLETED


async def test_a_commit_of_several_runs_keeps_them_all(store: Store) -> None:
    run = await started(store)
    changed, new = await decided(store, WAITING, run, EXECUTE), start(WORKING)

    await store.commit([changed, new], at=NOW, lease=lease())

    assert await store.load(run) == (changed.decision.instance, 2)
    assert await store.load(new.decision.instance.instance_id) == (new.decision.instance, 1)


async def test_a_refused_commit_of_several_does_not_take_its_neighbours_with_it(
    store: Store,
) -> None:
    run = await started(store)
    late = await decided(store, WAITING, run, CancelProcess("too slow"))
    await advanced(store, WAITING, run, EXECUTE)
    before, after = start(), start()

    answers = await asyncio.gather(
        store.commit([before], at=NOW, lease=lease()),
        store.commit([start(), late], at=NOW, lease=lease()),
        store.commit([after], at=NOW, lease=lease()),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [type(None), Conflict, type(None)]
    assert len(await store.instances(process=None, status=None, limit=99)) == 3


# -- lists ----------------------------------------------------------------------------------------


async def test_runs_are_listed_newest_first_up_to_the_limit(store: Store) -> None:
    runs = [await started(store) for _ in range(5)]

    rows = await store.instances(process=None, status=None, limit=3)

    assert [row.id for row in rows] == [runs[4], runs[3], runs[2]]


async def test_runs_are_listed_by_process_and_by_status(store: Store) -> None:
    other_process = line(user_task(), name="UsrOther")
    waiting, ended = await started(store), await started(store)
    elsewhere = await started(store, other_process)
    await advanced(store, WAITING, ended, EXECUTE)

    async def listed(process: str | None, status: Status | None) -> set[object]:
        rows = await store.instances(process=process, status=status, limit=99)
        return {row.id for row in rows}

    assert await listed("UsrLine", None) == {waiting, ended}
    assert await listed(None, Status.RUNNING) == {waiting, elsewhere}
    assert await listed("UsrLine", Status.COMPLETED) == {ended}
    assert await listed("UsrNone", None) == set()


# -- elements -------------------------------------------------------------------------------------


async def test_what_is_alive_between_two_turns_has_a_row(store: Store) -> None:
    run = await started(store)

    (row,) = await store.elements(run)

    assert (row.id, row.element, row.state, row.since) == (USER_TASK, "wait", "active", NOW)


async def test_what_has_ended_has_no_row(store: Store) -> None:
    run = await started(store)

    await advanced(store, WAITING, run, EXECUTE)

    assert await store.elements(run) == []


async def test_an_element_that_fails_says_so_and_since_when(store: Store) -> None:
    run = await started(store, WORKING)

    fail = FailJob(JOB, "Broken", "it broke", retryable=False)
    await advanced(store, WORKING, run, fail, LATER)

    (row,) = await store.elements(run)
    assert (row.element, row.state, row.since) == ("work", "failed", LATER)


async def test_an_element_of_a_schema_is_found_in_the_runs_of_its_caller(store: Store) -> None:
    mine, done = await started(store), await started(store)
    await started(store, caller="Bob")
    await started(store, WORKING)
    await advanced(store, WAITING, done, EXECUTE)

    assert await store.live_elements(uid_of("wait"), caller=ANN, limit=9) == [(mine, USER_TASK)]
    assert await store.live_elements(uid_of("nothing"), caller=ANN, limit=9) == []


async def test_no_more_live_elements_are_looked_for_than_are_wanted(store: Store) -> None:
    for _ in range(3):
        await started(store)

    assert len(await store.live_elements(uid_of("wait"), caller=ANN, limit=2)) == 2


# -- history --------------------------------------------------------------------------------------


async def test_the_history_tells_each_turn_when_it_was_and_what_happened(store: Store) -> None:
    write = start()
    await store.commit([write], at=NOW, lease=lease())
    run = write.decision.instance.instance_id
    second = await advanced(store, WAITING, run, EXECUTE, LATER)

    turns = await store.history(run)

    assert [(turn.revision, turn.at) for turn in turns] == [(1, NOW), (2, LATER)]
    assert [turn.changes for turn in turns] == [write.decision.changes, second.changes]


async def test_the_history_comes_in_pages(store: Store) -> None:
    tasks = line(*(user_task(f"wait{number}") for number in range(10)))
    run = await started(store, tasks)
    for number in range(10):
        await advanced(store, tasks, run, ExecuteElement(ElementInstanceId(number + 2), {}))

    first = await store.history(run, limit=4)
    second = await store.history(run, after=first[-1].revision, limit=4)
    third = await store.history(run, after=second[-1].revision, limit=4)

    assert [turn.revision for turn in [*first, *second, *third]] == list(range(1, 12))
    assert await store.history(run, after=11) == []


async def test_the_history_tells_the_state_that_is_stored(store: Store) -> None:
    process = line(user_task("first"), user_task("second"))
    run = await started(store, process)
    await advanced(store, process, run, ExecuteElement(USER_TASK, {}))
    await advanced(store, process, run, CancelProcess("enough"))

    assert await replayed(store, run) == (await loaded(store, run))[0]
