"""Failures by key, and the pause that is due after them."""

from collections import OrderedDict
from collections.abc import Callable

THROTTLED_MAX = 10_000
FORGOTTEN_AFTER_SECONDS = 900


class Throttle:
    """After `free` failures of a key a pause is due, and each further one doubles it.

    Memory is bounded: the keys that were quiet longest are forgotten first.
    """

    __slots__ = ("_clock", "_failures", "_free", "_pause_max")

    def __init__(self, *, free: int, pause_max: float, clock: Callable[[], float]) -> None:
        self._free, self._pause_max, self._clock = free, pause_max, clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failures)

    def __contains__(self, key: str) -> bool:
        return key in self._failures

    def pause(self, key: str) -> float:
        """Seconds until the next attempt is allowed; 0 is now."""
        count, last = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0.0
        pause = min(self._pause_max, 2.0 ** min(count - self._free, 30))
        return max(0.0, last + pause - self._clock())

    def failed(self, key: str) -> int:
        """How many failures there are by now."""
        count, last = self._failures.pop(key, (0, 0.0))
        if self._clock() - last > FORGOTTEN_AFTER_SECONDS:
            count = 0
        self.recall(key, count + 1, self._clock())
        return count + 1

    def recall(self, key: str, failures: int, last: float) -> None:
        """Sets what is known of a key, such as from before a restart."""
        self._failures[key] = (failures, last)
        if len(self._failures) > THROTTLED_MAX:
            self._failures.popitem(last=False)

    def forget(self, key: str, *, until: float | None = None) -> None:
        """Forgives what has failed; `until`: if nothing has failed after that moment."""
        _, last = self._failures.get(key, (0, 0.0))
        if until is None or last <= until:
            self._failures.pop(key, None)
