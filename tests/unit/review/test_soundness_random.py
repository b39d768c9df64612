"""The search against a plain one, which tries every order of everything that can happen."""

from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from procession.core.model import Process
from procession.review.net import Net, net_of, scopes_of
from procession.review.reduce import reduced
from procession.review.search import Marking, _inclusive, _moved, cannot_end, search
from tests.building import ELEMENTS, Draft, parameters_of

PLAIN_MARKINGS_MAX = 3_000


@st.composite
def drawings(draw: st.DrawFn) -> Process:
    """A small graph: mostly forwards, now and then back, of any shape."""
    draft = Draft("P", parameters_of("N: Integer = 0"))
    draft.add(ELEMENTS["start"], "start")
    names = []
    for number in range(draw(st.integers(2, 7))):
        kind = draw(st.sampled_from(["xor", "and", "or", "task"]))
        names.append(draft.add(ELEMENTS[kind], f"{kind}{number}"))
    draft.add(ELEMENTS["end"], "end")
    order = ["start", *names, "end"]
    for position, name in enumerate(order[:-1]):
        draft.connect(name, draw(st.sampled_from(order[position + 1 :])))
        if name != "start" and draw(st.booleans()):
            target = draw(st.sampled_from(order[1:]))
            draft.connect(name, target, draw(st.sampled_from([None, "N > 1"])))
    return draft.process()


class Plain:
    """All markings, whatever acts first."""

    def __init__(self, net: Net) -> None:
        first = tuple(sorted(net.begins))
        self.net, self.first = net, first
        self.after: dict[Marking, list[Marking]] = {}
        waiting = [first]
        while waiting:
            marking = waiting.pop()
            if marking in self.after:
                continue
            assume(len(self.after) < PLAIN_MARKINGS_MAX and len(marking) < 12)
            self.after[marking] = list(self._results(marking))
            waiting += self.after[marking]

    def _results(self, marking: Marking) -> Iterator[Marking]:
        net = self.net
        there = set(marking)
        moves = [move for place in there for move in net.single.get(place, ())]
        for each in net.joins.values():
            moves += [move for move in each if there.issuperset(move.takes)]
        moves += _inclusive(net, marking)
        for move in moves:
            yield () if move.ends else _moved(marking, move.takes, move.puts)

    @property
    def stuck(self) -> bool:
        return any(marking and not results for marking, results in self.after.items())

    @property
    def can_always_end(self) -> bool:
        ends: set[Marking] = {()}
        grown = True
        while grown:
            grown = False
            for marking, results in self.after.items():
                if marking not in ends and ends.intersection(results):
                    ends.add(marking)
                    grown = True
        return ends.issuperset(self.after)


@settings(max_examples=400, deadline=None)
@given(drawings())
def test_the_search_finds_what_a_plain_one_finds(process: Process) -> None:
    ((scope, starts),) = scopes_of(process)
    net = net_of(process, scope, starts, list(process.elements.values()))
    assume(net.exact)
    plain = Plain(net)

    small = net_of(process, scope, starts, list(process.elements.values()))
    reduced(small)
    found = search(small)

    assert found.complete
    assert bool(found.stuck) == plain.stuck
    assert (not found.stuck and cannot_end(found) is None) == plain.can_always_end
