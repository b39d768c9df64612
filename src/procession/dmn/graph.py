"""The order of things that require each other; no recursion, however long a chain is."""

from collections.abc import Mapping, Sequence


def ordered(edges: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """The ids, each after those that it requires, and the cycles that were found on the way."""
    order: list[str] = []
    cycles: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        path: dict[str, list[str]] = {} if start in done else {start: list(edges[start])}
        while path:
            current, waiting = next(reversed(path.items()))
            if not waiting:
                path.popitem()
                done.add(current)
                order.append(current)
                continue
            following = waiting.pop(0)
            if following in path:
                names = list(path)
                cycles.append([*names[names.index(following) :], following])
            elif following in edges and following not in done:
                path[following] = list(edges[following])
    return order, cycles
