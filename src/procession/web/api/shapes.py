"""What is told of runs, in every answer alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from procession.core.instance import Status
from procession.core.values import Value
from procession.stores import InstanceRow
from procession.views import Outcome

WAIT_SECONDS_MAX = 300

WaitSeconds = Annotated[
    float,
    Meta(
        ge=0,
        le=WAIT_SECONDS_MAX,
        description="How long to wait for the run to end or rest before it is answered; 0: not.",
    ),
]
GivenValues = Annotated[
    dict[str, Value],
    Meta(
        description="Values by the codes of parameters, as JSON values or as texts. "
        "One that is null is as one that is not there.",
        extra_json_schema={"maxProperties": 200},
    ),
]
ProcessName = Annotated[
    str, Meta(description="The name of a process: its BPMN id.", examples=["UsrApproveExpense"])
]
RunId = Annotated[UUID, Meta(description="The id of a run.")]


class IncidentShape(Struct, rename="camel"):
    """Why a run is stuck, and at which element ("" is the run itself)."""

    element: str
    code: str
    message: str


class RunShape(Struct, rename="camel"):
    """How a run stands. `values`: its parameters as they are now, by code."""

    id: UUID
    process: str
    version: int
    status: Status
    values: dict[str, Value]
    incidents: list[IncidentShape]
    warnings: list[str]


class RunRow(Struct, rename="camel"):
    """What a list tells of a run. `parent`: the run that has called it."""

    id: UUID
    process: str
    version: int
    status: Status
    caller: str
    parent: UUID | None
    started_at: datetime
    ended_at: datetime | None


def run_shape(outcome: Outcome, process: str, version: int) -> RunShape:
    return RunShape(
        id=outcome.instance_id,
        process=process,
        version=version,
        status=outcome.status,
        values=dict(outcome.values),
        incidents=[
            IncidentShape(each.element, each.code, each.message) for each in outcome.incidents
        ],
        warnings=list(outcome.warnings),
    )


def run_row(row: InstanceRow) -> RunRow:
    return RunRow(
        id=row.id,
        process=row.process,
        version=row.version,
        status=row.status,
        caller=row.caller,
        parent=row.parent,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


# What the examples of several operations show.
EXAMPLE_RUN: Mapping[str, Value] = {
    "id": "0199d3c2-5a41-8b6f-9c3e-7d1100000000",
    "process": "UsrApproveExpense",
    "version": 1,
    "status": "Running",
    "values": {"Amount": 1200},
    "incidents": [],
    "warnings": [],
}
