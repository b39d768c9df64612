"""What must be kept of starts that a caller has given a key, so that asking twice starts once.

Rule: the key is kept in the commit that starts the run. So there is a run for each key that is
kept, and one only, whatever dies and however many ask at once.
"""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from procession.core.ids import InstanceId


class KeyedStart(Struct, frozen=True):
    """A run that was started under a key. `digest`: of all that was asked for."""

    digest: str
    instance: InstanceId
    warnings: tuple[str, ...]


class KeepStart(Struct, frozen=True):
    """A run begins under the caller's key. Conflict if there is one that is newer than `after`."""

    caller: str
    key: str
    start: KeyedStart
    at: datetime
    after: datetime


class KeyedStartStore(Protocol):
    """The part of the store that holds them. It raises StoreUnavailable."""

    def find(self, caller: str, key: str, *, after: datetime) -> KeyedStart | None:
        """At once, as it is a look-up by key."""
        ...
