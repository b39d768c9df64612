"""Which rows a turn touches beside the instance and its history: elements alive, jobs open.

Derived from the changes, so that a commit writes what has changed and not the whole instance. An
element that began and ended in the same turn has no row at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from procession.core.changes import (
    AnyChange,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    TurnPaused,
    TurnResumed,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ProcessInstance

_ELEMENT_CHANGES = (
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
)
_JOB_CHANGES = (JobRetried, JobParked, JobClosed)


@dataclass(frozen=True, slots=True)
class Touched:
    """The element instances and jobs to be put, as they are alive after the turn, or dropped."""

    elements: list[ElementInstanceId]
    dropped_elements: list[ElementInstanceId]
    jobs: list[JobId]
    dropped_jobs: list[JobId]


NOTHING = Touched([], [], [], [])


def touched(instance: ProcessInstance, changes: Iterable[AnyChange], *, new: bool) -> Touched:
    """What the turn touched; `new`: the run began in it, so there is no row to drop."""
    if new and len(instance.elements) == 1 and not instance.jobs:
        return NOTHING
    elements: dict[ElementInstanceId, bool] = {}
    jobs: dict[JobId, bool] = {}
    for change in changes:
        if isinstance(change, _ELEMENT_CHANGES):
            elements[change.id] = elements.get(change.id, isinstance(change, ElementActivated))
        elif isinstance(change, JobCreated | TurnPaused):
            jobs[change.job.id] = True
        elif isinstance(change, _JOB_CHANGES):
            jobs.setdefault(change.id, False)
        elif isinstance(change, TurnResumed):
            jobs.setdefault(change.job, False)
    elements.pop(ROOT, None)
    return Touched(
        [id for id in elements if id in instance.elements],
        [id for id, born in elements.items() if not born and id not in instance.elements],
        [id for id in jobs if id in instance.jobs],
        [id for id, born in jobs.items() if not born and id not in instance.jobs],
    )
