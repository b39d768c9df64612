"""The visits to the elements of a run, each with its state and times, as the run's history tells.

Rule: nothing is written for the log. What has ended stands in no table of its own, so whoever asks
gets it from the history of the run, which says all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procession.core.changes import (
    AnyChange,
    Change,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
    ProcessCanceled,
)
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.scope_changes import (
    CompensationBegun,
    CompensationDetached,
    ElementReadied,
    ElementStarted,
    ScopeCanceled,
)

# Names of the table log_status.
INACTIVE, RUNNING, COMPLETED = "Inactive", "Running", "Completed"
ERROR, CANCELED, CANCELING = "Error", "Canceled", "Canceling"


@dataclass(slots=True)
class Visit:
    """One visit to an element; times in milliseconds. `ended_at` None: it is alive."""

    id: ElementInstanceId
    element: str
    status: str
    began_at: int
    ended_at: int | None = None
    error: str = ""

    def end(self, status: str, at: int) -> None:
        self.status, self.ended_at, self.error = status, at, ""


@dataclass(slots=True)
class RunLog:
    """What a history tells of the visits, and of what is wrong with elements and the run."""

    visits: dict[ElementInstanceId, Visit] = field(default_factory=dict)
    errors: dict[ElementInstanceId, str] = field(default_factory=dict)

    @property
    def error(self) -> str:
        return "; ".join(self.errors.values())


Turn = tuple[int, Iterable[AnyChange]]


def run_log(turns: Iterable[Turn]) -> RunLog:
    """The log of a run from its history: each turn with the time of it, in milliseconds."""
    log = RunLog()
    for at, changes in turns:
        for change in changes:
            if (tell := _TOLD.get(type(change))) is not None:
                tell(log, change, at)
    return log


def _began(
    log: RunLog, change: ElementActivated | CompensationBegun | ElementReadied, at: int
) -> None:
    status = INACTIVE if isinstance(change, ElementReadied) else RUNNING
    log.visits[change.id] = Visit(change.id, change.element, status, at)


def _passed(log: RunLog, change: ElementPassed, at: int) -> None:
    log.visits[change.id] = Visit(change.id, change.element, COMPLETED, at, at)


def _ended(log: RunLog, change: ElementCompleted | ElementTerminated, at: int) -> None:
    log.errors.pop(change.id, None)
    if change.id != ROOT:
        status = COMPLETED if isinstance(change, ElementCompleted) else CANCELED
        log.visits[change.id].end(status, at)


def _canceled(log: RunLog, change: ProcessCanceled, at: int) -> None:
    log.errors = {ROOT: change.reason}
    for visit in log.visits.values():
        if visit.ended_at is None:
            visit.end(CANCELED, at)


def _taken(log: RunLog, change: ElementStarted, at: int) -> None:
    """It was only offered; the visit that does the work is told by itself."""
    del log.visits[change.id]


def _failed(log: RunLog, change: IncidentRaised, at: int) -> None:
    error = log.errors[change.id] = f"{change.code}: {change.message}"
    if change.id in log.visits:
        log.visits[change.id].status, log.visits[change.id].error = ERROR, error


def _becomes(status: str) -> Callable[[RunLog, Any, int], None]:
    def tell(
        log: RunLog, change: IncidentResolved | CompensationDetached | ScopeCanceled, at: int
    ) -> None:
        log.errors.pop(change.id, None)
        if change.id in log.visits:
            log.visits[change.id].status, log.visits[change.id].error = status, ""

    return tell


_TOLD: Mapping[type[Change], Callable[[RunLog, Any, int], None]] = {
    ElementActivated: _began,
    ElementReadied: _began,
    CompensationBegun: _began,
    ElementPassed: _passed,
    ElementCompleted: _ended,
    ElementTerminated: _ended,
    ElementStarted: _taken,
    ProcessCanceled: _canceled,
    IncidentRaised: _failed,
    IncidentResolved: _becomes(RUNNING),
    CompensationDetached: _becomes(RUNNING),
    ScopeCanceled: _becomes(CANCELING),
}
