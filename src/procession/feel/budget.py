"""What one run may use, and the frame that it runs in.

Rule: whatever can grow is charged before it is made. FEEL turns failures into null, but not this
one: an exhausted budget ends the run, so it is no ordinary exception that an operation may catch.
"""

import time
from collections.abc import Mapping

from procession.core.values import COLLECTION_LENGTH_MAX, TEXT_LENGTH_MAX, Value

STEPS_MAX = 1_000_000
SECONDS_MAX = 0.25
MEMORY_MAX = 64_000_000
CALLS_DEEP_MAX = 64

# The clock is read once in so many steps: a reading costs as much as one step.
STEPS_PER_READING = 2_000
# A text is worked on at about so many characters in the time of one step.
CHARACTERS_PER_STEP = 16
BYTES_PER_CHARACTER = 4
BYTES_PER_ITEM = 64


class Refused(Exception):
    """The run takes more than it may."""


class Budget:
    """What is left. The counters start as class attributes: most runs never count anything."""

    steps_left = STEPS_PER_READING
    steps_reserve = STEPS_MAX - STEPS_PER_READING
    memory_left = MEMORY_MAX
    deadline = 0.0
    calls = 0

    def __init__(self, moment: int | None = None) -> None:
        self.moment = moment

    def current(self) -> int:
        """The moment of this run, in nanoseconds since 1970; it stands still while it runs."""
        if self.moment is None:
            self.moment = time.time_ns()
        return self.moment

    def spend(self, steps: int) -> None:
        """Counts work that is about to be done. Raises Refused where the budget ends."""
        self.steps_left -= steps
        if self.steps_left < 0:
            self._refill()

    def _refill(self) -> None:
        self.steps_reserve += self.steps_left - STEPS_PER_READING
        self.steps_left = STEPS_PER_READING
        if self.steps_reserve < 0:
            raise Refused(f"it takes more than {STEPS_MAX} steps; do less at once")
        now = time.monotonic()
        self.deadline = self.deadline or now + SECONDS_MAX
        if now > self.deadline:
            raise Refused(f"it takes more than {SECONDS_MAX} seconds; do less at once")

    def _take(self, size: int) -> None:
        self.memory_left -= size
        if self.memory_left < 0:
            raise Refused(f"it makes values of more than {MEMORY_MAX // 1_000_000} MB in all")

    def make_text(self, length: int) -> None:
        """Charges a text that is about to be made. Raises Refused if it may not be."""
        if length > TEXT_LENGTH_MAX:
            raise Refused(f"a string of {length} characters; {TEXT_LENGTH_MAX} are allowed")
        self._take(length * BYTES_PER_CHARACTER)
        self.spend(length // CHARACTERS_PER_STEP)

    def make_list(self, length: int) -> None:
        """Charges a list or context that is about to be made. Raises Refused if it may not be."""
        if length > COLLECTION_LENGTH_MAX:
            raise Refused(f"a list of {length} items; {COLLECTION_LENGTH_MAX} are allowed")
        self._take(length * BYTES_PER_ITEM)
        self.spend(1 + length // 4)

    def enter(self, weight: int) -> None:
        """Counts a function that is called while others run. Raises Refused if it is too deep."""
        self.spend(weight)
        self.calls += 1
        if self.calls > CALLS_DEEP_MAX:
            raise Refused(f"functions call each other more than {CALLS_DEEP_MAX} deep")

    def leave(self) -> None:
        """The function has answered."""
        self.calls -= 1


class Frame:
    """One run: the values that names stand for, the local ones by slot, and the budget.

    Several runs may share a budget: those of the cells of one decision table, say. Its moment is
    what `now()` answers; the caller gives it where it must be the same again.
    """

    __slots__ = ("budget", "converted", "locals", "values")

    def __init__(self, values: Mapping[str, Value], budget: Budget | None = None) -> None:
        self.values = values
        self.locals: dict[int, Value] = {}
        self.converted: dict[str, Value] = {}
        self.budget = budget or Budget()
