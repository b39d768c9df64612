"""What is asked of the store about the runs of one process, and about its versions by what clients
know of them: a GUID, a caption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from procession.stores import InstanceRow


@dataclass(frozen=True, slots=True)
class TimerPoint:
    """A timer that starts a process: where it stands, and when it is due (None: never again)."""

    element: str
    definition: int
    due_at: datetime | None


class RunningStore(Protocol):
    """Each verb raises StoreUnavailable."""

    async def version_of(self, uid: UUID) -> tuple[str, int] | None:
        """The newest version of a process that has this GUID."""
        ...

    async def names(self, caption: str, *, limit: int) -> Sequence[str]:
        """The processes whose newest version has this caption."""
        ...

    async def count(self, process: str, *, version: int = 0) -> int:
        """The runs that have not ended; of one version or of all (0)."""
        ...

    async def unfinished(self, process: str, *, after: UUID, limit: int) -> "Sequence[InstanceRow]":
        """The same runs, in the order of their ids, beyond one."""
        ...

    async def timers(self, process: str) -> Sequence[TimerPoint]: ...
