"""Starting runs, under a key of the caller's own if it has one."""

from msgspec import Struct

from procession.access import Duty
from procession.catalog import Found
from procession.core.values import Value
from procession.errors import BadRequest
from procession.starting import KEY_LENGTH_MAX, StartKey, start_once
from procession.views import Outcome
from procession.web.api.inputs import values_given
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.processes import OneProcess, Version
from procession.web.api.shapes import (
    EXAMPLE_RUN,
    GivenValues,
    RunShape,
    WaitSeconds,
    run_shape,
)
from procession.web.wire import json_bytes


class StartRun(Struct, rename="camel", forbid_unknown_fields=True):
    """What to start a run with. `version`: a certain one; without it the newest."""

    values: GivenValues = {}
    version: Version | None = None
    wait_seconds: WaitSeconds = 0


async def start_run(call: Call, asked: OneProcess, body: StartRun) -> Reply:
    call.service.access.require(call.principal, Duty.RUN, asked.name)
    found = await _found(call, asked.name, body.version)
    outcome, replayed = await _started(call, found, body)
    headers = [("location", call.address(f"/instances/{outcome.instance_id}"))]
    if replayed:
        headers.append(("idempotent-replayed", "true"))
    version = found.process.version
    if replayed:
        row = await call.engine.store.instance(outcome.instance_id)
        version = row.version if row is not None else version
    return Reply(run_shape(outcome, asked.name, version), headers)


async def _found(call: Call, name: str, version: int | None) -> Found:
    found = await call.engine.catalog.find(name)
    if version is None:
        return found
    return Found(await call.engine.catalog.version(name, version), found.enabled)


async def _started(call: Call, found: Found, body: StartRun) -> tuple[Outcome, bool]:
    values = values_given(body.values, call.service.settings.parameters_max)
    wait: float | None = body.wait_seconds or None
    caller, engine = call.principal.name, call.engine
    key = call.request.headers.get("idempotency-key")
    if key is None:
        outcome = await engine.start(found, values, caller=caller, wait_seconds=wait)
        return outcome, False
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        raise BadRequest(f"Idempotency-Key: 1 to {KEY_LENGTH_MAX} characters, not {len(key)}")
    # How long the answer is waited for changes nothing of what is started.
    told: Value = [found.process.id, body.version, values]
    start_key = StartKey(key, json_bytes(told))
    return await start_once(engine, found, values, caller=caller, wait_seconds=wait, key=start_key)


_TAG = "Runs"
_KEY_NOTE = (
    "With the header `Idempotency-Key` the same start, asked for again within a day, gives the same"
    " run; the answer says how it stands now and has `Idempotent-Replayed: true`. Another start"
    " under the same key is refused."
)

OPERATIONS = (
    Operation(
        method="POST",
        path="/processes/{name}/instances",
        name="startRun",
        tag=_TAG,
        summary="Start a run of a process",
        description=_KEY_NOTE,
        handler=start_run,
        asked=OneProcess,
        body=StartRun,
        answer=RunShape,
        status=201,
        refusals=(400, 403, 404, 415, 422),
        headers=("Idempotency-Key",),
        examples={
            "body": {"values": {"Amount": 1200}, "waitSeconds": 5},
            "answer": EXAMPLE_RUN,
        },
        empty_body=True,
    ),
)
