"""What can be run: processes are checked, deployed, found by name, and read once per version."""

import asyncio
import difflib
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from procession import dialects, expressions, feel, javascript, juel
from procession.bpmn import File, check_calls, read_file
from procession.collector import collector_at_rest
from procession.connectors import DECISION, Connector
from procession.core.model import Element, Process, ServiceTask
from procession.core.values import shown
from procession.decisions import Decisions, read_decisions, split
from procession.endless import calls_of, endless_calls
from procession.errors import InvalidProcess, Problem, UnknownDecision, UnknownProcess
from procession.reviewing import AS_CHECKED, AS_DEPLOYED, Review, warnings_of
from procession.stores import NewDecision, NewProcess, ProcessRow, Store
from procession.triggers import mistakes_in_starts, starts_of

LANGUAGES = {
    **expressions.LANGUAGES,
    **feel.LANGUAGES,
    **juel.LANGUAGES,
    **javascript.LANGUAGES,
}
CONDITIONS = {**LANGUAGES, **expressions.CONDITIONS, **juel.CONDITIONS}
SCRIPTS = {**expressions.SCRIPTS, **feel.SCRIPTS, **juel.SCRIPTS, **javascript.SCRIPTS}
PROCESSES_CACHED_MAX = 2_000
CLOSE_NAMES_MAX = 3


@dataclass(frozen=True, slots=True)
class Deployed:
    """What became of a process or decision of a file; `changed`: it is a new version.

    `warnings`: those of the file; of several processes in it, the first has them.
    """

    name: str
    version: int
    caption: str
    changed: bool
    file: str
    warnings: tuple[Problem, ...] = ()


# A file as it was read: its name, its bytes, its processes.
ReadFile = tuple[str, bytes, list[Process]]


@dataclass(frozen=True, slots=True)
class Found:
    """A process and whether it starts: an operator may have disabled it."""

    process: Process
    enabled: bool


