"""The methods that may be called on values: what `String`, `List`, `Map` and numbers have in Java.

Rule: an allow list, by the type of the value; each charges what it makes before it makes it. No
attribute of a Python object is ever looked up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from procession.core.values import Value
from procession.expressions import texts
from procession.expressions.arithmetic import absolute, checked_float, whole
from procession.expressions.budget import LONG_TEXT, Frame, Refused
from procession.expressions.comparing import contains
from procession.expressions.types import ANYTHING, ATOMS, NUMBERS, TYPE_NAMES, name_of
from procession.juel.coercions import equal, is_empty, to_text

_ANY = (*ANYTHING, "None")


@dataclass(frozen=True, slots=True)
class Method:
    """A method of some type. `accepts`: the types of each value; the last `optional` may miss."""

    run: Callable[..., Value]
    accepts: tuple[tuple[str, ...], ...] = ()
    optional: int = 0

    def fits(self, count: int) -> bool:
        """Whether it takes so many values."""
        return len(self.accepts) - self.optional <= count <= len(self.accepts)


def _empty(frame: Frame, value: Value) -> bool:
    return is_empty(value)


def _length(frame: Frame, value: Value) -> int:
    return len(value)


def _substring(frame: Frame, text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise Refused(f"there is no part from {start} to {stop}: the Text has {len(text)}")
    frame.make_text(stop - start)
    return text[start:stop]


def _character(frame: Frame, text: str, at: int) -> str:
    return _substring(frame, text, at, at + 1)


def _last_index(frame: Frame, text: str, part: str) -> int:
    """Bounded like `find`: read from the end, each place costs the part at most."""
    frame.spend(1 + len(text) * max(len(part), 1) // LONG_TEXT)
    return text.rfind(part)


def _equal_texts(frame: Frame, text: str, other: str) -> bool:
    frame.make_text(len(text) + len(other))
    return text.lower() == other.lower()


def _item(frame: Frame, values: list[Value], at: int) -> Value:
    if 0 <= at < len(values):
        return values[at]
    raise Refused(f"there is no item {at}: the List has {len(values)}")


def _index(frame: Frame, values: list[Value], wanted: Value) -> int:
    frame.spend(len(values))
    found = (at for at, item in enumerate(values) if equal(frame, item, wanted))
    return next(found, -1)


def _holds(frame: Frame, whole_: Value, item: Value) -> bool:
    return contains(frame, item, whole_)


def _entry(frame: Frame, row: Mapping[str, Value], name: str, other: Value = None) -> Value:
    return row.get(name, other)


def _float(frame: Frame, number: Value) -> float:
    return checked_float(float(number))


def _itself(frame: Frame, value: Value) -> Value:
    return value


def milliseconds(moment: datetime) -> int:
    """What Java's `Date.getTime` answers: since 1970, in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(Decimal(str(aware.timestamp())) * 1000)


def _milliseconds(frame: Frame, moment: datetime) -> int:
    return milliseconds(moment)


def _before(frame: Frame, moment: datetime, other: datetime) -> bool:
    return milliseconds(moment) < milliseconds(other)


def _after(frame: Frame, moment: datetime, other: datetime) -> bool:
    return milliseconds(moment) > milliseconds(other)


_TEXT, _WHOLE = ("Text",), ("Integer",)
_COMMON = {"equals": Method(equal, (_ANY,)), "toString": Method(to_text)}
_NUMBER = {
    "intValue": Method(whole),
    "longValue": Method(whole),
    "doubleValue": Method(_float),
    "abs": Method(absolute),
}
_SIZES = {"size": Method(_length), "isEmpty": Method(_empty)}

METHODS: Mapping[str, Mapping[str, Method]] = {
    **{name: _COMMON for name in ATOMS if name != "None"},
    **{name: {**_COMMON, **_NUMBER} for name in NUMBERS},
    "Boolean": {**_COMMON, "booleanValue": Method(_itself)},
    "DateTime": {
        **_COMMON,
        "getTime": Method(_milliseconds),
        "before": Method(_before, (("DateTime",),)),
        "after": Method(_after, (("DateTime",),)),
    },
    "Text": {
        **_COMMON,
        "length": Method(_length),
        "isEmpty": Method(_empty),
        "contains": Method(_holds, (_TEXT,)),
        "startsWith": Method(texts.tested(str.startswith), (_TEXT,)),
        "endsWith": Method(texts.tested(str.endswith), (_TEXT,)),
        "indexOf": Method(texts.find, (_TEXT, _WHOLE), optional=1),
        "lastIndexOf": Method(_last_index, (_TEXT,)),
        "toLowerCase": Method(texts.mapped(str.lower)),
        "toUpperCase": Method(texts.mapped(str.upper)),
        "trim": Method(texts.stripped(str.strip)),
        "substring": Method(_substring, (_WHOLE, _WHOLE), optional=1),
        "charAt": Method(_character, (_WHOLE,)),
        "concat": Method(texts.concatenate, (_TEXT,)),
        "replace": Method(texts.replace, (_TEXT, _TEXT)),
        "equalsIgnoreCase": Method(_equal_texts, (_TEXT,)),
    },
    "List": {
        **_COMMON,
        **_SIZES,
        "contains": Method(_holds, (_ANY,)),
        "get": Method(_item, (_WHOLE,)),
        "indexOf": Method(_index, (_ANY,)),
    },
    "Row": {
        **_COMMON,
        **_SIZES,
        "containsKey": Method(_holds, (_TEXT,)),
        "get": Method(_entry, (_TEXT,)),
        "getOrDefault": Method(_entry, (_TEXT, _ANY)),
    },
}
NAMES = frozenset(name for table in METHODS.values() for name in table)


def called(frame: Frame, name: str, receiver: Value, values: list[Value]) -> Value:
    """What a method answers. Raises Refused where the value has no such method."""
    if receiver is None:
        raise Refused(f"{name}() is called on null: the value is not set")
    owner = TYPE_NAMES.get(type(receiver), "")
    method = METHODS.get(owner, {}).get(name)
    if method is None:
        raise Refused(no_method(name, name_of(receiver)))
    if not method.fits(len(values)):
        raise Refused(wrong_count(name, method, len(values)))
    for value, names in zip(values, method.accepts, strict=False):
        if name_of(value) not in names:
            raise Refused(f"{name}() takes {' or '.join(names)}, not {name_of(value)}")
    return method.run(frame, receiver, *values)


def no_method(name: str, owner: str) -> str:
    """Why a value of a type has no such method, and which values do."""
    owners = sorted(each for each, table in METHODS.items() if name in table)
    return f"{owner} has no method {name}(); {' and '.join(owners)} have"


def wrong_count(name: str, method: Method, count: int) -> str:
    """Why a method cannot be called with so many values."""
    most = len(method.accepts)
    takes = str(most) if not method.optional else f"{most - method.optional} or {most}"
    return f"{name}() takes {takes} values; there are {count}"
