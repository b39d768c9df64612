"""The functions and methods of the language: what each takes, and what it gives.

Rule: nothing can be called but what stands in these tables and what a script defines. There is no
function that reads the clock, makes random numbers or reaches outside: the same values always give
the same result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from procession.core.values import DataType, Kind, Value, convert
from procession.expressions import arithmetic, lists, moments, texts
from procession.expressions.budget import Frame, Refused
from procession.expressions.scope import Callee
from procession.expressions.types import (
    ANYTHING,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DECIMAL,
    DURATION,
    FLOAT,
    GUID,
    INTEGER,
    LIST,
    NUMBERS,
    TEXT,
    TIME,
    UNKNOWN,
    Type,
    item_of,
    join,
)

_TEXT = ("Text",)
_INTEGER = ("Integer",)
_BOOLEAN = ("Boolean",)
_LIST = ("List",)
_ROW = ("Row",)
_WALKED = ("List", "Text", "Row")
_DAYS = ("DateTime", "Date")
_CLOCKS = ("DateTime", "Time")
_MAYBE = (*ANYTHING, "None")

_TEXTS = Type("List", item=TEXT)


def _whole(frame: Frame, value: Value) -> int:
    if isinstance(value, str):
        found: int = convert("int()", Kind(DataType.INTEGER), value)
        return found
    return arithmetic.whole(frame, value)


def _float(frame: Frame, value: Value) -> float:
    found: float = convert("float()", Kind(DataType.FLOAT), value)
    return found


def _decimal(frame: Frame, value: Value) -> Decimal:
    found: Decimal = convert("decimal()", Kind(DataType.DECIMAL), value)
    return found


def _boolean(frame: Frame, value: Value) -> bool:
    if isinstance(value, str):
        return bool(convert("bool()", Kind(DataType.BOOLEAN), value))
    return bool(value)


def _guid(frame: Frame, value: Value) -> Value:
    return convert("guid()", Kind(DataType.GUID), value)


def _coalesce(frame: Frame, *values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _fail(frame: Frame, message: str) -> Value:
    raise Refused(message)


def _always(gives: Type) -> Callable[[Sequence[Type]], Type]:
    return lambda types: gives


def _first(types: Sequence[Type]) -> Type:
    return types[0]


def _item(types: Sequence[Type]) -> Type:
    return item_of(types[0])


def _list_of(types: Sequence[Type]) -> Type:
    return Type("List", item=item_of(types[0])) if types else LIST


def _extreme(types: Sequence[Type]) -> Type:
    if len(types) == 1:
        return item_of(types[0]) if types[0].name == "List" else UNKNOWN
    return _any_of(types)


def _any_of(types: Sequence[Type]) -> Type:
    found = types[0]
    for other in types[1:]:
        found = join(found, other)
    return found


def _sum(types: Sequence[Type]) -> Type:
    item = item_of(types[0])
    return item if len(types) == 1 and item in (DECIMAL, FLOAT) else UNKNOWN


def _rounded(types: Sequence[Type]) -> Type:
    return INTEGER if len(types) == 1 else types[0]


def _callee(
    run: Callable[..., Value],
    gives: Type | Callable[[Sequence[Type]], Type],
    required: int = 1,
    /,
    **accepts: tuple[str, ...],
) -> Callee:
    result = _always(gives) if isinstance(gives, Type) else gives
    return Callee(run, accepts, result, required)


def _duration(**unit: float) -> Callee:
    return _callee(moments.duration_of(timedelta(**unit)), DURATION, number=NUMBERS)


def _change(
    run: Callable[..., Value],
    gives: Type | Callable[[Sequence[Type]], Type],
    required: int = 1,
    /,
    **accepts: tuple[str, ...],
) -> Callee:
    return replace(_callee(run, gives, required, **accepts), pure=False)


_OPTIONS = {"key": _TEXT, "default": _MAYBE}

FUNCTIONS: Mapping[str, Callee] = {
    # Numbers
    "abs": _callee(arithmetic.absolute, _first, value=(*NUMBERS, "Duration")),
    "ceil": _callee(arithmetic.ceil, INTEGER, value=NUMBERS),
    "decimal": _callee(_decimal, DECIMAL, value=(*NUMBERS, "Text")),
    "float": _callee(_float, FLOAT, value=(*NUMBERS, "Text")),
    "floor": _callee(arithmetic.floor, INTEGER, value=NUMBERS),
    "int": _callee(_whole, INTEGER, value=(*NUMBERS, "Text", "Boolean")),
    "round": _callee(arithmetic.rounded, _rounded, value=NUMBERS, digits=_INTEGER),
    # Any value
    "bool": _callee(_boolean, BOOLEAN, value=_MAYBE),
    "coalesce": Callee(_coalesce, {}, _any_of, 1, rest=_MAYBE),
    "fail": Callee(_fail, {"message": _TEXT}, _always(UNKNOWN), 1, pure=False),
    "guid": _callee(_guid, GUID, text=("Text", "Guid")),
    "max": Callee(lists.most, _OPTIONS, _extreme, 1, rest=ANYTHING),
    "min": Callee(lists.least, _OPTIONS, _extreme, 1, rest=ANYTHING),
    "str": _callee(texts.text_of, TEXT, value=_MAYBE),
    # Lists, texts and rows
    "all": _callee(lists.all_of, BOOLEAN, values=_LIST),
    "any": _callee(lists.any_of, BOOLEAN, values=_LIST),
    "distinct": _callee(lists.distinct, _list_of, values=_LIST),
    "enumerate": _callee(lists.numbered, Type("List", item=LIST), values=_LIST, start=_INTEGER),
    "first": _callee(lists.first, _item, values=_LIST),
    "last": _callee(lists.last, _item, values=_LIST),
    "len": _callee(lists.length, INTEGER, value=_WALKED),
    "list": _callee(lists.listed, _list_of, 0, values=_WALKED),
    "range": _callee(
        lists.ranged, Type("List", item=INTEGER), start=_INTEGER, stop=_INTEGER, step=_INTEGER
    ),
    "reversed": _callee(lists.backwards, _first, values=_LIST),
    "sorted": _callee(lists.ordered, _list_of, values=_WALKED, key=_TEXT, reverse=_BOOLEAN),
    "sum": _callee(lists.total, _sum, values=_LIST, start=NUMBERS),
    "zip": Callee(lists.zipped, {}, _always(Type("List", item=LIST)), 1, rest=_LIST),
    # Dates, times and durations
    "add_months": _callee(moments.add_months, _first, 2, moment=_DAYS, months=_INTEGER),
    "date": _callee(
        moments.date_of, DATE, value=("Text", *_DAYS, "Integer"), month=_INTEGER, day=_INTEGER
    ),
    "datetime": _callee(
        moments.datetime_of,
        DATE_TIME,
        value=("Text", *_DAYS, "Integer"),
        month=_INTEGER,
        day=_INTEGER,
        hour=_INTEGER,
        minute=_INTEGER,
        second=_INTEGER,
    ),
    "time": _callee(
        moments.time_of, TIME, value=("Text", *_CLOCKS, "Integer"), minute=_INTEGER, second=_INTEGER
    ),
    "year": _callee(moments.part_of("year"), INTEGER, moment=_DAYS),
    "month": _callee(moments.part_of("month"), INTEGER, moment=_DAYS),
    "day": _callee(moments.part_of("day"), INTEGER, moment=_DAYS),
    "weekday": _callee(moments.weekday, INTEGER, moment=_DAYS),
    "hour": _callee(moments.part_of("hour"), INTEGER, moment=_CLOCKS),
    "minute": _callee(moments.part_of("minute"), INTEGER, moment=_CLOCKS),
    "second": _callee(moments.part_of("second"), INTEGER, moment=_CLOCKS),
    "weeks": _duration(weeks=1),
    "days": _duration(days=1),
    "hours": _duration(hours=1),
    "minutes": _duration(minutes=1),
    "seconds": _duration(seconds=1),
}


def _on_text(
    run: Callable[..., Value], gives: Type, required: int = 1, /, **accepts: tuple[str, ...]
) -> Callee:
    return _callee(run, gives, required, text=_TEXT, **accepts)


_TEXT_METHODS: Mapping[str, Callee] = {
    **{
        name: _on_text(texts.mapped(getattr(str, name)), TEXT)
        for name in ("upper", "lower", "title", "capitalize", "casefold")
    },
    **{
        name: _on_text(texts.stripped(getattr(str, name)), TEXT, characters=_TEXT)
        for name in ("strip", "lstrip", "rstrip")
    },
    **{
        name: _on_text(texts.tested(getattr(str, name)), BOOLEAN)
        for name in ("isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower")
    },
    **{
        name: _on_text(texts.tested(getattr(str, name)), BOOLEAN, 2, part=_TEXT)
        for name in ("startswith", "endswith")
    },
    **{
        name: _on_text(texts.without(getattr(str, name)), TEXT, 2, part=_TEXT)
        for name in ("removeprefix", "removesuffix")
    },
    **{
        name: _on_text(texts.padded(getattr(str, name)), TEXT, 2, width=_INTEGER, fill=_TEXT)
        for name in ("ljust", "rjust", "center")
    },
    "zfill": _on_text(texts.padded(str.zfill), TEXT, 2, width=_INTEGER),
    "count": _on_text(texts.tested(str.count), INTEGER, 2, part=_TEXT),
    "find": _on_text(texts.find, INTEGER, 2, wanted=_TEXT, start=_INTEGER),
    "join": _on_text(texts.joined, TEXT, 2, parts=_LIST),
    "replace": _on_text(texts.replace, TEXT, 3, old=_TEXT, new=_TEXT),
    "split": _on_text(texts.split, _TEXTS, separator=_TEXT, most=_INTEGER),
}

METHODS: Mapping[str, Mapping[str, Callee]] = {
    "Text": _TEXT_METHODS,
    "List": {
        "count": _callee(lists.occurrences, INTEGER, 2, values=_LIST, item=_MAYBE),
        "index": _callee(lists.index_of, INTEGER, 2, values=_LIST, item=_MAYBE),
    },
    "Row": {
        "get": _callee(lists.column_or, UNKNOWN, 2, row=_ROW, name=_TEXT, default=_MAYBE),
        "items": _callee(lists.column_pairs, Type("List", item=LIST), row=_ROW),
        "keys": _callee(lists.column_names, _TEXTS, row=_ROW),
        "values": _callee(lists.column_values, LIST, row=_ROW),
    },
}

# What changes a list or a row in place: in scripts only, on copies of their own.
CHANGING_METHODS: Mapping[str, Mapping[str, Callee]] = {
    "List": {
        "append": _change(lists.append, UNKNOWN, 2, values=_LIST, item=_MAYBE),
        "clear": _change(lists.clear, UNKNOWN, values=_LIST),
        "extend": _change(lists.extend, UNKNOWN, 2, values=_LIST, more=_WALKED),
        "insert": _change(lists.insert, UNKNOWN, 3, values=_LIST, at=_INTEGER, item=_MAYBE),
        "pop": _change(lists.pop, _item, values=_LIST, at=_INTEGER),
        "remove": _change(lists.remove, UNKNOWN, 2, values=_LIST, item=_MAYBE),
        "reverse": _change(lists.reverse, UNKNOWN, values=_LIST),
        "sort": _change(lists.sort, UNKNOWN, values=_LIST, key=_TEXT, reverse=_BOOLEAN),
    },
    "Row": {
        "pop": _change(lists.pop_column, UNKNOWN, 2, row=_ROW, name=_TEXT, default=_MAYBE),
        "setdefault": _change(lists.set_default, UNKNOWN, 2, row=_ROW, name=_TEXT, default=_MAYBE),
        "update": _change(lists.update, UNKNOWN, 2, row=_ROW, more=_ROW),
    },
}
SCRIPT_METHODS: Mapping[str, Mapping[str, Callee]] = {
    name: {**methods, **CHANGING_METHODS.get(name, {})} for name, methods in METHODS.items()
}
