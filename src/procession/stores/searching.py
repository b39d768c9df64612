"""What is asked of the store to find runs, what is alive in them, and versions of processes.

Rule: a look reads so many rows at most, in an order that does not change, from a place that the
caller names. So none takes long, and one after the other they miss nothing that was there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from procession.core.ids import ElementInstanceId, InstanceId
from procession.core.instance import Status
from procession.core.values import Value

if TYPE_CHECKING:
    from procession.stores import InstanceRow, ProcessRow

FIRST_ID = UUID(int=0)
# Beyond every id of a run.
BEYOND_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class RunScan:
    """Which runs: with ids from `since` on and before `before`; those of one process, or all.

    `parameter`: a name whose value is to be told of each.
    """

    before: UUID = BEYOND_ID
    since: UUID = FIRST_ID
    process: str | None = None
    statuses: Sequence[Status] = ()
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class ScannedRun:
    """`large`: the run must be loaded to see the value of the parameter."""

    row: "InstanceRow"
    large: bool = False
    value: Value = None


@dataclass(frozen=True, slots=True)
class ScannedElement:
    """An element instance that is alive, and what is known of its run."""

    instance: InstanceId
    id: ElementInstanceId
    element: str
    state: str
    since: datetime
    process: str
    version: int
    caller: str


class SearchStore(Protocol):
    """The part of the store that finds. Each verb raises StoreUnavailable."""

    async def runs(self, scan: RunScan, *, limit: int) -> Sequence[ScannedRun]:
        """The newest first."""
        ...

    async def elements(
        self, after: tuple[UUID, int], *, process: str | None, limit: int
    ) -> Sequence[ScannedElement]:
        """Those beyond a run's id and a number in it, the oldest run first."""
        ...

    async def versions(self, name: str, *, before: int, limit: int) -> "Sequence[ProcessRow]":
        """The newest first."""
        ...
