"""What the author of a file does not want to be told: procession:silence on an element.

Rule: warnings can be silenced, by their code; problems cannot. On a process it holds for all in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from procession.bpmn.extensions import tag
from procession.bpmn.vocabulary import GLOBAL_TASKS, model, name_of
from procession.errors import Problem


@dataclass(frozen=True, slots=True)
class Silenced:
    """The codes that are silenced: at an element by its id, and `everywhere` in the file."""

    at: Mapping[str, frozenset[str]]
    everywhere: frozenset[str] = frozenset()

    def kept(self, warnings: Iterable[Problem]) -> list[Problem]:
        """The warnings that are to be told."""
        return [
            each
            for each in warnings
            if each.code not in self.everywhere and each.code not in self.at.get(each.element, ())
        ]


def read_silenced(root: _Element) -> Silenced:
    """What a file silences."""
    at: dict[str, frozenset[str]] = {}
    everywhere: set[str] = set()
    for element in root.iter(model("*")):
        codes = element.get(tag("silence"))
        if codes is None:
            continue
        if name_of(element) == "process" or name_of(element) in GLOBAL_TASKS:
            everywhere.update(codes.split())
        else:
            at[element.get("id", "")] = frozenset(codes.split())
    return Silenced(at, frozenset(everywhere))
