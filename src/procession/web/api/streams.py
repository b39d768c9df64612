"""A run's changes as they happen: server-sent events (WHATWG HTML §9.2).

Theory of operation
-------------------
Each turn of the run is an event whose id is the revision that it made, so `Last-Event-ID` says
where to go on. The store is asked for the run's revision a few times a second, which is a look-up
by key; so turns that another program has taken are seen as well. A comment now and then shows that
the stream lives. Whoever may not see the run any more loses it at the next of these; and a stream
ends after an hour at the latest, so that who listens says anew who they are.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

from msgspec import Meta, Struct

from procession.access import Duty
from procession.core.ids import InstanceId
from procession.errors import BadRequest
from procession.stores import InstanceRow, Recorded
from procession.web.answers import Answer, HttpRefusal
from procession.web.api.instances import run_of, seen_by, turn_shape
from procession.web.api.openapi import EVENT_STREAM
from procession.web.api.operations import Call, Operation
from procession.web.api.shapes import RunId, run_row
from procession.web.wire import json_bytes

STREAMS_OF_USER_MAX = 20
STREAMS_MAX = 500
LOOK_SECONDS = 0.2
HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS_MAX = 3_600.0
TURNS_AT_ONCE_MAX = 100
RETRY_MILLISECONDS = 2_000
REVISION_MAX = 10**15


class Listeners:
    """How many streams each user has open, in this program."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, user: str) -> "Seat":
        """Raises HttpRefusal (429) where there are too many already."""
        if self._open[user] >= STREAMS_OF_USER_MAX or self._open.total() >= STREAMS_MAX:
            message = f"too many streams are open; a user may have {STREAMS_OF_USER_MAX} at once"
            raise HttpRefusal(429, "TooManyStreams", message, ("retry-after", "10"))
        self._open[user] += 1
        return Seat(self, user)

    def leave(self, user: str) -> None:
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]


class Seat:
    """One open stream. It is given back when the stream ends, also where that never began."""

    __slots__ = ("_listeners", "_user")

    def __init__(self, listeners: Listeners, user: str) -> None:
        self._listeners: Listeners | None = listeners
        self._user = user

    def leave(self) -> None:
        if self._listeners is not None:
            self._listeners.leave(self._user)
            self._listeners = None

    __del__ = leave


_listeners = Listeners()


Revision = Annotated[
    int,
    Meta(
        ge=0,
        le=REVISION_MAX,
        description="Only turns after this revision; the header `Last-Event-ID` says the same.",
    ),
]


class FollowRun(Struct, rename="camel"):
    id: RunId
    after: Revision | None = None


async def follow(call: Call, asked: FollowRun) -> Answer:
    row = await run_of(call, asked.id, Duty.SEE)
    after = _after(call, asked)
    seat = _listeners.enter(call.principal.name)
    headers = [
        ("content-type", EVENT_STREAM),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ]
    return Answer(200, headers, pieces=_events(call, row.id, after, seat))


def _after(call: Call, asked: FollowRun) -> int:
    """The header wins: a browser that connects again sends it to the address that it was given."""
    text = call.request.headers.get("last-event-id", "")
    if not text:
        return asked.after or 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadRequest("Last-Event-ID: this is no id of an event of a run")
    return int(text)


async def _events(call: Call, id: InstanceId, after: int, seat: Seat) -> AsyncIterator[bytes]:
    """Turn by turn, until the run has ended and all of it is told."""
    loop = asyncio.get_running_loop()
    began = heard = loop.time()
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    try:
        while loop.time() - began < STREAM_SECONDS_MAX:
            row = await call.engine.store.instance(id)
            assert row is not None, "a run is never removed"
            if row.revision > after:
                turns = await call.engine.store.history(id, after=after, limit=TURNS_AT_ONCE_MAX)
                for turn in turns:
                    yield _event(turn)
                    after = turn.revision
                heard = loop.time()
            elif row.status.final:
                yield _end(row)
                return
            elif loop.time() - heard >= HEARTBEAT_SECONDS:
                if not seen_by(call)(row.process, row.caller):
                    return
                yield b": the run goes on\n\n"
                heard = loop.time()
            else:
                await asyncio.sleep(LOOK_SECONDS)
    finally:
        seat.leave()


def _event(turn: Recorded) -> bytes:
    shape = json_bytes(turn_shape(turn))
    return b"id: %d\nevent: turn\ndata: %b\n\n" % (turn.revision, shape)


def _end(row: InstanceRow) -> bytes:
    """JSON holds no line break, so the data is one line."""
    return b"id: %d\nevent: end\ndata: %b\n\n" % (row.revision, json_bytes(run_row(row)))


OPERATIONS = (
    Operation(
        method="GET",
        path="/instances/{id}/events",
        name="followRun",
        tag="Runs",
        summary="A run's changes as they happen, as server-sent events",
        description="Each event `turn` holds what an item of `listHistory` does; its id is the "
        "revision. The event `end` is the last one, with the run as `findRuns` tells it. With "
        "`Last-Event-ID` the stream goes on after that event.",
        handler=follow,
        asked=FollowRun,
        gives=EVENT_STREAM,
        refusals=(400, 403, 404, 429),
        headers=("Last-Event-ID",),
    ),
)
