"""Built-in functions of lists (DMN 1.3 and 1.4, 10.3.4.4).

Rule: a list is never changed; what is made is charged before. Equal items are found by their keys.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain

from procession.core.values import Value
from procession.feel.arithmetic import OPERATORS
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.comparing import compare, key
from procession.feel.invoking import call
from procession.feel.kinds import Builtin, DaysTime, Function, YearsMonths, whole
from procession.feel.numbers import CONTEXT, ONE, ZERO

Items = list[Value]


def charged(frame: Frame, items: Iterable[Value], length: int) -> Items:
    """A list of so many items, once the budget allows it."""
    frame.budget.make_list(length)
    return list(items)


@builtin("list contains(list: list, element: Any)")
def _contains(frame: Frame, items: Items, element: Value) -> Value:
    frame.budget.spend(len(items))
    wanted = key(element)
    return any(key(item) == wanted for item in items)


@builtin("count(list: list)", "count(c...: Any)")
def _count(frame: Frame, items: Items) -> Value:
    return Decimal(len(items))


def _extreme(wanted: int) -> Callable[[Frame, Items], Value]:
    def run(frame: Frame, items: Items) -> Value:
        frame.budget.spend(len(items))
        if not items or compare(items[0], items[0]) is None:
            return None
        best = items[0]
        for item in items:
            order = compare(item, best)
            if order is None:
                return None
            best = item if order == wanted else best
        return best

    return run


builtin("min(list: list)", "min(c...: Any)")(_extreme(-1))
builtin("max(list: list)", "max(c...: Any)")(_extreme(1))


@builtin("sum(list: list)", "sum(n...: Any)")
def _sum(frame: Frame, items: Items) -> Value:
    frame.budget.spend(len(items))
    if not items or type(items[0]) not in (Decimal, DaysTime, YearsMonths):
        return None
    add, total = OPERATORS["+"], items[0]
    for item in items[1:]:
        total = add(total, item)
    return total


@builtin("mean(list: list)", "mean(n...: Any)")
def _mean(frame: Frame, items: Items) -> Value:
    return OPERATORS["/"](_sum(frame, items), Decimal(len(items)))


@builtin("product(list: list)", "product(n...: Any)")
def _product(frame: Frame, items: Items) -> Value:
    if not _numbers(frame, items):
        return None
    result = ONE
    for item in items:
        result = CONTEXT.multiply(result, item)
    return result


def _numbers(frame: Frame, items: Items) -> bool:
    frame.budget.spend(len(items))
    return bool(items) and all(type(item) is Decimal for item in items)


@builtin("median(list: list)", "median(n...: Any)")
def _median(frame: Frame, items: Items) -> Value:
    if not _numbers(frame, items):
        return None
    ordered, middle = sorted(items), len(items) // 2
    if len(items) % 2:
        return ordered[middle]
    return CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev(list: list)", "stddev(n...: Any)")
def _stddev(frame: Frame, items: Items) -> Value:
    """Of a sample: divided by one less than their number."""
    if len(items) < 2 or not _numbers(frame, items):
        return None
    mean = _mean(frame, items)
    total = ZERO
    for item in items:
        away = CONTEXT.subtract(item, mean)
        total = CONTEXT.add(total, CONTEXT.multiply(away, away))
    return CONTEXT.sqrt(CONTEXT.divide(total, Decimal(len(items) - 1)))


@builtin("mode(list: list)", "mode(n...: Any)")
def _mode(frame: Frame, items: Items) -> Value:
    if not items:
        return []
    if not _numbers(frame, items):
        return None
    counts = Counter(items)
    most = max(counts.values())
    return sorted(number for number, count in counts.items() if count == most)


def _quantifier(decides: bool) -> Callable[[Frame, Items], Value]:
    def run(frame: Frame, items: Items) -> Value:
        frame.budget.spend(len(items))
        if any(item is decides for item in items):
            return decides
        return not decides if all(type(item) is bool for item in items) else None

    return run


builtin("all(list: list)", "all(b...: Any)")(_quantifier(False))
builtin("any(list: list)", "any(b...: Any)")(_quantifier(True))


@builtin("sublist(list: list, start position: number, length?: number)")
def _sublist(frame: Frame, items: Items, start: Decimal, length: Decimal | None = None) -> Value:
    first = _index(items, start)
    count = len(items) if length is None else whole(length)
    if first is None or count is None or count < 0:
        return None
    if length is not None and first + count > len(items):
        return None
    return charged(frame, items[first : first + count], min(count, len(items)))


def _index(items: Items, position: Decimal) -> int | None:
    number = whole(position)
    if number is None or not 1 <= abs(number) <= len(items):
        return None
    return number - 1 if number > 0 else len(items) + number


@builtin("append(list: list, item...: Any)")
def _append(frame: Frame, items: Items, more: Items) -> Value:
    return charged(frame, [*items, *more], len(items) + len(more))


@builtin("concatenate(list...: Any)")
def _concatenate(frame: Frame, lists: Items) -> Value:
    parts = [part if type(part) is list else [part] for part in lists]
    return charged(frame, chain.from_iterable(parts), sum(map(len, parts)))


@builtin("insert before(list: list, position: number, new item: Any)")
def _insert(frame: Frame, items: Items, position: Decimal, item: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    return charged(frame, [*items[:index], item, *items[index:]], len(items) + 1)


@builtin("remove(list: list, position: number)")
def _remove(frame: Frame, items: Items, position: Decimal) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    return charged(frame, [*items[:index], *items[index + 1 :]], len(items))


@builtin("list replace(list: list, position: number, new item: Any)")
def _replace(frame: Frame, items: Items, position: Decimal, item: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    return charged(frame, [*items[:index], item, *items[index + 1 :]], len(items))


@builtin("list replace(list: list, match: function, new item: Any)")
def _replace_matches(frame: Frame, items: Items, match: Function | Builtin, item: Value) -> Value:
    replaced = charged(frame, items, len(items))
    for index, each in enumerate(items):
        answer = call(frame, match, [each, item])
        if type(answer) is not bool:
            return None
        replaced[index] = item if answer else each
    return replaced


@builtin("reverse(list: list)")
def _reverse(frame: Frame, items: Items) -> Value:
    return charged(frame, items[::-1], len(items))


@builtin("index of(list: list, match: Any)")
def _index_of(frame: Frame, items: Items, match: Value) -> Value:
    wanted = key(match)
    frame.budget.make_list(len(items))
    return [Decimal(index) for index, item in enumerate(items, 1) if key(item) == wanted]


@builtin("union(list...: Any)")
def _union(frame: Frame, lists: Items) -> Value:
    return _distinct(frame, _concatenate(frame, lists))


@builtin("distinct values(list: list)")
def _distinct(frame: Frame, items: Items) -> Value:
    frame.budget.make_list(len(items))
    found: dict[Value, Value] = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())


@builtin("flatten(list: list)")
def _flatten(frame: Frame, items: Items) -> Value:
    flat: Items = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            frame.budget.spend(1)
            if type(item) is list:
                waiting.append(iter(item))
                break
            flat.append(item)
        else:
            waiting.pop()
    return charged(frame, flat, len(flat))


@builtin("sort(list: list)")
def _sort_naturally(frame: Frame, items: Items) -> Value:
    for item in items:
        if compare(items[0], item) is None:
            return None
    return _sorted(frame, items, lambda left, right: compare(left, right) == -1)


@builtin("sort(list: list, precedes: function)")
def _sort(frame: Frame, items: Items, precedes: Function | Builtin) -> Value:
    return _sorted(frame, items, lambda left, right: call(frame, precedes, [left, right]) is True)


def _sorted(frame: Frame, items: Items, precedes: Callable[[Value, Value], bool]) -> Items:
    """A stable merge sort: Python's own wants an order, and an author's may be none."""
    ordered, width = charged(frame, items, len(items)), 1
    while width < len(ordered):
        frame.budget.spend(len(ordered))
        runs = (ordered[start : start + 2 * width] for start in range(0, len(ordered), 2 * width))
        ordered = [item for run in runs for item in _merged(run[:width], run[width:], precedes)]
        width *= 2
    return ordered


def _merged(left: Items, right: Items, precedes: Callable[[Value, Value], bool]) -> Items:
    merged: Items = []
    first, second = 0, 0
    while first < len(left) and second < len(right):
        # The right one goes first only if it must: that keeps equals in their order.
        if precedes(right[second], left[first]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return [*merged, *left[first:], *right[second:]]
