"""Random verbs in random order: after each, a store holds what a small model of it holds."""

import asyncio
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from procession.core.apply import replay
from procession.core.changes import AnyChange
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    ResolveIncident,
    StartProcess,
)
from procession.core.decide import decide
from procession.core.ids import ROOT, InstanceId, JobId
from procession.core.instance import ProcessInstance
from procession.core.turn import Context
from procession.errors import Conflict, Rejected
from procession.stores import Store, Write
from tests.stores.conftest import PLACES
from tests.stores.runs import ANN, NOW, lease, line, new_id, service_task, user_task

PROCESS = line(user_task(), service_task("first"), user_task("again"), service_task("second"))
HOLDERS = st.sampled_from(["one", "two"])
SECONDS = st.integers(1, 40)
FREE = ("", NOW)


@dataclass
class Run:
    """What the store must hold of one run."""

    instance: ProcessInstance
    changes: list[AnyChange]
    revision: int = 1
    # Who holds each job, and until when.
    leases: dict[JobId, tuple[str, datetime]] = field(default_factory=dict)


def possible(instance: ProcessInstance) -> list[Command]:
    """Commands that make sense now, and one that always comes too late."""
    alive = [id for id in instance.elements if id != ROOT]
    jobs = list(instance.jobs)
    return [
        *(ExecuteElement(id, {"Text": f"by {id}"}) for id in alive),
        *(CompleteJob(job, {}) for job in jobs),
        *(FailJob(job, "Broken", "again") for job in jobs),
        *(FailJob(job, "Broken", "for good", retryable=False) for job in jobs),
        *(ResolveIncident(id) for id in instance.incidents),
        CancelProcess("enough"),
    ]


