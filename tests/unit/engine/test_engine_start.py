"""Starting a run: what it is given, when its caller is answered, and with what."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from procession.core.instance import Status
from procession.errors import BadValue, CannotBeStarted, ConnectorError, ProcessDisabled
from procession.stores.sqlite import FILE_NAME, SqliteStore
from procession.views import IncidentView
from tests.stores.trouble import transactions_in_wal
from tests.unit.engine.drawing import formula, handler, straight, user
from tests.unit.engine.engine_world import ANN, LONG, World, open_world

DOUBLE = straight("UsrDouble", formula("double", "Score", "Amount * 2"))
ASK = straight("UsrAsk", formula("double", "Score", "Amount * 2"), user())
WORK = straight("UsrWork", handler())
TYPES = straight(
    "UsrTypes",
    parameters="".join(
        f'<p:parameter code="{name}" type="{name}"/>'
        for name in (
            "Text",
            "Integer",
            "Money",
            "Boolean",
            "DateTime",
            "Date",
            "Guid",
            "Collection",
        )
    ),
)


# -- when the caller is answered ------------------------------------------------------------------


async def test_who_does_not_wait_is_answered_once_the_start_is_durable(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()

    outcome = await world.start("UsrWork", wait=None)

    other = SqliteStore(tmp_path / FILE_NAME)
    assert outcome.status is Status.RUNNING
    assert await other.load(outcome.instance_id) is not None
    await other.close()
    world.desk.open_again()


async def test_who_does_not_wait_need_not_come_back(world: World) -> None:
    await world.deploy(WORK)

    outcome = await world.start("UsrWork", wait=None)

    assert (await world.ended(outcome.instance_id)).status is Status.COMPLETED


async def test_who_waits_is_answered_when_the_run_has_ended(world: World) -> None:
    await world.deploy(WORK)
    world.desk.answers.append({"score": 42})

    outcome = await world.start("UsrWork")

    assert outcome.status is Status.COMPLETED
    assert outcome.values["Score"] == 42


async def test_who_waits_is_answered_when_the_run_rests(world: World) -> None:
    await world.deploy(straight("UsrBoth", handler(), user(), handler("after")))
    world.desk.answers.append({"score": 42})

    outcome = await world.start("UsrBoth")

    assert outcome.status is Status.RUNNING
    assert outcome.values["Score"] == 42
    assert len(world.desk.works) == 1


async def test_nobody_waits_longer_than_was_asked_and_the_run_goes_on(world: World) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()

    outcome = await world.start("UsrWork", wait=0.01)

    assert (outcome.status, outcome.values["Score"]) == (Status.RUNNING, None)
    world.desk.open_again()
    assert (await world.ended(outcome.instance_id)).values["Score"] == 1


async def test_several_may_wait_for_one_run(world: World) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()
    outcome = await world.start("UsrWork", wait=None)

    waiting = [asyncio.ensure_future(world.engine.settle(outcome.instance_id)) for _ in range(3)]
    await asyncio.sleep(0)
    world.desk.open_again()
    await asyncio.gather(*waiting)

    assert await world.status(outcome.instance_id) is Status.COMPLETED


async def test_a_caller_that_goes_away_does_not_stop_its_process(world: World) -> None:
    await world.deploy(WORK)
    world.desk.close_for_now()
    caller = asyncio.ensure_future(world.start("UsrWork"))
    await world.desk.visits(1)

    caller.cancel()
    world.desk.open_again()

    (row,) = await world.engine.instances()
    assert (await world.ended(row.id)).status is Status.COMPLETED


async def test_a_process_without_work_outside_needs_one_transaction(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(DOUBLE)
    before = transactions_in_wal(tmp_path / FILE_NAME)

    outcome = await world.start("UsrDouble", {"Amount": "21"})

    assert (outcome.status, outcome.values["Score"]) == (Status.COMPLETED, 42)
    assert transactions_in_wal(tmp_path / FILE_NAME) - before == 1
    assert len(await world.store.history(outcome.instance_id)) == 1


async def test_a_hundred_starts_at_once_share_few_transactions(
    world: World, tmp_path: Path
) -> None:
    await world.deploy(DOUBLE)
    before = transactions_in_wal(tmp_path / FILE_NAME)

    outcomes = await asyncio.gather(*(world.start("UsrDouble") for _ in range(100)))

    assert len({outcome.instance_id for outcome in outcomes}) == 100
    assert transactions_in_wal(tmp_path / FILE_NAME) - before < 10


# -- what it is answered --------------------------------------------------------------------------


async def test_a_failed_run_says_where_and_why_and_how_far_it_came(world: World) -> None:
    await world.deploy(
        straight("UsrFails", formula("double", "Score", "Amount * 2"), handler(retries=1))
    )
    world.desk.answers.append(ConnectorError("the printer is out of paper", code="Paper"))

    outcome = await world.start("UsrFails", {"Amount": "2"})

    assert outcome.status is Status.ERROR
    assert outcome.incidents == (IncidentView("work", "Paper", "the printer is out of paper"),)
    assert outcome.values["Score"] == 4


async def test_the_store_knows_who_started_it(world: World) -> None:
    await world.deploy(DOUBLE)

    outcome = await world.start("UsrDouble", by="Bob")

    row = await world.store.instance(outcome.instance_id)
    assert row is not None
    assert (row.caller, row.process, row.version) == ("Bob", "UsrDouble", 1)
    assert row.started_at == world.clock.now


# -- what it is given -----------------------------------------------------------------------------


async def test_texts_are_read_by_the_types_of_the_parameters(world: World) -> None:
    await world.deploy(TYPES)
    texts = {
        "Text": " as it is ",
        "Integer": " 42 ",
        "Money": "12.50",
        "Boolean": "True",
        "DateTime": "2026-01-31T13:45:00+01:00",
        "Date": "2026-01-31",
        "Guid": "{0F8B5C1E-0000-4000-8000-000000000001}",
        "Collection": '[{"Id": 1}]',
    }

    outcome = await world.start("UsrTypes", texts)

    assert outcome.values == {
        "Text": " as it is ",
        "Integer": 42,
        "Money": Decimal("12.50"),
        "Boolean": True,
        "DateTime": datetime(2026, 1, 31, 12, 45, tzinfo=UTC),
        "Date": date(2026, 1, 31),
        "Guid": UUID("0f8b5c1e-0000-4000-8000-000000000001"),
        "Collection": [{"Id": 1}],
    }


async def test_json_values_are_converted(world: World) -> None:
    await world.deploy(TYPES)

    outcome = await world.start("UsrTypes", {"Integer": 4.0, "Money": 3, "Text": 5, "Date": None})

    values = outcome.values
    assert (values["Integer"], values["Money"], values["Text"]) == (4, Decimal(3), "5")
    assert values["Date"] is None


async def test_what_is_not_given_has_its_default_or_is_not_set(world: World) -> None:
    await world.deploy(DOUBLE)

    outcome = await world.start("UsrDouble")

    assert outcome.values == {"Text": None, "Amount": 7, "Score": 14, "Secret": None}


@pytest.mark.parametrize("value", ["four", "1.5", "", True, [1], 2**64])
async def test_a_value_that_its_parameter_cannot_hold_starts_nothing(
    world: World, value: object
) -> None:
    await world.deploy(DOUBLE)

    with pytest.raises(BadValue, match="Amount: "):
        await world.start("UsrDouble", {"Text": "fine", "Amount": value})

    assert await world.runs() == 0


async def test_what_the_process_does_not_take_is_left_out_and_told(world: World) -> None:
    await world.deploy(DOUBLE)

    outcome = await world.start(
        "UsrDouble", {"Amuont": "1", "Score": "2", "Secret": "3", "amount": "4"}
    )

    assert outcome.values["Score"] == 14
    assert outcome.warnings == (
        "UsrDouble: there is no parameter 'Amuont'; it was ignored",
        "UsrDouble: parameter 'Score' cannot be set by a caller; it was ignored",
        "UsrDouble: parameter 'Secret' cannot be set by a caller; it was ignored",
        "UsrDouble: there is no parameter 'amount'; it was ignored",
    )


async def test_a_strict_engine_refuses_it(tmp_path: Path) -> None:
    async with open_world(tmp_path, refuse_unknown=True) as world:
        await world.deploy(DOUBLE)

        with pytest.raises(BadValue, match="there is no parameter 'Amuont'"):
            await world.start("UsrDouble", {"Amuont": "1"})

        assert await world.runs() == 0


async def test_a_default_that_fails_starts_nothing(world: World) -> None:
    await world.deploy(
        straight(
            "UsrBad",
            parameters='<p:parameter code="Zero" type="Integer" default="0"/>'
            '<p:parameter code="N" type="Integer" default="1 // Zero"/>',
        )
    )

    with pytest.raises(BadValue, match="N: its default '1 // Zero' fails"):
        await world.start("UsrBad")

    assert await world.runs() == 0


# -- what does not start --------------------------------------------------------------------------


async def test_a_disabled_process_does_not_start_until_it_is_enabled(world: World) -> None:
    await world.deploy(DOUBLE)
    await world.engine.catalog.enable("UsrDouble", False)

    with pytest.raises(ProcessDisabled, match="UsrDouble is disabled"):
        await world.start("UsrDouble")
    assert await world.runs() == 0

    await world.engine.catalog.enable("UsrDouble", True)
    assert (await world.start("UsrDouble")).status is Status.COMPLETED


async def test_what_runs_goes_on_when_its_process_is_disabled(world: World) -> None:
    await world.deploy(ASK)
    run = (await world.start("UsrAsk")).instance_id

    await world.engine.catalog.enable("UsrAsk", False)
    await world.execute(run, "ask")

    assert await world.status(run) is Status.COMPLETED


async def test_a_process_that_callers_may_not_start_says_so(world: World) -> None:
    await world.deploy(DOUBLE)
    found = await world.engine.catalog.find("UsrDouble")
    for_events_only = replace(found, process=replace(found.process, startable=False))

    with pytest.raises(CannotBeStarted, match="no start event that a caller may use"):
        await world.engine.start(for_events_only, {}, caller=ANN, wait_seconds=LONG)

    assert await world.runs() == 0
