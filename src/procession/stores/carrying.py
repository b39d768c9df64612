"""Which parts of the core's structs hold values, found from their annotations, each struct once.

A value needs converting on its way to JSON and back; all else is JSON as it is. So a struct that
gets a field of the type `Value` or `Values`, however deep, is written and read rightly without a
word about it here.
"""

from collections.abc import Callable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import fields, replace

# Gives back the very same object where there is nothing to convert.
Convert = Callable[[Any], Any]

PLAIN = frozenset((str, int, float, bool, type(None)))


class Carriers:
    """Converts the values in structs, one way. `value` does it for a single one."""

    def __init__(self, value: Convert) -> None:
        self._value = value
        self._structs: dict[type[Struct], Convert | None] = {}

    def converter(self, kind: Any) -> Convert | None:
        """What converts the values within something of this type; None: there can be none."""
        if kind is Any:
            return self._value
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self._of_struct(kind)
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (Union, UnionType):
            return self._of_union(inner)
        if origin is dict:
            return self.values if inner[1] is Any else _each_item(self.converter(inner[1]))
        return _each(self.converter(inner[0])) if origin in (list, tuple) else None

    def of(self, kind: type[Struct]) -> Convert:
        """The same of a struct that is known to hold values."""
        convert = self.converter(kind)
        assert convert is not None, f"no field of {kind.__name__} holds values"
        return convert

    def values(self, values: dict[str, Any]) -> dict[str, Any]:
        """The same for values by their names."""
        if PLAIN.issuperset(map(type, values.values())):
            return values
        return {code: self._value(value) for code, value in values.items()}

    def _of_struct(self, kind: type[Struct]) -> Convert | None:
        if kind not in self._structs:
            # A struct that holds others of its own type meets itself here.
            self._structs[kind] = lambda held: self._held(kind, held)
            found = {each.name: self.converter(each.type) for each in fields(kind)}
            carrying = {name: convert for name, convert in found.items() if convert is not None}
            self._structs[kind] = self._converter_of(carrying) if carrying else None
        return self._structs[kind]

    def _held(self, kind: type[Struct], held: Any) -> Any:
        convert = self._structs[kind]
        return held if convert is None else convert(held)

    def _converter_of(self, carrying: dict[str, Convert]) -> Convert:
        value, members = self._value, tuple(carrying.items())

        def convert(struct: Any) -> Any:
            for name, convert_one in members:
                held = getattr(struct, name)
                # Most are empty. A value by itself may be a zero that needs converting.
                if held or (convert_one is value and held is not None):
                    converted = convert_one(held)
                    if converted is not held:
                        struct = replace(struct, **{name: converted})
            return struct

        return convert

    def _of_union(self, kinds: tuple[Any, ...]) -> Convert | None:
        found = {kind: self.converter(kind) for kind in kinds}
        carrying = {kind: convert for kind, convert in found.items() if convert is not None}
        assert all(isinstance(kind, type) for kind in carrying), f"one of {kinds} has no type"

        def convert(held: Any) -> Any:
            convert_one = carrying.get(type(held))
            return held if convert_one is None else convert_one(held)

        return convert if carrying else None


def _each(convert_one: Convert | None) -> Convert | None:
    if convert_one is None:
        return None

    def convert(held: Any) -> Any:
        for item in held:
            if convert_one(item) is not item:
                return type(held)([convert_one(each) for each in held])
        return held

    return convert


def _each_item(convert_one: Convert | None) -> Convert | None:
    if convert_one is None:
        return None

    def convert(held: Any) -> Any:
        result = held
        for key, item in held.items():
            converted = convert_one(item)
            if converted is not item:
                if result is held:
                    result = dict(held)
                result[key] = converted
        return result

    return convert
