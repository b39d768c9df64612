"""What is true of activities that are done several times, between two turns (see invariants.py)."""

from procession.core.changes import Enter
from procession.core.ids import ROOT
from procession.core.instance import ElementInstance, ElementState, Loop, ProcessInstance
from procession.core.model import Activity, MultiInstance, Process

WORKING = (ElementState.ACTIVE, ElementState.FAILED)


class BrokenLoop(AssertionError):
    """A rule that does not hold."""


def require(holds: object, rule: str, *found: object) -> None:
    if not holds:
        raise BrokenLoop(": ".join([rule, *map(str, found)]))


def check_loop(process: Process, instance: ProcessInstance, me: ElementInstance) -> None:
    """Raises BrokenLoop, naming the rule that an element instance does not keep."""
    element = process.elements.get(me.element)
    looped = isinstance(element, Activity) and element.loop is not None
    if me.id == ROOT or not looped:
        require(me.loop is None and not me.round, "what is done once knows of no loop", me)
    elif me.state not in WORKING:
        return  # It has not begun, or it is undone.
    elif instance.is_round(me):
        _round(instance, me)
    else:
        _outer(process, instance, me)


def _round(instance: ProcessInstance, me: ElementInstance) -> None:
    loop = instance.elements[me.scope].loop
    require(me.loop is None, "a round is no loop of its own", me)
    require(loop is not None and me.round <= loop.started, "a round stands in its loop", me, loop)
    begun = me.round > 0 or me.state is ElementState.FAILED
    require(begun, "only a failed round has not begun", me)
    require(me.round == 0 or "loopCounter" in me.values, "a round knows which it is", me)


def _outer(process: Process, instance: ProcessInstance, me: ElementInstance) -> None:
    element, loop = process.elements[me.element], me.loop
    held = [each for each in instance.elements.values() if each.scope == me.id]
    require(all(instance.is_round(each) for each in held), "a loop holds its rounds only", me)
    rounds = [each for each in held if each.state in WORKING]
    if loop is None:
        require(me.state is ElementState.FAILED and not rounds, "a loop has begun", me)
        return
    begun = [each.round for each in rounds if each.round]
    require(len(begun) == len(set(begun)), "a round is done once", begun)
    going_on = 0 if loop.terminated else loop.started - loop.completed
    require(len(begun) == going_on, "rounds are counted", loop, begun)
    assert isinstance(element, Activity), element
    require(loop.parallel or len(rounds) <= 1, "one round goes after another", rounds)
    if isinstance(element.loop, MultiInstance):
        _multiple(element.loop, loop, set(begun))
    if loop.parallel and loop.started < loop.created and not loop.terminated:
        coming = any(isinstance(s, Enter) and s.scope == me.id for s in instance.pending)
        require(coming or len(rounds) > len(begun), "the next round is on its way", me)


def _multiple(element: MultiInstance, loop: Loop, alive: set[int]) -> None:
    require(loop.planned is not None, "it is known how many there are", loop)
    require(loop.started <= (loop.planned or 0), "there are no more than planned", loop)
    counters = loop.counters()
    ended = counters["numberOfCompletedInstances"] + counters["numberOfTerminatedInstances"]
    whole = counters["numberOfActiveInstances"] + ended == counters["numberOfInstances"]
    require(whole, "the counters sum up (table 10.31)", counters)
    given = loop.completed if element.output is not None else 0
    require(len(loop.outputs) == given, "each completed instance gave one output", loop)
    require(not alive & loop.outputs.keys(), "who is alive has given none", loop)
    kept = loop.planned if element.items and element.item else 0
    require(len(loop.items) == kept, "the items are kept if they have a name", loop)
