"""Call activities: a parent instance hands a job over to a child, and the child answers it.

Both steps touch two instances and are one commit each: a crash leaves both as before or both as
after.
"""

from copy import deepcopy
from datetime import datetime

from procession.core.changes import Job, Parent
from procession.core.commands import (
    Command,
    CompleteJob,
    FailJob,
    HandOverJob,
    StartProcess,
    ThrowError,
    ThrowEscalation,
)
from procession.core.decide import decide
from procession.core.ids import InstanceId, JobId
from procession.core.instance import ProcessInstance, Status
from procession.core.model import Process
from procession.core.turn import ESCALATION_JOB, RETURN_ERROR_JOB, RETURN_JOB
from procession.core.values import Values, convert, shown, untyped
from procession.data_stores import after, beside
from procession.engine import Engine
from procession.errors import BadValue, Rejected
from procession.stores import Write
from procession.together import together

CALL_DEPTH_MAX = 100
RETURNS = (ESCALATION_JOB, RETURN_JOB, RETURN_ERROR_JOB)


class Calls:
    """Starts children and takes their answers back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def start_child(self, instance_id: InstanceId, job_id: JobId) -> InstanceId | None:
        """Start the process that a call names and hand the job over to it: both, or nothing.

        None: there was nothing to start, or it could not be, and the caller has an incident.
        """
        async with self._engine.turn_of(instance_id):
            instance, revision = await self._engine.load(instance_id)
            job = instance.jobs.get(job_id)
            if job is None or job.due_at is None:
                # It is in a child's hands, or it was given up and waits for an operator.
                return InstanceId(job.child) if job and job.child else None
            parent = await self._engine.catalog.version(instance.process, instance.version)
            try:
                process, start = await self._child(instance, job_id, self._engine.clock())
                context = await self._engine.gate.context(process, parent)
                child = decide(process, None, start, context)
            except Rejected as error:
                fail = FailJob(job_id, error.code, str(error), retryable=False)
                await self._engine.decide(instance, revision, fail)
                return None
            hand_over = HandOverJob(job_id, start.instance)
            later = after(context, child.changes)
            given = self._engine.decision(parent, instance, hand_over, later)
            writes = [Write(process, child, 0), Write(parent, given, revision)]
            stores = beside(after(later, given.changes), [*child.changes, *given.changes])
            await self._engine.commit(writes, context.now, stores)
            return start.instance

    async def _child(
        self, instance: ProcessInstance, job_id: JobId, now: datetime
    ) -> tuple[Process, StartProcess]:
        depth = instance.parent.depth + 1 if instance.parent else 1
        if depth > CALL_DEPTH_MAX:
            raise Rejected(f"calls are nested more than {CALL_DEPTH_MAX} deep; does one never end?")
        wanted = instance.jobs[job_id].values
        process = await self._called(wanted["process"], wanted.get("version"))
        typed = _child_values(process, wanted["given"], everything=wanted.get("all", False))
        parent = Parent(instance.id, job_id, depth)
        return process, StartProcess(self._engine.new_id(now), typed, instance.caller, parent)

    async def _called(self, name: str, version: int | None) -> Process:
        """The version that a call names, or the newest (BPMN 2.0.2 §10.3.6)."""
        catalog = self._engine.catalog
        if version is not None:
            return await catalog.version(name, version)
        return (await catalog.find(name)).process

    async def return_to_parent(self, instance_id: InstanceId, job_id: JobId) -> None:
        """Tell the call that a child was started for what the child has thrown and how it ended.

        All up to this job, in its order; the child's jobs are closed in the same commit.
        """
        called_by = await self._engine.look(instance_id, lambda child: child.parent)
        assert called_by is not None, f"{instance_id} has a return job and no parent"
        parent = InstanceId(called_by.instance)
        async with together(self._engine, parent, instance_id) as turns:
            child = await turns.instance(instance_id)
            told = [(job.id, _answer(child, called_by.job, job)) for job in _returns(child, job_id)]
            for number, answer in told:
                await turns.advance(parent, answer)
                await turns.advance(instance_id, CompleteJob(number, {}))
            await turns.commit()


def _returns(child: ProcessInstance, until: JobId) -> list[Job]:
    numbers = sorted(number for number, job in child.jobs.items() if job.kind in RETURNS)
    return [child.jobs[number] for number in numbers if number <= until]


def _child_values(process: Process, given: Values, *, everything: bool) -> Values:
    """The child's parameters; of a caller that gives everything, those that it has."""
    typed = {}
    for code, value in given.items():
        parameter = process.parameters.get(code)
        if parameter is None and process.open:
            typed[code] = untyped(code, value)
            continue
        if parameter is None or not parameter.direction.settable:
            if everything:
                continue
            raise BadValue(f"{process.id} has no parameter {shown(code)} that a caller may set")
        typed[code] = convert(code, parameter.kind, value)
    return typed


def _answer(child: ProcessInstance, call: JobId, job: Job) -> Command:
    """What the parent is told of how its child ended."""
    thrown = deepcopy(job.values)  # The child may go on with what it has thrown.
    if job.kind == ESCALATION_JOB:
        return ThrowEscalation(call, thrown["code"], thrown["payload"])
    if job.kind == RETURN_ERROR_JOB:
        return ThrowError(call, thrown["code"], thrown["message"], thrown.get("payload", {}))
    if child.status is Status.CANCELED:
        message = f"the called process {child.process} was cancelled (run {child.id})"
        return FailJob(call, "ChildCanceled", message, retryable=False)
    return CompleteJob(call, job.values)
