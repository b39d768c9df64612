"""What the options say, as a tree: the parser makes it, the compiler reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

LiteralValue = str | UUID | datetime | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Path:
    """A column, over the navigations that lead to it."""

    names: Sequence[str]

    def __str__(self) -> str:
        return "/".join(self.names)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written."""

    value: LiteralValue


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    name: str
    arguments: "Sequence[Node]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is OData's word."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The operand equals one of the items."""

    operand: "Node"
    items: "Sequence[Node]"


@dataclass(frozen=True, slots=True)
class Junction:
    """All of the terms (`and`) or any of them (`or`)."""

    word: str
    terms: "Sequence[Node]"


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Node"


Node = Path | Literal | Call | Comparison | OneOf | Junction | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One key of `$orderby`."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """A navigation whose row is shown within; `columns` None: all of them."""

    name: str
    columns: Sequence[str] | None = None
    within: "Sequence[Expansion]" = ()
