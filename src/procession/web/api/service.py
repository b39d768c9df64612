"""What is served here, and whether it is well."""

from msgspec import Struct

from procession import __version__
from procession.errors import StoreUnavailable
from procession.web.answers import JSON_TYPE, NOT_STORED, Answer
from procession.web.api.operations import Call, Operation, Reply
from procession.web.wire import json_bytes


class ServiceShape(Struct, rename="camel"):
    """What is served here, and as whom you call."""

    name: str
    version: str
    user: str
    openapi: str
    docs: str


class Health(Struct, rename="camel"):
    """`ok`, or `unavailable` where the store does not answer; then the status is 503."""

    status: str


async def about(call: Call, asked: Struct) -> Reply:
    return Reply(
        ServiceShape(
            "Procession",
            __version__,
            call.principal.name,
            call.address("/openapi.json"),
            call.address("/docs"),
        )
    )


async def health(call: Call, asked: Struct) -> Answer:
    """The reason stands in the log of whoever needs the store; a stranger is not told it."""
    try:
        call.engine.store.catalog_revision()
    except StoreUnavailable:
        return _health(503, "unavailable")
    return _health(200, "ok")


def _health(status: int, told: str) -> Answer:
    return Answer(status, [JSON_TYPE, NOT_STORED], json_bytes(Health(told)))


_TAG = "Service"
OPERATIONS = (
    Operation(
        method="GET",
        path="/service",
        name="showService",
        tag=_TAG,
        summary="What is served here",
        handler=about,
        answer=ServiceShape,
    ),
    Operation(
        method="GET",
        path="/health",
        name="showHealth",
        tag=_TAG,
        summary="Whether the service and its store answer",
        handler=health,
        answer=Health,
        guarded=False,
        refusals=(503,),
    ),
)
