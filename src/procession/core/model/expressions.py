"""Texts that were compiled when the process was read, and what is made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from procession.core.values import Direction, Kind, Value, Values


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled text. `evaluate` reads the visible values and raises ExpressionError.

    Two expressions are the same when their text and language are.
    """

    text: str
    language: str
    evaluate: Callable[[Mapping[str, Value]], Value] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A compiled script: `run` reads the visible values and answers those that it assigned.

    The value of the script itself, where its language has one, stands under the name "".
    """

    text: str
    language: str
    run: Callable[[Mapping[str, Value]], Values] = field(compare=False, repr=False)


# What a job is given: constants, expressions, and lists and objects of them.
Template = Value | Expression | tuple["Template", ...] | Mapping[str, "Template"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed value with a name: of a process (BPMN 2.0.2 §10.4; Creatio FJ1), or of a scope in it.

    In a scope it is a property, a data object, a data input or a data output.
    """

    code: str
    kind: Kind
    direction: Direction = Direction.BOTH
    caption: str = ""
    default: Expression | None = None
    uid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A name that takes the value of an expression."""

    target: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Output:
    """A result by its name there, and the variable that takes it. "" is the result as a whole."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class DataStore:
    """A value that persists beyond the run (BPMN 2.0.2 §10.4.1): whoever names its id shares it.

    `capacity`: so many items a list in it may have; None: no bound of its own.
    """

    id: str
    kind: Kind
    name: str = ""
    capacity: int | None = None

    @property
    def key(self) -> str:
        """How an association calls it, as source or target: no variable can have such a name."""
        return f"data store {self.id}"

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Association:
    """A value that goes into a variable as an activity begins or ends (BPMN 2.0.2 §10.4.2).

    `target` is the variable, or the key of a data store. `path`: the member of it that takes the
    value; without one, it does itself.
    """

    target: str
    value: Expression
    path: tuple[str, ...] = ()
