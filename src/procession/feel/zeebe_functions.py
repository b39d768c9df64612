"""Built-in functions that Camunda 8 has beside those of DMN: its modeler offers them to everybody.

Rule: the pure ones, and with the same answers; what draws a random value is not here.
"""

from decimal import Decimal

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.calendar import month_length
from procession.feel.comparing import key
from procession.feel.kinds import Date, DateTime, whole
from procession.feel.matching import matches
from procession.feel.text_functions import consuming

Items = list[Value]


@builtin("is defined(value: Any)")
def _defined(frame: Frame, value: Value) -> Value:
    return value is not None


@builtin("get or else(value: Any, default: Any)")
def _or_else(frame: Frame, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("is blank(string: string)")
def _blank(frame: Frame, text: str) -> Value:
    return not text.strip()


@builtin("trim(string: string)")
def _trim(frame: Frame, text: str) -> Value:
    return text.strip()


@builtin("extract(string: string, pattern: string)")
def _extract(frame: Frame, text: str, pattern: str) -> Value:
    found = [
        text[groups[0] : groups[1]]
        for groups in matches(frame.budget, consuming(frame, pattern, ""), text)
    ]
    frame.budget.make_list(len(found))
    return found


@builtin("is empty(list: list)")
def _empty(frame: Frame, items: Items) -> Value:
    return not items


@builtin("duplicate values(list: list)")
def _duplicates(frame: Frame, items: Items) -> Value:
    frame.budget.make_list(len(items))
    counts: dict[object, int] = {}
    for item in items:
        counts[key(item)] = counts.get(key(item), 0) + 1
    firsts = {key(item): item for item in reversed(items)}
    return [firsts[each] for each, count in counts.items() if count > 1]


@builtin("partition(list: list, size: number)")
def _partition(frame: Frame, items: Items, size: Decimal) -> Value:
    length = whole(size)
    if length is None or length < 1:
        return None
    frame.budget.make_list(2 * len(items))
    return [items[at : at + length] for at in range(0, len(items), length)]


@builtin("last day of month(date: date or date and time)")
def _last_day(frame: Frame, value: Date | DateTime) -> Value:
    date = value.date if isinstance(value, DateTime) else value
    return Date(date.year, date.month, month_length(date.year, date.month))
