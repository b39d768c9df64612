"""A run under test: how it stands, what waits in it, and which way it has taken."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from procession.client import Run, RunError
from procession.core.changes import AnyChange
from procession.core.ids import InstanceId
from procession.core.instance import Status
from procession.core.model import Process
from procession.core.values import Value
from procession.engine import Engine
from procession.testing.paths import Stay, Visit, path_text, visits_of
from procession.testing.service import Service
from procession.views import ElementView, IncidentView, InstanceView, show

TURNS_MAX = 100_000
NAMES_SHOWN_MAX = 3


class Seen:
    """A run at one moment, with its process and its path."""

    def __init__(self, view: InstanceView, process: Process, visits: Sequence[Visit]) -> None:
        self.view, self.process, self.visits = view, process, visits

    @property
    def text(self) -> str:
        return path_text(self.view, self.process, self.visits)


class ObservedRun:
    """A run. What it tells is how it stands when it is asked.

    `started`: how its start was answered, for a run that the test has started itself.
    """

    def __init__(self, service: Service, process_id: UUID, started: Run | None = None) -> None:
        self._service = service
        self.process_id = process_id
        self.started = started

    def __repr__(self) -> str:
        return f"ObservedRun({self.process_id})"

    def __str__(self) -> str:
        return self._seen().text

    # -- how it stands ----------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        return self._seen().view.row.status

    @property
    def values(self) -> Mapping[str, Value]:
        """The parameters and variables of the run, by name."""
        return self._seen().view.values

    @property
    def results(self) -> Mapping[str, Value]:
        """The results that were asked for with the start, as the service answered them."""
        return self.started.results if self.started else {}

    @property
    def error(self) -> RunError | None:
        """What the answer to the start said of a failure."""
        return self.started.error if self.started else None

    @property
    def incidents(self) -> Sequence[IncidentView]:
        """Where the run is stuck, and why."""
        return self._seen().view.incidents

    @property
    def elements(self) -> Sequence[ElementView]:
        """Where the run stands: what is active in it."""
        return self._seen().view.elements

    # -- its path ---------------------------------------------------------------------------------

    def passed(self, *names: str) -> Self:
        """The run has been at each of these elements and has gone on. An id or a caption."""
        __tracebackhide__ = True
        seen = self._seen()
        passed = {visit.id for visit in seen.visits if visit.stay is Stay.PASSED}
        missing = [name for name in names if element_id(seen.process, name) not in passed]
        if missing:
            raise AssertionError(_failed(f"has not passed {', '.join(missing)}", seen))
        return self

    def passed_in_order(self, *names: str) -> Self:
        """The same, and each for the first time after the one before it."""
        __tracebackhide__ = True
        seen = self._seen()
        path = [visit.id for visit in seen.visits if visit.stay is Stay.PASSED]
        after = 0
        for name in names:
            wanted = element_id(seen.process, name)
            if wanted not in path[after:]:
                order = ", then ".join(names)
                raise AssertionError(_failed(f"has not passed {order}: {name} is missing", seen))
            after = path.index(wanted, after) + 1
        return self

    def but_not(self, *names: str) -> Self:
        """The run has never been at any of these elements."""
        __tracebackhide__ = True
        seen = self._seen()
        reached = {visit.id for visit in seen.visits}
        wrong = [name for name in names if element_id(seen.process, name) in reached]
        if wrong:
            raise AssertionError(_failed(f"has reached {', '.join(wrong)}", seen))
        return self

    def waits_at(self, *names: str) -> Self:
        """The run stands at each of these elements now."""
        __tracebackhide__ = True
        seen = self._seen()
        alive = {each.element for each in seen.view.elements}
        missing = [name for name in names if element_id(seen.process, name) not in alive]
        if missing:
            raise AssertionError(_failed(f"does not wait at {', '.join(missing)}", seen))
        return self

    def is_(self, status: str) -> Self:
        """Running, Completed, Error or Canceled."""
        __tracebackhide__ = True
        seen = self._seen()
        if seen.view.row.status is not Status(status):
            raise AssertionError(_failed(f"is not {status}", seen))
        return self

    def _seen(self) -> Seen:
        return self._service.see(look(self._service.engine, self.process_id))


async def look(engine: Engine, run: UUID) -> Seen:
    """A run with its whole path."""
    view = await show(engine.store, engine.catalog, run)
    process = await engine.catalog.version(view.row.process, view.row.version)
    return Seen(view, process, visits_of(await _changes(engine, view.row.id)))


async def _changes(engine: Engine, run: InstanceId) -> list[AnyChange]:
    changes: list[AnyChange] = []
    after = 0
    while after < TURNS_MAX and (turns := await engine.store.history(run, after=after)):
        changes += (change for turn in turns for change in turn.changes)
        after = turns[-1].revision
    return changes


def element_id(process: Process, name: str) -> str:
    """The element with this id or, where one has it alone, this caption. Raises LookupError."""
    if name in process.elements:
        return name
    captioned = [each.id for each in process.elements.values() if each.name == name]
    if len(captioned) == 1:
        return captioned[0]
    if captioned:
        raise LookupError(f"{process.id}: several elements are called {name!r}: {captioned}")
    known = {*process.elements, *(each.name for each in process.elements.values())} - {""}
    close = difflib.get_close_matches(name, known, NAMES_SHOWN_MAX) or sorted(known)
    raise LookupError(f"{process.id} has no element {name!r}; it has {', '.join(close)}")


def _failed(what: str, seen: Seen) -> str:
    return f"{seen.process.id}: the run {what}\n{seen.text}"
