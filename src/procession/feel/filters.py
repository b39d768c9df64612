"""`list[…]`: an item by its position, or the items that a condition holds for (DMN 1.3, 10.3.2.5).

Rule: what is no list is a list of itself; null is an empty one. Positions count from 1, and from -1
at the end.
"""

from collections.abc import Callable
from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.kinds import whole


def as_list(value: Value) -> list[Value]:
    """The value as a filter and a loop see it."""
    if type(value) is list:
        return value
    return [] if value is None else [value]


def positioned(value: Value, position: Value) -> Value:
    """The item at a position; null where there is none."""
    items, index = as_list(value), whole(position)
    if index is None or not 1 <= abs(index) <= len(items):
        return None
    return items[index - 1 if index > 0 else index]


def filtered(
    frame: Frame, value: Value, condition: tuple[int, Callable[[Frame], Value], int]
) -> Value:
    """The items for which the condition is true. `condition`: the item's slot, itself, its cost."""
    slot, run, weight = condition
    items, kept = as_list(value), []
    budget, values = frame.budget, frame.locals
    before = values.get(slot)
    for item in items or [None]:
        budget.spend(weight)
        values[slot] = item
        answer = run(frame)
        if type(answer) is Decimal:
            values[slot] = before
            return positioned(value, answer)
        if answer is True:
            kept.append(item)
    values[slot] = before
    budget.make_list(len(kept))
    return kept if items else []
