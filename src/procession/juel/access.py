"""What is reached from a value: a property, an item, a method's answer (JSR 341 §1.6).

Rule: null has null properties, as the standard says; a method of null is an error. Only entries of
rows, items of lists and the allow list of methods are in reach.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from procession.core.values import Value, shown
from procession.expressions.budget import Frame, Refused
from procession.expressions.scope import Code
from procession.expressions.source import FAILURES, reason
from procession.expressions.types import UNKNOWN, Type, did_you_mean, item_of, name_of
from procession.juel.methods import METHODS, NAMES, called, milliseconds, no_method, wrong_count
from procession.juel.tokens import Token

if TYPE_CHECKING:
    from procession.juel.parser import Parser

Step = Callable[[Frame, Value], Value]

_WITH_ITEMS = ("unknown", "List", "Row", "None")
# What Java's getters make properties of.
_PROPERTIES: Mapping[tuple[str, str], Callable[[Value], Value]] = {
    ("DateTime", "time"): milliseconds,
    ("Text", "empty"): lambda text: not text,
    ("List", "empty"): lambda values: not values,
}


def property_step(parser: "Parser", name: Token, known: Type) -> tuple[Step, Type]:
    """`a.name`."""
    key = name.text
    if (known.name, key) in _PROPERTIES:
        return _placed(parser, name, lambda frame, value: property_of(value, key)), UNKNOWN
    if known.name not in ("unknown", "Row", "None"):
        parser.refuse(_no_property(known.name, key), name)
    return _entry_step(parser, name, key, known)


def index_step(parser: "Parser", token: Token, key: Code, known: Type) -> tuple[Step, Type]:
    """`a[key]`."""
    if known.name not in _WITH_ITEMS:
        parser.refuse(f"{known.name} has no items; only a List or a Row has", token)
    if key.constant and isinstance(fixed := key.run(Frame({})), str) and known.name != "List":
        return _entry_step(parser, token, fixed, known)
    run_key = key.run
    step = _placed(parser, token, lambda frame, value: property_of(value, run_key(frame)))
    return step, item_of(known) if known.name == "List" else UNKNOWN


def _entry_step(parser: "Parser", token: Token, key: str, known: Type) -> tuple[Step, Type]:
    columns = known.columns
    if columns is not None and key not in columns:
        parser.refuse(f"no column {key!r}; {did_you_mean(key, columns)}", token)
    step = _placed(parser, token, lambda frame, value: property_of(value, key))
    return step, columns[key] if columns else UNKNOWN


def property_of(value: Value, key: Value) -> Value:
    """What `value[key]` is; null where there is nothing. Raises Refused where it makes no sense."""
    if value is None or key is None:
        return None
    if isinstance(value, dict):
        return value.get(key if isinstance(key, str) else str(key))
    if isinstance(value, list) and (at := _position(key)) is not None:
        return value[at] if 0 <= at < len(value) else None
    read = _PROPERTIES.get((name_of(value), key)) if isinstance(key, str) else None
    if read is None:
        raise Refused(_no_property(name_of(value), key))
    return read(value)


def _position(key: Value) -> int | None:
    if type(key) is int:
        return key
    if isinstance(key, str) and key.isdigit() and key.isascii() and len(key) < 10:
        return int(key)
    return None


def _no_property(owner: str, key: Value) -> str:
    if isinstance(key, str) and key in NAMES:
        return f"{owner} has no property {key!r}; {key}() is a method: write the brackets"
    if owner == "List":
        return f"List has no property {shown(key)}; take an item first, such as a[0].{key}"
    return f"{owner} has no property {shown(key)}; only a Row has"


def method_step(
    parser: "Parser", name: Token, values: list[Code], known: Type
) -> tuple[Step, Type]:
    """`a.name(values)`: of the allow list, or it is refused."""
    _check_method(parser, name, len(values), known.name)
    method, runs = name.text, [value.run for value in values]

    def step(frame: Frame, value: Value) -> Value:
        return called(frame, method, value, [run(frame) for run in runs])

    return _placed(parser, name, step), UNKNOWN


def _check_method(parser: "Parser", name: Token, count: int, owner: str) -> None:
    method = name.text
    if method not in NAMES:
        near = did_you_mean(method, NAMES)
        hint = f"; {near}" if near.startswith("did") else ""
        bean = "for one of a Java object, register a handler instead"
        parser.refuse(f"{method}() is no method of a value ({bean}){hint}", name)
    if owner == "None":
        parser.refuse(f"{method}() is called on null", name)
    tables = METHODS if owner == "unknown" else {owner: METHODS[owner]}
    found = [table[method] for table in tables.values() if method in table]
    if not found:
        parser.refuse(no_method(method, owner), name)
    if not any(each.fits(count) for each in found):
        parser.refuse(wrong_count(method, found[0], count), name)


def _placed(parser: "Parser", token: Token, step: Step) -> Step:
    """The step with the place added to what goes wrong in it."""
    source, start = parser.source, token.start

    def placed(frame: Frame, value: Value) -> Value:
        try:
            return step(frame, value)
        except FAILURES as error:
            raise source.error_at_offset(start, reason(error)) from None

    return placed
