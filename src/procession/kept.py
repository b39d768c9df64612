"""Large runs that stay in memory between their turns, so that a turn need not read them again.

A small run is read with each turn: that takes microseconds. What is kept is a guess until its
revision has been compared with the store's, as another program may have gone on with the run.

Only a turn, within the run's turnstile, may hold on to what is kept here; whoever only looks takes
copies. A turn changes what it decides on, so it takes the instance out first and puts back what has
been committed: a turn that fails leaves nothing behind.
"""

from dataclasses import dataclass

from procession.core.ids import InstanceId
from procession.core.instance import ProcessInstance

# What is kept in all: so many characters of their states, and so many runs.
SIZE_MAX = 20_000_000
RUNS_MAX = 1_000


@dataclass(slots=True)
class _Kept:
    """`instance` is None while a turn has it, or after one that failed."""

    instance: ProcessInstance | None
    revision: int
    size: int


class KeptInstances:
    """The large runs that were used last; `size_max`: as long as their states are in all."""

    def __init__(self, size_max: int = SIZE_MAX) -> None:
        self._size_max = size_max
        self._size = 0
        self._runs: dict[InstanceId, _Kept] = {}

    def __contains__(self, run: InstanceId) -> bool:
        """Whether the run is known to be large; a turn may have it just now."""
        return bool(self._runs) and run in self._runs  # A GUID takes longer to hash.

    def get(self, run: InstanceId, revision: int) -> ProcessInstance | None:
        """The instance, if it is here and stands at that revision."""
        kept = self._runs.get(run)
        return None if kept is None or kept.revision != revision else kept.instance

    def take(self, run: InstanceId) -> None:
        """A turn is about to change the instance: it is not what is stored any more."""
        if run in self:
            self._runs[run].instance = None

    def keep(self, instance: ProcessInstance, revision: int, size: int) -> None:
        """Keep a run that goes on, at the cost of those that were used longest ago.

        `size`: as the store has it; 0 for a small one, which is not kept.
        """
        if not size and not self._runs:
            return
        run = instance.instance_id
        self._drop(run)
        if not size or instance.status.final:
            return
        self._runs[run] = _Kept(instance, revision, size)
        self._size += size
        # The newest one stays, however large: its turn has needed that memory anyway.
        while len(self._runs) > 1 and (self._size > self._size_max or len(self._runs) > RUNS_MAX):
            self._drop(next(iter(self._runs)))

    def _drop(self, run: InstanceId) -> None:
        kept = self._runs.pop(run, None)
        if kept is not None:
            self._size -= kept.size
