"""Call activities: values go there and come back, and what happens to one run reaches the other."""

import asyncio
from pathlib import Path

import pytest

from procession.calls import CALL_DEPTH_MAX, Calls
from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.errors import ConnectorError, InvalidProcess
from procession.stores.sqlite import FILE_NAME
from tests.stores.trouble import no_file_may_grow_beyond, wal_of
from tests.unit.engine.drawing import call, flow, formula, handler, process, straight, user
from tests.unit.engine.engine_world import World, open_world

DOUBLE = straight("UsrDouble", formula("double", "Score", "Amount * 2"))
CALLS = straight("UsrCalls", call("UsrDouble"))
ASK = straight("UsrAsk", user())
CALLS_ASK = straight("UsrCallsAsk", call("UsrAsk"))
CALLS_TWICE = straight("UsrCallsTwice", call("UsrCallsAsk"))
FACTORIAL = process(
    "UsrFactorial",
    '<startEvent id="start"/>',
    '<exclusiveGateway id="more" default="more_one"/>',
    call("UsrFactorial", given="Amount - 1"),
    formula("times", "Score", "Score * Amount"),
    formula("one", "Score", "1"),
    '<endEvent id="end"/>',
    flow("start", "more"),
    flow("more", "call", "Amount &gt; 1"),
    flow("more", "one"),
    flow("call", "times"),
    flow("times", "end"),
    flow("one", "end"),
)
WITHOUT_END = process(
    "UsrWithoutEnd",
    '<startEvent id="start"/>',
    '<exclusiveGateway id="more" default="more_end"/>',
    call("UsrWithoutEnd"),
    '<endEvent id="end"/>',
    flow("start", "more"),
    flow("more", "call", "Amount &gt; 0"),
    flow("more", "end"),
    flow("call", "end"),
)


async def problems(world: World, *processes: str) -> list[str]:
    """The codes of what keeps the processes from being deployed."""
    with pytest.raises(InvalidProcess) as refused:
        await world.deploy(*processes)
    return [problem.code for problem in refused.value.problems]


# -- values ---------------------------------------------------------------------------------------


async def test_values_go_to_the_called_process_and_come_back(world: World) -> None:
    await world.deploy(DOUBLE, CALLS)

    outcome = await world.start("UsrCalls", {"Amount": "21"})

    assert (outcome.status, outcome.values["Score"]) == (Status.COMPLETED, 42)


async def test_each_of_the_two_is_a_run_and_knows_the_other(world: World) -> None:
    await world.deploy(DOUBLE, CALLS)
    run = (await world.start("UsrCalls")).instance_id

    child, parent = sorted(await world.engine.instances(), key=lambda row: row.parent is None)

    assert (parent.id, parent.parent, child.parent) == (run, None, run)
    assert {parent.status, child.status} == {Status.COMPLETED}
    assert parent.caller == child.caller
    for each in (parent, child):
        await world.load(each.id)


async def test_the_same_call_in_a_loop_is_a_run_each_time(world: World) -> None:
    loop = process(
        "UsrLoop",
        '<startEvent id="start"/>',
        call("UsrDouble"),
        formula("add", "Amount", "Amount + Score"),
        '<exclusiveGateway id="enough" default="enough_end"/>',
        '<endEvent id="end"/>',
        flow("start", "call"),
        flow("call", "add"),
        flow("add", "enough"),
        flow("enough", "call", "Amount &lt; 100"),
        flow("enough", "end"),
    )
    await world.deploy(DOUBLE, loop)

    outcome = await world.start("UsrLoop", {"Amount": "1"})

    assert outcome.values["Amount"] == 3**5
    assert await world.runs() == 6


async def test_a_value_that_the_called_process_cannot_hold_is_an_incident_of_the_call(
    world: World,
) -> None:
    await world.deploy(DOUBLE, straight("UsrCalls", call("UsrDouble", given="Text")))

    outcome = await world.start("UsrCalls", {"Text": "many"})

    assert outcome.status is Status.ERROR
    assert outcome.incidents[0].element == "call"
    assert outcome.incidents[0].message.startswith("Amount: 'many' is not an Integer")
    assert await world.runs() == 1


