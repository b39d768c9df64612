"""Call activities: a parent instance hands a job over to a child, and the child answers it.

Both steps touch two instances and are one commit each: a crash leaves both as before or both as
after. Locks are taken parent first, always.
"""

from datetime import datetime

from procession.core.changes import Job, Parent
from procession.core.commands import (
    Command,
    CompleteJob,
    FailJob,
    HandOverJob,
    StartProcess,
    ThrowError,
)
from procession.core.decide import decide
from procession.core.ids import InstanceId, JobId
from procession.core.instance import ProcessInstance, Status
from procession.core.model import Process
from procession.core.turn import RETURN_ERROR_JOB, Context
from procession.core.values import Values, convert, shown
from procession.engine import Engine
from procession.errors import BadValue, Rejected
from procession.stores import Write

CALL_DEPTH_MAX = 100


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
            context = Context(self._engine.clock())
            try:
                process, start = await self._child(instance, job_id, context.now)
                child = decide(process, None, start, context)
            except Rejected as error:
                fail = FailJob(job_id, error.code, str(error), retryable=False)
                await self._engine.decide(instance, revision, fail)
                return None
            given = decide(parent, instance, HandOverJob(job_id, start.instance), context)
            writes = [Write(process, child, 0), Write(parent, given, revision)]
            await self._engine.commit(writes, context.now)
            return start.instance

    async def _child(
        self, instance: ProcessInstance, job_id: JobId, now: datetime
    ) -> tuple[Process, StartProcess]:
        depth = instance.parent.depth + 1 if instance.parent else 1
        if depth > CALL_DEPTH_MAX:
            raise Rejected(f"calls are nested more than {CALL_DEPTH_MAX} deep; does one never end?")
        wanted = instance.jobs[job_id].values
        process = (await self._engine.catalog.find(wanted["process"])).process
        typed = _child_values(process, wanted["given"])
        parent = Parent(instance.id, job_id, depth)
        return process, StartProcess(self._engine.new_id(now), typed, instance.caller, parent)

    async def return_to_parent(self, instance_id: InstanceId, job_id: JobId) -> None:
        """Answer the call that a child was started for, and close the child's job: both at once."""
        child, _ = await self._engine.load(instance_id)
        assert child.parent is not None, f"{instance_id} has a return job and no parent"
        parent_id = InstanceId(child.parent.instance)
        async with self._engine.turn_of(parent_id), self._engine.turn_of(instance_id):
            child, child_revision = await self._engine.load(instance_id)
            job = child.jobs.get(job_id)
            if job is None or child.parent is None:
                return
            parent, revision = await self._engine.load(parent_id)
            answer = _answer(child, child.parent.job, job)
            context = Context(self._engine.clock())
            writes = [
                await self._write(parent, revision, answer, context),
                await self._write(child, child_revision, CompleteJob(job_id, {}), context),
            ]
            await self._engine.commit(
                [each for each in writes if each.decision.changes], context.now
            )

    async def _write(
        self, instance: ProcessInstance, revision: int, command: Command, context: Context
    ) -> Write:
        process = await self._engine.catalog.version(instance.process, instance.version)
        return Write(process, decide(process, instance, command, context), revision)


def _child_values(process: Process, given: Values) -> Values:
    typed = {}
    for code, value in given.items():
        parameter = process.parameters.get(code)
        if parameter is None or not parameter.direction.settable:
            raise BadValue(f"{process.id} has no parameter {shown(code)} that a caller may set")
        typed[code] = convert(code, parameter.kind, value)
    return typed


def _answer(child: ProcessInstance, call: JobId, job: Job) -> Command:
    """What the parent is told of how its child ended."""
    if job.kind == RETURN_ERROR_JOB:
        return ThrowError(call, job.values["code"], job.values["message"])
    if child.status is Status.CANCELED:
        message = f"the called process {child.process} was cancelled (run {child.id})"
        return FailJob(call, "ChildCanceled", message, retryable=False)
    return CompleteJob(call, job.values)
