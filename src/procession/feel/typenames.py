"""Types by name, as `instance of` and formal parameters write them (DMN 1.3, 10.3.2.9).

Rule: null conforms to `Null` alone; a parameter of any type takes it all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from procession.core.values import Value
from procession.feel.arithmetic import midnight
from procession.feel.kinds import FAILED, NAMES, Builtin, Date, Function, Range
from procession.feel.parser import Parser, did_you_mean

Conforms = Callable[[Value], bool]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `conforms` says whether a value has it."""

    name: str
    conforms: Conforms

    def accepts(self, value: Value) -> Value:
        """The value as this type takes it, by the implicit conversions of 10.3.2.9.4, or FAILED."""
        if value is None or self.conforms(value):
            return value
        if type(value) is list and len(value) == 1 and self.conforms(value[0]):
            return value[0]
        if type(value) is not list and self.name == "list" and self.conforms([value]):
            return [value]
        if type(value) is Date and self.name == "date and time":
            return midnight(value)
        return FAILED


def _named(name: str) -> Type:
    kinds = tuple(kind for kind, kind_name in NAMES.items() if kind_name == name)
    return Type(name, lambda value: type(value) in kinds)


ANY = Type("Any", lambda value: value is not None)
TYPES: Mapping[str, Type] = {
    **{name: _named(name) for name in NAMES.values()},
    "Any": ANY,
    "dayTimeDuration": _named("days and time duration"),
    "yearMonthDuration": _named("years and months duration"),
    "day-time duration": _named("days and time duration"),
    "year-month duration": _named("years and months duration"),
    "dateTime": _named("date and time"),
}
_WORDS: Mapping[tuple[str, ...], str] = {
    tuple(name.replace("-", " - ").split()): name for name in TYPES
}


def read_type(parser: Parser) -> Type:
    """Reads a type. Raises ExpressionError."""
    with parser.deeper():
        first = parser.token
        found = [words for words in _WORDS if _written(parser, len(words)) == words]
        if not found:
            name = parser.unknown_name()
            parser.refuse(f"{name} is no type; {did_you_mean(name, TYPES)}", first)
        words = max(found, key=len)
        parser.position += len(words)
        name = _WORDS[words]
        if parser.at("<") and name in _GENERIC:
            return _GENERIC[name](parser)
        return TYPES[name]


def _written(parser: Parser, count: int) -> tuple[str, ...]:
    return tuple(parser.ahead(index).text for index in range(count))


def _list_type(parser: Parser) -> Type:
    item = _single(parser).conforms
    return Type("list", lambda value: type(value) is list and all(map(item, value)))


def _range_type(parser: Parser) -> Type:
    end = _single(parser).conforms
    return Type(
        "range",
        lambda value: (
            type(value) is Range
            and all(part is None or end(part) for part in (value.low, value.high))
        ),
    )


def _single(parser: Parser) -> Type:
    parser.next()
    inner = read_type(parser)
    parser.expect(">", "write list<number>")
    return inner


def _context_type(parser: Parser) -> Type:
    parser.next()
    entries: dict[str, Conforms] = {}
    while not parser.accept(">"):
        name = parser.new_name(":")
        parser.next()
        entries[name] = read_type(parser).conforms
        if not parser.at(">"):
            parser.expect(",", "write context<a: number, b: string>")
    return Type(
        "context",
        lambda value: (
            type(value) is dict
            and all(name in value and fits(value[name]) for name, fits in entries.items())
        ),
    )


def _function_type(parser: Parser) -> Type:
    parser.next()
    count = 0
    while not parser.accept(">"):
        read_type(parser)
        count += 1
        if not parser.at(">"):
            parser.expect(",", "write function<number, string> -> boolean")
    parser.expect("->", "write function<number> -> string")
    read_type(parser)
    return Type("function", lambda value: _takes(value, count))


def _takes(value: Value, count: int) -> bool:
    if type(value) is Builtin:
        return any(each.required <= count <= len(each.parameters) for each in value.overloads)
    return type(value) is Function and len(value.parameters) == count


_GENERIC: Mapping[str, Callable[[Parser], Type]] = {
    "list": _list_type,
    "range": _range_type,
    "context": _context_type,
    "function": _function_type,
}
