"""Work outside: what a connector is given, what it answers, and how it says that it failed.

Rule: a job may be tried again after it has had its effect (the service may be killed in between),
so a connector makes the effect once for one `Work.uid`, or hands that uid on to whoever can
(docs/decisions/0008-effects-once.md). The concrete connectors are in the modules beside this one;
`compose.py` joins them with the kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from procession.core.model import Template
from procession.core.values import Values
from procession.errors import BpmnError, ConnectorError

ADD_DATA = "add-data"
READ_DATA = "read-data"
HTTP = "http"
HANDLER = "handler"
DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Work:
    """One job. `uid` is the job's id, the same through all its tries: the idempotency key."""

    uid: UUID
    kind: str
    values: Values


class Connector(Protocol):
    """Does the jobs of one or more kinds."""

    async def run(self, work: Work) -> Values:
        """The results by name. Raises ConnectorError, which says whether another try may help."""
        ...

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        """At deployment: what is provably wrong, one sentence each; [] where it cannot be asked.

        `inputs` are those of a service task: its constants are known, its expressions are not.
        """
        ...

    async def close(self) -> None:
        """Ends what is held open: threads, connections."""
        ...


class PermanentFailure(ConnectorError):
    """Raised by a handler for which another try would fail as well: it is not tried again."""

    def __init__(self, message: str, *, code: str = "PermanentFailure") -> None:
        super().__init__(message, code=code, retryable=False)


__all__ = [
    "ADD_DATA",
    "DECISION",
    "HANDLER",
    "HTTP",
    "READ_DATA",
    "BpmnError",
    "Connector",
    "ConnectorError",
    "PermanentFailure",
    "Work",
]
