"""Builders: small processes, and runs of them that are decided by the core and kept in a store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from procession.core.apply import replay
from procession.core.commands import Command, StartProcess
from procession.core.decide import Decision, decide
from procession.core.ids import InstanceId, new_instance_id
from procession.core.instance import ProcessInstance
from procession.core.model import (
    Element,
    EndEvent,
    Parameter,
    Process,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    UserTask,
)
from procession.core.turn import Context
from procession.core.values import DataType, Kind, Values
from procession.stores import Lease, Store, Write

NOW = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)
ME = "me"
ANN = "Ann"

E = TypeVar("E", bound=Element)
_numbers = count(1)


def uid_of(id: str) -> UUID:
    return uuid5(NAMESPACE_OID, id)


def user_task(id: str = "wait") -> UserTask:
    return UserTask(id=id, uid=uid_of(id))


def service_task(id: str = "work") -> ServiceTask:
    return ServiceTask(id=id, uid=uid_of(id), kind="work", inputs={"what": id})


def line(*middle: Element, name: str = "UsrLine", version: int = 1) -> Process:
    """A process of these elements one after the other, between a start and an end."""
    ends = StartEvent(id="start", uid=uid_of("start")), EndEvent(id="end", uid=uid_of("end"))
    elements = [ends[0], *middle, ends[1]]
    flows = [
        SequenceFlow(f"flow{number}", one.id, next_one.id)
        for number, (one, next_one) in enumerate(pairwise(elements))
    ]
    return Process(
        id=name,
        uid=uid_of(name),
        caption=name,
        parameters={"Text": Parameter("Text", Kind(DataType.TEXT))},
        elements={element.id: _joined(element, flows) for element in elements},
        flows={flow.id: flow for flow in flows},
        starts={"": ("start",)},
        version=version,
    )


def _joined(element: E, flows: Sequence[SequenceFlow]) -> E:
    return replace(
        element,
        incoming=tuple(flow.id for flow in flows if flow.target == element.id),
        outgoing=tuple(flow.id for flow in flows if flow.source == element.id),
    )


WAITING = line(user_task())
WORKING = line(service_task())


def new_id() -> InstanceId:
    """Ids grow, as those of runs that are started one after the other do."""
    return new_instance_id(int(NOW.timestamp() * 1000), next(_numbers))


def lease(holder: str = ME, *, seconds: float = 30, at: datetime = NOW) -> Lease:
    return Lease(holder, at + timedelta(seconds=seconds))


def start(process: Process = WAITING, *, caller: str = ANN, values: Values | None = None) -> Write:
    """The decision to start a run, not kept yet."""
    command = StartProcess(new_id(), values or {}, caller)
    return Write(process, decide(process, None, command, Context(NOW)), 0)


async def started(
    store: Store, process: Process = WAITING, *, caller: str = ANN, at: datetime = NOW
) -> InstanceId:
    """A run that the store keeps."""
    command = StartProcess(new_id(), {"Text": "given"}, caller)
    write = Write(process, decide(process, None, command, Context(at)), 0)
    await store.commit([write], at=at, lease=lease(at=at))
    return command.instance


async def decided(
    store: Store, process: Process, instance_id: InstanceId, command: Command, at: datetime = NOW
) -> Write:
    """The decision on what the store has now, not kept yet."""
    instance, revision = await loaded(store, instance_id)
    return Write(process, decide(process, instance, command, Context(at)), revision)


async def advanced(
    store: Store, process: Process, instance_id: InstanceId, command: Command, at: datetime = NOW
) -> Decision:
    """One more turn that the store keeps."""
    write = await decided(store, process, instance_id, command, at)
    await store.commit([write], at=at, lease=lease(at=at))
    return write.decision


async def loaded(store: Store, instance_id: InstanceId) -> tuple[ProcessInstance, int]:
    found = await store.load(instance_id)
    assert found is not None, f"the store has no {instance_id}"
    return found


async def replayed(store: Store, instance_id: InstanceId) -> ProcessInstance:
    """What the history tells."""
    turns = await store.history(instance_id)
    return replay(change for turn in turns for change in turn.changes)