class StoreMachine(RuleBasedStateMachine):
    kind = "sqlite"
    runs = Bundle("runs")
    late = Bundle("late")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.place = PLACES[self.kind](Path(self.folder.name))
        self.runner = asyncio.Runner()
        self.store: Store = self.runner.run(self.place.open())
        # Another program that writes too, and one that only looks: so neither of those who write
        # is told by a look how a run stands.
        self.other: Store = self.runner.run(self.place.open())
        self.reader: Store = self.runner.run(self.place.open())
        self.model: dict[InstanceId, Run] = {}
        self.now = NOW

    def teardown(self) -> None:
        if hasattr(self, "store"):
            for store in (self.store, self.other, self.reader):
                self.runner.run(store.close())
            self.runner.close()
            self.folder.cleanup()

    # -- what the rules are made of

    def decision(self, run: InstanceId, command: Command) -> Write | None:
        """What the core makes of it; None if nothing."""
        kept = self.model[run]
        try:
            made = decide(PROCESS, deepcopy(kept.instance), command, Context(self.now))
        except Rejected:
            return None
        return Write(PROCESS, made, kept.revision) if made.changes else None

    def fresh(self) -> Write:
        command = StartProcess(new_id(), {"Text": "given"}, ANN)
        return Write(PROCESS, decide(PROCESS, None, command, Context(self.now)), 0)

    async def commit(self, *writes: Write, holder: str, elsewhere: bool = False) -> None:
        store = self.other if elsewhere else self.store
        await store.commit(writes, at=self.now, lease=lease(holder, at=self.now))

    def keep(self, write: Write, holder: str) -> None:
        """The model's own commit."""
        instance = deepcopy(write.decision.instance)
        before = self.model.get(instance.instance_id)
        run = Run(instance, list(write.decision.changes), write.revision + 1)
        if before is not None:
            run.changes = before.changes + run.changes
        for number, job in instance.jobs.items():
            same = before and before.instance.jobs.get(number)
            if before and same and same.due_at == job.due_at:
                run.leases[number] = before.leases[number]
                continue
            due = job.due_at is not None and job.due_at <= self.now
            run.leases[number] = (holder, lease(at=self.now).until) if due else FREE
        self.model[instance.instance_id] = run

    # -- rules

    @rule(target=runs, holder=HOLDERS, number=st.integers(1, 3))
    def start(self, holder: str, number: int) -> Any:
        writes = [self.fresh() for _ in range(number)]
        self.runner.run(self.commit(*writes, holder=holder))
        for write in writes:
            self.keep(write, holder)
        return multiple(*(write.decision.instance.instance_id for write in writes))

    @rule(target=late, run=runs, choice=st.integers(0, 99), holder=HOLDERS, elsewhere=st.booleans())
    def advance(self, run: InstanceId, choice: int, holder: str, *, elsewhere: bool) -> Any:
        commands = possible(self.model[run].instance)
        write = self.decision(run, commands[choice % len(commands)])
        if write is None:
            return multiple()
        self.runner.run(self.commit(write, holder=holder, elsewhere=elsewhere))
        self.keep(write, holder)
        return write

    @rule(late=consumes(late), others=st.integers(0, 3), holder=HOLDERS)
    def come_too_late(self, late: Write, others: int, holder: str) -> None:
        writes = [self.fresh() for _ in range(others)]

        async def together() -> list[BaseException | None]:
            batch = [self.commit(each, holder=holder) for each in (late, *writes)]
            return await asyncio.gather(*batch, return_exceptions=True)

        first, *rest = self.runner.run(together())
        assert isinstance(first, Conflict)
        assert rest == [None] * others
        for write in writes:
            self.keep(write, holder)

    @rule(late=consumes(late), holder=HOLDERS, first=st.booleans())
    def come_too_late_with_another_run(self, late: Write, holder: str, first: bool) -> None:
        new = self.fresh()
        writes = (late, new) if first else (new, late)
        with pytest.raises(Conflict):
            self.runner.run(self.commit(*writes, holder=holder))

    @rule(seconds=SECONDS)
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(holder=HOLDERS, limit=st.integers(1, 5))
    def claim(self, holder: str, limit: int) -> None:
        wanted = lease(holder, at=self.now)
        jobs = self.runner.run(self.store.claim_jobs(now=self.now, lease=wanted, limit=limit))

        free = self.claimable()
        claimed = [(job.instance, job.id) for job in jobs]
        assert len(claimed) == len(set(claimed)) == min(limit, len(free))
        # Those that are due longest, whatever their order among equals.
        assert sorted(free[key] for key in claimed) == sorted(free.values())[:limit]
        for run, number in claimed:
            self.model[run].leases[number] = (holder, wanted.until)

    def claimable(self) -> dict[tuple[InstanceId, JobId], datetime]:
        return {
            (id, number): job.due_at
            for id, run in self.model.items()
            for number, job in run.instance.jobs.items()
            if job.due_at is not None
            and job.due_at <= self.now
            and run.leases[number][1] <= self.now
        }

    @rule(holder=HOLDERS)
    def renew(self, holder: str) -> None:
        wanted = lease(holder, at=self.now)
        self.runner.run(self.store.renew_leases(wanted))
        self.change_leases(holder, (holder, wanted.until))

    @rule(holder=HOLDERS)
    def give_back(self, holder: str) -> None:
        self.runner.run(self.store.release_leases(holder))
        self.change_leases(holder, FREE)

    @rule()
    def end_all_leases(self) -> None:
        self.runner.run(self.store.release_leases())
        for holder in ("one", "two"):
            self.change_leases(holder, FREE)

    def change_leases(self, holder: str, new: tuple[str, datetime]) -> None:
        for run in self.model.values():
            run.leases.update({job: new for job, kept in run.leases.items() if kept[0] == holder})

    @rule()
    def open_again(self) -> None:
        self.runner.run(self.store.close())
        self.store = self.runner.run(self.place.open())

    @rule(run=runs, elsewhere=st.booleans())
    def load(self, run: InstanceId, *, elsewhere: bool) -> None:
        kept, store = self.model[run], self.other if elsewhere else self.store
        assert self.runner.run(store.load(run)) == (kept.instance, kept.revision)

    # -- what always holds

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        self.runner.run(self.look())

    async def look(self) -> None:
        rows = await self.reader.instances(process=None, status=None, limit=1_000)
        assert [row.id for row in rows] == sorted(self.model, reverse=True)
        for row in rows:
            run = self.model[row.id]
            assert (row.status, row.revision) == (run.instance.status, run.revision)
            assert (row.ended_at is not None) == run.instance.status.final
            assert await self.reader.load(row.id) == (run.instance, run.revision)
            await self.look_into(row.id, run)

    async def look_into(self, id: InstanceId, run: Run) -> None:
        turns = await self.reader.history(id)
        changes = [change for turn in turns for change in turn.changes]
        assert [turn.revision for turn in turns] == list(range(1, run.revision + 1))
        assert changes == run.changes
        assert replay(changes) == run.instance
        alive = {(e.id, e.element, e.state) for e in run.instance.elements.values() if e.id != ROOT}
        rows = await self.reader.elements(id)
        assert {(row.id, row.element, row.state) for row in rows} == alive


@pytest.mark.parametrize("kind", PLACES)
def test_a_store_does_what_its_model_does(kind: str) -> None:
    machine = type("Machine", (StoreMachine,), {"kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
