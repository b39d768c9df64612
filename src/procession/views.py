"""What callers and operators are shown of a run."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from procession.catalog import Catalog
from procession.core.ids import InstanceId, element_uid, locate
from procession.core.instance import Incident, ProcessInstance, Status
from procession.core.model import Process
from procession.core.values import Values
from procession.errors import UnknownInstance
from procession.stores import ElementRow, InstanceRow, Recorded, Store


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Why a run is stuck: at which element ("" is the run itself), and what would help."""

    element: str
    code: str
    message: str


class Outcome(Struct, frozen=True):
    """How a run stands when its caller is answered. `values`: the parameters as they are."""

    instance_id: InstanceId
    status: Status
    values: Values
    warnings: tuple[str, ...] = ()
    incidents: tuple[IncidentView, ...] = ()


@dataclass(frozen=True, slots=True)
class ElementView:
    """Where a run stands. `uid` is what `ExecProcElByUId` takes."""

    uid: UUID
    element: str
    name: str
    state: str
    since: datetime
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class InstanceView:
    row: InstanceRow
    values: Values
    elements: tuple[ElementView, ...]
    incidents: tuple[IncidentView, ...]
    history: tuple[Recorded, ...]


def outcome_of(instance: ProcessInstance, warnings: tuple[str, ...]) -> Outcome:
    """What the caller of a run is told, and may keep: the run may go on."""
    return Outcome(
        instance.instance_id,
        instance.status,
        dict(instance.values),
        warnings,
        _incidents(instance),
    )


def _incidents(instance: ProcessInstance) -> tuple[IncidentView, ...]:
    return tuple(
        IncidentView(instance.elements[id].element, each.code, each.message)
        for id, each in instance.incidents.items()
    )


async def show(store: Store, catalog: Catalog, uid: UUID) -> InstanceView:
    """All that is known of a run, by its GUID or that of an element in it (UnknownInstance)."""
    instance_id, _ = locate(uid)
    row, loaded = await store.instance(instance_id), await store.load(instance_id)
    if row is None or loaded is None:
        raise UnknownInstance(f"there is no run {uid}")
    instance, _ = loaded
    process = await catalog.version(instance.process, instance.version)
    rows = await store.elements(instance_id)
    return InstanceView(
        row,
        instance.values,
        tuple(_element_view(process, instance, each) for each in rows),
        _incidents(instance),
        tuple(await store.history(instance_id)),
    )


def _element_view(process: Process, instance: ProcessInstance, row: ElementRow) -> ElementView:
    return ElementView(
        element_uid(instance.instance_id, row.id),
        row.element,
        process.elements[row.element].name,
        row.state,
        row.since,
        instance.incidents.get(row.id),
    )
