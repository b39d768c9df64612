"""The types of a DMN file: FEEL's own and its item definitions (DMN 1.5, 7.3.2 and 10.3.2.9).

Rule: null has every type, in components and items too; a component that is missing is a mismatch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from procession.core.values import Value
from procession.dmn.logic import Logic, Visit
from procession.feel import TYPES, UNKNOWN, Budget, Shape, Type
from procession.feel.arithmetic import midnight
from procession.feel.kinds import FAILED, NAMES, Builtin, Date, Function

Conforms = Callable[[Budget, Value], bool]


@dataclass(frozen=True, slots=True)
class ItemType:
    """A type: whether a value conforms to it, and what is known of its entries.

    `listed`: it is a list. `base`: FEEL's name of a plain type. `result`: that of a function.
    `allowed`: the text of its allowed values, which order the outputs of a decision table;
    `untested`: whether a value conforms but for these.
    """

    name: str
    conforms: Conforms
    shape: Shape = UNKNOWN
    listed: bool = False
    base: str = ""
    result: "ItemType | None" = None
    allowed: str = ""
    untested: Conforms | None = None

    def accepts(self, budget: Budget, value: Value) -> Value:
        """The value as this type takes it (10.3.2.9.4), or FAILED."""
        if value is None or self.conforms(budget, value):
            return value
        if type(value) is list:
            single = FAILED if self.listed else _single(value)
            return single if self.conforms(budget, single) else FAILED
        if self.listed and self.conforms(budget, [value]):
            return [value]
        if type(value) is Date and self.base == "date and time":
            return midnight(value)
        return FAILED


def _single(value: Value) -> Value:
    """What stands alone in a list, or in a list that stands alone in it, and so on."""
    while type(value) is list and len(value) == 1:
        value = value[0]
    return value


def plain_type(type_: Type) -> ItemType:
    """A type that FEEL brings along."""
    conforms = type_.conforms
    listed = type_.name == "list"
    return ItemType(
        type_.name, lambda budget, value: conforms(value), listed=listed, base=type_.name
    )


ANY = ItemType("Any", lambda budget, value: True, base="Any")
PLAIN_TYPES = {name: plain_type(type_) for name, type_ in TYPES.items() if name != "Any"} | {
    "Any": ANY
}
# Names that dmn-js offers for tables of its first engine.
for _alias in ("integer", "long", "double"):
    PLAIN_TYPES[_alias] = PLAIN_TYPES["number"]


def list_of(name: str, item: ItemType) -> ItemType:
    """A collection of items of a type."""

    def conforms(budget: Budget, value: Value) -> bool:
        if type(value) is not list:
            return False
        budget.spend(1 + len(value))
        return all(each is None or item.conforms(budget, each) for each in value)

    return ItemType(name, conforms, Shape(item=item.shape), listed=True, allowed=item.allowed)


def context_of(name: str, components: dict[str, ItemType]) -> ItemType:
    """A structure of components."""

    def conforms(budget: Budget, value: Value) -> bool:
        if type(value) is not dict:
            return False
        budget.spend(1 + len(components))
        return all(
            key in value and (value[key] is None or component.conforms(budget, value[key]))
            for key, component in components.items()
        )

    shape = Shape({key: component.shape for key, component in components.items()})
    return ItemType(name, conforms, shape, base="context")


def function_of(name: str, count: int, result: ItemType) -> ItemType:
    """A function of so many parameters."""

    def conforms(budget: Budget, value: Value) -> bool:
        if type(value) is Function:
            return len(value.parameters) == count
        if type(value) is Builtin:
            return any(one.required <= count <= len(one.parameters) for one in value.overloads)
        return False

    return ItemType(name, conforms, base="function", result=result)


def with_tests(
    type_: ItemType, passes: Conforms, allowed: str = "", *, instead: bool = False
) -> ItemType:
    """The type with a condition on its values; `instead` of the allowed values that it has."""
    base = type_.untested if instead and type_.untested else type_.conforms

    def conforms(budget: Budget, value: Value) -> bool:
        return base(budget, value) and passes(budget, value)

    return replace(type_, conforms=conforms, allowed=allowed, untested=base)


def fitted(visit: Visit, type_: ItemType, value: Value, what: str) -> Value:
    """The value as the type takes it; null with a note where it does not."""
    if type_ is ANY:
        return value
    fitting = type_.accepts(visit.frame.budget, value)
    if fitting is FAILED:
        visit.notes.add(f"{what} is {described(value)}, which is no {type_.name}; it became null")
        return None
    return fitting


def typed(logic: Logic, type_: ItemType, what: str) -> Logic:
    """The expression with its result as the type takes it."""
    if type_ is ANY:
        return logic
    run = logic.run
    shape = logic.shape if type_.shape is UNKNOWN else type_.shape
    return Logic(lambda visit: fitted(visit, type_, run(visit), what), shape)


def described(value: Value) -> str:
    """The value for a note: short ones as they are, others by their kind."""
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else f"{value[:40]!r}…"
    if isinstance(value, bool | Decimal):
        return str(value).lower()
    return f"a {NAMES.get(type(value), 'value')}"
