"""What must be kept of data stores: values that outlive the runs that write them (§10.4.1).

Rule: a turn is decided on what was read here, so its commit says what that was. If a data store has
been written since, whether the turn has written it or only read it, nothing is kept (Conflict).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from procession.core.data_stores import StoredValue
from procession.core.values import Value


class UseDataStore(Struct, frozen=True):
    """A data store that turns have used, beside their decisions.

    Conflict if its version is not the one that was `found`. It holds `value` from then on, as the
    `version` of that name, which no other write has; "": it was only read.
    """

    id: str
    found: str
    at: datetime
    version: str = ""
    value: Value = None


class DataStoreStore(Protocol):
    """The part of the store that holds data stores. Each verb raises StoreUnavailable."""

    def find(self, ids: Iterable[str]) -> Mapping[str, StoredValue]:
        """What they hold by now, with what is about to be committed; at once, as it is cheap.

        Who decides on it and commits, without waiting in between, is not too late here.
        """
        ...
