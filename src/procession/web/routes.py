"""Which address is which operation (CONTRACT 1).

Rule: an address is matched by its letters, case-sensitively, with at most one open part `{}`, which
holds no `/`. Each is served under `{prefix}/0` and under `{prefix}`.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from procession.accounts import Accounts
from procession.engine import Engine
from procession.settings import Settings
from procession.web.answers import Answer
from procession.web.request import Request


@dataclass(frozen=True, slots=True)
class Service:
    """What an operation works with."""

    engine: Engine
    accounts: Accounts
    settings: Settings


Operation = Callable[[Service, Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `guarded`: a session and the header `BPMCSRF` are asked for."""

    path: str
    methods: Mapping[str, Operation]
    guarded: bool = True


class Router:
    """Finds the route of a path without regular expressions: a dictionary, then a few patterns."""

    __slots__ = ("_exact", "_open")

    def __init__(self, routes: Sequence[Route], prefix: str) -> None:
        both = [(path, route) for route in routes for path in _flavours(prefix, route.path)]
        self._exact = {path: route for path, route in both if "{}" not in path}
        self._open = [(path.partition("{}"), route) for path, route in both if "{}" in path]

    def find(self, path: str) -> tuple[Route, str] | None:
        """The route and the open part of `path`; None where nothing is served."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact, ""
        for (start, _, end), route in self._open:
            if path.startswith(start) and path.endswith(end):
                variable = path[len(start) : len(path) - len(end)]
                if variable and "/" not in variable:
                    return route, variable
        return None


def _flavours(prefix: str, path: str) -> Iterator[str]:
    yield f"{prefix}/0{path}"
    yield f"{prefix}{path}"
