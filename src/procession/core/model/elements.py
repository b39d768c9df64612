"""What all flow nodes have, and the arrows between them."""

from dataclasses import dataclass
from uuid import UUID

from procession.core.model.expressions import Expression

PROCESS_SCOPE = ""


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    """An arrow (BPMN 2.0.2 §8.4.13). No condition: it is always true."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A flow node. `scope` is the id of the sub-process that it stands in, "" for the process.

    `incoming` and `outgoing` are flow ids in the order of the file: conditions are tried in it.
    """

    id: str
    uid: UUID
    name: str = ""
    scope: str = PROCESS_SCOPE
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    line: int = 0

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.id} ({self.name})" if self.name else self.id
