"""The base of all that can happen to a process instance."""

from msgspec import Struct


class Change(Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The base of all changes; on disk each is an array that begins with its name."""
