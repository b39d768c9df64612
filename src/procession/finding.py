"""Finding runs, tasks and incidents: page by page, for whoever may see them.

Theory of operation
-------------------
A page is a look at so many rows at most, newest run first (tasks: oldest first), of which those
that fit are answered. A look that comes to its bound before the page is full answers what it has
found, and where to go on: so no look takes long, whatever is asked for, and none of the work is
done when a run changes. The order is that of the ids, so what comes in between moves nothing.

The value of a parameter is read from the state that is stored with a small run. A large run is
loaded, and only so many of those are in one look.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from procession.core.ids import ElementInstanceId, InstanceId, element_uid
from procession.core.instance import ElementState, Incident, ProcessInstance, Status
from procession.core.model import Activity, UserTask
from procession.core.values import DataType, Kind, Value, from_text
from procession.errors import BadValue
from procession.stores import InstanceRow
from procession.stores.searching import BEYOND_ID, FIRST_ID, RunScan, ScannedElement, ScannedRun

if TYPE_CHECKING:
    from procession.engine import Engine

SCANNED_MAX = 2_000
FIRST_LOOK = 20
LOOKS_GROW_BY = 4
LOADED_MAX = 50
# An id holds the moment of its start in ms; the commit that kept it may have been a little later.
COMMITTED_WITHIN = timedelta(minutes=1)

T = TypeVar("T")
MaySee = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class RunSearch:
    """Which runs are wanted; None and empty is any. `value` is that of `parameter`, as a text."""

    process: str | None = None
    statuses: Sequence[Status] = ()
    caller: str | None = None
    parameter: str | None = None
    value: str = ""
    started_after: datetime | None = None
    started_before: datetime | None = None
    ended_after: datetime | None = None
    ended_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What was found; `last`: where the next look begins, None where nothing is left."""

    items: list[T]
    last: UUID | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """An element that waits for somebody. `started_by` started the run."""

    uid: UUID
    instance: InstanceId
    process: str
    version: int
    element: str
    name: str
    state: str
    since: datetime
    started_by: str


@dataclass(frozen=True, slots=True)
class StuckView:
    """An incident, and of which run. `uid` is that of the element instance, or of the run."""

    uid: UUID
    run: InstanceRow
    element: str
    incident: Incident


@dataclass(slots=True)
class _Found(Generic[T]):
    """A page as it grows. `left`: so many large runs may still be loaded."""

    limit: int
    items: list[T] = field(default_factory=list)
    left: int = field(default_factory=lambda: LOADED_MAX)

    @property
    def full(self) -> bool:
        return len(self.items) >= self.limit or self.left <= 0


# -- runs -----------------------------------------------------------------------------------------


async def find_runs(
    engine: "Engine", search: RunSearch, may_see: MaySee, *, before: UUID | None, limit: int
) -> Page[InstanceRow]:
    """The newest first, of those before a certain one. Raises BadValue (the parameter's name)."""
    found: _Found[InstanceRow] = _Found(limit)

    async def keep(run: ScannedRun) -> None:
        if not may_see(run.row.process, run.row.caller) or not _fits(search, run.row):
            return
        if search.parameter is not None and not same(
            await _value(engine, search.parameter, run, found), search.value
        ):
            return
        found.items.append(run.row)

    return await _look(engine, _scan(search, before), found, keep)


async def _look(
    engine: "Engine",
    scan: RunScan,
    found: _Found[T],
    keep: Callable[[ScannedRun], Awaitable[None]],
) -> Page[T]:
    """Reads little at first, and more where what is wanted is rare; `SCANNED_MAX` at most."""
    looked, size = 0, max(found.limit, FIRST_LOOK)
    while looked < SCANNED_MAX:
        size = min(size, SCANNED_MAX - looked)
        runs = await engine.store.search.runs(scan, limit=size)
        for run in runs:
            await keep(run)
            if found.full:
                return Page(found.items, run.row.id)
        if len(runs) < size:
            return Page(found.items, None)
        scan = replace(scan, before=runs[-1].row.id)
        looked, size = looked + size, size * LOOKS_GROW_BY
    return Page(found.items, scan.before)


def _scan(search: RunSearch, before: UUID | None) -> RunScan:
    if search.parameter is not None and not search.parameter.isidentifier():
        raise BadValue(f"parameter: {search.parameter[:60]!r} cannot be the code of a parameter")
    since = FIRST_ID
    if search.started_after is not None:
        since = _first_id_of(search.started_after - COMMITTED_WITHIN)
    beyond = before or BEYOND_ID
    if search.started_before is not None:
        beyond = min(beyond, _first_id_of(search.started_before + timedelta(milliseconds=1)))
    return RunScan(beyond, since, search.process, search.statuses, search.parameter)