class Catalog:
    """The processes of a store. A change by another program is seen at the next look.

    `decisions`: those of the same store.
    """

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, Connector],
        clock: Callable[[], datetime],
        decisions: Decisions | None = None,
    ) -> None:
        self.decisions = decisions or Decisions(store, clock)
        self._store = store
        self._connectors = connectors
        self._clock = clock
        self._read: OrderedDict[tuple[str, int], Process] = OrderedDict()
        self._newest: dict[str, Found] = {}
        self._revision = -1

    # -- finding ----------------------------------------------------------------------------------

    async def find(self, name: str | None = None, *, uid: UUID | None = None) -> Found:
        """The newest version, by name or by the process's GUID. Raises UnknownProcess."""
        self._look()
        if uid is not None and name is None:
            name = await self._store.process_name(uid)
            if name is None:
                raise UnknownProcess(f"no process has the GUID {uid}; `list` shows all that do")
        assert name is not None, "a process is found by name or by GUID"
        found = self._newest.get(name)
        if found is None:
            revision = self._revision
            found = await self._find(name)
            # What was read before somebody changed it must not be kept after.
            if revision == self._revision:
                self._newest[name] = found
        return found

    async def _find(self, name: str) -> Found:
        stored = await self._store.process(name)
        if stored is None:
            raise UnknownProcess(f"there is no process {shown(name)}{await self._hint(name)}")
        row, xml = stored
        return Found(await self._process(row.name, row.version, xml), row.enabled)

    def _look(self) -> None:
        revision = self._store.catalog_revision()
        if revision != self._revision:
            self._revision = revision
            self._newest.clear()

    async def _hint(self, name: str) -> str:
        names = [row.name for row in await self._store.processes()]
        close = difflib.get_close_matches(name[:100], names, CLOSE_NAMES_MAX)
        if close:
            return f"; did you mean {' or '.join(close)}? Names are case-sensitive"
        return "; deploy it first" if names else "; no process has been deployed yet"

    async def version(self, name: str, version: int) -> Process:
        """A certain version: a run keeps the one that it began with."""
        known = self._read.get((name, version))
        if known is not None:
            self._read.move_to_end((name, version))
            return known
        stored = await self._store.process(name, version)
        if stored is None:
            raise UnknownProcess(f"there is no version {version} of process {shown(name)}")
        return await self._process(name, version, stored[1])

    async def _process(self, name: str, version: int, xml: bytes) -> Process:
        known = self._read.get((name, version))
        if known is None:
            processes = {each.id: each for each in (await _read(xml, name)).processes}
            known = self._read[name, version] = replace(processes[name], version=version)
            if len(self._read) > PROCESSES_CACHED_MAX:
                self._read.popitem(last=False)
        return known

    async def source(self, name: str, version: int | None = None) -> bytes:
        """The file of a process as it was deployed, byte for byte; without a version the newest.

        Raises UnknownProcess.
        """
        stored = await self._store.process(name, version or 0)
        if stored is not None:
            return stored[1]
        if version is None:
            raise UnknownProcess(f"there is no process {shown(name)}{await self._hint(name)}")
        raise UnknownProcess(f"there is no version {version} of process {shown(name)}")

    async def processes(self) -> list[ProcessRow]:
        """The newest version of every process, by name."""
        return await self._store.processes()

    async def enable(self, name: str, on: bool) -> None:
        """Let the process start, or not; runs go on. Raises UnknownProcess."""
        await self.find(name)
        await self._store.enable(name, on)

    # -- deploying --------------------------------------------------------------------------------

    async def deploy(
        self, files: Sequence[tuple[str, bytes]], *, by: str, strict: bool = False
    ) -> list[Deployed]:
        """All processes and decisions of all files, or, with InvalidProcess, none.

        An unchanged one stays as it is. `strict`: warnings keep files from being deployed, too.
        """
        decision_files, files = split(files)
        decisions, wrong = await read_decisions(decision_files)
        names = {each.name for each in decisions}
        read_files, problems = await self._checked(files, names, AS_DEPLOYED)
        problems = [*wrong, *problems]
        if any(strict or not each.warning for each in problems):
            raise InvalidProcess(problems)
        now, unchanged = self._clock(), await self._unchanged(read_files)
        new = [
            replace(
                _new(process, file, xml),
                starts=() if process.id in unchanged else starts_of(process, now),
            )
            for file, xml, processes in read_files
            for process in processes
        ]
        added = await self._store.add_processes(new, by=by, at=now, decisions=decisions)
        everything: list[NewProcess | NewDecision] = [*new, *decisions]
        warnings = _by_file(problems)
        return [
            Deployed(
                each.name, version, each.caption, changed, each.file, warnings.pop(each.file, ())
            )
            for each, (version, changed) in zip(everything, added, strict=True)
        ]

    async def check(self, files: Sequence[tuple[str, bytes]]) -> list[Problem]:
        """All that keeps the files from being deployed, and all warnings."""
        decision_files, files = split(files)
        decisions, wrong = await read_decisions(decision_files)
        names = {each.name for each in decisions}
        return [*wrong, *(await self._checked(files, names, AS_CHECKED))[1]]

    async def _checked(
        self,
        files: Sequence[tuple[str, bytes]],
        decisions: Collection[str],
        reviews: Sequence[Review],
    ) -> tuple[list[ReadFile], list[Problem]]:
        read_files: list[ReadFile] = []
        problems: list[Problem] = []
        for file, xml in files:
            try:
                read = await _read(xml, file)
            except InvalidProcess as error:
                problems += error.problems
            else:
                read_files.append((file, xml, read.processes))
                problems += read.warnings
                problems += await asyncio.to_thread(warnings_of, read, file, reviews)
        problems += _same_names(read_files)
        unchanged = await self._unchanged(read_files)
        new = {each.id: each for _, _, processes in read_files for each in processes}
        known = await self._called(new)
        for file, _, processes in read_files:
            problems += check_calls(processes, known, file)
            problems += endless_calls(processes, known, file)
            problems += self._check_starts((p for p in processes if p.id not in unchanged), file)
            problems += await self._check_work(processes, file)
            problems += await self._check_decisions(processes, decisions, file)
        return read_files, list(dict.fromkeys(problems))

    async def _unchanged(self, read_files: Iterable[ReadFile]) -> Collection[str]:
        """The processes that are there already: what starts them was told with their version."""
        return {
            process.id
            for _, xml, processes in read_files
            for process in processes
            if (stored := await self._store.process(process.id)) and stored[1] == xml
        }

    async def _called(self, new: Mapping[str, Process]) -> Mapping[str, Process]:
        """The new processes and all that they call, directly or not, as far as they are there."""
        known = dict(new)
        waiting = [call.called for process in new.values() for call in calls_of(process)]
        while waiting:
            name = waiting.pop()
            if name in known:
                continue
            stored = await self._store.process(name)
            if stored is not None:
                known[name] = await self._process(name, stored[0].version, stored[1])
                waiting += [call.called for call in calls_of(known[name])]
        return known

    def _check_starts(self, processes: Iterable[Process], file: str) -> list[Problem]:
        """Timers that would start a process and cannot: what they say is evaluated now."""
        now = self._clock()
        return [
            _problem("bad-start", sentence, element, file)
            for process in processes
            for element, sentence in mistakes_in_starts(process, now)
        ]

    async def _check_work(self, processes: Iterable[Process], file: str) -> list[Problem]:
        """What the connectors know to be wrong: a table that is not there, say."""
        return [
            _problem("bad-work", sentence, element, file)
            for process in processes
            for element in process.elements.values()
            if isinstance(element, ServiceTask) and element.kind in self._connectors
            for sentence in await self._connectors[element.kind].check(element.inputs)
        ]

    async def _check_decisions(
        self, processes: Iterable[Process], new: Collection[str], file: str
    ) -> list[Problem]:
        """Decisions that are asked for by name and are neither here nor among the new ones."""
        problems = []
        for element, decision in _asked(processes):
            try:
                if decision not in new:
                    await self.decisions.find(decision)
            except UnknownDecision as error:
                message = f"{error}; deploy its DMN file before or together with the process"
                problems.append(_problem("unknown-decision", message, element, file))
        return problems


