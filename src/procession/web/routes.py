"""Which address is which operation (CONTRACT 1).

Rule: an address is matched by its letters, case-sensitively. An open part `{}` is one step of a
path, or a piece of one, and holds no `/`. Each is served under `{prefix}/0` and under `{prefix}`.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from procession.access import Access
from procession.accounts import Accounts
from procession.engine import Engine
from procession.settings import Settings
from procession.web.answers import Answer, Failed, failure_answer
from procession.web.request import Request


@dataclass(frozen=True, slots=True)
class Service:
    """What an operation works with."""

    engine: Engine
    accounts: Accounts
    settings: Settings

    @property
    def access(self) -> Access:
        """Who may do what: ask it before anything is done."""
        return self.accounts.access


Operation = Callable[[Service, Request], Awaitable[Answer]]
# How a door words an error, given its correlation id.
Wording = Callable[[Failed, str], Answer]

OPEN_PART = "[^/]+"


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `guarded`: who calls must have said who they are."""

    path: str
    methods: Mapping[str, Operation]
    guarded: bool = True
    wording: Wording = failure_answer


@dataclass(frozen=True, slots=True)
class Door:
    """A part of the service with its own way to word errors, also where nothing is served."""

    path: str
    routes: Sequence[Route]
    wording: Wording = failure_answer


class Router:
    """Finds the route of a path: a dictionary, then the patterns in their order."""

    __slots__ = ("_doors", "_exact", "_open", "_prefixes")

    def __init__(self, doors: Iterable[Door], prefix: str) -> None:
        self._prefixes = (f"{prefix}/0", prefix)
        self._doors = [door for door in doors if door.path]
        routes = {route.path: route for door in doors for route in door.routes}
        self._exact = {path: route for path, route in routes.items() if "{}" not in path}
        self._open = [(_pattern(path), route) for path, route in routes.items() if "{}" in path]

    def find(self, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """The route and the open parts of `path`; None where nothing is served."""
        for prefix in self._prefixes:
            if path.startswith(prefix) and (found := self._found(path[len(prefix) :])):
                return found
        return None

    def wording(self, path: str) -> Wording:
        """How an error at `path` is worded, where no route is found."""
        for prefix in self._prefixes:
            for door in self._doors:
                if path.startswith(prefix + door.path):
                    return door.wording
        return failure_answer

    def _found(self, path: str) -> tuple[Route, tuple[str, ...]] | None:
        exact = self._exact.get(path)
        if exact is not None:
            return exact, ()
        for pattern, route in self._open:
            if match := pattern.fullmatch(path):
                return route, match.groups()
        return None


def _pattern(path: str) -> "re.Pattern[str]":
    return re.compile(f"({OPEN_PART})".join(map(re.escape, path.split("{}"))), re.DOTALL)
