"""Changes as a person reads them, one line each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from procession.core.changes import (
    AnyChange,
    Change,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    FlowsDropped,
    FlowsJoined,
    FlowTaken,
    FlowWaits,
    IncidentRaised,
    IncidentResolved,
    Job,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    ProcessCanceled,
    ProcessStarted,
    TurnPaused,
    TurnResumed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ProcessInstance
from procession.core.model import Process
from procession.core.values import Values, to_plain

Row = tuple[str, str, str]


class Trace:
    """The lines of one run. It remembers names and jobs, since changes go by numbers."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.names = {ROOT: process.id}
        self.jobs: dict[int, str] = {}

    def line(self, change: AnyChange, now: datetime) -> str:
        """What has happened, in columns: what, to whom, how."""
        verb, who, how = _ROWS[type(change)](self, change, now)
        return f"{verb:<10} {who:<28} {how}".rstrip()

    def rest(self, instance: ProcessInstance) -> str:
        """How the turn ended."""
        if instance.status.final:
            return f"ended: {instance.status}"
        return "goes on later" if instance.pause_job is not None else "rests"

    # -- a row for each change --------------------------------------------------------------------

    def _started(self, change: ProcessStarted, now: datetime) -> Row:
        return "started", change.process, shown_values(change.values)

    def _activated(self, change: ElementActivated, now: datetime) -> Row:
        self.names[change.id] = f"{change.element} ({change.id})"
        within = "" if change.scope == ROOT else f"in {self.names[change.scope]}"
        return "activated", self.names[change.id], within

    def _completed(self, change: ElementCompleted, now: datetime) -> Row:
        return "completed", self.names[change.id], ""

    def _terminated(self, change: ElementTerminated, now: datetime) -> Row:
        return "terminated", self.names[change.id], ""

    def _canceled(self, change: ProcessCanceled, now: datetime) -> Row:
        return "canceled", self.process.id, change.reason

    def _taken(self, change: FlowTaken, now: datetime) -> Row:
        flow = self.process.flows[change.flow]
        return "taken", f"{flow.source} → {flow.target}", self._condition(change.flow)

    def _condition(self, flow: str) -> str:
        found = self.process.flows[flow]
        if self.process.elements[found.source].default == flow:
            return "default"
        return found.condition.text if found.condition else ""

    def _waits(self, change: FlowWaits, now: datetime) -> Row:
        return "waits", change.element, f"a token on {change.flow}"

    def _joined(self, change: FlowsJoined, now: datetime) -> Row:
        return "joined", change.element, f"{len(change.flows)} tokens"

    def _dropped(self, change: FlowsDropped, now: datetime) -> Row:
        return "dropped", self.names[change.scope], "the tokens that waited in it"

    def _set(self, change: ValuesSet, now: datetime) -> Row:
        return "set", "", shown_values(change.values)

    def _job_created(self, change: JobCreated, now: datetime) -> Row:
        return "job", self._job(change.job), f"{due(change.job.due_at, now)} {_given(change.job)}"

    def _job(self, job: Job) -> str:
        owner = "" if job.owner is None else f" of {self.names[ElementInstanceId(job.owner)]}"
        self.jobs[job.id] = f"{job.id} {job.kind}{owner}"
        return self.jobs[job.id]

    def _retried(self, change: JobRetried, now: datetime) -> Row:
        left = f"{change.attempts_left} left"
        return "retried", self.jobs[change.id], f"{due(change.due_at, now)}, {left}"

    def _parked(self, change: JobParked, now: datetime) -> Row:
        return "parked", self.jobs[change.id], "a child has it in hand" if change.child else ""

    def _closed(self, change: JobClosed, now: datetime) -> Row:
        return "closed", self.jobs[change.id], ""

    def _raised(self, change: IncidentRaised, now: datetime) -> Row:
        leaving = "its work is done; " if change.leaving else ""
        return "failed", self.names[change.id], f"{change.code}: {leaving}{change.message}"

    def _resolved(self, change: IncidentResolved, now: datetime) -> Row:
        return "resolved", self.names[change.id], ""

    def _paused(self, change: TurnPaused, now: datetime) -> Row:
        self._job(change.job)
        steps = f"after {change.steps} steps, {len(change.pending)} left"
        return "paused", self.jobs[change.job.id], steps

    def _resumed(self, change: TurnResumed, now: datetime) -> Row:
        return "resumed", self.jobs[change.job], ""


def due(at: datetime | None, now: datetime) -> str:
    assert at is not None
    seconds = (at - now).total_seconds()
    return f"due in {seconds:g}s" if seconds > 0 else "due now"


def _given(job: Job) -> str:
    """What the job is given, but for the id of a child, which says nothing to a reader."""
    return shown_values({name: value for name, value in job.values.items() if name != "child"})


def shown_values(values: Values) -> str:
    """Values that are set, as `Name=value`."""
    return " ".join(
        f"{name}={_shown(value)}" for name, value in values.items() if value is not None
    )


def _shown(value: Any) -> str:
    plain = to_plain(value)
    return f'"{plain}"' if isinstance(plain, str) else str(plain)


_ROWS: Mapping[type[Change], Callable[[Trace, Any, datetime], Row]] = {
    ProcessStarted: Trace._started,
    ElementActivated: Trace._activated,
    ElementCompleted: Trace._completed,
    ElementTerminated: Trace._terminated,
    ProcessCanceled: Trace._canceled,
    FlowTaken: Trace._taken,
    FlowWaits: Trace._waits,
    FlowsJoined: Trace._joined,
    FlowsDropped: Trace._dropped,
    ValuesSet: Trace._set,
    JobCreated: Trace._job_created,
    JobRetried: Trace._retried,
    JobParked: Trace._parked,
    JobClosed: Trace._closed,
    IncidentRaised: Trace._raised,
    IncidentResolved: Trace._resolved,
    TurnPaused: Trace._paused,
    TurnResumed: Trace._resumed,
}
