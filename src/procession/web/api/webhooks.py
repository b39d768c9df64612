"""Webhooks: who is told of the ends and incidents of runs; for administrators only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

from procession.access import Duty
from procession.stores.webhooks import Delivery, Webhook
from procession.web.api.operations import Call, Operation, Reply
from procession.webhooks import EVENTS

DELIVERIES_MAX = 1_000

WebhookId = Annotated[str, Meta(description="The id of a webhook.", examples=["216d39eeddfe9f91"])]
Event = Annotated[str, Meta(extra_json_schema={"enum": list(EVENTS)})]


class WebhookShape(Struct, rename="camel"):
    """A registered address. `process`: it is told of the runs of this one only."""

    id: str
    address: str
    events: list[str]
    process: str | None
    created_at: datetime
    created_by: str


class NewWebhookShape(Struct, rename="camel"):
    """The same with the `secret` that its messages are signed with, which is not told again."""

    webhook: WebhookShape
    secret: str


class WebhookList(Struct, rename="camel"):
    """All of them, oldest first."""

    items: list[WebhookShape]


class NewWebhook(Struct, rename="camel", forbid_unknown_fields=True):
    """Where to call; without `events` it is told of all."""

    address: Annotated[str, Meta(max_length=8_000)]
    events: Annotated[list[Event], Meta(min_length=1, max_length=len(EVENTS))] = field(
        default_factory=lambda: list(EVENTS)
    )
    process: Annotated[str, Meta(max_length=300)] | None = None


class OneWebhook(Struct, rename="camel"):
    id: WebhookId


class DeliveryShape(Struct, rename="camel"):
    """What was not taken yet. `dueAt` null: it was given up."""

    number: int
    webhook: str
    run: UUID
    event: str
    announced_at: datetime
    attempts: int
    due_at: datetime | None
    error: str


class DeliveryList(Struct, rename="camel"):
    """The oldest first, a thousand at most."""

    items: list[DeliveryShape]


class OneDelivery(Struct, rename="camel"):
    number: Annotated[int, Meta(ge=1, le=2**53, description="The number of a delivery.")]


async def list_webhooks(call: Call, _: object) -> Reply:
    call.service.access.require(call.principal, Duty.ADMINISTER)
    return Reply(WebhookList([_shape(each) for each in await call.engine.webhooks.registered()]))


async def add_webhook(call: Call, _: object, body: NewWebhook) -> Reply:
    call.service.access.require(call.principal, Duty.ADMINISTER)
    webhook = await call.engine.webhooks.add(
        body.address, by=call.principal.name, events=body.events, process=body.process
    )
    return Reply(NewWebhookShape(_shape(webhook), webhook.secret))


async def remove_webhook(call: Call, asked: OneWebhook) -> Reply:
    call.service.access.require(call.principal, Duty.ADMINISTER)
    await call.engine.webhooks.remove(asked.id)
    return Reply()


async def list_deliveries(call: Call, _: object) -> Reply:
    call.service.access.require(call.principal, Duty.ADMINISTER)
    waiting = await call.engine.store.webhooks.deliveries(limit=DELIVERIES_MAX)
    return Reply(DeliveryList([_delivery(each) for each in waiting]))


async def retry_delivery(call: Call, asked: OneDelivery) -> Reply:
    call.service.access.require(call.principal, Duty.ADMINISTER)
    await call.engine.webhooks.deliver_again(asked.number)
    return Reply()


def _shape(webhook: Webhook) -> WebhookShape:
    return WebhookShape(
        id=webhook.id,
        address=webhook.address,
        events=list(webhook.events),
        process=webhook.process,
        created_at=webhook.created_at,
        created_by=webhook.created_by,
    )


def _delivery(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape(
        number=delivery.number,
        webhook=delivery.webhook,
        run=delivery.instance,
        event=delivery.event,
        announced_at=delivery.announced_at,
        attempts=delivery.attempts,
        due_at=delivery.due_at,
        error=delivery.error,
    )


_TAG = "Webhooks"
_EXAMPLE = {"address": "https://erp.example/hooks/runs", "events": ["process.completed"]}

OPERATIONS = (
    Operation(
        method="GET",
        path="/webhooks",
        name="listWebhooks",
        tag=_TAG,
        summary="The registered addresses",
        handler=list_webhooks,
        answer=WebhookList,
        refusals=(403,),
    ),
    Operation(
        method="POST",
        path="/webhooks",
        name="addWebhook",
        tag=_TAG,
        summary="Register an address; its secret is told once",
        handler=add_webhook,
        body=NewWebhook,
        answer=NewWebhookShape,
        status=201,
        refusals=(400, 403, 415),
        examples={"body": _EXAMPLE},
    ),
    Operation(
        method="DELETE",
        path="/webhooks/{id}",
        name="removeWebhook",
        tag=_TAG,
        summary="Tell an address nothing any more",
        handler=remove_webhook,
        asked=OneWebhook,
        status=204,
        refusals=(403, 404),
    ),
    Operation(
        method="GET",
        path="/deliveries",
        name="listDeliveries",
        tag=_TAG,
        summary="What was not taken yet, and what was given up",
        handler=list_deliveries,
        answer=DeliveryList,
        refusals=(403,),
    ),
    Operation(
        method="POST",
        path="/deliveries/{number}/retry",
        name="retryDelivery",
        tag=_TAG,
        summary="Send again what was given up",
        handler=retry_delivery,
        asked=OneDelivery,
        status=204,
        refusals=(400, 403, 404),
    ),
)
