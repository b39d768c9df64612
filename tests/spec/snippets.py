"""Runs of BPMN snippets in the core, with a clock that a test moves.

Each command is decided on the instance as a store would give it back, and the history must tell the
same instance.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from procession.core.apply import replay
from procession.core.changes import AnyChange, DataStoreWritten, ElementActivated, FlowTaken, Job
from procession.core.commands import (
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    HandOverJob,
    ResolveIncident,
    StartProcess,
    ThrowError,
)
from procession.core.data_stores import StoredValue
from procession.core.decide import decide
from procession.core.ids import ROOT, ElementInstanceId, InstanceId, new_instance_id
from procession.core.instance import ProcessInstance, Status
from procession.core.turn import TIMER_JOB, Context
from procession.stores.codec import decode_instance, encode_instance
from tests.histories import unfolded
from tests.unit.bpmn.notation import flow, process, read_one

BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3_600, 86_400
FIRINGS_MAX = 100
CHILD = UUID(int=7)
HANDLER = '<extensionElements><p:handler name="work"/></extensionElements>'


def chain(*names: str) -> str:
    """Flows from each element to the next, called `a_b`."""
    return "".join(flow(f"{a}_{b}", a, b) for a, b in pairwise(names))


def user(*names: str) -> str:
    return "".join(f'<userTask id="{name}"/>' for name in names)


def service(name: str) -> str:
    return f'<serviceTask id="{name}">{HANDLER}</serviceTask>'


def sub(name: str, *content: str) -> str:
    return f'<subProcess id="{name}">{"".join(content)}</subProcess>'


class Run:
    """One run of the process of a file; elements go by their ids.

    `stored`: what data stores hold; what the run writes there is there from then on.
    """

    def __init__(
        self,
        xml: bytes,
        *,
        called_by: Any = None,
        stored: dict[str, StoredValue] | None = None,
        **values: Any,
    ) -> None:
        self.process = read_one(xml)
        self.now = BEGINNING
        self.stored = {} if stored is None else stored
        self.history: list[AnyChange] = []
        self._state = ""
        self.ask(StartProcess(InstanceId(new_instance_id(1, 1)), values, parent=called_by))

    @property
    def instance(self) -> ProcessInstance:
        return decode_instance(self._state)

    def ask(self, command: Command) -> None:
        before = self.instance if self._state else None
        context = Context(self.now, data_stores=dict(self.stored))
        decision = decide(self.process, before, command, context)
        self.history += decision.changes
        for change in decision.changes:
            if isinstance(change, DataStoreWritten):
                self.stored[change.store] = StoredValue(change.value)
        self._state = encode_instance(decision.instance)
        assert replay(self.history) == self.instance

    # -- how it stands ----------------------------------------------------------------------------

    @property
    def alive(self) -> list[str]:
        """The elements that are alive, oldest first."""
        return [each.element for each in self.instance.elements.values() if each.id != ROOT]

    @property
    def status(self) -> Status:
        return self.instance.status

    @property
    def incidents(self) -> dict[str, str]:
        """Codes of incidents by element."""
        instance = self.instance
        return {
            instance.elements[number].element: incident.code
            for number, incident in instance.incidents.items()
        }

    @property
    def taken(self) -> list[str]:
        return [change.flow for change in self.history if isinstance(change, FlowTaken)]

    def visits(self, element: str) -> int:
        began = [each for each in unfolded(self.history) if isinstance(each, ElementActivated)]
        return sum(each.element == element for each in began)

    def number(self, element: str) -> ElementInstanceId:
        return next(each.id for each in self.instance.elements.values() if each.element == element)

    def jobs(self, wanted: Callable[[Job], object] = lambda job: True) -> list[Job]:
        return [job for job in self.instance.jobs.values() if wanted(job)]

    @property
    def timers(self) -> list[float]:
        """In how many seconds the timers of the run are due, the next first."""
        due = [job.due_at for job in self.jobs(lambda job: job.kind == TIMER_JOB)]
        return sorted((moment - self.now).total_seconds() for moment in due if moment)

    def work(self, element: str) -> Job:
        """The job that the element itself waits for."""
        owner = self.number(element)
        (job,) = self.jobs(lambda job: job.owner == owner and not job.target)
        return job

    # -- what happens -----------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """The clock moves on, and what is due by then happens in its order."""
        self.now += timedelta(seconds=seconds)
        for _ in range(FIRINGS_MAX):
            due = [
                (job.due_at, job.id)
                for job in self.jobs(lambda job: job.kind == TIMER_JOB)
                if job.due_at and job.due_at <= self.now
            ]
            if not due:
                return
            self.ask(CompleteJob(min(due)[1], {}))
        raise AssertionError(f"more than {FIRINGS_MAX} timers are due")

    def execute(self, element: str, **values: Any) -> None:
        self.ask(ExecuteElement(self.number(element), values))

    def answer(self, element: str, **values: Any) -> None:
        self.ask(CompleteJob(self.work(element).id, values))

    def fail(self, element: str, *, retryable: bool = False) -> None:
        self.ask(FailJob(self.work(element).id, "Failed", "it failed", retryable))

    def throw(self, element: str, code: str) -> None:
        self.ask(ThrowError(self.work(element).id, code, f"{code} was thrown"))

    def hand_over(self, element: str) -> None:
        """A child has begun for the call."""
        self.ask(HandOverJob(self.work(element).id, CHILD))

    def retry(self, element: str) -> None:
        self.ask(ResolveIncident(self.number(element)))


def start(*content: str, **values: Any) -> Run:
    """A run of a process with these flow elements and the usual parameters."""
    return Run(process("".join(content)), **values)
