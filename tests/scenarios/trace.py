"""Changes as a person reads them, one line each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from procession.core.changes import (
    AnyChange,
    Change,
    ConditionSeen,
    CorrelationSet,
    DataStoreRead,
    DataStoreWritten,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    EventCaught,
    EventsCaught,
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
    LoopBegan,
    LoopStopped,
    OutputCollected,
    ProcessCanceled,
    ProcessStarted,
    RoundBegan,
    RoundCompleted,
    Subscribed,
    TurnPaused,
    TurnResumed,
    Unsubscribed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ProcessInstance
from procession.core.model import Process
from procession.core.scope_changes import (
    ActivityKept,
    CompensationBegun,
    CompensationDetached,
    CompensationThrown,
    ElementReadied,
    ElementsQueued,
    ElementStarted,
    GatewayOpened,
    GatewayReset,
    ScopeCanceled,
    WorkCompleted,
)
from procession.core.values import Values, to_plain

Row = tuple[str, str, str]


class Trace:
    """The lines of one run. It remembers names and jobs, since changes go by numbers."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.names = {ROOT: process.id}
        self.jobs: dict[int, str] = {}
        self.waits: dict[int, str] = {}

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

    def _passed(self, change: ElementPassed, now: datetime) -> Row:
        self.names[change.id] = f"{change.element} ({change.id})"
        within = "" if change.scope == ROOT else f"in {self.names[change.scope]}"
        return "passed", self.names[change.id], within

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

    def _store_read(self, change: DataStoreRead, now: datetime) -> Row:
        return "read", change.store, ""

    def _store_written(self, change: DataStoreWritten, now: datetime) -> Row:
        return "stored", change.store, shown_values({"value": change.value})

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

    # -- undoing, ad-hoc work, complex gateways ---------------------------------------------------

    def _kept(self, change: ActivityKept, now: datetime) -> Row:
        return "kept", self.names[change.id], "" if change.completed else "what is within it"

    def _thrown(self, change: CompensationThrown, now: datetime) -> Row:
        what = change.activity or "all"
        return "undoes", self.names[change.id], f"{what} of {self.names[change.scope]}"

    def _undone(self, change: CompensationBegun, now: datetime) -> Row:
        self.names[change.id] = f"{change.element} ({change.id})"
        return "undoing", self.names[change.id], f"for {self.names[change.scope]}"

    def _detached(self, change: CompensationDetached, now: datetime) -> Row:
        return "left", self.names[change.id], "while it undoes"

    def _scope_canceled(self, change: ScopeCanceled, now: datetime) -> Row:
        return "canceled", self.names[change.id], "ends when all is undone"

    def _readied(self, change: ElementReadied, now: datetime) -> Row:
        self.names[change.id] = f"{change.element} ({change.id})"
        return "ready", self.names[change.id], f"in {self.names[change.scope]}"

    def _begun(self, change: ElementStarted, now: datetime) -> Row:
        return "begun", self.names[change.id], ""

    def _queued(self, change: ElementsQueued, now: datetime) -> Row:
        return "queued", self.names[change.scope], ", ".join(change.elements)

    def _worked(self, change: WorkCompleted, now: datetime) -> Row:
        return "worked", self.names[change.id], "it may end"

    def _opened(self, change: GatewayOpened, now: datetime) -> Row:
        return "opened", change.element, f"{len(change.flows)} tokens"

    def _reset(self, change: GatewayReset, now: datetime) -> Row:
        return "reset", change.element, f"{len(change.flows)} late tokens"

    # -- waits ------------------------------------------------------------------------------------

    def _subscribed(self, change: Subscribed, now: datetime) -> Row:
        found = change.subscription
        target = f" for {found.target}" if found.target else ""
        key = f", key {found.key}" if found.key else ""
        owner = self.names[found.owner]
        self.waits[found.id] = f"{found.kind} {found.name}"
        return "waits", owner + target, f"{self.waits[found.id]}{key}"

    def _unsubscribed(self, change: Unsubscribed, now: datetime) -> Row:
        return "waited", "", self.waits[change.id]

    def _seen(self, change: ConditionSeen, now: datetime) -> Row:
        return "seen", "", f"{self.waits[change.id]}: {'true' if change.holds else 'not true'}"

    def _caught(self, change: EventCaught, now: datetime) -> Row:
        return "caught", change.target or self.names[change.owner], f"no. {change.definition}"

    def _all_caught(self, change: EventsCaught, now: datetime) -> Row:
        return "caught", change.target or self.names[change.owner], "all of them"

    def _correlated(self, change: CorrelationSet, now: datetime) -> Row:
        return "keyed", change.name, change.key

    # -- loops ------------------------------------------------------------------------------------

    def _loop(self, change: LoopBegan, now: datetime) -> Row:
        how = "at once" if change.parallel else "one by one"
        rounds = "rounds" if change.planned is None else f"{change.planned} rounds"
        return "loop", self.names[change.id], f"{rounds}, {how}"

    def _round(self, change: RoundBegan, now: datetime) -> Row:
        return "round", self.names[change.id], ""

    def _output(self, change: OutputCollected, now: datetime) -> Row:
        return "output", self.names[change.id], _shown(change.value)

    def _rounded(self, change: RoundCompleted, now: datetime) -> Row:
        return "rounded", self.names[change.id], ""

    def _stopped(self, change: LoopStopped, now: datetime) -> Row:
        return "enough", self.names[change.id], "no more rounds"

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
    ElementPassed: Trace._passed,
    ElementCompleted: Trace._completed,
    ElementTerminated: Trace._terminated,
    ProcessCanceled: Trace._canceled,
    FlowTaken: Trace._taken,
    FlowWaits: Trace._waits,
    FlowsJoined: Trace._joined,
    FlowsDropped: Trace._dropped,
    ValuesSet: Trace._set,
    DataStoreRead: Trace._store_read,
    DataStoreWritten: Trace._store_written,
    JobCreated: Trace._job_created,
    JobRetried: Trace._retried,
    JobParked: Trace._parked,
    JobClosed: Trace._closed,
    ActivityKept: Trace._kept,
    CompensationThrown: Trace._thrown,
    CompensationBegun: Trace._undone,
    CompensationDetached: Trace._detached,
    ScopeCanceled: Trace._scope_canceled,
    ElementReadied: Trace._readied,
    ElementStarted: Trace._begun,
    ElementsQueued: Trace._queued,
    WorkCompleted: Trace._worked,
    GatewayOpened: Trace._opened,
    GatewayReset: Trace._reset,
    Subscribed: Trace._subscribed,
    Unsubscribed: Trace._unsubscribed,
    ConditionSeen: Trace._seen,
    EventCaught: Trace._caught,
    EventsCaught: Trace._all_caught,
    CorrelationSet: Trace._correlated,
    LoopBegan: Trace._loop,
    RoundBegan: Trace._round,
    OutputCollected: Trace._output,
    RoundCompleted: Trace._rounded,
    LoopStopped: Trace._stopped,
    IncidentRaised: Trace._raised,
    IncidentResolved: Trace._resolved,
    TurnPaused: Trace._paused,
    TurnResumed: Trace._resumed,
}
