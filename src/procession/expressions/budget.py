"""What one run may use, and the frame that counts it.

Rule: whatever can grow is charged before it is made, so no text of an author can hold up the event
loop or fill the memory. The counts are the same on every machine; the clock is the last resort.
"""

import time
from collections.abc import Mapping
from decimal import Decimal

from procession.core.values import (
    COLLECTION_LENGTH_MAX,
    DEPTH_MAX,
    TEXT_LENGTH_MAX,
    Value,
    Values,
)

STEPS_MAX = 1_000_000
SECONDS_MAX = 0.25
MEMORY_MAX = 64_000_000
INTEGER_BITS_MAX = 256
CALLS_DEEP_MAX = 24
RESULT_SIZE_MAX = 4_000_000

# The clock is read once in so many steps: a reading costs as much as one step.
STEPS_PER_READING = 2_000
# A text is worked on at about so many characters in the time of one step.
CHARACTERS_PER_STEP = 16
LONG_TEXT = 512
# What an item of a list (and the number in it) and an item of a row take, in bytes, at most.
BYTES_PER_CHARACTER = 4
BYTES_PER_ITEM = 64
BYTES_PER_COLUMN = 192

INTEGER_MAX = 2**INTEGER_BITS_MAX


class Refused(ValueError):
    """An operation cannot be done with these values; whoever catches it adds the place."""


class Frame:
    """One run: the visible values, the local ones, and what is left of the budget.

    The counters start as class attributes, so that making a frame writes two attributes only: most
    expressions never count anything.
    """

    steps_left = STEPS_PER_READING
    steps_reserve = STEPS_MAX - STEPS_PER_READING
    memory_left = MEMORY_MAX
    deadline = 0.0
    calls = 0
    depth = 0
    answer: Value = None

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = values
        self.locals: Values = {}

    def spend(self, steps: int) -> None:
        """Counts work that is about to be done. Raises Refused where the budget ends."""
        self.steps_left -= steps
        if self.steps_left < 0:
            self.refill()

    def refill(self) -> None:
        """Grants the next steps from the reserve and looks at the clock."""
        self.steps_reserve += self.steps_left - STEPS_PER_READING
        self.steps_left = STEPS_PER_READING
        if self.steps_reserve < 0:
            raise Refused(
                f"it takes more than {STEPS_MAX} steps; do less at once, or use a Python handler"
            )
        now = time.monotonic()
        if not self.deadline:
            self.deadline = now + SECONDS_MAX
        if now > self.deadline:
            raise Refused(f"it takes more than {SECONDS_MAX} seconds; use a Python handler")

    def _take(self, size: int) -> None:
        self.memory_left -= size
        if self.memory_left < 0:
            raise Refused(f"it makes values of more than {MEMORY_MAX // 1_000_000} MB in all")

    def make_text(self, length: int) -> None:
        """Charges a text that is about to be made. Raises Refused if it may not be."""
        if length > TEXT_LENGTH_MAX:
            raise Refused(f"a text of {_count(length)} characters; {TEXT_LENGTH_MAX} are allowed")
        self._take(length * BYTES_PER_CHARACTER)
        if length > LONG_TEXT:
            self.spend(length // CHARACTERS_PER_STEP)

    def make_list(self, length: int) -> None:
        """Charges a list that is about to be made. Raises Refused if it may not be."""
        if length > COLLECTION_LENGTH_MAX:
            raise Refused(f"a list of {_count(length)} items; {COLLECTION_LENGTH_MAX} are allowed")
        self._take(length * BYTES_PER_ITEM)
        self.spend(1 + length // 4)

    def make_row(self, length: int) -> None:
        """Charges a row that is about to be made, or columns added to one."""
        if length > COLLECTION_LENGTH_MAX:
            raise Refused(f"a row of {_count(length)} columns; {COLLECTION_LENGTH_MAX} are allowed")
        self._take(length * BYTES_PER_COLUMN)
        self.spend(1 + length)

    def read_text(self, text: str) -> None:
        """Charges reading a text from end to end."""
        if len(text) > LONG_TEXT:
            self.spend(len(text) // CHARACTERS_PER_STEP)


class ScriptFrame(Frame):
    """A run of a script: `names` holds its variables and its own copy of the parameters.

    `assigned`: the parameters that it gave a value to, in that order.
    """

    def __init__(self, names: Values) -> None:
        super().__init__(names)
        self.names = names
        self.assigned: dict[str, None] = {}


def _count(length: int) -> str:
    return str(length) if length.bit_length() < INTEGER_BITS_MAX else "too many"


def checked_integer(number: int) -> int:
    """The number itself, if it is within bounds; two such numbers are always safe to multiply."""
    if -INTEGER_MAX < number < INTEGER_MAX:
        return number
    raise Refused(f"a whole number of more than {INTEGER_BITS_MAX} bits")


def weigh(frame: Frame, value: Value, limit: int = RESULT_SIZE_MAX) -> int:
    """How large a value is when it is written out, in characters at least; at most `limit`.

    A list may hold one list many times, or itself: what is small in memory is endless on paper. So
    whatever walks through a value weighs it first.
    """
    size = _weigh(frame, value, limit, DEPTH_MAX)
    if size > limit:
        raise Refused(f"a value of more than {limit} characters in all")
    return size


def _weigh(frame: Frame, value: Value, limit: int, depth: int) -> int:
    if type(value) not in _CONTAINERS:
        return len(value) if isinstance(value, str) else 1
    if depth == 0:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")
    frame.spend(3 + len(value) // 4)
    size = 2 + len(value)
    for item in value.values() if isinstance(value, dict) else value:
        kind = type(item)
        if kind in _CONTAINERS:
            size += _weigh(frame, item, limit - size, depth - 1)
        elif kind is str:
            size += len(item)
        if size > limit:
            break
    return size


_CONTAINERS = frozenset({list, dict})


def copied(frame: Frame, value: Value, depth: int = DEPTH_MAX) -> Value:
    """A list or row that may be changed: copied through and through. Raises Refused."""
    if depth == 0:
        raise Refused(f"a value nested more than {DEPTH_MAX} deep")
    frame.spend(1)
    if isinstance(value, dict):
        frame.make_row(len(value))
        return {
            column: copied(frame, item, depth - 1) if type(item) in _CONTAINERS else item
            for column, item in value.items()
        }
    frame.make_list(len(value))
    return [copied(frame, item, depth - 1) if type(item) in _CONTAINERS else item for item in value]


def same(left: Value, right: Value) -> bool:
    """Whether nothing tells the two apart, not even the type. Both were weighed before."""
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is dict:
        return list(left) == list(right) and all(map(same, left.values(), right.values()))
    if kind is list:
        return len(left) == len(right) and all(map(same, left, right))
    # 1.0 and 1.00 are equal, but a client sees the difference.
    return bool(str(left) == str(right) if kind is Decimal else left == right)
