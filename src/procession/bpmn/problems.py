"""Collects what is wrong in one file, so that its author sees everything at once.

Rule: nothing that stands in the file gets into a problem unbounded or with a control character:
problems go to terminals, logs and headers.
"""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from lxml.etree import _Element

from procession.bpmn.vocabulary import MODEL, PARTS, name_of, space_of
from procession.core.values import shown
from procession.errors import InvalidProcess, Problem

# More than this nobody reads, and a hostile file must not make us write more than it did.
PROBLEMS_MAX = 500
QUOTED_LENGTH_MAX = 255
# Looking for a near name costs time in proportion to all names and their length.
NEAR_NAMES_MAX = 200
NEAR_NAME_LENGTH_MAX = 100
LISTED_MAX = 20

Place = _Element | None


class Problems:
    """The problems of one file. `add` raises InvalidProcess once there are PROBLEMS_MAX of them.

    `warnings` are what does not keep the file from being deployed.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.warnings: list[Problem] = []

    def add(self, code: str, message: str, at: Place = None, line: int | None = None) -> None:
        """Notes a problem at an XML element, which also tells the BPMN element that it belongs to.

        `line` is the place within a text of several lines; without it, it is the element's.
        """
        self.found.append(self._problem(code, message, at, line or line_of(at)))
        if len(self.found) >= PROBLEMS_MAX:
            self._give_up()

    def warn(self, code: str, message: str, at: Place = None) -> None:
        """Notes what does not keep the file from being deployed; PROBLEMS_MAX are kept."""
        if len(self.warnings) < PROBLEMS_MAX:
            problem = self._problem(code, message, at, line_of(at))
            self.warnings.append(replace(problem, warning=True))

    def _problem(self, code: str, message: str, at: Place, line: int) -> Problem:
        owner = _owner(at)
        return Problem(
            code=code,
            message=message,
            element="" if owner is None else plain(owner.get("id", "")),
            name="" if owner is None else plain(owner.get("name", "")),
            line=line,
            file=self.file,
        )

    def _give_up(self) -> None:
        message = f"more than {PROBLEMS_MAX} problems; the rest is not listed"
        self.found.append(Problem("too-many-problems", message, file=self.file))
        self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raises InvalidProcess with everything found so far, in file order, if it is a problem."""
        if self.found:
            raise InvalidProcess(sorted([*self.found, *self.warnings], key=_place))


def _place(problem: Problem) -> tuple[bool, int]:
    return problem.code == "too-many-problems", problem.line


def line_of(element: Place) -> int:
    """The line on which the element's start tag ends, from 1; 0 where it is not known."""
    return 0 if element is None else element.sourceline or 0


def _owner(element: Place) -> Place:
    """The nearest BPMN element with an id: an extension belongs to the element that it extends."""
    while element is not None and not _has_problems(element):
        element = element.getparent()
    return element


def _has_problems(element: _Element) -> bool:
    whole = space_of(element) == MODEL and name_of(element) not in PARTS
    return whole and bool(element.get("id"))


def plain(text: str) -> str:
    """The text as one bounded line: white space becomes a space, other control characters `?`."""
    short = text if len(text) <= QUOTED_LENGTH_MAX else f"{text[:QUOTED_LENGTH_MAX]}…"
    return "".join(c if c.isprintable() else "?" for c in " ".join(short.split()))


def near(name: str, names: Iterable[str]) -> str:
    """` Did you mean …?` when one of the names is close to `name`, else nothing."""
    known = list(names)
    if len(known) > NEAR_NAMES_MAX or len(name) > NEAR_NAME_LENGTH_MAX:
        return ""
    matches = get_close_matches(name, known, n=1)
    return f" Did you mean {shown(matches[0])}?" if matches else ""


def listed(names: Iterable[str]) -> str:
    """The names in order, as a message shows them: bounded, each escaped."""
    known = sorted(names)
    some = ", ".join(plain(name) for name in known[:LISTED_MAX])
    return some if len(known) <= LISTED_MAX else f"{some} and {len(known) - LISTED_MAX} more"
