"""What can happen to scopes beside their tokens: undoing, ad-hoc work, complex gateways.

They are among the changes (changes.py), for which everything there holds.
"""

from procession.core.change import Change
from procession.core.ids import ElementInstanceId


class ActivityKept(Change, frozen=True, gc=False):
    """An activity that is about to end is kept in its scope, so that it can be undone.

    `within`: with what was kept in it. `completed`: see Compensable.
    """

    id: ElementInstanceId
    within: bool
    completed: bool = True


class CompensationThrown(Change, frozen=True, gc=False):
    """An element instance takes over what a scope has kept, or all of one activity, to undo it."""

    id: ElementInstanceId
    scope: ElementInstanceId
    activity: str | None


class CompensationBegun(Change, frozen=True, gc=False):
    """The activity that `scope` has to undo next begins to be undone, and is alive for so long.

    `handled`: a handler does it, who may undo what is within; else all of that is undone.
    """

    id: ElementInstanceId
    element: str
    scope: ElementInstanceId
    handled: bool


class CompensationDetached(Change, frozen=True, gc=False):
    """A thrower that does not wait has been left; it stays alive for what it undoes."""

    id: ElementInstanceId


class ScopeCanceled(Change, frozen=True, gc=False):
    """A transaction, or a scope in it, will end as soon as what it has done is undone."""

    id: ElementInstanceId


class ElementReadied(Change, frozen=True, gc=False):
    """An element of an ad-hoc sub-process may be begun by whoever does the work."""

    id: ElementInstanceId
    element: str
    scope: ElementInstanceId


class ElementStarted(Change, frozen=True, gc=False):
    """Somebody has taken one that was ready, and another element instance does the work."""

    id: ElementInstanceId


class ElementsQueued(Change, frozen=True, gc=False):
    """A sequential ad-hoc sub-process has these still to begin by itself, one after the other."""

    scope: ElementInstanceId
    elements: tuple[str, ...]


class WorkCompleted(Change, frozen=True, gc=False):
    """The first activity of an ad-hoc sub-process has completed: it may end from now on."""

    id: ElementInstanceId


class GatewayOpened(Change, frozen=True, gc=False):
    """A complex gateway has taken one token of each of the flows; it waits for the late ones."""

    flows: tuple[str, ...]
    element: str
    scope: ElementInstanceId


class GatewayReset(Change, frozen=True, gc=False):
    """A complex gateway has taken the late tokens, if any came, and begins anew."""

    flows: tuple[str, ...]
    element: str
    scope: ElementInstanceId
