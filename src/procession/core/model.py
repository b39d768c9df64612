"""What was deployed: a process, its elements, flows and parameters. All immutable.

An element knows its flows by id; the process finds everything by id. Expressions were compiled when
the process was read, so nothing here parses text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from procession.core.values import Direction, Kind, Value, Values

PROCESS_SCOPE = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled text. `evaluate` reads the visible values and raises ExpressionError.

    Two expressions are the same when their text and language are.
    """

    text: str
    language: str
    evaluate: Callable[[Mapping[str, Value]], Value] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A compiled script: `run` reads the visible values and answers those that it assigned."""

    text: str
    language: str
    run: Callable[[Mapping[str, Value]], Values] = field(compare=False, repr=False)


# What a job is given: constants, expressions, and lists and objects of them.
Template = Value | Expression | tuple["Template", ...] | Mapping[str, "Template"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed input, output or variable of a process (BPMN 2.0.2 §10.4; Creatio FJ1)."""

    code: str
    kind: Kind
    direction: Direction = Direction.BOTH
    caption: str = ""
    default: Expression | None = None
    uid: UUID | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(Element):
    pass


class TimerKind(StrEnum):
    """What a timer's expression says (BPMN 2.0.2 §10.5.5.8)."""

    DATE = "date"
    DURATION = "duration"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class TimerEventDefinition:
    kind: TimerKind
    when: Expression


@dataclass(frozen=True, slots=True)
class ErrorEventDefinition:
    """`code` None catches every error; a throwing event has one."""

    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateThrowEvent(Element):
    """A none event, or one end of a link: it has nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateCatchEvent(Element):
    definition: TimerEventDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(Element):
    """Stands on the activity `attached_to` and catches while that is active (§10.5.6)."""

    attached_to: str
    definition: TimerEventDefinition | ErrorEventDefinition
    interrupting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEndEvent(Element):
    definition: ErrorEventDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateEndEvent(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractTask(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Element):
    """`script` assigns parameters by name; or `formula` gives the value of parameter `result`."""

    script: Script | None = None
    formula: Expression | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A result of outside work, by its name there, and the parameter that takes it."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Retries:
    """How often outside work is tried, and the first pause between; each further one doubles."""

    attempts: int = 3
    delay_seconds: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Element):
    """Work for a connector. `inputs`, with its expressions evaluated, are the job's values."""

    kind: str
    inputs: Mapping[str, Template]
    outputs: tuple[Output, ...] = ()
    retries: Retries = Retries()


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of a called process and the expression that gives its value."""

    target: str
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Element):
    """Runs another process as a child (BPMN 2.0.2 §13.3.4); its parameters are mapped."""

    called: str
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Element):
    """An embedded sub-process: a scope with elements of its own."""


@dataclass(frozen=True, slots=True)
class Process:
    """One version of one process. `id` is its BPMN id and Creatio's schema name.

    `starts` maps each scope ("" is the process) to the elements that begin when the scope does: its
    none start event, or, without any start event, every element that no flow leads to (BPMN 2.0.2
    §10.5.2). `boundaries`: the events on each activity, in file order. `startable`: a caller may
    start it.
    """

    id: str
    uid: UUID
    caption: str
    parameters: Mapping[str, Parameter]
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    starts: Mapping[str, tuple[str, ...]]
    boundaries: Mapping[str, tuple[BoundaryEvent, ...]] = field(default_factory=dict)
    startable: bool = True
    background: bool = False
    version: int = 0