def _asked(processes: Iterable[Process]) -> Iterator[tuple[Element, str]]:
    for process in processes:
        for element in process.elements.values():
            if isinstance(element, ServiceTask) and element.kind == DECISION:
                decision = element.inputs.get("decision")
                if isinstance(decision, str) and decision:
                    yield element, decision


def _by_file(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    found: dict[str, tuple[Problem, ...]] = {}
    for each in problems:
        found[each.file] = (*found.get(each.file, ()), each)
    return found


async def _read(xml: bytes, file: str) -> File:
    """Reading takes milliseconds, and more for a large file: other calls go on meanwhile."""
    return await asyncio.to_thread(read_now, xml, file)


def read_now(xml: bytes, file: str) -> File:
    """The processes of a file, with all languages that are known here. Raises InvalidProcess."""
    with collector_at_rest():
        return read_file(
            xml,
            languages=LANGUAGES,
            scripts=SCRIPTS,
            conditions=CONDITIONS,
            translate=dialects.translate,
            file=file,
        )


def _new(process: Process, file: str, xml: bytes) -> NewProcess:
    return NewProcess(
        name=process.id,
        caption=process.caption,
        uid=process.uid,
        startable=process.startable,
        file=file,
        digest=hashlib.sha256(xml).hexdigest(),
        xml=xml,
    )


def _problem(code: str, message: str, element: Element, file: str) -> Problem:
    return Problem(code, message, element.id, element.name, element.line, file=file)


def _same_names(read_files: Iterable[ReadFile]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for file, _, processes in read_files:
        for process in processes:
            if process.id in first:
                message = f"{first[process.id]} has a process of this id too; give one another id"
                problems.append(Problem("duplicate-process", message, process.id, file=file))
            first.setdefault(process.id, file)
    return problems
