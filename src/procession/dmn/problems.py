"""What is wrong in a DMN file, told as problems of BPMN files are.

Rule: a problem names the decision, input, knowledge model, service or type that it belongs to: a
modeler shows those, and not the ids of rules and cells.
"""

from lxml.etree import _Element

from procession.bpmn.problems import PROBLEMS_MAX, Place, Problems, line_of, plain
from procession.bpmn.vocabulary import name_of
from procession.dmn.vocabulary import NODES
from procession.errors import Problem

_OWNERS = NODES | {"itemDefinition"}


class DmnProblems(Problems):
    """The problems of one DMN file. `add` raises InvalidProcess once there are too many."""

    def add(self, code: str, message: str, at: Place = None, line: int | None = None) -> None:
        """Notes a problem at an XML element; `line` is the place within a text of several lines."""
        owner = owner_of(at)
        problem = Problem(
            code=code,
            message=message,
            element="" if owner is None else plain(owner.get("id") or owner.get("name") or ""),
            name="" if owner is None else plain(owner.get("name") or ""),
            line=line or line_of(at),
            file=self.file,
        )
        self.found.append(problem)
        if len(self.found) >= PROBLEMS_MAX:
            self._give_up()


def owner_of(element: Place) -> Place:
    """The nearest element that a modeler shows."""
    while element is not None and not _shown(element):
        element = element.getparent()
    return element


def _shown(element: _Element) -> bool:
    # The inputData of a service is a reference, and has no name.
    return name_of(element) in _OWNERS and element.get("href") is None
