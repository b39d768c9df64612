"""Sends what was announced to webhooks: in order for each run, again until it is taken.

A webhook that fails is left alone for a while, so that a dead address holds up nothing but its own
messages and is not flooded when it is back. Each message is tried `ATTEMPTS_MAX` times, over about
eight hours, and then given up, which an operator sees and can undo.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import NAMESPACE_URL, uuid5

import structlog

from procession.connectors import HTTP, Work
from procession.core.values import Values
from procession.engine import Engine
from procession.errors import ConnectorError, Rejected, StoreError
from procession.stores.webhooks import Delivery, Webhook
from procession.webhooks import signature

POLL_SECONDS = 1.0
OF_ONE_WEBHOOK_MAX = 4
TIMEOUT_SECONDS = 10
ATTEMPTS_MAX = 16
FIRST_PAUSE_SECONDS = 2.0
PAUSE_SECONDS_MAX = 7_200.0
WEBHOOK_PAUSE_SECONDS_MAX = 60.0
DOUBLINGS_MAX = 20
ERROR_LENGTH_MAX = 300

log = structlog.get_logger("procession.webhooks")


class Pause(NamedTuple):
    """A webhook that has failed so many times in a row is left alone for a while."""

    failures: int
    until: datetime


class Sender(Protocol):
    """Makes HTTP calls. Raises ConnectorError where no success is answered."""

    async def run(self, work: Work) -> Values: ...


class Deliveries:
    """Sends until it is closed. Made and used within a running event loop."""

    def __init__(self, engine: Engine, sender: Sender) -> None:
        self._engine = engine
        self._webhooks = engine.store.webhooks
        self._sender = sender
        self._wake = asyncio.Event()
        self._paused: dict[str, Pause] = {}
        engine.webhooks.on_announced = self._wake.set
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on what is due."""
        self._task = asyncio.create_task(self._run(), name="deliveries")

    async def close(self) -> None:
        """What was on its way is sent again next time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                sent = await self.send_due()
            except StoreError as error:
                log.warning("webhooks_wait", reason=str(error))
                sent = 0
            if not sent:
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def send_due(self) -> int:
        """Sends what is due, of each webhook a few at once; how many were taken."""
        due = [each for webhook in self._webhooks.registered() for each in await self._due(webhook)]
        taken = await asyncio.gather(*(self._deliver(each) for each in due))
        return sum(taken)

    async def _due(self, webhook: Webhook) -> Sequence[Delivery]:
        now = self._engine.clock()
        if self._paused.get(webhook.id, Pause(0, now)).until > now:
            return ()
        return await self._webhooks.due(webhook.id, now, limit=OF_ONE_WEBHOOK_MAX)

    async def _deliver(self, delivery: Delivery) -> bool:
        try:
            await self._send(delivery)
        except ConnectorError as error:
            await self._failed(delivery, str(error)[:ERROR_LENGTH_MAX])
            return False
        except Rejected:
            return False  # The webhook was removed meanwhile, and its messages with it.
        self._paused.pop(delivery.webhook, None)
        await self._webhooks.delivered(delivery.number)
        return True

    async def _send(self, delivery: Delivery) -> None:
        webhook = self._engine.webhooks.find(delivery.webhook)
        message = f"msg_{delivery.instance.hex}_{delivery.number}"
        timestamp = int(self._engine.clock().timestamp())
        call: Values = {
            "method": "POST",
            "url": webhook.address,
            "timeout_seconds": TIMEOUT_SECONDS,
            "body": delivery.body.decode(),
            "headers": {
                "Content-Type": "application/json",
                "webhook-id": message,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signature(webhook.secret, message, timestamp, delivery.body),
            },
        }
        await self._sender.run(Work(uuid5(NAMESPACE_URL, message), HTTP, call))

    async def _failed(self, delivery: Delivery, error: str) -> None:
        self._leave_alone(delivery.webhook)
        given_up = delivery.attempts + 1 >= ATTEMPTS_MAX
        due_at = None if given_up else self._after(delivery.attempts, PAUSE_SECONDS_MAX)
        log.warning(
            "webhook_not_taken",
            webhook=delivery.webhook,
            run=str(delivery.instance),
            attempts=delivery.attempts + 1,
            given_up=given_up,
            reason=error,
        )
        await self._webhooks.not_delivered(delivery.number, due_at=due_at, error=error)

    def _leave_alone(self, webhook: str) -> None:
        failures = self._paused.get(webhook, Pause(0, self._engine.clock())).failures
        until = self._after(failures, WEBHOOK_PAUSE_SECONDS_MAX)
        self._paused[webhook] = Pause(min(failures + 1, DOUBLINGS_MAX), until)

    def _after(self, failures: int, longest: float) -> datetime:
        """When to try again; each failure doubles the time."""
        seconds = min(longest, FIRST_PAUSE_SECONDS * 2.0 ** min(failures, DOUBLINGS_MAX))
        return self._engine.clock() + timedelta(seconds=seconds)