async def test_a_process_that_is_not_there_yet_is_an_incident_that_can_be_resolved(
    world: World,
) -> None:
    await world.deploy(CALLS)
    run = (await world.start("UsrCalls")).instance_id
    incident = await world.incident(run)
    assert incident.code == "UnknownProcess"
    assert "there is no process 'UsrDouble'" in incident.message

    await world.deploy(DOUBLE)
    await world.engine.resolve(await world.uid_at(run, "call"))

    assert (await world.ended(run)).values["Score"] == 14


# -- waiting --------------------------------------------------------------------------------------


async def test_who_waits_for_the_caller_waits_for_the_work_of_the_called(world: World) -> None:
    await world.deploy(straight("UsrWork", handler()), straight("UsrCalls", call("UsrWork")))
    world.desk.answers.append({"score": 42})

    outcome = await world.start("UsrCalls")

    assert (outcome.status, outcome.values["Score"]) == (Status.COMPLETED, 42)


async def test_a_called_run_that_rests_lets_the_caller_rest(world: World) -> None:
    await world.deploy(ASK, CALLS_ASK)

    outcome = await world.start("UsrCallsAsk")

    assert outcome.status is Status.RUNNING
    child = await world.child_of(outcome.instance_id)
    await world.execute(child, "ask")
    assert (await world.ended(outcome.instance_id)).status is Status.COMPLETED
    assert await world.status(child) is Status.COMPLETED


async def test_a_called_run_that_fails_keeps_its_caller_waiting_until_it_is_resolved(
    world: World,
) -> None:
    work = straight("UsrWork", handler(retries=1))
    await world.deploy(work, straight("UsrCalls", call("UsrWork")))
    world.desk.answers.append(ConnectorError("no paper"))

    outcome = await world.start("UsrCalls")

    assert outcome.status is Status.RUNNING
    child = await world.child_of(outcome.instance_id)
    assert await world.status(child) is Status.ERROR
    await world.engine.resolve(await world.uid_at(child, "work"))
    assert (await world.ended(outcome.instance_id)).values["Score"] == 1


# -- cancelling -----------------------------------------------------------------------------------


async def test_a_call_that_was_given_up_starts_no_child_when_it_is_tried_late(world: World) -> None:
    await world.deploy(CALLS)
    run = (await world.start("UsrCalls")).instance_id
    await world.incident(run)
    await world.deploy(DOUBLE)
    job = next(iter((await world.load(run)).jobs.values()))

    assert await Calls(world.engine).start_child(run, job.id) is None

    assert await world.runs() == 1


async def test_a_called_run_that_is_cancelled_is_an_incident_of_its_caller(world: World) -> None:
    await world.deploy(ASK, CALLS_ASK)
    run = (await world.start("UsrCallsAsk")).instance_id
    child = await world.child_of(run)

    await world.engine.cancel(child, "not wanted any more")
    await world.engine.settle(child)

    incident = await world.incident(run)
    assert incident.code == "ChildCanceled"
    assert incident.message == f"the called process UsrAsk was cancelled (run {child})"


async def test_resolving_that_calls_anew(world: World) -> None:
    await world.deploy(ASK, CALLS_ASK)
    run = (await world.start("UsrCallsAsk")).instance_id
    first = await world.child_of(run)
    await world.engine.cancel(first, "not wanted any more")
    await world.engine.settle(first)

    await world.engine.resolve(await world.uid_at(run, "call"))
    await world.engine.settle(run)

    second = await world.child_of(run)
    assert second != first
    await world.execute(second, "ask")
    assert (await world.ended(run)).status is Status.COMPLETED


async def test_a_cancelled_run_takes_all_that_it_has_called_with_it(world: World) -> None:
    await world.deploy(ASK, CALLS_ASK, CALLS_TWICE)
    run = (await world.start("UsrCallsTwice")).instance_id
    child = await world.child_of(run)
    grandchild = await world.child_of(child)

    await world.engine.cancel(run, "enough")

    for each in (run, child, grandchild):
        assert (await world.ended(each)).status is Status.CANCELED
        await world.engine.settle(each)
        assert (await world.load(each)).jobs == {}


async def test_a_called_run_that_ends_as_its_caller_is_cancelled_ends_once(world: World) -> None:
    await world.deploy(ASK, CALLS_ASK)
    runs = [(await world.start("UsrCallsAsk")).instance_id for _ in range(10)]
    children = [await world.child_of(run) for run in runs]

    await asyncio.gather(
        *(world.execute(child, "ask") for child in children),
        *(world.engine.cancel(run, "enough") for run in runs),
        return_exceptions=True,
    )

    for each in (*runs, *children):
        assert (await world.ended(each)).status.final
        await world.engine.settle(each)
        assert (await world.load(each)).jobs == {}


