"""One version of a deployed process, whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from procession.core.model.activities import (
    AbstractTask,
    Activity,
    AdHocSubProcess,
    ManualTask,
    ScriptTask,
    SubProcess,
)
from procession.core.model.elements import Element, SequenceFlow
from procession.core.model.events import BoundaryEvent, StartEvent, ThrowEvent
from procession.core.model.expressions import DataStore, Parameter
from procession.core.model.gateways import ExclusiveGateway


@dataclass(frozen=True, slots=True)
class Process:
    """One version of one process. `id` is its BPMN id and Creatio's schema name.

    `starts` maps each scope ("" is the process) to the elements that begin when the scope does: its
    none start event, or, without any start event, every element that no flow leads to (BPMN 2.0.2
    §10.5.2). `boundaries`: the events on each activity, in file order. `event_starts`: for each
    scope, the start events of the event sub-processes that stand in it. `triggered_starts`: what
    starts the process without a caller: start events with a definition, receive tasks and
    event-based gateways that instantiate. `startable`: a caller may start it. `open`: it
    takes variables that it does not declare; they stand in the process and are of any type.
    `data_stores`: those that its associations name, by their keys. `documentation`: what its author
    says of it, for people (§8.4.1).
    `demanding`: the activities that need more than to be done, so that all others are spared the
    questions. `passing`: the elements at which no token ever rests.
    """

    id: str
    uid: UUID
    caption: str
    parameters: Mapping[str, Parameter]
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    starts: Mapping[str, tuple[str, ...]]
    boundaries: Mapping[str, tuple[BoundaryEvent, ...]] = field(default_factory=dict)
    event_starts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    triggered_starts: tuple[str, ...] = ()
    startable: bool = True
    background: bool = False
    open: bool = False
    data_stores: Mapping[str, DataStore] = field(default_factory=dict)
    documentation: str = ""
    version: int = 0
    demanding: frozenset[str] = field(init=False, compare=False, repr=False)
    passing: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        found = (
            element.id
            for element in self.elements.values()
            if isinstance(element, Activity)
            and (
                _demands(element)
                or element.id in self.boundaries
                or isinstance(self.elements.get(element.scope), AdHocSubProcess)
            )
        )
        object.__setattr__(self, "demanding", frozenset(found))
        passing = (each.id for each in self.elements.values() if self._passes(each))
        object.__setattr__(self, "passing", frozenset(passing))

    def _passes(self, element: Element) -> bool:
        if isinstance(element, ThrowEvent):
            return not element.definitions
        if isinstance(element, AbstractTask | ManualTask | ScriptTask):
            return element.id not in self.demanding and not element.for_compensation
        return isinstance(element, StartEvent | ExclusiveGateway)


def _demands(activity: Activity) -> bool:
    return isinstance(activity, SubProcess) or any(
        (
            *(activity.loop, activity.variables, activity.input_associations),
            *(activity.output_associations, activity.input_sets, activity.output_sets),
        )
    )
