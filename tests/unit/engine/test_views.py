"""What is shown of a run."""

import pytest

from procession.core.changes import ProcessStarted
from procession.core.ids import JobId, job_uid, new_instance_id
from procession.core.instance import Status
from procession.errors import ConnectorError, UnknownInstance
from procession.views import IncidentView, show
from tests.unit.engine.drawing import handler, straight, user
from tests.unit.engine.engine_world import World

WORK = straight("UsrWork", handler(retries=1))


async def test_a_run_is_shown_with_values_elements_incidents_and_history(world: World) -> None:
    await world.deploy(WORK)
    world.desk.answers.append(ConnectorError("no paper", code="Paper"))
    run = (await world.start("UsrWork", {"Amount": "3"})).instance_id

    view = await show(world.store, world.engine.catalog, run)

    assert (view.row.id, view.row.status) == (run, Status.ERROR)
    assert view.values["Amount"] == 3
    (element,) = view.elements
    assert (element.uid, element.element) == (await world.uid_at(run, "work"), "work")
    assert (element.state, element.since) == ("failed", world.clock.now)
    assert element.incident is not None
    assert element.incident.message == "no paper"
    assert view.incidents == (IncidentView("work", "Paper", "no paper"),)
    assert [turn.revision for turn in view.history] == [1, 2]
    assert isinstance(view.history[0].changes[0], ProcessStarted)


async def test_a_run_is_found_by_any_guid_that_belongs_to_it(world: World) -> None:
    await world.deploy(straight("UsrAsk", user()))
    run = (await world.start("UsrAsk")).instance_id

    for uid in (run, await world.uid_at(run, "ask"), job_uid(run, JobId(1))):
        assert (await show(world.store, world.engine.catalog, uid)).row.id == run


async def test_what_is_over_shows_its_outcome_and_no_elements(world: World) -> None:
    await world.deploy(straight("UsrAsk", user()))
    run = (await world.start("UsrAsk")).instance_id
    await world.execute(run, "ask", {"Text": "yes"})

    view = await show(world.store, world.engine.catalog, run)

    assert (view.row.status, view.values["Text"], view.elements) == (Status.COMPLETED, "yes", ())


async def test_what_is_not_there_is_not_shown(world: World) -> None:
    with pytest.raises(UnknownInstance, match="there is no run"):
        await show(world.store, world.engine.catalog, new_instance_id(1, 2))
