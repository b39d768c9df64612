"""Runs as the callers of the service ask for them: by the process, by one of their elements.

Rule: what is told and done here are whole runs or single elements of them; who may is asked by the
door, which is given what it needs for that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from procession.catalog import Found
from procession.core.changes import ElementTerminated
from procession.core.ids import ElementInstanceId, InstanceId, element_uid, locate
from procession.core.instance import ElementState, ProcessInstance
from procession.core.model import Process
from procession.core.values import Value, Values, convert, from_text, shown
from procession.core.variables import place
from procession.errors import (
    BadValue,
    NotRunning,
    Rejected,
    UnknownElement,
    UnknownInstance,
    UnknownProcess,
)
from procession.finding import waits_for_somebody
from procession.stores import InstanceRow

if TYPE_CHECKING:
    from procession.engine import Engine

CANCELLED_AT_ONCE_MAX = 100
NAMES_SHOWN_MAX = 5
FIRST_ID = UUID(int=0)


class ElementStatus(StrEnum):
    """How an element of a run stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Task:
    """An element that waits for somebody. `uid` executes it."""

    uid: UUID
    element: str
    name: str
    schema_element: UUID


# -- which process --------------------------------------------------------------------------------


async def find_by_caption(engine: "Engine", caption: str) -> Found:
    """The process with this caption. Raises UnknownProcess, or Rejected where several have it."""
    names = await engine.store.running.names(caption, limit=NAMES_SHOWN_MAX)
    if not names:
        raise UnknownProcess(f"no process has the caption {shown(caption)}; `list` shows all")
    if len(names) > 1:
        raise Rejected(
            f"several processes have the caption {shown(caption)}: {', '.join(names)}; "
            "name the one that is meant"
        )
    return await engine.catalog.find(names[0])


async def find_version(engine: "Engine", uid: UUID, version: int = 0) -> Found:
    """A version by its GUID, the newest with this GUID or a certain one. Raises UnknownProcess."""
    found = await engine.store.running.version_of(uid)
    if found is None:
        raise UnknownProcess(f"no process has the GUID {uid}; `list` shows all that do")
    name, newest = found
    process = await engine.catalog.version(name, version or newest)
    return Found(process, (await engine.catalog.find(name)).enabled)


# -- one run --------------------------------------------------------------------------------------


async def run_of(engine: "Engine", uid: UUID) -> InstanceRow:
    """The run that has this GUID, or to which the element belongs. Raises UnknownInstance."""
    row = await engine.store.instance(locate(uid)[0])
    if row is None:
        raise UnknownInstance(f"there is no run {uid}")
    return row


async def waiting_tasks(engine: "Engine", run: InstanceRow) -> Sequence[Task]:
    """What waits for somebody in a run."""
    process = await engine.catalog.version(run.process, run.version)
    return [
        Task(element_uid(run.id, row.id), row.element, element.name, element.uid)
        for row in await engine.store.elements(run.id)
        if (element := process.elements.get(row.element)) is not None
        and waits_for_somebody(element, row.state)
    ]


async def retry_failed(engine: "Engine", run: InstanceRow, *, caller: str) -> None:
    """Try each failed element of a run again. Raises NotRunning."""
    if run.status.final:
        raise NotRunning(f"the run {run.id} has ended; it is {run.status}")
    for row in await engine.store.elements(run.id):
        if row.state == ElementState.FAILED:
            await engine.execute_element(element_uid(run.id, row.id), {}, caller=caller)


async def element_status(engine: "Engine", uid: UUID) -> ElementStatus:
    """How an element of a run stands. Raises UnknownElement."""
    instance_id, number = locate(uid)
    if not number or await engine.store.instance(instance_id) is None:
        raise UnknownElement(f"no element of a run has the GUID {uid}")
    known, state = await engine.look(instance_id, lambda run: _state(run, number))
    if not known:
        raise UnknownElement(f"the run {instance_id} has no element instance {number}")
    if state is not None:
        return ElementStatus.ERROR if state is ElementState.FAILED else ElementStatus.RUNNING
    return await _ended(engine, instance_id, number)


def _state(run: ProcessInstance, number: ElementInstanceId) -> tuple[bool, ElementState | None]:
    """Whether there is such an element instance, and its state while it is alive."""
    me = run.elements.get(number)
    return number < run.next_element, None if me is None else me.state


async def _ended(
    engine: "Engine", instance_id: InstanceId, number: ElementInstanceId
) -> ElementStatus:
    """What the history tells of an element that is not alive any more."""
    after = 0
    while turns := await engine.store.history(instance_id, after=after):
        if any(ElementTerminated(number) in turn.changes for turn in turns):
            return ElementStatus.CANCELED
        after = turns[-1].revision
    return ElementStatus.COMPLETED


async def typed_answer(
    engine: "Engine", uid: UUID, given: Mapping[str, Value]
) -> tuple[Values, tuple[str, ...]]:
    """Values for an element of a run, from texts or JSON values, as the variables hold them that
    it sees; and a warning for each that no variable takes.

    Raises BadValue, so that nothing is executed with a value that cannot be kept.
    """
    instance_id, number = locate(uid)
    row = await engine.store.instance(instance_id)
    if not given or row is None or not number:
        return {}, ()
    process = await engine.catalog.version(row.process, row.version)
    return await engine.look(instance_id, _typing(process, number, given))


def _typing(
    process: Process, number: ElementInstanceId, given: Mapping[str, Value]
) -> Callable[[ProcessInstance], tuple[Values, tuple[str, ...]]]:
    def typed(run: ProcessInstance) -> tuple[Values, tuple[str, ...]]:
        if number not in run.elements:
            return {}, ()  # It is executed already: its values do not count.
        values: Values = {}
        warnings = []
        for name, value in given.items():
            try:
                kind = place(process, run, number, name)[1]
            except BadValue as unknown:
                warnings.append(f"{unknown}; it was ignored")
                continue
            read = from_text if isinstance(value, str) else convert
            values[name] = read(name, kind, value)
        return values, tuple(warnings)

    return typed


# -- runs of a process ----------------------------------------------------------------------------


async def cancel_runs(engine: "Engine", runs: Sequence[InstanceRow], reason: str) -> int:
    """End those that have not ended; how many that were."""
    ended = 0
    for run in runs:
        try:
            await engine.cancel(run.id, reason)
            ended += 1
        except NotRunning:
            continue  # It has ended by itself meanwhile.
    return ended


async def cancel_process(engine: "Engine", process: str, reason: str) -> int:
    """End every run of every version of a process that has begun by now; how many that were."""
    ended, after = 0, FIRST_ID
    until = engine.new_id(engine.clock())
    while runs := await engine.store.running.unfinished(
        process, after=after, limit=CANCELLED_AT_ONCE_MAX
    ):
        ended += await cancel_runs(engine, [run for run in runs if run.id <= until], reason)
        after = runs[-1].id
        if after > until:
            break
    return ended