def _first_id_of(at: datetime) -> UUID:
    """No run that started at this moment or later has a lower id."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def _fits(search: RunSearch, row: InstanceRow) -> bool:
    return (
        (search.caller is None or search.caller == row.caller)
        and _between(search.started_after, row.started_at, search.started_before)
        and _between(search.ended_after, row.ended_at, search.ended_before)
    )


def _between(after: datetime | None, at: datetime | None, before: datetime | None) -> bool:
    if at is None:
        return after is None and before is None
    return (after is None or at >= after) and (before is None or at < before)


async def _value(
    engine: "Engine", parameter: str, run: ScannedRun, found: _Found[InstanceRow]
) -> Value:
    if not run.large:
        return run.value
    found.left -= 1
    return await engine.look(run.row.id, lambda instance: instance.values.get(parameter))


# As what a text is read to be compared with a value.
_READ_AS = {
    str: DataType.TEXT,
    bool: DataType.BOOLEAN,
    int: DataType.DECIMAL,
    float: DataType.DECIMAL,
    Decimal: DataType.DECIMAL,
    datetime: DataType.DATE_TIME,
    date: DataType.DATE,
    time: DataType.TIME,
    UUID: DataType.GUID,
}


def same(value: Value, text: str) -> bool:
    """Whether a value is what a text says, read as the value's own type; a list never is."""
    kind = _READ_AS.get(type(value))
    if kind is None:
        return False
    try:
        wanted = from_text("value", Kind(kind), text)
    except BadValue:
        return False
    return bool(_comparable(value) == wanted)


def _comparable(value: Value) -> Value:
    """A float is the decimal that it is written as; a moment without a zone is UTC."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


# -- tasks ----------------------------------------------------------------------------------------


async def find_tasks(
    engine: "Engine",
    may_see: MaySee,
    *,
    process: str | None,
    after: UUID | None,
    limit: int,
) -> Page[TaskView]:
    """What waits for people, the oldest run first, of those after a certain one."""
    tasks: list[TaskView] = []
    beyond = _place(after)
    scanned = await engine.store.search.elements(beyond, process=process, limit=SCANNED_MAX)
    for one in scanned:
        task = await _task(engine, one)
        if task is not None and may_see(one.process, one.caller):
            tasks.append(task)
        if len(tasks) == limit:
            return Page(tasks, element_uid(one.instance, one.id))
    more = len(scanned) == SCANNED_MAX
    return Page(tasks, element_uid(scanned[-1].instance, scanned[-1].id) if more else None)


def _place(uid: UUID | None) -> tuple[UUID, int]:
    if uid is None:
        return FIRST_ID, 0
    number = uid.int & 0xFFFF_FFFF
    return UUID(int=uid.int - number), number


async def _task(engine: "Engine", one: ScannedElement) -> TaskView | None:
    process = await engine.catalog.version(one.process, one.version)
    element = process.elements.get(one.element)
    if element is None or not waits_for_somebody(element, one.state):
        return None
    looped = isinstance(element, Activity) and element.loop is not None
    if looped and not await engine.look(one.instance, lambda run: _is_round(run, one.id)):
        return None
    return TaskView(
        element_uid(one.instance, one.id),
        one.instance,
        one.process,
        one.version,
        one.element,
        element.name,
        one.state,
        one.since,
        one.caller,
    )


def _is_round(instance: ProcessInstance, number: ElementInstanceId) -> bool:
    """Of what is done several times, its rounds wait; what holds them together does not."""
    me = instance.elements.get(number)
    return me is not None and me.loop is None


def waits_for_somebody(element: object, state: str) -> bool:
    """A user task that is active, or an activity that somebody may begin (§13.3.5)."""
    return state == ElementState.READY or (
        isinstance(element, UserTask) and state == ElementState.ACTIVE
    )


# -- incidents ------------------------------------------------------------------------------------


async def find_incidents(
    engine: "Engine", may_see: MaySee, *, process: str | None, before: UUID | None, limit: int
) -> Page[StuckView]:
    """Of the runs that are stuck, the newest first; a page ends with all incidents of a run."""
    found: _Found[StuckView] = _Found(limit)

    async def keep(run: ScannedRun) -> None:
        if may_see(run.row.process, run.row.caller):
            found.left -= 1
            found.items += await engine.look(run.row.id, lambda at: _stuck(run.row, at))

    search = RunSearch(process=process, statuses=(Status.ERROR,))
    return await _look(engine, _scan(search, before), found, keep)


def _stuck(row: InstanceRow, instance: ProcessInstance) -> list[StuckView]:
    return [
        StuckView(_uid(row, number), row, instance.elements[number].element, each)
        for number, each in instance.incidents.items()
    ]


def _uid(row: InstanceRow, number: ElementInstanceId) -> UUID:
    return element_uid(row.id, number)
