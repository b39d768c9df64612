"""All that may come of a scope: its markings, by breadth, each found once (a bounded search).

Of the elements that could act, one acts first, in all of its ways: what the others may do waits for
them unharmed, as in every net in which a choice is made by one place alone. So parallel branches do
not multiply. What merges tokens acts last, so that two that meet there are seen to meet; an
inclusive join acts when nothing else in the scope can.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from procession.review.net import Move, Net, Places

MARKINGS_MAX = 20_000
TOKENS_MAX = 200

Marking = tuple[str, ...]


@dataclass(slots=True)
class Searched:
    """What the search has found. `complete`: nothing was left out.

    `came_by`: for each marking, the one before it and the element that acted.
    """

    net: Net
    first: Marking
    complete: bool = True
    came_by: dict[Marking, tuple[Marking, Places] | None] = field(default_factory=dict)
    after: dict[Marking, list[Marking]] = field(default_factory=dict)
    acted: set[str] = field(default_factory=set)
    stuck: list[Marking] = field(default_factory=list)
    met: list[tuple[Marking, str]] = field(default_factory=list)

    def path(self, marking: Marking) -> list[str]:
        """The elements that acted on the way to a marking."""
        found: list[str] = []
        step = self.came_by[marking]
        while step is not None:
            marking, elements = step
            found += reversed(elements)
            step = self.came_by[marking]
        return found[::-1]


def search(net: Net) -> Searched:
    """All markings of a scope, up to a bound."""
    first = tuple(sorted(net.begins))
    found = Searched(net, first, net.exact, {first: None})
    waiting = deque([first])
    while waiting:
        if len(found.came_by) > MARKINGS_MAX:
            found.complete = False
            break
        marking = waiting.popleft()
        _note_meeting(found, marking)
        for move, result in _act(net, marking):
            found.acted.update(move.passes, move.also)
            if _reach(found, marking, move, result):
                waiting.append(result)
        if marking and not found.after.get(marking):
            found.stuck.append(marking)
    return found


def _reach(found: Searched, marking: Marking, move: Move, result: Marking) -> bool:
    """Note where a step leads; whether that was not known yet."""
    if len(result) > TOKENS_MAX:
        found.complete = False
        return False
    found.after.setdefault(marking, []).append(result)
    if result in found.came_by:
        return False
    found.came_by[result] = marking, move.passes
    return True


def _note_meeting(found: Searched, marking: Marking) -> None:
    """Two tokens in one place: on one flow, or before an element that passes each on by itself."""
    for before, after in pairwise(marking):
        if before == after:
            found.met.append((marking, before))
            return


def _act(net: Net, marking: Marking) -> Iterator[tuple[Move, Marking]]:
    """One element that can act, in all of its ways."""
    moves = _first_able(net, marking)
    for move in moves:
        result = () if move.ends else _moved(marking, move.takes, move.puts)
        yield move, result


def _first_able(net: Net, marking: Marking) -> list[Move]:
    """What acts now. What ends the scope comes last: it would hide what the others may do."""
    alone = [place for place in marking if place in net.single]
    for place in alone:
        if not net.merges(place) and not _only_ends(net.single[place]):
            return net.single[place]
    there = set(marking)
    for moves in net.joins.values():
        if moves and there.issuperset(moves[0].takes):
            return moves
    for place in alone:
        if not _only_ends(net.single[place]):
            return net.single[place]
    return _inclusive(net, marking) or [m for place in alone for m in net.single[place]]


def _only_ends(moves: list[Move]) -> bool:
    return all(move.ends for move in moves)


def _inclusive(net: Net, marking: Marking) -> list[Move]:
    """An inclusive join that has a token, and to which none can come any more (§13.4.3)."""
    there = set(marking)
    for join, incoming in net.inclusive.items():
        filled = there.intersection(incoming)
        if filled and not _still_coming(net, there, incoming, filled):
            takes = tuple(sorted(filled))
            return [replace(each, takes=takes) for each in net.outcomes[join]]
    return []


def _still_coming(net: Net, there: set[str], incoming: Places, filled: set[str]) -> bool:
    to_empty = _leading_to(net, set(incoming) - filled, set(incoming))
    to_filled = _leading_to(net, filled, set(incoming))
    others = there - filled
    return any(place in to_empty and place not in to_filled for place in others)


def _leading_to(net: Net, flows: set[str], around: set[str]) -> set[str]:
    """The places from which a path leads to one of the flows, not through the join itself."""
    found: set[str] = set()
    waiting = [before for flow in flows for before in net.before.get(flow, ())]
    while waiting:
        place = waiting.pop()
        if place not in found and place not in around:
            found.add(place)
            waiting += net.before.get(place, ())
    return found


def _moved(marking: Marking, takes: Places, puts: Places) -> Marking:
    left = list(marking)
    for place in takes:
        left.remove(place)
    return tuple(sorted([*left, *puts]))


def cannot_end(found: Searched) -> Marking | None:
    """A marking from which the scope can never end, however it goes on; None if there is none.

    Only to be asked where the search is complete.
    """
    ends = _ending(found)
    return next((each for each in found.came_by if each not in ends), None)


def _ending(found: Searched) -> set[Marking]:
    """The markings from which the scope may end: where no token is left, or what leads there."""
    before: dict[Marking, list[Marking]] = {}
    for marking, results in found.after.items():
        for result in results:
            before.setdefault(result, []).append(marking)
    ends: set[Marking] = set()
    waiting: list[Marking] = [()] if () in found.came_by else []
    while waiting:
        marking = waiting.pop()
        if marking not in ends:
            ends.add(marking)
            waiting += before.get(marking, [])
    return ends
