"""Decisions: what is deployed, and deciding. Who may run processes may decide."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from procession.access import Duty
from procession.core.values import Value, Values, untyped
from procession.stores import DecisionRow
from procession.web.api.inputs import values_given
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.paging import Cursor, Limit
from procession.web.api.processes import Version
from procession.web.api.shapes import GivenValues

DecisionId = Annotated[
    str,
    Meta(
        description="The id of a decision or decision service, or its name.",
        examples=["UsrClaimDecision"],
    ),
]


class DecisionShape(Struct, rename="camel"):
    """A version of a decision or decision service."""

    id: str
    version: int
    caption: str
    file: str
    deployed_at: datetime
    deployed_by: str


class DecisionPage(Struct, rename="camel"):
    """A page of decisions, by id."""

    items: list[DecisionShape]
    next: str | None


class ListDecisions(Struct, rename="camel"):
    limit: Limit = 50
    cursor: Cursor = ""


class OneDecision(Struct, rename="camel"):
    id: DecisionId


class Decide(Struct, rename="camel", forbid_unknown_fields=True):
    """Inputs by their names. `version`: a certain one; without it the newest."""

    values: GivenValues = {}
    version: Version | None = None


class Decided(Struct, rename="camel"):
    """What a decision came to. `warnings`: values that did not fit and became null, say."""

    decision: str
    version: int
    value: Value
    warnings: list[str]


async def list_decisions(call: Call, asked: ListDecisions) -> Reply:
    call.service.access.require(call.principal, Duty.RUN)
    beyond = call.cursors.read(asked.cursor)
    rows = [row for row in await call.engine.catalog.decisions.rows() if row.id > beyond]
    shown, following = call.cursors.cut(rows, asked.limit, lambda row: row.id)
    return Reply(DecisionPage([_shape(row) for row in shown], following))


async def show(call: Call, asked: OneDecision) -> Reply:
    call.service.access.require(call.principal, Duty.RUN)
    found = await call.engine.catalog.decisions.find(asked.id)
    return Reply(_shape(found.row))


async def decide(call: Call, asked: OneDecision, body: Decide) -> Reply:
    call.service.access.require(call.principal, Duty.RUN)
    decisions = call.engine.catalog.decisions
    found = await decisions.find(asked.id, body.version)
    given = values_given(body.values, call.service.settings.parameters_max)
    values: Values = untyped("values", given)
    result = decisions.evaluate(found, values)
    return Reply(Decided(found.row.id, found.row.version, result.value, list(result.warnings)))


def _shape(row: DecisionRow) -> DecisionShape:
    return DecisionShape(
        id=row.id,
        version=row.version,
        caption=row.caption,
        file=row.file,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
    )


_TAG = "Decisions"
OPERATIONS = (
    Operation(
        method="GET",
        path="/decisions",
        name="listDecisions",
        tag=_TAG,
        summary="The newest version of each decision, by id",
        handler=list_decisions,
        asked=ListDecisions,
        answer=DecisionPage,
        refusals=(400, 403),
    ),
    Operation(
        method="GET",
        path="/decisions/{id}",
        name="showDecision",
        tag=_TAG,
        summary="The newest version of a decision",
        handler=show,
        asked=OneDecision,
        answer=DecisionShape,
        refusals=(403, 404),
    ),
    Operation(
        method="POST",
        path="/decisions/{id}/decide",
        name="decide",
        tag=_TAG,
        summary="Make a decision with inputs by their names",
        handler=decide,
        asked=OneDecision,
        body=Decide,
        answer=Decided,
        refusals=(400, 403, 404, 415, 422),
        examples={"body": {"values": {"Amount": 1200, "Days since purchase": 10}}},
        empty_body=True,
    ),
)
