"""Webhooks: every end and incident is told, in order for each run, whatever fails meanwhile."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from procession.connectors.http import HttpConnector
from procession.deliveries import ATTEMPTS_MAX, OF_ONE_WEBHOOK_MAX, Deliveries
from procession.errors import BadValue, ConnectorError, Rejected
from procession.webhooks import BODY_BYTES_MAX, CANCELED, COMPLETED, INCIDENT, WEBHOOKS_MAX
from tests.unit.connectors.servers import Asked, Server, answer, serving
from tests.unit.engine.drawing import handler, straight, user
from tests.unit.engine.engine_world import Clock, World, open_world
from tests.unit.engine.occasions import until

HOUR = 3_600.0
PLAIN = straight("UsrPlain")
ASKING = straight("UsrAsking", user())
WORKING = straight("UsrWorking", handler(retries=1))


@dataclass
class Receiver:
    """An address that is told; it answers with these statuses, then with 204."""

    server: Server
    statuses: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in self.server.requests]

    @property
    def types(self) -> list[str]:
        return [each["type"] for each in self.told]


@asynccontextmanager
async def receiving(*statuses: str) -> AsyncIterator[Receiver]:
    left = list(statuses)

    async def respond(asked: Asked) -> bytes:
        return answer(status=left.pop(0) if left else "204 No Content")

    async with serving(respond) as server:
        yield Receiver(server, left)


@asynccontextmanager
async def sending(world: World) -> AsyncIterator[Deliveries]:
    """Sends when a test says so."""
    connector = HttpConnector(allowed=("127.0.0.1",))
    try:
        yield Deliveries(world.engine, connector)
    finally:
        await connector.close()


async def everything(deliveries: Deliveries) -> None:
    """Send until nothing more is due."""
    while await deliveries.send_due():
        pass


async def test_the_end_of_a_run_is_told_and_signed(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        webhook = await world.engine.webhooks.add(f"{receiver.server.url}/told?a=1", by="Ann")
        await world.deploy(PLAIN)
        run = await world.start("UsrPlain", {"Text": "é", "Amount": "3"})

        await everything(deliveries)

        (asked,) = receiver.server.requests
        assert (asked.method, asked.target) == ("POST", "/told?a=1")
        assert asked.headers["content-type"] == "application/json"
        assert json.loads(asked.body) == {
            "type": COMPLETED,
            "timestamp": "2026-01-31T12:00:00Z",
            "data": {
                "processId": str(run.instance_id),
                "schemaName": "UsrPlain",
                "version": 1,
                "status": "Completed",
                "caller": "Ann",
                "values": {"Text": "é", "Amount": 3, "Score": None, "Secret": None},
            },
        }
        assert verified(webhook.secret, asked)


def verified(secret: str, asked: Asked) -> bool:
    """As Standard Webhooks says that a receiver does it."""
    message, timestamp = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{timestamp}.".encode() + asked.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in asked.headers["webhook-signature"].split(" ")


async def test_an_incident_and_the_end_after_it_come_in_order_though_the_first_failed(
    world: World,
) -> None:
    async with receiving("500 Oops", "429 Slow") as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(WORKING)
        world.desk.answers.append(ConnectorError("no", code="No", retryable=False))
        run = (await world.start("UsrWorking")).instance_id
        await everything(deliveries)
        await world.engine.resolve(await world.uid_at(run, "work"))
        await world.ended(run)

        for _ in range(4):
            await everything(deliveries)
            world.clock.move(HOUR)

        assert receiver.types == [INCIDENT, INCIDENT, INCIDENT, COMPLETED]
        ids = [asked.headers["webhook-id"] for asked in receiver.server.requests]
        assert len(set(ids)) == 2
        incident = receiver.told[0]["data"]["incident"]
        assert (incident["element"], incident["code"], incident["message"]) == ("work", "No", "no")
        assert receiver.told[-1]["data"]["values"]["Score"] == 1


async def test_a_cancelled_run_is_told_with_the_reason(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(ASKING)
        run = (await world.start("UsrAsking")).instance_id
        await everything(deliveries)
        assert receiver.types == []

        await world.engine.cancel(run, "not wanted")
        await everything(deliveries)

        assert receiver.types == [CANCELED]
        assert receiver.told[0]["data"]["reason"] == "not wanted"


async def test_a_webhook_is_told_of_its_process_and_its_events_only(world: World) -> None:
    async with receiving() as some, receiving() as others, sending(world) as deliveries:
        await world.engine.webhooks.add(some.server.url, by="Ann", process="UsrPlain")
        await world.engine.webhooks.add(others.server.url, by="Ann", events=[CANCELED])
        await world.deploy(PLAIN, straight("UsrOther"))
        await world.start("UsrPlain")
        await world.start("UsrOther")

        await everything(deliveries)

        assert [each["data"]["schemaName"] for each in some.told] == ["UsrPlain"]
        assert others.told == []


async def test_a_dead_address_holds_up_no_other(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add("http://127.0.0.1:1/", by="Ann")
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(PLAIN)
        for _ in range(2 * OF_ONE_WEBHOOK_MAX):
            await world.start("UsrPlain")

        await everything(deliveries)

        assert receiver.types == [COMPLETED] * 2 * OF_ONE_WEBHOOK_MAX
        left = await world.store.webhooks.deliveries(limit=100)
        assert [each.attempts for each in left] == [1] * OF_ONE_WEBHOOK_MAX + [0] * (
            OF_ONE_WEBHOOK_MAX
        )


async def test_what_is_never_taken_is_given_up_and_can_be_sent_again(world: World) -> None:
    refusals = ["404 Not Found"] * ATTEMPTS_MAX
    async with receiving(*refusals) as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(PLAIN)
        await world.start("UsrPlain")
        for _ in range(ATTEMPTS_MAX + 3):
            await deliveries.send_due()
            world.clock.move(3 * HOUR)
        assert len(receiver.told) == ATTEMPTS_MAX
        (given_up,) = await world.store.webhooks.deliveries(limit=10)
        assert (given_up.due_at, given_up.attempts) == (None, ATTEMPTS_MAX)
        assert "404" in given_up.error

        await world.engine.webhooks.deliver_again(given_up.number)
        await everything(deliveries)

        assert len(receiver.told) == ATTEMPTS_MAX + 1
        assert await world.store.webhooks.deliveries(limit=10) == []
        with pytest.raises(Rejected, match="no message"):
            await world.engine.webhooks.deliver_again(given_up.number)


async def test_what_was_announced_is_sent_after_a_restart(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with open_world(tmp_path) as world:
            await world.engine.webhooks.add(receiver.server.url, by="Ann")
            await world.deploy(PLAIN)
            await world.start("UsrPlain")

        async with open_world(tmp_path, clock=Clock()) as world, sending(world) as deliveries:
            await everything(deliveries)

        assert receiver.types == [COMPLETED]


async def test_a_service_sends_by_itself(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(PLAIN)
        deliveries.start()
        await world.start("UsrPlain")

        async def is_told() -> bool:
            return bool(receiver.told)

        await until(is_told)
        await deliveries.close()

        assert receiver.types == [COMPLETED]


async def test_a_webhook_that_is_removed_is_told_nothing_more(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        webhook = await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(PLAIN)
        await world.start("UsrPlain")

        await world.engine.webhooks.remove(webhook.id)
        await world.start("UsrPlain")
        await everything(deliveries)

        assert receiver.told == []
        assert await world.store.webhooks.deliveries(limit=10) == []
        with pytest.raises(Rejected, match="there is no webhook"):
            await world.engine.webhooks.remove(webhook.id)


async def test_values_that_are_too_long_are_left_out(world: World) -> None:
    async with receiving() as receiver, sending(world) as deliveries:
        await world.engine.webhooks.add(receiver.server.url, by="Ann")
        await world.deploy(PLAIN)
        await world.start("UsrPlain", {"Text": "x" * BODY_BYTES_MAX})

        await everything(deliveries)

        (told,) = receiver.told
        assert told["data"]["values"] is None
        assert told["data"]["valuesLeftOut"] is True


@pytest.mark.parametrize(
    "address", ["", "ftp://host/", "https://user:secret@host/", "https://a b/", "/told"]
)
async def test_an_address_that_cannot_be_called_is_refused(world: World, address: str) -> None:
    with pytest.raises(BadValue, match="address of a webhook"):
        await world.engine.webhooks.add(address, by="Ann")


async def test_events_that_are_unknown_and_too_many_webhooks_are_refused(world: World) -> None:
    with pytest.raises(BadValue, match=r"there is no event .process\.begun."):
        await world.engine.webhooks.add("https://host/", by="Ann", events=["process.begun"])
    with pytest.raises(BadValue, match="at least one event"):
        await world.engine.webhooks.add("https://host/", by="Ann", events=[])
    for _ in range(WEBHOOKS_MAX):
        await world.engine.webhooks.add("https://host/", by="Ann")
    with pytest.raises(Rejected, match="remove one first"):
        await world.engine.webhooks.add("https://host/", by="Ann")
