"""What an expression is compiled to, and what it runs in.

Rule: everything that runs shares the budget of the evaluation; what does not fit its type becomes
null and is noted, as DMN 1.5, 10.3.2.9.4 has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from procession.core.values import Value
from procession.feel import UNKNOWN, Frame, Shape

WARNINGS_MAX = 100


@dataclass(slots=True)
class Notes:
    """What is good to know about an evaluation: values that became null, say."""

    found: dict[str, None] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Notes it once; a loop may come by again."""
        if len(self.found) < WARNINGS_MAX:
            self.found[text] = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of an expression: the values of the names that it sees, and the notes."""

    frame: Frame
    notes: Notes

    def knowing(self, values: Mapping[str, Value]) -> "Visit":
        """The same with more names, which hide others."""
        self.frame.budget.spend(1 + len(self.frame.values) // 16)
        return self.seeing({**self.frame.values, **values})

    def seeing(self, values: Mapping[str, Value]) -> "Visit":
        """Other names, the same budget and notes."""
        return Visit(Frame(values, self.frame.budget), self.notes)


Run = Callable[[Visit], Value]


@dataclass(frozen=True, slots=True)
class Logic:
    """A compiled expression; `shape` is what is known of its value beforehand."""

    run: Run
    shape: Shape = UNKNOWN


def constant(value: Value) -> Logic:
    """Always the same value."""
    return Logic(lambda visit: value)


NOTHING = constant(None)
