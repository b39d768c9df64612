"""Which rows a turn touches beside the instance and its history: elements that are alive, jobs and
subscriptions that are open.

Derived from the changes, so that a commit writes what has changed and not the whole instance. An
element that began and ended in the same turn has no row at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from procession.core.changes import (
    CONDITIONAL,
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
    Subscribed,
    TurnPaused,
    TurnResumed,
    Unsubscribed,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId, SubscriptionId
from procession.core.instance import ProcessInstance
from procession.core.scope_changes import (
    CompensationBegun,
    CompensationDetached,
    ElementReadied,
    ElementStarted,
    ScopeCanceled,
)

_BIRTHS = (ElementActivated, ElementReadied, CompensationBegun)
_ELEMENT_CHANGES = (
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    IncidentRaised,
    IncidentResolved,
    ElementReadied,
    ElementStarted,
    CompensationBegun,
    CompensationDetached,
    ScopeCanceled,
)
_JOB_CHANGES = (JobRetried, JobParked, JobClosed)


@dataclass(frozen=True, slots=True)
class Touched:
    """What is to be put, as it is alive or open after the turn, or dropped."""

    elements: list[ElementInstanceId]
    dropped_elements: list[ElementInstanceId]
    jobs: list[JobId]
    dropped_jobs: list[JobId]
    subscriptions: list[SubscriptionId]
    dropped_subscriptions: list[SubscriptionId]


NOTHING = Touched([], [], [], [], [], [])


def touched(instance: ProcessInstance, changes: Iterable[AnyChange], *, new: bool) -> Touched:
    """What the turn touched; `new`: the run began in it, so there is no row to drop."""
    if new and len(instance.elements) == 1 and not (instance.jobs or instance.subscriptions):
        return NOTHING
    elements: dict[ElementInstanceId, bool] = {}
    jobs: dict[JobId, bool] = {}
    subscriptions: dict[SubscriptionId, bool] = {}
    for change in changes:
        if isinstance(change, _ELEMENT_CHANGES):
            elements[change.id] = elements.get(change.id, isinstance(change, _BIRTHS))
        elif isinstance(change, JobCreated | TurnPaused):
            jobs[change.job.id] = True
        elif isinstance(change, _JOB_CHANGES):
            jobs.setdefault(change.id, False)
        elif isinstance(change, TurnResumed):
            jobs.setdefault(change.job, False)
        elif isinstance(change, Subscribed):
            # A condition concerns nobody outside.
            if change.subscription.kind != CONDITIONAL:
                subscriptions[change.subscription.id] = True
        elif isinstance(change, Unsubscribed):
            subscriptions.setdefault(change.id, False)
    elements.pop(ROOT, None)
    return Touched(
        [id for id in elements if id in instance.elements],
        [id for id, born in elements.items() if not born and id not in instance.elements],
        [id for id in jobs if id in instance.jobs],
        [id for id, born in jobs.items() if not born and id not in instance.jobs],
        [id for id in subscriptions if id in instance.subscriptions],
        [id for id, born in subscriptions.items() if not born],
    )
