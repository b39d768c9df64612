"""Elements executed from outside, incidents resolved, runs cancelled: each once, whoever asks."""

import asyncio
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from procession.core.changes import ElementActivated, ElementCompleted
from procession.core.ids import InstanceId, JobId, element_uid, job_uid, new_instance_id
from procession.core.instance import Status
from procession.errors import (
    BadValue,
    ConnectorError,
    NotRunning,
    Rejected,
    UnknownElement,
    UnknownInstance,
)
from tests.histories import unfolded
from tests.unit.engine.drawing import call, flow, handler, process, straight, user
from tests.unit.engine.engine_world import ANN, World, number_of, open_world

ASK_UID = UUID("0f8b5c1e-0000-4000-8000-0000000000aa")
ASK = straight("UsrAsk", user(uid=str(ASK_UID)))
THEN_ASK_AGAIN = straight("UsrAskTwice", user("ask"), user("again"))
STOP = process(
    "UsrStop",
    '<startEvent id="start"/>',
    user("stop"),
    user("other"),
    '<endEvent id="all"><terminateEventDefinition/></endEvent>',
    *(flow("start", "stop"), flow("start", "other"), flow("stop", "all")),
)
WIDE = process(
    "UsrWide",
    '<startEvent id="start"/>',
    *(user(f"ask{n}") + flow("start", f"ask{n}") for n in range(20)),
)


async def execute(world: World, uid: UUID, by: str = ANN) -> None:
    await world.engine.execute_element(uid, {}, caller=by)


async def completions(world: World, run: InstanceId) -> Counter[str]:
    """How often each element of a run was completed, by its history."""
    turns = await world.store.history(run)
    changes = list(unfolded(change for turn in turns for change in turn.changes))
    names = {each.id: each.element for each in changes if isinstance(each, ElementActivated)}
    done = [each.id for each in changes if isinstance(each, ElementCompleted)]
    return Counter(names.get(number, "") for number in done)


# -- by the GUID of the element in its run --------------------------------------------------------


