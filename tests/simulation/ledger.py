"""The plain part of an auditor's books: values, jobs, subscriptions, incidents."""

from typing import Any

from procession.core.changes import (
    Change,
    ConditionSeen,
    EventCaught,
    EventsCaught,
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
    ValuesSet,
)
from procession.core.ids import ROOT
from tests.invariants import require


class Ledger:
    """Who is alive or stuck, and what each of them has asked for."""

    def __init__(self) -> None:
        self.alive: dict[int, tuple[str, int]] = {}
        self.failed: set[int] = set()
        self.jobs: dict[int, int | None] = {}
        self.subscriptions: dict[int, int] = {}
        self.values: dict[str, Any] = {}
        self.all_jobs = self.all_subscriptions = 0

    def _set(self, change: ValuesSet) -> None:
        require(change.scope in self.alive, "only what is alive has variables", change)
        if change.scope == ROOT:
            require(change.values.keys() <= self.values.keys(), "only parameters are set", change)
            self.values.update(change.values)

    def _job_created(self, change: JobCreated | TurnPaused) -> None:
        self.all_jobs += 1
        require(change.job.id == self.all_jobs, "numbers are given in turn", change)
        owner = change.job.owner
        require(owner is None or owner in self.alive, "a job has a live owner", change)
        asks = owner not in self.failed or change.job.target
        require(asks, "a failed element asks for nothing", change)
        self.jobs[change.job.id] = owner

    def _job_changed(self, change: JobRetried | JobParked) -> None:
        require(change.id in self.jobs, "the job is open", change)

    def _job_closed(self, change: JobClosed) -> None:
        require(change.id in self.jobs, "a job is closed once", change)
        del self.jobs[change.id]

    def _resumed(self, change: TurnResumed) -> None:
        require(self.jobs.pop(change.job, ROOT) is None, "a pause has a job", change)

    def _subscribed(self, change: Subscribed) -> None:
        self.all_subscriptions += 1
        subscription = change.subscription
        require(subscription.id == self.all_subscriptions, "numbers are given in turn", change)
        require(subscription.owner in self.alive, "a subscription has a live owner", change)
        self.subscriptions[subscription.id] = subscription.owner

    def _unsubscribed(self, change: Unsubscribed) -> None:
        require(change.id in self.subscriptions, "a subscription ends once", change)
        del self.subscriptions[change.id]

    def _condition_seen(self, change: ConditionSeen) -> None:
        require(change.id in self.subscriptions, "the subscription is open", change)

    def _raised(self, change: IncidentRaised) -> None:
        require(change.id in self.alive and change.id not in self.failed, "it fails once", change)
        require(change.code and change.message, "an incident says why", change)
        self.failed.add(change.id)

    def _resolved(self, change: IncidentResolved) -> None:
        require(change.id in self.failed, "an incident is resolved once", change)
        self.failed.remove(change.id)

    def _of_the_living(self, change: Any) -> None:
        require(change.id in self.alive, "it happens to what is alive", change)

    def _of_an_owner(self, change: EventCaught | EventsCaught) -> None:
        require(change.owner in self.alive, "it happens to what is alive", change)

    def _of_no_token(self, change: Change) -> None:
        pass
