"""Files as real modelers write them are read, run to their end and given back byte for byte."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lxml import etree

from procession.catalog import Catalog
from procession.connectors import HANDLER, Connector, Work
from procession.core.commands import CompleteJob, ExecuteElement
from procession.core.ids import ROOT
from procession.core.instance import Status
from procession.core.model import Process, UserTask
from procession.core.values import Values
from procession.engine import utc_now
from procession.errors import InvalidProcess
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.interchange.files import FOLDER, STORIES, Story
from tests.unit.dialects.dialect_builders import read
from tests.world import Run, World

ROUNDS_MAX = 50
STORED = sorted(path.name for path in FOLDER.iterdir())


class Nobody:
    """A handler for whatever a file asks for."""

    async def run(self, work: Work) -> Values:
        return {}

    async def check(self, inputs: object) -> list[str]:
        return []

    async def close(self) -> None:
        """Holds nothing."""


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    store = SqliteStore(tmp_path / FILE_NAME)
    nobody: Connector = Nobody()
    yield Catalog(store, {HANDLER: nobody}, utc_now)
    await store.close()


def content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def test_each_file_has_its_story() -> None:
    assert sorted(STORIES) == STORED


@pytest.mark.parametrize("name", STORED)
async def test_a_file_is_deployed_with_its_warnings_and_given_back_byte_for_byte(
    name: str, catalog: Catalog
) -> None:
    story = STORIES[name]

    deployed = await catalog.deploy([(name, content(name))], by="test")

    warnings = [each for one in deployed for each in one.warnings]
    assert story.process in {one.name for one in deployed}
    assert len(warnings) == len(story.warnings)
    assert all(what in each.message for what, each in zip(story.warnings, warnings, strict=True))
    for one in deployed:
        assert await catalog.source(one.name) == content(name)


@pytest.mark.parametrize("name", [name for name in STORED if STORIES[name].warnings])
async def test_a_file_with_warnings_is_refused_where_they_are_to_count(
    name: str, catalog: Catalog
) -> None:
    with pytest.raises(InvalidProcess) as refused:
        await catalog.deploy([(name, content(name))], by="test", strict=True)

    assert all(each.warning for each in refused.value.problems)
    assert await catalog.processes() == []


@pytest.mark.parametrize("name", STORED)
def test_a_file_is_saved_as_its_modeler_saves(name: str) -> None:
    assert [mark for mark in STORIES[name].marks if mark not in content(name)] == []
    root = etree.fromstring(content(name))
    kinds = {etree.QName(each).localname for each in root.iter("{*}*")}
    assert {"BPMNDiagram", "BPMNPlane", "BPMNShape", "BPMNEdge", "Bounds", "waypoint"} <= kinds


@pytest.mark.parametrize("name", STORED)
def test_a_file_runs_to_its_end(name: str) -> None:
    story = STORIES[name]
    processes = read(content(name)).processes
    world = World(*processes)
    run = Run(world, world.start(story.process, dict(story.given)))

    _see_through(world, run, story)

    assert (run.status, run.incidents) == (Status.COMPLETED, {})
    assert [each for each in story.visited if not run.visits(each)] == []
    assert {code: run.values.get(code) for code in story.values} == story.values


def _see_through(world: World, run: Run, story: Story) -> None:
    """Does what each run of the world waits for: handlers and messages, then time, then people."""
    seconds = story.seconds
    for _ in range(ROUNDS_MAX):
        world.settle()
        if run.status.final:
            return
        if _do_work(world, story, people=False) or _send(world, story):
            continue
        if seconds:
            run.wait(seconds)
            seconds = 0
        elif not _do_work(world, story, people=True):
            run.wait(story.seconds)


def _send(world: World, story: Story) -> bool:
    before = len(world.kept)
    for name, key, payload in story.messages:
        world.send(name, *[key] if key else [], **payload)
    world.settle()
    return bool(story.messages) and len(world.kept) == before


def _do_work(world: World, story: Story, *, people: bool) -> bool:
    """Answers handlers and, if wanted, people, once each; whether there was something to do."""
    done = False
    for id in list(world.runs):
        run = Run(world, id)
        process: Process = world.processes[run.instance.process]
        for number, each in list(run.instance.elements.items()):
            if number == ROOT or number not in run.instance.elements:
                continue
            answer = dict(story.answers.get(each.element, {}))
            jobs = [run.instance.jobs[job] for job in each.jobs]
            work = [job for job in jobs if job.kind == HANDLER]
            if work:
                run.ask(CompleteJob(work[0].id, answer))
                done = True
            elif isinstance(process.elements[each.element], UserTask) and people and not each.loop:
                run.ask(ExecuteElement(number, answer))
                done = True
    return done