# -- calls within calls ---------------------------------------------------------------------------


async def test_a_process_may_call_itself_if_it_can_do_without(world: World) -> None:
    await world.deploy(FACTORIAL)

    outcome = await world.start("UsrFactorial", {"Amount": "10"})

    assert (outcome.status, outcome.values["Score"]) == (Status.COMPLETED, 3_628_800)


async def test_calls_that_never_end_are_an_incident_at_a_certain_depth(world: World) -> None:
    await world.deploy(WITHOUT_END)

    run = (await world.start("UsrWithoutEnd")).instance_id

    assert await world.runs() == CALL_DEPTH_MAX + 1
    (stuck,) = await world.engine.instances(status=Status.ERROR)
    assert "nested more than 100 deep" in (await world.incident(stuck.id)).message
    await world.engine.cancel(run, "enough")
    assert (await world.ended(stuck.id)).status is Status.CANCELED


async def test_a_call_of_itself_that_no_path_avoids_is_not_deployed(world: World) -> None:
    assert await problems(world, straight("UsrSelf", call("UsrSelf"))) == ["endless-calls"]
    assert await world.engine.catalog.processes() == []


async def test_nor_is_one_in_a_circle_and_the_message_tells_the_way(world: World) -> None:
    circle = [
        straight("UsrA", call("UsrB")),
        straight("UsrB", call("UsrC")),
        straight("UsrC", call("UsrA")),
    ]

    with pytest.raises(InvalidProcess, match="UsrA → UsrB → UsrC → UsrA"):
        await world.deploy(*circle)


async def test_nor_is_the_last_piece_of_a_circle(world: World) -> None:
    await world.deploy(straight("UsrA", call("UsrB")))

    assert await problems(world, straight("UsrB", call("UsrA"))) == ["endless-calls"]


async def test_a_circle_that_one_of_its_processes_can_leave_is_deployed(world: World) -> None:
    may_leave = process(
        "UsrB",
        '<startEvent id="start"/>',
        '<exclusiveGateway id="more" default="more_end"/>',
        call("UsrA", given="Amount - 1"),
        '<endEvent id="end"/>',
        flow("start", "more"),
        flow("more", "call", "Amount &gt; 0"),
        flow("more", "end"),
        flow("call", "end"),
    )
    await world.deploy(straight("UsrA", call("UsrB")), may_leave)

    outcome = await world.start("UsrA", {"Amount": "3"})

    assert outcome.status is Status.COMPLETED
    assert await world.runs() == 8


# -- both or none ---------------------------------------------------------------------------------


async def test_a_call_whose_commit_fails_is_made_once_when_the_store_is_back(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(DOUBLE, straight("UsrCalls", handler(), call("UsrDouble")))
    world.desk.close_for_now()
    run = (await world.start("UsrCalls", wait=None)).instance_id
    await world.desk.visits(1)

    with no_file_may_grow_beyond(wal_of(tmp_path / FILE_NAME).stat().st_size):
        world.desk.open_again()
        await asyncio.sleep(0.05)

    await world.ended(run)
    assert await world.runs() == 2


async def test_a_call_goes_on_in_another_process_wherever_the_first_one_died(
    tmp_path: Path,
) -> None:
    for turns in range(4):
        folder = tmp_path / str(turns)
        run = await died_after(folder, turns)

        async with open_world(folder) as world:
            await world.store.release_leases()
            world.worker.start_polling()
            assert (await world.ended(run)).values["Score"] == 14
            assert await world.runs() == 2


async def died_after(folder: Path, turns: int) -> InstanceId:
    """A run with a call, of a program that died when so many jobs had been done."""
    async with open_world(folder) as world:
        await world.deploy(DOUBLE, CALLS)
        do, done = world.engine.on_due, 0

        def do_some(instance: InstanceId, job: int) -> None:
            nonlocal done
            if done < turns:
                done += 1
                do(instance, job)  # type: ignore[arg-type]

        world.engine.on_due = do_some
        run = (await world.start("UsrCalls", wait=None)).instance_id
        await asyncio.sleep(0.05)
    return run
