"""A vendor's files in an engine: real handlers, unknown variables, calls between files."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from procession.connectors import HANDLER
from procession.connectors.handlers import HandlerConnector
from procession.connectors.signatures import Handler, read_handler
from procession.core.instance import Status
from procession.errors import InvalidProcess
from tests.unit.dialects.dialect_builders import file_of, task
from tests.unit.engine.engine_world import open_world

WORK = task("serviceTask", 'camunda:type="external" camunda:topic="charge"')


def charge(amount: Decimal, customer: str = "nobody") -> dict[str, object]:
    return {"receipt": f"{customer}:{amount}", "fee": 2}


def handlers(**functions: object) -> Mapping[str, Handler]:
    return {name: read_handler(name, each) for name, each in functions.items()}  # type: ignore[arg-type]


async def test_a_handler_is_given_what_it_has_names_for(tmp_path: Path) -> None:
    connectors = {HANDLER: HandlerConnector(handlers(charge=charge))}
    xml = file_of("camunda", '<userTask id="u" camunda:assignee="${receipt}"/>' + WORK)
    async with open_world(tmp_path, connectors=connectors) as world:
        await world.engine.catalog.deploy([("a.bpmn", xml)], by="test")

        outcome = await world.start("p", {"amount": "5", "customer": "Ann", "other": "x"})
        run = await world.load(outcome.instance_id)

        assert (outcome.warnings, outcome.incidents) == ((), ())
        assert run.values["receipt"] == "Ann:5"
        assert run.values["fee"] == 2
        assert run.values["other"] == "x"


async def test_a_handler_that_is_not_there_is_refused(tmp_path: Path) -> None:
    connectors = {HANDLER: HandlerConnector({})}
    async with open_world(tmp_path, connectors=connectors) as world:
        with pytest.raises(InvalidProcess, match="no handler 'charge'"):
            await world.engine.catalog.deploy([("a.bpmn", file_of("camunda", WORK))], by="test")


async def test_what_a_handler_lacks_is_told_when_it_is_called(tmp_path: Path) -> None:
    connectors = {HANDLER: HandlerConnector(handlers(charge=charge))}
    async with open_world(tmp_path, connectors=connectors) as world:
        await world.engine.catalog.deploy([("a.bpmn", file_of("camunda", WORK))], by="test")

        outcome = await world.start("p", {})

        (incident,) = outcome.incidents
        assert (incident.element, incident.code) == ("t", "BadValue")
        assert "needs 'amount'" in incident.message


async def test_a_call_gives_to_another_file_what_that_does_not_name(tmp_path: Path) -> None:
    parent = file_of(
        "camunda",
        task(
            "callActivity",
            'calledElement="child"',
            '<camunda:in source="a" target="b"/>',
            '<camunda:out source="b" target="c"/>',
        ),
    )
    child = file_of("camunda", '<task id="t"/>').replace(b'id="p"', b'id="child"')
    async with open_world(tmp_path) as world:
        await world.engine.catalog.deploy([("a.bpmn", parent), ("b.bpmn", child)], by="test")

        outcome = await world.start("p", {"a": 7})

        assert outcome.status is Status.COMPLETED
        assert (await world.load(outcome.instance_id)).values == {"a": 7, "c": 7}


async def test_the_store_gives_back_a_run_with_undeclared_variables(tmp_path: Path) -> None:
    xml = file_of("zeebe", '<userTask id="u"/>')
    async with open_world(tmp_path) as world:
        await world.engine.catalog.deploy([("a.bpmn", xml)], by="test")
        run = (await world.start("p", {"one": {"a": [1, None]}})).instance_id

        await world.execute(run, "u", {"two": 2})

        assert (await world.load(run)).values == {"one": {"a": [1, None]}, "two": 2}
