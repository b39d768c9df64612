"""DMN files in the catalog: deployed and versioned as processes are."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from procession.catalog import Catalog, Deployed
from procession.errors import DecisionError, InvalidProcess, UnknownDecision
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.unit.dmn.dmn_builders import decision, definitions, input_data, literal, table

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PROCESS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="u">
<process id="UsrOrder" isExecutable="true"><startEvent id="s"/></process></definitions>"""


def file(text: str = "Amount * 2", id: str = "Fee") -> bytes:
    logic = decision(id, literal(text), needs="Amount")
    return definitions(input_data("Amount", "number"), logic, decision("Today", literal("today()")))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / FILE_NAME)
    yield store
    await store.close()


@pytest.fixture
def catalog(store: SqliteStore) -> Catalog:
    return Catalog(store, {}, lambda: NOW)


async def deploy(catalog: Catalog, *files: tuple[str, bytes]) -> list[Deployed]:
    return await catalog.deploy(files, by="Ann")


async def test_each_decision_of_a_file_gets_a_version(catalog: Catalog) -> None:
    assert await deploy(catalog, ("a.dmn", file())) == [
        Deployed("Fee", 1, "Fee", True, "a.dmn"),
        Deployed("Today", 1, "Today", True, "a.dmn"),
    ]


async def test_an_unchanged_file_makes_no_new_version(catalog: Catalog) -> None:
    await deploy(catalog, ("a.dmn", file()))

    found = await deploy(catalog, ("a.dmn", file()))

    assert [(each.version, each.changed) for each in found] == [(1, False)] * 2


async def test_an_old_version_still_decides_as_it_did(catalog: Catalog) -> None:
    await deploy(catalog, ("a.dmn", file()))
    await deploy(catalog, ("a.dmn", file("Amount * 3")))
    decide = catalog.decisions.decide

    assert (await decide("Fee", {"Amount": 5})).value == 15
    assert (await decide("Fee", {"Amount": 5}, version=1)).value == 10


async def test_another_program_s_deployment_is_seen_at_once(
    catalog: Catalog, store: SqliteStore
) -> None:
    await deploy(catalog, ("a.dmn", file()))
    await catalog.decisions.decide("Fee", {"Amount": 5})
    await deploy(Catalog(store, {}, lambda: NOW), ("a.dmn", file("Amount * 3")))

    assert (await catalog.decisions.decide("Fee", {"Amount": 5})).value == 15


async def test_a_decision_is_decided_at_the_moment_of_the_clock(catalog: Catalog) -> None:
    await deploy(catalog, ("a.dmn", file()))

    assert (await catalog.decisions.decide("Today", {})).value == date(2026, 1, 31)


async def test_processes_and_decisions_are_deployed_together_or_not_at_all(
    catalog: Catalog,
) -> None:
    with pytest.raises(InvalidProcess, match=r"b\.dmn:3: Fee \(Fee\): Fee: .*bad-expression"):
        await deploy(catalog, ("a.bpmn", PROCESS), ("b.dmn", file("Amount *")))
    assert await catalog.processes() == []

    found = await deploy(catalog, ("a.bpmn", PROCESS), ("b.DMN", file()))
    assert [each.name for each in found] == ["UsrOrder", "Fee", "Today"]


async def test_two_files_with_one_decision_are_refused(catalog: Catalog) -> None:
    (problem, _) = await catalog.check([("a.dmn", file()), ("b.dmn", file("1"))])

    assert (problem.code, problem.file) == ("duplicate-decision", "b.dmn")
    assert "a.dmn has a decision of this id too" in problem.message


async def test_checking_deploys_nothing(catalog: Catalog) -> None:
    assert await catalog.check([("a.dmn", file())]) == []
    assert [each.code for each in await catalog.check([("a.dmn", b"<a/>")])] == ["not-dmn"]
    assert await catalog.decisions.rows() == []


async def test_what_is_not_there_is_refused_with_a_hint(catalog: Catalog) -> None:
    with pytest.raises(UnknownDecision, match="no decision has been deployed yet"):
        await catalog.decisions.find("Fee")
    await deploy(catalog, ("a.dmn", file()))

    with pytest.raises(UnknownDecision, match=r"no decision 'Fees'; did you mean Fee\?"):
        await catalog.decisions.find("Fees")
    with pytest.raises(UnknownDecision, match="no version 7 of decision 'Fee'; the newest is 1"):
        await catalog.decisions.find("Fee", 7)


async def test_a_decision_is_found_by_its_name_if_no_other_has_it(catalog: Catalog) -> None:
    one = f'<decision id="d1" name="Final price">{literal("1")}</decision>'
    other = f'<decision id="d2" name="Final price">{literal("2")}</decision>'
    await deploy(catalog, ("a.dmn", definitions(one)))
    assert (await catalog.decisions.decide("Final price", {})).value == 1

    await deploy(catalog, ("b.dmn", definitions(other)))
    with pytest.raises(UnknownDecision, match=r"2 decisions are named 'Final price'.*d1, d2"):
        await catalog.decisions.find("Final price")


async def test_a_broken_hit_policy_is_an_error_of_the_decision(catalog: Catalog) -> None:
    xml = definitions(decision("Fee", table("UNIQUE", [], ["-> 1", "-> 2"])))
    await deploy(catalog, ("a.dmn", xml))

    with pytest.raises(DecisionError, match="Fee: the rules 1 and 2 hold at once"):
        await catalog.decisions.decide("Fee", {})


ASKING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="u">
<process id="UsrAsking" isExecutable="true"><startEvent id="Start"/>
<businessRuleTask id="Ask" name="Ask for the fee"><extensionElements>
  <procession:decision decision="Fee"/>
</extensionElements></businessRuleTask>
<sequenceFlow id="f" sourceRef="Start" targetRef="Ask"/></process></definitions>"""


async def test_a_process_that_asks_for_a_decision_needs_it_here_or_in_the_same_deployment(
    catalog: Catalog,
) -> None:
    process = ("a.bpmn", ASKING.encode())

    (problem,) = (each for each in await catalog.check([process]) if not each.warning)
    assert (problem.code, problem.element, problem.line) == ("unknown-decision", "Ask", 4)
    assert "deploy its DMN file before or together with the process" in problem.message

    together = await catalog.check([process, ("a.dmn", file())])
    assert [each for each in together if not each.warning] == []
    await deploy(catalog, ("a.dmn", file()))
    assert [each for each in await catalog.check([process]) if not each.warning] == []
