"""Lists and rows: what is made of them, found in them and, in scripts, done to them.

Rule: every list is charged before it is made, and only scripts change one in place.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import reduce
from types import NoneType

from procession.core.values import COLLECTION_LENGTH_MAX, Value
from procession.expressions import arithmetic
from procession.expressions.budget import Frame, Refused, checked_integer
from procession.expressions.comparing import equal, less, sort_keys
from procession.expressions.types import TYPE_NAMES, did_you_mean, name_of

Items = list[Value]
Columns = dict[str, Value]


def items_of(frame: Frame, value: Value) -> Iterator[Value]:
    """What a loop goes through: items, letters, or the names of columns."""
    if isinstance(value, list):
        return iter(value)
    if isinstance(value, str):
        frame.make_list(len(value))
        return iter(value)
    if isinstance(value, dict):
        # A script may change the row meanwhile.
        frame.make_list(len(value))
        return iter(list(value))
    raise Refused(f"{name_of(value)} cannot be gone through; a List, a Text or a Row can")


def concatenate(frame: Frame, left: Items, right: Items) -> Items:
    frame.make_list(len(left) + len(right))
    return left + right


def repeat(frame: Frame, items: Items, times: int) -> Items:
    frame.make_list(len(items) * max(times, 0))
    return items * times


def repeat_by(frame: Frame, times: int, items: Items) -> Items:
    return repeat(frame, items, times)


def length(frame: Frame, value: Value) -> int:
    return len(value)


def total(frame: Frame, values: Items, start: Value = 0) -> Value:
    """The sum of numbers; True counts as 1, so that conditions can be counted."""
    frame.spend(len(values) * 2)
    kinds = {type(start), *map(type, values)}
    if NoneType in kinds:
        raise Refused("sum() of a list that holds None; leave it out with `if … is not None`")
    if not kinds <= {int, float, Decimal, bool}:
        names = sorted(TYPE_NAMES.get(kind, "") for kind in kinds)
        raise Refused(f"sum() adds numbers only; there is {', '.join(names)}")
    if Decimal in kinds:
        return reduce(
            arithmetic.CONTEXT.add, map(arithmetic.exact, values), arithmetic.exact(start)
        )
    # fsum gives the same on every version of Python; sum does not.
    if float in kinds:
        return arithmetic.checked_float(math.fsum([start, *values]))
    return checked_integer(sum(values, start))


def least(frame: Frame, *values: Value, **options: Value) -> Value:
    """The first of the smallest values: of a list, or of the arguments."""
    return _extreme(frame, values, options, lambda old, new: less(frame, new, old))


def most(frame: Frame, *values: Value, **options: Value) -> Value:
    """The first of the largest values: of a list, or of the arguments."""
    return _extreme(frame, values, options, lambda old, new: less(frame, old, new))


def _extreme(
    frame: Frame,
    values: tuple[Value, ...],
    options: Mapping[str, Value],
    better: Callable[[Value, Value], bool],
) -> Value:
    items: Items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    if not items and "default" not in options:
        raise Refused("an empty list has no smallest or largest value; give default=…")
    frame.spend(len(items))
    keys = keyed(items, options.get("key"))
    sort_keys(frame, keys)
    best = 0
    for at in range(1, len(keys)):
        if better(keys[best], keys[at]):
            best = at
    return items[best] if items else options["default"]


def ordered(frame: Frame, values: Value, key: str | None = None, reverse: bool = False) -> Items:
    """A sorted list; rows need `key`, the name of a column. Equal ones keep their order."""
    items = list(items_of(frame, values))
    frame.make_list(len(items))
    keys = sort_keys(frame, keyed(items, key))
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)
    return [items[at] for at in order]


def keyed(items: Items, key: str | None) -> Items:
    """The values to compare: the items, or one column of each."""
    if key is None:
        return items
    return [_column(row, key) for row in items]


def _column(row: Value, name: str) -> Value:
    if not isinstance(row, dict):
        raise Refused(f"key={name!r} needs rows; there is {name_of(row)}")
    if name not in row:
        raise Refused(f"no column {name!r}; {did_you_mean(name, row)}")
    return row[name]


def backwards(frame: Frame, values: Items) -> Items:
    frame.make_list(len(values))
    return values[::-1]


def listed(frame: Frame, values: Value = None) -> Items:
    """A new list of the items, letters or column names; without a value an empty one."""
    if values is None:
        return []
    items = items_of(frame, values)
    frame.make_list(len(values))
    return list(items)


def ranged(frame: Frame, start: int, stop: int | None = None, step: int = 1) -> Items:
    numbers = range(start) if stop is None else range(start, stop, step)
    # len() fails beyond 64 bits, so count by hand.
    size = max(0, -((numbers.start - numbers.stop) // numbers.step))
    frame.make_list(size)
    return list(numbers)


def numbered(frame: Frame, values: Items, start: int = 0) -> Items:
    frame.make_list(len(values) * 3)
    return [[number, value] for number, value in enumerate(values, start)]


def zipped(frame: Frame, *lists: Items) -> Items:
    frame.make_list(min(map(len, lists)) * (len(lists) + 1))
    return [list(group) for group in zip(*lists, strict=False)]


def first(frame: Frame, values: Items) -> Value:
    """The first item, or None."""
    return values[0] if values else None


def last(frame: Frame, values: Items) -> Value:
    """The last item, or None."""
    return values[-1] if values else None


def any_of(frame: Frame, values: Items) -> bool:
    frame.spend(len(values) // 4)
    return any(values)


def all_of(frame: Frame, values: Items) -> bool:
    frame.spend(len(values) // 4)
    return all(values)


def distinct(frame: Frame, values: Items) -> Items:
    """Each value once, in the order of its first place. Numbers, texts, dates, Guids …: no rows."""
    frame.make_list(len(values))
    frame.spend(len(values) * 8)
    found: dict[str, Value] = {}
    for value in values:
        found.setdefault(_mark(frame, value), value)
    return list(found.values())


def _mark(frame: Frame, value: Value) -> str:
    # By text, since only texts hash unforeseeably: an author could choose numbers that collide.
    if type(value) in (int, float, Decimal):
        return str(arithmetic.exact(value).normalize(arithmetic.CONTEXT))
    if type(value) not in TYPE_NAMES or isinstance(value, list | dict):
        raise Refused(f"distinct() does not compare {name_of(value)}; take one column of the rows")
    if isinstance(value, str):
        frame.make_text(len(value) + 1)
    return f"{type(value).__name__} {value}"


def occurrences(frame: Frame, values: Items, item: Value) -> int:
    frame.spend(len(values))
    return sum(equal(frame, item, value) for value in values)


def index_of(frame: Frame, values: Items, item: Value) -> int:
    frame.spend(len(values))
    for at, value in enumerate(values):
        if equal(frame, item, value):
            return at
    raise Refused("index() of an item that is not in the list; ask with `in` first")


def column_or(frame: Frame, row: Columns, name: str, default: Value = None) -> Value:
    return row.get(name, default)


def column_names(frame: Frame, row: Columns) -> Items:
    frame.make_list(len(row))
    return list(row)


def column_values(frame: Frame, row: Columns) -> Items:
    frame.make_list(len(row))
    return list(row.values())


def column_pairs(frame: Frame, row: Columns) -> Items:
    frame.make_list(len(row) * 3)
    return [[name, value] for name, value in row.items()]


def append(frame: Frame, items: Items, item: Value) -> None:
    _make_room(frame, items, 1)
    items.append(item)


def extend(frame: Frame, items: Items, more: Value) -> None:
    _make_room(frame, items, len(more))
    items.extend(list(items_of(frame, more)))


def insert(frame: Frame, items: Items, at: int, item: Value) -> None:
    _make_room(frame, items, 1)
    frame.spend(len(items) // 64)
    items.insert(at, item)


def _make_room(frame: Frame, items: Items, more: int) -> None:
    if len(items) + more > COLLECTION_LENGTH_MAX:
        raise Refused(f"a list of more than {COLLECTION_LENGTH_MAX} items")
    frame.make_list(more)


def pop(frame: Frame, items: Items, at: int = -1) -> Value:
    if not -len(items) <= at < len(items):
        raise Refused(f"pop({at}) of a list of {len(items)} items")
    frame.spend(len(items) // 64)
    return items.pop(at)


def remove(frame: Frame, items: Items, item: Value) -> None:
    del items[index_of(frame, items, item)]


def clear(frame: Frame, items: Items) -> None:
    items.clear()


def reverse(frame: Frame, items: Items) -> None:
    frame.spend(len(items) // 4)
    items.reverse()


def sort(frame: Frame, items: Items, key: str | None = None, reverse: bool = False) -> None:
    items[:] = ordered(frame, items, key, reverse)


def set_column(frame: Frame, row: Columns, name: str, value: Value) -> None:
    """Gives a column its value; a new one is charged."""
    if name not in row:
        if len(row) >= COLLECTION_LENGTH_MAX:
            raise Refused(f"a row of more than {COLLECTION_LENGTH_MAX} columns")
        frame.make_row(1)
    row[name] = value


def update(frame: Frame, row: Columns, more: Columns) -> None:
    frame.make_row(len(row) + len(more))
    row.update(more)


def pop_column(frame: Frame, row: Columns, name: str, default: Value = None) -> Value:
    return row.pop(name, default)


def set_default(frame: Frame, row: Columns, name: str, default: Value = None) -> Value:
    if name not in row:
        set_column(frame, row, name, default)
    return row[name]
