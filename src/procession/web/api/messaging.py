"""Messages, signals and conditions: what comes to runs from outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from procession.access import Duty
from procession.core.values import Value, Values
from procession.messages import LIVE_SECONDS_MAX, Fate
from procession.web.api.inputs import values_given
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.shapes import GivenValues

KEYS_MAX = 20
EventName = Annotated[str, Meta(min_length=1, max_length=1_000)]
LiveSeconds = Annotated[
    float,
    Meta(ge=0, le=LIVE_SECONDS_MAX, description="How long it is kept if nobody waits for it."),
]


class SendMessage(Struct, rename="camel", forbid_unknown_fields=True):
    """A message. `keys`: it fits who waits with one of these correlation keys, or with none."""

    name: EventName
    keys: Annotated[list[str | int | bool], Meta(max_length=KEYS_MAX)] = []
    values: GivenValues = {}
    live_seconds: LiveSeconds | None = None


class MessageFate(Struct, rename="camel"):
    """What has become of a message: which run took it or was started by it, or until when it is
    kept."""

    fate: Fate
    instance_id: UUID | None
    kept_until: datetime | None


class ThrowSignal(Struct, rename="camel", forbid_unknown_fields=True):
    """A signal: all that wait for it have it."""

    name: EventName
    values: GivenValues = {}


class TellConditions(Struct, rename="camel", forbid_unknown_fields=True):
    """Values for the conditions with which processes begin."""

    values: GivenValues


class Started(Struct, rename="camel"):
    """The runs that were started."""

    started: list[UUID]


async def send(call: Call, asked: Struct, body: SendMessage) -> Reply:
    call.service.access.require(call.principal, Duty.OPERATE)
    delivery = await call.engine.messages.send(
        body.name,
        keys=body.keys,
        payload=_values(call, body.values),
        caller=call.principal.name,
        live_seconds=body.live_seconds,
    )
    return Reply(MessageFate(delivery.fate, delivery.instance_id, delivery.kept_until))


async def throw(call: Call, asked: Struct, body: ThrowSignal) -> Reply:
    call.service.access.require(call.principal, Duty.OPERATE)
    values = _values(call, body.values)
    await call.engine.signals.throw(body.name, values, caller=call.principal.name)
    return Reply()


async def tell(call: Call, asked: Struct, body: TellConditions) -> Reply:
    call.service.access.require(call.principal, Duty.OPERATE)
    values = _values(call, body.values)
    started = await call.engine.starts.conditions_may_hold(values, caller=call.principal.name)
    return Reply(Started(list(started)))


def _values(call: Call, values: dict[str, Value]) -> Values:
    return values_given(values, call.service.settings.parameters_max)


_TAG = "Messages and signals"
OPERATIONS = (
    Operation(
        method="POST",
        path="/messages",
        name="sendMessage",
        tag=_TAG,
        summary="Send a message; exactly one run takes it",
        description="That is the one that has waited longest; else a process that begins with the "
        "message starts; else it is kept.",
        handler=send,
        body=SendMessage,
        answer=MessageFate,
        refusals=(400, 403, 415),
        examples={
            "body": {"name": "Payment received", "keys": ["4711"], "values": {"Amount": 12.5}}
        },
    ),
    Operation(
        method="POST",
        path="/signals",
        name="throwSignal",
        tag=_TAG,
        summary="Throw a signal; all runs that wait for it have it",
        handler=throw,
        body=ThrowSignal,
        status=204,
        refusals=(400, 403, 415),
        examples={"body": {"name": "Prices have changed", "values": {"Since": "2026-01-31"}}},
    ),
    Operation(
        method="POST",
        path="/conditions",
        name="tellConditions",
        tag=_TAG,
        summary="Start each process that begins with a condition which holds for these values",
        handler=tell,
        body=TellConditions,
        answer=Started,
        refusals=(400, 403, 415),
        examples={"body": {"values": {"Temperature": 104}}},
    ),
)
