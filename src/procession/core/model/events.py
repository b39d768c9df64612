"""Events, and what they catch or throw (BPMN 2.0.2 §10.5).

An event has a tuple of definitions: none for a none event, several for a multiple one; a link has
become a flow when the process was read. `payload` is what a thrown event carries, `outputs` are the
variables that take it where it is caught; without outputs, variables take what bears their names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from procession.core.model.elements import Element
from procession.core.model.expressions import Expression, Output, Template


class TimerKind(StrEnum):
    """What a timer's expression says (BPMN 2.0.2 §10.5.5.8)."""

    DATE = "date"
    DURATION = "duration"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class TimerEventDefinition:
    """`zone`: where a wall clock hangs that shows a time without an offset (an IANA name)."""

    kind: TimerKind
    when: Expression
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class CorrelationProperty:
    """One part of a key (§8.4.2): where it stands in the message, and where in the process.

    `data_path` None: the first message that the instance sends or takes says the value.
    """

    name: str
    message_path: Expression
    data_path: Expression | None = None


@dataclass(frozen=True, slots=True)
class CorrelationKey:
    """By which a message finds its instance: the same value in all of its properties."""

    name: str
    properties: tuple[CorrelationProperty, ...]


@dataclass(frozen=True, slots=True)
class MessageEventDefinition:
    """A message by its name (§10.5.5.7); for each message exactly one instance takes it.

    `key` gives a correlation key at once: the catcher takes only a message that was thrown with an
    equal one. `keys` are BPMN's own, read from what the message carries. `live_seconds`: so long a
    thrown message is kept until somebody waits for it; None: the service's setting says it.
    """

    message: str
    key: Expression | None = None
    keys: tuple[CorrelationKey, ...] = ()
    live_seconds: float | None = None
    payload: Mapping[str, Template] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalEventDefinition:
    """A signal by its name (§10.5.5.13): all that wait for it catch it, in all instances."""

    signal: str
    payload: Mapping[str, Template] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorEventDefinition:
    """`code` None catches every error; a throwing event has one. Carried: `code`, `message`."""

    code: str | None
    payload: Mapping[str, Template] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class EscalationEventDefinition:
    """`code` None catches every escalation; a throwing event has one. Carried: `code`."""

    code: str | None
    payload: Mapping[str, Template] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionalEventDefinition:
    """Caught when the condition becomes true (§10.5.5.3)."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class CompensateEventDefinition:
    """Undoes one completed activity, or all that its scope has completed (§10.5.5.2).

    `wait`: the throwing event goes on when that has been done.
    """

    activity: str | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class CancelEventDefinition:
    """Ends a transaction unsuccessfully (§10.5.5.1)."""


@dataclass(frozen=True, slots=True)
class TerminateEventDefinition:
    """Ends all that is alive in its scope (§10.5.5.14)."""


EventDefinition = (
    TimerEventDefinition
    | MessageEventDefinition
    | SignalEventDefinition
    | ErrorEventDefinition
    | EscalationEventDefinition
    | ConditionalEventDefinition
    | CompensateEventDefinition
    | CancelEventDefinition
    | TerminateEventDefinition
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchEvent(Element):
    """What all catching events have. `parallel`: all of its definitions must have been caught."""

    definitions: tuple[EventDefinition, ...] = ()
    parallel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(CatchEvent):
    """`interrupting` is said of an event sub-process's start: does it end what its scope does?"""

    interrupting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateCatchEvent(CatchEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(CatchEvent):
    """Stands on the activity `attached_to` and catches while that is active (§10.5.6).

    One that catches a compensation has no flow out: it leads to the activity `handler` (§10.7).
    """

    attached_to: str
    interrupting: bool = True
    handler: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowEvent(Element):
    """What all throwing events have."""

    definitions: tuple[EventDefinition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateThrowEvent(ThrowEvent):
    """Without a definition a none event, or one end of a link: it has nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(ThrowEvent):
    pass
