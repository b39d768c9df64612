"""A history as a reader counts it: every element instance begins and ends."""

from collections.abc import Iterable, Iterator

from procession.core.changes import (
    AnyChange,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
)


def unfolded(changes: Iterable[AnyChange]) -> Iterator[AnyChange]:
    """The changes, with the two that an element has made which passed its token on at once."""
    for change in changes:
        if isinstance(change, ElementPassed):
            yield ElementActivated(change.id, change.element, change.scope)
            yield ElementCompleted(change.id)
        else:
            yield change
