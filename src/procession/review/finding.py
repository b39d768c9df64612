"""What a review of a process has found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may go wrong, or that makes a process hard to read. It keeps nothing back.

    `code` names the kind and can be silenced. `element` and `line` are where it is; `path`: the ids
    of the elements that lead to it, in order.
    """

    code: str
    message: str
    element: str
    line: int
    path: tuple[str, ...] = ()
