"""What the caller may start: each process with all that is needed to ask for it."""

from msgspec import Struct

from procession.access import Duty
from procession.stores import ProcessRow
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.paging import Cursor, Limit
from procession.web.api.processes import ParameterShape, parameter_shape


class ListStartable(Struct, rename="camel"):
    limit: Limit = 50
    cursor: Cursor = ""


class StartableShape(Struct, rename="camel"):
    """A process that the caller may start. `documentation`: what its author says of it."""

    name: str
    version: int
    caption: str
    documentation: str
    parameters: list[ParameterShape]


class StartablePage(Struct, rename="camel"):
    """A page of processes; `next`: the cursor of the next one."""

    items: list[StartableShape]
    next: str | None


async def list_startable(call: Call, asked: ListStartable) -> Reply:
    beyond = call.cursors.read(asked.cursor)
    rows = [row for row in await call.engine.catalog.processes() if row.name > beyond]
    mine = [row for row in rows if _may_start(call, row)]
    page, following = call.cursors.cut(mine, asked.limit, lambda row: row.name)
    return Reply(StartablePage([await _shape(call, row) for row in page], following))


def _may_start(call: Call, row: ProcessRow) -> bool:
    may = call.service.access.may(call.principal, Duty.RUN, row.name)
    return row.enabled and row.startable and may


async def _shape(call: Call, row: ProcessRow) -> StartableShape:
    process = (await call.engine.catalog.find(row.name)).process
    return StartableShape(
        name=process.id,
        version=process.version,
        caption=process.caption,
        documentation=process.documentation,
        parameters=[parameter_shape(each) for each in process.parameters.values()],
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/startable",
        name="listStartable",
        tag="Processes",
        summary="The processes that the caller may start, with their parameters",
        handler=list_startable,
        asked=ListStartable,
        answer=StartablePage,
        refusals=(400,),
        examples={
            "answer": {
                "items": [
                    {
                        "name": "UsrApproveExpense",
                        "version": 1,
                        "caption": "Approve an expense",
                        "documentation": "Asks the manager where the amount is over 1,000.",
                        "parameters": [
                            {
                                "code": "Amount",
                                "caption": "Amount",
                                "type": "Money",
                                "direction": "in",
                                "columns": {},
                            }
                        ],
                    }
                ],
                "next": None,
            }
        },
    ),
)
