"""A smaller net with the same findings: what only passes a token on, or offers equal ways, goes.

A step is joined with what must follow it; ways of a choice that lead to the same places become one;
a loop back to where its choice is made is left out where there is another way. A process of nested
blocks shrinks to nothing, and what is left to be searched is what is out of order.
"""

from dataclasses import replace

from procession.review.net import Move, Net, Places

ROUNDS_MAX = 1_000


def reduced(net: Net) -> None:
    """Make the net smaller, in place; each round is linear in its size."""
    for _ in range(ROUNDS_MAX):
        net.single = {place: _distinct(place, moves) for place, moves in net.single.items()}
        size = len(net.single)
        _Joining(net).join()
        if len(net.single) == size:
            net.count_origins()
            return


def _distinct(place: str, moves: list[Move]) -> list[Move]:
    """Of equal ways one, which stands for the others, too; no way back to the place itself."""
    found: dict[tuple[Places, bool], Move] = {}
    for move in moves:
        key = tuple(sorted(move.puts)), move.ends
        known = found.get(key)
        found[key] = replace(known, also=(*known.also, *move.acting)) if known else move
    back = found.get(((place,), False))
    if back is None or len(found) == 1:
        return list(found.values())
    del found[(place,), False]
    first, *others = found.values()
    return [replace(first, also=(*first.also, *back.acting)), *others]


class _Joining:
    """One round: each step is joined with those that follow it, if nothing else leads to them."""

    def __init__(self, net: Net) -> None:
        net.count_origins()
        self.net = net
        self.origins = net.origins

    def join(self) -> None:
        net = self.net
        for place in list(net.single):
            if place in net.single:
                net.single[place] = self._all_further(net.single[place])
        net.joins = {each: self._all_further(moves) for each, moves in net.joins.items()}
        net.outcomes = {each: self._all_further(moves) for each, moves in net.outcomes.items()}

    def _all_further(self, moves: list[Move]) -> list[Move]:
        waiting, found = list(moves), []
        while waiting:
            move = self._further(waiting.pop())
            choice = self._choice_after(move)
            if choice is None:
                found.append(move)
            else:
                waiting += [_joined(move, each) for each in self.net.single.pop(choice)]
        return found[::-1]

    def _choice_after(self, move: Move) -> str | None:
        """The place of the choice that is all that a step leads to."""
        place = move.puts[0] if len(move.puts) == 1 else ""
        is_own = place in self.net.single and place not in move.takes
        return place if is_own and self.origins[place] == 1 else None

    def _further(self, move: Move) -> Move:
        """The step with all that must follow it; a chain costs what its length is."""
        single, origins = self.net.single, self.origins
        passes, also, puts = [*move.passes], [*move.also], [*move.puts]
        waiting, kept = puts[::-1], []
        while waiting:
            place = waiting.pop()
            next_moves = single.get(place, ())
            must = len(next_moves) == 1 and not next_moves[0].ends and origins[place] == 1
            if not must or place in move.takes:
                kept.append(place)
                continue
            (following,) = single.pop(place)
            passes += following.passes
            also += following.also
            waiting += reversed(following.puts)
        return Move(tuple(passes), move.takes, tuple(kept), move.ends, tuple(also))


def _joined(move: Move, following: Move) -> Move:
    return Move(
        (*move.passes, *following.passes),
        move.takes,
        following.puts,
        following.ends,
        (*move.also, *following.also),
    )
