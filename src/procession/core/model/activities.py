"""Activities: what is done, how often, and with which values (BPMN 2.0.2 §10.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from procession.core.model.elements import Element
from procession.core.model.events import EventDefinition, MessageEventDefinition
from procession.core.model.expressions import (
    Association,
    Expression,
    Input,
    Output,
    Parameter,
    Script,
    Template,
)

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """Repeats an activity while the condition holds (§10.3.8.1); `maximum` None: no bound."""

    condition: Expression | None
    test_before: bool = False
    maximum: int | None = None


class LoopBehavior(StrEnum):
    """When the instances of a multi-instance activity throw events (§10.3.8.2)."""

    NONE = "None"
    ONE = "One"
    ALL = "All"
    COMPLEX = "Complex"


@dataclass(frozen=True, slots=True)
class ComplexBehavior:
    """An event that is thrown when an instance completes and the condition holds."""

    condition: Expression
    event: EventDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstance:
    """An activity that is done once for each item, or so many times (§10.3.8.2).

    `items` gives the collection and `item` is the variable that each instance finds its own in; or
    `cardinality` gives the number. `output`: the variable of the scope around that takes the list
    of what `output_item` gives in each instance, in the order of the items. `first_counter`: the
    `loopCounter` of the first instance.
    """

    sequential: bool = False
    cardinality: Expression | None = None
    items: Expression | None = None
    item: str | None = None
    output: str | None = None
    output_item: Expression | None = None
    completion_condition: Expression | None = None
    behavior: LoopBehavior = LoopBehavior.ALL
    none_event: EventDefinition | None = None
    one_event: EventDefinition | None = None
    complex_behaviors: tuple[ComplexBehavior, ...] = ()
    first_counter: int = 1


LoopCharacteristics = StandardLoop | MultiInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Element):
    """What all activities have.

    `variables`: those that stand in the activity itself and are gone when it is: properties, data
    objects, data inputs and outputs. `input_associations` fill them as it begins, from what the
    scope around sees; `output_associations` fill variables of that scope as it completes, from what
    the activity sees. `input_sets`, `output_sets`: of one of them all must have values (§13.3.2).
    `for_compensation`: it is a handler, which no flow leads to.
    """

    loop: LoopCharacteristics | None = None
    variables: Mapping[str, Parameter] = field(default_factory=dict)
    input_associations: tuple[Association, ...] = ()
    output_associations: tuple[Association, ...] = ()
    input_sets: tuple[Names, ...] = ()
    output_sets: tuple[Names, ...] = ()
    for_compensation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AbstractTask(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask(Activity):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Activity):
    """`form`, `assignee`, `groups` and so on are told to whoever shows the task to people."""

    assignment: Mapping[str, Template] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Activity):
    """`script` assigns variables by name; or `formula` gives the value of variable `result`.

    With a script, `result` takes the script's own value.
    """

    script: Script | None = None
    formula: Expression | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often outside work is tried, and the first pause between; each further one doubles."""

    attempts: int = 3
    delay_seconds: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Activity):
    """Work for a connector. `inputs`, with its expressions evaluated, are the job's values.

    `all_outputs`: every result goes into the variable of its name.
    """

    kind: str
    inputs: Mapping[str, Template]
    outputs: tuple[Output, ...] = ()
    all_outputs: bool = False
    retries: Retries = Retries()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRuleTask(ServiceTask):
    """Work for the connector that evaluates decisions (§10.3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTask(Activity):
    """Sends its message and is done (§13.3.3)."""

    message: MessageEventDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTask(Activity):
    """Rests until its message comes; `instantiate`: the message may also start the process."""

    message: MessageEventDefinition
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Activity):
    """Runs another process as a child (BPMN 2.0.2 §13.3.4); its parameters are mapped.

    `called_by` gives the name of the process where `called` is ""; `version` None: the newest.
    `all_inputs`, `all_outputs`: every variable goes in or comes back by its own name.
    """

    called: str
    called_by: Expression | None = None
    version: Expression | int | None = None
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    all_inputs: bool = False
    all_outputs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """An embedded sub-process: a scope with elements of its own.

    `triggered_by_event`: an event sub-process, which no flow leads to (§10.3.5).
    """

    triggered_by_event: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(SubProcess):
    """A sub-process that a cancel end event undoes as a whole (§10.3.5)."""


class AdHocOrdering(StrEnum):
    PARALLEL = "Parallel"
    SEQUENTIAL = "Sequential"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHocSubProcess(SubProcess):
    """Its activities are begun by those who do the work, in any order and number (§13.3.5).

    `begin_with` gives the ids of those that the engine begins by itself.
    """

    ordering: AdHocOrdering = AdHocOrdering.PARALLEL
    completion_condition: Expression | None = None
    cancel_remaining: bool = True
    begin_with: Expression | None = None
