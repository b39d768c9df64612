"""The seam between what is said and how it is sent: no socket, no clock and no thread in here.

A talk is a generator: it yields what it wants done (`Ask`, `Pause`, `Alone`) and is given what came
of it. So the client for plain code and the one for asyncio are two small drivers of the same talks.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Alone:
    """See another talk through, while no other does: two calls do not log in side by side."""

    talk: "Talk[None]"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status. Names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. `reached` False: the request certainly was not sent."""

    reason: str
    reached: bool


Step: TypeAlias = Ask | Pause | Alone
Talk: TypeAlias = Generator[Step, Reply | Lost | None, T]


def sent(ask: Ask) -> Talk[Reply | Lost]:
    """What came of a request."""
    outcome = yield ask
    assert outcome is not None, "a driver answers each request"
    return outcome
