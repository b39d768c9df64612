"""The log of runs, of visits to elements, and of the library of processes, as clients ask for it.

Rule: whoever asks says who sees, and nothing but what that one may see is ever looked at; a
question that takes too long is ended, so that it cannot hold up others.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID, uuid5

Row = Sequence[Any]

# Of these names and versions the ids of the log's rows are made: the same on every machine.
_SCHEMAS = UUID("5d0b0b3e-6a3f-5d0c-9f6e-0d4a7c1b2e01")
_CONTACTS = UUID("5d0b0b3e-6a3f-5d0c-9f6e-0d4a7c1b2e02")


@dataclass(frozen=True, slots=True)
class ElementFacts:
    """What the process says of one of its elements; `type` is BPMN's word, as in `UserTask`."""

    uid: UUID
    caption: str
    type: str


# From the name of a process and its file: the facts of its elements, by their ids.
Describe = Callable[[str, bytes], Mapping[str, ElementFacts]]


@dataclass(frozen=True, slots=True)
class Seer:
    """For whom is asked: the processes that he may see and may run, beside his own runs.

    Each is all processes but those named (`everywhere`), or those named alone.
    """

    name: str
    see: tuple[bool, frozenset[str]]
    run: tuple[bool, frozenset[str]]

    def values(self) -> Mapping[str, object]:
        """As the statements take it."""
        return {
            "caller": self.name,
            "see_everywhere": self.see[0],
            "see_named": json.dumps(sorted(self.see[1])),
            "run_everywhere": self.run[0],
            "run_named": json.dumps(sorted(self.run[1])),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that reads, over the sources of `logs.sql`, and the values bound to its names."""

    sql: str
    values: Mapping[str, object]


class LogStore(Protocol):
    """The part of the store that is asked for the log."""

    def source(self, name: str) -> str:
        """The statement of a source, for the `from` of a question."""
        ...

    async def ask(
        self, questions: Sequence[Question], seer: Seer, describe: Describe, *, seconds: float
    ) -> list[list[Row]]:
        """The rows of each. Raises TimeoutError, StoreUnavailable."""
        ...


@lru_cache(10_000)
def schema_id(process: str, version: int) -> str:
    """The id of a version of a process in the log."""
    return str(uuid5(_SCHEMAS, f"{process}:{version}"))


@lru_cache(10_000)
def contact_id(user: str) -> str:
    """The id of a user in the log."""
    return str(uuid5(_CONTACTS, user))
