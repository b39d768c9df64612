"""Makes the saved file of a store's format: `python -m tests.stores.saving PATH`.

The file of each released format stays in `saved/` as it was made, for ever: what was kept then must
be read by every later version. A new format gets a new file, an old one is never made again.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from procession.bpmn import read
from procession.core.changes import Parent
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    StartProcess,
)
from procession.core.decide import decide
from procession.core.ids import ElementInstanceId, InstanceId, JobId, new_instance_id
from procession.core.model import Process
from procession.core.turn import Context
from procession.core.values import Values
from procession.expressions import LANGUAGES, SCRIPTS
from procession.stores import Lease, NewProcess, Session, Store, User, Write
from procession.stores.data_stores import UseDataStore
from procession.stores.sqlite import SqliteStore
from procession.stores.webhooks import Announce, Webhook
from tests.stores.saving_events import EVENTS, fill_events

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HELD = Lease("gone since", NOW + timedelta(seconds=30))
ANN = User("Ann", "a password's hash", False, NOW)
BOB = User("Bób", "another one", True, NOW)
SESSION = Session("digest of a token", "Ann", "csrf", NOW, NOW + timedelta(hours=12))
WAIT, WORK = ElementInstanceId(2), JobId(1)
# Since format 5.
STORED = UseDataStore("orders", found="", at=NOW, version="first", value=[Decimal("12.50"), NOW])
# Since format 6.
WEBHOOK = Webhook("hook", "https://a.example/told", "whsec_c2VjcmV0", ("e",), None, NOW, "Ann")

XML = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:saved">
<process id="UsrSaved" name="Gespeichert – 保存" isExecutable="true"
  procession:uid="0f8b5c1e-0000-4000-8000-000000000001">
  <extensionElements>
    <procession:parameter code="Text" type="Text"/>
    <procession:parameter code="Whole" type="Integer"/>
    <procession:parameter code="Part" type="Float"/>
    <procession:parameter code="Price" type="Money"/>
    <procession:parameter code="Yes" type="Boolean"/>
    <procession:parameter code="Moment" type="DateTime"/>
    <procession:parameter code="Day" type="Date"/>
    <procession:parameter code="Hour" type="Time"/>
    <procession:parameter code="Key" type="Guid"/>
    <procession:parameter code="Rows" type="Collection"/>
    <procession:parameter code="Nothing" type="Text"/>
  </extensionElements>
  <startEvent id="Start"/>
  <userTask id="Wait" name="Wait"/>
  <serviceTask id="Work" name="Work" procession:retries="2" procession:retryDelay="PT1H">
    <extensionElements><procession:handler name="work">
      <procession:input target="what" expression="Rows"/>
      <procession:output source="text" target="Text"/>
    </procession:handler></extensionElements>
  </serviceTask>
  <endEvent id="End"/>
  <sequenceFlow id="a" sourceRef="Start" targetRef="Wait"/>
  <sequenceFlow id="b" sourceRef="Wait" targetRef="Work"/>
  <sequenceFlow id="c" sourceRef="Work" targetRef="End"/>
</process></definitions>
"""
VALUES: Values = {
    "Text": "Grüße, 世界",
    "Whole": 2**62,
    "Part": 0.1,
    "Price": Decimal("12.50"),
    "Yes": True,
    "Moment": datetime(2026, 1, 31, 13, 45, 0, 123_456, tzinfo=UTC),
    "Day": date(2026, 2, 28),
    "Hour": time(13, 45),
    "Key": UUID("0f8b5c1e-0000-4000-8000-00000000abcd"),
    "Rows": [{"Id": UUID(int=1), "$decimal": Decimal("1.0")}, {"$guid": "is a text"}],
    "Nothing": None,
}

# Each run by what became of it: the commands that came after its start.
FAIL = FailJob(WORK, "Broken", "it broke")
FAIL_FOR_GOOD = FailJob(WORK, "Broken", "it broke", retryable=False)
EXECUTE = ExecuteElement(WAIT, {"Text": "executed"})
PAUSED = "is paused in its turn"
CALLED = "was done"
# Since format 2: it is a run of another process, so that the lists of the older files stay.
LARGE = "UsrLarge"
LARGE_TEXT = "large " * 5_000
LARGE_RUN: list[Command] = [ExecuteElement(WAIT, {}), FAIL_FOR_GOOD]
RUNS: dict[str, list[Command]] = {
    "waits": [],
    PAUSED: [],
    "works": [EXECUTE],
    "is put off": [EXECUTE, FAIL],
    "is stuck": [EXECUTE, FAIL_FOR_GOOD],
    CALLED: [EXECUTE, CompleteJob(WORK, {"text": "done"})],
    "was cancelled": [CancelProcess("not wanted any more")],
}


def run_id(what: str) -> InstanceId:
    return new_instance_id(int(NOW.timestamp() * 1000), [*RUNS, LARGE, EVENTS].index(what))


def process() -> Process:
    (only,) = read(XML.encode(), languages=LANGUAGES, scripts=SCRIPTS)
    return replace(only, version=1)


async def fill(store: Store) -> None:
    """One of everything that a store can hold."""
    known = process()
    new = NewProcess(known.id, known.caption, known.uid, True, "s.bpmn", "digest", XML.encode())
    await store.add_processes([new], by="Ann", at=NOW)
    await store.enable("UsrSaved", False)
    for user in (ANN, BOB):
        await store.add_user(user)
    await store.add_session(SESSION)
    for what in RUNS:
        await run(store, known, what)
    await run_large(store, replace(known, id=LARGE))
    await fill_events(store, run_id(EVENTS), HELD, VALUES)
    await store.webhooks.add(WEBHOOK)
    told = Announce(WEBHOOK.id, run_id(CALLED), "e", b"{}", NOW)
    await store.commit([], at=NOW, lease=HELD, beside=[STORED, told])


async def run_large(store: Store, known: Process) -> None:
    """A run that is kept as a snapshot, of its start, and the history after it."""
    start = StartProcess(run_id(LARGE), {"Text": LARGE_TEXT, "Rows": VALUES["Rows"]}, "Ann")
    await take_turns(store, known, [start, *LARGE_RUN], Context(NOW))


async def run(store: Store, known: Process, what: str) -> None:
    parent = Parent(run_id("waits"), JobId(9), 1) if what == CALLED else None
    start = StartProcess(run_id(what), VALUES, "Ann", parent)
    context = Context(NOW, steps_per_turn=1) if what == PAUSED else Context(NOW)
    await take_turns(store, known, [start, *RUNS[what]], context)


async def take_turns(
    store: Store, known: Process, commands: Sequence[Command], context: Context
) -> None:
    instance = None
    for revision, command in enumerate(commands):
        decision = decide(known, instance, command, context)
        await store.commit([Write(known, decision, revision)], at=NOW, lease=HELD)
        instance = decision.instance


async def main(path: Path) -> None:
    store = SqliteStore(path)
    await fill(store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
