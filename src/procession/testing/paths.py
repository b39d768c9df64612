"""The way that a run has taken, from its history, and as text for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from procession.core.changes import (
    AnyChange,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
    ProcessCanceled,
)
from procession.core.model import Process
from procession.core.scope_changes import CompensationBegun, ElementReadied, ElementStarted
from procession.core.values import shown
from procession.views import InstanceView

VALUES_SHOWN_MAX = 20


class Stay(StrEnum):
    """What has become of one visit to an element."""

    READY = "may be begun"
    ACTIVE = "waits"
    PASSED = "passed"
    ENDED = "ended before its time"
    FAILED = "failed"
    UNDOING = "is being undone"
    UNDONE = "undone"


@dataclass(slots=True)
class Visit:
    """One visit of a run to an element; `id` is the element's BPMN id."""

    id: str
    stay: Stay


Visits = dict[int, Visit]


def visits_of(changes: Iterable[AnyChange]) -> Sequence[Visit]:
    """Every visit, in the order in which they began."""
    visits: Visits = {}
    for change in changes:
        follow = _FOLLOWED.get(type(change))
        if follow is not None:
            follow(visits, change)
    return list(visits.values())


def _begins(stay: Stay) -> Callable[[Visits, Any], None]:
    def begin(visits: Visits, change: Any) -> None:
        visits[change.id] = Visit(change.element, stay)

    return begin


def _becomes(stay: Stay) -> Callable[[Visits, Any], None]:
    def become(visits: Visits, change: Any) -> None:
        # The run itself is an element instance too, and no visit.
        if change.id in visits:
            visits[change.id].stay = stay

    return become


def _completed(visits: Visits, change: ElementCompleted) -> None:
    visit = visits.get(change.id)
    if visit is not None:
        visit.stay = Stay.UNDONE if visit.stay is Stay.UNDOING else Stay.PASSED


def _taken(visits: Visits, change: ElementStarted) -> None:
    """Another element instance does the work."""
    visits.pop(change.id, None)


def _canceled(visits: Visits, change: ProcessCanceled) -> None:
    for visit in visits.values():
        if visit.stay in (Stay.READY, Stay.ACTIVE, Stay.FAILED, Stay.UNDOING):
            visit.stay = Stay.ENDED


_FOLLOWED: Mapping[type[Any], Callable[[Visits, Any], None]] = {
    ElementReadied: _begins(Stay.READY),
    ElementActivated: _begins(Stay.ACTIVE),
    ElementPassed: _begins(Stay.PASSED),
    CompensationBegun: _begins(Stay.UNDOING),
    ElementStarted: _taken,
    ElementCompleted: _completed,
    ElementTerminated: _becomes(Stay.ENDED),
    IncidentRaised: _becomes(Stay.FAILED),
    IncidentResolved: _becomes(Stay.ACTIVE),
    ProcessCanceled: _canceled,
}


def path_text(view: InstanceView, process: Process, visits: Sequence[Visit]) -> str:
    """The run with its path, its values and its incidents, as a failed assertion shows it."""
    row = view.row
    head = f"run {row.id} of {row.process} (version {row.version}): {row.status.value}"
    labels = [process.elements[visit.id].label for visit in visits]
    width = max(map(len, labels), default=0)
    steps = (
        f"  {number:>3}. {label:<{width}}  {visit.stay}"
        for number, (label, visit) in enumerate(zip(labels, visits, strict=True), start=1)
    )
    incidents = (
        f"  incident at {i.element or 'the run'}: {i.message} [{i.code}]" for i in view.incidents
    )
    return "\n".join([head, *steps, *_values(view), *incidents])


def _values(view: InstanceView) -> list[str]:
    known = [f"{name} = {shown(value)}" for name, value in view.values.items() if value is not None]
    more = len(known) - VALUES_SHOWN_MAX
    lines = [f"  {text}" for text in known[:VALUES_SHOWN_MAX]]
    return [*lines, f"  and {more} more values"] if more > 0 else lines
