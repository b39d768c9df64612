"""Runs that are too large to be written anew with each turn: a snapshot, and the history after it.

Theory of operation
-------------------
While the state of a run is small, each turn writes it, into `instance.body`. When it is large the
body is empty, `snapshot` holds the state at some revision, and the history since then tells the
rest. A new snapshot is due when that history has grown as long as the last one, or when half of
the parts that the last one holds are gone and that history is a quarter as long. So all snapshots
of a run together are about as long as its history, and who loads a run reads little more than its
state (docs/decisions/0013-stored-deltas.md).

A run that has ended is always written whole: its history may be deleted.

What `Snapshots` remembers of a run only saves a look into the file. It counts for one revision, so
when another program was faster, or nothing is known, the state is written whole; and a turn without
a snapshot is refused, as a conflict, where the file has none to build on.
"""

import sqlite3
from collections.abc import Mapping

from msgspec import Struct

from procession.core.apply import apply
from procession.core.instance import ProcessInstance
from procession.errors import StoreUnavailable
from procession.stores.codec import decode_changes, decode_instance, encode_instance

# A state of so many characters is written with each turn: less than the rest of a turn costs.
BODY_MAX = 16_384
REMEMBERED_MAX = 10_000
# A snapshot is not written anew before the history after it has this part of its length.
SHRUNK_AFTER = 4


class Snapshot(Struct, frozen=True):
    """What is known of the snapshot of a run that is at `revision`.

    `size`: how many characters it has; `parts`: of how many parts it is; `behind`: how many
    characters the history after it has.
    """

    revision: int
    size: int
    parts: int
    behind: int = 0

    def after(self, instance: ProcessInstance, more: int) -> "Snapshot | None":
        """The same after a turn that adds so much to the history; None: a new one is due."""
        behind = self.behind + more
        # The items of a loop are none of the parts: they stay as long as any round of it does.
        shrunk = 2 * _parts(instance) <= self.parts and SHRUNK_AFTER * behind >= self.size
        if instance.status.final or behind > self.size or shrunk:
            return None
        return Snapshot(self.revision + 1, self.size, self.parts, behind)


class Body(Struct, frozen=True):
    """How a turn leaves the state behind.

    `text` goes into the instance's row, None leaves it empty as it is; `whole` becomes the
    snapshot; `drop`: there is one that is not wanted any more.
    """

    text: str | None = None
    whole: str | None = None
    drop: bool = False
    snapshot: Snapshot | None = None


class Snapshots:
    """Says of each turn whether the state is written, and where."""

    def __init__(self, body_max: int = BODY_MAX) -> None:
        self._body_max = body_max
        self._known: dict[str, Snapshot] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def body(self, instance: ProcessInstance, key: str, revision: int, more: int) -> Body:
        """For a turn over `revision` that adds so many characters to the history."""
        known = self._known.get(key)
        if known is not None and known.revision == revision:
            after = known.after(instance, more)
            if after is not None:
                return Body(snapshot=after)
        text = encode_instance(instance)
        if len(text) <= self._body_max:
            return Body(text, drop=known is not None)
        return Body("", text, snapshot=Snapshot(revision + 1, len(text), _parts(instance)))

    def size(self, key: str) -> int:
        """How long the snapshot is, 0 if there is none, as far as is known."""
        known = self._known.get(key)
        return 0 if known is None else known.size

    def remember(self, key: str, snapshot: Snapshot | None) -> None:
        """What a turn or a look into the file has shown. None: the run has no snapshot."""
        self._known.pop(key, None)
        if snapshot is None:
            return
        self._known[key] = snapshot
        if len(self._known) > REMEMBERED_MAX:
            del self._known[next(iter(self._known))]


def load_whole(
    connection: sqlite3.Connection, sql: Mapping[str, str], key: str
) -> tuple[ProcessInstance, int, Snapshot | None] | None:
    """The run as it stands, from its body or from its snapshot and the history after that.

    One statement reads where it stands, and what it stands on does not change any more: no
    transaction is needed. Turn by turn, so that no more than the state and one turn is in memory.
    """
    row = connection.execute(sql["load_snapshot"], {"id": key}).fetchone()
    if row is None:
        return None
    revision, body, since, whole = row
    if body:
        return decode_instance(body), revision, None
    instance = decode_instance(whole)
    parts, turns, behind = _parts(instance), 0, 0
    wanted = {"id": key, "after": since, "until": revision}
    for (changes,) in connection.execute(sql["history_between"], wanted):
        turns, behind = turns + 1, behind + len(changes)
        for change in decode_changes(changes):
            apply(instance, change)
    if turns != revision - since:
        raise StoreUnavailable(
            f"run {key} is at revision {revision} and its history lacks "
            f"{revision - since - turns} of the turns after {since}; restore a copy"
        )
    return instance, revision, Snapshot(revision, len(whole), parts, behind)


def _parts(instance: ProcessInstance) -> int:
    parts = len(instance.elements) + len(instance.jobs) + len(instance.pending)
    return parts + len(instance.subscriptions)
