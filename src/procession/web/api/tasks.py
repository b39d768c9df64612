"""Tasks: what waits for people, in the runs that the caller may see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from procession.access import Duty
from procession.core.ids import ElementInstanceId, locate
from procession.core.instance import ProcessInstance
from procession.core.model import Element, Expression, Process, Template, UserTask
from procession.core.values import Value, Values, untyped
from procession.core.variables import visible
from procession.errors import BadValue, ExpressionError, UnknownElement
from procession.finding import TaskView, find_tasks, waits_for_somebody
from procession.stores import InstanceRow
from procession.views import Outcome, outcome_of
from procession.web.answers import HttpRefusal
from procession.web.api.inputs import values_given
from procession.web.api.instances import run_of, seen_by
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.paging import Cursor, Limit
from procession.web.api.shapes import (
    EXAMPLE_RUN,
    GivenValues,
    RunShape,
    WaitSeconds,
    run_shape,
)

TaskId = Annotated[UUID, Meta(description="The id of a task: of an element in its run.")]


class ListTasks(Struct, rename="camel"):
    process: Annotated[str | None, Meta(description="Only tasks of this process.")] = None
    limit: Limit = 50
    cursor: Cursor = ""


class TaskShape(Struct, rename="camel"):
    """An element that waits for somebody. `run` is the id of its run; `startedBy` began that."""

    id: UUID
    run: UUID
    process: str
    version: int
    element: str
    name: str
    state: str
    since: datetime
    started_by: str


class TaskPage(Struct, rename="camel"):
    """A page of tasks, those of the oldest run first."""

    items: list[TaskShape]
    next: str | None


class OneTask(Struct, rename="camel"):
    id: TaskId


class TaskDetails(Struct, rename="camel"):
    """A task with the values that it sees, and what its process says of who is to do it:
    `assignee`, `groups`, `form` and so on."""

    id: UUID
    run: UUID
    process: str
    version: int
    element: str
    name: str
    state: str
    values: dict[str, Value]
    assignment: dict[str, Value]


class CompleteTask(Struct, rename="camel", forbid_unknown_fields=True):
    """What to complete a task with: values for parameters of the process."""

    values: GivenValues = {}
    wait_seconds: WaitSeconds = 0


async def list_tasks(call: Call, asked: ListTasks) -> Reply:
    cursors = call.cursors
    page = await find_tasks(
        call.engine,
        seen_by(call),
        process=asked.process,
        after=cursors.read_id(asked.cursor),
        limit=asked.limit,
    )
    return Reply(TaskPage([_shape(each) for each in page.items], cursors.following(page.last)))


def _shape(task: TaskView) -> TaskShape:
    return TaskShape(
        id=task.uid,
        run=task.instance,
        process=task.process,
        version=task.version,
        element=task.element,
        name=task.name,
        state=task.state,
        since=task.since,
        started_by=task.started_by,
    )


async def show(call: Call, asked: OneTask) -> Reply:
    row, number = await _place(call, asked.id, Duty.SEE)
    process = await call.engine.catalog.version(row.process, row.version)
    return Reply(
        await call.engine.look(row.id, lambda run: _details(asked.id, process, run, number))
    )


async def _place(call: Call, uid: UUID, duty: Duty) -> tuple[InstanceRow, ElementInstanceId]:
    row = await run_of(call, uid, duty)
    _, number = locate(uid)
    if not number:
        raise UnknownElement(f"{uid} names a run or a job, not an element of a run")
    return row, number


def _details(
    uid: UUID, process: Process, run: ProcessInstance, number: ElementInstanceId
) -> TaskDetails:
    me = run.elements.get(number)
    element = None if me is None else process.elements.get(me.element)
    if me is None or element is None or not waits_for_somebody(element, me.state):
        raise UnknownElement(f"{uid} is no task that waits for somebody")
    values = visible(run, number)
    return TaskDetails(
        id=uid,
        run=run.instance_id,
        process=process.id,
        version=process.version,
        element=element.id,
        name=element.name,
        state=me.state,
        values=dict(values),
        assignment=_assignment(element, values),
    )


def _assignment(element: Element, values: Mapping[str, Value]) -> Values:
    if not isinstance(element, UserTask):
        return {}
    return {name: _filled(each, values) for name, each in element.assignment.items()}


def _filled(template: Template, values: Mapping[str, Value]) -> Value:
    """With its expressions evaluated; one that cannot be is null: the task waits all the same."""
    if isinstance(template, Expression):
        try:
            return untyped("assignment", template.evaluate(values))
        except (ExpressionError, BadValue):
            return None
    if isinstance(template, Mapping):
        return {key: _filled(each, values) for key, each in template.items()}
    if isinstance(template, tuple):
        return [_filled(each, values) for each in template]
    return template


async def complete(call: Call, asked: OneTask, body: CompleteTask) -> Reply:
    """Who may run the process may do its tasks, and who started the run."""
    row, number = await _place(call, asked.id, Duty.RUN)
    process = await call.engine.catalog.version(row.process, row.version)
    await call.engine.look(row.id, lambda run: _require_task(process, run, number))
    given = values_given(body.values, call.service.settings.parameters_max)
    values: Values = untyped("values", given)
    await call.engine.execute_element(asked.id, values, caller=call.principal.name)
    outcome = await settled(call, row, body.wait_seconds)
    return Reply(run_shape(outcome, row.process, row.version))


def _require_task(process: Process, run: ProcessInstance, number: ElementInstanceId) -> None:
    """What is done already is left alone; what is alive must wait for people."""
    me = run.elements.get(number)
    if me is None:
        return
    element = process.elements.get(me.element)
    if element is None or not waits_for_somebody(element, me.state):
        message = f"the element {me.element} is {me.state} and does not wait for somebody"
        raise HttpRefusal(409, "NotWaiting", message)


async def settled(call: Call, row: InstanceRow, wait_seconds: float) -> Outcome:
    """How the run stands, after it has had that time to come to rest."""
    if wait_seconds:
        await call.engine.settle(row.id, wait_seconds)
    return await call.engine.look(row.id, lambda run: outcome_of(run, ()))


_TAG = "Tasks"
OPERATIONS = (
    Operation(
        method="GET",
        path="/tasks",
        name="listTasks",
        tag=_TAG,
        summary="What waits for people, in the runs that you may see",
        handler=list_tasks,
        asked=ListTasks,
        answer=TaskPage,
        refusals=(400,),
    ),
    Operation(
        method="GET",
        path="/tasks/{id}",
        name="showTask",
        tag=_TAG,
        summary="A task with the values that it sees",
        handler=show,
        asked=OneTask,
        answer=TaskDetails,
        refusals=(400, 403, 404),
    ),
    Operation(
        method="POST",
        path="/tasks/{id}/complete",
        name="completeTask",
        tag=_TAG,
        summary="Complete a task with values",
        description="A task that has been completed already is left alone: the answer is the same.",
        handler=complete,
        asked=OneTask,
        body=CompleteTask,
        answer=RunShape,
        refusals=(400, 403, 404, 409, 415),
        examples={"body": {"values": {"Approved": True}}, "answer": EXAMPLE_RUN},
        empty_body=True,
    ),
)