async def test_a_user_task_is_executed_by_its_guid_and_takes_values(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id

    await world.execute(run, "ask", {"Text": "approved", "Amount": 3})

    instance = await world.load(run)
    assert instance.status is Status.COMPLETED
    assert (instance.values["Text"], instance.values["Amount"]) == ("approved", 3)


async def test_values_that_do_not_fit_change_nothing(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id

    with pytest.raises(BadValue, match="Amount: 'many'"):
        await world.execute(run, "ask", {"Text": "fine", "Amount": "many"})

    assert (await world.load(run)).values["Text"] is None
    await world.execute(run, "ask")


async def test_an_element_that_was_executed_is_not_executed_again(world: World) -> None:
    await world.deploy(THEN_ASK_AGAIN)
    run = (await world.start("UsrAskTwice")).instance_id
    first = await world.uid_at(run, "ask")
    await execute(world, first)
    _, revision = await world.engine.load(run)

    await execute(world, first)

    assert (await world.engine.load(run))[1] == revision
    assert await world.uid_at(run, "again") != first


async def test_nor_is_one_of_a_run_that_has_ended(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id
    uid = await world.uid_at(run, "ask")
    await execute(world, uid)

    await execute(world, uid)

    assert await completions(world, run) == {"start": 1, "ask": 1, "end": 1, "": 1}


async def test_fifty_callers_at_once_execute_it_once(world: World) -> None:
    await world.deploy(THEN_ASK_AGAIN)
    run = (await world.start("UsrAskTwice")).instance_id
    uid = await world.uid_at(run, "ask")

    await asyncio.gather(*(execute(world, uid) for _ in range(50)))

    assert await completions(world, run) == {"start": 1, "ask": 1}
    assert (await world.engine.load(run))[1] == 2


async def test_so_do_callers_of_two_programs(world: World, tmp_path: Path) -> None:
    await world.deploy(THEN_ASK_AGAIN)
    run = (await world.start("UsrAskTwice")).instance_id
    uid = await world.uid_at(run, "ask")

    async with open_world(tmp_path) as other:
        both = [world, other]
        await asyncio.gather(*(execute(both[n % 2], uid) for n in range(50)))

    assert await completions(world, run) == {"start": 1, "ask": 1}


async def test_two_programs_that_change_one_run_at_once_both_get_through(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(WIDE)
    run = (await world.start("UsrWide")).instance_id
    uids = [await world.uid_at(run, f"ask{n}") for n in range(20)]

    async with open_world(tmp_path) as other:
        await asyncio.gather(*(execute((world, other)[n % 2], uid) for n, uid in enumerate(uids)))

    done = await completions(world, run)
    assert [done[f"ask{n}"] for n in range(20)] == [1] * 20
    assert await world.status(run) is Status.COMPLETED


async def test_an_element_that_was_terminated_is_refused(world: World) -> None:
    await world.deploy(STOP)
    run = (await world.start("UsrStop")).instance_id
    other = await world.uid_at(run, "other")
    await world.execute(run, "stop")

    with pytest.raises(NotRunning, match="was terminated"):
        await execute(world, other)

    assert await world.status(run) is Status.COMPLETED


async def test_an_element_of_a_cancelled_run_is_refused(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id
    uid = await world.uid_at(run, "ask")
    await world.engine.cancel(run, "not wanted any more")

    with pytest.raises(NotRunning):
        await execute(world, uid)


async def test_a_guid_that_names_nothing_executable_is_refused(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id
    nothing = {
        "a run": run,
        "a job": job_uid(run, JobId(1)),
        "no element yet": element_uid(run, number_of(UUID(int=3))),
        "no run": element_uid(new_instance_id(1, 2), number_of(UUID(int=1))),
        "nothing at all": uuid4(),
    }

    for what, uid in nothing.items():
        with pytest.raises(UnknownElement):
            await execute(world, uid)
        assert (await world.engine.load(run))[1] == 1, what


async def test_an_element_that_waits_for_something_else_is_refused(world: World) -> None:
    await world.deploy(ASK, straight("UsrCall", call("UsrAsk")))
    run = (await world.start("UsrCall")).instance_id

    with pytest.raises(Rejected, match="waits for something else than a caller"):
        await world.execute(run, "call")


# -- by the GUID of the element in its schema -----------------------------------------------------


async def test_the_only_one_alive_is_found_by_the_guid_of_its_schema(world: World) -> None:
    await world.deploy(ASK)
    done = (await world.start("UsrAsk")).instance_id
    await world.execute(done, "ask")
    await world.start("UsrAsk", by="Bob")
    run = (await world.start("UsrAsk")).instance_id

    await execute(world, ASK_UID)

    assert await world.status(run) is Status.COMPLETED
    with pytest.raises(UnknownElement):
        await execute(world, ASK_UID)


async def test_of_several_none_is_chosen(world: World) -> None:
    await world.deploy(ASK)
    runs = [(await world.start("UsrAsk")).instance_id for _ in range(2)]

    with pytest.raises(Rejected, match="several of your runs wait at the element"):
        await execute(world, ASK_UID)

    assert [await world.status(run) for run in runs] == [Status.RUNNING] * 2


async def test_the_runs_that_my_run_has_called_are_mine_too(world: World) -> None:
    await world.deploy(ASK, straight("UsrCall", call("UsrAsk")))
    run = (await world.start("UsrCall")).instance_id

    await execute(world, ASK_UID)

    assert (await world.ended(run)).status is Status.COMPLETED


# -- incidents ------------------------------------------------------------------------------------


async def test_a_failed_element_is_tried_again_when_it_is_executed(world: World) -> None:
    await world.deploy(straight("UsrWork", handler(retries=1)))
    world.desk.answers.append(ConnectorError("no paper"))
    run = (await world.start("UsrWork")).instance_id

    await world.execute(run, "work")

    assert (await world.ended(run)).status is Status.COMPLETED
    assert len(set(world.desk.uids)) == 1


async def test_a_try_that_is_put_off_is_made_now_when_its_element_is_executed(
    world: World,
) -> None:
    await world.deploy(straight("UsrWork", handler()))
    world.desk.answers.append(ConnectorError("no paper"))
    run = (await world.start("UsrWork")).instance_id
    assert await world.status(run) is Status.RUNNING

    await world.execute(run, "work")

    assert (await world.ended(run)).status is Status.COMPLETED


async def test_an_incident_is_resolved_by_the_guid_of_its_element(world: World) -> None:
    await world.deploy(straight("UsrWork", handler(retries=1)))
    world.desk.answers.append(ConnectorError("no paper"))
    run = (await world.start("UsrWork")).instance_id

    await world.engine.resolve(await world.uid_at(run, "work"))

    assert (await world.ended(run)).incidents == {}


async def test_what_has_no_incident_cannot_be_resolved(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id

    with pytest.raises(Rejected, match="ask has no incident"):
        await world.engine.resolve(await world.uid_at(run, "ask"))
    with pytest.raises(UnknownElement):
        await world.engine.resolve(job_uid(run, JobId(1)))
    with pytest.raises(UnknownInstance):
        await world.engine.resolve(new_instance_id(1, 2))

    await world.execute(run, "ask")
    with pytest.raises(NotRunning, match="has ended"):
        await world.engine.resolve(run)


# -- cancelling -----------------------------------------------------------------------------------


async def test_a_cancelled_run_is_over_and_its_work_is_not_answered(world: World) -> None:
    await world.deploy(straight("UsrWork", handler()))
    world.desk.close_for_now()
    run = (await world.start("UsrWork", wait=None)).instance_id
    await world.desk.visits(1)

    await world.engine.cancel(run, "not wanted any more")
    world.desk.open_again()
    await world.engine.settle(run)

    instance = await world.load(run)
    assert (instance.status, instance.values["Score"]) == (Status.CANCELED, None)
    row = await world.store.instance(run)
    assert row is not None
    assert row.ended_at == world.clock.now


async def test_what_is_over_cannot_be_cancelled(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id
    await world.execute(run, "ask")

    with pytest.raises(NotRunning):
        await world.engine.cancel(run, "too late")
    with pytest.raises(UnknownInstance):
        await world.engine.cancel(new_instance_id(1, 2), "never there")


async def test_no_more_runs_are_listed_than_are_wanted(world: World) -> None:
    await world.deploy(ASK)
    for _ in range(3):
        await world.start("UsrAsk")

    assert len(await world.engine.instances(limit=2)) == 2
    assert await world.engine.instances(limit=0) == []
    assert await world.engine.instances(limit=-1) == []
